"""Read a small table of one's own and say, all at once, what is wrong with it."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from siting.errors import Fault, InputError
from siting.sizes import TEXT, refuse_large, refuse_large_parquet
from siting.types import Points

_FAULTS_SHOWN = 20


def read_own_table(
    path: Path,
    texts: Collection[str],
    numbers: Collection[str],
    *,
    may_lack: Collection[str] = (),
    infinite: Collection[str] = (),
) -> pd.DataFrame:
    """Read a CSV or Parquet file.

    Parameters
    ----------
    path : pathlib.Path
        The file; ``.parquet`` is Parquet, everything else CSV in UTF-8.
    texts : collection of str
        Columns of labels, none of them empty; they stay strings.
    numbers : collection of str
        Columns of numbers.
    may_lack : collection of str
        Those of ``numbers`` that may be empty, or missing altogether.
    infinite : collection of str
        Those of ``numbers`` that may be infinite.

    Returns
    -------
    pandas.DataFrame
        The columns that were asked for, in that order.

    Raises
    ------
    siting.errors.InputError
        The file or a column is missing, or values do not fit.
    """
    raw = _read(path)
    needed = [name for name in (*texts, *numbers) if name not in may_lack]
    if missing := [name for name in needed if name not in raw]:
        have = f"the column is missing; the file has {', '.join(map(str, raw.columns))}"
        raise InputError(
            Fault(str(path), f"column {name}", None, have, f"Add a column named {name}")
            for name in missing
        )
    labels = {name: raw[name].astype(str).str.strip() for name in texts}
    figures = {
        name: pd.to_numeric(raw[name], errors="coerce") if name in raw else np.nan
        for name in numbers
    }
    table = pd.DataFrame({**labels, **figures}, index=raw.index)
    faults = [fault for name in texts for fault in _empty(path, table[name])]
    for name in numbers:
        if name in raw:
            good = table[name].notna() if name in infinite else np.isfinite(table[name])
            if name in may_lack:
                good |= _is_empty(raw[name])
            faults += _no_number(path, raw[name], ~good)
    if faults:
        raise InputError(faults[:_FAULTS_SHOWN])
    return table


def read_points(path: Path, label: str = "id", lon: str = "lon", lat: str = "lat") -> Points:
    """Read places.

    Parameters
    ----------
    path : pathlib.Path
        CSV or Parquet.
    label, lon, lat : str
        Its columns: names, and longitude and latitude in degrees (WGS 84).

    Returns
    -------
    Points
        Labels and positions.

    Raises
    ------
    siting.errors.InputError
        The file or a column is missing, values do not fit, or a position is not on Earth.
    """
    table = read_own_table(path, (label,), (lon, lat))
    off = (table[lon].abs() > 180) | (table[lat].abs() > 90)  # noqa: PLR2004 -- degrees
    if off.any():
        row = int(np.flatnonzero(off)[0])
        value = (float(table[lon].iloc[row]), float(table[lat].iloc[row]))
        problem, remedy = "is no position on Earth", "Write degrees, longitude and latitude"
        raise InputError([Fault(str(path), f"row {row + 2}", value, problem, remedy)])
    east, north = (table[name].to_numpy(dtype=np.float64) for name in (lon, lat))
    return Points(tuple(table[label]), east, north)


def _read(path: Path) -> pd.DataFrame:
    try:
        if path.suffix == ".parquet":
            refuse_large_parquet(path)
            return pd.read_parquet(path)
        refuse_large(path, TEXT)
        # Nothing is unpacked on the way: a packed file can hold any number of bytes.
        return pd.read_csv(
            path, dtype=str, keep_default_na=False, encoding="utf-8-sig", compression=None
        )
    except FileNotFoundError:
        problem = "there is no such file"
    except (OSError, ValueError) as error:  # parser, decoding and Arrow errors are ValueErrors
        problem = f"the file is no table ({str(error).strip()})"
    remedy = "Name a CSV file in UTF-8 with one header line, or a Parquet file"
    raise InputError([Fault(str(path), "file", path.name, problem, remedy)])


def _is_empty(column: "pd.Series[Any]") -> "pd.Series[bool]":
    return column.isna() | (column.astype(str).str.strip() == "")


def _empty(path: Path, column: "pd.Series[Any]") -> Iterator[Fault]:
    for row in np.flatnonzero(_is_empty(column)).tolist():
        key = f"row {row + 2}, column {column.name}"
        yield Fault(str(path), key, "", "must not be empty", "Write a label")


def _no_number(path: Path, column: "pd.Series[Any]", bad: "pd.Series[bool]") -> Iterator[Fault]:
    for row in np.flatnonzero(bad).tolist():
        key = f"row {row + 2}, column {column.name}"
        yield Fault(str(path), key, column.iloc[row], "is not a number", "Write a number")
