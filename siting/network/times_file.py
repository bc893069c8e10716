"""Travel times from elsewhere."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from siting.common.errors import Fault, InputError
from siting.common.file_limits import MOST_PAIRS
from siting.common.tables.columns import ColumnSpec, label_column, read_columns
from siting.common.tables.hints import cell, lost_zero, zero_remedy
from siting.common.tables.read import shortened
from siting.common.types import Floats, Ints, TravelTimes
from siting.network.matrix import stored

_SHOWN = 5
_COLUMNS = {
    "from": label_column(),
    "to": label_column(),
    "minutes": ColumnSpec(kind="number", also=("inf", "infinity")),
}


def read_travel_times(
    path: Path, origins: tuple[str, ...], destinations: tuple[str, ...], floor_minutes: Floats
) -> TravelTimes:
    """Read travel times from a long table.

    Parameters
    ----------
    path : pathlib.Path
        CSV or Parquet with the columns from, to and minutes; ``inf`` where there is no way. It may
        hold more places than are asked for.
    origins, destinations : tuple of str
        The labels of the places that are needed, n and m of them: every pair of them must be there.
    floor_minutes : ndarray of float, shape (n,)
        Time inside each origin: no trip from it takes less.

    Returns
    -------
    TravelTimes
        Rows are origins. A pair without an entry cannot be reached.

    Raises
    ------
    siting.common.errors.InputError
        Minutes are negative or not a number, a pair is missing or appears twice.
    """
    table = read_columns(path, _COLUMNS, most_rows=MOST_PAIRS)
    row, column = (
        pd.Index(labels).get_indexer(pd.Index(table[name]))
        for name, labels in (("from", origins), ("to", destinations))
    )
    minutes = table["minutes"].to_numpy(dtype=np.float64)
    needed = (row >= 0) & (column >= 0)
    pair = np.where(needed, row * len(destinations) + column, -1)
    faults = shortened([*_negative(path, minutes), *_twice(path, pair, table)], path)
    faults += _missing(path, pair[needed], origins, destinations)
    if faults:
        raise InputError([*faults, *_lost_zeros(path, table, origins, destinations)])
    whole = np.empty(len(origins) * len(destinations))
    whole[pair[needed]] = minutes[needed]
    whole = np.maximum(whole.reshape(len(origins), -1), floor_minutes[:, None])
    return TravelTimes(origins, destinations, stored(whole))


def _negative(path: Path, minutes: Floats) -> Iterator[Fault]:
    remedy = "Write minutes from 0, or inf where there is no way."
    for row in np.flatnonzero(minutes < 0).tolist():
        value, problem = float(minutes[row]), "must not be negative"
        yield Fault(str(path), cell(row, "minutes"), value, problem, remedy)


def _twice(path: Path, pair: Ints, table: pd.DataFrame) -> Iterator[Fault]:
    again = pd.Series(pair).duplicated().to_numpy() & (pair >= 0)
    for row in np.flatnonzero(again).tolist():
        ends = (str(table["from"].iloc[row]), str(table["to"].iloc[row]))
        problem = "the pair appears twice"
        key = f"row {row + 2}, columns from, to"
        yield Fault(str(path), key, ends, problem, "Leave one of them.")


def _lost_zeros(
    path: Path, table: pd.DataFrame, origins: tuple[str, ...], destinations: tuple[str, ...]
) -> Iterator[Fault]:
    """The first label of each column that is known but for the zeros in front of it."""
    for name, known in (("from", origins), ("to", destinations)):
        strange = table.loc[~table[name].isin(known), name].drop_duplicates()
        for row, label in strange.items():
            meant = lost_zero(str(label), known)
            if meant is not None:
                problem = "there is no such place, but one with a zero in front"
                yield Fault(str(path), cell(row, name), label, problem, zero_remedy(meant))
                break


def _missing(
    path: Path, found: Ints, origins: tuple[str, ...], destinations: tuple[str, ...]
) -> Iterator[Fault]:
    there = np.zeros(len(origins) * len(destinations), dtype=np.bool_)
    there[found] = True
    lost = np.flatnonzero(~there)
    if len(lost):
        shown = [
            f"{origins[pair // len(destinations)]} to {destinations[pair % len(destinations)]}"
            for pair in lost[:_SHOWN].tolist()
        ]
        more = ", …" if len(lost) > _SHOWN else ""
        problem = f"{len(lost):,} of {len(there):,} pairs are missing: {', '.join(shown)}{more}"
        remedy = "Add them, with inf as minutes where there is no way."
        yield Fault(str(path), "columns from, to", shown[0], problem, remedy)
