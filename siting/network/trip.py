"""The fastest way between two places, and how long it is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra

from siting.network.access import Ties, tie_to_junctions, tie_to_points
from siting.network.arcs import Arcs, arcs_of
from siting.network.search import with_sources
from siting.types import Points, RoadNetwork


@dataclass(frozen=True)
class Trip:
    """A fastest way.

    Parameters
    ----------
    minutes : float
        Its time; infinite where there is no way.
    km : float
        Its length, ties included.
    """

    minutes: float
    km: float


def trip(network: RoadNetwork, start: tuple[float, float], end: tuple[float, float]) -> Trip:
    """Return time and length of the fastest way between two places.

    Parameters
    ----------
    network : RoadNetwork
        Roads with travel times.
    start, end : tuple of float
        Longitude and latitude, WGS 84, degrees; tied to the network as every place is.

    Returns
    -------
    Trip
        Of all ways the fastest; its length is not the shortest.
    """
    arcs = arcs_of(network.graph)
    origin, destination = _point(start), _point(end)
    out = tie_to_junctions(origin, arcs, network.access)[0]
    back = tie_to_junctions(destination, arcs, network.access)[0]
    direct = tie_to_points(origin, destination, network.access)
    steps = zip(direct.minutes.tolist(), direct.metres.tolist(), strict=True)
    ways = [_by_road(arcs, out, back), *(Trip(minutes, metres / 1000) for minutes, metres in steps)]
    return min(ways, key=lambda way: way.minutes)


def _point(place: tuple[float, float]) -> Points:
    return Points(("",), np.array([place[0]]), np.array([place[1]]))


def _by_road(arcs: Arcs, out: Ties, back: Ties) -> Trip:
    source = len(arcs)
    graph = with_sources(arcs.matrix(), out)
    minutes, before = dijkstra(graph, indices=source, return_predecessors=True)
    arrivals = minutes[back.target] + back.minutes
    last = int(arrivals.argmin())
    if not np.isfinite(arrivals[last]):
        return Trip(np.inf, np.inf)
    metres = back.metres[last] + _length(arcs, out, before, int(back.target[last]))
    return Trip(float(arrivals[last]), float(metres) / 1000)


def _length(arcs: Arcs, out: Ties, before: NDArray[np.int32], junction: int) -> float:
    """Follow the predecessors back to the start and add up the lengths."""
    total = 0.0
    while (previous := int(before[junction])) < len(arcs):
        first, last = np.searchsorted(arcs.tail, [previous, previous + 1])
        arc = first + np.searchsorted(arcs.head[first:last], junction)
        total += float(arcs.metres[arc])
        junction = previous
    return total + float(out.metres[out.target == junction][0])
