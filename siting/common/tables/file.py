"""A table in a file: which sheet it is, where its header stands, and what was read of it."""

import glob
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pandas as pd

from siting.common.errors import Fault, InputError, file_fault, near_matches, refuse_all
from siting.common.tables.hints import alike

_SHOWN = 20  # faults of one file that are told one by one
HEAD = 20
"""Rows of a sheet among which a header is looked for."""
type Choose = Callable[[Sequence[str]], Collection[str]]
"""Which of the names in a header are read."""


@dataclass(frozen=True)
class TableFile:
    """A file, and where in it a table stands.

    Parameters
    ----------
    path : Path
        The file.
    sheet : str
        The sheet of a workbook or the layer of a GeoPackage; "" is the first.
    header_row : int
        The row that holds the names of the columns; the first is 1.
    """

    path: Path
    sheet: str = ""
    header_row: int = 1

    def __str__(self) -> str:
        return f"{self.path}, sheet {self.sheet}" if self.sheet else str(self.path)


type AnyTable = TableFile | Path
"""A table in a file, or a file whose first sheet begins with the header."""
type Heads = Callable[[], Mapping[str, Sequence[Sequence[object]]]]
"""The first rows of each sheet of a file."""


def as_table(table: AnyTable) -> TableFile:
    """A table in a file."""
    return table if isinstance(table, TableFile) else TableFile(table)


@dataclass(frozen=True)
class RawTable:
    """What was read of a table, before anything is known of its columns.

    Parameters
    ----------
    cells : DataFrame
        The columns that were chosen, as texts or as the types that the file gives them. The row
        with the index k is row k + 2 of the file.
    header : tuple of str
        The names of all columns, made alike.
    heads : callable
        Gives the first rows of each sheet, to look for what is missing.
    signs : tuple of str, optional
        What was read otherwise than in a plain CSV file; None where texts are no numbers.
    """

    cells: pd.DataFrame
    header: tuple[str, ...]
    heads: Heads = dict
    signs: tuple[str, ...] | None = None


def parts_of(*tables: TableFile) -> list[Path]:
    """The files of tables: of a Shapefile, all that make it up."""
    whole = (
        sorted(table.path.parent.glob(f"{glob.escape(table.path.stem)}.*"))
        if table.path.suffix.lower() == ".shp"
        else [table.path]
        for table in tables
    )
    return [path for paths in whole for path in paths]


def places_of(
    table: TableFile, header: Iterable[object], choose: Choose
) -> tuple[tuple[str, ...], dict[str, int]]:
    """The names of a header made alike, and where those stand that are read."""
    names = tuple(alike(name) or f"Unnamed: {place}" for place, name in enumerate(header))
    wanted = {*choose(names)}
    refuse_all(_twice(table, [name for name in names if name in wanted]))
    return names, {name: place for place, name in enumerate(names) if name in wanted}


def _twice(table: TableFile, names: Iterable[str]) -> Iterator[Fault]:
    for name, count in Counter(names).items():
        if count > 1:
            problem = f"appears {count} times in the header"
            yield Fault(str(table), f"column {name}", name, problem, "Take all but one out.")


def missing_columns(table: AnyTable, raw: RawTable, names: Sequence[str]) -> Iterator[Fault]:
    """The faults of a table that lacks columns, or one that says where they stand."""
    here, heads = as_table(table), raw.heads() if names else {}
    if found := _elsewhere(here, heads, {*names}):
        problem = f"the columns are missing; row {here.header_row} has {', '.join(raw.header)}"
        yield Fault(str(table), f"column {', '.join(names)}", None, problem, found)
        return
    for name in names:
        near = near_matches(name, raw.header)
        problem = f"the column is missing; the file has {', '.join(raw.header)}"
        sheets = f" The file has the sheets {', '.join(heads)}." if len(heads) > 1 else ""
        remedy = f"Add a column named {name}.{f' {near}' if near else ''}{sheets}"
        yield Fault(str(table), f"column {name}", None, problem, remedy)


def _elsewhere(
    table: TableFile, heads: Mapping[str, Sequence[Sequence[object]]], names: set[str]
) -> str:
    """Where the columns stand, and what to write then."""
    for sheet, rows in heads.items():
        for number, row in enumerate(rows, start=1):
            if names <= {*map(alike, row)}:
                other = sheet != (table.sheet or next(iter(heads)))
                keys = [f'sheet = "{sheet}"'] * other
                keys += [f"header_row = {number}"] * (number != 1 or not other)
                where = f" of the sheet {sheet}" if sheet else ""
                keyed = f"Under the key of the file, write {' and '.join(keys)}."
                return f"They stand in row {number}{where}. {keyed}"
    return ""


def no_sheet(table: TableFile, sheets: Collection[str]) -> InputError:
    """The error of a sheet that a file does not have."""
    shown = ", ".join(sheets)
    problem = f"there is no such sheet; the file has {shown}" if sheets else "it has no sheets"
    remedy = near_matches(table.sheet, sheets) or (
        f"Write one of these: {shown}." if sheets else "Leave the key sheet out."
    )
    return InputError([Fault(str(table.path), "sheet", table.sheet, problem, remedy)])


def too_many(table: TableFile, rows: int, most_rows: int) -> Fault:
    """The fault of a file with more rows than are read."""
    problem = f"the file has {rows:,} rows, and at most {most_rows:,} are read"
    remedy = "Leave out the rows that are not needed, or put neighbouring places together."
    return Fault(str(table), "rows", rows, problem, remedy)


def shortened(faults: Iterable[Fault], table: AnyTable) -> list[Fault]:
    """The first faults of a file, and a last one that counts the others."""
    every = iter(faults)
    first = list(islice(every, _SHOWN))
    more = sum(1 for _ in every)
    if not more:
        return first
    path = as_table(table).path
    return [*first, file_fault(path, f"{more} more faults like these", "Fix these first.")]
