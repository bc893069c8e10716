"""Read a small table of one's own and say, all at once, what is wrong with it."""

from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from siting.errors import Fault, InputError

_FAULTS_SHOWN = 20


def read_own_table(
    path: Path, texts: Collection[str], numbers: Collection[str], may_lack: Collection[str] = ()
) -> pd.DataFrame:
    """Read a CSV or Parquet file.

    Parameters
    ----------
    path : pathlib.Path
        The file; ``.parquet`` is Parquet, everything else CSV in UTF-8.
    texts : collection of str
        Columns of labels, none of them empty; they stay strings.
    numbers : collection of str
        Columns of finite numbers.
    may_lack : collection of str
        Those of ``numbers`` that may be empty, or missing altogether.

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
    if faults := list(_faults(path, raw, table, texts, may_lack)):
        raise InputError(faults[:_FAULTS_SHOWN])
    return table


def _read(path: Path) -> pd.DataFrame:
    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path)
        return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except FileNotFoundError:
        problem = "there is no such file"
    except (OSError, ValueError) as error:  # parser, decoding and Arrow errors are ValueErrors
        problem = f"the file is no table ({str(error).strip()})"
    remedy = "Name a CSV file in UTF-8 with one header line, or a Parquet file"
    raise InputError([Fault(str(path), "file", path.name, problem, remedy)])


def _faults(
    path: Path,
    raw: pd.DataFrame,
    table: pd.DataFrame,
    texts: Collection[str],
    may_lack: Collection[str],
) -> Iterator[Fault]:
    for name, column in table.items():
        if name in texts:
            bad, problem, remedy = column == "", "must not be empty", "Write a label"
        else:
            bad, problem, remedy = ~np.isfinite(column), "not a finite number", "Write a number"
            if name in may_lack:
                bad &= raw[name].notna() & (raw[name].astype(str) != "") if name in raw else False
        for row in np.flatnonzero(bad).tolist():
            value = raw[name].iloc[row]
            yield Fault(str(path), f"row {row + 2}, column {name}", value, problem, remedy)
