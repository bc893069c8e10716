import itertools
import tempfile
from dataclasses import replace
from pathlib import Path

import networkx as nx
import numpy as np
import osmnx as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.common.errors import InputError
from siting.common.types import ConnectorRules, Floats, Points, RoadNetwork
from siting.network.matrix import travel_times

RULES = ConnectorRules(radius_km=4, detour=1.3, kph=40, water_kph=10)


def _network(graph: "nx.MultiDiGraph[int]") -> RoadNetwork:
    return RoadNetwork(graph, RULES, "test", (), {}, "")


@st.composite
def _graphs(draw: st.DrawFn) -> "nx.MultiDiGraph[int]":
    """Few junctions some kilometres apart, one-way links, some of them of no length."""
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="EPSG:4326")
    size = draw(st.integers(1, 7))
    for node in range(size):
        graph.add_node(node, x=_junction(draw(st.integers(0, 9))), y=60.0)
    ends = st.integers(0, size - 1)
    seconds = st.sampled_from([0.0, 1.0, 60.0, 600.0, 601.5])
    for u, v, time in draw(st.lists(st.tuples(ends, ends, seconds), max_size=14)):
        graph.add_edge(u, v, length=10 * time, travel_time=time)
    return graph


def _junction(step: int) -> float:
    # No place below is equally far from two of these, so that the nearest is never a toss-up.
    return 15 + 0.1 * step + 0.001 * step**2


def _points(label: str) -> st.SearchStrategy[Points]:
    at_junction = st.integers(0, 9).map(_junction)
    elsewhere = st.integers(0, 99).map(lambda step: 15.0037 + 0.01 * step)
    places = st.lists(at_junction | elsewhere, min_size=1, max_size=5)
    return places.map(
        lambda east: Points(
            tuple(f"{label}{row}" for row in range(len(east))),
            np.array(east),
            np.full(len(east), 60.0),
        )
    )


def _straight_minutes(lon: float, other: float) -> float:
    return float(ox.distance.great_circle(60.0, lon, 60.0, other)) * 1.3 / 1000 / 40 * 60


def _by_networkx(graph: "nx.MultiDiGraph[int]", origins: Points, destinations: Points) -> Floats:
    """Shortest paths on the graph with the places in it as nodes, tied after the rules."""
    whole: nx.MultiDiGraph[object] = nx.MultiDiGraph()
    for u, v, row in graph.edges(data=True):
        whole.add_edge(u, v, minutes=row["travel_time"] / 60)
    east = {node: row["x"] for node, row in graph.nodes(data=True)}
    for points, outward in ((origins, True), (destinations, False)):
        for name, lon in zip(points.ids, points.lon, strict=True):
            reach = {node: _straight_minutes(lon, x) for node, x in east.items()}
            radius, nearest = 4 * 1.3 / 40 * 60, min(reach.values())
            farthest = radius if nearest <= radius else nearest + radius
            for node, time in reach.items():
                if time > farthest:
                    continue
                ends = (name, node) if outward else (node, name)
                whole.add_edge(*ends, minutes=time)
    for (name, lon), (other, there) in itertools.product(
        zip(origins.ids, origins.lon, strict=True),
        zip(destinations.ids, destinations.lon, strict=True),
    ):
        if (direct := _straight_minutes(lon, there)) <= 4 * 1.3 / 40 * 60:
            whole.add_edge(name, other, minutes=direct)
    found = {
        name: nx.single_source_dijkstra_path_length(whole, name, weight="minutes")
        for name in origins.ids
    }
    rows = [[found[name].get(other, np.inf) for other in destinations.ids] for name in origins.ids]
    return np.array(rows)


def _dense(network: RoadNetwork, origins: Points, destinations: Points) -> Floats:
    minutes = travel_times(network, origins, destinations).minutes
    full = np.full(minutes.shape, np.inf)
    rows = np.repeat(np.arange(minutes.shape[0]), np.diff(minutes.indptr))
    full[rows, minutes.indices] = minutes.data
    return full


@settings(max_examples=150, deadline=None)
@given(graph=_graphs(), origins=_points("o"), destinations=_points("d"))
def test_equals_networkx_on_directed_graphs_from_either_side(
    graph: "nx.MultiDiGraph[int]", origins: Points, destinations: Points
) -> None:
    expected = _by_networkx(graph, origins, destinations)
    found = _dense(_network(graph), origins, destinations)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


@settings(max_examples=100, deadline=None)
@given(graph=_graphs(), origins=_points("o"), destinations=_points("d"))
def test_the_hierarchy_agrees(
    graph: "nx.MultiDiGraph[int]", origins: Points, destinations: Points
) -> None:
    network = _network(graph)
    found, expected = (
        travel_times(network, origins, destinations, engine=engine).minutes
        for engine in ("hierarchy", "dijkstra")
    )
    assert (found.indptr == expected.indptr).all()
    assert (found.indices == expected.indices).all()
    np.testing.assert_allclose(found.data, expected.data, rtol=0, atol=1e-5)


def test_the_hierarchy_agrees_on_the_shipped_network_within_a_limit(
    network: RoadNetwork, seats: Points
) -> None:
    few = Points(seats.ids[:20], seats.lon[:20], seats.lat[:20])
    for limit in (np.inf, 60.0):
        found, expected = (
            travel_times(network, few, seats, engine=engine, limit=limit).minutes.toarray()
            for engine in ("hierarchy", "dijkstra")
        )
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-3)


def test_without_the_extra_the_hierarchy_is_an_error(
    network: RoadNetwork, seats: Points, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(InputError, match=r"siting\[hierarchy\]"):
        travel_times(network, seats, seats, engine="hierarchy")


def test_equals_networkx_on_the_shipped_network(network: RoadNetwork) -> None:
    rng = np.random.default_rng(1)
    nodes = rng.choice(list(network.graph), 200)
    lon = np.array([network.graph.nodes[node]["x"] for node in nodes])
    lat = np.array([network.graph.nodes[node]["y"] for node in nodes])
    snapped = RoadNetwork(network.graph, ConnectorRules(1e-6, 1.3, 40, 10), "test", (), {}, "")
    first = Points(tuple(map(str, range(10))), lon[:10], lat[:10])
    second = Points(tuple(map(str, range(190))), lon[10:], lat[10:])
    minutes = travel_times(snapped, first, second).minutes.toarray()
    for row, source in enumerate(nodes[:10]):
        seconds = nx.single_source_dijkstra_path_length(network.graph, source, weight="travel_time")
        expected = [seconds[target] / 60 for target in nodes[10:]]
        assert minutes[row] == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_both_directions_agree_where_every_road_has_two(
    network: RoadNetwork, seats: Points
) -> None:
    few = Points(seats.ids[:20], seats.lon[:20], seats.lat[:20])
    there = travel_times(network, few, seats).minutes.toarray()
    back = travel_times(network, seats, few).minutes.toarray()
    np.testing.assert_allclose(there, back.T, rtol=1e-12, atol=1e-9)


def test_a_place_is_no_minutes_from_itself_and_that_is_stored(
    network: RoadNetwork, seats: Points
) -> None:
    minutes = travel_times(network, seats, seats).minutes
    assert minutes.nnz == len(seats) ** 2
    assert (minutes.diagonal() == 0).all()


def test_no_trip_is_shorter_than_the_time_inside_its_origin(
    network: RoadNetwork, seats: Points
) -> None:
    floor = np.linspace(0, 50, len(seats))
    plain = travel_times(network, seats, seats).minutes.toarray()
    raised = travel_times(network, seats, seats, floor_minutes=floor).minutes.toarray()
    np.testing.assert_array_equal(raised, np.maximum(plain, floor[:, None]))


def test_a_limit_drops_what_lies_beyond_and_nothing_else(
    network: RoadNetwork, seats: Points
) -> None:
    floor = np.linspace(0, 100, len(seats))
    plain = travel_times(network, seats, seats, floor_minutes=floor).minutes.toarray()
    near = travel_times(network, seats, seats, floor_minutes=floor, limit=60).minutes
    assert near.nnz == (plain <= 60).sum()
    np.testing.assert_array_equal(near.toarray(), np.where(plain <= 60, plain, 0))


def test_processes_give_the_same_and_tell_how_far_they_are(
    network: RoadNetwork, seats: Points
) -> None:
    alone = travel_times(network, seats, seats, workers=1).minutes
    heard: list[tuple[int, int]] = []
    both = travel_times(
        network, seats, seats, workers=2, progress=lambda *done: heard.append(done)
    ).minutes
    assert (alone.indptr == both.indptr).all()
    assert (alone.indices == both.indices).all()
    assert (alone.data == both.data).all()
    assert heard == [(128, 290), (256, 290), (290, 290)]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_search_can_be_cancelled_and_leaves_nothing_behind(
    network: RoadNetwork,
    seats: Points,
    workers: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupt(done: int, _all: int) -> None:
        heard.append((done, len([*tmp_path.glob("siting-*")])))
        raise KeyboardInterrupt

    heard: list[tuple[int, int]] = []
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(KeyboardInterrupt):
        travel_times(network, seats, seats, workers=workers, progress=interrupt)
    assert heard == [(128, workers - 1)]
    assert [*tmp_path.rglob("*")] == []


def test_a_place_beyond_the_limit_cannot_be_reached(network: RoadNetwork, seats: Points) -> None:
    few = Points(seats.ids[:40], seats.lon[:40], seats.lat[:40])
    strict = replace(network, rules=replace(network.rules, limit_km=0.3))
    every = travel_times(network, few, seats)
    near = travel_times(strict, few, seats)
    lost = {name for name in seats.ids if "out of reach" in near.detached.get(name, "")}
    assert 0 < len(lost & {*few.ids}) < 40
    full, found = every.minutes.toarray(), near.minutes.toarray()
    kept = np.array([name not in lost for name in seats.ids])
    np.testing.assert_array_equal(found[kept[:40]][:, kept] > 0, full[kept[:40]][:, kept] > 0)
    # Only neighbours within the radius, itself at least, are reached from a place beyond it.
    assert (np.diff(near.minutes.indptr)[~kept[:40]] < 40).all()
    np.testing.assert_array_equal(near.minutes.diagonal(), np.zeros(40))


@pytest.mark.parametrize("bad", [{}, {"travel_time": -1.0}, {"travel_time": float("nan")}])
def test_a_graph_without_proper_times_is_an_error(bad: dict[str, float], seats: Points) -> None:
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="EPSG:4326")
    graph.add_node(0, x=15.0, y=60.0)
    graph.add_node(1, x=16.0, y=60.0)
    graph.add_edge(0, 1, length=1.0, **bad)
    with pytest.raises(InputError, match="edge travel_time"):
        travel_times(_network(graph), seats, seats)


def test_no_places_no_times(network: RoadNetwork, seats: Points) -> None:
    none = Points((), np.empty(0), np.empty(0))
    assert travel_times(network, none, seats).minutes.shape == (0, 290)
    assert travel_times(network, seats, none).minutes.shape == (290, 0)
