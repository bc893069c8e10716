"""Instances whose times are told by and by, and what tells them: a table, or points and a tree."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
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
