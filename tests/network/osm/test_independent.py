"""Times of small made maps are those of a reading of the rules of its own, with NetworkX.

The reading below shares nothing with the package: each tag is written with what it means.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise, product
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from xml.sax.saxutils import quoteattr

import networkx as nx
import pytest

from siting.common.errors import InputError
from siting.common.package import data_folder
from siting.network.link_times import arcs_of
from siting.network.load import load_road_network
from siting.network.osm.build import build_from_file, save_network
from siting.network.speeds import read_speeds

SIDE = 5
KPH = {"motorway": 100, "primary": 75, "unclassified": 50, "residential": 25, "road": 50}
CLASSES = [*KPH, "residential", "primary", "service", "footway", "track", "construction"]

VALUES = {
    "yes": True, "permissive": True, "destination": True, "designated": True, "unknown": True,
    "no": False, "private": False, "customers": False, "military": False, "delivery": False,
    "agricultural;forestry": False, "psv;bus": False, "no;destination": True, "private;No ": False,
    "forestry;permissive": True, "emergency": False, "bus; yes": True,
}  # fmt: skip
WHEN = {
    "no @ (22:00-06:00)": True, "yes @ (Jun-Sep)": True, "private @ (Sa); no @ (Su)": True,
    "no @ (weight>3.5)": False, "destination @ (Mo-Fr 07:00-09:00)": False,
    "no @ (length > 12); no @ (weight>7.5 AND Su)": False,
}  # fmt: skip
JUNK = [
    {"access:lanes": "no|yes"}, {"bicycle": "no"}, {"hgv": "no"}, {"foot": "no"},
    {"hgv:conditional": "no @ (Su)"}, {"maxspeed:conditional": "30 @ (Su)"},
    {"oneway:bicycle": "no"}, {"motor_vehicle:lanes:forward": "no|no"}, {"seasonal": "no"},
]  # fmt: skip
# Tags, whether cars may at any time go ahead and back by them.
ONE_WAY: list[tuple[dict[str, str], tuple[bool, bool]]] = [
    ({"oneway": "yes"}, (True, False)),
    ({"oneway": "1"}, (True, False)),
    ({"oneway": "-1"}, (False, True)),
    ({"oneway": "no"}, (True, True)),
    ({"oneway": "alternating"}, (True, True)),
    ({"oneway": "reversible"}, (False, False)),
    ({"oneway:motor_vehicle": "yes"}, (True, False)),
    ({"oneway:motorcar": "-1"}, (False, True)),
    ({"oneway": "yes", "oneway:motor_vehicle": "no"}, (True, True)),
    ({"oneway": "-1", "oneway:vehicle": "yes"}, (True, False)),
    ({"junction": "roundabout"}, (True, False)),
    ({"oneway:conditional": "yes @ (Mo-Fr)", "oneway": "no"}, (True, False)),
    ({"oneway": "yes", "oneway:conditional": "-1 @ (15:00-18:00)"}, (False, False)),
]
SEASONS = [{"seasonal": "yes"}, {"ice_road": "yes"}, {"winter_road": "yes"}, {"surface": "ice"}]
# Tags, whether they cut, and whether they are counted.
BARRIERS: list[tuple[dict[str, str], bool, bool]] = [
    ({"barrier": "bollard"}, True, True),
    ({"barrier": "bollard", "motor_vehicle": "yes"}, False, True),
    ({"barrier": "bollard", "bollard": "rising"}, False, True),
    ({"barrier": "bollard", "motor_vehicle": "no", "access": "yes"}, True, True),
    ({"barrier": "block", "access": "permissive"}, False, True),
    ({"barrier": "block"}, True, True),
    ({"barrier": "jersey_barrier"}, True, True),
    ({"barrier": "log", "foot": "yes"}, True, True),
    ({"barrier": "chain", "locked": "yes", "motorcar": "yes"}, True, True),
    ({"barrier": "cycle_barrier"}, True, True),
    ({"barrier": "gate"}, False, True),
    ({"barrier": "gate", "locked": "yes"}, True, True),
    ({"barrier": "gate", "access": "private"}, True, True),
    ({"barrier": "gate", "access": "no", "vehicle": "destination"}, False, True),
    ({"barrier": "lift_gate", "motor_vehicle:conditional": "no @ (Su)"}, True, True),
    ({"barrier": "swing_gate", "access": "yes"}, False, True),
    ({"barrier": "cattle_grid"}, False, True),
    ({"barrier": "toll_booth"}, False, True),
    ({"barrier": "entrance", "access": "customers"}, True, True),
    ({"highway": "crossing", "access": "no"}, False, False),
    ({"motor_vehicle": "no"}, True, True),
]
BANS: list[tuple[dict[str, str], bool]] = [
    ({"restriction": "no_left_turn"}, True),
    ({"restriction": "only_straight_on", "except": "bicycle;psv"}, True),
    ({"restriction": "no_right_turn", "except": "motor_vehicle"}, False),
    ({"restriction:hgv": "no_left_turn"}, False),
    ({"restriction:conditional": "no_u_turn @ (Su)"}, True),
]


@dataclass
class Road:
    """A way as drawn: where it runs, its tags, and what was meant by them."""

    number: int
    nodes: list[int]
    tags: dict[str, str]
    there: bool
    one_way: tuple[bool, bool]
    season: bool


@dataclass
class Map:
    """A made map: nodes (position, tags, cut, counted), roads and bans of turns."""

    places: dict[int, tuple[float, float]] = field(default_factory=dict)
    node_tags: dict[int, dict[str, str]] = field(default_factory=dict)
    cut: set[int] = field(default_factory=set)
    counted: set[int] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)
    roads: list[Road] = field(default_factory=list)
    bans: list[tuple[dict[str, str], int, int, bool]] = field(default_factory=list)


def _draw(rng: random.Random) -> Map:
    drawn, sign = Map(), rng.choice([1, 1, -1])
    grid = [(east, north) for east in range(SIDE) for north in range(SIDE)]
    number = {spot: sign * (row + 1) for row, spot in enumerate(grid)}
    for (east, north), node in number.items():
        lon, lat = 15 + 0.02 * east, 58 + 0.01 * north
        drawn.places[node] = (
            round(lon + rng.uniform(-4e-3, 4e-3), 7),
            round(lat + rng.uniform(-2e-3, 2e-3), 7),
        )
        if rng.random() < 0.25:
            drawn.node_tags[node], cuts, counts = rng.choice(BARRIERS)
            drawn.cut |= {node} if cuts else set()
            drawn.counted |= {node} if counts else set()
    drawn.gone = {node for node in drawn.places if rng.random() < 0.03}
    for way in range(rng.randint(14, 26)):
        drawn.roads.append(_road(rng, sign * (100 + way), _walk(rng, number)))
    for _ in range(rng.randint(0, 4)):
        tags, heeded = rng.choice(BANS)
        one, other = rng.sample(drawn.roads, 2)
        drawn.bans.append((tags, one.number, other.number, heeded))
    return drawn


def _walk(rng: random.Random, number: dict[tuple[int, int], int]) -> list[int]:
    """A path along the grid that meets no node twice."""
    spot = rng.choice(list(number))
    path = [spot]
    for _ in range(rng.randint(1, 5)):
        east, north = path[-1]
        around = [(east + 1, north), (east - 1, north), (east, north + 1), (east, north - 1)]
        free = [one for one in around if one in number and one not in path]
        if free:
            path.append(rng.choice(free))
    return [number[one] for one in path]


def _road(rng: random.Random, way: int, nodes: list[int]) -> Road:
    ferry = rng.random() < 0.15
    tags = {"route": "ferry"} if ferry else {"highway": rng.choice(CLASSES)}
    if ferry and rng.random() < 0.7:
        tags["duration"] = rng.choice(["00:20", "15", "PT1H5M", "soon"])
    if ferry and rng.random() < 0.3:
        tags[rng.choice(["foot", "bicycle"])] = "yes"
    for _ in range(rng.choice([0, 0, 0, 1, 1, 2, 3])):
        key = rng.choice(["motorcar", "motor_vehicle", "vehicle", "access"])
        end = rng.choice(["", "", "", ":forward", ":backward"])
        if rng.random() < 0.15:
            tags[f"{key}{end}:conditional"] = rng.choice(list(WHEN))
        else:
            tags[key + end] = rng.choice(list(VALUES))
    one_way: dict[str, str] = {}
    both = (True, True)
    if rng.random() < 0.3:
        one_way, both = rng.choice(ONE_WAY)
        if tags.get("highway") == "motorway" and one_way.get("oneway") == "alternating":
            both = (True, False)
    elif tags.get("highway") == "motorway":
        both = (True, False)
    season = rng.random() < 0.05
    tags |= one_way | (rng.choice(SEASONS) if season else {})
    tags |= rng.choice(JUNK) if rng.random() < 0.3 and not season else {}
    return Road(way, nodes, tags, rng.random() > 0.05, both, season)


def _write(drawn: Map, path: Path, rng: random.Random) -> None:
    def tagged(tags: dict[str, str]) -> str:
        return "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())

    def gone() -> str:
        return rng.choice([' action="delete"', ' visible="false"', " action='delete'"])

    lines = []
    for node, (lon, lat) in drawn.places.items():
        end = gone() if node in drawn.gone else rng.choice(["", ' action="modify"'])
        lines.append(
            f'<node id="{node}"{end} version="1" lon="{lon}" lat="{lat}">'
            f"{tagged(drawn.node_tags.get(node, {}))}</node>"
        )
    for road in rng.sample(drawn.roads, len(drawn.roads)):
        end = "" if road.there else gone()
        refs = "".join(f'<nd ref="{node}"/>' for node in road.nodes)
        lines.append(f'<way{end} id="{road.number}" version="1">{refs}{tagged(road.tags)}</way>')
    for row, (tags, one, other, _) in enumerate(drawn.bans):
        members = f'<member type="way" ref="{one}" role="from"/>'
        members += f'<member type="way" ref="{other}" role="to"/>'
        lines.append(
            f'<relation id="{row + 1}" version="1">{members}'
            f"{tagged({'type': 'restriction'} | tags)}</relation>"
        )
    joint = rng.choice(["\n", ""])
    path.write_text(f'<osm version="0.6">{joint}{joint.join(lines)}</osm>')


def _said(road: Road, along: int) -> list[tuple[int, int, int, bool]]:
    """What each access tag says of cars one way, the nearest to cars least."""
    direction = ("forward", "backward")[along]
    said = []
    for rank, key in enumerate(["motorcar", "motor_vehicle", "vehicle", "access"]):
        for less, name in enumerate([f"{key}:{direction}", key]):
            if WHEN.get(road.tags.get(f"{name}:conditional", "")):
                said.append((rank, less, 0, False))
            if name in road.tags:
                said.append((rank, less, 1, VALUES[road.tags[name]]))
    return said


def _usable(road: Road) -> tuple[bool, bool]:
    tags = road.tags
    on_foot = tags.get("foot") == "yes" or tags.get("bicycle") == "yes"
    said = [_said(road, along) for along in (0, 1)]
    known = any(said) or not on_foot if "route" in tags else tags["highway"] in KPH
    if not road.there or not known or road.season:
        return False, False
    ahead, back = (min(one, default=(9, 9, 9, True))[-1] for one in said)
    return ahead and road.one_way[0], back and road.one_way[1]


def _metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    lon1, lat1, lon2, lat2 = map(radians, (*one, *other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * 6_371_009 * asin(sqrt(half))


def _expected(drawn: Map) -> tuple["nx.MultiDiGraph[object]", Counter[object]]:
    """Roads as cars may drive them, minutes on each step, and how many roads end at each node."""
    graph: nx.MultiDiGraph[object] = nx.MultiDiGraph()
    ends: Counter[object] = Counter()
    for road in drawn.roads:
        ahead, back = _usable(road)
        known = [node not in drawn.gone for node in road.nodes]
        steps = [row for row, both in enumerate(pairwise(known)) if all(both)]
        if not (ahead or back) or not steps:
            continue
        lengths = {
            row: _metres(*(drawn.places[n] for n in road.nodes[row : row + 2])) for row in steps
        }
        minutes = {"00:20": 20, "15": 15, "PT1H5M": 65}.get(road.tags.get("duration", ""))
        for row in steps:
            # At a barrier each side of each road has a node of its own.
            u, v = (
                (node, road.number, row) if node in drawn.cut else node
                for node in road.nodes[row : row + 2]
            )
            ferry = "route" in road.tags
            kph = 12 if ferry else KPH[road.tags["highway"]]
            time = lengths[row] / 1000 / kph * 60
            if ferry and minutes:
                time = minutes * lengths[row] / sum(lengths.values())
            first, last = row - 1 not in steps, row + 1 not in steps
            ends.update({u: 2 * first, v: 2 if last else 1})
            for start, end, allowed in ((u, v, ahead), (v, u, back)):
                if allowed:
                    graph.add_edge(start, end, minutes=time, ferry=ferry)
    return graph, ends


def _with_waiting(graph: "nx.MultiDiGraph[object]", ends: Counter[object]) -> None:
    """Add the wait for a ferry where one is boarded: not on the way, nor between two of them."""
    wait = read_speeds(data_folder()).waiting_minutes["ferry"]
    for node in graph:
        leaving = [row for *_, row in graph.out_edges(node, data=True)]
        aboard = ends[node] == 1 or (len(leaving) > 1 and all(row["ferry"] for row in leaving))
        for row in leaving:
            row["minutes"] += wait if row["ferry"] and not aboard else 0


def _counted(text: str, topic: str) -> int:
    found = [part for part in text.split("; ") if part.startswith(f"{topic}: ")]
    return sum(int(word.split()[0]) for part in found for word in part.split(": ")[1].split(", "))


def _check(seed: int, folder: Path) -> bool:
    rng = random.Random(seed)  # noqa: S311 - draws maps, no secrets
    drawn = _draw(rng)
    path = folder / f"{seed}.osm"
    _write(drawn, path, rng)
    graph, ends = _expected(drawn)
    try:
        built = build_from_file(path, "drive")
    except InputError:
        # Nothing but one-way streets that lead nowhere.
        assert max(map(len, nx.strongly_connected_components(graph)), default=1) == 1
        return False
    assert graph
    _check_notes(drawn, built.about["notes"])
    out = folder / f"{seed}.parquet"
    save_network(built, out, read_speeds(data_folder()))
    kept, found = _found(drawn, out)
    part = graph.subgraph(_largest(graph, ends, set(kept))).copy()
    _with_waiting(part, ends)
    times = dict(nx.all_pairs_dijkstra_path_length(part, weight="minutes"))
    theirs = dict(nx.all_pairs_dijkstra_path_length(found))
    for one, other in product(kept, kept):
        minutes = theirs[kept[one]].get(kept[other])
        assert minutes == pytest.approx(times[one].get(other), rel=1e-6), (seed, one, other)
    return len(kept) > 2


def _found(drawn: Map, path: Path) -> tuple[dict[object, int], "nx.DiGraph[int]"]:
    """Rows of the nodes as drawn, barriers apart, in the largest part, and its minutes."""
    arcs = arcs_of(load_road_network(path).roads)
    rows = zip(arcs.tail.tolist(), arcs.head.tolist(), arcs.minutes.tolist(), strict=True)
    found: nx.DiGraph[int] = nx.DiGraph()
    found.add_weighted_edges_from(rows)
    at = {place: node for node, place in drawn.places.items() if node not in drawn.cut}
    spots = [*zip(arcs.lon.round(7).tolist(), arcs.lat.round(7).tolist(), strict=True)]
    # The other parts are kept for the places that lie there; waypoints do not count.
    drawn_at = {row for row, spot in enumerate(spots) if spot in drawn.places.values()}
    parts = [*map(set, nx.strongly_connected_components(found))]
    main: set[int] = max(parts, key=lambda part: len(part & drawn_at))
    kept: dict[object, int] = {
        at[spot]: row for row, spot in enumerate(spots) if spot in at and row in main
    }
    return kept, nx.DiGraph(found.subgraph(main))


def _largest(
    graph: "nx.MultiDiGraph[object]", ends: Counter[object], kept: set[object]
) -> set[object]:
    """The part with most junctions and ends, of which several may have as many."""
    parts = list(nx.strongly_connected_components(graph))
    junctions = [
        {node for node in part if ends[node] > 1 or isinstance(node, tuple)} for part in parts
    ]
    most = max(map(len, junctions))
    fit = [
        part
        for part, every in zip(parts, junctions, strict=True)
        if len(every) == most and {node for node in every if isinstance(node, int)} == kept
    ]
    assert fit
    return fit[0]


def _check_notes(drawn: Map, notes: str) -> None:
    usable = [road for road in drawn.roads if any(_usable(road))]
    reached = {node for road in usable for node in road.nodes} - drawn.gone
    for topic, nodes in (
        ("barriers that cut a way", drawn.counted & drawn.cut),
        ("barriers passed", drawn.counted - drawn.cut),
    ):
        assert _counted(notes, topic) == len(nodes & reached), notes
    ways = {road.number for road in usable}
    bans = [row for row in drawn.bans if row[3] and {row[1], row[2]} <= ways]
    assert _counted(notes, "turn bans not kept") == len(bans)


def test_forty_maps(tmp_path: Path) -> None:
    assert sum(_check(seed, tmp_path) for seed in range(40)) > 25


@pytest.mark.long
def test_three_hundred_maps(tmp_path: Path) -> None:
    assert sum(_check(seed, tmp_path) for seed in range(40, 340)) > 200
