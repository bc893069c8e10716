"""A briefing as one HTML page that needs nothing beside it."""

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

import pandas as pd
from great_tables import GT
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from siting.report.document import (
    NARROW,
    Block,
    Bullets,
    Document,
    Grid,
    Heading,
    Paragraph,
    Pictures,
    shown,
)

_HEADERS = re.compile(r'(?<=<td) headers="[^"<>]*"')


@dataclass(frozen=True)
class _Item:
    """A block as the template wants it."""

    block: Block
    kind: Literal["heading", "paragraph", "bullets", "table", "pictures"]
    html: str = ""
    wide: bool = True


_KINDS: Mapping[type, Literal["heading", "paragraph", "bullets", "table", "pictures"]] = {
    Heading: "heading",
    Paragraph: "paragraph",
    Bullets: "bullets",
    Grid: "table",
    Pictures: "pictures",
}


def as_html(document: Document, pictures: Mapping[str, bytes]) -> bytes:
    """Write a briefing as HTML."""
    environment = Environment(
        loader=PackageLoader("siting.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("briefing.html.jinja")
    embedded = {name: _embedded(png) for name, png in pictures.items()}
    page = template.render(document=document, sections=_sections(document), pictures=embedded)
    return page.encode()


def _embedded(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def _sections(document: Document) -> list[list[list[_Item]]]:
    """Blocks by heading, tables that follow each other together."""
    sections: list[list[_Item]] = []
    for block in document.blocks:
        if isinstance(block, Heading):
            sections.append([])
        sections[-1].append(_item(block, document))
    return [[list(run) for _, run in groupby(part, lambda item: item.kind)] for part in sections]


def _item(block: Block, document: Document) -> _Item:
    kind = _KINDS[type(block)]
    if not isinstance(block, Grid):
        return _Item(block, kind)
    table = html_table(block, document.language, document.key)
    return _Item(block, kind, table, wide=block.name.partition("-")[0] not in NARROW)


def html_table(grid: Grid, language: str, key: str) -> Markup:
    """A table as HTML."""
    cells = {
        column.key: [shown(row[column.key], column, language) for row in grid.rows]
        for column in grid.columns
    }
    table = GT(pd.DataFrame(cells, dtype=object), id=f"t{key}-{grid.name}", auto_align=False)
    table = table.cols_label({column.key: column.title for column in grid.columns})
    for column in grid.columns:
        table = table.cols_align("left" if column.is_text else "right", columns=[column.key])
        if column.kind == "mark":
            colours = {row[column.key]: row["mark"] for row in grid.rows}
            table = table.fmt(_marker(colours), columns=[column.key])
    whole = table.as_raw_html()
    # One style sheet serves the page; great_tables would add one to every table.
    start, end = whole.index("<table"), whole.index("</table>") + len("</table>")
    # Headings have a scope, so that naming them in each cell as well says nothing more.
    return Markup(_HEADERS.sub("", whole[start:end]))  # noqa: S704 - great_tables escapes all but the marks


def _marker(colours: Mapping[str, str]) -> Callable[[str], str]:
    """What puts a text on its colour."""
    return lambda text: str(
        Markup('<span class="mark {}">{}</span>').format(colours[text], text)  # escapes both
    )
