"""Which places are candidates for a new office."""

import pandas as pd
from osmnx.distance import great_circle

from siting.common.types import Floats

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


def every_place(municipalities: pd.DataFrame, localities: pd.DataFrame) -> pd.DataFrame:
    """All localities, and the seats whose name none of their municipality bears."""
    places = as_candidates(localities)
    named = pd.MultiIndex.from_frame(places[["municipality_code", "locality"]])
    alone = ~pd.MultiIndex.from_frame(municipalities[["code", "seat"]]).isin(named)
    return pd.concat([places, _seat_candidates(municipalities[alone])], ignore_index=True)


def seat_codes(municipalities: pd.DataFrame, places: pd.DataFrame) -> "pd.Series[str]":
    """The candidate that stands for each municipality's seat: of its own, the nearest to it."""
    pairs = municipalities.merge(places, left_on="code", right_on="municipality_code")
    metres = pd.Series(_metres_to_seat(pairs), index=pairs.index).dropna()
    nearest = metres.groupby(pairs["code"]).idxmin()
    return pairs.loc[nearest].set_index("code")["locality_code"]


def _represented(municipalities: pd.DataFrame, places: pd.DataFrame) -> "pd.Series[bool]":
    """Whether a seat is a candidate locality itself, or has one of its own municipality near."""
    pairs = municipalities.merge(places, left_on="code", right_on="municipality_code")
    near = (pairs["seat"] == pairs["locality"]) | (_metres_to_seat(pairs) <= SEAT_WITHIN_M)
    return municipalities["code"].isin(pairs.loc[near, "code"])


def _metres_to_seat(pairs: pd.DataFrame) -> Floats:
    columns = ("seat_lat", "seat_lon", "lat", "lon")
    return great_circle(*(pairs[name].to_numpy(dtype=float) for name in columns))


def _seat_candidates(seats: pd.DataFrame) -> pd.DataFrame:
    names = {"seat": "locality", "code": "municipality_code", "seat_lon": "lon", "seat_lat": "lat"}
    places = seats.rename(columns=names)
    return places.assign(locality_code="S" + seats["code"], population=0)[COLUMNS]
