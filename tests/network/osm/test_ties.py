"""How places meet networks of streets: not in the midst of a motorway, and within one part."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import networkx as nx
import numpy as np
import osmnx as ox
import pytest

from siting.common.package import data_folder
from siting.common.types import Arcs, Floats, Points, RoadGraph, RoadNetwork
from siting.network.link_times import arcs_of
from siting.network.load import load_road_network
from siting.network.matrix import travel_times
from siting.network.osm.build import (
    Residents,
    build_from_file,
    build_from_graphml,
    save_network,
)
from siting.network.osm.files import read_parquet, save_streets
from siting.network.routes import fastest_route
from siting.network.speeds import read_speeds

KM = 360 / (2 * np.pi * 6371.009)
"""Degrees of a kilometre on the equator."""
type Nodes = Mapping[int, tuple[float, float]]
type Ways = list[tuple[list[int], str]]


def _roads(folder: Path, nodes: Nodes, ways: Ways, suffix: str = "parquet") -> RoadNetwork:
    """A network of nodes in kilometres and of ways with their class; - in front: one-way.

    Behind the class another tag may stand, as in primary+bridge=yes.
    """
    lines = ['<osm version="0.6">']
    for node, (east, north) in nodes.items():
        lines.append(f'<node id="{node}" version="1" lon="{east * KM}" lat="{north * KM}"/>')
    for number, (refs, kind) in enumerate(ways, start=1):
        lines += [f'<way id="{number}" version="1">', *(f'<nd ref="{ref}"/>' for ref in refs)]
        name, _, more = kind.removeprefix("-").partition("+")
        key = "route" if name == "ferry" else "highway"
        one_way = "yes" if kind.startswith("-") else "no"
        tags = {key: name, "oneway": one_way, **dict([more.split("=")] if more else [])}
        lines += [*(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items()), "</way>"]
    (folder / "roads.osm").write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
    built = build_from_file(folder / "roads.osm", "drive")
    path = folder / f"roads.{suffix}"
    save_network(built, path, read_speeds(data_folder()))
    return load_road_network(path)


def _at(**places: tuple[float, float]) -> Points:
    east, north = np.array([*places.values()]).T * KM
    return Points(tuple(places), east, north)


def _minutes(network: RoadNetwork, start: tuple[float, float], end: tuple[float, float]) -> float:
    """The time from one place to another, inf without a way; searched from both ends."""
    ends = _at(s=start), _at(e=end)
    found = travel_times(network, *ends).minutes
    minutes = float(found.toarray()[0, 0]) if found.nnz else np.inf
    more = travel_times(network, _at(s=start, t=start), ends[1]).minutes
    assert (more.toarray()[:, 0] == minutes).all() if found.nnz else not more.nnz
    (lon, lat), (to_lon, to_lat) = ((east * KM, north * KM) for east, north in (start, end))
    assert fastest_route(network, (lon, lat), (to_lon, to_lat)).minutes == pytest.approx(minutes)
    return minutes


# A road along the equator with a side road from its end to the north, which a fast road passes.
NODES = {1: (0, 0), 2: (10, 0), 3: (20, 0), 4: (0, 1), 5: (20, 1), 6: (10, 0.3), 7: (10, 10)}
SLOW: Ways = [([1, 4], "tertiary"), ([4, 7], "tertiary"), ([3, 5], "tertiary")]


@pytest.mark.parametrize(
    ("passing", "boards"),
    [
        ([([1, 2], "motorway"), ([2, 3], "motorway")], False),
        ([([1, 2], "motorway_link"), ([2, 3], "motorway_link")], False),
        ([([1, 2], "motorway"), ([2, 3], "motorway_link")], False),
        ([([1, 2], "ferry"), ([2, 3], "ferry")], False),
        ([([1, 2], "trunk"), ([2, 3], "trunk")], True),
        ([([1, 2], "motorway"), ([2, 3], "primary")], True),
        ([([1, 2], "primary+bridge=yes"), ([2, 3], "primary+bridge=viaduct")], False),
        ([([1, 2], "primary+bridge=movable"), ([2, 3], "secondary+tunnel=yes")], False),
        ([([1, 2], "tertiary+tunnel=yes"), ([2, 3], "ferry")], False),
        ([([1, 2], "trunk+motorroad=yes"), ([2, 3], "trunk_link+motorroad=yes")], False),
        ([([1, 2], "primary+bridge=yes"), ([2, 3], "primary+bridge=no")], True),
        ([([1, 2], "primary+tunnel=yes"), ([2, 3], "primary")], True),
    ],
)
@pytest.mark.parametrize("suffix", ["parquet", "graphml"])
def test_nobody_boards_between_the_ends_of_a_motorway(
    tmp_path: Path, passing: Ways, suffix: str, *, boards: bool
) -> None:
    network = _roads(tmp_path, NODES, [*SLOW, *passing], suffix)
    # A place 300 m off the middle, more than 4 km from anything else.
    start = (10.0, 0.3)
    arcs = arcs_of(network.roads)
    middle = int(np.abs(arcs.lon - 10 * KM).argmin())
    assert (arcs.part[middle] >= 0) == boards
    to_end = _minutes(network, start, (20, 0))
    straight = 10 * 1.3 / 40 * 60
    assert to_end == pytest.approx(straight, rel=0.02) if not boards else to_end < straight


ISLAND = {11: (0, 0), 12: (0, 9), 21: (6, 0), 22: (6, 4), 23: (8, 4), 31: (3, 0), 32: (3, 9)}
MAIN: Ways = [([11, 12], "primary"), ([12, 32], "primary")]
ROADS_OF_ISLAND: Ways = [([21, 22], "tertiary"), ([22, 23], "tertiary")]


@pytest.mark.parametrize("strait", [1.0, 2.5, 5.6, 20.0])
@pytest.mark.parametrize("suffix", ["parquet", "graphml"])
def test_an_island_is_not_reached_over_the_sea(tmp_path: Path, strait: float, suffix: str) -> None:
    nodes = {
        node: (east + (strait - 6) * (node > 20), north)
        for node, (east, north) in ISLAND.items()
        if node < 30
    }
    network = _roads(tmp_path, nodes, [MAIN[0], *ROADS_OF_ISLAND], suffix)
    shore, inland, home = (strait, 0.0), (strait + 2, 4.0), (0.0, 1.0)
    assert _minutes(network, shore, home) == np.inf
    assert _minutes(network, home, inland) == np.inf
    # On either side of the water things are as ever.
    assert _minutes(network, shore, inland) == pytest.approx(6 / 55 * 60, rel=1e-4)
    assert _minutes(network, home, (0, 9)) < 9 / 75 * 60 + 2


def test_a_ferry_reaches_the_island(tmp_path: Path) -> None:
    network = _roads(tmp_path, ISLAND, [*MAIN, *ROADS_OF_ISLAND, ([11, 21], "ferry")])
    assert _minutes(network, (6, 0), (0, 0)) == pytest.approx(15 + 6 / 12 * 60, rel=1e-4)


@pytest.mark.parametrize("kind", ["residential", "tertiary", "unclassified"])
def test_a_street_whose_other_end_is_missing_is_beside_the_road(tmp_path: Path, kind: str) -> None:
    """Behind a gate, or where a yard between was left out: the road passes 200 m away."""
    nodes = {number: (number / 2, 0.0) for number in range(1, 30)}
    nodes |= {number: (3 + number / 1000, 0.3) for number in range(40, 52)} | {60: (3.0, 0.2)}
    streets: Ways = [([60, number], kind) for number in range(40, 52)]
    network = _roads(tmp_path, nodes, [*(([n, n + 1], "primary") for n in range(1, 29)), *streets])
    tie = 0.3 * 1.3 / 40 * 60
    assert _minutes(network, (3, 0.3), (13, 0)) == pytest.approx(tie + 10 / 75 * 60, rel=1e-3)


def test_no_place_is_tied_where_no_way_leads_back(tmp_path: Path) -> None:
    nodes = {1: (0, 0), 2: (3, 0), 3: (3, 6)}
    network = _roads(tmp_path, nodes, [([1, 2], "primary"), ([2, 3], "-primary")])
    # Straight to the far end of the road, as both ends of the one-way street are no ties.
    expected = np.hypot(3, 6) * 1.3 / 40 * 60
    assert _minutes(network, (3, 6), (0, 0)) == pytest.approx(expected, rel=1e-4)


def test_the_build_tells_of_what_is_detached(tmp_path: Path) -> None:
    nodes = {node: at for node, at in ISLAND.items() if node < 30} | {13: (0, 12), 14: (2, 12)}
    loop: Ways = [([11, 12, 13], "primary"), ([13, 14], "primary"), ([12, 14], "primary")]
    _roads(tmp_path, nodes, [*loop, *ROADS_OF_ISLAND])
    homes = _at(near=(0.1, 1), isle=(7.9, 4))
    people = Residents(homes, np.array([10, 77], dtype=np.int64))
    cut_off = build_from_file(tmp_path / "roads.osm", "drive", people).cut_off
    assert (cut_off.parts, cut_off.nodes, cut_off.places, cut_off.people) == (1, 4, ("isle",), 77)


def test_three_bridges_that_meet_over_water(tmp_path: Path) -> None:
    nodes = {1: (0, 0), 2: (10, 0), 3: (20, 0), 4: (10, 10), 5: (0, 1), 6: (20, 1), 7: (10, 11)}
    bridges: Ways = [([end, 2], "primary+bridge=yes") for end in (1, 3, 4)]
    shores: Ways = [([1, 5], "tertiary"), ([3, 6], "tertiary"), ([4, 7], "tertiary")]
    arcs = arcs_of(_roads(tmp_path, nodes, [*bridges, *shores]).roads)
    tied = {(round(x / KM), round(y / KM)) for x, y in zip(*_where(arcs), strict=True)}
    assert tied == {(0, 0), (0, 1), (20, 0), (20, 1), (10, 10), (10, 11)}


def _where(arcs: Arcs) -> tuple[Floats, Floats]:
    """Where places are tied."""
    return arcs.lon[arcs.part >= 0], arcs.lat[arcs.part >= 0]


@pytest.mark.parametrize("kind", ["motorway", "ferry", "primary+bridge=yes"])
@pytest.mark.parametrize("suffix", ["parquet", "graphml"])
def test_roads_that_nobody_boards_reach_nobody(tmp_path: Path, kind: str, suffix: str) -> None:
    one_way: Ways = [([1, 2], kind), ([2, 3], kind), ([3, 1], kind)]
    network = _roads(tmp_path, {1: (0, 0), 2: (3, 0), 3: (3, 6)}, one_way, suffix)
    assert not (arcs_of(network.roads).part >= 0).any()
    assert _minutes(network, (0, 0), (3, 6)) == np.inf


@pytest.mark.parametrize(
    ("tags", "tied"),
    [
        ({"bridge": "yes"}, False),
        ({"tunnel": "building_passage"}, False),
        ({"bridge": "no"}, True),
        # A road of several pieces that OSMnx has merged, one of them a bridge.
        ({"bridge": "yes", "osmid": [7, 8]}, True),
        ({"highway": ["motorway", "motorway_link"], "osmid": [7, 8]}, False),
    ],
)
def test_bridges_of_a_graph_from_elsewhere(
    tmp_path: Path, tags: Mapping[str, object], *, tied: bool
) -> None:
    graph: RoadGraph = nx.MultiDiGraph(crs="EPSG:4326")
    graph.add_nodes_from((n, {"x": n / 100, "y": 0.0}) for n in range(1, 6))
    for u in range(1, 5):
        row: dict[str, object] = {"osmid": u, "highway": "primary", "length": 1112.0}
        row |= tags if u in {2, 3} else {}
        graph.add_edges_from([(u, u + 1, row), (u + 1, u, row)])
    ox.save_graphml(graph, path := tmp_path / "from.graphml")
    save_network(build_from_graphml(path), tmp_path / "g.parquet", read_speeds(data_folder()))
    for each in (path, tmp_path / "g.parquet"):
        assert (arcs_of(load_road_network(each).roads).part >= 0).tolist()[2] == tied


def test_a_network_of_before_that_knows_no_bridges_is_read(tmp_path: Path) -> None:
    ways: Ways = [([1, 2], "primary"), ([2, 3], "primary+bridge=yes")]
    network = _roads(tmp_path, {1: (0, 0), 2: (1, 0), 3: (2, 0)}, ways)
    streets, about = read_parquet(tmp_path / "roads.parquet")
    old = replace(streets, links=streets.links.drop(columns="through"))
    save_streets(old, about, tmp_path / "old.parquet", read_speeds(data_folder()))
    again = load_road_network(tmp_path / "old.parquet")
    assert arcs_of(network.roads).part.tolist() == [0, 0, -1]
    assert arcs_of(again.roads).part.tolist() == [0, 0, 0]


def test_the_shipped_network_ties_as_before() -> None:
    assert not arcs_of(load_road_network().roads).part.any()


BENT = {1: (0, 0), 2: (0, 5), 3: (4, 5), 4: (4, 19.9), 9: (0, -9)}


@pytest.mark.parametrize("refs", [[1, 2, 3, 4], [4, 3, 2, 1]])
@pytest.mark.parametrize("kind", ["primary", "-primary", "tertiary", "residential"])
def test_long_roads_get_waypoints_along_their_bends(
    tmp_path: Path, refs: list[int], kind: str
) -> None:
    back: Ways = [([refs[-1], refs[0]], "primary")] if kind[0] == "-" else []
    arcs = arcs_of(_roads(tmp_path, BENT, [(refs, kind), *back]).roads)
    east, north = arcs.lon / KM, arcs.lat / KM
    # 23.9 km in eight pieces.
    for gone in np.arange(0, 23.91, 23.9 / 8).tolist():
        spot = (0, gone) if gone <= 5 else (gone - 5, 5) if gone <= 9 else (4, gone - 4)
        assert np.hypot(east - spot[0], north - spot[1]).min() < 1e-3, spot
    assert arcs.metres.max() < 3000
    whole = 23.9e3 * 2 if not back else 23.9e3 + 2000 * np.hypot(4, 19.9)
    assert arcs.metres.sum() == pytest.approx(whole, rel=1e-3)


@pytest.mark.parametrize("kind", ["motorway", "motorway_link", "ferry"])
def test_where_no_place_is_tied_there_are_no_waypoints(tmp_path: Path, kind: str) -> None:
    arcs = arcs_of(_roads(tmp_path, BENT, [([1, 2, 3, 4], kind), ([1, 9], "primary")]).roads)
    assert sorted(set(arcs.metres.round(-1).tolist())) == [3000, 23900]


@pytest.mark.parametrize("tag", ["bridge", "tunnel"])
@pytest.mark.parametrize("value", ["yes", "viaduct", "no"])
def test_bridges_and_tunnels_have_none_either(tmp_path: Path, tag: str, value: str) -> None:
    _roads(tmp_path, BENT, [([1, 2, 3, 4], "primary"), ([1, 9], "primary")])
    path = tmp_path / "roads.osm"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("</way>", f'<tag k="{tag}" v="{value}"/></way>', 1), encoding="utf-8"
    )
    longest = build_from_file(path, "drive").streets.links["length"].max()
    assert longest == pytest.approx(3000 if value == "no" else 23900, rel=5e-3)


def test_a_village_on_a_long_road_is_tied_to_it(tmp_path: Path) -> None:
    network = _roads(
        tmp_path, {1: (0, 0), 2: (40, 0), 3: (20, 12)}, [([1, 2], "primary"), ([2, 3], "primary")]
    )
    assert _minutes(network, (20, 0), (0, 0)) == pytest.approx(20 / 75 * 60, abs=1.5)


def test_a_long_loop_is_kept(tmp_path: Path) -> None:
    nodes = {1: (0, 0), 2: (5, 0), 3: (9, 0), 4: (9, 4), 5: (5, 4)}
    arcs = arcs_of(
        _roads(tmp_path, nodes, [([1, 2], "primary"), ([2, 3, 4, 5, 2], "tertiary")]).roads
    )
    assert arcs.metres.sum() == pytest.approx(2 * 21e3, rel=1e-3)
