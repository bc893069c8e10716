"""What is saved is read back, by us and by OSMnx."""

import re
from dataclasses import fields, replace
from pathlib import Path

import networkx as nx
import numpy as np
import osmnx as ox
import pytest

from siting.common.errors import InputError
from siting.common.package import data_folder
from siting.common.types import Arcs, LazyRoads
from siting.network.link_times import arcs_of
from siting.network.load import load_road_network
from siting.network.osm.build import Built, build_from_graphml, save_network
from siting.network.osm.files import read_network, read_parquet
from siting.network.speeds import read_speeds


@pytest.fixture(scope="module")
def saved(built: Built, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("networks")
    paths = {name: folder / f"helsinki.{name}" for name in ("graphml", "parquet")}
    for path in paths.values():
        save_network(built, path, read_speeds(data_folder()))
    return paths


def _links(graph: "nx.MultiDiGraph[int]") -> dict[tuple[int, int, int], dict[str, object]]:
    return {(u, v, key): row for u, v, key, row in graph.edges(keys=True, data=True)}


def test_both_forms_are_the_same_graph(saved: dict[str, Path]) -> None:
    first, second = (load_road_network(path) for path in saved.values())
    assert _links(first.graph) == _links(second.graph)
    assert list(first.graph.nodes(data=True)) == list(second.graph.nodes(data=True))
    assert first.graph.graph == second.graph.graph
    assert first.fingerprint == second.fingerprint


def test_each_says_where_it_comes_from(saved: dict[str, Path]) -> None:
    for path in saved.values():
        about = read_network(path).graph
        assert "ODbL" in about["licence"]
        assert (about["source"], about["filter"]) == ("Helsinki.osm.pbf", "drive")
        assert "osmnx" in about["versions"]
        assert any("ODbL" in line for line in load_road_network(path).log)


def test_osmnx_reads_the_graphml_with_its_times(saved: dict[str, Path]) -> None:
    theirs = ox.load_graphml(saved["graphml"])
    ours = load_road_network(saved["parquet"]).graph
    seconds = nx.get_edge_attributes(theirs, "travel_time")
    assert seconds == nx.get_edge_attributes(ours, "travel_time")


def test_a_build_from_graphml_is_the_same_network(saved: dict[str, Path], built: Built) -> None:
    again = build_from_graphml(saved["graphml"])
    assert again.streets.links.equals(built.streets.links)
    assert again.streets.nodes.equals(built.streets.nodes)


@pytest.mark.long
def test_a_build_from_a_graph_of_osmnx(helsinki_xml: Path, tmp_path: Path) -> None:
    graph = ox.graph_from_xml(helsinki_xml, retain_all=True)
    ox.save_graphml(graph, tmp_path / "theirs.graphml")
    built = build_from_graphml(tmp_path / "theirs.graphml")
    assert built.streets.links["maxspeed"].notna().mean() > 0.1
    assert built.cut_off.nodes > 0


def test_the_same_bytes_each_time(built: Built, tmp_path: Path) -> None:
    for suffix in ("graphml", "parquet"):
        for name in ("one", "two"):
            save_network(built, tmp_path / f"{name}.{suffix}", read_speeds(data_folder()))
        one, two = (tmp_path / f"{name}.{suffix}" for name in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()
    assert len(list(tmp_path.iterdir())) == 4


def test_nothing_half_is_left_where_writing_fails(
    built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("pyarrow.parquet.write_table", fail)
    with pytest.raises(InputError, match="disk full"):
        save_network(built, tmp_path / "n.parquet", read_speeds(data_folder()))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", ["graphml", "parquet"])
@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_truncated_files_are_errors(
    saved: dict[str, Path], tmp_path: Path, suffix: str, share: float
) -> None:
    content = saved[suffix].read_bytes()
    path = tmp_path / f"half.{suffix}"
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(InputError, match="not a saved road network"):
        read_network(path)


def test_graphml_with_entities_is_refused_for_them(saved: dict[str, Path], tmp_path: Path) -> None:
    content = saved["graphml"].read_text(encoding="utf-8")
    path = tmp_path / "bomb.graphml"
    start = content.index("<graphml")
    path.write_text(
        f'{content[:start]}<!DOCTYPE graphml [<!ENTITY lol "lol">]>{content[start:]}',
        encoding="utf-8",
    )
    with pytest.raises(InputError, match="XML entities are refused"):
        read_network(path)


def test_graphml_with_lists_in_lists_without_end_is_no_network(
    saved: dict[str, Path], tmp_path: Path
) -> None:
    content = saved["graphml"].read_text(encoding="utf-8")
    path = tmp_path / "deep.graphml"
    osmid = re.search(r'<key id="(\w+)" for="edge" attr.name="osmid"', content)
    assert osmid
    first = re.compile(rf'(<data key="{osmid[1]}">)[^<]*')
    path.write_text(first.sub(rf"\g<1>{'[' * 5000}", content, count=1), encoding="utf-8")
    with pytest.raises(InputError, match="not a saved road network"):
        read_network(path)


def test_times_need_no_graph_and_are_those_of_the_graph(saved: dict[str, Path]) -> None:
    network = load_road_network(saved["parquet"], speeds="limits")
    assert isinstance(network.roads, LazyRoads)
    arrays, graph = arcs_of(network.roads), arcs_of(network.graph)
    for field in fields(Arcs)[:-1]:  # a graph does not say where places are tied
        np.testing.assert_array_equal(getattr(arrays, field.name), getattr(graph, field.name))
    again = load_road_network(saved["graphml"], speeds="limits")
    assert again.fingerprint == network.fingerprint


def test_a_link_to_a_node_that_is_not_there_is_an_error(built: Built, tmp_path: Path) -> None:
    nodes = built.streets.nodes.iloc[1:]
    less = replace(built, streets=replace(built.streets, nodes=nodes))
    save_network(less, tmp_path / "less.parquet", read_speeds(data_folder()))
    with pytest.raises(InputError, match="a link ends at a node that is not there"):
        load_road_network(tmp_path / "less.parquet")


def test_another_parquet_file_is_an_error(built: Built, tmp_path: Path) -> None:
    built.streets.nodes.to_parquet(tmp_path / "nodes.parquet")
    with pytest.raises(InputError, match="not a saved road network"):
        read_network(tmp_path / "nodes.parquet")
    with pytest.raises(KeyError):
        read_parquet(tmp_path / "nodes.parquet")


def test_a_graph_without_lengths_or_positions_is_an_error(tmp_path: Path) -> None:
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="EPSG:4326")
    graph.add_node(1, x="1.0", y="2.0")
    graph.add_edge(1, 2, highway="primary")
    nx.write_graphml(graph, tmp_path / "g.graphml")
    with pytest.raises(InputError) as caught:
        build_from_graphml(tmp_path / "g.graphml")
    assert {fault.key for fault in caught.value.faults} == {"node x, y", "edge length"}
    with pytest.raises(InputError, match="no length"):
        load_road_network(tmp_path / "g.graphml")


@pytest.mark.parametrize("length", ["-3.0", "nan", "inf"])
def test_lengths_and_positions_that_cannot_be_are_errors(tmp_path: Path, length: str) -> None:
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="EPSG:4326")
    graph.add_node(1, x="18.0", y="59.0")
    graph.add_node(2, x="674032.0", y="6580822.0")  # metres, of a graph that was projected
    graph.add_edge(1, 2, highway="primary", length=length)
    nx.write_graphml(graph, tmp_path / "g.graphml")
    for read in (build_from_graphml, read_network):
        with pytest.raises(InputError, match="negative or no number") as caught:
            read(tmp_path / "g.graphml")
        assert [fault.key for fault in caught.value.faults] == ["node x, y", "edge length"]


def test_only_two_endings(built: Built, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="ending"):
        save_network(built, tmp_path / "roads.csv", read_speeds(data_folder()))


_FOREIGN: list[tuple[dict[str, object], bool]] = [
    ({"highway": "primary"}, True),
    ({"highway": "service"}, True),
    ({"highway": "service", "service": "driveway"}, False),
    ({"highway": "footway"}, False),
    ({"highway": "cycleway"}, False),
    ({"highway": "track"}, False),
    ({"highway": ["residential", "footway"]}, False),
    ({"highway": ["residential", "primary"], "access": ["yes", "destination"]}, True),
    ({"highway": ["residential", "primary"], "access": ["yes", "private"]}, False),
    ({"highway": "residential", "access": "private"}, False),
    ({"highway": "residential", "motor_vehicle": "no"}, False),
    ({"highway": "footway", "motor_vehicle": "yes"}, False),
    ({"route": "ferry"}, True),
    ({"route": "ferry", "highway": "unclassified", "foot": "yes"}, False),
    ({"route": "bus"}, False),
    ({"highway": "ferry"}, True),
    ({"highway": "access"}, True),
]


def _foreign(folder: Path, *rows: dict[str, object]) -> Path:
    """A graph of OSMnx: a primary road there and back, and links from its end, each to a node."""
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="EPSG:4326", simplified=True)
    every: list[dict[str, object]] = [{"highway": "primary"}, *rows]
    for node in range(len(rows) + 2):
        graph.add_node(node, x=18 + node / 100, y=59.0, street_count=1)
    for end, row in enumerate(every, start=1):
        for u, v in ((min(end - 1, 1), end), (end, min(end - 1, 1))):
            graph.add_edge(u, v, osmid=end, length=5000.0, oneway=False, reversed=u > v, **row)
    path = folder / "foreign.graphml"
    ox.save_graphml(graph, path)
    return path


@pytest.mark.parametrize(("row", "kept"), _FOREIGN)
def test_links_of_a_graph_from_elsewhere_that_no_car_may_drive_are_left_out(
    tmp_path: Path,
    row: dict[str, object],
    kept: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    path = _foreign(tmp_path, row)
    network, built = load_road_network(path), build_from_graphml(path)
    assert sorted(network.graph) == built.streets.nodes["osmid"].tolist() == [0, 1, 2][: 2 + kept]
    told = f"notes: links left out as no car may drive them: 2 {row.get('highway')}"
    assert (told in network.log) != kept
    assert (told == f"notes: {built.about['notes']}") != kept


def test_a_graph_of_footways_alone_holds_no_link(tmp_path: Path) -> None:
    path = _foreign(tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace(">primary<", ">footway<"))
    for read in (load_road_network, build_from_graphml):
        with pytest.raises(InputError, match="no link"):
            read(path)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("00:20", 20), ("20", 20), ("20.0", 20), ("PT1H", 60), (["00:20", "00:10"], 30)],
)
def test_durations_of_a_graph_from_elsewhere(
    tmp_path: Path, text: str | list[str], minutes: float
) -> None:
    row: dict[str, object] = {"route": "ferry", "highway": "unclassified", "duration": text}
    network = load_road_network(_foreign(tmp_path, row))
    waiting = read_speeds(data_folder()).waiting_minutes["ferry"]
    assert network.graph.edges[1, 2, 0]["travel_time"] / 60 == pytest.approx(minutes + waiting)
    built = build_from_graphml(_foreign(tmp_path, row)).streets.links
    assert set(built["duration"].dropna()) == {minutes}


@pytest.mark.parametrize("text", ["soon", "-5", "nan", "inf"])
def test_durations_that_say_nothing_leave_the_class_to_decide(tmp_path: Path, text: str) -> None:
    rows: list[dict[str, object]] = [{"highway": "ferry"}, {"highway": "ferry", "duration": text}]
    links = load_road_network(_foreign(tmp_path, *rows)).graph.edges
    assert links[1, 2, 0]["travel_time"] == links[1, 3, 0]["travel_time"]


@pytest.mark.parametrize("text", ["5000", "fast", "0", ["999", "soon"]])
def test_limits_that_cannot_be_in_a_graph_from_elsewhere_are_counted(
    tmp_path: Path, text: str | list[str]
) -> None:
    path = _foreign(tmp_path, {"highway": "residential", "maxspeed": text})
    network, built = load_road_network(path, speeds="limits"), build_from_graphml(path)
    assert built.about["notes"] == "speed limits ignored: 2 of residential"
    assert f"notes: {built.about['notes']}" in network.log
    plain = load_road_network(_foreign(tmp_path, {"highway": "residential"}), speeds="limits")
    assert network.fingerprint == plain.fingerprint


@pytest.mark.parametrize("kind", ["footway", "cycleway", "track", "steps"])
def test_a_parquet_network_with_links_for_no_car_is_refused(
    built: Built, tmp_path: Path, kind: str
) -> None:
    links = built.streets.links.assign(highway=[kind, *built.streets.links["highway"][1:]])
    save_network(
        replace(built, streets=replace(built.streets, links=links)),
        tmp_path / "n.parquet",
        read_speeds(data_folder()),
    )
    with pytest.raises(InputError, match=f"not for cars \\({kind}\\)"):
        load_road_network(tmp_path / "n.parquet")


def test_limits_that_cannot_be_in_a_saved_network_are_ignored(built: Built, tmp_path: Path) -> None:
    links = built.streets.links
    for name, limits in (("none", np.nan), ("typo", 5000.0)):
        changed = replace(built.streets, links=links.assign(maxspeed=limits))
        for suffix in ("parquet", "graphml"):
            path = tmp_path / f"{name}.{suffix}"
            save_network(replace(built, streets=changed), path, read_speeds(data_folder()))
    fingerprints = {
        load_road_network(path, speeds="limits").fingerprint for path in tmp_path.iterdir()
    }
    assert len(fingerprints) == 1


@pytest.mark.parametrize("unit", [0.0, 0.001, 1 / 1609.344])
def test_lengths_in_another_unit_are_an_error(tmp_path: Path, unit: float) -> None:
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(
        ox.load_graphml(_foreign(tmp_path, {"highway": "secondary"}))
    )
    for *_, row in graph.edges(data=True):
        row["length"] = 573.0 * unit
    ox.save_graphml(graph, tmp_path / "g.graphml")
    with pytest.raises(InputError, match="shorter than the straight lines") as caught:
        read_network(tmp_path / "g.graphml")
    assert [fault.key for fault in caught.value.faults] == ["edge length"]


def test_one_short_link_is_no_fault(tmp_path: Path) -> None:
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(
        ox.load_graphml(_foreign(tmp_path, {"highway": "secondary"}))
    )
    next(iter(graph.edges(data=True)))[2]["length"] = 1.0
    ox.save_graphml(graph, tmp_path / "g.graphml")
    assert len(read_network(tmp_path / "g.graphml").edges) == 4
