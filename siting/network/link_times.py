"""Speeds and travel times of links, and the arrays that a search for shortest paths needs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from siting.common.errors import Fault, InputError
from siting.common.types import Arcs, Bools, Floats, Ints, LazyRoads, RoadGraph
from siting.network.speeds import FALLBACK, SpeedLimits, Speeds, limit_kph

type LinkColumns = tuple[Ints, Ints, Floats, Floats]
"""Tail, head, seconds and metres of links."""


def arcs_of(roads: RoadGraph | LazyRoads) -> Arcs:
    """Read the arcs of a network."""
    if isinstance(roads, LazyRoads):
        return roads.arcs
    nodes = nodes_of(roads)
    lon, lat = (nodes[axis].to_numpy(dtype=np.float64) for axis in "xy")
    tail, head, rows = _ends_of(roads)
    seconds, metres = (_numbers(rows, name) for name in ("travel_time", "length"))
    return fastest_arcs(lon, lat, in_order(tail, head, seconds, metres))


def in_order(tail: Ints, head: Ints, seconds: Floats, metres: Floats) -> LinkColumns:
    """Sort links by their ends, the fastest of those between the same two first."""
    order = np.lexsort((metres, seconds, head, tail))
    return tail[order], head[order], seconds[order], metres[order]


def fastest_arcs(lon: Floats, lat: Floats, links: LinkColumns, part: Ints | int = 0) -> Arcs:
    """Keep the fastest link between each two junctions; links come in order."""
    part = np.broadcast_to(part, lon.shape)
    tail, head, seconds, metres = links
    _refuse_figures(seconds, "travel_time")
    _refuse_figures(metres, "length")
    best = np.ones(len(tail), dtype=bool)
    best[1:] = (np.diff(tail) != 0) | (np.diff(head) != 0)
    return Arcs(lon, lat, tail[best], head[best], seconds[best] / 60, metres[best], part)


def _refuse_figures(found: Floats, name: str) -> None:
    """Raise an error for figures of links that are negative or not a number."""
    # `not >= 0` holds for NaN as well.
    bad = int((~(found >= 0)).sum())
    if bad:
        problem = f"{bad} of {len(found)} links have none, or one that is negative or not a number"
        remedy = "Load the graph with load_road_network, which computes travel times"
        raise InputError([Fault("road network", f"edge {name}", None, problem, remedy)])


def parts_of(size: int, tail: Ints, head: Ints, *, one_way: bool = False) -> Ints:
    """For each of so many nodes the number of the part it lies in, there and back where one-way."""
    links = csr_array((np.ones(len(tail)), (tail, head)), shape=(size, size))
    _, part = connected_components(links, directed=one_way, connection="strong")
    return part.astype(np.int64)


_METRES_PER_KM, _SECONDS_PER_HOUR = 1000, 3600
# Straight links of the shipped network.
_CONNECTORS = ("access", "water")
_CROSSING = 3


@dataclass(frozen=True)
class Links:
    """What the time of a link depends on.

    Parameters
    ----------
    tail, head : ndarray of int, shape (m,)
        Numbers of the nodes where each link starts and ends, not negative.
    metres : ndarray of float, shape (m,)
        Lengths.
    kind : ndarray of int, shape (m,)
        Each link's place in ``kinds``.
    kinds : tuple of str
        Road classes.
    limit : ndarray of float, shape (m,)
        Speed limit, km/h; NaN where it is not known.
    minutes : ndarray of float, shape (m,)
        What a ferry says it takes; NaN where it says nothing.
    through : ndarray of bool, shape (m,)
        Whether nobody joins it in its midst, as on a bridge or in a tunnel.
    """

    tail: Ints
    head: Ints
    metres: Floats
    kind: Ints
    kinds: tuple[str, ...]
    limit: Floats
    minutes: Floats
    through: Bools

    def by_kind[Value](self, value: Callable[[str], Value]) -> NDArray[Any]:
        """What depends on the class alone, of each link."""
        # One class more, so that a network without links has one too.
        return np.array([value(kind) for kind in (*self.kinds, "")])[self.kind]


def link_times(links: Links, speeds: Speeds) -> tuple[Floats, Floats]:
    """Speed, km/h, and travel time with stops, seconds, of each link.

    OSMnx does the same for classes alone, to the last bit; it has no say over which of class and
    limit holds, and makes a geometry for each link, which takes minutes on the streets of a
    country.
    """
    by_class = class_speeds(speeds)
    kph = links.by_kind(lambda kind: by_class.get(kind, by_class[FALLBACK]))
    if speeds.limits:
        kph = np.where(links.limit > 0, links.limit * speeds.limits.factor, kph)
    seconds = (links.metres / _METRES_PER_KM) / (kph / _SECONDS_PER_HOUR)
    return kph, _with_stops(links, kph, seconds, speeds)


def _with_stops(links: Links, kph: Floats, seconds: Floats, speeds: Speeds) -> Floats:
    """Seconds with waiting for ferries, and delays at junctions where the profile knows them."""
    waiting = speeds.waiting_minutes
    ferry = links.by_kind(waiting.__contains__)
    seconds = np.where(ferry & ~np.isnan(links.minutes), 60.0 * links.minutes, seconds)
    wait = links.by_kind(lambda kind: 60.0 * waiting.get(kind, 0.0))
    seconds = seconds + np.where(_between(links, ferry), 0.0, wait)
    if speeds.limits:
        delayed = _delayed(links, kph, speeds, speeds.limits)
        seconds = seconds + np.where(delayed, speeds.limits.junction_seconds, 0.0)
    return seconds


def _between(links: Links, ferry: Bools) -> Bools:
    """Whether a link leaves a node between two pieces of a ferry, where nobody boards."""
    size = _size(links)
    leaving = np.bincount(links.tail, minlength=size)
    by_ferry = np.bincount(links.tail[ferry], minlength=size)
    between: Bools = ((leaving > 1) & (leaving == by_ferry))[links.tail]
    return between


def _delayed(links: Links, kph: Floats, speeds: Speeds, limits: SpeedLimits) -> Bools:
    size = _size(links)
    pairs = np.concatenate([links.tail * size + links.head, links.head * size + links.tail])
    neighbours = np.bincount(np.unique(pairs) // max(size, 1), minlength=size)[links.head]
    off_road = links.by_kind({*speeds.waiting_minutes, *_CONNECTORS}.__contains__)
    delayed: Bools = (kph <= limits.delayed_up_to_kph) & ~off_road & (neighbours >= _CROSSING)
    return delayed


def _size(links: Links) -> int:
    return int(max(links.tail.max(initial=-1), links.head.max(initial=-1))) + 1


def class_speeds(speeds: Speeds) -> dict[str, float]:
    """Speed by class, with the classes that only the shipped network has."""
    figures = (speeds.access.kph, speeds.access.water_kph)
    return {**speeds.kph, **dict(zip(_CONNECTORS, figures, strict=True))}


def add_times(graph: RoadGraph, speeds: Speeds) -> None:
    """Give every link speed_kph and travel_time (seconds), in place."""
    columns = (column.tolist() for column in link_times(links_of(graph), speeds))
    for (*_, row), kph, seconds in zip(graph.edges(data=True), *columns, strict=True):
        row |= {"speed_kph": kph, "travel_time": seconds}


def nodes_of(graph: RoadGraph) -> pd.DataFrame:
    """Columns osmid (ascending), x and y of the nodes of a graph."""
    positions = [(node, row["x"], row["y"]) for node, row in graph.nodes(data=True)]
    nodes = pd.DataFrame(positions, columns=["osmid", "x", "y"])
    return nodes.sort_values("osmid", ignore_index=True)


def links_of(graph: RoadGraph) -> Links:
    """Read what times depend on from a graph; ends are rows of `nodes_of`."""
    tail, head, rows = _ends_of(graph)
    highways = [str(first_of(row["highway"])) for row in rows]
    kind, kinds = pd.factorize(np.array(highways, dtype=object))
    return Links(
        tail=tail,
        head=head,
        metres=_numbers(rows, "length"),
        kind=kind,
        kinds=tuple(kinds),
        limit=np.array([limit_kph(row.get("maxspeed", "")) for row in rows], dtype=np.float64),
        minutes=_numbers(rows, "duration"),
        through=np.array([row.get("through") == "yes" for row in rows], dtype=np.bool_),
    )


def _ends_of(graph: RoadGraph) -> tuple[Ints, Ints, list[dict[str, Any]]]:
    """Rows of `nodes_of` where each link of a graph starts and ends, and its attributes."""
    number = {node: row for row, node in enumerate(sorted(graph))}
    links = list(graph.edges(data=True))
    tail = np.array([number[u] for u, _, _ in links], dtype=np.int64)
    head = np.array([number[v] for _, v, _ in links], dtype=np.int64)
    return tail, head, [row for _, _, row in links]


def _numbers(rows: list[dict[str, Any]], name: str) -> Floats:
    return np.array([row.get(name, np.nan) for row in rows], dtype=np.float64)


def first_of(value: object) -> object:
    """OSMnx makes lists of tags where it merges ways; the first then stands for all."""
    return value[0] if isinstance(value, list) else value
