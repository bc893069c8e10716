"""The costs of a functional, sorted, and the cuts that describe it."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from siting.model.program import Functional, Program
from siting.model.sparse import entry_rows
from siting.types import Bools, Floats, Ints

# How far below its true value the cost of a service must be before a cut is worth adding.
VIOLATION = 1e-7


@dataclass(frozen=True, eq=False)
class Cuts:
    """Rows theta_i + sum_j coefficient_ij y_j >= radius_i.

    Parameters
    ----------
    service : ndarray of int, shape (cuts,)
    radius : ndarray of float, shape (cuts,)
    starts : ndarray of int, shape (cuts + 1,)
        Where the entries of each cut begin.
    options : ndarray of int, shape (entries,)
    coefficients : ndarray of float, shape (entries,)
    """

    service: Ints
    radius: Floats
    starts: Ints
    options: Ints
    coefficients: Floats

    def __len__(self) -> int:
        return len(self.service)


@dataclass(frozen=True, eq=False)
class SortedCosts:
    r"""Per service, the options that cost less than its fallback, cheapest first.

    The least cost of service i for a choice y, also a fractional one, is the greatest value over
    k of the cuts

        theta_i >= D_k - sum over j with c_ij < D_k of (D_k - c_ij) y_j,

    and it is reached at the first cost D_k at which the y of the options up to there reach 1; the
    fallback closes the list. Source: Duran-Mateluna, Ales and Elloumi, European Journal of
    Operational Research 308 (2023).

    Parameters
    ----------
    services : ndarray of int, shape (rows,)
        Services that have such options and a weight.
    weights, fallback : ndarray of float, shape (rows,)
        The fallback is a cost, inf if there is none.
    starts : ndarray of int, shape (rows + 1,)
    options : ndarray of int, shape (entries,)
    costs : ndarray of float, shape (entries,)
    constant : float
        Cost of the services that have no choice.
    """

    services: Ints
    weights: Floats
    fallback: Floats
    starts: Ints
    options: Ints
    costs: Floats
    constant: float

    @classmethod
    def of(cls, program: Program, functional: Functional) -> Self:
        """Sort the costs of a functional that has a transform."""
        transform = functional.transform
        if transform is None:
            raise ValueError("a linear functional has no costs to sort")
        rows = entry_rows(program.times)
        costs, fallback = transform(program.times.data), transform(program.fallback)
        kept = np.flatnonzero((costs < fallback[rows]) & (functional.weights[rows] != 0))
        kept = kept[np.lexsort((costs[kept], rows[kept]))]
        services, counts = np.unique(rows[kept], return_counts=True)
        rest = functional.weights != 0
        rest[services] = False
        return cls(
            services=services,
            weights=functional.weights[services],
            fallback=fallback[services],
            starts=np.concatenate([[0], np.cumsum(counts)]),
            options=program.times.indices[kept].astype(np.int64),
            costs=costs[kept],
            constant=float(functional.weights[rest] @ fallback[rest]),
        )

    def least(self) -> Floats:
        """Return the least possible cost of each row, shape (rows,)."""
        return self.costs[self.starts[:-1]]

    def cuts(self, chosen: Floats, theta: Floats) -> tuple[Cuts, Floats]:
        """Return the cuts that theta breaks at a choice, and the true cost of each row.

        Parameters
        ----------
        chosen : ndarray of float, shape (options,)
            May be fractional.
        theta : ndarray of float, shape (rows,)
        """
        radius = self._critical_costs(chosen)
        rows = np.repeat(np.arange(len(self.services)), np.diff(self.starts))
        inside = np.flatnonzero(self.costs < radius[rows])
        rows = rows[inside]
        coefficients = radius[rows] - self.costs[inside]
        covered = np.bincount(
            rows, weights=coefficients * chosen[self.options[inside]], minlength=len(radius)
        )
        true = radius - covered
        broken = true - theta > VIOLATION * np.maximum(1.0, np.abs(true))
        kept = broken[rows]
        counts = np.bincount(rows[kept], minlength=len(radius))[broken]
        cuts = Cuts(
            np.flatnonzero(broken),
            radius[broken],
            np.concatenate([[0], np.cumsum(counts)]),
            self.options[inside][kept],
            coefficients[kept],
        )
        return cuts, true

    def _critical_costs(self, chosen: Floats) -> Floats:
        """Return the first cost at which the choice reaches 1, else the fallback."""
        shares = chosen[self.options]
        running = np.concatenate([[0.0], np.cumsum(shares)])
        # Reached if the sum within the row is 1; the leeway is for sums of fractions.
        before = np.repeat(running[self.starts[:-1]], np.diff(self.starts))
        reached = running[1:] - before >= 1 - 1e-9
        position = np.where(reached, np.arange(len(shares)), len(shares))
        first = np.minimum.reduceat(position, self.starts[:-1]) if len(shares) else position
        found = first < self.starts[1:]
        last = self.costs[self.starts[1:] - 1]
        otherwise = np.where(np.isfinite(self.fallback), self.fallback, last)
        return np.where(found, self.costs[np.minimum(first, len(shares) - 1)], otherwise)


def integral(chosen: Floats) -> Bools:
    """Return the choice as truth values."""
    return chosen > 0.5  # noqa: PLR2004 - rounds a binary
