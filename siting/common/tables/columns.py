"""Describe the columns of a table, and read a file against that, with all its faults at once."""

import logging
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
from siting.common.tables.file import AnyTable, RawTable, missing_columns, shortened
from siting.common.tables.hints import (
    GREATEST,
    THOUSANDS,
    alike,
    cell,
    number_problem,
    zero_remedy,
)
from siting.common.tables.read import read_cells, texts_of
from siting.common.types import Points

type Cells = "pd.Series[Any]"
LOG = logging.getLogger("siting")
DECIMAL_COMMAS = "decimal commas"
_SWEDISH = r"[+-]?(?:\d+|\d{1,3}(?: \d{3})+)(?:,\d+)?"


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
        string, integer or number.
    rules : tuple of Rule
        What its values must be.
    required : bool
        Whether the table must have it.
    also : tuple of str
        What may stand in a cell of numbers besides: nothing, or inf.
    thousands : bool
        Whether it holds numbers so large that 1.500 may be 1500.
    """

    meaning: str = ""
    kind: Literal["string", "integer", "number"] = "string"
    rules: tuple[Rule, ...] = ()
    required: bool = True
    also: tuple[str, ...] = ()
    thousands: bool = False


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
    return ColumnSpec(rules=(filled, *rules))


def read_columns(
    table: AnyTable,
    columns: Mapping[str, ColumnSpec],
    *,
    strict: bool = False,
    most_rows: int = MOST_ROWS,
) -> pd.DataFrame:
    """Read the described columns of a file; a strict table has no others."""
    raw = read_cells(table, most_rows, lambda header: header if strict else [*columns])
    return check_columns(raw, columns, table, strict=strict)


def check_columns(
    raw: RawTable,
    columns: Mapping[str, ColumnSpec],
    table: AnyTable,
    *,
    strict: bool = False,
    quiet: bool = False,
) -> pd.DataFrame:
    """The described columns as what they hold, or an error with all that is wrong with them.

    A strict table has no others; a quiet one does not tell how it was written.
    """
    needed = (name for name, column in columns.items() if column.required)
    refuse_all(missing_columns(table, raw, [name for name in needed if name not in raw.cells]))
    cells = raw.cells
    found = {name: column for name, column in columns.items() if name in cells}
    commas = _has_commas([cells[name] for name in found if found[name].kind != "string"], raw)
    values = {name: _values(cells[name], column, commas=commas) for name, column in found.items()}
    faults = chain(
        *(_no_numbers(table, cells[name][values[name][1]], found[name]) for name in found),
        _strange(table, raw, columns) if strict else (),
        *(_broken(table, *values[name], found[name]) for name in sorted(found)),
    )
    refuse_all(shortened(faults, table))
    if not quiet and (signs := dict.fromkeys([*(raw.signs or ()), *[DECIMAL_COMMAS] * commas])):
        LOG.warning("%s was read with %s", table, ", ".join(signs))
    return pd.DataFrame({name: column for name, (column, _) in values.items()}, index=cells.index)


def _has_commas(numbers: list[Cells], raw: RawTable) -> bool:
    """Whether the numbers of a table are written with decimal commas throughout."""
    texts = [] if raw.signs is None else [*map(_written, numbers)]
    # Between semicolons spaces part thousands as well, where no number has a point.
    mark = r",|\d\s\d" if raw.signs else ","
    parted = [each[each.str.contains(mark)] for each in texts]
    sure = bool(raw.signs) or any(not each.str.fullmatch(THOUSANDS).all() for each in parted)
    pointed = any(each.str.contains(".", regex=False).any() for each in texts)
    return sure and not pointed and any(each.size for each in parted)


def _ambiguous(cells: Cells) -> Cells:
    """Which cells of a column are two numbers, as their points or commas may part thousands."""
    texts = _written(cells)
    parted = texts[texts.str.contains("[.,]")]
    unclear = parted.index if parted.str.fullmatch(THOUSANDS).all() else parted.index[:0]
    return pd.Series(cells.index.isin(unclear), index=cells.index)


def _written(cells: Cells) -> Cells:
    """The cells of a column that hold texts, where others hold numbers."""
    if isinstance(cells.dtype, pd.StringDtype):
        return cells.dropna()
    return cells[cells.map(lambda value: isinstance(value, str))].astype("str")


def _values(cells: Cells, column: ColumnSpec, *, commas: bool) -> tuple[Cells, Cells]:
    """The values of a column, and which cells hold none though they must."""
    if column.kind == "string":
        return alike_texts(cells), pd.Series(data=False, index=cells.index)
    numbers = _numbers(cells, commas=commas)
    bad = ~(numbers.abs() < GREATEST)
    bad[bad] = ~alike_texts(cells[bad]).str.lower().isin(column.also)
    if column.thousands:
        bad |= _ambiguous(cells)
    if column.kind == "integer":
        bad |= numbers % 1 > 0
        return numbers.mask(bad, 0).astype(np.int64), bad
    return numbers.mask(bad), bad


def alike_texts(cells: Cells) -> "pd.Series[str]":
    """The cells of a column as texts that are made alike."""
    codes, different = pd.factorize(texts_of(cells))
    texts = pd.Index([alike(text) for text in different], dtype="str").take(codes)
    return pd.Series(texts, cells.index, name=cells.name)


def _numbers(cells: Cells, *, commas: bool) -> "pd.Series[float]":
    """NaN where there is none; numbers of Parquet stay as they are."""
    if is_numeric_dtype(cells) and not is_bool_dtype(cells):
        return cells.astype(float)
    numbers = pd.to_numeric(texts_of(cells), errors="coerce").astype(float)
    left = alike_texts(cells[numbers.isna()])
    if commas:
        plain = left.str.replace(" ", "").str.replace(",", ".")
        left = left.mask(left.str.fullmatch(_SWEDISH), plain)
    numbers[left.index] = pd.to_numeric(left, errors="coerce").astype(float)
    return numbers


def _no_numbers(table: AnyTable, bad: Cells, column: ColumnSpec) -> Iterator[Fault]:
    for row, value in texts_of(bad).items():
        problem, remedy = number_problem(value, whole=column.kind == "integer")
        remedy += " Where there is no way, write inf." if "inf" in column.also else ""
        yield Fault(str(table), cell(row, bad.name), value, problem, remedy)


def _strange(table: AnyTable, raw: RawTable, columns: Mapping[str, ColumnSpec]) -> Iterator[Fault]:
    for name in filter(lambda name: name not in columns, raw.header):
        remedy = near_matches(name, columns) or "Take it out."
        problem = "is a column that this table does not have"
        yield Fault(str(table), f"column {name}", name, problem, remedy)


def _broken(table: AnyTable, values: Cells, bad: Cells, column: ColumnSpec) -> Iterator[Fault]:
    known = values[~bad].dropna()
    for rule in column.rules:
        for row, value in known[~rule.holds(known)].items():
            bare = str(value).removesuffix(".0")
            lost = bare.isdigit() and len(bare) == rule.digits - 1
            meaning = f"Correct it; the column holds: {column.meaning}."
            remedy = zero_remedy(f"0{bare}") if lost else rule.remedy or meaning
            yield Fault(str(table), cell(row, values.name), value, rule.problem, remedy)


def read_points(path: Path, name: str = "id", lon: str = "lon", lat: str = "lat") -> Points:
    """Read places."""
    own = unique("Give each place a label of its own.")
    rules = {axis: on_earth(axis, "Write degrees, longitude and latitude.") for axis in (lon, lat)}
    axes = {axis: ColumnSpec(kind="number", rules=(rule,)) for axis, rule in rules.items()}
    table = read_columns(path, {name: label_column(own), **axes})
    return Points(tuple(table[name]), *(table[axis].to_numpy(dtype=np.float64) for axis in axes))
