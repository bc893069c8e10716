"""Trips whose length or time is known from elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from siting.errors import Fault, InputError
from siting.network.tables import read_own_table
from siting.slips import cell
from siting.table_file import shortened

_ENDS = ("from_lon", "from_lat", "to_lon", "to_lat")


@dataclass(frozen=True)
class ReferenceTrip:
    """A trip that is known from elsewhere.

    Parameters
    ----------
    start, end : str
        Names of the places.
    start_at, end_at : tuple of float
        Longitude and latitude, WGS 84, degrees.
    km, minutes : float or None
        Length and time of the fastest way, where known.
    """

    start: str
    end: str
    start_at: tuple[float, float]
    end_at: tuple[float, float]
    km: float | None
    minutes: float | None


def read_reference_trips(path: Path) -> tuple[ReferenceTrip, ...]:
    """Read a table of trips.

    Parameters
    ----------
    path : pathlib.Path
        CSV or Parquet with the columns from, from_lon, from_lat, to, to_lon, to_lat, and km or
        minutes or both, which may be empty.

    Returns
    -------
    tuple of ReferenceTrip
        In the order of the file.

    Raises
    ------
    siting.errors.InputError
        A column is missing or a value does not fit.
    """
    table = read_own_table(
        path, ("from", "to"), (*_ENDS, "km", "minutes"), may_lack=("km", "minutes")
    )
    if faults := shortened(_out_of_range(path, table), path):
        raise InputError(faults)
    return tuple(
        ReferenceTrip(
            start,
            end,
            (from_lon, from_lat),
            (to_lon, to_lat),
            *(None if np.isnan(value) else value for value in known),
        )
        for start, end, from_lon, from_lat, to_lon, to_lat, *known in table.itertuples(index=False)
    )


def _out_of_range(path: Path, table: pd.DataFrame) -> Iterator[Fault]:
    for name in (*_ENDS, "km", "minutes"):
        furthest = {"lon": 180.0, "lat": 90.0}.get(name[-3:])
        if furthest is None:
            bad, problem = table[name] <= 0, "must be greater than 0"
            remedy = "Write what is known of the trip, or leave the cell empty."
        else:
            bad, problem = table[name].abs() > furthest, "is no position on Earth"
            remedy = "Write degrees; lon goes east, lat goes north."
        for row in np.flatnonzero(bad).tolist():
            yield Fault(str(path), cell(row, name), float(table[name].iloc[row]), problem, remedy)
