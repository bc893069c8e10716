"""Travel times from elsewhere."""

from collections.abc import Iterator, Sequence
from itertools import compress

import numpy as np
import pandas as pd
from osmnx.distance import great_circle

from siting.common.errors import Fault, InputError, gathering, refuse_all
from siting.common.file_limits import MOST_PAIRS
from siting.common.tables.columns import ColumnSpec, alike_texts, check_columns, label_column
from siting.common.tables.file import AnyTable, as_table, shortened
from siting.common.tables.hints import cell, lost_zero, zero_remedy
from siting.common.tables.read import read_cells
from siting.common.types import Bools, Floats, Ints, Points, TravelTimes
from siting.network.matrix import stored
from siting.network.plausible import LOG, Ends, implausible, pairs_of

_MINUTES = ColumnSpec(kind="number", also=("inf", "infinity"))
_CUT_OFF = ColumnSpec(kind="number", also=("inf", "infinity", ""))
_LABELS = {"from": label_column(), "to": label_column()}


def read_travel_times(  # noqa: PLR0913 - a file, places at both ends, and how strict to be
    file: AnyTable, homes: Points, sites: Points, floor_minutes: Floats, *, strict: bool, gaps: bool
) -> TravelTimes:
    """Read travel times from a long table, or from a matrix with a row a home.

    Parameters
    ----------
    file : TableFile or pathlib.Path
        A table with the columns from, to and minutes, or with a column of homes and
        one for each site; ``inf`` where there is no way. It may hold more places than are asked
        for.
    homes, sites : Points
        The places that are needed, n and m of them: every pair of them must be there.
    floor_minutes : ndarray of float, shape (n,)
        Time inside each home: no trip from it takes less.
    strict : bool
        Whether times that no car can have are refused.
    gaps : bool
        Whether a pair that is missing counts as one without a way.

    Returns
    -------
    TravelTimes
        Rows are homes. A pair without an entry cannot be reached.

    Raises
    ------
    siting.common.errors.InputError
        Minutes are negative, not a number or not plausible, a pair is missing or appears twice.
    """
    ends = (homes.ids, sites.ids)
    table = _read(file, {*homes.ids, *sites.ids}, _CUT_OFF if gaps else _MINUTES)
    row, column = _rows_of(table, ("from", "to"), ends)
    minutes = table["minutes"].to_numpy(dtype=np.float64)
    needed = (row >= 0) & (column >= 0)
    pair = np.where(needed, row * len(sites) + column, -1)
    faults = shortened([*_negative(file, minutes, table), *_twice(file, pair, table)], file)
    # A pair that is not there is NaN until it has been told.
    whole = np.full((len(homes), len(sites)), np.nan)
    whole.ravel()[pair[needed]] = minutes[needed]
    lost = np.isnan(whole)
    faults += _missing(file, lost, table, ends, gaps=gaps) if lost.any() else ()
    whole[lost] = np.inf
    if strict:
        metres = great_circle(homes.lat[:, None], homes.lon[:, None], sites.lat, sites.lon)
        faults += implausible(file, whole, metres / 1000, ends)
    refuse_all(faults)
    if absent := [*compress(homes.ids, lost.all(axis=1)), *compress(sites.ids, lost.all(axis=0))]:
        LOG.warning("%s: out of reach, as they have no row: %s", file, ", ".join(absent[:5]))
    return TravelTimes(*ends, stored(np.maximum(whole, floor_minutes[:, None])))


_LONG = "Write a row for each pair (from, to, minutes), or ids of homes into the first column."


def _read(file: AnyTable, places: set[str], minutes: ColumnSpec) -> pd.DataFrame:
    """The columns from, to and minutes of a file, which may hold a matrix."""
    columns = {**_LABELS, "minutes": minutes}

    def choose(header: Sequence[str]) -> set[str]:
        ids = places.intersection(header)
        return {*columns, *ids, *(header[:1] if ids else ())}

    raw = read_cells(file, MOST_PAIRS, choose)
    first, *others = raw.header
    header = [name for name in others if name in places]
    matrix = header and alike_texts(raw.cells[first]).isin(places).any()
    if {"to", "minutes"} & {*raw.header} or not (matrix or len(others) >= len(columns)):
        return check_columns(raw, columns, file)
    if not matrix:
        problem = "are no columns from, to and minutes, and no matrix of the places either"
        key = f"row {as_table(file).header_row}"
        faults = [Fault(str(file), key, [*raw.header[:9]], problem, _LONG)]
        with gathering(faults):
            check_columns(raw, columns, file)
        raise InputError(faults)
    wide = check_columns(raw, {first: label_column(), **dict.fromkeys(header, minutes)}, file)
    # Each cell keeps the number of the row that it stands in.
    long = wide.melt(first, var_name="to", value_name="minutes", ignore_index=False)
    return long.rename(columns={first: "from"})


def _rows_of(table: pd.DataFrame, columns: tuple[str, str], ends: Ends) -> Iterator[Ints]:
    """The places of two columns among those at both ends, -1 where they are not."""
    for name, labels in zip(columns, ends, strict=True):
        yield pd.Index(labels).get_indexer(pd.Index(table[name]))


def _cell(table: pd.DataFrame, row: int) -> str:
    """How faults name the minutes of a row of a table, which in a matrix stand below a place."""
    long = isinstance(table.index, pd.RangeIndex)
    return cell(table.index[row], "minutes" if long else table["to"].iloc[row])


def _negative(file: AnyTable, minutes: Floats, table: pd.DataFrame) -> Iterator[Fault]:
    remedy = "Write minutes from 0, or inf where there is no way."
    for row in np.flatnonzero(minutes < 0).tolist():
        value, problem = float(minutes[row]), "must not be negative"
        yield Fault(str(file), _cell(table, row), value, problem, remedy)


def _twice(file: AnyTable, pair: Ints, table: pd.DataFrame) -> Iterator[Fault]:
    again = pd.Series(pair).duplicated().to_numpy() & (pair >= 0)
    for row in np.flatnonzero(again).tolist():
        ends = (str(table["from"].iloc[row]), str(table["to"].iloc[row]))
        problem = "the pair appears twice"
        key = f"row {table.index[row] + 2}, columns from, to"
        yield Fault(str(file), key, ends, problem, "Leave one of them.")


def _lost_zeros(file: AnyTable, table: pd.DataFrame, ends: Ends) -> Iterator[Fault]:
    """The first label of each column that is known but for the zeros in front of it."""
    for name, known in zip(("from", "to"), ends, strict=True):
        strange = table.loc[~table[name].isin(known), name].drop_duplicates()
        for row, label in strange.items():
            meant = lost_zero(str(label), known)
            if meant is not None:
                problem = "there is no such place, but one with a zero in front"
                yield Fault(str(file), cell(row, name), label, problem, zero_remedy(meant))
                break


_CUT = 'Where they were cut at a limit write missing = "unreachable" under [travel_times].'


def _missing(
    file: AnyTable, lost: Bools, table: pd.DataFrame, ends: Ends, *, gaps: bool
) -> Iterator[Fault]:
    to, start = _rows_of(table, ("to", "from"), ends)
    zeros = [*_lost_zeros(file, table, ends)]
    pairs, count = pairs_of(lost, ends), int(lost.sum())
    problem = f"{count:,} of {lost.size:,} pairs are missing: {', '.join(pairs)}"
    remedy = f"Add them, with inf as minutes where there is no way. {_CUT}"
    if turned := np.count_nonzero((to >= 0) & (start >= 0)) > lost.size - count:
        problem = "from and to are exchanged: people live in to, offices and candidates are in from"
        remedy = "Exchange the two names (turn a matrix); times are wanted from people to offices."
    if turned or zeros or lost.all() or not gaps:
        yield Fault(str(file), "columns from, to", pairs[0], problem, remedy)
    yield from zeros
