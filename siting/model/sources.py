"""Instances whose times are told by and by, and what tells them: a table, or points and a tree."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack
from scipy.spatial import cKDTree

from siting.common.types import Bools, Floats, Ints
from siting.model.instance import (
    Instance,
    Labelled,
    entry_rows,
    from_entries,
    keep_entries,
    nearest_minutes,
    rows_at,
)
from siting.model.listing import Listing, TimeSource

# So many nearest sites of each client are listed at first.
FIRST_LISTED = 64

# By this much, relative, the tree's distances may differ from those that are given.
ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class Known:
    """Times that are all known, dense or sparse, told by and by.

    Parameters
    ----------
    times : scipy.sparse.csr_array, shape (clients, sites)
        Minutes; a pair without an entry cannot be travelled.
    """

    times: csr_array

    @property
    def shape(self) -> tuple[int, int]:
        """Return the number of clients and of sites."""
        return self.times.shape

    def nearest(self, clients: Ints, count: int) -> tuple[csr_array, Floats]:
        """Return the nearest sites of clients, and the floors."""
        rows = csr_array(self.times[clients])
        lengths = np.diff(rows.indptr)
        by_time = rows.data[np.lexsort((rows.data, entry_rows(rows)))]
        whole = lengths <= count
        floor = np.full(len(clients), np.inf)
        floor[~whole] = by_time[rows.indptr[:-1][~whole] + count - 1]
        return keep_entries(rows, rows.data < np.repeat(floor, lengths)), floor


@dataclass(frozen=True, eq=False)
class KDTree:
    """Points in the plane, and what the way between two costs.

    Parameters
    ----------
    clients, sites : ndarray of float, shape (points, 2)
        Where they are.
    cost : callable
        Time of a square of a distance; must not fall with it.
    """

    clients: Floats
    sites: Floats
    cost: Callable[[Floats], Floats]

    @cached_property
    def tree(self) -> cKDTree:
        """Return the tree of the sites."""
        return cKDTree(self.sites)

    @property
    def shape(self) -> tuple[int, int]:
        """Return the number of clients and of sites."""
        return len(self.clients), len(self.sites)

    def nearest(self, clients: Ints, count: int) -> tuple[csr_array, Floats]:
        """Return the nearest sites of clients, and the floors."""
        count = min(count, len(self.sites))
        ends = self.clients[clients]
        apart, sites = self.tree.query(ends, k=np.arange(1, count + 1))
        squares = ((ends[:, None, :] - self.sites[sites]) ** 2).sum(axis=2)
        floor = self.cost((apart[:, -1] * (1 - ROUNDING)) ** 2)
        if count == len(self.sites):
            floor = np.full(len(clients), np.inf)
        times = self.cost(squares)
        near = times < floor[:, None]
        rows = from_entries(times[near], sites[near], near.sum(axis=1), (len(ends), self.shape[1]))
        rows.sort_indices()
        return rows, floor


def listed_instance(source: TimeSource, weights: Labelled, **given: Any) -> Instance:  # noqa: ANN401 - as from_matrix has them
    """Make an instance whose times are asked for as they are needed.

    Parameters
    ----------
    source : TimeSource
        What tells the times, such as `KDTree`.
    weights : sequence of float, pandas.Series, or mapping
        People at each client, in the order of the source.
    **given
        As for `Instance.from_matrix`.

    Returns
    -------
    Instance
        The instance, with the nearest sites of each client, up to the nearest existing one.

    Raises
    ------
    InputError
        If anything is wrong, with all faults at once.

    Examples
    --------
    >>> at = np.array([[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]])
    >>> instance = listed_instance(KDTree(at, at, np.sqrt), weights=[1, 1, 1])
    >>> instance.times.toarray()[0].tolist()
    [0.0, 5.0, 10.0]
    """
    asked = np.full(source.shape[0], min(FIRST_LISTED, source.shape[1]))
    times, floor = source.nearest(np.arange(len(asked)), int(asked[0]))
    instance = Instance.from_matrix(times, weights, **given)
    instance = replace(instance, listing=Listing(source, floor, asked))
    sought = instance.existing if instance.existing.any() else ~instance.existing
    return listed_up_to(instance, sought)


def covered_instance(
    blocks: Iterable[tuple[Floats | csr_array, Floats]],
    within: float,
    **given: Any,  # noqa: ANN401 - as from_matrix has them
) -> Instance:
    """Make an instance for `Coverage` of clients that come block by block, and are not kept.

    Clients with the same sites within reach become one. Source: Cordeau, Furini and Ljubić,
    European Journal of Operational Research 275 (2019).

    Parameters
    ----------
    blocks : iterable of (ndarray or csr_array, ndarray)
        Minutes of some clients to all sites, and the people at each of them.
    within : float
        Minutes. A time in the instance is this, or there is none.
    **given
        As for `Instance.from_matrix`, of sites alone.

    Returns
    -------
    Instance
        One client for each set of sites, in the order in which they come.

    Raises
    ------
    InputError
        If anything is wrong, with all faults at once.

    Examples
    --------
    >>> near, far = np.array([[5.0, 50.0], [9.0, 40.0]]), np.array([[60.0, 5.0]])
    >>> people = np.array([100.0, 20.0])
    >>> instance = covered_instance([(near, people), (far, people[:1])], within=30)
    >>> instance.weights.tolist(), instance.times.toarray().tolist()
    ([120.0, 100.0], [[30.0, 0.0], [0.0, 30.0]])
    """
    people: dict[bytes, float] = {}
    count = 0
    for minutes, weights in blocks:
        count = minutes.shape[1]
        sets, place = np.unique(_within(minutes, within), axis=0, return_inverse=True)
        sums = np.bincount(place.ravel(), weights=weights)
        for each, total in zip(sets, sums.tolist(), strict=True):
            people[each.tobytes()] = people.get(each.tobytes(), 0.0) + total
    packed = np.frombuffer(b"".join(people), dtype=np.uint8).reshape(len(people), -1)
    covers = csr_array(np.unpackbits(packed, axis=1, count=count))
    times = csr_array(
        (np.full(covers.nnz, float(within)), covers.indices, covers.indptr), covers.shape
    )
    return Instance.from_matrix(times, np.fromiter(people.values(), np.float64), **given)


def _within(minutes: Floats | csr_array, within: float) -> NDArray[np.uint8]:
    """Return which sites each client reaches, eight to a byte."""
    if isinstance(minutes, csr_array):
        near = np.zeros(minutes.shape, dtype=np.bool_)
        kept = np.flatnonzero(minutes.data <= within)
        near[rows_at(minutes, kept), minutes.indices[kept]] = True
        return np.packbits(near, axis=1)
    return np.packbits(minutes <= within, axis=1)


def listed_up_to(instance: Instance, sites: Bools) -> Instance:
    """Return the instance with the nearest of some sites listed for every client."""
    while instance.listing is not None:
        beyond = np.isinf(nearest_minutes(instance.times, sites))
        short = np.flatnonzero(beyond & np.isfinite(instance.listing.floor))
        if not len(short):
            break
        instance = listed_farther(instance, short)
    return instance


def listed_farther(instance: Instance, clients: Ints) -> Instance:
    """Return the instance with twice as many sites listed for some clients."""
    if instance.listing is None:
        return instance
    source, floor = instance.listing.source, instance.listing.floor.copy()
    asked = instance.listing.asked.copy()
    asked[clients] = np.minimum(2 * asked[clients], source.shape[1])
    parts, order = [instance.times], np.arange(len(floor))
    for count in np.unique(asked[clients]):
        these = clients[asked[clients] == count]
        rows, floor[these] = source.nearest(these, int(count))
        order[these] = sum(part.shape[0] for part in parts) + np.arange(len(these))
        parts.append(rows)
    times = csr_array(vstack(parts, format="csr")[order])
    times.sort_indices()
    longer = replace(instance, times=times, listing=Listing(source, floor, asked))
    longer.freeze()
    return longer
