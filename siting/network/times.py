"""Speeds and travel times of the links of a graph."""

from collections import defaultdict
from typing import Any

import networkx as nx

from siting.network.maxspeed import limit_kph
from siting.network.speeds import Limits, Speeds

FALLBACK_CLASS = "unclassified"
"""Stands for a class that the profile does not know."""
_KPH_PER_MPS = 3.6
# Straight links of the shipped network, and the speed of `Access` that holds on them.
_TIES = {"access": "kph", "water": "water_kph"}
_CROSSING = 3


def add_times(graph: "nx.MultiDiGraph[int]", speeds: Speeds) -> None:
    """Give every link speed_kph and travel_time (seconds), in place.

    OSMnx does the same for classes alone; it has no say over which of class and limit holds, and
    makes a geometry for each link, which takes minutes on the streets of a country.

    Parameters
    ----------
    graph : networkx.MultiDiGraph
        Links carry length (metres) and highway, some maxspeed (km/h, or as OpenStreetMap writes
        it) or duration (minutes).
    speeds : Speeds
        The profile.
    """
    kph = class_speeds(speeds)
    fallback = kph[FALLBACK_CLASS]
    for _, _, row in graph.edges(data=True):
        speed = kph.get(_class_of(row), fallback)
        if "maxspeed" in row:
            limit = limit_kph(row.pop("maxspeed"))
            if limit > 0:
                row["maxspeed"] = limit
                speed = limit * speeds.limits.factor if speeds.limits else speed
        row["speed_kph"] = speed
        row["travel_time"] = row["length"] / (speed / _KPH_PER_MPS)
    add_stops(graph, speeds)


def class_speeds(speeds: Speeds) -> dict[str, float]:
    """Speed by class, km/h, with the classes that only the shipped network has."""
    return {**speeds.kph, **{name: speeds.access[key] for name, key in _TIES.items()}}


def add_stops(graph: "nx.MultiDiGraph[int]", speeds: Speeds) -> None:
    """Add waiting for ferries, and delays at junctions where the profile knows them, in place.

    Parameters
    ----------
    graph : networkx.MultiDiGraph
        Links carry highway, speed_kph and travel_time (seconds).
    speeds : Speeds
        The profile.
    """
    _add_waiting(graph, speeds)
    if speeds.limits:
        _add_delays(graph, speeds, speeds.limits)


def _add_waiting(graph: "nx.MultiDiGraph[int]", speeds: Speeds) -> None:
    """Ferries take the time they say; who boards one waits, but not between two of its pieces."""
    waiting = speeds.waiting_minutes
    ferries = [(u, row) for u, _, row in graph.edges(data=True) if _class_of(row) in waiting]
    between = {
        u
        for u in {u for u, _ in ferries}
        if graph.out_degree(u) > 1
        and all(_class_of(row) in waiting for _, _, row in graph.out_edges(u, data=True))
    }
    for u, row in ferries:
        if "duration" in row:
            row["travel_time"] = 60.0 * row["duration"]
        if u not in between:
            row["travel_time"] += 60.0 * waiting[_class_of(row)]


def _add_delays(graph: "nx.MultiDiGraph[int]", speeds: Speeds, limits: Limits) -> None:
    off_road = {*speeds.waiting_minutes, *_TIES}
    neighbours: defaultdict[int, set[int]] = defaultdict(set)
    for u, v in graph.edges():
        neighbours[u].add(v)
        neighbours[v].add(u)
    for _, v, row in graph.edges(data=True):
        urban = row["speed_kph"] <= limits.urban_kph and _class_of(row) not in off_road
        if urban and len(neighbours[v]) >= _CROSSING:
            row["travel_time"] += limits.junction_seconds


def _class_of(row: dict[str, Any]) -> str:
    highway = row["highway"]
    return str(highway[0] if isinstance(highway, list) else highway)
