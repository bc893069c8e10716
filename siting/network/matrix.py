"""Travel times between places: shortest paths from many points to many, in batches."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing.shared_memory import SharedMemory
from typing import Literal

import numpy as np
from scipy.sparse import csr_array, vstack
from scipy.sparse.csgraph import dijkstra

from siting.common.errors import ClusterError
from siting.common.parallel import (
    Arrays,
    Block,
    attach,
    cluster_at,
    each_done,
    share,
    starting_workers,
    worker_context,
)
from siting.common.types import Floats, Points, RoadNetwork, TravelTimes
from siting.network.connectors import Connectors, connect_to_junctions, connect_to_points
from siting.network.hierarchy import hierarchy_times
from siting.network.link_times import arcs_of

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
    arrays : dict of str to ndarray
        ``data``, ``indices``, ``indptr`` of the roads with one row a source behind the junctions;
        ``far_point``, ``far_target``, ``far_minutes`` of the connectors at the other end; and
        ``point``, ``target``, ``minutes`` of direct connectors from sources to the other end.
    junctions, sources, points : int
        Junctions of the network, points to search from, points at the other end.
    limit : float
        Minutes beyond which a pair counts as out of reach.
    """

    arrays: Arrays
    junctions: int
    sources: int
    points: int
    limit: float

    def run(self, first: int, last: int) -> csr_array:
        """BatchSearch from some of the sources."""
        arrays = self.arrays
        size = len(arrays["indptr"]) - 1
        graph = csr_array((arrays["data"], arrays["indices"], arrays["indptr"]), shape=(size, size))
        start = self.junctions + np.arange(first, last)
        at_junction = dijkstra(graph, indices=start, limit=self.limit)
        minutes = np.full((last - first, self.points), np.inf)
        tied, groups = np.unique(arrays["far_point"], return_index=True)
        if len(tied):
            at_end = at_junction[:, arrays["far_target"]] + arrays["far_minutes"]
            minutes[:, tied] = np.minimum.reduceat(at_end, groups, axis=1)
        here = slice(*np.searchsorted(arrays["point"], [first, last]))
        pairs = (arrays["point"][here] - first, arrays["target"][here])
        minutes[pairs] = np.minimum(minutes[pairs], arrays["minutes"][here])
        return _stored(minutes, self.limit)


def make_search(
    roads: csr_array, near: Connectors, far: Connectors, direct: Connectors, limit: float
) -> BatchSearch:
    """Collect what a search needs."""
    graph = with_sources(roads, near)
    arrays: Arrays = {
        "data": graph.data,
        "indices": graph.indices,
        "indptr": graph.indptr,
        "far_point": far.point,
        "far_target": far.target,
        "far_minutes": far.minutes,
        "point": direct.point,
        "target": direct.target,
        "minutes": direct.minutes,
    }
    return BatchSearch(arrays, roads.shape[0], near.points, far.points, limit)


def run_search(search: BatchSearch, *, workers: Workers, progress: SearchProgress) -> csr_array:
    """BatchSearch from every source."""
    if workers is None:
        worth = search.sources * search.junctions >= _WORTH_PROCESSES
        workers = (os.cpu_count() or 1) if worth else 1
    bounds = _bounds(search)
    blocks = [csr_array((0, search.points), dtype=np.float64)]
    for (_, last), block in zip(bounds, _blocks(search, bounds, workers), strict=True):
        blocks.append(block)
        progress(last, search.sources)
    return csr_array(vstack(blocks, format="csr"))


def with_sources(roads: csr_array, connectors: Connectors) -> csr_array:
    """Append one row a point to a road matrix, from which its connectors lead to the junctions."""
    size = roads.shape[0] + connectors.points
    ends = roads.indptr[-1] + np.searchsorted(connectors.point, np.arange(1, connectors.points + 1))
    return csr_array(
        (
            np.append(roads.data, connectors.minutes),
            np.append(roads.indices, connectors.target),
            np.append(roads.indptr, ends),
        ),
        shape=(size, size),
    )


def _bounds(search: BatchSearch) -> list[tuple[int, int]]:
    size = max(1, min(_BATCH, _CELLS // max(search.junctions, 1)))
    firsts = range(0, search.sources, size)
    return [(first, min(first + size, search.sources)) for first in firsts]


def _blocks(
    search: BatchSearch, bounds: list[tuple[int, int]], workers: int | str
) -> Iterator[csr_array]:
    if isinstance(workers, str):
        return _on_cluster(search, bounds, workers)
    return _in_processes(search, bounds, workers) if workers > 1 else _here(search, bounds)


def _here(search: BatchSearch, bounds: list[tuple[int, int]]) -> Iterator[csr_array]:
    return (search.run(first, last) for first, last in bounds)


def _in_processes(
    search: BatchSearch, bounds: list[tuple[int, int]], workers: int
) -> Iterator[csr_array]:
    numbers = (search.junctions, search.sources, search.points, search.limit)
    with share(search.arrays) as block:
        pool = ProcessPoolExecutor(workers, worker_context(), _attach, (block, numbers))
        try:
            with starting_workers():
                blocks = pool.map(_run, bounds)
            yield from blocks
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _on_cluster(
    search: BatchSearch, bounds: list[tuple[int, int]], address: str
) -> Iterator[csr_array]:
    """In the order of the bounds, though workers are done in any."""
    early: dict[int, csr_array] = {}
    due = 0
    with cluster_at(address) as client:
        for number, block in each_done(client, _run_there, bounds, search):
            if block is None:
                raise ClusterError(
                    "Dask workers died over the travel times; give them more memory."
                )
            early[number] = block
            while due in early:
                yield early.pop(due)
                due += 1


def _run_there(search: BatchSearch, bounds: tuple[int, int]) -> csr_array:
    return search.run(*bounds)


_attached: list[tuple[SharedMemory, BatchSearch]] = []
"""What a worker process searches; set once when it starts."""


def _attach(block: Block, numbers: tuple[int, int, int, float]) -> None:
    memory, arrays = attach(block)
    _attached.append((memory, BatchSearch(arrays, *numbers)))


def _run(bounds: tuple[int, int]) -> csr_array:
    return _attached[0][1].run(*bounds)


def _stored(minutes: Floats, limit: float) -> csr_array:
    """Store every finite entry within the limit, zeros too."""
    kept = np.isfinite(minutes) & (minutes <= limit)
    rows = np.append(0, kept.sum(axis=1).cumsum())
    return csr_array((minutes[kept], np.nonzero(kept)[1], rows), shape=minutes.shape)


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
    if engine == "hierarchy":
        direct = connect_to_points(origins, destinations, network.rules)
        minutes = _at_least(
            hierarchy_times(arcs, start, end, direct), np.zeros(len(origins)), limit
        )
    elif len(origins) < len(destinations):
        direct = connect_to_points(origins, destinations, network.rules)
        search = make_search(roads, start, end, direct, limit)
        minutes = run_search(search, workers=workers, progress=progress)
    else:
        direct = connect_to_points(destinations, origins, network.rules)
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
