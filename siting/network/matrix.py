"""Travel times between places, by shortest paths on the road network."""

from typing import Literal

import numpy as np
from scipy.sparse import csr_array

from siting.network.access import tie_to_junctions, tie_to_points
from siting.network.arcs import arcs_of
from siting.network.hierarchy import hierarchy_times
from siting.network.search import Progress, Workers, make_search, run_search
from siting.types import Floats, Points, RoadNetwork, TravelTimes

type Engine = Literal["dijkstra", "hierarchy"]


# long: half of it says what its parameters mean
def travel_times(  # noqa: PLR0913 -- three places to search, three ways how
    network: RoadNetwork,
    origins: Points,
    destinations: Points,
    *,
    floor_minutes: Floats | None = None,
    limit: float = np.inf,
    engine: Engine = "dijkstra",
    workers: Workers = None,
    progress: Progress = lambda _done, _all: None,
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
    engine : {"dijkstra", "hierarchy"}
        How to search. A contraction hierarchy takes a while to make and then knows no distance
        that is far, so that it pays on a large network without a limit; it needs the extra
        ``hierarchy``, and rounds each link to a tenth of a millisecond.
    workers : int or str, optional
        Processes, or the address of a Dask scheduler whose workers search; by default one process a
        processor where the network is large, else none but this one. A hierarchy is searched by
        this process alone.
    progress : callable
        Is told how many points have been searched from, and of how many. Raising from it, or
        interrupting, cancels the rest.

    Returns
    -------
    TravelTimes
        Rows are origins. A pair without an entry cannot be reached within the limit.

    Raises
    ------
    siting.errors.InputError
        The graph lacks lengths or travel times, the extra is not installed, or the Dask cluster
        cannot be used.
    siting.errors.ClusterError
        The Dask cluster was lost meanwhile.
    """
    arcs = arcs_of(network.roads)
    start, detached_origins = tie_to_junctions(origins, arcs, network.access)
    end, detached_destinations = tie_to_junctions(destinations, arcs, network.access)
    roads = arcs.matrix()
    if engine == "hierarchy":
        direct = tie_to_points(origins, destinations, network.access)
        minutes = _at_least(
            hierarchy_times(arcs, start, end, direct), np.zeros(len(origins)), limit
        )
    elif len(origins) < len(destinations):
        direct = tie_to_points(origins, destinations, network.access)
        search = make_search(roads, start, end, direct, limit)
        minutes = run_search(search, workers=workers, progress=progress)
    else:
        direct = tie_to_points(destinations, origins, network.access)
        search = make_search(roads.T.tocsr(), end, start, direct, limit)
        minutes = run_search(search, workers=workers, progress=progress).T.tocsr()
    if floor_minutes is not None:
        minutes = _at_least(minutes, floor_minutes, limit)
    detached = {**detached_origins, **detached_destinations}
    return TravelTimes(origins.ids, destinations.ids, minutes, detached)


def _at_least(minutes: csr_array, floor: Floats, limit: float) -> csr_array:
    rows = np.repeat(np.arange(minutes.shape[0]), np.diff(minutes.indptr))
    raised = np.maximum(minutes.data, floor[rows])
    kept = raised <= limit
    counts = np.bincount(rows[kept], minlength=minutes.shape[0])
    starts = np.append(0, counts.cumsum())
    return csr_array((raised[kept], minutes.indices[kept], starts), shape=minutes.shape)
