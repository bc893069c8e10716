"""Read a small table of one's own and say, all at once, what is wrong with it."""

from collections.abc import Collection, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from siting.common.errors import Fault, InputError
from siting.common.file_limits import MOST_ROWS
from siting.common.tables.hints import GREATEST, cell, missing_column, number_problem
from siting.common.tables.read import read_cells, shortened, texts_of
from siting.common.types import Points

_INFINITE = ("inf", "infinity")


def read_own_table(  # noqa: PLR0913 - one parameter a kind of column
    path: Path,
    texts: Collection[str],
    numbers: Collection[str],
    *,
    may_lack: Collection[str] = (),
    infinite: Collection[str] = (),
    most_rows: int = MOST_ROWS,
) -> pd.DataFrame:
    """Read a CSV, XLSX or Parquet file."""
    raw = read_cells(path, most_rows)
    needed = [name for name in (*texts, *numbers) if name not in may_lack]
    if missing := [name for name in needed if name not in raw]:
        raise InputError(missing_column(path, name, raw.columns) for name in missing)
    labels = {name: texts_of(raw[name]).str.strip() for name in texts}
    figures = {name: _numbers(raw[name]) if name in raw else np.nan for name in numbers}
    table = pd.DataFrame({**labels, **figures}, index=raw.index)
    faults = chain.from_iterable(_empty(path, table[name]) for name in texts)
    for name in numbers:
        if name in raw:
            bad = ~(table[name].abs() < GREATEST)
            kept = {*(_INFINITE if name in infinite else ()), *([""] if name in may_lack else ())}
            bad[bad] = ~texts_of(raw.loc[bad, name]).str.strip().str.lower().isin(kept)
            faults = chain(faults, _no_number(path, raw[name], bad))
    if found := shortened(faults, path):
        raise InputError(found)
    return table


def read_points(path: Path, label: str = "id", lon: str = "lon", lat: str = "lat") -> Points:
    """Read places."""
    table = read_own_table(path, (label,), (lon, lat))
    off = (table[lon].abs() > 180) | (table[lat].abs() > 90)  # noqa: PLR2004 -- degrees
    faults = []
    for row in np.flatnonzero(off).tolist():
        value = (float(table[lon].iloc[row]), float(table[lat].iloc[row]))
        problem, remedy = "is no position on Earth", "Write degrees, longitude and latitude."
        key = f"row {row + 2}, columns {lon}, {lat}"
        faults.append(Fault(str(path), key, value, problem, remedy))
    for row in np.flatnonzero(table[label].duplicated(keep=False)).tolist():
        remedy = "Give each place a label of its own."
        problem = "stands in more than one row"
        faults.append(Fault(str(path), cell(row, label), table[label].iloc[row], problem, remedy))
    if found := shortened(faults, path):
        raise InputError(found)
    east, north = (table[name].to_numpy(dtype=np.float64) for name in (lon, lat))
    return Points(tuple(table[label]), east, north)


def _numbers(column: "pd.Series[Any]") -> "pd.Series[float]":
    """The numbers of a column, NaN where there is none; numbers of Parquet stay as they are."""
    if is_numeric_dtype(column) and not is_bool_dtype(column):
        return column.astype(float)
    return pd.to_numeric(texts_of(column), errors="coerce").astype(float)


def _empty(path: Path, column: "pd.Series[Any]") -> Iterator[Fault]:
    for row in np.flatnonzero(column == "").tolist():
        yield Fault(str(path), cell(row, column.name), "", "must not be empty", "Write a label.")


def _no_number(path: Path, column: "pd.Series[Any]", bad: "pd.Series[bool]") -> Iterator[Fault]:
    for row in np.flatnonzero(bad).tolist():
        value = texts_of(column.iloc[[row]]).iloc[0]
        yield Fault(str(path), cell(row, column.name), value, *number_problem(value))
