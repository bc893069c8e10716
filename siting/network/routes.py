"""The fastest way between two places, and trips whose length or time is known."""

from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from siting.common.tables.columns import POSITIVE, ColumnSpec, label_column, on_earth, read_columns
from siting.common.types import Arcs, Floats, Ints, Points, RoadNetwork
from siting.network.connectors import Connectors, connect_to_junctions, connect_to_points
from siting.network.link_times import arcs_of
from siting.network.matrix import with_sources

_ENDS = ("from_lon", "from_lat", "to_lon", "to_lat")


@dataclass(frozen=True)
class ReferenceTrip:
    """A trip that is known from elsewhere.

    Parameters
    ----------
    start, end : str
        Names of the places.
    start_at, end_at : tuple of float
        Longitude and latitude, WGS 84, degrees.
    km, minutes : float or None
        Length and time of the fastest way, where known.
    """

    start: str
    end: str
    start_at: tuple[float, float]
    end_at: tuple[float, float]
    km: float | None
    minutes: float | None

    @property
    def name(self) -> str:
        """From where to where."""
        return f"{self.start} - {self.end}"


_DEGREES = "Write degrees; lon goes east, lat goes north."
_KNOWN = replace(POSITIVE, remedy="Write what is known of the trip, or leave the cell empty.")
_FIGURE = ColumnSpec(kind="number", rules=(_KNOWN,), required=False, also=("",))
_COLUMNS = {
    "from": label_column(),
    "to": label_column(),
    **{name: ColumnSpec(kind="number", rules=(on_earth(name, _DEGREES),)) for name in _ENDS},
    **dict.fromkeys(("km", "minutes"), _FIGURE),
}


def read_reference_trips(path: Path) -> tuple[ReferenceTrip, ...]:
    """Read a table of trips."""
    table = read_columns(path, _COLUMNS).reindex(columns=list(_COLUMNS))
    return tuple(
        ReferenceTrip(
            start,
            end,
            (from_lon, from_lat),
            (to_lon, to_lat),
            *(None if np.isnan(value) else value for value in known),
        )
        for start, end, from_lon, from_lat, to_lon, to_lat, *known in table.itertuples(index=False)
    )


@dataclass(frozen=True)
class Route:
    """A fastest way.

    Parameters
    ----------
    minutes : float
        Its time; infinite where there is no way.
    km : float
        Its length, connectors included.
    junctions : tuple of int
        Nodes of the graph in order; none where the places are tied to each other.
    connector_minutes : float
        Part of the time that is spent off the road.
    """

    minutes: float
    km: float
    junctions: tuple[int, ...]
    connector_minutes: float


def fastest_route(
    network: RoadNetwork, start: tuple[float, float], end: tuple[float, float]
) -> Route:
    """Return the fastest way between two places, which is not the shortest.

    They are longitude and latitude, WGS 84, and tied to the network as every place is.
    """
    arcs = arcs_of(network.roads)
    origin, destination = as_points(start), as_points(end)
    out = connect_to_junctions(origin, arcs, network.rules)[0]
    back = connect_to_junctions(destination, arcs, network.rules)[0]
    direct = connect_to_points(origin, destination, network.rules, out.part, back.part)
    steps = zip(direct.minutes.tolist(), direct.metres.tolist(), strict=True)
    off_road = [Route(minutes, metres / 1000, (), minutes) for minutes, metres in steps]
    return min([_by_road(network, arcs, out, back), *off_road], key=lambda way: way.minutes)


def as_points(*places: tuple[float, float]) -> Points:
    """Positions without names from pairs of longitude and latitude."""
    lon, lat = np.array(places, dtype=np.float64).T
    return Points(("",) * len(places), lon, lat)


def _by_road(network: RoadNetwork, arcs: Arcs, out: Connectors, back: Connectors) -> Route:
    nowhere = Route(np.inf, np.inf, (), 0.0)
    if not len(back.point):
        return nowhere
    minutes, metres, last, before = ways_from(0, with_sources(arcs.matrix(), out), arcs, out, back)
    if not np.isfinite(minutes[0]):
        return nowhere
    rows = _path(before, int(back.target[last[0]]), len(arcs))
    first = int(np.flatnonzero(out.target == rows[0])[0])
    nodes = sorted(network.graph)
    return Route(
        float(minutes[0]),
        float(metres[0]) / 1000,
        tuple(nodes[row] for row in rows),
        float(out.minutes[first] + back.minutes[last[0]]),
    )


def ways_from(
    start: int, graph: csr_array, arcs: Arcs, out: Connectors, back: Connectors
) -> tuple[Floats, Floats, Ints, NDArray[np.int32]]:
    """Minutes and metres of the fastest ways from a start to all ends, shape (ends,).

    Each end has a connector. With them come the connector at each end, and the predecessors.
    """
    arrival, before = dijkstra(graph, indices=len(arcs) + start, return_predecessors=True)
    total = arrival[back.target] + back.minutes
    groups = np.searchsorted(back.point, np.arange(back.points + 1)).tolist()
    last = np.array([first + total[first:end].argmin() for first, end in pairwise(groups)])
    metres = _way_metres(arcs, out, before, back.target[last], start) + back.metres[last]
    return total[last], metres, last, before


def _path(before: NDArray[np.int32], last: int, source: int) -> list[int]:
    """Follow the predecessors back to the source, and return the rows from there on."""
    path = [last]
    while (previous := int(before[path[-1]])) < source:
        path.append(previous)
    return path[::-1]


def _way_metres(
    arcs: Arcs, out: Connectors, before: NDArray[np.int32], last: Ints, start: int
) -> Floats:
    """Metres of the ways from a start to each of the last junctions, shape (n,).

    They are followed back by the predecessors, which lead to the row of the start behind those of
    the junctions, and from there by the connector to the first junction.
    """
    size = len(arcs)
    key = arcs.tail * size + arcs.head
    mine = slice(*np.searchsorted(out.point, [start, start + 1]))
    metres = np.zeros(len(last))
    here, way = last, np.arange(len(last))
    while len(here):
        previous = before[here].astype(np.int64)
        going = (previous >= 0) & (previous < size)
        started = previous >= size
        connector = np.searchsorted(out.target[mine], here[started])
        metres[way[started]] += out.metres[mine][connector]
        arc = np.searchsorted(key, previous[going] * size + here[going])
        metres[way[going]] += arcs.metres[arc]
        here, way = previous[going], way[going]
    return metres
