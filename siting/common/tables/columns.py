"""Describe the columns of a table, and read a file against that, with all its faults at once."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from siting.common.errors import Fault, near_matches, refuse_all
from siting.common.file_limits import MOST_ROWS
from siting.common.tables.hints import GREATEST, cell, missing_column, number_problem, zero_remedy
from siting.common.tables.read import read_cells, shortened, texts_of
from siting.common.types import Points

type Cells = "pd.Series[Any]"


@dataclass(frozen=True)
class Rule:
    """What every value of a column must be.

    Parameters
    ----------
    holds : callable
        Says which values keep it.
    problem, remedy : str
        What is told of the others; without a remedy, what the column holds.
    digits : int
        How many a code has, where a spreadsheet may have taken a zero away.
    """

    holds: Callable[[Cells], Cells]
    problem: str
    remedy: str = ""
    digits: int = 0


@dataclass(frozen=True)
class ColumnSpec:
    """What a column of a table holds.

    Parameters
    ----------
    meaning : str
        In words.
    kind : str
        string, as it stands; label, without spaces around it; integer or number.
    rules : tuple of Rule
        What its values must be.
    required : bool
        Whether the table must have it.
    also : tuple of str
        What may stand in a cell of numbers besides: nothing, or inf.
    """

    meaning: str = ""
    kind: Literal["string", "label", "integer", "number"] = "string"
    rules: tuple[Rule, ...] = ()
    required: bool = True
    also: tuple[str, ...] = ()


NOT_NEGATIVE = Rule(lambda numbers: numbers >= 0, "must not be negative")
POSITIVE = Rule(lambda numbers: numbers > 0, "must be greater than 0")


def within(low: float, high: float, problem: str, remedy: str = "") -> Rule:
    """Numbers from low to high."""
    return Rule(lambda numbers: numbers.between(low, high), problem, remedy)


def on_earth(name: str, remedy: str = "") -> Rule:
    """Degrees of a column whose name ends with lon or lat."""
    most = 180.0 if name.endswith("lon") else 90.0
    return within(-most, most, "is no position on Earth", remedy)


_ONE_EACH = "Give each row one of its own, or take out the rows that are there twice."


def unique(remedy: str = _ONE_EACH) -> Rule:
    """No value twice."""
    problem = "appears in more than one row"
    return Rule(lambda values: ~values.duplicated(keep=False), problem, remedy)


def label_column(*rules: Rule) -> ColumnSpec:
    """Labels of places."""
    filled = Rule(lambda texts: texts != "", "must not be empty", "Write a label.")
    return ColumnSpec(kind="label", rules=(filled, *rules))


def read_columns(
    path: Path,
    columns: Mapping[str, ColumnSpec],
    *,
    strict: bool = False,
    most_rows: int = MOST_ROWS,
) -> pd.DataFrame:
    """Read the described columns of a CSV, XLSX or Parquet file; a strict table has no others."""
    return check_columns(read_cells(path, most_rows), columns, path, strict=strict)


def check_columns(
    raw: pd.DataFrame, columns: Mapping[str, ColumnSpec], path: Path, *, strict: bool = False
) -> pd.DataFrame:
    """The described columns as what they hold, or an error with all that is wrong with them."""
    missing = (name for name, column in columns.items() if column.required and name not in raw)
    refuse_all(missing_column(path, name, raw.columns) for name in missing)
    found = {name: column for name, column in columns.items() if name in raw}
    values = {name: _values(raw[name], column) for name, column in found.items()}
    faults = chain(
        *(_no_numbers(path, raw[name][values[name][1]], found[name]) for name in found),
        _strange(path, raw, columns) if strict else (),
        *(_broken(path, *values[name], found[name]) for name in sorted(found)),
    )
    refuse_all(shortened(faults, path))
    return pd.DataFrame({name: column for name, (column, _) in values.items()}, index=raw.index)


def _values(cells: Cells, column: ColumnSpec) -> tuple[Cells, Cells]:
    """The values of a column, and which cells hold none though they must."""
    if column.kind in ("string", "label"):
        texts = texts_of(cells)
        texts = texts.str.strip() if column.kind == "label" else texts
        return texts, pd.Series(data=False, index=cells.index)
    numbers = _numbers(cells)
    bad = ~(numbers.abs() < GREATEST)
    bad[bad] = ~texts_of(cells[bad]).str.strip().str.lower().isin(column.also)
    if column.kind == "integer":
        bad |= numbers % 1 > 0
        return numbers.mask(bad, 0).astype(np.int64), bad
    return numbers.mask(bad), bad


def _numbers(cells: Cells) -> "pd.Series[float]":
    """NaN where there is none; numbers of Parquet stay as they are."""
    if is_numeric_dtype(cells) and not is_bool_dtype(cells):
        return cells.astype(float)
    return pd.to_numeric(texts_of(cells), errors="coerce").astype(float)


def _no_numbers(path: Path, bad: Cells, column: ColumnSpec) -> Iterator[Fault]:
    for row, value in texts_of(bad).items():
        wrong = number_problem(value, whole=column.kind == "integer")
        yield Fault(str(path), cell(row, bad.name), value, *wrong)


def _strange(path: Path, raw: pd.DataFrame, columns: Mapping[str, ColumnSpec]) -> Iterator[Fault]:
    for name in raw.columns.difference(list(columns), sort=False):
        remedy = near_matches(name, columns) or "Take it out."
        problem = "is a column that this table does not have"
        yield Fault(str(path), f"column {name}", name, problem, remedy)


def _broken(path: Path, values: Cells, bad: Cells, column: ColumnSpec) -> Iterator[Fault]:
    known = values[~bad].dropna()
    for rule in column.rules:
        for row, value in known[~rule.holds(known)].items():
            bare = str(value).removesuffix(".0")
            lost = bare.isdigit() and len(bare) == rule.digits - 1
            meaning = f"Correct it; the column holds: {column.meaning}."
            remedy = zero_remedy(f"0{bare}") if lost else rule.remedy or meaning
            yield Fault(str(path), cell(row, values.name), value, rule.problem, remedy)


def read_points(path: Path, name: str = "id", lon: str = "lon", lat: str = "lat") -> Points:
    """Read places."""
    number = ColumnSpec(kind="number")
    own = unique("Give each place a label of its own.")
    table = read_columns(path, {name: label_column(own), lon: number, lat: number})
    off = (table[lon].abs() > 180) | (table[lat].abs() > 90)  # noqa: PLR2004 -- degrees
    key, remedy = f"columns {lon}, {lat}", "Write degrees, longitude and latitude."
    faults = (
        Fault(str(path), f"row {row + 2}, {key}", (east, north), "is no position on Earth", remedy)
        for row, east, north in table.loc[off, [lon, lat]].itertuples()
    )
    refuse_all(shortened(faults, path))
    positions = (table[axis].to_numpy(dtype=np.float64) for axis in (lon, lat))
    return Points(tuple(table[name]), *positions)
