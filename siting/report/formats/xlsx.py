"""A briefing as an XLSX workbook: a summary, and every table in full as numbers."""

import datetime as dt
import io
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from siting.report.document import (
    Block,
    Bullets,
    Column,
    Document,
    Figure,
    Grid,
    Heading,
    Paragraph,
)
from siting.report.words import texts

_SHADES = {"red": "#F4C7C3", "amber": "#FFE9B3", "green": "#CBE8D3", "own": "#DCE6F0"}
_WIDEST, _NARROWEST, _NUMBER_WIDTH, _SUMMARY_WIDTH = 44.0, 11.0, 13.0, 84.0
_LINE, _AIR, _WRAPPED = 13.5, 3.0, 1.1
_A4 = 9
_TEXT: Mapping[str, Any] = {"align": "left", "indent": 1}
"""Apart from the number on its left."""
_HEADER_ROW = 2
_MAP_SCALE, _MAP_COLUMNS = 0.6, 8


type _Style = Callable[..., Format]
"""Makes a format of its properties, each once for a workbook."""


def as_xlsx(document: Document, pictures: Mapping[str, bytes]) -> bytes:
    """Write a briefing as XLSX."""
    words = texts(document.language)["workbook"]
    created = dt.datetime.fromisoformat(document.date).replace(tzinfo=None)
    about = {"title": document.title, "author": document.publisher, "created": created}
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "default_format_properties": {"font_name": "Arial", "font_size": 10},
    }
    with io.BytesIO() as stream:
        book = xlsxwriter.Workbook(stream, options)
        book.set_properties(about)
        styled = cache(lambda **properties: book.add_format(properties))
        _summary(styled, book.add_worksheet(words["summary"]), document)
        if pictures:
            _maps(book.add_worksheet(words["maps"]), pictures)
        for title, grid in document.appendix.items():
            _sheet(styled, book.add_worksheet(title), grid)
        book.close()
        return stream.getvalue()


def _summary(styled: _Style, sheet: Worksheet, document: Document) -> None:
    sheet.set_column(0, 0, _SUMMARY_WIDTH)
    sheet.hide_gridlines(2)
    lines = [(document.title, styled(bold=True, font_size=16, text_wrap=True))]
    lines.append((document.subtitle, styled(font_color="#595953", text_wrap=True)))
    lines += _lines(styled, document.blocks)
    for row, (text, style) in enumerate(lines):
        sheet.write_string(row, 0, text, style)
        sheet.set_row(row, _height([(text, _SUMMARY_WIDTH)]) + (_AIR if row else 2 * _AIR))
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)


def _lines(styled: _Style, blocks: Iterable[Block]) -> Iterator[tuple[str, Format]]:
    """The running text of a briefing, a cell a paragraph; tables have sheets of their own."""
    plain = styled(text_wrap=True, valign="top")
    strong = styled(bold=True, font_size=12, font_color="#0B4F8A")
    heading = ""
    for block in blocks:
        if isinstance(block, Heading):
            heading = block.text
        elif isinstance(block, Paragraph | Bullets):
            # A section of tables alone has no place here, nor has its heading.
            if heading:
                yield heading, strong
            heading = ""
            items = block.items if isinstance(block, Bullets) else (block.text,)
            yield from ((item, plain) for item in items)


def _height(cells: Iterable[tuple[str, float]]) -> float:
    """Points that the tallest of these texts takes in a column of its width, in letters."""
    lines = (
        1 if len(text) <= width else math.ceil(_WRAPPED * len(text) / width)
        for text, width in cells
    )
    return _LINE * max(lines, default=1)


def _maps(sheet: Worksheet, pictures: Mapping[str, bytes]) -> None:
    sheet.hide_gridlines(2)
    for place, (name, png) in enumerate(pictures.items()):
        options = {"image_data": io.BytesIO(png), "x_scale": _MAP_SCALE, "y_scale": _MAP_SCALE}
        sheet.insert_image(0, place * _MAP_COLUMNS, f"{name}.png", options)
    sheet.set_paper(_A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 1)


def _sheet(styled: _Style, sheet: Worksheet, grid: Grid) -> None:
    sheet.write_string(0, 0, grid.title, styled(bold=True, font_size=13))
    head = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#E8EEF5"}
    widths = [_width(grid, column) for column in grid.columns]
    for number, (column, width) in enumerate(zip(grid.columns, widths, strict=True)):
        side = _TEXT if column.is_text else {"align": "right"}
        sheet.write_string(_HEADER_ROW, number, column.title, styled(**side, **head))
        sheet.set_column(number, number, width)
    titles = [column.title for column in grid.columns]
    sheet.set_row(_HEADER_ROW, _height(zip(titles, widths, strict=True)) + _AIR)
    sized = zip(grid.columns, widths, strict=True)
    texts_in = [(column.key, width) for column, width in sized if column.is_text]
    for row_number, row in enumerate(grid.rows, start=_HEADER_ROW + 1):
        for number, column in enumerate(grid.columns):
            _write(styled, sheet, (row_number, number), column, row)
        sheet.set_row(row_number, _height((str(row[key]), width) for key, width in texts_in))
    last = _HEADER_ROW + len(grid.rows)
    if grid.rows:
        sheet.autofilter(_HEADER_ROW, 0, last, len(grid.columns) - 1)
    if grid.note:
        _note(styled, sheet, last + 2, grid.note, widths)
    sheet.freeze_panes(_HEADER_ROW + 1, 0)
    sheet.repeat_rows(_HEADER_ROW)
    sheet.set_paper(_A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _note(styled: _Style, sheet: Worksheet, row: int, note: str, widths: Sequence[float]) -> None:
    """A note no wider than the table, so that it does not make the printed page smaller."""
    style = styled(font_color="#595953", text_wrap=True, valign="top")
    if len(widths) > 1:
        sheet.merge_range(row, 0, row, len(widths) - 1, "", style)
    sheet.write_string(row, 0, note, style)
    sheet.set_row(row, _height([(note, sum(widths))]))


def _width(grid: Grid, column: Column) -> float:
    """Letters: as wide as its texts up to a point, and never narrower than a word."""
    if not column.is_text:
        word = max(map(len, column.title.split()), default=0)
        return max(_NUMBER_WIDTH, min(word, _WIDEST) + 2)
    cells = [str(row[column.key]) for row in grid.rows]
    longest = max(map(len, cells), default=0)
    word = max((len(word) for cell in (*cells, column.title) for word in cell.split()), default=0)
    return max(_NARROWEST, min(longest, _WIDEST) + 2, word + 4)


def _write(
    styled: _Style, sheet: Worksheet, place: tuple[int, int], column: Column, row: Mapping[str, Any]
) -> None:
    """A text stays a text whatever it begins with, a number is written in full."""
    cell = row[column.key]
    if column.is_text:
        shade = {"bg_color": _SHADES[row["mark"]]} if column.kind == "mark" else {}
        style = styled(text_wrap=True, valign="top", **_TEXT, **shade)
        sheet.write_string(*place, str(cell), style)
        return
    figure = cell if isinstance(cell, Figure) else Figure(cell, column.kind, column.digits)
    style = styled(num_format=_pattern(figure), valign="top")
    if math.isfinite(figure.value):
        sheet.write_number(*place, float(figure.value), style)
    else:
        sheet.write_blank(*place, None, style)


def _pattern(figure: Figure) -> str:
    digits = f"0.{'0' * figure.digits}" if figure.digits else "0"
    pattern = f"#,##{digits}"
    if figure.kind.startswith("share"):
        pattern += "%"
    if figure.kind.endswith("change"):
        pattern = f"+{pattern};-{pattern};{pattern}"
    return pattern
