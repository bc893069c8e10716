"""A table of a briefing in a DOCX document."""

from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt
from docx.table import Table, _Cell

from siting.report.blocks import Column, Grid, shares, shown

_SHADES = {"red": "F4C7C3", "amber": "FFE9B3", "green": "CBE8D3"}
_HEAD, _RULE = "DCE6F0", "C9C9C2"
_SIZE = Pt(6.8)
_SIZES = {"picks": Pt(7.4), "inputs": Pt(5.8)}
"""Larger in the table that is read first, smaller where nobody reads letter by letter."""
_APART = Pt(5)
"""Between a number and the text on its right."""
_CELL_MARGIN = 35
"""Twentieths of a point."""
_TOGETHER = 12
"""A table of so many rows stands on one page."""
_LETTERS_PER_MM = 0.83
"""So many letters of a table fit beside each other."""


def add_table(word: WordDocument, grid: Grid, language: str, width: float) -> None:
    """Add a table whose heading stands on every page, and whose rows break across none.

    Parameters
    ----------
    word : docx.document.Document
        The table goes to its end.
    grid : Grid
        The table.
    language : str
        "sv" or "en".
    width : float
        Millimetres.
    """
    table = word.add_table(rows=1 + len(grid.rows), cols=len(grid.columns))
    table.autofit = False
    size = _SIZES.get(grid.name, _SIZE)
    needs = shares(grid, language, _LETTERS_PER_MM * width * _SIZE / size)
    widths = [Mm(width * need / sum(needs)) for need in needs]
    apart: list[int] = []
    cells = table._cells  # noqa: SLF001 - table.cell() takes quadratic time
    for number, column in enumerate(grid.columns):
        _fill(cells[number], column.title, column, size, bold=True)
        if number and column.is_text and not grid.columns[number - 1].is_text:
            apart.append(number)
        shade(cells[number]._tc.get_or_add_tcPr(), _HEAD)  # noqa: SLF001 - no other way
    for place, row in enumerate(grid.rows, start=1):
        for number, column in enumerate(grid.columns):
            cell = cells[place * len(grid.columns) + number]
            _fill(cell, shown(row[column.key], column, language), column, size)
            if column.kind == "mark":
                shade(cell._tc.get_or_add_tcPr(), _SHADES[row["mark"]])  # noqa: SLF001 - no other way
    for column, share in zip(table.columns, widths, strict=True):
        column.width = share
    for place, cell in enumerate(cells):
        cell.width = widths[place % len(widths)]
        if place % len(widths) in apart:
            cell.paragraphs[0].paragraph_format.left_indent = _APART
    if len(grid.rows) <= _TOGETHER:
        _keep_together(table)
    _rule(table)
    _narrow_margins(table)
    _repeat_first_row(table)


def shade(properties: BaseOxmlElement, colour: str) -> None:
    """Give a cell or a paragraph a ground of this colour.

    Parameters
    ----------
    properties : BaseOxmlElement
        tcPr of a cell or pPr of a paragraph, to which it is added.
    colour : str
        Six hexadecimal digits.
    """
    shading = OxmlElement("w:shd")
    for key, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        shading.set(qn(f"w:{key}"), value)
    properties.append(shading)


def _fill(cell: _Cell, text: str, column: Column, size: Pt, *, bold: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    if not column.is_text:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    run = paragraph.add_run(text)
    run.font.size, run.bold = size, bold


def _keep_together(table: Table) -> None:
    """Each row stays on the page of the next."""
    for row in table.rows[:-1]:
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True


def _rule(table: Table) -> None:
    """A thin line below each row."""
    borders = OxmlElement("w:tblBorders")
    for side in ("bottom", "insideH"):
        line = OxmlElement(f"w:{side}")
        for key, value in (("val", "single"), ("sz", "2"), ("space", "0"), ("color", _RULE)):
            line.set(qn(f"w:{key}"), value)
        borders.append(line)
    table._tbl.tblPr.append(borders)  # noqa: SLF001 - python-docx has no such setting


def _narrow_margins(table: Table) -> None:
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(_CELL_MARGIN))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table._tbl.tblPr.append(margins)  # noqa: SLF001 - python-docx has no such setting


def _repeat_first_row(table: Table) -> None:
    """The heading stands on every page, and no row breaks across two."""
    for number, row in enumerate(table.rows):
        properties = row._tr.get_or_add_trPr()  # noqa: SLF001 - python-docx has no such setting
        properties.append(OxmlElement("w:cantSplit"))
        if number == 0:
            properties.append(OxmlElement("w:tblHeader"))
