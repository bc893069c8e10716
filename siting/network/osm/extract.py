"""Read an extract of OpenStreetMap from a file."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import osmium

from siting.common.errors import Fault, InputError
from siting.common.file_limits import EXTRACT, refuse_large
from siting.common.types import Floats, Ints
from siting.network.osm.tags import Roads, Way, read_way

SUFFIXES = (".osm", ".osm.bz2", ".osm.pbf")
_NONE = np.array([], dtype=np.int64)
_NEVER = datetime.fromtimestamp(0, tz=UTC)


@dataclass(frozen=True)
class Extract:
    """The ways that cars may use, and the nodes they run through.

    Parameters
    ----------
    node : ndarray of int, shape (n,)
        Ids of the nodes whose position is known, ascending.
    lon, lat : ndarray of float, shape (n,)
        Their positions, WGS 84, degrees.
    way : tuple of Way
        What each way means, w of them.
    way_id : ndarray of int, shape (w,)
        Their ids.
    count : ndarray of int, shape (w,)
        Nodes of each way.
    refs : ndarray of int
        The ids of the nodes of all ways, one way after the other.
    date : str
        When the data was taken from OpenStreetMap; where the file does not say, the last edit of
        any of the ways.
    """

    node: Ints
    lon: Floats
    lat: Floats
    way: tuple[Way, ...]
    way_id: Ints
    count: Ints
    refs: Ints
    date: str


def read_extract(path: Path, roads: Roads) -> Extract:
    """Read a file in two passes, ways before nodes, so that only the nodes of roads are kept."""
    if not path.name.endswith(SUFFIXES) or not path.is_file():
        remedy = f"Name a file that ends in {', '.join(SUFFIXES)}."
        raise _fault(path, "is no extract of OpenStreetMap that exists", remedy)
    refuse_large(path, EXTRACT)
    try:
        ways = list(_ways(path, roads))  # with what they mean, id, nodes and last edit
        refs = np.concatenate(
            [np.frombuffer(nodes, dtype=np.int64) for _, _, nodes, _ in ways] or [_NONE]
        )
        node, lon, lat = _positions(path, np.unique(refs))
        date = (
            _date(path) or f"last edit {max((edit for *_, edit in ways), default=_NEVER):%Y-%m-%d}"
        )
    # What libosmium raises for damaged files has no base of its own.
    except Exception as error:
        remedy = "Download it again."
        if "entities" in str(error):
            remedy = "Write what they stand for in their place; no such file is read."
        raise _fault(path, f"cannot be read ({error})", remedy) from error
    if not ways:
        remedy = "Choose other classes with --roads, or an extract that holds roads."
        raise _fault(path, f"holds no road of the classes '{roads}'", remedy)
    return Extract(
        node=node,
        lon=lon,
        lat=lat,
        way=tuple(way for way, *_ in ways),
        way_id=np.array([number for _, number, *_ in ways], dtype=np.int64),
        count=np.array([len(nodes) for _, _, nodes, _ in ways], dtype=np.int64),
        refs=refs,
        date=date,
    )


def _ways(path: Path, roads: Roads) -> Iterator[tuple[Way, int, "array[int]", datetime]]:
    tagged = osmium.filter.KeyFilter("highway", "route")
    for raw in osmium.FileProcessor(path, osmium.osm.WAY).with_filter(tagged):
        if isinstance(raw, osmium.osm.Way) and (way := read_way(dict(raw.tags), roads)):
            yield way, raw.id, array("q", [node.ref for node in raw.nodes]), raw.timestamp


def _positions(path: Path, wanted: Ints) -> tuple[Ints, Floats, Floats]:
    kept = osmium.filter.IdFilter(wanted.tolist())
    number, lon, lat = array("q"), array("d"), array("d")
    for node in osmium.FileProcessor(path, osmium.osm.NODE).with_filter(kept):
        if isinstance(node, osmium.osm.Node) and node.location.valid():
            number.append(node.id)
            lon.append(node.location.lon)
            lat.append(node.location.lat)
    ids, first = np.unique(np.frombuffer(number, dtype=np.int64), return_index=True)
    east, north = (np.frombuffer(axis, dtype=np.float64)[first] for axis in (lon, lat))
    return ids, east, north


def _date(path: Path) -> str:
    header = osmium.FileProcessor(path).header
    return str(header.get("osmosis_replication_timestamp", header.get("timestamp", "")))


def _fault(path: Path, problem: str, remedy: str) -> InputError:
    return InputError([Fault(str(path), "--osm", path.name, problem, remedy)])
