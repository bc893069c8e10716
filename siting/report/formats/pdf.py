"""A briefing as PDF, set by typst."""

import datetime as dt
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import typst

from siting.report.document import (
    Block,
    Bullets,
    Document,
    Grid,
    Heading,
    Paragraph,
    Pictures,
    shares,
    shown,
)

_LETTERS = 150
"""So many letters of a table fit beside each other on a page."""
_SIZE, _LARGER = 5.9, 6.5
"""Points of the letters in a table; larger in that of the picks, which is read first."""
_TEMPLATE = Path(__file__).parents[1] / "templates" / "briefing.typ"


def as_pdf(document: Document, pictures: Mapping[str, bytes]) -> bytes:
    """Write a briefing as PDF."""
    date = dt.datetime.fromisoformat(document.date).replace(tzinfo=dt.UTC)
    content = {
        "language": document.language,
        "title": document.title,
        "kicker": document.kicker,
        "subtitle": document.subtitle,
        "publisher": document.publisher,
        "date": [date.year, date.month, date.day],
        "blocks": list(_blocks(document)),
    }
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name, png in pictures.items():
            (folder / f"{name}.png").write_bytes(png)
        (folder / "briefing.json").write_text(json.dumps(content), encoding="utf-8")
        (folder / "briefing.typ").write_bytes(_TEMPLATE.read_bytes())
        # Fonts of its own make the same pages on every machine.
        fonts = Path(mpl.get_data_path()) / "fonts" / "ttf"
        compiler = typst.Compiler(
            folder / "briefing.typ", root=folder, font_paths=[fonts], ignore_system_fonts=True
        )
        pages = compiler.compile(format="pdf", timestamp=date)
    if not isinstance(pages, bytes):
        raise TypeError("typst gave no PDF")
    return pages


def _blocks(document: Document) -> Iterator[dict[str, Any]]:
    """Blocks as the template reads them; narrow tables that follow each other stand in pairs."""
    waiting: list[Grid] = []
    for block in document.blocks:
        if isinstance(block, Grid) and block.narrow:
            waiting.append(block)
            continue
        yield from _beside(waiting, document.language)
        waiting = []
        yield _block(block, document.language)
    yield from _beside(waiting, document.language)


def _beside(grids: Sequence[Grid], language: str) -> Iterator[dict[str, Any]]:
    for start in range(0, len(grids), 2):
        pair = [_grid(grid, language) for grid in grids[start : start + 2]]
        yield {"kind": "beside", "grids": pair}


def _block(block: Block, language: str) -> dict[str, Any]:
    match block:
        case Heading():
            return {"kind": "heading", "text": block.text}
        case Paragraph():
            return {"kind": "paragraph", "text": block.text, "style": block.style}
        case Bullets():
            return {"kind": "bullets", "items": block.items}
        case Grid():
            return {"kind": "grid", **_grid(block, language)}
        case Pictures():
            pictures = [
                {"file": f"{name}.png", "alt": block.alternatives[name]} for name in block.names
            ]
            return {"kind": "pictures", "pictures": pictures}


def _grid(grid: Grid, language: str) -> dict[str, Any]:
    rows = [
        [
            {"mark": row["mark"], "text": str(row[column.key])}
            if column.kind == "mark"
            else shown(row[column.key], column, language)
            for column in grid.columns
        ]
        for row in grid.rows
    ]
    size = _LARGER if grid.name == "picks" else _SIZE
    letters = _LETTERS * _SIZE / size
    return {
        "title": grid.title,
        "size": size,
        "head": [column.title for column in grid.columns],
        "text": [column.is_text for column in grid.columns],
        "widths": shares(grid, language, letters / 2 if grid.narrow else letters),
        "rows": rows,
        "note": grid.note,
    }
