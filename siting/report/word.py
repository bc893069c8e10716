"""A briefing as a DOCX document."""

import datetime as dt
import io
import zipfile
from collections.abc import Mapping

import docx
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph as WordParagraph

from siting.report.blocks import (
    Block,
    Bullets,
    Column,
    Document,
    Grid,
    Heading,
    Paragraph,
    Pictures,
    shares,
    shown,
)

_LANGUAGE_TAGS = {"sv": "sv-SE", "en": "en-GB"}
_SHADES = {"red": "F4C7C3", "amber": "FFE9B3", "green": "CBE8D3"}
_ACCENT, _FAINT, _WARNING = RGBColor(0x0B, 0x4F, 0x8A), RGBColor(0x59, 0x59, 0x53), "FDF1E7"
_PAGE_MM, _MARGIN_MM = (210, 297), 16
_GAP_MM = 4
_TEXT_WIDTH = _PAGE_MM[0] - 2 * _MARGIN_MM
_BODY, _SMALL, _CELL = Pt(9.5), Pt(8), Pt(7.5)
_CELL_MARGIN = 45
"""Twentieths of a point."""
_LETTERS = 125
"""So many letters of a table fit beside each other."""
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def as_docx(document: Document, pictures: Mapping[str, bytes]) -> bytes:
    """Write a briefing as DOCX.

    Parameters
    ----------
    document : Document
        From `siting.report.briefing.write_up`.
    pictures : mapping of str to bytes
        Maps as PNG, by name.
    """
    word = docx.Document()
    _set_up(word, document)
    _line(word, document.kicker, colour=_ACCENT, bold=True)
    word.add_heading(document.title, level=0)
    _line(word, document.subtitle, size=_SMALL, colour=_FAINT)
    for block in document.blocks:
        _add(word, block, document.language, pictures)
    with io.BytesIO() as stream:
        word.save(stream)
        return _with_fixed_times(stream)


def _set_up(word: WordDocument, document: Document) -> None:
    moment = dt.datetime.fromisoformat(document.date).replace(tzinfo=None)
    properties = word.core_properties
    properties.title, properties.author = document.title[:255], document.publisher
    properties.created = properties.modified = moment
    properties.last_modified_by, properties.comments = "", ""
    properties.language = _LANGUAGE_TAGS[document.language]
    page = word.sections[0]
    page.page_width, page.page_height = (Mm(side) for side in _PAGE_MM)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Mm(_MARGIN_MM)
    normal = word.styles["Normal"]
    normal.font.name, normal.font.size = "Arial", _BODY
    normal.paragraph_format.space_after = Pt(4)
    for name, size in (("Title", 20), ("Heading 1", 13), ("Heading 2", 10.5)):
        style = word.styles[name]
        style.font.name, style.font.size = "Arial", Pt(size)
        style.font.color.rgb = _ACCENT
        fonts = style.element.rPr.rFonts
        for theme in [key for key in fonts.attrib if "Theme" in key]:
            del fonts.attrib[theme]
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), _LANGUAGE_TAGS[document.language])
    normal.element.get_or_add_rPr().append(language)


def _add(word: WordDocument, block: Block, language: str, pictures: Mapping[str, bytes]) -> None:
    match block:
        case Heading():
            word.add_heading(block.text, level=1)
        case Paragraph():
            _paragraph(word, block)
        case Bullets():
            for item in block.items:
                word.add_paragraph(item, style="List Bullet")
        case Grid():
            _grid(word, block, language)
        case Pictures():
            _pictures(word, block, pictures)


def _line(
    word: WordDocument,
    text: str,
    *,
    size: Pt = _BODY,
    colour: RGBColor | None = None,
    bold: bool = False,
) -> WordParagraph:
    paragraph = word.add_paragraph()
    run = paragraph.add_run(text)
    run.font.size, run.bold = size, bold
    if colour is not None:
        run.font.color.rgb = colour
    return paragraph


def _paragraph(word: WordDocument, block: Paragraph) -> None:
    if block.style == "small":
        _line(word, block.text, size=_SMALL, colour=_FAINT)
    elif block.style == "lead":
        _line(word, block.text, size=Pt(10.5))
    elif block.style == "warning":
        paragraph = _line(word, block.text, bold=True)
        _shade(paragraph._p.get_or_add_pPr(), _WARNING)  # noqa: SLF001 - python-docx has no shading
    else:
        word.add_paragraph(block.text)


def _pictures(word: WordDocument, block: Pictures, pictures: Mapping[str, bytes]) -> None:
    table = word.add_table(rows=1, cols=len(block.names))
    width = Mm(_TEXT_WIDTH / len(block.names) - _GAP_MM)
    for cell, name in zip(table.rows[0].cells, block.names, strict=True):
        run = cell.paragraphs[0].add_run()
        picture = run.add_picture(io.BytesIO(pictures[name]), width=width)
        picture._inline.docPr.set("descr", block.alternatives[name])  # noqa: SLF001 - no other way


def _grid(word: WordDocument, grid: Grid, language: str) -> None:
    word.add_heading(grid.title, level=2)
    table = word.add_table(rows=1 + len(grid.rows), cols=len(grid.columns))
    table.style = "Light List Accent 1"
    table.autofit = False
    needs = shares(grid, language, _LETTERS)
    widths = [Mm(_TEXT_WIDTH * need / sum(needs)) for need in needs]
    cells = table._cells  # noqa: SLF001 - table.cell() takes quadratic time
    for number, column in enumerate(grid.columns):
        _fill(cells[number], column.title, column, bold=True)
    for place, row in enumerate(grid.rows, start=1):
        for number, column in enumerate(grid.columns):
            cell = cells[place * len(grid.columns) + number]
            _fill(cell, shown(row[column.key], column, language), column)
            if column.kind == "mark":
                _shade(cell._tc.get_or_add_tcPr(), _SHADES[row["mark"]])  # noqa: SLF001 - no other way
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for place, cell in enumerate(cells):
        cell.width = widths[place % len(widths)]
    _narrow_margins(table)
    _repeat_first_row(table)
    if grid.note:
        _line(word, grid.note, size=_SMALL, colour=_FAINT)


def _fill(cell: _Cell, text: str, column: Column, *, bold: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    if not column.is_text:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    run = paragraph.add_run(text)
    run.font.size, run.bold = _CELL, bold


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


def _shade(properties: BaseOxmlElement, colour: str) -> None:
    shading = OxmlElement("w:shd")
    for key, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        shading.set(qn(f"w:{key}"), value)
    properties.append(shading)


def _with_fixed_times(stream: io.BytesIO) -> bytes:
    """The same archive with one time for every part, so that equal runs give equal bytes."""
    with io.BytesIO() as fixed:
        with (
            zipfile.ZipFile(stream) as source,
            zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target,
        ):
            for name in source.namelist():
                part = zipfile.ZipInfo(name, _ZIP_TIME)
                part.compress_type = zipfile.ZIP_DEFLATED
                target.writestr(part, source.read(name))
        return fixed.getvalue()
