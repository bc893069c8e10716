"""Read the texts of a table file, and refuse what cannot be read without guessing.

Whatever a spreadsheet or a script may have done to a file is named with its row; nothing is fixed.
"""

import codecs
import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from siting.common.errors import Fault, InputError, control_problem, file_fault, refuse_all
from siting.common.file_limits import (
    MOST_ROWS,
    TEXT,
    refuse_large,
    refuse_large_parquet,
    refuse_large_workbook,
)

_SHOWN = 20  # faults of one file that are told one by one
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CSV_REMEDY = "Save it again as 'CSV UTF-8' with one header line, or as XLSX or Parquet."
_QUOTE_REMEDY = 'Put texts with commas in "quotes", and write a quotation mark in them twice.'
_NUL = "there is a NUL character in it, as in UTF-16 text or a damaged file"
_SAVE_REMEDY = (
    "Save it as XLSX, or as 'CSV UTF-8' with commas between the columns and points in numbers; "
    "a Swedish Excel writes semicolons and, as plain CSV, another encoding."
)
_FEWER_FIELDS = "Give each row a field for every column, empty ones too."
_MORE_FIELDS = (
    'Put texts with commas in "quotes", and write numbers with a point: a decimal comma makes two '
    "fields of one."
)
_LONGEST = 120
_FIRST = 4096


def texts_of(column: "pd.Series[Any]") -> "pd.Series[str]":
    """The cells of a column as texts."""
    if isinstance(column.dtype, pd.StringDtype):
        return column.fillna("")
    return column.astype(object).where(column.notna(), "").astype(str)


def read_cells(path: Path, most_rows: int = MOST_ROWS) -> pd.DataFrame:
    """Read a CSV, XLSX or Parquet file: texts, or the types that Parquet gives its columns."""
    readers = {".xlsx": _read_workbook, ".parquet": _read_parquet}
    read = readers.get(path.suffix.lower(), _read_csv)
    try:
        table = read(path, most_rows)
    except InputError:
        raise
    except FileNotFoundError:
        remedy = "Check the path; it is read relative to the file that names it."
        raise InputError([file_fault(path, "there is no such file", remedy)]) from None
    # What a damaged file makes its reader raise is not documented by any of them.
    except Exception as error:
        problem = f"the file is no table ({str(error).strip()})"
        raise InputError([file_fault(path, problem, _CSV_REMEDY)]) from error
    if table.empty:
        remedy = "Write a row for each of what the table lists."
        raise InputError([file_fault(path, "there is no row below the header", remedy)])
    return table


def check_csv(path: Path, most_rows: int = MOST_ROWS) -> None:
    """Go through a CSV file in bounded memory, and refuse it where readers would have to guess."""
    refuse_all(shortened(_csv_faults(path, most_rows), path))


def shortened(faults: Iterable[Fault], path: Path) -> list[Fault]:
    """The first faults of a file, and a last one that counts the others."""
    every = iter(faults)
    first = list(islice(every, _SHOWN))
    more = sum(1 for _ in every)
    if not more:
        return first
    return [*first, file_fault(path, f"{more} more faults like these", "Fix these first.")]


def _too_many(path: Path, rows: int, most_rows: int) -> Fault:
    problem = f"the file has {rows:,} rows, and at most {most_rows:,} are read"
    remedy = "Leave out the rows that are not needed, or put neighbouring places together."
    return Fault(str(path), "rows", rows, problem, remedy)


def _read_csv(path: Path, most_rows: int) -> pd.DataFrame:
    refuse_large(path, TEXT)
    check_csv(path, most_rows)
    # Lines without anything are refused above, but for those at the end.
    return pd.read_csv(
        path, dtype=str, keep_default_na=False, encoding="utf-8-sig", compression=None
    )


def _read_parquet(path: Path, most_rows: int) -> pd.DataFrame:
    refuse_large_parquet(path)
    with pq.ParquetFile(path) as file:
        rows, names = file.metadata.num_rows, file.schema_arrow.names
    if rows > most_rows:
        raise InputError([_too_many(path, rows, most_rows)])
    _refuse_header(path, names)
    return pd.read_parquet(path).reset_index(drop=True)


def _read_workbook(path: Path, most_rows: int) -> pd.DataFrame:
    refuse_large_workbook(path)
    # Without a header, as pandas would rename columns that appear twice.
    raw = pd.read_excel(
        path, header=None, dtype=str, keep_default_na=False, nrows=most_rows + 2, engine="openpyxl"
    ).fillna("")
    if raw.empty:
        raise InputError([file_fault(path, "the first sheet is empty", _CSV_REMEDY)])
    if len(raw) > most_rows + 1:
        raise InputError([_too_many(path, len(raw) - 1, most_rows)])
    header = [name or f"Unnamed: {place}" for place, name in enumerate(raw.iloc[0].tolist())]
    _refuse_header(path, header)
    return raw[1:].reset_index(drop=True).set_axis(header, axis="columns")


def _refuse_header(path: Path, header: list[str]) -> None:
    refuse_all(_header_faults(path, header))


def _header_faults(path: Path, header: list[str]) -> Iterator[Fault]:
    for name, count in Counter(header).items():
        if count > 1 and name:
            problem = f"appears {count} times in the header"
            yield Fault(str(path), f"column {name}", name, problem, "Take all but one out.")


def _csv_faults(path: Path, most_rows: int) -> Iterator[Fault]:
    with path.open("rb") as file:
        start = file.read(_FIRST)
    if not start:
        yield file_fault(path, "the file is empty", "Write one header line, and a row for each.")
        return
    if start.startswith(_UTF16):
        yield file_fault(path, "the file is UTF-16 and not UTF-8 text", _SAVE_REMEDY)
        return
    if b"\0" in start.partition(b"\n")[0]:
        yield Fault(str(path), "row 1", start[:_LONGEST].decode("latin-1"), _NUL, _SAVE_REMEDY)
        return
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _Rows(path, file).faults(most_rows)
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
    path : Path
        How faults name it.
    lines : iterable of str
        Its lines, with their ends.
    """

    def __init__(self, path: Path, lines: Iterable[str]) -> None:
        self._path = path
        self._lines = lines
        self._text = ""
        self._row = 0
        self._blank = 0
        self._width = 0

    def faults(self, most_rows: int) -> Iterator[Fault]:
        """What is wrong, row by row; what makes the rest unreadable ends it."""
        reader = csv.reader(self._watched(), strict=True)
        try:
            for self._row, fields in enumerate(reader, start=1):
                if found := list(self._unreadable(fields)):
                    yield from found
                    return
                yield from self._in_row(fields) if self._row > 1 else ()
                if self._row - 1 > most_rows and not self._blank:
                    rows = self._row - 1 + sum(1 for line in self._lines if line.strip())
                    yield _too_many(self._path, rows, most_rows)
                    return
                self._text = ""
        except csv.Error as error:
            problem = f"a quotation mark opens or closes at the wrong place ({error})"
            yield self._at(self._row + 1, [f"line {reader.line_num}"], problem, _QUOTE_REMEDY)

    def _watched(self) -> Iterator[str]:
        for line in self._lines:
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
        elif self._row == 1:
            yield from self._in_header(fields)
        elif fields and self._blank:
            yield self._at(self._blank, [], "the row is empty", "Take it out.")

    def _in_header(self, fields: list[str]) -> Iterator[Fault]:
        self._width = len(fields)
        for sign, word in ((";", "semicolons"), ("\t", "tabs")):
            if len(fields) == 1 and sign in fields[0]:
                problem = f"{word} stand between the columns, as a Swedish Excel writes them"
                yield self._at(1, fields, problem, _SAVE_REMEDY)
                return
        if any(fields):
            yield from _header_faults(self._path, fields)
        else:
            remedy = "Write the names of the columns into the first line."
            yield self._at(1, fields, "there is no header", remedy)

    def _in_row(self, fields: list[str]) -> Iterator[Fault]:
        width = self._width
        if not fields:
            self._blank = self._blank or self._row
        elif self._text.count('"') % 2:
            problem = "a quotation mark has lost its other half"
            yield self._at(self._row, fields, problem, _QUOTE_REMEDY)
        elif len(fields) != width:
            problem = f"the row has {len(fields)} fields, and the header {width}"
            remedy = _MORE_FIELDS if len(fields) > width else _FEWER_FIELDS
            yield self._at(self._row, fields, problem, remedy)

    def _at(self, row: int, fields: list[str], problem: str, remedy: str) -> Fault:
        value = ",".join(fields)
        shown = value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…"
        return Fault(str(self._path), f"row {row}", shown, problem, remedy)
