"""Place every resident of Sweden at a demand point."""

import numpy as np
import pandas as pd
from osmnx.distance import great_circle

from siting.common.types import Floats, Ints

CIRCUITY = 1.3
"""Road distance over straight-line distance inside a place (assumption `inside_place`)."""
INSIDE_KPH = 30.0
"""Mean speed inside a place, km/h (assumption `inside_place`)."""
_FEWEST_JUNCTIONS = 5

COLUMNS = [
    "demand_id",
    "kind",
    "name",
    "municipality_code",
    "people",
    "lon",
    "lat",
    "inside_minutes",
]


def inside_minutes(area_km2: Floats) -> Floats:
    """Mean minutes from a random point of a disc to its centre.

    The mean distance from a point of a disc of radius r to its centre is 2 r / 3; a road is
    `CIRCUITY` times as long as the straight line and is driven at `INSIDE_KPH`.
    """
    radius_km = np.sqrt(area_km2 / np.pi)
    return 60 * CIRCUITY * (2 / 3) * radius_km / INSIDE_KPH


def share_out(total: int, weights: Floats) -> Ints:
    """Share whole persons out in proportion to weights, by largest remainder.

    Examples
    --------
    >>> import numpy as np
    >>> share_out(10, np.array([1.0, 1.0, 1.0]))
    array([4, 3, 3])
    """
    exact = total * weights / weights.sum()
    whole = np.floor(exact).astype(np.int64)
    # Rounded, so that equal weights tie exactly and the order of the ids decides.
    order = np.argsort(-np.round(exact - whole, 9), kind="stable")
    whole[order[: total - whole.sum()]] += 1
    return whole


def build_demand(
    municipalities: pd.DataFrame,
    localities: pd.DataFrame,
    crossing: pd.DataFrame,
    junctions: pd.DataFrame,
    along_roads: pd.DataFrame,
) -> pd.DataFrame:
    """Demand points that sum to each municipality's population."""
    seated = municipalities.set_index("code")
    local = _local_points(seated, localities)
    crossed = _crossing_points(seated, localities, crossing)
    placed = pd.concat([local, crossed])
    rest = seated["population_2019"] - placed.groupby("municipality_code")["people"].sum().reindex(
        seated.index, fill_value=0
    )
    if (rest < 0).any():
        raise ValueError(f"more people in places than residents: {rest[rest < 0].to_dict()}")
    rural = _rural_points(seated, rest, _outside(junctions, localities), along_roads, localities)
    points = pd.concat([placed, rural])
    points = points[points["people"] > 0]
    order = ["municipality_code", "kind", "demand_id"]
    return points.sort_values(order)[COLUMNS].reset_index(drop=True)


def _local_points(seated: pd.DataFrame, localities: pd.DataFrame) -> pd.DataFrame:
    points = localities.rename(columns={"code": "demand_id", "population_2020": "people"})
    points = points.assign(kind="locality", inside_minutes=inside_minutes(_area(localities)))
    sums = points.groupby("municipality_code")["people"].sum()
    excess = (sums - seated["population_2019"].reindex(sums.index)).clip(lower=0)
    # Where a locality crosses the border, the municipality's table counts the neighbours' people.
    largest = points.groupby("municipality_code")["people"].idxmax()
    points.loc[largest, "people"] -= excess[largest.index].to_numpy()
    return points[COLUMNS]


def _crossing_points(
    seated: pd.DataFrame, localities: pd.DataFrame, crossing: pd.DataFrame
) -> pd.DataFrame:
    home = localities.set_index("code").loc[crossing["locality_code"]].reset_index()
    neighbour = seated.loc[crossing["neighbour_code"]].reset_index()
    share = crossing["people"].to_numpy() / home["population_2020"].to_numpy()
    return crossing.rename(columns={"neighbour_code": "municipality_code"}).assign(
        demand_id=crossing["locality_code"] + "-" + crossing["neighbour_code"],
        kind="crossing",
        name=home["name"],
        lon=neighbour["seat_lon"],
        lat=neighbour["seat_lat"],
        inside_minutes=inside_minutes(_area(home) * share),
    )[COLUMNS]


def _rural_points(
    seated: pd.DataFrame,
    rest: "pd.Series[int]",
    junctions: pd.DataFrame,
    along_roads: pd.DataFrame,
    localities: pd.DataFrame,
) -> pd.DataFrame:
    by_road = _outside(along_roads, localities)
    parts = []
    for code, people in zip(map(str, rest.index), rest.astype(int), strict=True):
        places = junctions[junctions["municipality_code"] == code]
        if len(places) < _FEWEST_JUNCTIONS:
            places = by_road[by_road["municipality_code"] == code]
        if places.empty:
            places = seated.loc[[code]].rename(columns={"seat_lon": "lon", "seat_lat": "lat"})
        parts.append(_equal_parts(code, str(seated.loc[code, "name"]), people, places))
    return pd.concat(parts)


def _equal_parts(code: str, name: str, people: int, places: pd.DataFrame) -> pd.DataFrame:
    ids = [f"R{code}-{number:04d}" for number in range(1, len(places) + 1)]
    shares = share_out(people, np.ones(len(places)))
    points = places[["lon", "lat"]].assign(demand_id=ids, people=shares, inside_minutes=0.0)
    return points.assign(kind="rural", name=name, municipality_code=code)


def _outside(points: pd.DataFrame, localities: pd.DataFrame) -> pd.DataFrame:
    """Keep the points that lie farther than sqrt(area / pi) from every locality's centre."""
    radius_m = 1000 * np.sqrt(_area(localities) / np.pi)
    lat, lon = (points[name].to_numpy()[:, None] for name in ("lat", "lon"))
    metres = great_circle(lat, lon, localities["lat"].to_numpy(), localities["lon"].to_numpy())
    return points[(metres > radius_m).all(axis=1)]


def _area(localities: pd.DataFrame) -> Floats:
    return localities["area_km2"].to_numpy(dtype=np.float64)
