"""From the extract of Helsinki to offices: file, graph, GraphML and Parquet, times, answer."""

from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import osmium
import osmnx as ox
import pytest

from siting.common.package import data_folder
from siting.common.types import ConnectorRules, Points, RoadNetwork
from siting.model import Instance, Limits, Mean, solve
from siting.network.load import load_road_network
from siting.network.matrix import travel_times
from siting.network.osm.build import Built, save_network
from siting.network.speeds import read_speeds


@pytest.fixture(scope="module", params=["graphml", "parquet"])
def roads(
    request: pytest.FixtureRequest, built: Built, tmp_path_factory: pytest.TempPathFactory
) -> RoadNetwork:
    path = tmp_path_factory.mktemp("way") / f"helsinki.{request.param}"
    save_network(built, path, read_speeds(data_folder()))
    return load_road_network(path, speeds="limits")


def _pairs(graph: "nx.MultiDiGraph[int]", count: int) -> list[tuple[int, int]]:
    rng = np.random.default_rng(4)
    parts = [*map(sorted, nx.strongly_connected_components(graph))]
    nodes = max(parts, key=len)
    return [(nodes[u], nodes[v]) for u, v in rng.integers(0, len(nodes), (count, 2)).tolist()]


def _barriers(path: Path) -> list[int]:
    """Nodes where cars cannot go on; no other kind that cuts stands on these roads."""
    nodes = osmium.FileProcessor(path, osmium.osm.NODE)
    return [node.id for node in nodes if node.tags.get("barrier") == "block"]


def _at(graph: "nx.MultiDiGraph[int]", nodes: list[int]) -> Points:
    x, y = (np.array([graph.nodes[node][axis] for node in nodes]) for axis in "xy")
    return Points(tuple(map(str, range(len(nodes)))), x, y)


def test_distances_are_those_of_the_graph_that_osmnx_makes_itself(
    built: Built, roads: RoadNetwork, helsinki_xml: Path
) -> None:
    theirs = ox.graph_from_xml(helsinki_xml, simplify=False, retain_all=True)
    mine = set(built.streets.links["osmid"])
    assert isinstance(theirs, nx.MultiDiGraph)
    theirs.remove_edges_from(
        [
            (u, v, key)
            for u, v, key, row in theirs.edges(keys=True, data=True)
            if row["osmid"] not in mine
        ]
    )
    one_way = [(u, v) for u, v, row in roads.graph.edges(data=True) if row["oneway"]]
    against = [(v, u) for u, v in one_way[:50]]
    shut = _barriers(helsinki_xml)
    assert len(shut) > 1
    theirs.remove_nodes_from(shut)
    pairs = [*_pairs(roads.graph, 200), *against]
    for u, v in [pair for pair in pairs if set(pair) <= set(theirs)]:
        expected = nx.shortest_path_length(theirs, u, v, weight="length")
        found = nx.shortest_path_length(roads.graph, u, v, weight="length")
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_the_matrix_has_the_times_of_osmnx_routing(roads: RoadNetwork) -> None:
    graph = roads.graph
    pairs = _pairs(graph, 40)
    starts, ends = ([pair[side] for pair in pairs] for side in (0, 1))
    # Connectors of no length, so that only the roads count.
    exact = RoadNetwork(graph, ConnectorRules(1e-6, 1.3, 40, 10, most=1), "test", (), {}, "")
    minutes = travel_times(exact, _at(graph, starts), _at(graph, ends)).minutes.toarray()
    for row, (u, v) in enumerate(pairs):
        route = ox.routing.shortest_path(graph, u, v, weight="travel_time")
        assert route is not None
        steps = [
            min(link["travel_time"] for link in graph[a][b].values()) for a, b in pairwise(route)
        ]
        assert minutes[row, row] == pytest.approx(sum(steps) / 60, rel=1e-9, abs=1e-9)


def test_one_way_streets_make_there_and_back_differ(roads: RoadNetwork) -> None:
    places = _at(roads.graph, [u for u, _ in _pairs(roads.graph, 30)])
    exact = RoadNetwork(roads.graph, ConnectorRules(1e-6, 1.3, 40, 10, most=1), "test", (), {}, "")
    minutes = travel_times(exact, places, places).minutes.toarray()
    assert (np.abs(minutes - minutes.T) > 0.5).any()


def test_a_siting_run_on_streets(roads: RoadNetwork) -> None:
    pairs = _pairs(roads.graph, 60)
    people, sites = (_at(roads.graph, [pair[side] for pair in pairs]) for side in (0, 1))
    sites = Points(sites.ids[:12], sites.lon[:12], sites.lat[:12])
    minutes = travel_times(roads, people, sites).minutes.toarray()
    instance = Instance.from_matrix(minutes, np.ones(60), existing=[True] + [False] * 11)
    solution = solve(instance, Mean(), Limits(new_sites_max=2))
    assert solution.status == "optimal"
    best = min(
        np.minimum(np.minimum(minutes[:, 0], minutes[:, j]), minutes[:, k]).sum()
        for j in range(1, 12)
        for k in range(j, 12)
    )
    assert solution.objective == pytest.approx(best)
