"""Read CSV files: the plain kind, and the Swedish one where a file is of that kind throughout.

What cannot be read without guessing is refused, with its row.
"""

import codecs
import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import pandas as pd

from siting.common.errors import Fault, control_problem, file_fault, refuse_all
from siting.common.file_limits import MOST_ROWS, TEXT, refuse_large
from siting.common.tables.file import (
    HEAD,
    Choose,
    RawTable,
    TableFile,
    places_of,
    shortened,
    too_many,
)
from siting.common.tables.hints import alike

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_QUOTE_REMEDY = 'Put texts with commas in "quotes", and write a quotation mark in them twice.'
_NUL = "there is a NUL character in it, as in UTF-16 text or a damaged file"
_SAVE_REMEDY = (
    "Save it as XLSX, or as 'CSV UTF-8' with commas between the columns and points in numbers; "
    "a Swedish Excel writes semicolons and, as plain CSV, another encoding."
)
_RAGGED = "the row has"
_FEWER_FIELDS = "Give each row a field for every column, empty ones too."
_MORE_FIELDS = (
    'Put texts with commas in "quotes", and write numbers with a point: a decimal comma makes two '
    "fields of one."
)
_LONGEST = 120
_FIRST = 4096
_SEPARATORS = {",": "", ";": "semicolons between the columns", "\t": "tabs between the columns"}
# Signs that Windows-1252 has where the encodings of DOS and of old Macs have letters, and what
# would be UTF-8 in a file that as a whole is not.
_NOT_WINDOWS = re.compile(
    rb"[\x81\x8d\x8f\x90\x9d]|[A-Za-z][\x80-\x9f]|[\x80-\x9f][a-z]|[\xc2-\xf4][\x80-\xbf]"
)


@dataclass(frozen=True)
class _Form:
    """How a CSV file is written.

    Parameters
    ----------
    encoding, separator : str
        Of its text, and between its columns.
    header_row : int
        Where its header stands.
    """

    encoding: str = "utf-8-sig"
    separator: str = ","
    header_row: int = 1

    def rows(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """The fields of each row, the header first."""
        return csv.reader(islice(lines, self.header_row - 1, None), delimiter=self.separator)

    @property
    def signs(self) -> tuple[str, ...]:
        """What is otherwise than in a plain file."""
        encoding = "" if self.encoding == _Form.encoding else "the letters of Windows-1252"
        return tuple(filter(None, (_SEPARATORS[self.separator], encoding)))


def read_csv(table: TableFile, most_rows: int, choose: Choose) -> RawTable:
    """The columns of a CSV file, as texts."""
    refuse_large(table.path, TEXT)
    refuse_all(_no_text(table.path))
    form, header = _form_of(table, choose)
    names, places = places_of(table, header, choose)
    faults = _faults(table.path, form, most_rows)
    if not places:  # another row may be the header
        faults = (fault for fault in faults if _RAGGED not in fault.problem)
    refuse_all(shortened(faults, table))
    cells = _cells(table.path, form, places) if places else pd.DataFrame()
    return RawTable(cells, names, lambda: {"": _head(table.path, form)}, form.signs)


def check_csv(path: Path, most_rows: int = MOST_ROWS) -> None:
    """Go through a plain CSV file in bounded memory, and refuse what readers would guess at."""
    refuse_all(_no_text(path))
    form, header = _form_of(TableFile(path), lambda header: header)
    places_of(TableFile(path), header, lambda header: header)
    form = replace(form, encoding=_Form.encoding)
    problem = f"it has {' and '.join(form.signs)}"
    refuse_all(Fault(str(path), "row 1", header, problem, _SAVE_REMEDY) for _ in form.signs[:1])
    refuse_all(shortened(_faults(path, form, most_rows), path))


def _form_of(table: TableFile, choose: Choose) -> tuple[_Form, list[str]]:
    """How a file is written, by the header in which the most names are known, and that header."""
    plain = _Form(_encoding(table.path), header_row=table.header_row)
    found = []
    for separator in _SEPARATORS:
        form = replace(plain, separator=separator)
        header = [*map(alike, next(iter(_head(table.path, form)), []))]
        found.append((len({*choose(header)} & {*header}), len(header), form, header))
    return max(found, key=lambda each: each[:2])[2:]


def _head(path: Path, form: _Form) -> list[list[str]]:
    """The first rows of a file, which may be damaged."""
    rows: list[list[str]] = []
    try:
        with path.open(encoding=form.encoding, errors="replace", newline="") as file:
            rows.extend(islice(form.rows(file), HEAD))
    except csv.Error:
        return rows
    return rows


def _encoding(path: Path) -> str:
    """That of Windows, where a file that is not UTF-8 can be nothing else; UTF-8 otherwise."""
    decode = codecs.getincrementaldecoder("utf-8")().decode
    with path.open("rb") as file:
        try:
            while part := file.read(1 << 20):
                decode(part)
            decode(b"", final=True)
        except UnicodeDecodeError:
            file.seek(0)
            return _Form.encoding if any(map(_NOT_WINDOWS.search, file)) else "cp1252"
    return _Form.encoding


def _cells(path: Path, form: _Form, places: dict[str, int]) -> pd.DataFrame:
    with path.open(encoding=form.encoding, newline="") as file:
        width = len(next(form.rows(file)))
        # Lines without anything are refused before, but for those at the end.
        cells = pd.read_csv(
            file,
            names=range(width),
            sep=form.separator,
            dtype=str,
            keep_default_na=False,
            usecols=list(places.values()),
        )
    cells = cells[list(places.values())].set_axis(list(places), axis="columns")
    cells.index += form.header_row - 1
    return cells


def _no_text(path: Path) -> Iterator[Fault]:
    """What is no text at all."""
    with path.open("rb") as file:
        start = file.read(_FIRST)
    if not start:
        yield file_fault(path, "the file is empty", "Write one header line, and a row for each.")
    elif start.startswith(_UTF16):
        yield file_fault(path, "the file is UTF-16 and not UTF-8 text", _SAVE_REMEDY)
    elif b"\0" in start.partition(b"\n")[0]:
        yield Fault(str(path), "row 1", start[:_LONGEST].decode("latin-1"), _NUL, _SAVE_REMEDY)


def _faults(path: Path, form: _Form, most_rows: int) -> Iterator[Fault]:
    try:
        with path.open(encoding=form.encoding, newline="") as file:
            yield from _Rows(TableFile(path), file, form).faults(most_rows)
    except UnicodeDecodeError:
        yield _not_utf8(path)


def _not_utf8(path: Path) -> Fault:
    """Where the first character stands that is not UTF-8."""
    with path.open("rb") as file:
        for row, line in enumerate(file, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                value = line[max(error.start - 12, 0) : error.end + 12].strip()
                problem = "the file is not UTF-8 text"
                shown = value.decode("latin-1")
                return Fault(str(path), f"row {row}", shown, problem, _SAVE_REMEDY)
    return file_fault(path, "the file is not UTF-8 text", _SAVE_REMEDY)


class _Rows:
    """The rows of a CSV file, counted and compared with its header.

    Parameters
    ----------
    table : TableFile
        How faults name it.
    lines : iterable of str
        Its lines, with their ends.
    form : _Form
        How it is written.
    """

    def __init__(self, table: TableFile, lines: Iterable[str], form: _Form) -> None:
        self._table = table
        self._lines = lines
        self._form = form
        self._text = ""
        self._row = 0
        self._blank = 0
        self._width = 0

    def faults(self, most_rows: int) -> Iterator[Fault]:
        """What is wrong, row by row; what makes the rest unreadable ends it."""
        first, separator = self._form.header_row, self._form.separator
        reader = csv.reader(self._watched(), delimiter=separator, strict=True)
        try:
            for self._row, fields in enumerate(reader, start=first):
                if found := list(self._unreadable(fields)):
                    yield from found
                    return
                yield from self._in_row(fields) if self._row > first else ()
                if self._row - first > most_rows and not self._blank:
                    rows = self._row - first + sum(1 for line in self._lines if line.strip())
                    yield too_many(self._table, rows, most_rows)
                    return
                self._text = ""
        except csv.Error as error:
            problem = f"a quotation mark opens or closes at the wrong place ({error})"
            yield self._at(self._row + 1, [f"line {reader.line_num}"], problem, _QUOTE_REMEDY)

    def _watched(self) -> Iterator[str]:
        for line in islice(self._lines, self._form.header_row - 1, None):
            self._text += line
            yield line

    def _unreadable(self, fields: list[str]) -> Iterator[Fault]:
        """What is wrong with a row in such a way that nothing below it can be read."""
        # Few rows are looked at closely: those with tabs or with spaces of other kinds.
        printable = self._text.rstrip("\r\n").isprintable()
        if problem := "" if printable else control_problem(self._text):
            nul = "\0" in self._text
            wrong = (_NUL, _SAVE_REMEDY) if nul else (problem, "Take it out.")
            yield self._at(self._row, fields, *wrong)
        elif self._row == self._form.header_row:
            yield from self._in_header(fields)
        elif fields and self._blank:
            yield self._at(self._blank, [], "the row is empty", "Take it out.")

    def _in_header(self, fields: list[str]) -> Iterator[Fault]:
        self._width = len(fields)
        if not any(fields):
            remedy = "Write the names of the columns into the first line."
            yield self._at(self._row, fields, "there is no header", remedy)

    def _in_row(self, fields: list[str]) -> Iterator[Fault]:
        width = self._width
        if not fields:
            self._blank = self._blank or self._row
        elif self._text.count('"') % 2:
            problem = "a quotation mark has lost its other half"
            yield self._at(self._row, fields, problem, _QUOTE_REMEDY)
        elif len(fields) != width:
            problem = f"{_RAGGED} {len(fields)} fields, and the header {width}"
            remedy = _MORE_FIELDS if len(fields) > width else _FEWER_FIELDS
            yield self._at(self._row, fields, problem, remedy)

    def _at(self, row: int, fields: list[str], problem: str, remedy: str) -> Fault:
        value = ",".join(fields)
        shown = value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…"
        return Fault(str(self._table), f"row {row}", shown, problem, remedy)
