"""Read CSV files: the plain kind, and the Swedish one where a file is of that kind throughout.

What cannot be read without guessing is refused, with its row.
"""

import codecs
import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, islice, zip_longest
from pathlib import Path
from typing import Any

import pandas as pd

from siting.common.errors import Fault, control_problem, file_fault, refuse_all
from siting.common.file_limits import MOST_ROWS, TEXT, refuse_large
from siting.common.tables.file import Choose, RawTable, TableFile, places_of, shortened
from siting.common.tables.hints import alike

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_QUOTE_REMEDY = 'Put texts with commas in "quotes", and write a quotation mark in them twice.'
_NUL = "there is a NUL character in it, as in UTF-16 text or a damaged file"
_SAVE_REMEDY = (
    "Save it as XLSX, or as 'CSV UTF-8' with commas between the columns and points in numbers; "
    "a Swedish Excel writes semicolons and, as plain CSV, another encoding."
)
_RAGGED, _BLANK = _SHORT = ("the row has", "the row is empty")
_FEWER_FIELDS = "Give each row a field for every column, empty ones too."
_MORE_FIELDS = (
    'Put texts with commas in "quotes", and write numbers with a point: a decimal comma makes two '
    "fields of one."
)
_FOR_EXCEL = "it tells Excel how columns are separated, and is no header"
_HEADER_REMEDY = "Delete that line, or write header_row = 2 under the key of the file."
_LONGEST = 120
_FIRST = 4096
_SEPARATORS = {",": "", ";": "semicolons between the columns", "\t": "tabs between the columns"}
_UTF8, _WINDOWS = "utf-8-sig", "cp1252"
# Signs that Windows-1252 has where the encodings of DOS and of old Macs have letters, and what
# would be UTF-8 in a file that as a whole is not.
_NOT_WINDOWS = re.compile(
    rb"[\x81\x8d\x8f\x90\x9d]|[A-Za-z][\x80-\x9f]|[\x80-\x9f][a-z]|[\xc2-\xf4][\x80-\xbf]"
)


@dataclass(frozen=True)
class _Form:
    """A CSV file, and how it is written.

    Parameters
    ----------
    table : TableFile
        The file.
    encoding, separator : str
        Of its text, and between its columns.
    """

    table: TableFile
    encoding: str = _UTF8
    separator: str = ","

    def rows(self, lines: Iterable[str], *, strict: bool = False) -> Iterator[list[str]]:
        """The fields of each row, the header first."""
        below = islice(lines, self.table.header_row - 1, None)
        return csv.reader(below, delimiter=self.separator, strict=strict)

    def head(self, count: int) -> list[list[str]]:
        """The first rows, which may be damaged."""
        rows: list[list[str]] = []
        text = self.table.path.open(encoding=self.encoding, errors="replace", newline="")
        with text as file, suppress(csv.Error):
            rows.extend(islice(self.rows(file), count))
        return rows

    @property
    def signs(self) -> tuple[str, ...]:
        """What is otherwise than in a plain file."""
        letters = "the letters of Windows-1252" * (self.encoding == _WINDOWS)
        return tuple(filter(None, (_SEPARATORS[self.separator], letters)))


def read_csv(table: TableFile, most_rows: int, choose: Choose) -> RawTable:
    """The columns of a CSV file, as texts."""
    refuse_large(table.path, TEXT)
    refuse_all(_no_text(table.path, table.header_row))
    form, header = _form_of(table, choose)
    names, places = places_of(table, header, choose)
    # Where no column is known, another row may be the header, and this one is too short.
    every = _faults(form, most_rows, [*places.values()])
    faults = (each for each in every if places or not each.problem.startswith(_SHORT))
    refuse_all(shortened(faults, table))
    cells = _cells(form, places) if places else pd.DataFrame()
    whole = replace(form, table=TableFile(table.path))
    forms = [replace(whole, separator=sign) for sign in _SEPARATORS]

    def heads(count: int) -> dict[str, pd.DataFrame]:
        # Each row as it is with any separator: a title above the header says nothing of it.
        rows = zip(*(each.head(count) for each in forms), strict=False)
        return {"": pd.DataFrame(zip_longest(*map(chain.from_iterable, rows))).T}

    return RawTable(cells, names, heads, form.signs)


def check_csv(path: Path, most_rows: int = MOST_ROWS) -> None:
    """Go through a plain CSV file in bounded memory, and refuse what readers would guess at."""
    refuse_all(_no_text(path))
    form, header = _form_of(TableFile(path), lambda header: header)
    places_of(form.table, header, lambda header: header)
    form = replace(form, encoding=_UTF8)
    problem = f"it has {' and '.join(form.signs)}"
    refuse_all(Fault(str(path), "row 1", header, problem, _SAVE_REMEDY) for _ in form.signs)
    refuse_all(shortened(_faults(form, most_rows), path))


def _form_of(table: TableFile, choose: Choose) -> tuple[_Form, list[str]]:
    """How a file is written, by the header in which the most names are known, and that header."""
    encoding, found = _encoding(table.path), []
    for separator in _SEPARATORS:
        form = _Form(table, encoding, separator)
        header = [*map(alike, next(iter(form.head(1)), []))]
        found.append((len({*choose(header)} & {*header}), len(header), form, header))
    return max(found, key=lambda each: each[:2])[2:]


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
            return _UTF8 if any(map(_NOT_WINDOWS.search, file)) else _WINDOWS
    return _UTF8


def _cells(form: _Form, places: dict[str, int]) -> pd.DataFrame:
    with form.table.path.open(encoding=form.encoding, newline="") as file:
        names, chosen = range(len(next(form.rows(file)))), [*places.values()]
        plain: Any = {"dtype": str, "keep_default_na": False, "names": names, "usecols": chosen}
        # Lines without anything are refused before, but for those at the end.
        cells: pd.DataFrame = pd.read_csv(file, sep=form.separator, **plain)
    cells.index += form.table.header_row - 1
    return cells[chosen].set_axis([*places], axis="columns")


def _no_text(path: Path, header_row: int = 1) -> Iterator[Fault]:
    """What is no text at all, or begins with a line for Excel alone."""
    with path.open("rb") as file:
        start = file.read(_FIRST)
    if not start:
        yield file_fault(path, "the file is empty", "Write one header line, and a row for each.")
    elif start.startswith(_UTF16):
        yield file_fault(path, "the file is UTF-16 and not UTF-8 text", _SAVE_REMEDY)
    elif b"\0" in start.partition(b"\n")[0]:
        yield Fault(str(path), "row 1", start[:_LONGEST].decode("latin-1"), _NUL, _SAVE_REMEDY)
    elif header_row == 1 and start.removeprefix(codecs.BOM_UTF8)[:4].lower() == b"sep=":
        yield Fault(str(path), "row 1", "sep=", _FOR_EXCEL, _HEADER_REMEDY)


def _faults(form: _Form, most_rows: int, places: Sequence[int] = ()) -> Iterator[Fault]:
    try:
        with form.table.path.open(encoding=form.encoding, newline="") as file:
            yield from _Rows(form, file, places).faults(most_rows)
    except UnicodeDecodeError:
        yield _not_utf8(form.table.path)


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
    form : _Form
        The file, and how it is written.
    lines : iterable of str
        Its lines, with their ends.
    places : sequence of int
        The fields that are read; all if empty.
    """

    def __init__(self, form: _Form, lines: Iterable[str], places: Sequence[int]) -> None:
        self._places = places
        self._form = form
        self._first = form.table.header_row
        self._lines = lines
        self._text = ""
        self._row = 0
        self._blank = 0
        self._width = 0

    def faults(self, most_rows: int) -> Iterator[Fault]:
        """What is wrong, row by row; what makes the rest unreadable ends it."""
        reader, first = self._form.rows(self._watched(), strict=True), self._first
        try:
            for self._row, fields in enumerate(reader, start=first):
                if found := list(self._unreadable(fields)):
                    yield from found
                    return
                yield from self._in_row(fields) if self._row > self._first else ()
                if self._row - self._first > most_rows and not self._blank:
                    more = sum(1 for line in self._lines if line.strip())
                    self._form.table.refuse_rows(self._row - self._first + more, most_rows)
                self._text = ""
        except csv.Error as error:
            problem = f"a quotation mark opens or closes at the wrong place ({error})"
            yield self._at(self._row + 1, ["…"], problem, _QUOTE_REMEDY)

    def _watched(self) -> Iterator[str]:
        for line in self._lines:
            self._text += line
            yield line

    def _unreadable(self, fields: list[str]) -> Iterator[Fault]:
        """What is wrong with a row in such a way that nothing below it can be read."""
        # Few rows are looked at closely: those with tabs or with spaces of other kinds.
        printable = self._text.rstrip("\r\n").isprintable()
        read = [fields[place] for place in self._places if place < len(fields)] or [self._text]
        nul = not printable and "\0" in self._text
        if problem := "" if printable else control_problem(self._text if nul else "".join(read)):
            wrong = (_NUL, _SAVE_REMEDY) if nul else (problem, "Take it out.")
            yield self._at(self._row, fields, *wrong)
        elif self._row == self._first:
            yield from self._in_header(fields)
        elif fields and self._blank:
            yield self._at(self._blank, [], _BLANK, "Take it out.")

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
        return Fault(str(self._form.table), f"row {row}", shown, problem, remedy)
