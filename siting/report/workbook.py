"""A briefing as an XLSX workbook: a summary, and every table in full as numbers."""

import datetime as dt
import io
import math
from collections.abc import Iterator, Mapping
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from siting.report.blocks import Bullets, Column, Document, Figure, Grid, Heading, Paragraph
from siting.report.wording import texts

_SHADES = {"red": "#F4C7C3", "amber": "#FFE9B3", "green": "#CBE8D3"}
_WIDEST, _SUMMARY_WIDTH = 60, 100
_HEADER_ROW = 2
_MAP_ROW_HEIGHT, _MAP_SCALE, _MAP_COLUMNS = 20, 0.6, 8


class _Book:
    """A workbook and the formats that its cells share."""

    def __init__(self, stream: io.BytesIO, document: Document) -> None:
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self.book = xlsxwriter.Workbook(stream, options)
        created = dt.datetime.fromisoformat(document.date).replace(tzinfo=None)
        self.book.set_properties(
            {"title": document.title, "author": document.publisher, "created": created}
        )
        self.formats: dict[tuple[str, ...], Format] = {}

    def style(self, **properties: Any) -> Format:  # noqa: ANN401 - of xlsxwriter
        """A format with these properties, made once."""
        key = tuple(f"{name}={value}" for name, value in sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(properties)
        return self.formats[key]


def as_xlsx(document: Document, pictures: Mapping[str, bytes]) -> bytes:
    """Write a briefing as XLSX.

    Parameters
    ----------
    document : Document
        From `siting.report.briefing.write_up`.
    pictures : mapping of str to bytes
        Maps as PNG, by name.
    """
    words = texts(document.language)["workbook"]
    with io.BytesIO() as stream:
        book = _Book(stream, document)
        _summary(book, book.book.add_worksheet(words["summary"]), document)
        _maps(book.book.add_worksheet(words["maps"]), pictures)
        for title, grid in document.appendix.items():
            _sheet(book, book.book.add_worksheet(title), grid)
        book.book.close()
        return stream.getvalue()


def _summary(book: _Book, sheet: Worksheet, document: Document) -> None:
    sheet.set_column(0, 0, _SUMMARY_WIDTH)
    sheet.hide_gridlines(2)
    lines = [(document.title, book.style(bold=True, font_size=16, text_wrap=True))]
    lines.append((document.subtitle, book.style(font_color="#595953", text_wrap=True)))
    for block in document.blocks:
        lines += _lines(book, block)
    for row, (text, style) in enumerate(lines):
        sheet.write_string(row, 0, text, style)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _lines(book: _Book, block: object) -> Iterator[tuple[str, Format]]:
    """The running text of a briefing, a cell a paragraph; tables have sheets of their own."""
    plain = book.style(text_wrap=True, valign="top")
    if isinstance(block, Heading):
        yield block.text, book.style(bold=True, font_size=12, font_color="#0B4F8A", top=1)
    elif isinstance(block, Paragraph):
        yield block.text, plain
    elif isinstance(block, Bullets):
        yield from ((item, plain) for item in block.items)


def _maps(sheet: Worksheet, pictures: Mapping[str, bytes]) -> None:
    sheet.hide_gridlines(2)
    for place, (name, png) in enumerate(pictures.items()):
        options = {"image_data": io.BytesIO(png), "x_scale": _MAP_SCALE, "y_scale": _MAP_SCALE}
        sheet.insert_image(0, place * _MAP_COLUMNS, f"{name}.png", options)
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 1)


def _sheet(book: _Book, sheet: Worksheet, grid: Grid) -> None:
    sheet.write_string(0, 0, grid.title, book.style(bold=True, font_size=13))
    head = book.style(bold=True, text_wrap=True, valign="top", bottom=1, bg_color="#E8EEF5")
    for number, column in enumerate(grid.columns):
        sheet.write_string(_HEADER_ROW, number, column.title, head)
        sheet.set_column(number, number, _width(grid, column))
    for row_number, row in enumerate(grid.rows, start=_HEADER_ROW + 1):
        for number, column in enumerate(grid.columns):
            _write(book, sheet, (row_number, number), column, row)
    last = _HEADER_ROW + len(grid.rows)
    if grid.rows:
        sheet.autofilter(_HEADER_ROW, 0, last, len(grid.columns) - 1)
    if grid.note:
        sheet.write_string(last + 2, 0, grid.note, book.style(font_color="#595953"))
    sheet.freeze_panes(_HEADER_ROW + 1, 0)
    sheet.repeat_rows(_HEADER_ROW)
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _width(grid: Grid, column: Column) -> float:
    if not column.is_text:
        return 13.0
    longest = max((len(str(row[column.key])) for row in grid.rows), default=0)
    return float(min(max(longest + 2, 11), _WIDEST))


def _write(
    book: _Book, sheet: Worksheet, place: tuple[int, int], column: Column, row: Mapping[str, Any]
) -> None:
    """A text stays a text whatever it begins with, a number is written in full."""
    cell = row[column.key]
    if column.is_text:
        shade = {"bg_color": _SHADES[row["mark"]]} if column.kind == "mark" else {}
        sheet.write_string(*place, str(cell), book.style(text_wrap=True, valign="top", **shade))
        return
    figure = cell if isinstance(cell, Figure) else Figure(cell, column.kind, column.digits)
    style = book.style(num_format=_pattern(figure), valign="top")
    if math.isfinite(figure.value):
        sheet.write_number(*place, float(figure.value), style)
    else:
        sheet.write_blank(*place, None, style)


def _pattern(figure: Figure) -> str:
    digits = f"0.{'0' * figure.digits}" if figure.digits else "0"
    pattern = f"#,##{digits}"
    if figure.kind in {"share", "share_change"}:
        pattern += "%"
    if figure.kind in {"change", "share_change"}:
        pattern = f"+{pattern};-{pattern};{pattern}"
    return pattern
