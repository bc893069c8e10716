"""Positions along the roads of the raw file."""

from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from siting.network.shipped.lines import read_lines


def points_along_roads(raw_gpkg: Path, spacing_m: float = 3000.0) -> pd.DataFrame:
    """Return points at equal distances along every road line.

    Parameters
    ----------
    raw_gpkg : pathlib.Path
        GeoPackage with the layers ``roads`` and ``ferries``, EPSG:3006.
    spacing_m : float
        Distance between points in metres; the first of a line lies half of it from its start, and a
        line shorter than that has none.

    Returns
    -------
    pandas.DataFrame
        Columns lon, lat (WGS 84, degrees, 6 decimals) and ref, in order of position; ferries and
        connectors are left out.
    """
    lines = read_lines(raw_gpkg)
    roads = lines[lines["kind"] == "road"].reset_index(drop=True)
    count = ((roads.length + spacing_m / 2) // spacing_m).astype(int).to_numpy()
    row = np.repeat(np.arange(len(roads)), count)
    step = np.arange(len(row)) - np.repeat(count.cumsum() - count, count)
    on_line = shapely.line_interpolate_point(
        roads.geometry.to_numpy()[row], (step + 0.5) * spacing_m
    )
    lon, lat = Transformer.from_crs(3006, 4326, always_xy=True).transform(
        shapely.get_x(on_line), shapely.get_y(on_line)
    )
    points = pd.DataFrame(
        {"lon": np.round(lon, 6), "lat": np.round(lat, 6), "ref": roads["ref"].to_numpy()[row]}
    )
    return points.sort_values(["lon", "lat", "ref"], ignore_index=True)
