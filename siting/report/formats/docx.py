"""A table of a briefing in a DOCX document."""

import datetime as dt
import io
import zipfile
from collections.abc import Mapping
from itertools import groupby

import docx
from docx.document import Document as WordDocument
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph as WordParagraph

from siting.report.document import (
    Block,
    Bullets,
    Column,
    Document,
    Grid,
    Heading,
    Paragraph,
    Pictures,
    is_narrow,
    shares,
    shown,
)

_SHADES = {"red": "F4C7C3", "amber": "FFE9B3", "green": "CBE8D3", "own": "DCE6F0"}
_HEAD = "DCE6F0"
_THIN_LINE = {"val": "single", "sz": "2", "space": "0", "color": "C9C9C2"}
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
    """Add a table whose heading stands on every page, and whose rows break across none."""
    columns = grid.columns
    table = word.add_table(rows=1 + len(grid.rows), cols=len(columns))
    table.autofit = False
    size = _SIZES.get(grid.name, _SIZE)
    needs = shares(grid, language, _LETTERS_PER_MM * width * _SIZE / size)
    widths = [Mm(width * need / sum(needs)) for need in needs]
    for column, share in zip(table.columns, widths, strict=True):
        column.width = share
    texts = [column.title for column in columns]
    texts += [shown(row[column.key], column, language) for row in grid.rows for column in columns]
    # Not table.cell(), which takes quadratic time.
    for place, (cell, text) in enumerate(zip(table._cells, texts, strict=True)):  # noqa: SLF001 - see above
        line, number = divmod(place, len(columns))
        cell.width = widths[number]
        _fill(cell, text, columns[number], size, bold=line == 0)
        if number and columns[number].is_text and not columns[number - 1].is_text:
            cell.paragraphs[0].paragraph_format.left_indent = _APART
        if line == 0 or columns[number].kind == "mark":
            colour = _SHADES[grid.rows[line - 1]["mark"]] if line else _HEAD
            shade(cell._tc.get_or_add_tcPr(), colour)  # noqa: SLF001 - no other way
    _hold_rows(table)
    _set_sides(table, "tblBorders", ("bottom", "insideH"), **_THIN_LINE)
    _set_sides(table, "tblCellMar", ("left", "right"), w=str(_CELL_MARGIN), type="dxa")


def shade(properties: BaseOxmlElement, colour: str) -> None:
    """Give a cell or a paragraph a ground of this colour."""
    properties.append(_element("shd", val="clear", color="auto", fill=colour))


def _element(name: str, **attributes: str) -> BaseOxmlElement:
    element = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    return element


def _fill(cell: _Cell, text: str, column: Column, size: Pt, *, bold: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    if not column.is_text:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    run = paragraph.add_run(text)
    run.font.size, run.bold = size, bold


def _hold_rows(table: Table) -> None:
    """The heading stands on every page, no row breaks across two, a short table stands on one."""
    *others, _ = rows = list(table.rows)
    for row in rows:
        properties = row._tr.get_or_add_trPr()  # noqa: SLF001 - python-docx has no such setting
        properties.append(_element("cantSplit"))
    rows[0]._tr.trPr.append(_element("tblHeader"))  # noqa: SLF001 - likewise
    for row in others if len(others) <= _TOGETHER else ():
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True


def _set_sides(table: Table, name: str, sides: tuple[str, str], **attributes: str) -> None:
    """Give two sides of a table the same setting."""
    setting = _element(name)
    setting.extend(_element(side, **attributes) for side in sides)
    table._tbl.tblPr.append(setting)  # noqa: SLF001 - python-docx has no such setting


_LANGUAGE_TAGS = {"sv": "sv-SE", "en": "en-GB"}
_ACCENT, _FAINT, _WARNING = RGBColor(0x0B, 0x4F, 0x8A), RGBColor(0x59, 0x59, 0x53), "FDF1E7"
_PAGE_MM, _MARGIN_MM = (210, 297), 13
_GAP_MM = 6
_TEXT_MM = _PAGE_MM[0] - 2 * _MARGIN_MM
_MAP_MM = 55
_BODY, _LEAD, _SMALL = Pt(8.5), Pt(9.5), Pt(6.8)
_LOOKS = {"lead": (_LEAD, None), "small": (_SMALL, _FAINT)}
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def as_docx(document: Document, pictures: Mapping[str, bytes]) -> bytes:
    """Write a briefing as DOCX."""
    word = docx.Document()
    _set_up(word, document)
    _line(word, document.kicker, colour=_ACCENT, bold=True)
    word.add_heading(document.title, level=0)
    _line(word, document.subtitle, _SMALL, _FAINT)
    for narrow, blocks in groupby(document.blocks, is_narrow):
        columns = 2 if narrow else 1
        _divide(word, columns)
        for block in blocks:
            _add(word, block, document.language, pictures, columns)
    stream = io.BytesIO()
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
    normal.paragraph_format.space_after = Pt(2.5)
    normal.paragraph_format.line_spacing = 1.0
    for name, size, above in (("Title", 17, 0), ("Heading 1", 11, 7), ("Heading 2", 8.5, 4)):
        style = word.styles[name]
        style.font.name, style.font.size = "Arial", Pt(size)
        style.font.color.rgb = _ACCENT
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(above), Pt(2)
        fonts = style.element.rPr.rFonts
        for theme in [key for key in fonts.attrib if "Theme" in key]:
            del fonts.attrib[theme]
    language = _element("lang", val=_LANGUAGE_TAGS[document.language])
    normal.element.get_or_add_rPr().append(language)


def _divide(word: WordDocument, columns: int) -> None:
    """What follows stands in so many columns; narrow tables stand beside each other."""
    current = word.sections[-1]._sectPr.find(qn("w:cols"))  # noqa: SLF001 - python-docx has none
    if current.get(qn("w:num"), "1") == str(columns):
        return
    word.add_section(WD_SECTION.CONTINUOUS)
    # The break is a paragraph of its own, which should take no room.
    line = word.paragraphs[-1].paragraph_format
    line.space_before = line.space_after = Pt(0)
    line.line_spacing = Pt(1)
    following = word.sections[-1]._sectPr.find(qn("w:cols"))  # noqa: SLF001 - likewise
    following.set(qn("w:num"), str(columns))
    following.set(qn("w:space"), str(Mm(_GAP_MM).twips))


def _add(
    word: WordDocument, block: Block, language: str, pictures: Mapping[str, bytes], columns: int
) -> None:
    match block:
        case Heading():
            word.add_heading(block.text, level=1)
        case Paragraph(text, ""):
            word.add_paragraph(text)
        case Paragraph(text, "warning"):
            warning = _line(word, text, bold=True)
            shade(warning._p.get_or_add_pPr(), _WARNING)  # noqa: SLF001 - no other way
        case Paragraph(text, style):
            _line(word, text, *_LOOKS[style])
        case Bullets():
            for item in block.items:
                word.add_paragraph(item, style="List Bullet")
        case Grid():
            word.add_heading(block.title, level=2)
            width = (_TEXT_MM - (columns - 1) * _GAP_MM) / columns
            add_table(word, block, language, width)
            if block.note:
                _line(word, block.note, _SMALL, _FAINT)
        case Pictures():
            _pictures(word, block, pictures)


def _line(
    word: WordDocument,
    text: str,
    size: Pt = _BODY,
    colour: RGBColor | None = None,
    *,
    bold: bool = False,
) -> WordParagraph:
    paragraph = word.add_paragraph()
    run = paragraph.add_run(text)
    run.font.size, run.bold = size, bold
    if colour is not None:
        run.font.color.rgb = colour
    return paragraph


def _pictures(word: WordDocument, block: Pictures, pictures: Mapping[str, bytes]) -> None:
    count = len(block.alternatives)
    width = Mm(min(_MAP_MM, _TEXT_MM / count - _GAP_MM))
    cells = word.add_table(rows=1, cols=count).rows[0].cells
    for cell, (name, alternative) in zip(cells, block.alternatives.items(), strict=True):
        picture = cell.paragraphs[0].add_run().add_picture(io.BytesIO(pictures[name]), width=width)
        picture._inline.docPr.set("descr", alternative)  # noqa: SLF001 - no other way


def _with_fixed_times(stream: io.BytesIO) -> bytes:
    """The same archive with one time for every part, so that equal runs give equal bytes."""
    fixed, kind = io.BytesIO(), zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(stream) as source, zipfile.ZipFile(fixed, "w") as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name, _ZIP_TIME), source.read(name), kind)
    return fixed.getvalue()
