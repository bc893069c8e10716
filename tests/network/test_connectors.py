from dataclasses import replace

import numpy as np
import osmnx as ox
import pandas as pd
import pytest

from siting.common.errors import InputError
from siting.common.package import data_folder
from siting.common.types import ConnectorRules, Island, Points, RoadNetwork
from siting.network.connectors import connect_to_junctions, connect_to_points, refuse_far_places
from siting.network.link_times import arcs_of

RULES = ConnectorRules(radius_km=4, detour=1.3, kph=40, water_kph=10, far_km=9)


@pytest.fixture(scope="module")
def remote() -> Points:
    """Every fifth locality: some beside a road, some far from every one."""
    table = pd.read_csv(data_folder() / "localities.csv").iloc[::5]
    return Points(tuple(table["code"]), table["lon"].to_numpy(), table["lat"].to_numpy())


def _some(points: Points, count: int) -> Points:
    return Points(points.ids[:count], points.lon[:count], points.lat[:count])


def test_all_road_points_within_the_radius_else_the_nearest_and_those_little_farther(
    network: RoadNetwork, remote: Points
) -> None:
    arcs = arcs_of(network.graph)
    connectors, detached = connect_to_junctions(remote, arcs, RULES)
    alone = 0
    for row, name in enumerate(remote.ids):
        here = np.full(len(arcs), remote.lat[row]), np.full(len(arcs), remote.lon[row])
        straight = ox.distance.great_circle(*here, arcs.lat, arcs.lon)
        alone += bool(straight.min() > 4000)
        reach = 4000 if straight.min() <= 4000 else straight.min() + 4000
        expected = np.flatnonzero(straight <= reach)
        mine = connectors.point == row
        assert connectors.target[mine].tolist() == expected.tolist()
        assert connectors.metres[mine] == pytest.approx(1.3 * straight[expected])
        assert (name in detached) == (straight.min() > 9000)
    assert connectors.minutes == pytest.approx(connectors.metres / 1000 / 40 * 60)
    assert 0 < alone < len(remote)
    assert 0 < len(detached) < alone


def test_a_place_on_an_island_is_tied_straight_over_water(network: RoadNetwork) -> None:
    rules = ConnectorRules(4, 1.3, 40, 10, (Island("Öja", 18.07, 59.33, 1.0),))
    arcs = arcs_of(network.graph)
    place = Points(("p",), np.array([18.0711]), np.array([59.3303]))
    connectors, detached = connect_to_junctions(place, arcs, rules)
    straight = ox.distance.great_circle(
        59.3303, 18.0711, arcs.lat[connectors.target[0]], arcs.lon[connectors.target[0]]
    )
    assert connectors.metres == pytest.approx([straight])
    assert connectors.minutes == pytest.approx([straight / 1000 / 10 * 60])
    assert "water" in detached["p"]


def test_neighbours_are_tied_directly_but_not_from_island_to_shore() -> None:
    rules = ConnectorRules(4, 1.3, 40, 10, (Island("Öja", 18.0, 59.0, 1.0),))
    on_island = Points(("a", "b"), np.array([18.0, 18.001]), np.array([59.0, 59.0]))
    ashore = Points(("c",), np.array([18.03]), np.array([59.0]))
    direct = connect_to_points(on_island, on_island, rules)
    assert list(zip(direct.point, direct.target, strict=True)) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert direct.minutes[0] == 0
    assert len(connect_to_points(on_island, ashore, rules).point) == 0
    assert len(connect_to_points(on_island, ashore, RULES).point) == 2


def test_in_a_network_of_streets_the_nearest_few_are_tied_to(
    network: RoadNetwork, remote: Points
) -> None:
    arcs = arcs_of(network.graph)
    every, _ = connect_to_junctions(remote, arcs, RULES)
    few, _ = connect_to_junctions(remote, arcs, replace(RULES, most=3))
    for row in range(len(remote)):
        nearest = sorted(every.metres[every.point == row])[:3]
        assert sorted(few.metres[few.point == row]) == pytest.approx(nearest)
    assert (np.diff(few.point) >= 0).all()


def test_no_points_no_ties(network: RoadNetwork, seats: Points) -> None:
    connectors, detached = connect_to_junctions(_some(seats, 0), arcs_of(network.graph), RULES)
    assert len(connectors.point) == 0
    assert detached == {}


def _points(*places: tuple[float, float]) -> Points:
    lon, lat = np.array(places, dtype=np.float64).reshape(-1, 2).T
    return Points(tuple(f"p{row}" for row in range(len(places))), lon, lat)


STOCKHOLM, PARIS, LYON = (18.07, 59.33), (2.35, 48.86), (4.84, 45.76)


def test_far_places_are_named_with_how_many_live_there(network: RoadNetwork) -> None:
    homes = _points(STOCKHOLM, PARIS, LYON)
    with pytest.raises(InputError) as caught:
        refuse_far_places(network, homes, _points(STOCKHOLM), np.array([5.0, 7.0, 1000.0]))
    (fault,) = caught.value.faults
    assert "p1 (" in str(fault.value)
    assert "p2 (" in str(fault.value)
    assert "50 km" in fault.problem
    assert "1,007 people" in fault.problem
    assert "network.limit_km" in fault.remedy


def test_sites_count_too_and_swapped_positions_are_recognised(network: RoadNetwork) -> None:
    homes, site = _points(STOCKHOLM), _points(STOCKHOLM[::-1])
    with pytest.raises(InputError, match="longitude and latitude are swapped"):
        refuse_far_places(network, homes, site, np.ones(1))


def test_near_places_and_networks_without_a_limit_pass(network: RoadNetwork) -> None:
    refuse_far_places(network, _points(STOCKHOLM), _points(STOCKHOLM), np.ones(1))
    free = replace(network, rules=replace(network.rules, limit_km=np.inf))
    refuse_far_places(free, _points(PARIS), _points(PARIS), np.ones(1))
