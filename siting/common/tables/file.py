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
type Heads = Callable[[int], Mapping[str, pd.DataFrame]]
"""Gives so many of the first rows of each sheet of a file."""


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

    @property
    def parts(self) -> list[Path]:
        """The files that hold it: of a Shapefile, all that make it up."""
        if self.path.suffix.lower() != ".shp":
            return [self.path]
        return sorted(self.path.parent.glob(f"{glob.escape(self.path.stem)}.*"))

    def has_no(self, sheets: Collection[str]) -> InputError:
        """The error of a sheet that the file lacks, or that has to be chosen."""
        remedy = near_matches(self.sheet, sheets) or (
            'Write sheet = "…" with one of them.' if sheets else "Leave the key sheet out."
        )
        problem = (
            f"the file has {f'the sheets or layers {", ".join(sheets)}' if sheets else 'none'}"
        )
        return InputError([Fault(str(self.path), "sheet", self.sheet, problem, remedy)])

    def refuse_rows(self, rows: int, most: int) -> None:
        """Raise an error for more rows than are read, or for a header that is not there."""
        if rows > most:
            problem = f"the file has {rows:,} rows, and at most {most:,} are read"
            remedy = "Leave out the rows that are not needed, or put neighbouring places together."
            raise InputError([Fault(str(self), "rows", rows, problem, remedy)])
        if rows < 0:
            problem = f"the sheet has {rows + self.header_row} rows"
            remedy = "Name the row that holds the names of the columns."
            raise InputError([Fault(str(self), "header_row", self.header_row, problem, remedy)])


type AnyTable = TableFile | Path
"""A table in a file, or a file whose first sheet begins with the header."""


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
    heads: Heads = lambda _: {}
    signs: tuple[str, ...] | None = None


def places_of(
    table: TableFile, header: Iterable[object], choose: Choose
) -> tuple[tuple[str, ...], dict[str, int]]:
    """The names of a header made alike, and where those stand that are read."""
    names = tuple(alike(name) or f"Unnamed: {place}" for place, name in enumerate(header))
    wanted = {*choose(names)}
    counts = Counter(name for name in names if name in wanted)
    remedy = "Take all but one out."
    refuse_all(
        Fault(str(table), f"column {name}", name, f"appears {count} times in the header", remedy)
        for name, count in counts.items()
        if count > 1
    )
    return names, {name: place for place, name in enumerate(names) if name in wanted}


def missing_columns(table: AnyTable, raw: RawTable, names: Sequence[str]) -> Iterator[Fault]:
    """The faults of a table that lacks columns, or one that says where they stand."""
    heads = raw.heads(HEAD) if names else {}
    if found := _elsewhere(as_table(table), heads, {*names} - {"lon", "lat"} or {*names}):
        problem = f"the columns are missing; the file has {', '.join(raw.header) or 'no such row'}"
        yield Fault(str(table), f"column {', '.join(names)}", None, problem, found)
        return
    sheets = f" The file has the sheets {', '.join(heads)}." if len(heads) > 1 else ""
    for name in names:
        near = near_matches(name, raw.header)
        problem = f"the column is missing; the file has {', '.join(raw.header)}"
        remedy = f"Add a column named {name}.{f' {near}' if near else ''}{sheets}"
        yield Fault(str(table), f"column {name}", None, problem, remedy)


def _elsewhere(table: TableFile, heads: Mapping[str, pd.DataFrame], names: set[str]) -> str:
    """Where the columns stand, and what to write then."""
    found = {
        sheet: number
        for sheet, rows in heads.items()
        for number, row in enumerate(rows.itertuples(index=False), start=1)
        if names <= {*map(alike, row)}
    }
    if not found:
        return ""
    sheet, row = next(iter(found.items()))
    keys = [f'sheet = "{sheet}"'] * (sheet != (table.sheet or next(iter(heads))))
    keys += [f"header_row = {row}"] * (row != 1 or not keys)
    where = f" of the sheet {' (or '.join(found)}{')' * (len(found) - 1)}" if sheet else ""
    return f"They stand in row {row}{where}. Under the key of the file, write {' and '.join(keys)}."


def shortened(faults: Iterable[Fault], table: AnyTable) -> list[Fault]:
    """The first faults of a file, and a last one that counts the others."""
    every = iter(faults)
    first = list(islice(every, _SHOWN))
    more = sum(1 for _ in every)
    if not more:
        return first
    path = as_table(table).path
    return [*first, file_fault(path, f"{more} more faults like these", "Fix these first.")]
