from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from siting.common.package import data_folder
from siting.common.types import Points, RoadNetwork
from siting.network.load import load_road_network


@pytest.fixture(scope="session")
def network() -> RoadNetwork:
    return load_road_network()


@pytest.fixture(scope="session")
def seats() -> Points:
    table = pd.read_csv(data_folder() / "municipalities.csv", dtype={"code": str})
    places = table[["seat_lon", "seat_lat"]].to_numpy(dtype=np.float64)
    return Points(tuple(table["code"]), places[:, 0], places[:, 1])


@pytest.fixture
def data_copy(tmp_path: Path) -> Path:
    """A data folder of one's own to change."""
    names = ("road_nodes.csv", "road_links.csv", "road_build_log.csv", "road_islands.csv")
    for name in (*names, "speeds.toml"):
        (tmp_path / name).write_bytes((data_folder() / name).read_bytes())
    return tmp_path
