"""The costs of a functional, sorted, and the cuts that describe it."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from siting.common.types import Bools, Floats, Ints
from siting.model.instance import entry_rows
from siting.model.program import Functional, Program

# How far below its true value the cost of a service must be before a cut is worth adding.
VIOLATION = 1e-7
# From this many services on, those with the same nearest option share a cost variable.
MOST_ALONE = 5_000

# Up to this key sums are counted in a table of all keys, which is faster than sorting.
MOST_KEYS = 5_000_000

# So many entries of a row are looked at first, and so many times more where that is not enough.
FIRST_LOOK = 32
LOOK_FARTHER = 4


@dataclass(frozen=True, eq=False)
class Cuts:
    """Rows theta_g + sum_j coefficient_gj y_j >= radius_g.

    Parameters
    ----------
    group : ndarray of int, shape (cuts,)
    radius : ndarray of float, shape (cuts,)
    starts : ndarray of int, shape (cuts + 1,)
        Where the entries of each cut begin.
    options : ndarray of int, shape (entries,)
    coefficients : ndarray of float, shape (entries,)
    """

    group: Ints
    radius: Floats
    starts: Ints
    options: Ints
    coefficients: Floats

    def __len__(self) -> int:
        return len(self.group)

    def only(self, kept: Bools) -> Self:
        """Return some of the cuts."""
        counts = np.diff(self.starts)
        entries = np.repeat(kept, counts)
        starts = np.concatenate([[0], np.cumsum(counts[kept])])
        options, coefficients = self.options[entries], self.coefficients[entries]
        return replace(
            self, group=self.group[kept], radius=self.radius[kept], starts=starts, options=options,
            coefficients=coefficients,
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class SortedCosts:
    r"""Per service, the options that cost less than its fallback, cheapest first.

    The least cost of service i for a choice y, also a fractional one, is the greatest value over
    k of the cuts

        theta_i >= D_k - sum over j with c_ij < D_k of (D_k - c_ij) y_j,

    and it is reached at the first cost D_k at which the y of the options up to there reach 1; the
    fallback closes the list. Source: Duran-Mateluna, Ales and Elloumi, European Journal of
    Operational Research 308 (2023).

    Where there are many services, those with the same nearest option share one theta, their
    weighted mean, and one cut, the mean of theirs: the relaxation has the same value, and is far
    smaller.

    Parameters
    ----------
    weights, fallback : ndarray of float, shape (rows,)
        Of the services that have such options and a weight. The fallback is a cost, inf if there
        is none.
    group : ndarray of int, shape (rows,)
        Which theta each shares.
    group_weights : ndarray of float, shape (groups,)
    services : ndarray of int, shape (rows,)
        Which service of the program each row is.
    starts : ndarray of int, shape (rows + 1,)
    options : ndarray of int, shape (entries,)
    costs : ndarray of float, shape (entries,)
    constant : float
        Cost of the services that have no choice.
    """

    weights: Floats
    fallback: Floats
    group: Ints
    group_weights: Floats
    services: Ints
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
        starts = np.concatenate([[0], np.cumsum(counts)])
        options = program.times.indices[kept].astype(np.int64)
        weights = functional.weights[services]
        group = np.arange(len(services))
        if len(services) > MOST_ALONE:
            group = np.unique(options[starts[:-1]], return_inverse=True)[1]
        return cls(
            weights=weights,
            fallback=fallback[services],
            group=group,
            group_weights=np.bincount(group, weights=weights),
            services=services,
            starts=starts,
            options=options,
            costs=costs[kept],
            constant=float(functional.weights[rest] @ fallback[rest]),
        )

    def least(self) -> Floats:
        """Return the least possible cost of each group, shape (groups,)."""
        return self._mean(self.costs[self.starts[:-1]])

    def rows(self) -> Ints:
        """Return the row of each entry, shape (entries,)."""
        return np.repeat(np.arange(len(self.weights)), np.diff(self.starts))

    def cuts(self, chosen: Floats, theta: Floats) -> tuple[Cuts, Floats]:
        """Return the cuts that theta breaks at a choice, and the true cost of each group."""
        return self._cuts_at(*self.critical_costs(chosen), chosen, theta)

    def cuts_at(self, radius: Floats) -> Cuts:
        """Return the cuts at other costs than the critical ones."""
        rows = self.rows()
        before = np.bincount(rows[self.costs < radius[rows]], minlength=len(radius))
        nothing = np.zeros(int(self.options.max(initial=-1)) + 1)
        return self._cuts_at(radius, before, nothing, np.full(len(self.group_weights), -np.inf))[0]

    def _cuts_at(
        self, radius: Floats, before: Ints, chosen: Floats, theta: Floats
    ) -> tuple[Cuts, Floats]:
        rows = np.repeat(np.arange(len(radius)), before)
        inside = np.arange(len(rows)) + np.repeat(self.starts[:-1] - _offsets(before), before)
        options, coefficients = self.options[inside], radius[rows] - self.costs[inside]
        covered = np.bincount(rows, weights=coefficients * chosen[options], minlength=len(radius))
        true = self._mean(radius - covered)
        broken = true - theta > VIOLATION * np.maximum(1.0, np.abs(true))
        kept = broken[self.group[rows]] & (coefficients > 0)
        rows, options, coefficients = rows[kept], options[kept], coefficients[kept]
        group = self.group[rows]
        shares = coefficients * self.weights[rows] / self.group_weights[group]
        keys, sums = _summed(group * len(chosen) + options, shares)
        group, options = np.divmod(keys, len(chosen))
        counts = np.bincount(group, minlength=len(true))[broken]
        cuts = Cuts(
            np.flatnonzero(broken),
            self._mean(radius)[broken],
            np.concatenate([[0], np.cumsum(counts)]),
            options,
            sums,
        )
        return cuts, true

    def unlisted(self, chosen: Floats) -> Ints:
        """Return the services of which a choice leaves a part to their fallback."""
        if not len(self.services):
            return self.services
        sums = np.add.reduceat(chosen[self.options], self.starts[:-1])
        return self.services[sums < 1 - VIOLATION]

    def _mean(self, values: Floats) -> Floats:
        """Return the weighted mean of each group, shape (groups,)."""
        count = len(self.group_weights)
        total = np.bincount(self.group, weights=self.weights * values, minlength=count)
        means: Floats = total / self.group_weights
        return means

    def critical_costs(self, chosen: Floats) -> tuple[Floats, Ints]:
        """Return the first cost at which the choice reaches 1, else the fallback.

        And how many entries of each row come before. Few entries of a row are looked at at first,
        and more where these are not enough: most choices reach 1 soon.
        """
        lengths = np.diff(self.starts)
        position, left, width = lengths.copy(), np.arange(len(lengths)), FIRST_LOOK
        while len(left):
            places = np.arange(min(width, int(lengths[left].max())))
            inside = places < lengths[left][:, None]
            entries = np.where(inside, self.starts[left][:, None] + places, 0)
            running = np.cumsum(chosen[self.options[entries]] * inside, axis=1)
            # The leeway is for sums of fractions.
            reached = running >= 1 - 1e-9
            found = reached[:, -1]
            position[left[found]] = reached[found].argmax(axis=1)
            left = left[~found & (lengths[left] > width)]
            width *= LOOK_FARTHER
        last = self.costs[self.starts[1:] - 1]
        otherwise = np.where(np.isfinite(self.fallback), self.fallback, last)
        at = np.minimum(self.starts[:-1] + position, self.starts[1:] - 1)
        return np.where(position < lengths, self.costs[at], otherwise), position


def _summed(keys: Ints, values: Floats) -> tuple[Ints, Floats]:
    """Return each key once, in order, and the sum of its values, which are positive."""
    if len(keys) and keys.max() <= MOST_KEYS:
        sums = np.bincount(keys, weights=values)
        once = np.flatnonzero(sums)
        return once, sums[once]
    once, place = np.unique(keys, return_inverse=True)
    return once, np.bincount(place, weights=values, minlength=len(once))


def _offsets(counts: Ints) -> Ints:
    """Return where each of so many begins."""
    return np.cumsum(counts) - counts


def integral(chosen: Floats) -> Bools:
    """Return the choice as truth values."""
    return chosen > 0.5  # noqa: PLR2004 - rounds a binary
