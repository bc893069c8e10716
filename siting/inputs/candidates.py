"""Which places are candidates for a new office."""

import numpy as np
import pandas as pd
from osmnx.distance import great_circle

from siting.types import Bools

LEAST_POPULATION = 1000
"""Residents from which a locality is a candidate, unless a scenario says otherwise."""
SEAT_WITHIN_M = 3000.0
"""A seat is no candidate of its own where one of its municipality lies as near as this, metres."""

COLUMNS = ["locality_code", "locality", "municipality_code", "population", "lon", "lat"]


def candidate_places(
    municipalities: pd.DataFrame, localities: pd.DataFrame, least_population: int
) -> pd.DataFrame:
    """Localities from a size on, and the seats that none of them stands for.

    Parameters
    ----------
    municipalities, localities : DataFrame
        The tables of those names.
    least_population : int
        Residents from which a locality is a candidate.

    Returns
    -------
    DataFrame
        locality_code (S + municipality code for a seat), locality, municipality_code,
        population, lon, lat; sorted by municipality and code.
    """
    large = localities[localities["population_2020"] >= least_population]
    places = as_candidates(large)
    seats = municipalities[~_represented(municipalities, places)]
    places = pd.concat([places, _seat_candidates(seats)])
    return places.sort_values(["municipality_code", "locality_code"]).reset_index(drop=True)


def as_candidates(localities: pd.DataFrame) -> pd.DataFrame:
    """Localities in the columns of the candidate table."""
    names = {"code": "locality_code", "name": "locality", "population_2020": "population"}
    return localities.rename(columns=names)[COLUMNS]


def seat_of(municipality: "pd.Series[str]", places: pd.DataFrame) -> str:
    """The candidate that stands for a municipality's seat, as a code.

    Parameters
    ----------
    municipality : Series
        A row of the municipality table.
    places : DataFrame
        The candidates.

    Returns
    -------
    str
        The candidate of the municipality that is nearest to the seat, or "" where it has none.
    """
    own = places[places["municipality_code"] == municipality["code"]]
    if own.empty:
        return ""
    metres = great_circle(
        np.full(len(own), float(municipality["seat_lat"])),
        np.full(len(own), float(municipality["seat_lon"])),
        own["lat"].to_numpy(dtype=np.float64),
        own["lon"].to_numpy(dtype=np.float64),
    )
    return str(own["locality_code"].iloc[int(np.argmin(metres))])


def _represented(municipalities: pd.DataFrame, places: pd.DataFrame) -> Bools:
    """Whether a seat is a candidate locality itself, or has one of its own municipality near."""
    pairs = (
        municipalities.reset_index(drop=True)
        .reset_index()
        .merge(places, left_on="code", right_on="municipality_code")
    )
    metres = great_circle(
        pairs["seat_lat"].to_numpy(),
        pairs["seat_lon"].to_numpy(),
        pairs["lat"].to_numpy(),
        pairs["lon"].to_numpy(),
    )
    near = (metres <= SEAT_WITHIN_M) | (pairs["seat"] == pairs["locality"]).to_numpy()
    return np.isin(np.arange(len(municipalities)), pairs.loc[near, "index"].to_numpy())


def _seat_candidates(seats: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "locality_code": "S" + seats["code"],
            "locality": seats["seat"],
            "municipality_code": seats["code"],
            "population": 0,
            "lon": seats["seat_lon"],
            "lat": seats["seat_lat"],
        }
    )
