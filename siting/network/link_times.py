"""Speeds and travel times of links, and the arrays that a search for shortest paths needs."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from siting.common.errors import Fault, InputError
from siting.common.types import Arcs, Bools, Floats, Ints, LazyRoads, RoadGraph
from siting.network.speeds import SpeedLimits, Speeds, limit_kph


def arcs_of(roads: RoadGraph | LazyRoads) -> Arcs:
    """Read the arcs of a network."""
    if isinstance(roads, LazyRoads):
        return roads.arcs
    row = {node: index for index, node in enumerate(roads)}
    lon, lat = (
        np.array([place for _, place in roads.nodes(data=axis)], dtype=np.float64) for axis in "xy"
    )
    edges = list(roads.edges(data=True))
    tail = np.array([row[u] for u, _, _ in edges], dtype=np.int64)
    head = np.array([row[v] for _, v, _ in edges], dtype=np.int64)
    rows = [attributes for _, _, attributes in edges]
    seconds, metres = (_numbers(rows, name) for name in ("travel_time", "length"))
    order = np.lexsort((metres, seconds, head, tail))
    links = (tail[order], head[order], seconds[order], metres[order])
    return fastest_arcs(lon, lat, links)


def fastest_arcs(lon: Floats, lat: Floats, links: tuple[Ints, Ints, Floats, Floats]) -> Arcs:
    """Keep the fastest link between each two junctions."""
    tail, head, seconds, metres = links
    refuse_figures(seconds, "travel_time")
    refuse_figures(metres, "length")
    best = np.ones(len(tail), dtype=bool)
    best[1:] = (np.diff(tail) != 0) | (np.diff(head) != 0)
    return Arcs(lon, lat, tail[best], head[best], seconds[best] / 60, metres[best])


def refuse_figures(found: Floats, name: str) -> None:
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


FALLBACK_CLASS = "unclassified"
"""Stands for a class that the profile does not know."""
_KPH_PER_MPS = 3.6
# Straight links of the shipped network, and the speed of `ConnectorRules` that holds on them.
_CONNECTORS = {"access": "kph", "water": "water_kph"}
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
    """

    tail: Ints
    head: Ints
    metres: Floats
    kind: Ints
    kinds: tuple[str, ...]
    limit: Floats
    minutes: Floats

    def of_kind(self, kinds: Iterable[str]) -> Bools:
        """Which links are of one of these classes."""
        wanted = set(kinds)
        chosen: Bools = np.array([kind in wanted for kind in self.kinds], dtype=np.bool_)
        return chosen[self.kind]


def link_times(links: Links, speeds: Speeds) -> tuple[Floats, Floats]:
    """Speed, km/h, and travel time with stops, seconds, of each link.

    OSMnx does the same for classes alone; it has no say over which of class and limit holds, and
    makes a geometry for each link, which takes minutes on the streets of a country.
    """
    by_class = class_speeds(speeds)
    fallback = by_class[FALLBACK_CLASS]
    # One class more, so that a network without links has one too.
    kph = np.array([by_class.get(kind, fallback) for kind in (*links.kinds, "")])[links.kind]
    if speeds.limits:
        kph = np.where(links.limit > 0, links.limit * speeds.limits.factor, kph)
    return kph, with_stops(links, kph, links.metres / (kph / _KPH_PER_MPS), speeds)


def with_stops(links: Links, kph: Floats, seconds: Floats, speeds: Speeds) -> Floats:
    """Seconds with waiting for ferries, and delays at junctions where the profile knows them."""
    waiting = speeds.waiting_minutes
    ferry = links.of_kind(waiting)
    seconds = np.where(ferry & ~np.isnan(links.minutes), 60.0 * links.minutes, seconds)
    wait = np.array([60.0 * waiting.get(kind, 0.0) for kind in (*links.kinds, "")])[links.kind]
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
    neighbours = np.bincount(np.unique(pairs) // max(size, 1), minlength=size)
    off_road = links.of_kind([*speeds.waiting_minutes, *_CONNECTORS])
    urban = (kph <= limits.urban_kph) & ~off_road
    delayed: Bools = urban & (neighbours[links.head] >= _CROSSING)
    return delayed


def _size(links: Links) -> int:
    return int(max(links.tail.max(initial=-1), links.head.max(initial=-1))) + 1


def class_speeds(speeds: Speeds) -> dict[str, float]:
    """Speed by class, with the classes that only the shipped network has."""
    return {**speeds.kph, **{name: speeds.access[key] for name, key in _CONNECTORS.items()}}


def add_times(graph: RoadGraph, speeds: Speeds) -> None:
    """Give every link speed_kph and travel_time (seconds), in place."""
    rows = [row for _, _, row in graph.edges(data=True)]
    for row in rows:
        if "maxspeed" in row:
            limit = limit_kph(row.pop("maxspeed"))
            if limit > 0:
                row["maxspeed"] = limit
    kph, seconds = link_times(links_of(graph), speeds)
    for row, speed, time in zip(rows, kph.tolist(), seconds.tolist(), strict=True):
        row["speed_kph"] = speed
        row["travel_time"] = time


def add_stops(graph: RoadGraph, speeds: Speeds) -> None:
    """Add what `with_stops` adds, in place."""
    rows = [row for _, _, row in graph.edges(data=True)]
    kph, driving = (_numbers(rows, name) for name in ("speed_kph", "travel_time"))
    seconds = with_stops(links_of(graph), kph, driving, speeds)
    for row, time in zip(rows, seconds.tolist(), strict=True):
        row["travel_time"] = time


def links_of(graph: RoadGraph) -> Links:
    """Read what times depend on from a graph, nodes numbered in its order."""
    number = {node: place for place, node in enumerate(graph)}
    edges = list(graph.edges(data=True))
    rows = [row for _, _, row in edges]
    names = [_class_of(row) for row in rows]
    kinds = tuple(dict.fromkeys(names))
    place = {kind: index for index, kind in enumerate(kinds)}
    return Links(
        tail=np.array([number[u] for u, _, _ in edges], dtype=np.int64),
        head=np.array([number[v] for _, v, _ in edges], dtype=np.int64),
        metres=_numbers(rows, "length"),
        kind=np.array([place[name] for name in names], dtype=np.int64),
        kinds=kinds,
        limit=_numbers(rows, "maxspeed"),
        minutes=_numbers(rows, "duration"),
    )


def _numbers(rows: list[dict[str, Any]], name: str) -> Floats:
    return np.array([row.get(name, np.nan) for row in rows], dtype=np.float64)


def _class_of(row: dict[str, Any]) -> str:
    highway = row["highway"]
    return str(highway[0] if isinstance(highway, list) else highway)
