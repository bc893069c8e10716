"""Travel times between places: shortest paths from many points to many, in batches."""

import importlib.util
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise, starmap
from typing import Any, TypedDict

import numpy as np
from scipy.sparse import block_array, csr_array, vstack
from scipy.sparse.csgraph import dijkstra

from siting.common.errors import Fault, InputError
from siting.common.parallel import each_made
from siting.common.types import Arcs, Engine, Floats, Points, RoadNetwork, TravelTimes
from siting.network.connectors import Connectors, connect_to_junctions, connect_to_points
from siting.network.link_times import arcs_of
from siting.network.near import StayingOpen, near_times, only_near

type SearchProgress = Callable[[int, int], None]
type Workers = int | str | None
"""Who searches: so many processes of this machine, or the workers of the Dask scheduler at this
address; None: as many as pay. The result does not depend on it."""

# A batch holds this many minutes at once, 8 bytes each.
_CELLS = 16_000_000
_BATCH = 128
# Below this many sources x junctions, starting processes takes longer than the search.
_WORTH_PROCESSES = 200_000_000


@dataclass(frozen=True)
class BatchSearch:
    """What every batch of a search needs.

    Parameters
    ----------
    graph : scipy.sparse.csr_array
        Minutes of the roads, with one row a source behind the junctions.
    far : Connectors
        From the points at the other end to the junctions.
    direct : Connectors
        From the sources straight to the points at the other end.
    limit : float
        Minutes beyond which a pair counts as out of reach.
    """

    graph: csr_array
    far: Connectors
    direct: Connectors
    limit: float

    def run(self, batch: tuple[int, int]) -> csr_array:
        """Search from some of the sources: the first of them, and the one after the last."""
        first, last = batch
        start = self.graph.shape[0] - self.direct.points + np.arange(first, last)
        minutes = self.far.fastest(dijkstra(self.graph, indices=start, limit=self.limit))
        here = slice(*np.searchsorted(self.direct.point, batch))
        pairs = (self.direct.point[here] - first, self.direct.target[here])
        minutes[pairs] = np.minimum(minutes[pairs], self.direct.minutes[here])
        return stored(minutes, self.limit)


def run_search(search: BatchSearch, workers: Workers, progress: SearchProgress) -> csr_array:
    """Search from every source; the batches are put in order, whoever is done first."""
    sources, junctions = search.direct.points, search.graph.shape[0] - search.direct.points
    if workers is None:
        workers = (os.cpu_count() or 1) if sources * junctions >= _WORTH_PROCESSES else 1
    size = max(1, min(_BATCH, _CELLS // max(junctions, 1)))
    batches = [(first, min(first + size, sources)) for first in range(0, sources, size)]
    blocks = [csr_array((0, search.far.points), dtype=np.float64)]
    early: dict[int, csr_array] = {}
    for number, block in each_made(
        BatchSearch.run, batches, search, workers=workers, what="the travel times"
    ):
        early[number] = block
        while len(blocks) - 1 in early:
            blocks.append(early.pop(len(blocks) - 1))
            progress(batches[len(blocks) - 2][1], sources)
    return csr_array(vstack(blocks, format="csr"))


def with_sources(roads: csr_array, connectors: Connectors) -> csr_array:
    """Append one row a point to a road matrix, from which its connectors lead to the junctions."""
    count, ends = connectors.points, (connectors.point, connectors.target)
    out = csr_array((connectors.minutes, ends), shape=(count, roads.shape[1]))
    none = csr_array((count, count), dtype=np.float64)
    return csr_array(block_array([[roads, None], [out, none]], format="csr"))


def stored(minutes: Floats, limit: float = np.inf) -> csr_array:
    """Store every finite entry within the limit, zeros too."""
    kept = np.isfinite(minutes) & (minutes <= limit)
    return csr_array((minutes[kept], np.nonzero(kept)), shape=minutes.shape)


# The hierarchy counts in whole numbers below 2^31: tenths of a millisecond reach to 59 hours.
_PER_MINUTE = 600_000
_GREATEST = 2**31 - 1


def hierarchy_times(
    arcs: Arcs, start: Connectors, end: Connectors, direct: Connectors, limit: float
) -> csr_array:
    """Return travel times by a customizable contraction hierarchy.

    The method is that of Dibbelt, Strasser and Wagner, "Customizable Contraction Hierarchies",
    ACM Journal of Experimental Algorithmics 21 (2016), as RoutingKit implements it.
    """
    minutes = np.full((start.points, end.points), np.inf)
    if len(end.point):
        targets, place = np.unique(end.target, return_inverse=True)
        search, ends = _one_to_many(arcs, targets.tolist()), replace(end, target=place)
        bounds = np.searchsorted(start.point, np.arange(start.points + 1))
        for row, mine in enumerate(starmap(slice, pairwise(bounds.tolist()))):
            sources = [*zip(start.target[mine].tolist(), _whole(start.minutes[mine]), strict=True)]
            if sources:
                found = _in_minutes(search.distances_from_multi(sources))
                minutes[row] = ends.fastest(found[None])
    np.minimum.at(minutes, (direct.point, direct.target), direct.minutes)
    return stored(minutes, limit)


def _one_to_many(arcs: Arcs, targets: list[int]) -> Any:  # noqa: ANN401 -- a class of the extra
    if importlib.util.find_spec("routingkit_cch") is None:
        remedy = "Install it with: pip install 'siting[hierarchy]'"
        problem = "the extra 'hierarchy' is not installed"
        raise InputError([Fault("scenario", "travel_times.engine", "hierarchy", problem, remedy)])
    import routingkit_cch as cch  # noqa: PLC0415 -- an extra

    tail, head = arcs.tail.tolist(), arcs.head.tolist()
    order = cch.compute_order_inertial(len(arcs), tail, head, arcs.lat.tolist(), arcs.lon.tolist())
    weights = _whole(arcs.minutes)
    metric = cch.CCHMetric(cch.CCH(order, tail, head, filter_always_inf_arcs=False), weights)
    return cch.CCHOneToMany(metric, targets)


def _whole(minutes: Floats) -> list[int]:
    counted: list[int] = np.minimum(np.rint(minutes * _PER_MINUTE), _GREATEST).astype(int).tolist()
    return counted


def _in_minutes(counted: list[int | None]) -> Floats:
    found = np.array([_GREATEST if value is None else value for value in counted])
    return np.where(found < _GREATEST, found / _PER_MINUTE, np.inf)


class SearchOptions(TypedDict, total=False):
    """What `travel_times` takes besides roads and places.

    Parameters
    ----------
    floor_minutes, limit, staying, engine, workers, progress
        As `travel_times` says.
    """

    floor_minutes: Floats | None
    limit: float
    staying: StayingOpen | None
    engine: Engine
    workers: Workers
    progress: SearchProgress


# long: half of it says what its parameters mean
def travel_times(  # noqa: PLR0913 -- three places to search, three ways how
    network: RoadNetwork,
    origins: Points,
    destinations: Points,
    *,
    floor_minutes: Floats | None = None,
    limit: float = np.inf,
    staying: StayingOpen | None = None,
    engine: Engine = "dijkstra",
    workers: Workers = None,
    progress: SearchProgress = lambda _done, _all: None,
) -> TravelTimes:
    """Return the minutes of the fastest way from every origin to every destination.

    Ways start and end with a connector (`siting.network.connectors`); places within the radius of
    each other are also tied directly, so that a place is 0 minutes from itself.

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
    staying : StayingOpen, optional
        Destinations that are there in any case: pairs farther apart than the nearest of these are
        left out, and are not searched for. (Searched by this process alone, unless a scheduler or
        a hierarchy is asked for.)
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
    siting.common.errors.InputError
        The graph lacks lengths or travel times, the extra is not installed, or the Dask cluster
        cannot be used.
    siting.common.errors.ClusterError
        The Dask cluster was lost meanwhile.
    """
    arcs = arcs_of(network.roads)
    start, detached_origins = connect_to_junctions(origins, arcs, network.rules)
    end, detached_destinations = connect_to_junctions(destinations, arcs, network.rules)
    roads = arcs.matrix()
    # It cannot be made of no links at all.
    if engine == "hierarchy" and len(arcs.tail):
        direct = connect_to_points(origins, destinations, network.rules, start.part, end.part)
        minutes = hierarchy_times(arcs, start, end, direct, limit)
    elif staying is not None and staying.any and not isinstance(workers, str):
        direct = connect_to_points(destinations, origins, network.rules, end.part, start.part)
        floor_minutes = np.zeros(len(origins)) if floor_minutes is None else floor_minutes
        ends, towards = (start, end, direct), roads.T.tocsr()
        minutes = near_times(
            towards, *ends, floor=floor_minutes, staying=staying, progress=progress
        )
    elif len(origins) < len(destinations) and staying is None:
        direct = connect_to_points(origins, destinations, network.rules, start.part, end.part)
        search = BatchSearch(with_sources(roads, start), end, direct, limit)
        minutes = run_search(search, workers, progress)
    else:
        direct = connect_to_points(destinations, origins, network.rules, end.part, start.part)
        search = BatchSearch(with_sources(roads.T.tocsr(), end), start, direct, limit)
        minutes = run_search(search, workers, progress).T.tocsr()
    if floor_minutes is not None:
        minutes = _at_least(minutes, floor_minutes, limit)
    if staying is not None and staying.any:
        minutes = only_near(minutes, staying)
    detached = {**detached_origins, **detached_destinations}
    return TravelTimes(origins.ids, destinations.ids, minutes, detached)


def _at_least(minutes: csr_array, floor: Floats, limit: float) -> csr_array:
    rows = np.repeat(np.arange(minutes.shape[0]), np.diff(minutes.indptr))
    raised = np.maximum(minutes.data, floor[rows])
    kept = raised <= limit
    ends = (rows[kept], minutes.indices[kept])
    return csr_array((raised[kept], ends), shape=minutes.shape)
