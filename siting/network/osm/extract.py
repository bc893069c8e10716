"""Read an extract of OpenStreetMap from a file."""

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
import osmium
import pandas as pd

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
    ways : pandas.DataFrame
        One row a way: osmid, and what it means in the columns of `Way`.
    count : ndarray of int, shape (ways,)
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
    ways: pd.DataFrame
    count: Ints
    refs: Ints
    date: str


def gather(
    ways: Sequence[tuple[int, Way, Sequence[int]]],
    positions: Callable[[Ints], tuple[Ints, Floats, Floats]],
    date: str,
) -> Extract:
    """Put ways (id, meaning, ids of nodes) together with the nodes whose positions are known."""
    refs = np.concatenate([_NONE, *(np.asarray(nodes, dtype=np.int64) for *_, nodes in ways)])
    table = pd.DataFrame([way for _, way, _ in ways], columns=Way._fields)
    return Extract(
        *positions(np.unique(refs)),
        ways=table.assign(osmid=np.array([number for number, *_ in ways], dtype=np.int64)),
        count=np.array([len(nodes) for *_, nodes in ways], dtype=np.int64),
        refs=refs,
        date=date,
    )


def read_extract(path: Path, roads: Roads) -> Extract:
    """Read a file in two passes, ways before nodes, so that only the nodes of roads are kept."""
    if not path.name.endswith(SUFFIXES) or not path.is_file():
        remedy = f"Name a file that ends in {', '.join(SUFFIXES)}."
        raise _fault(path, "is no extract of OpenStreetMap that exists", remedy)
    refuse_large(path, EXTRACT)
    try:
        found = list(_ways(path, roads))
        last_edit = max((edit for *_, edit in found), default=_NEVER)
        ways = [way for way, _ in found]
        date = _date(path) or f"last edit {last_edit:%Y-%m-%d}"
        extract = gather(ways, partial(_positions, path), date)
    # What libosmium raises for damaged files has no base of its own.
    except Exception as error:
        remedy = "Download it again."
        if "entities" in str(error):
            remedy = "Write what they stand for in their place; no such file is read."
        raise _fault(path, f"cannot be read ({error})", remedy) from error
    if not ways:
        remedy = "Choose other classes with --roads, or an extract that holds roads."
        raise _fault(path, f"holds no road of the classes '{roads}'", remedy)
    return extract


def _ways(path: Path, roads: Roads) -> Iterator[tuple[tuple[int, Way, "array[int]"], datetime]]:
    """Each way that cars may use, and when it was last edited."""
    tagged = osmium.filter.KeyFilter("highway", "route")
    for raw in osmium.FileProcessor(path, osmium.osm.WAY).with_filter(tagged):
        if isinstance(raw, osmium.osm.Way) and (way := read_way(dict(raw.tags), roads)):
            nodes = array("q", [node.ref for node in raw.nodes])
            yield (raw.id, way, nodes), raw.timestamp


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
