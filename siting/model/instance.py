"""A location problem as arrays and labels: who needs to travel where, and how long it takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from siting.errors import Fault, InputError
from siting.model.matrix import (
    Labelled,
    Matrix,
    fault,
    read_groups,
    read_labels,
    read_times,
    read_values,
)
from siting.types import Bools, Floats

type Groups = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, eq=False)
class Instance:
    """Clients, sites, and the time from each client to each site.

    Make one with `from_matrix`, which checks it. The arrays cannot be written to.

    Parameters
    ----------
    client_ids, site_ids : tuple of str
        Unique labels.
    weights : ndarray of float, shape (clients,)
        People at each client. A client of weight 0 has no bearing on anything.
    times : scipy.sparse.csr_array, shape (clients, sites)
        Minutes; a pair without an entry cannot be travelled, a stored 0 takes no time.
    existing : ndarray of bool, shape (sites,)
        Which sites are open already. They stay open unless a limit says otherwise.
    annual_cost, one_off_cost : ndarray of float, shape (sites,)
        Money a year, and money once, in one unit. For an existing site the annual cost is what
        closing it would save.
    site_groups, client_groups : mapping of str to tuple of str
        Name of a grouping to the group of each site or client.
    """

    client_ids: tuple[str, ...]
    site_ids: tuple[str, ...]
    weights: Floats
    times: csr_array
    existing: Bools
    annual_cost: Floats
    one_off_cost: Floats
    site_groups: Groups = field(default_factory=dict)
    client_groups: Groups = field(default_factory=dict)

    # long: half of it says what its parameters mean
    @classmethod
    def from_matrix(  # noqa: PLR0913 - all but two are optional and named
        cls,
        times: Matrix,
        weights: Labelled,
        *,
        existing: Sequence[str] | Sequence[bool] | NDArray[np.bool_] | None = None,
        annual_cost: Labelled | None = None,
        one_off_cost: Labelled | None = None,
        client_ids: Sequence[str] | None = None,
        site_ids: Sequence[str] | None = None,
        site_groups: Mapping[str, Sequence[str]] | None = None,
        client_groups: Mapping[str, Sequence[str]] | None = None,
    ) -> Self:
        """Make an instance from a matrix of travel times.

        Parameters
        ----------
        times : ndarray, scipy sparse array, or pandas.DataFrame
            Minutes, clients x sites: dense (inf where there is no way), sparse (a missing entry
            cannot be travelled, a stored 0 takes no time), or a long table with the columns
            ``from``, ``to``, ``minutes``.
        weights : sequence of float, pandas.Series, or mapping
            People at each client. With labels, they must be exactly the clients'.
        existing : sequence of bool or of str, optional
            One truth value a site, or the labels of those that are open. None are by default.
        annual_cost, one_off_cost : sequence of float, pandas.Series, or mapping, optional
            One a site, 0 by default.
        client_ids, site_ids : sequence of str, optional
            Labels. By default those of labelled weights, and those of the long table in order;
            otherwise numbers from 0.
        site_groups, client_groups : mapping of str to sequence of str, optional
            Groupings, each with one group a site or client.

        Returns
        -------
        Instance
            The instance, checked.

        Raises
        ------
        InputError
            If anything is wrong, with all faults at once.

        Examples
        --------
        >>> minutes = np.array([[5, 40], [30, np.inf]])
        >>> instance = Instance.from_matrix(minutes, weights=[100, 50], site_ids=["a", "b"])
        >>> instance.times.nnz, instance.site_ids
        (3, ('a', 'b'))
        """
        faults: list[Fault] = []
        client_count, site_count = _counts(times, weights, site_ids)
        if client_ids is None and isinstance(weights, pd.Series | Mapping):
            client_ids = [str(label) for label in weights.keys()]  # noqa: SIM118 - a Series iterates over its values
        if site_ids is None and isinstance(times, pd.DataFrame) and "to" in times:
            site_ids = sorted(set(times["to"].astype(str)))
        clients = read_labels("client_ids", client_ids, client_count, faults)
        sites = read_labels("site_ids", site_ids, site_count, faults)
        people = read_values("weights", weights, clients, faults)
        if not people.any():
            faults.append(fault("weights", 0, "nobody lives anywhere", "Give people."))
        instance = cls(
            client_ids=tuple(clients),
            site_ids=tuple(sites),
            weights=people,
            times=read_times(times, clients, sites, faults),
            existing=_read_existing(existing, sites, faults),
            annual_cost=read_values("annual_cost", annual_cost, sites, faults),
            one_off_cost=read_values("one_off_cost", one_off_cost, sites, faults),
            site_groups=read_groups("site_groups", site_groups, sites, faults),
            client_groups=read_groups("client_groups", client_groups, clients, faults),
        )
        if faults:
            raise InputError(faults)
        instance.freeze()
        return instance

    def freeze(self) -> None:
        """Forbid writing to the arrays."""
        arrays = (self.weights, self.existing, self.annual_cost, self.one_off_cost)
        for array in (*arrays, self.times.data, self.times.indices, self.times.indptr):
            array.setflags(write=False)


def _counts(times: Matrix, weights: Labelled, site_ids: Sequence[str] | None) -> tuple[int, int]:
    if isinstance(times, pd.DataFrame):
        return len(weights), len(site_ids or ())
    shape = np.shape(times)
    return shape[0], shape[-1]


def _read_existing(
    given: Sequence[str] | Sequence[bool] | NDArray[np.bool_] | None,
    site_ids: Sequence[str],
    faults: list[Fault],
) -> Bools:
    if given is None:
        return np.zeros(len(site_ids), dtype=np.bool_)
    values = np.asarray(given)
    if values.dtype == np.bool_ and values.shape == (len(site_ids),):
        return values.copy()
    labels = list(map(str, given))
    strangers = sorted(set(labels) - set(site_ids))
    if strangers:
        faults.append(
            fault(
                "existing",
                strangers,
                "unknown sites",
                "Name sites, or give a truth value for each.",
            )
        )
    return np.isin(np.asarray(site_ids, dtype=np.str_), labels)
