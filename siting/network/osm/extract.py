"""Read an extract of OpenStreetMap from a file."""

import bz2
import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import pandas as pd

from siting.common.errors import Fault, InputError
from siting.common.file_limits import EXTRACT, refuse_large
from siting.common.types import Floats, Ints
from siting.network.osm.access import CUTS, Ban, Notes, Tags, barrier, in_words, turn_bans
from siting.network.osm.tags import Roads, Way, read_way

SUFFIXES = (".osm", ".osm.bz2", ".osm.pbf")
_NONE = np.array([], dtype=np.int64)
_DELETED = re.compile(
    rb"<([nwr])\w+\s(?=[^<]*\baction\s*=\s*[\"']delete[\"'])[^<]*?\bid\s*=\s*[\"'](-?\d+)"
)
type RawWay = tuple[int, Tags, Iterable[int], str]
"""Id, tags, ids of nodes, and when it was last edited."""
type Node = tuple[int, float, float, Tags]
"""Id, longitude, latitude and tags."""
type Gone = set[tuple[str, int]]
"""First letter of the kind, and id, of what is not there."""
type NodesOf = Callable[[Ints], Iterable[Node]]


@dataclass(frozen=True)
class Extract:
    """The ways that cars may use, and the nodes they run through.

    Parameters
    ----------
    node : ndarray of int, shape (n,)
        Ids of the nodes whose position is known, ascending.
    lon, lat : ndarray of float, shape (n,)
        Their positions, WGS 84, degrees.
    cut : ndarray of int
        Ids of those where a barrier keeps cars from going on.
    ways : pandas.DataFrame
        One row a way: osmid, ascending, and what it means in the columns of `Way`.
    count : ndarray of int, shape (ways,)
        Nodes of each way.
    refs : ndarray of int
        The ids of the nodes of all ways, one way after the other.
    about : dict of str to str
        date: when the data was taken from OpenStreetMap; where the file does not say, the last
        edit of any of the ways; filter: the classes of roads; notes: how many barriers, turn bans
        and so on were met.
    """

    node: Ints
    lon: Floats
    lat: Floats
    cut: Ints
    ways: pd.DataFrame
    count: Ints
    refs: Ints
    about: dict[str, str]


def gather(
    ways: Iterable[RawWay], bans: Iterable[Ban], nodes_of: NodesOf, roads: Roads, date: str
) -> Extract:
    """Put the ways that cars may use together with the nodes whose positions are known."""
    notes: Notes = Counter()
    # Nodes are listed for ways that are kept alone, and while they are at hand.
    found = [
        (number, way, np.fromiter(refs, np.int64), edit)
        for number, tags, refs, edit in ways
        if (way := read_way(tags, roads, notes))
    ]
    found.sort(key=lambda way: way[0])
    osmid = np.array([number for number, *_ in found], dtype=np.int64)
    notes.update(turn_bans(bans, set(osmid.tolist())))
    refs = np.concatenate([_NONE, *(refs for _, _, refs, _ in found)])
    node, lon, lat, barriers = _columns(nodes_of(wanted := np.unique(refs)))
    notes.update(barriers[number] for number in barriers.keys() & set(wanted.tolist()))
    cut = np.array([number for number, (topic, _) in barriers.items() if topic == CUTS], np.int64)
    table = pd.DataFrame([way for _, way, *_ in found], columns=Way._fields).assign(osmid=osmid)
    count = np.array([len(refs) for _, _, refs, _ in found], dtype=np.int64)
    date = date or max((edit for *_, edit in found), default="")
    about = {"date": date, "filter": roads, "notes": in_words(notes)}
    return Extract(node, lon, lat, cut, table, count, refs, about)


def _columns(nodes: Iterable[Node]) -> tuple[Ints, Floats, Floats, dict[int, tuple[str, str]]]:
    """Ids, ascending, and positions of nodes, and the topic and kind of barriers by id."""
    number, axes, barriers = array("q"), array("d"), {}
    for node, lon, lat, tags in nodes:
        number.append(node)
        axes.extend((lon, lat))
        if tags and (found := barrier(tags)):
            barriers[node] = found
    ids, first = np.unique(np.frombuffer(number, dtype=np.int64), return_index=True)
    east, north = np.frombuffer(axes, dtype=np.float64).reshape(-1, 2)[first].T
    return ids, east, north, barriers


def read_extract(path: Path, roads: Roads) -> Extract:
    """Read a file in two passes, ways before nodes, so that only the nodes of roads are kept."""
    if not path.name.endswith(SUFFIXES) or not path.is_file():
        remedy = f"Name a file that ends in {', '.join(SUFFIXES)}."
        raise _fault(path, "is no extract of OpenStreetMap that exists", remedy)
    refuse_large(path, EXTRACT)
    try:
        ways, bans = _ways(path, gone := _deleted(path)), _bans(path, gone)
        extract = gather(ways, bans, partial(_nodes, path, gone), roads, _date(path))
    # What libosmium raises for damaged files has no base of its own.
    except Exception as error:
        remedy = "Download it again."
        if "entities" in str(error):
            remedy = "Write what they stand for in their place; no such file is read."
        raise _fault(path, f"cannot be read ({error})", remedy) from error
    if extract.ways.empty:
        remedy = "Choose other classes with --roads, or an extract that holds roads."
        raise _fault(path, f"holds no road of the classes '{roads}'", remedy)
    return extract


def _deleted(path: Path) -> Gone:
    """What an editor has marked for deletion, which libosmium does not heed."""
    if path.suffix == ".pbf":
        return set()
    with (bz2.open if path.suffix == ".bz2" else open)(path, "rb") as file:
        marked = (found for line in file if b"delete" in line for found in _DELETED.findall(line))
        return {(kind.decode(), int(number)) for kind, number in marked}


def _there(found: Iterable[Any], gone: Gone) -> Iterator[Any]:
    return (one for one in found if one.visible and (one.type_str(), one.id) not in gone)


def _ways(path: Path, gone: Gone) -> Iterator[RawWay]:
    tagged = osmium.filter.KeyFilter("highway", "route")
    for raw in _there(osmium.FileProcessor(path, osmium.osm.WAY).with_filter(tagged), gone):
        refs = (node.ref for node in raw.nodes)
        yield raw.id, dict(raw.tags), refs, f"last edit {raw.timestamp.date()}"


def _bans(path: Path, gone: Gone) -> Iterator[Ban]:
    tagged = osmium.filter.TagFilter(("type", "restriction"))
    for raw in _there(osmium.FileProcessor(path, osmium.osm.RELATION).with_filter(tagged), gone):
        yield dict(raw.tags), [(one.role, one.ref) for one in raw.members]


def _nodes(path: Path, gone: Gone, wanted: Ints) -> Iterator[Node]:
    found = osmium.FileProcessor(path, osmium.osm.NODE)
    # The filter knows no ids below zero, which editors give.
    if wanted.min(initial=0) >= 0:
        found = found.with_filter(osmium.filter.IdFilter(wanted.tolist()))
    for node in _there(found, gone):
        if node.location.valid():
            yield node.id, node.location.lon, node.location.lat, dict(node.tags)


def _date(path: Path) -> str:
    header = osmium.FileProcessor(path).header
    return str(header.get("osmosis_replication_timestamp", header.get("timestamp", "")))


def _fault(path: Path, problem: str, remedy: str) -> InputError:
    return InputError([Fault(str(path), "--osm", path.name, problem, remedy)])
