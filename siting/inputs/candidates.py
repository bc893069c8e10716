"""Which places are candidates for a new office."""

import numpy as np
import pandas as pd
from osmnx.distance import great_circle

from siting.common.types import Bools, Floats

LEAST_POPULATION = 1000
"""Residents from which a locality is a candidate, unless a scenario says otherwise."""
SEAT_WITHIN_M = 3000.0
"""A seat is no candidate of its own where one of its municipality lies as near as this, metres."""

COLUMNS = ["locality_code", "locality", "municipality_code", "population", "lon", "lat"]


def candidate_places(
    municipalities: pd.DataFrame, localities: pd.DataFrame, least_population: int
) -> pd.DataFrame:
    """Localities from a size on, and the seats that none of them stands for."""
    large = localities[localities["population_2020"] >= least_population]
    places = as_candidates(large)
    seats = municipalities[~_represented(municipalities, places)]
    places = pd.concat([places, _seat_candidates(seats)])
    return places.sort_values(["municipality_code", "locality_code"]).reset_index(drop=True)


def as_candidates(localities: pd.DataFrame) -> pd.DataFrame:
    """Localities in the columns of the candidate table."""
    names = {"code": "locality_code", "name": "locality", "population_2020": "population"}
    return localities.rename(columns=names)[COLUMNS]


def seat_codes(municipalities: pd.DataFrame, places: pd.DataFrame) -> "pd.Series[str]":
    """The candidate that stands for each municipality's seat: of its own, the nearest to it."""
    pairs = municipalities.merge(places, left_on="code", right_on="municipality_code")
    metres = pd.Series(_metres_to_seat(pairs), index=pairs.index).dropna()
    nearest = metres.groupby(pairs["code"]).idxmin()
    return pairs.loc[nearest].set_index("code")["locality_code"]


def _represented(municipalities: pd.DataFrame, places: pd.DataFrame) -> Bools:
    """Whether a seat is a candidate locality itself, or has one of its own municipality near."""
    pairs = (
        municipalities.reset_index(drop=True)
        .reset_index()
        .merge(places, left_on="code", right_on="municipality_code")
    )
    near = (_metres_to_seat(pairs) <= SEAT_WITHIN_M) | (
        pairs["seat"] == pairs["locality"]
    ).to_numpy()
    return np.isin(np.arange(len(municipalities)), pairs.loc[near, "index"].to_numpy())


def _metres_to_seat(pairs: pd.DataFrame) -> Floats:
    columns = ("seat_lat", "seat_lon", "lat", "lon")
    return great_circle(*(pairs[name].to_numpy(dtype=np.float64) for name in columns))


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
