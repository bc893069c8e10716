"""Travel times between places, by shortest paths on the road network."""

import numpy as np
from scipy.sparse import csr_array, vstack
from scipy.sparse.csgraph import dijkstra

from siting.network.access import Ties, tie_to_junctions, tie_to_points
from siting.network.arcs import arcs_of
from siting.types import Floats, Points, RoadNetwork, TravelTimes

_BATCH = 128


def travel_times(
    network: RoadNetwork,
    origins: Points,
    destinations: Points,
    *,
    floor_minutes: Floats | None = None,
    limit: float = np.inf,
) -> TravelTimes:
    """Return the minutes of the fastest way from every origin to every destination.

    Ways start and end with a tie (`siting.network.access`); places within the radius of each other
    are also tied directly, so that a place is 0 minutes from itself.

    Parameters
    ----------
    network : RoadNetwork
        Roads with travel times.
    origins, destinations : Points
        Places, n and m of them.
    floor_minutes : ndarray of float, shape (n,), optional
        Time inside each origin: no trip from it takes less.
    limit : float
        Minutes beyond which a pair counts as out of reach.

    Returns
    -------
    TravelTimes
        Rows are origins. A pair without an entry cannot be reached within the limit.
    """
    arcs = arcs_of(network.graph)
    start, detached_origins = tie_to_junctions(origins, arcs, network.access)
    end, detached_destinations = tie_to_junctions(destinations, arcs, network.access)
    roads = arcs.matrix()
    if len(origins) < len(destinations):
        direct = tie_to_points(origins, destinations, network.access)
        minutes = _search(roads, start, end, direct, limit)
    else:
        direct = tie_to_points(destinations, origins, network.access)
        minutes = _search(roads.T.tocsr(), end, start, direct, limit).T.tocsr()
    if floor_minutes is not None:
        minutes = _at_least(minutes, floor_minutes, limit)
    detached = {**detached_origins, **detached_destinations}
    return TravelTimes(origins.ids, destinations.ids, minutes, detached)


def _search(roads: csr_array, near: Ties, far: Ties, direct: Ties, limit: float) -> csr_array:
    """Search from each point of the near side, in batches, and keep what lies within the limit."""
    graph = with_sources(roads, near)
    groups = np.searchsorted(far.point, np.arange(far.points))
    blocks = [csr_array((0, far.points), dtype=np.float64)]
    for first in range(0, near.points, _BATCH):
        last = min(first + _BATCH, near.points)
        sources = roads.shape[0] + np.arange(first, last)
        at_junction = dijkstra(graph, indices=sources, limit=limit)
        minutes = np.minimum.reduceat(at_junction[:, far.target] + far.minutes, groups, axis=1)
        here = slice(*np.searchsorted(direct.point, [first, last]))
        pairs = (direct.point[here] - first, direct.target[here])
        minutes[pairs] = np.minimum(minutes[pairs], direct.minutes[here])
        blocks.append(_stored(minutes, limit))
    return csr_array(vstack(blocks, format="csr"))


def with_sources(roads: csr_array, ties: Ties) -> csr_array:
    """Append one row a point to a road matrix, from which its ties lead to the junctions.

    Parameters
    ----------
    roads : scipy.sparse.csr_array, shape (n, n)
        Minutes between junctions.
    ties : Ties
        From points to junctions, in order of point.

    Returns
    -------
    scipy.sparse.csr_array, shape (n + points, n + points)
        Point ``i`` is row ``n + i``; no arc leads to it.
    """
    size = roads.shape[0] + ties.points
    ends = roads.indptr[-1] + np.searchsorted(ties.point, np.arange(1, ties.points + 1))
    return csr_array(
        (
            np.append(roads.data, ties.minutes),
            np.append(roads.indices, ties.target),
            np.append(roads.indptr, ends),
        ),
        shape=(size, size),
    )


def _stored(minutes: Floats, limit: float) -> csr_array:
    """Store every finite entry within the limit, zeros too."""
    kept = np.isfinite(minutes) & (minutes <= limit)
    rows = np.append(0, kept.sum(axis=1).cumsum())
    return csr_array((minutes[kept], np.nonzero(kept)[1], rows), shape=minutes.shape)


def _at_least(minutes: csr_array, floor: Floats, limit: float) -> csr_array:
    rows = np.repeat(np.arange(minutes.shape[0]), np.diff(minutes.indptr))
    raised = np.maximum(minutes.data, floor[rows])
    kept = raised <= limit
    counts = np.bincount(rows[kept], minlength=minutes.shape[0])
    starts = np.append(0, counts.cumsum())
    return csr_array((raised[kept], minutes.indices[kept], starts), shape=minutes.shape)
