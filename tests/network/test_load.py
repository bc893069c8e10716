from dataclasses import fields
from pathlib import Path

import networkx as nx
import numpy as np
import osmnx as ox
import pytest

from siting.common.errors import InputError
from siting.common.types import Arcs, LazyRoads, Points, RoadNetwork
from siting.network.link_times import arcs_of
from siting.network.load import load_road_network
from siting.network.matrix import travel_times


def _nearest(network: RoadNetwork, lon: float, lat: float) -> int:
    away = {
        node: abs(row["x"] - lon) / 2 + abs(row["y"] - lat)
        for node, row in network.graph.nodes(data=True)
    }
    return min(away, key=away.__getitem__)


def test_every_junction_reaches_every_other(network: RoadNetwork) -> None:
    assert nx.is_strongly_connected(network.graph)


def test_every_seat_reaches_every_other(network: RoadNetwork, seats: Points) -> None:
    assert len(seats) == 290
    assert travel_times(network, seats, seats).minutes.nnz == 290 * 290


def test_visby_is_reached_only_by_ferry(network: RoadNetwork) -> None:
    ashore: nx.MultiDiGraph[int] = nx.MultiDiGraph(network.graph)
    ferries = [
        (u, v, key)
        for u, v, key, row in network.graph.edges(keys=True, data=True)
        if row["kind"] == "ferry"
    ]
    ashore.remove_edges_from(ferries)
    visby = _nearest(network, 18.29602, 57.64089)
    stockholm = _nearest(network, 18.06871, 59.32938)
    assert nx.has_path(network.graph, stockholm, visby)
    assert not nx.has_path(ashore, stockholm, visby)


def test_times_are_those_of_osmnx_plus_waiting(network: RoadNetwork) -> None:
    plain: nx.MultiDiGraph[int] = nx.MultiDiGraph(network.graph)
    ox.add_edge_travel_times(plain)
    waiting = {
        row["highway"]: round((row["travel_time"] - free["travel_time"]) / 60, 6)
        for (_, _, row), (_, _, free) in zip(
            network.graph.edges(data=True), plain.edges(data=True), strict=True
        )
    }
    at_quay = {name: minutes for name, minutes in waiting.items() if minutes}
    assert at_quay == {"ferry": 15.0, "sea_ferry": 60.0}


@pytest.mark.parametrize("profile", ["default", "limits"])
def test_the_tables_as_arrays_have_the_times_of_osmnx_to_the_last_bit(profile: str) -> None:
    network = load_road_network(speeds=profile)
    assert isinstance(network.roads, LazyRoads)
    arrays, graph = network.roads.arcs, arcs_of(network.graph)
    for field in fields(Arcs):
        np.testing.assert_array_equal(getattr(arrays, field.name), getattr(graph, field.name))


def test_the_crossing_to_gotland_waits_once(network: RoadNetwork) -> None:
    crossing = [
        row["travel_time"] / 60
        for _, _, row in network.graph.edges(data=True)
        if row["name"] == "Visby-Oskarshamn"
    ]
    assert len(crossing) == 2
    assert crossing == pytest.approx([60 + 117.3 / 40 * 60] * 2, abs=0.5)


def test_osmnx_reads_back_what_it_saved(network: RoadNetwork, tmp_path: Path) -> None:
    path = tmp_path / "roads.graphml"
    ox.save_graphml(network.graph, path)
    again = load_road_network(path)
    assert again.graph.number_of_edges() == network.graph.number_of_edges()
    seconds = nx.get_edge_attributes(again.graph, "travel_time")
    assert seconds == pytest.approx(nx.get_edge_attributes(network.graph, "travel_time"))


def test_the_fingerprint_changes_with_a_speed_and_with_a_length(
    network: RoadNetwork, data_copy: Path
) -> None:
    assert load_road_network(data=data_copy).fingerprint == network.fingerprint
    speeds, links = data_copy / "speeds.toml", data_copy / "road_links.csv"
    original = speeds.read_text(encoding="utf-8")
    speeds.write_text(original.replace("kph = 100", "kph = 101"), encoding="utf-8")
    faster = load_road_network(data=data_copy).fingerprint
    speeds.write_text(original.replace("detour = 1.3", "detour = 1.4"), encoding="utf-8")
    detour = load_road_network(data=data_copy).fingerprint
    speeds.write_text(original, encoding="utf-8")
    links.write_text(links.read_text(encoding="utf-8").replace(",117308.8,", ",117308.9,"))
    longer = load_road_network(data=data_copy).fingerprint
    assert len({network.fingerprint, faster, detour, longer}) == 4


def test_every_repair_is_told_and_the_hole_at_ornskoldsvik_is_closed(network: RoadNetwork) -> None:
    assert "hole closed near Örnsköldsvik (road E4): 3.5 km; E4 runs through the town; on land" in (
        network.log
    )
    closed = [line for line in network.log if line.startswith("hole closed")]
    joins = [row for *_, row in network.graph.edges(data=True) if row["kind"] == "join"]
    assert len(joins) == 2 * len(closed)


def test_a_link_to_nowhere_is_an_error(data_copy: Path) -> None:
    with (data_copy / "road_links.csv").open("a") as file:
        file.write("0,999999,10.0,primary,,,road\n")
    with pytest.raises(InputError, match="no such junction"):
        load_road_network(data=data_copy)


def test_an_unknown_source_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="GraphML"):
        load_road_network(tmp_path / "missing.graphml")
