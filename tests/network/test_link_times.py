from dataclasses import replace
from typing import Any

import networkx as nx
import osmnx as ox
import pytest

from siting.common.package import data_folder
from siting.common.types import RoadNetwork
from siting.network.link_times import add_times, class_speeds
from siting.network.speeds import AccessFigures, SpeedLimits, Speeds, read_speeds

RULES = AccessFigures(radius_km=4, detour=1.3, kph=40, water_kph=10, far_km=10, most_streets=8)
KPH = {"primary": 80, "unclassified": 50, "ferry": 10}
BY_CLASS = Speeds("p", KPH, {"ferry": 20}, RULES)
BY_LIMIT = Speeds(
    "p",
    KPH,
    {"ferry": 20},
    RULES,
    SpeedLimits(factor=0.9, junction_seconds=6, delayed_up_to_kph=50),
)


def _graph(*links: tuple[int, int, dict[str, Any]]) -> "nx.MultiDiGraph[int]":
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="EPSG:4326")
    for u, v, row in links:
        for node in (u, v):
            graph.add_node(node, x=node / 100, y=60.0)
        graph.add_edge(u, v, **{"length": 1000.0, "highway": "primary"} | row)
    return graph


def _times(speeds: Speeds, *links: tuple[int, int, dict[str, Any]]) -> list[float]:
    graph = _graph(*links)
    add_times(graph, speeds)
    return [row["travel_time"] for _, _, row in graph.edges(data=True)]


def test_to_the_last_bit_those_of_osmnx_where_classes_alone_decide(network: RoadNetwork) -> None:
    speeds = read_speeds(data_folder())
    theirs: nx.MultiDiGraph[int] = nx.MultiDiGraph(network.graph)
    kph = class_speeds(speeds)
    ox.add_edge_speeds(theirs, hwy_speeds=kph, fallback=kph["unclassified"])
    ox.add_edge_travel_times(theirs)
    expected = nx.get_edge_attributes(theirs, "travel_time")
    mine: nx.MultiDiGraph[int] = nx.MultiDiGraph(network.graph)
    add_times(mine, replace(speeds, waiting_minutes={}))
    assert nx.get_edge_attributes(mine, "travel_time") == expected


def test_the_same_as_osmnx_where_every_limit_is_known() -> None:
    speeds = Speeds(
        "p",
        KPH,
        {},
        RULES,
        SpeedLimits.model_construct(factor=1.0, junction_seconds=0.0, delayed_up_to_kph=50.0),
    )
    mine = _graph(*((k, k + 1, {"maxspeed": limit}) for k, limit in enumerate(("50", "30 mph"))))
    theirs: nx.MultiDiGraph[int] = nx.MultiDiGraph(mine)
    ox.add_edge_speeds(theirs, hwy_speeds=class_speeds(speeds))
    ox.add_edge_travel_times(theirs)
    expected = nx.get_edge_attributes(theirs, "travel_time")
    add_times(mine, speeds)
    assert nx.get_edge_attributes(mine, "travel_time") == pytest.approx(expected, rel=1e-4)


def test_a_profile_by_class_does_not_look_at_limits() -> None:
    links: list[tuple[int, int, dict[str, Any]]] = [
        (0, 1, {"maxspeed": "30"}),
        (1, 2, {"highway": "road"}),
        (2, 3, {"highway": ["primary", "x"]}),
    ]
    assert _times(BY_CLASS, *links) == pytest.approx([45, 72, 45])


def test_limits_hold_where_they_are_known() -> None:
    links = [(0, 1, {"maxspeed": "100"}), (1, 2, {"maxspeed": "none"}), (2, 3, {})]
    assert _times(BY_LIMIT, *links) == pytest.approx([40, 45, 45])


def test_junctions_delay_on_slow_links_that_end_at_them() -> None:
    slow, fast = {"maxspeed": "50"}, {"maxspeed": "100"}
    star = [(0, 1, slow), (2, 1, fast), (3, 1, slow), (1, 4, slow)]
    graph = _graph(*star)
    add_times(graph, BY_LIMIT)
    seconds = {(u, v): row["travel_time"] for u, v, row in graph.edges(data=True)}
    assert seconds == pytest.approx({(0, 1): 86, (2, 1): 40, (3, 1): 86, (1, 4): 80})


def test_a_ferry_takes_the_time_it_says_and_one_waits_once() -> None:
    ferry = {"highway": "ferry", "duration": 9.0}
    there = [(0, 1, {}), (1, 2, ferry), (2, 3, ferry), (3, 4, {})]
    both = [*there, *((v, u, row) for u, v, row in there)]
    graph = _graph(*both)
    add_times(graph, BY_CLASS)
    seconds = [graph.edges[u, v, 0]["travel_time"] for u, v in ((1, 2), (2, 3), (3, 2), (2, 1))]
    assert seconds == [60 * 29, 60 * 9, 60 * 29, 60 * 9]


def test_a_ferry_without_duration_has_a_speed_and_a_quay_without_road_is_waited_at() -> None:
    graph = _graph((0, 1, {"highway": "ferry"}), (1, 0, {"highway": "ferry"}))
    add_times(graph, BY_CLASS)
    assert [row["travel_time"] for *_, row in graph.edges(data=True)] == [360 + 1200] * 2
