"""A briefing as PDF, set by typst."""

import datetime as dt
import json
import tempfile
from collections.abc import Iterator, Mapping
from itertools import batched, groupby
from pathlib import Path
from typing import Any

import matplotlib as mpl
import typst

from siting.report.document import Block, Document, Grid, is_narrow, shares, shown

_LETTERS = 150
"""So many letters of a table fit beside each other on a page."""
_SIZE, _LARGER = 5.9, 6.5
"""Points of the letters in a table; larger in that of the picks, which is read first."""
_TEMPLATE = Path(__file__).parents[1] / "templates" / "briefing.typ"


def as_pdf(document: Document, pictures: Mapping[str, bytes]) -> bytes:
    """Write a briefing as PDF."""
    date = dt.datetime.fromisoformat(document.date).replace(tzinfo=dt.UTC)
    heads = ("language", "title", "kicker", "subtitle", "publisher")
    content = {key: getattr(document, key) for key in heads}
    content |= {"date": [date.year, date.month, date.day], "blocks": list(_blocks(document))}
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
    for narrow, run in groupby(document.blocks, is_narrow):
        blocks = [_block(block, document.language) for block in run]
        if narrow:
            yield from ({"kind": "beside", "grids": pair} for pair in batched(blocks, 2))
        else:
            yield from blocks


def _block(block: Block, language: str) -> dict[str, Any]:
    content = _grid(block, language) if isinstance(block, Grid) else vars(block)
    return {"kind": type(block).__name__.lower(), **content}


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
        "widths": shares(grid, language, letters / 2 if is_narrow(grid) else letters),
        "rows": rows,
        "note": grid.note,
    }
