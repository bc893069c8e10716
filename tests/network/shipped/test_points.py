from pathlib import Path

import geopandas as gpd
import numpy as np
from pyproj import Transformer
from shapely import LineString

from siting.network.shipped.build import points_along_roads

EAST, NORTH = 500_000.0, 6_500_000.0


def test_points_lie_each_3_km_along_roads_and_on_nothing_else(tmp_path: Path) -> None:
    road = LineString([(EAST, NORTH), (EAST + 10_000, NORTH)])
    stub = LineString([(EAST, NORTH + 5000), (EAST + 1400, NORTH + 5000)])
    connector = LineString([(EAST, NORTH + 9000), (EAST + 9000, NORTH + 9000)])
    rows = gpd.GeoDataFrame(
        {"src": ["ap030", "ap030", "ap500"], "rtt": 14, "rte": None, "rtn": "7", "ltn": 1},
        geometry=[road, stub, connector],
        crs=3006,
    )
    path = tmp_path / "raw.gpkg"
    rows.to_file(path, layer="roads")
    ferry = LineString([(EAST, NORTH), (EAST, NORTH - 9000)])
    gpd.GeoDataFrame({"route": ["F"]}, geometry=[ferry], crs=3006).to_file(path, layer="ferries")
    points = points_along_roads(path)
    to_metres = Transformer.from_crs(4326, 3006, always_xy=True)
    east, north = to_metres.transform(points["lon"].to_numpy(), points["lat"].to_numpy())
    np.testing.assert_allclose(east - EAST, [1500, 4500, 7500], atol=0.1)
    np.testing.assert_allclose(north, NORTH, atol=0.1)
    assert points["ref"].tolist() == ["7"] * 3
