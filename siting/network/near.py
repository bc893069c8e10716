"""Travel times that can matter: none beyond the nearest destination that stays open in any case.

A site j can matter to a place i only if it is nearer than what stays open: t_ij <= p_i. Let p_v be
the time from node v of the roads to the nearest that stays. Along every way to i that is shorter
than p_i, all nodes v have t_vj <= p_v too, so that a search from j may stop where that fails. With
lengths w_uv + p_u - p_v, none of them negative, this is a search of bounded length: t_ij + p_j -
p_i <= p_j. (The potentials are those of Johnson, "Efficient algorithms for shortest paths in sparse
networks", Journal of the ACM 24 (1977).)
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.sparse import block_array, csr_array, vstack
from scipy.sparse.csgraph import dijkstra

from siting.common.types import Bools, Floats
from siting.network.connectors import Connectors

_ROUNDING = 1e-6
"""Minutes by which lengths that carry potentials may be off, and many times more."""
_BATCH = 16


@dataclass(frozen=True, eq=False)
class StayingOpen:
    """Which destinations are there in any case.

    Parameters
    ----------
    always : ndarray of bool, shape (m,)
        Those that neither close nor fill up.
    others : ndarray of bool, shape (m,)
        Those that are there now and may close.
    closing : int
        How many of the others may close at most.
    """

    always: Bools
    others: Bools
    closing: int = 0

    @classmethod
    def only(cls, always: Bools) -> Self:
        """These stay open, and no other one is there."""
        return cls(always, np.zeros_like(always))

    @property
    def any(self) -> bool:
        """Whether one stays open, whatever is decided."""
        return bool(self.always.any() or self.others.sum() > self.closing)

    def __str__(self) -> str:
        """All that it says, for the key of a cache."""
        masks = (mask.astype(np.uint8).tobytes().hex() for mask in (self.always, self.others))
        return " ".join([*masks, str(self.closing)])

    def bound(self, minutes: csr_array) -> Floats:
        """Minutes from each row to the nearest column that stays open; inf where none is known."""
        rows = np.repeat(np.arange(minutes.shape[0]), np.diff(minutes.indptr))
        bound = np.full(minutes.shape[0], np.inf)
        for columns, spare in ((self.always, 0), (self.others, self.closing)):
            kept = columns[minutes.indices]
            row, time = rows[kept], minutes.data[kept]
            order = np.lexsort((time, row))
            row, time = row[order], time[order]
            place = np.arange(len(row)) - np.searchsorted(row, row)
            at = place == spare
            bound[row[at]] = np.minimum(bound[row[at]], time[at])
        return bound


def only_near(minutes: csr_array, staying: StayingOpen) -> csr_array:
    """Drop the pairs that are farther apart than what stays open."""
    counts = np.diff(minutes.indptr)
    kept = minutes.data <= np.repeat(staying.bound(minutes), counts)
    rows = np.repeat(np.arange(minutes.shape[0]), counts)[kept]
    ends = (rows, minutes.indices[kept])
    return csr_array((minutes.data[kept], ends), shape=minutes.shape)


def near_times(  # noqa: PLR0913 - roads, and how places are tied to them on either side
    roads: csr_array,
    start: Connectors,
    end: Connectors,
    direct: Connectors,
    *,
    floor: Floats,
    staying: StayingOpen,
    progress: Callable[[int, int], None],
) -> csr_array:
    """Find the minutes of every pair that is as near as what stays open.

    Parameters
    ----------
    roads : scipy.sparse.csr_array, shape (junctions, junctions)
        Minutes from head to tail: sites are searched from, so that ways are turned round.
    start, end : Connectors
        From the places, and from the sites, to the junctions.
    direct : Connectors
        From the sites straight to the places.
    floor : ndarray of float, shape (places,)
        No trip from a place takes less.
    staying : StayingOpen
        Which sites stay open.
    progress : callable
        Told how many sites have been searched from, and of how many.

    Returns
    -------
    scipy.sparse.csr_array, shape (places, sites)
        At least those pairs; each is the very sum that a search over all roads gives.
    """
    search = _Search.of(_graph(roads, start, end, direct), end.points, start.points, staying, floor)
    rows = [csr_array((0, start.points), dtype=np.float64)]
    for site in range(end.points):
        rows.append(search.from_site(site))
        if (site + 1) % _BATCH == 0 or site + 1 == end.points:
            progress(site + 1, end.points)
    return csr_array(vstack(rows, format="csr").T.tocsr())


def _graph(roads: csr_array, start: Connectors, end: Connectors, direct: Connectors) -> csr_array:
    """Junctions, then sites, then places; from sites over junctions to places."""
    junctions = roads.shape[0]
    to_places = csr_array(
        (start.minutes, (start.target, start.point)), shape=(junctions, start.points)
    )
    from_sites = csr_array((end.minutes, (end.point, end.target)), shape=(end.points, junctions))
    straight = csr_array(
        (direct.minutes, (direct.point, direct.target)), shape=(end.points, start.points)
    )
    sites, places = (csr_array((each.points,) * 2, dtype=np.float64) for each in (end, start))
    return csr_array(
        block_array(
            [[roads, None, to_places], [from_sites, sites, straight], [None, None, places]],
            format="csr",
        )
    )


@dataclass(frozen=True, eq=False)
class _Search:
    """A graph with its potentials.

    Parameters
    ----------
    graph, reduced : scipy.sparse.csr_array
        Minutes, and minutes with potentials.
    sites, places : int
        How many there are, behind the junctions.
    limits : ndarray of float, shape (sites,)
        How far to search from each site.
    reach : ndarray of float, shape (places,)
        Minutes to the nearest site that stays open, or the time inside the place.
    """

    graph: csr_array
    reduced: csr_array
    sites: int
    places: int
    limits: Floats
    reach: Floats

    @classmethod
    def of(
        cls, graph: csr_array, sites: int, places: int, staying: StayingOpen, floor: Floats
    ) -> "_Search":
        """Find the potentials, and how far to search from each site."""
        junctions = graph.shape[0] - sites - places
        nearest = _nearest_staying(graph, junctions, staying)
        at_place, known = nearest[junctions + sites :], nearest[np.isfinite(nearest)]
        beyond = float(np.nanmax(floor - np.where(np.isinf(at_place), np.nan, at_place), initial=0))
        # Nodes that no such site reaches lead from each other alone, so one height does for all.
        height = np.minimum(nearest, np.max(known, initial=0))
        tails = np.repeat(np.arange(graph.shape[0]), np.diff(graph.indptr))
        at_sites, mine = np.full(sites, 0.0), (tails >= junctions) & (tails < junctions + sites)
        ahead = nearest[graph.indices] - graph.data
        np.maximum.at(at_sites, tails[mine] - junctions, ahead[mine])
        height[junctions : junctions + sites] = np.minimum(at_sites, np.max(known, initial=0))
        reduced = graph.copy()
        reduced.data = np.maximum(graph.data + height[tails] - height[graph.indices], 0.0)
        limits = at_sites + beyond + _ROUNDING
        return cls(graph, reduced, sites, places, limits, np.maximum(at_place, floor))

    def from_site(self, site: int) -> csr_array:
        """Search where the site can matter, and again there for the minutes themselves."""
        node = self.graph.shape[0] - self.places - self.sites + site
        near = dijkstra(self.reduced, indices=node, limit=self.limits[site])
        nodes = np.flatnonzero(np.isfinite(near))
        within = self.graph[nodes][:, nodes]
        minutes = dijkstra(within, indices=int(np.searchsorted(nodes, node)))
        last = np.searchsorted(nodes, self.graph.shape[0] - self.places)
        place, minutes = nodes[last:] - (self.graph.shape[0] - self.places), minutes[last:]
        kept = minutes <= self.reach[place] + _ROUNDING
        count = np.array([0, kept.sum()])
        return csr_array((minutes[kept], place[kept], count), shape=(1, self.places))


def _nearest_staying(graph: csr_array, junctions: int, staying: StayingOpen) -> Floats:
    """Minutes from the nearest site that stays open to each node."""
    nearest = np.full(graph.shape[0], np.inf)
    if staying.always.any():
        sources = junctions + np.flatnonzero(staying.always)
        nearest = dijkstra(graph, indices=sources, min_only=True)
    others = junctions + np.flatnonzero(staying.others)
    if len(others) > staying.closing:
        few = np.full((staying.closing + 1, graph.shape[0]), np.inf)
        for first in range(0, len(others), _BATCH):
            more = dijkstra(graph, indices=others[first : first + _BATCH])
            few = np.partition(np.vstack([few, more]), staying.closing, axis=0)
            few = few[: staying.closing + 1]
        nearest = np.minimum(nearest, few.max(axis=0))
    return nearest
