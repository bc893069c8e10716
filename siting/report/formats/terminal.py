"""A document on a terminal."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from siting.report.document import Bullets, Column, Document, Grid, Heading, Paragraph, shown

_PLAIN = str.maketrans({"\N{MINUS SIGN}": "-", "\N{EN DASH}": "-"})
"""Signs of figures that a terminal of few letters cannot show."""


def print_document(document: Document, console: Console) -> None:
    """Print title and blocks: lines follow each other, headings and leads after an empty line."""
    if document.title:
        console.print(f"\n[bold]{escape(document.title)}[/bold]")
    for block in document.blocks:
        match block:
            case Heading(text):
                _print_heading(text, console)
            case Paragraph(text, style):
                _print_line(f"\n{text}" if style == "lead" else text, console)
            case Bullets(items):
                _print_line("\n".join(items), console)
            case Grid():
                _print_grid(block, document.language, console)


def _print_heading(text: str, console: Console) -> None:
    console.print(f"\n[bold]{escape(text)}[/bold]", soft_wrap=True)


def _print_line(text: str, console: Console) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def _print_grid(grid: Grid, language: str, console: Console) -> None:
    _print_heading(grid.title, console)
    # Where texts are cut to save room, columns stand closer.
    close = any(column.width for column in grid.columns)
    table = Table(box=None, padding=(0, 1 if close else 2, 0, 0), pad_edge=close)
    for column in grid.columns:
        table.add_column(
            column.title,
            justify="left" if column.is_text else "right",
            no_wrap=not column.width,
            max_width=column.width or None,
        )
    for row in grid.rows:
        table.add_row(*(escape(_cell(row, column, language)) for column in grid.columns))
    console.print(table)
    if grid.note:
        _print_line(grid.note, console)


def _cell(row: Mapping[str, Any], column: Column, language: str) -> str:
    text = shown(row[column.key], column, language)
    if column.is_text:
        return text
    # Every change has a sign here, that of nothing too, so that they stand in a row.
    change = "change" in getattr(row[column.key], "kind", column.kind)
    return f"+{text}" if change and text[:1].isdigit() else text.translate(_PLAIN)
