"""Trips whose length or time is known from elsewhere."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from siting.network.tables import read_own_table

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
