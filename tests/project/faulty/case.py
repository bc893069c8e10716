"""What a faulty input is: files, how they are read, and what has to be said about them."""

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

type Row = list[str]


@dataclass(frozen=True)
class Case:
    """One faulty input.

    Parameters
    ----------
    name : str
        What was done to what.
    files : mapping of str to bytes
        Content by path within a folder of its own.
    read : callable
        Reads them in that folder, and has to refuse them.
    file, key, value : str
        What a fault has to name: parts of its file, key and value (or of the problem, where the
        value is the lack of something).
    remedy : str
        Part of its remedy.
    """

    name: str
    files: Mapping[str, bytes]
    read: Callable[[Path], object] = field(compare=False)
    file: str
    key: str
    value: str = ""
    remedy: str = ""


def rows_of(text: str) -> list[Row]:
    """The header and the rows of a CSV text."""
    return list(csv.reader(io.StringIO(text, newline="")))


def text_of(rows: list[Row]) -> str:
    """Rows as CSV."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def head(path: Path, rows: int) -> str:
    """The header and the first rows of a file."""
    with path.open(encoding="utf-8") as file:
        return "".join(line for line, _ in zip(file, range(rows + 1), strict=False))


def changed(rows: list[Row], row: int, column: str, value: str) -> list[Row]:
    """Rows with one cell changed; row 2 is the first below the header."""
    place = rows[0].index(column)
    copy = [list(fields) for fields in rows]
    copy[row - 1][place] = value
    return copy
