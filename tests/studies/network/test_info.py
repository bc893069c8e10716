from dataclasses import replace

import numpy as np
import pytest

from siting.common.package import data_folder
from siting.common.types import RoadNetwork
from siting.network.routes import read_reference_trips
from siting.studies.network.info import NetworkInfo, network_info


@pytest.fixture(scope="module")
def info(network: RoadNetwork) -> NetworkInfo:
    return network_info(network, read_reference_trips(data_folder() / "reference_trips.csv"))


def test_lengths_of_reference_trips(info: NetworkInfo) -> None:
    off = sorted(abs(check.found.km / (check.reference.km or np.nan) - 1) for check in info.trips)
    assert len(off) == 12
    assert off[-2] <= 0.03
    assert off[-1] <= 0.05


def test_times_of_reference_trips(info: NetworkInfo) -> None:
    known = [(check.found.minutes, check.reference.minutes) for check in info.trips]
    off = [found / minutes - 1 for found, minutes in known if minutes is not None]
    assert len(off) == 2
    assert max(map(abs, off)) <= 0.08


def test_each_road_counts_once(network: RoadNetwork, info: NetworkInfo) -> None:
    assert info.links * 2 == network.graph.number_of_edges()
    both_ways = sum(row["length"] for *_, row in network.graph.edges(data=True)) / 1000
    assert sum(info.km_by_class.values()) == pytest.approx(both_ways / 2)
    assert 30_000 < sum(info.km_by_class.values()) < 31_000


def test_one_part(info: NetworkInfo) -> None:
    assert info.components == (info.junctions + info.waypoints,)


def test_no_piece_of_a_road_is_longer_than_3_km(network: RoadNetwork, info: NetworkInfo) -> None:
    assert info.waypoints > info.junctions > 4000
    for u, v, row in network.graph.edges(data=True):
        if row["kind"] in {"road", "connector"}:
            assert row["length"] <= 3000
        else:
            assert {network.graph.nodes[end]["kind"] for end in (u, v)} == {"junction"}


def test_trips_of_elsewhere_are_left_out(network: RoadNetwork) -> None:
    trips = read_reference_trips(data_folder() / "reference_trips.csv")
    abroad = replace(trips[0], end="Berlin", end_at=(13.4, 52.5))
    assert [check.reference for check in network_info(network, [abroad, trips[1]]).trips] == [
        trips[1]
    ]
