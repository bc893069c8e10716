"""What a sceptic tried on the rules of access: tags, and small maps with what is left of them."""

from collections import Counter
from pathlib import Path
from xml.sax.saxutils import quoteattr

import networkx as nx
import osmnx as ox
import pytest

from siting.common.errors import InputError
from siting.network.osm.access import Notes, in_words
from siting.network.osm.build import build_from_file, build_from_graphml
from siting.network.osm.tags import Roads, Way, read_way

type Tags = dict[str, str]
BOTH, AHEAD, BACK, NONE = (True, True), (True, False), (False, True), (False, False)


def _read(tags: Tags, roads: Roads = "all") -> tuple[Way | None, str]:
    notes: Notes = Counter()
    return read_way(tags, roads, notes), in_words(notes)


def _open(tags: Tags) -> tuple[bool, bool]:
    way, _ = _read(tags)
    return (way.forward, way.backward) if way else NONE


@pytest.mark.parametrize(
    "kind",
    [
        *("construction", "proposed", "raceway", "escape", "bus_guideway", "busway", "footway"),
        *("cycleway", "pedestrian", "steps", "path", "bridleway", "corridor", "track", "platform"),
        *("rest_area", "services", "elevator", "razed", "abandoned", "no", "", "Primary"),
    ],
)
def test_what_is_no_road_for_cars(kind: str) -> None:
    for more in ({}, {"access": "yes"}, {"motor_vehicle": "yes"}, {"construction": "primary"}):
        assert _read({"highway": kind} | more) == (None, "none")


@pytest.mark.parametrize(
    ("tags", "both"),
    [
        ({"access": " private ; yes"}, BOTH),
        ({"access": "private ;  customers"}, NONE),
        ({"motor_vehicle": "agricultural ; forestry"}, NONE),
        ({"motor_vehicle": "Forestry;Destination"}, BOTH),
        ({"vehicle": ";no;"}, NONE),
        ({"access:lanes": "no|no|no"}, BOTH),
        ({"motor_vehicle:lanes": "no|yes", "access:lanes:forward": "psv"}, BOTH),
        ({"vehicle:lanes:backward": "no"}, BOTH),
        ({"access:forward": "private", "vehicle:forward": "yes"}, BOTH),
        ({"motor_vehicle:backward": "agricultural;bus"}, AHEAD),
        ({"vehicle:forward": "no"}, BACK),
        ({"oneway": "-1"}, BACK),
        ({"oneway": "reverse"}, BACK),
        ({"oneway": "reversible"}, NONE),
        ({"oneway": "no", "oneway:conditional": "reversible @ (06:00-10:00)"}, NONE),
        ({"oneway": "alternating"}, BOTH),
        ({"oneway": "yes", "oneway:bicycle": "no", "oneway:psv": "-1"}, AHEAD),
        ({"oneway:vehicle": "yes"}, AHEAD),
        ({"oneway:motorcar": "no", "oneway": "yes"}, BOTH),
        ({"seasonal": "summer"}, NONE),
        ({"seasonal": "No"}, BOTH),
        ({"ice_road": "yes", "motor_vehicle": "yes"}, NONE),
        ({"winter_road": "Yes"}, NONE),
        ({"seasonal": "", "ice_road": "no;"}, BOTH),
        ({"motor_vehicle:conditional": "no @ (Nov-Apr)"}, NONE),
        ({"vehicle:conditional": "destination @ (weight>3.5)"}, BOTH),
        ({"motorcar:conditional": "no @ (weight >= 12); no @ (width>2.5)"}, BOTH),
        ({"service": "driveway"}, NONE),
        ({"service": "driveway", "access": "private"}, NONE),
        ({"service": "alley", "access": "private"}, NONE),
        ({"service": "alley"}, BOTH),
        ({"service": "parking_aisle", "access": "yes"}, NONE),
    ],
)
def test_access(tags: Tags, both: tuple[bool, bool]) -> None:
    assert _open({"highway": "service"} | tags) == both


@pytest.mark.parametrize(
    ("tags", "both"),
    [
        ({}, BOTH),
        ({"motor_vehicle": "no"}, NONE),
        ({"motor_vehicle": "no", "motorcar": "yes"}, BOTH),
        ({"foot": "yes"}, NONE),
        ({"foot": "permissive", "bicycle": "yes"}, NONE),
        ({"foot": "yes", "vehicle": "yes"}, BOTH),
        ({"foot": "yes", "hgv": "yes"}, BOTH),
        ({"foot": "yes", "bus": "designated"}, BOTH),
        ({"foot": "no", "bicycle": "no"}, BOTH),
        ({"cargo": "passengers"}, NONE),
        ({"cargo": "passengers;vehicle"}, BOTH),
        ({"cargo": "container"}, NONE),
        ({"cargo": "no"}, BOTH),
        ({"cargo": "passengers", "motorcar": "yes"}, BOTH),
        ({"access": "private"}, NONE),
        ({"access": "customers"}, NONE),
        ({"access": "yes", "foot": "yes", "bicycle": "yes"}, BOTH),
        ({"seasonal": "summer"}, NONE),
        ({"motor_vehicle:conditional": "yes @ (Jun-Aug)"}, NONE),
        ({"oneway": "yes"}, AHEAD),
    ],
)
def test_ferries(tags: Tags, both: tuple[bool, bool]) -> None:
    assert _open({"route": "ferry"} | tags) == both


@pytest.mark.parametrize(
    ("text", "kph", "ignored"),
    [
        ("50 mph", 80.467, ""),
        ("30mph", 48.28, ""),
        ("SE:urban", 50, ""),
        ("se:rural", 70, ""),
        ("SE:zone30", 30, ""),
        ("SE:zone:40", 40, ""),
        ("SE:30", 30, ""),
        ("walk", 7, ""),
        ("70 km/h", 70, ""),
        ("70;", 70, ""),
        ("none", None, "1 none"),
        ("signals", None, "1 signals"),
        ("variable", None, "1 variable"),
        ("999", None, "1 999"),
        ("151", None, "1 151"),
        ("-30", None, "1 -30"),
        ("0", None, "1 0"),
        ("nan", None, "1 nan"),
        ("1e5", None, "1 1e5"),
        ("999;60", 60, "1 999"),
        ("100 mph", None, "1 100 mph"),
        ("", None, ""),
    ],
)
def test_limits(text: str, kph: float | None, ignored: str) -> None:
    way, notes = _read({"highway": "primary", "maxspeed": text})
    assert way is not None
    assert notes == (f"speed limits ignored: {ignored}" if ignored else "none")
    if kph is None:
        assert way.limit_forward != way.limit_forward
    else:
        assert way.limit_forward == pytest.approx(kph, abs=0.01)


def _map(path: Path, node: Tags, relation: Tags, members: list[tuple[str, int, str]]) -> Path:
    """Two ways in a row that meet at node 2 of tags, with a loop, so that both ends are kept."""
    at = {1: (15.0, 58.0), 2: (15.01, 58.0), 3: (15.02, 58.0), 4: (15.01, 58.02)}
    tagged = "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in node.items())
    lines = [
        f'<node id="{n}" version="1" lon="{x}" lat="{y}">{tagged if n == 2 else ""}</node>'
        for n, (x, y) in at.items()
    ]
    for way, refs in {11: (1, 2), 12: (2, 3), 13: (1, 4, 3)}.items():
        inside = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        lines.append(f'<way id="{way}" version="1">{inside}<tag k="highway" v="primary"/></way>')
    inside = "".join(f'<member type="{t}" ref="{r}" role="{o}"/>' for t, r, o in members)
    inside += "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in relation.items())
    lines.append(f'<relation id="99" version="1">{inside}</relation>' if members else "")
    path.write_text(f'<osm version="0.6">{"".join(lines)}</osm>', encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("tags", "passed"),
    [
        ({"barrier": "gate", "access": "private"}, False),
        ({"barrier": "gate", "access": "private", "motorcar": "yes"}, True),
        ({"barrier": "gate", "access": "yes", "motorcar": "private"}, False),
        ({"barrier": "gate", "foot": "no", "bicycle": "no"}, True),
        ({"barrier": "gate", "locked": "yes", "access": "yes"}, False),
        ({"barrier": "lift_gate", "access": "destination"}, True),
        ({"barrier": "swing_gate", "access": "no", "vehicle": "permissive"}, True),
        ({"barrier": "Gate"}, True),
        ({"barrier": "checkpoint"}, True),
        ({"barrier": "rising_bollard"}, True),
        ({"barrier": "bollard", "bollard": "rising", "motor_vehicle": "no"}, False),
        ({"barrier": "chain"}, False),
        ({"barrier": "debris"}, False),
        ({"barrier": "bus_trap"}, False),
        ({"barrier": "block", "motor_vehicle": "destination"}, True),
        ({"barrier": "gate; bollard"}, False),
        ({"highway": "crossing", "access": "no"}, True),
        ({"highway": "crossing", "access:conditional": "no @ (22:00-06:00)"}, True),
        ({"highway": "crossing", "motor_vehicle": "no"}, False),
        ({"highway": "traffic_signals", "bicycle": "no"}, True),
    ],
)
def test_barriers(tmp_path: Path, tags: Tags, *, passed: bool) -> None:
    built = build_from_file(_map(tmp_path / "m.osm", tags, {}, []), "main")
    nodes = built.streets.nodes["osmid"]
    assert (2 in nodes.tolist()) == passed, nodes


FROM_TO = [("way", 11, "from"), ("way", 12, "to")]


@pytest.mark.parametrize(
    ("tags", "members", "count"),
    [
        ({"restriction": "no_u_turn"}, [("way", 11, "from"), ("way", 11, "to")], 1),
        ({"restriction": "only_straight_on"}, [*FROM_TO, ("node", 2, "via")], 1),
        ({"restriction": "no_left_turn"}, [*FROM_TO, ("way", 13, "via")], 1),
        ({"restriction": "no_entry"}, [("way", 13, "from"), *FROM_TO, ("node", 2, "via")], 1),
        ({"restriction": "no_left_turn", "except": "psv"}, FROM_TO, 1),
        ({"restriction": "no_left_turn", "except": "psv;motorcar"}, FROM_TO, 0),
        ({"restriction:hgv": "no_left_turn"}, FROM_TO, 0),
        ({"restriction:motorcar": "only_left_turn"}, FROM_TO, 1),
        ({"restriction:conditional": "no_left_turn @ (Mo-Fr 07:00-09:00)"}, FROM_TO, 1),
        ({"restriction": "none"}, FROM_TO, 0),
        ({"restriction": "give_way"}, FROM_TO, 0),
        ({"restriction": "no_left_turn"}, [("way", 11, "from"), ("way", 77, "to")], 0),
        ({"restriction": "no_left_turn"}, [("way", 11, "from"), ("node", 2, "via")], 0),
        ({"restriction": "no_left_turn", "type": "route"}, FROM_TO, 0),
    ],
)
def test_turn_bans(
    tmp_path: Path, tags: Tags, members: list[tuple[str, int, str]], count: int
) -> None:
    path = _map(tmp_path / "m.osm", {}, {"type": "restriction"} | tags, members)
    notes = build_from_file(path, "main").about["notes"]
    assert ("turn bans not kept: 1 " in notes) == bool(count), notes


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "footway"},
        {"highway": "cycleway", "maxspeed": "30"},
        {"highway": "service", "service": "driveway", "access": "private"},
        {"highway": "construction", "construction": "primary"},
        {"highway": "busway"},
        {"highway": "primary", "access": "no"},
        {"highway": ["residential", "path"]},
        {"highway": "residential", "motor_vehicle": ["yes", "no"]},
        {"highway": "unclassified", "winter_road": "yes"},
        {"route": "ferry", "foot": "yes"},
    ],
)
def test_links_of_a_foreign_graph_that_no_car_may_drive(
    tmp_path: Path, tags: dict[str, object]
) -> None:
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="EPSG:4326")
    graph.add_nodes_from((n, {"x": n / 100, "y": 0.0}) for n in range(1, 5))
    rows: list[dict[str, object]] = [{"highway": "primary"}, {"highway": "primary"}, tags]
    for u, row in enumerate(rows, start=1):
        for one, other in ((u, u + 1), (u + 1, u)):
            graph.add_edge(one, other, osmid=u, length=1112.0, **row)
    ox.save_graphml(graph, path := tmp_path / "foreign.graphml")
    built = build_from_graphml(path)
    assert built.streets.nodes["osmid"].tolist() == [1, 2, 3]
    assert "links left out as no car may drive them: 2 " in built.about["notes"]


def test_a_foreign_graph_of_footways_alone_is_refused_by_name(tmp_path: Path) -> None:
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="EPSG:4326")
    graph.add_nodes_from((n, {"x": n / 100, "y": 0.0}) for n in range(1, 3))
    graph.add_edge(1, 2, osmid=1, length=1112.0, highway="footway")
    ox.save_graphml(graph, path := tmp_path / "foreign.graphml")
    with pytest.raises(InputError, match=r"no link.*footway"):
        build_from_graphml(path)
