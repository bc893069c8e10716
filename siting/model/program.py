"""The problem in the flat form that every way of solving it takes.

A service is people who have to be served: the clients at the same distances of everything, in one
phase. An option is a binary decision. Every objective is a sum over services of a weight times a
cost that never falls with the travel time, so each is a p-median with other costs.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from siting.common.types import Bools, Floats, Ints
from siting.model.instance import nearest_minutes

# Cost of a travel time, elementwise; must not fall with it. Takes inf for "cannot be reached".
type Transform = Callable[[Floats], Floats]


@dataclass(frozen=True, eq=False)
class Split:
    """How services are divided between options.

    Parameters
    ----------
    services, options : ndarray of int, shape (parts,)
        Who goes where.
    minutes, shares : ndarray of float, shape (parts,)
        How long it takes, and which part of the service it is.
    rest : ndarray of float, shape (services,)
        What goes to the fallback.
    """

    services: Ints
    options: Ints
    minutes: Floats
    shares: Floats
    rest: Floats


# How far a sum may pass its limit before it counts as broken: the solvers' own tolerance.
FEASIBILITY = 1e-6


@dataclass(frozen=True, eq=False)
class Row:
    """A linear row over options: lower <= coefficients . chosen <= upper.

    Parameters
    ----------
    label : str
        What the row is about, within its limit: a group, a phase, or nothing.
    columns : ndarray of int, shape (entries,)
    coefficients : ndarray of float, shape (entries,)
    lower, upper : float
        At least one is finite.
    """

    label: str
    columns: Ints
    coefficients: Floats
    lower: float = -np.inf
    upper: float = np.inf

    def used(self, chosen: Bools | Floats) -> float:
        """Return the value of the row for the options chosen."""
        return float(self.coefficients @ chosen[self.columns])

    def slack(self, chosen: Bools | Floats) -> float:
        """Return how far the row is from breaking; negative if it is broken."""
        used = self.used(chosen)
        return min(self.upper - used, used - self.lower)

    def holds(self, chosen: Bools | Floats) -> bool:
        """Tell whether the row holds, within the solvers' tolerance."""
        bound = self.upper if np.isfinite(self.upper) else self.lower
        return self.slack(chosen) >= -FEASIBILITY * max(1.0, abs(bound))


def count_row(label: str, members: Bools, *, lower: float = -np.inf, upper: float = np.inf) -> Row:
    """Return a row that counts the options for which ``members`` is true."""
    columns = np.flatnonzero(members)
    return Row(label, columns, np.ones(len(columns)), lower, upper)


def spending_row(label: str, counted: Bools, cost: Floats, upper: float) -> Row:
    """Return the row that sums the cost of the counted options."""
    columns = np.flatnonzero(counted & (cost != 0))
    return Row(label, columns, cost[columns], upper=upper)


@dataclass(frozen=True, eq=False)
class Functional:
    """linear . chosen + sum over services of weight x transform(time to the nearest option).

    Parameters
    ----------
    linear : ndarray of float, shape (options,)
    weights : ndarray of float, shape (services,)
    transform : callable, optional
        Without one, only the linear part counts.
    """

    linear: Floats
    weights: Floats
    transform: Transform | None = None

    def of_times(self, chosen: Bools, minutes: Floats) -> float:
        """Return the value for the options chosen and the minutes of each service."""
        value = float(self.linear @ chosen)
        if self.transform is None:
            return value
        counted = self.weights != 0
        return value + float(self.weights[counted] @ self.transform(minutes[counted]))

    def of_split(self, chosen: Bools, split: Split, fallback: Floats) -> float:
        """Return the value where services are split between options."""
        value = float(self.linear @ chosen)
        if self.transform is None:
            return value
        value += float(
            (self.weights[split.services] * split.shares) @ self.transform(split.minutes)
        )
        rest = (split.rest > 0) & (self.weights != 0)
        return value + float(
            (self.weights[rest] * split.rest[rest]) @ self.transform(fallback[rest])
        )


@dataclass(frozen=True, eq=False)
class Ceiling:
    """A functional that may not pass a limit."""

    functional: Functional
    limit: float

    def holds(self, value: float) -> bool:
        """Tell whether a value keeps to the limit, within the solvers' tolerance."""
        return value <= self.limit + FEASIBILITY * max(1.0, abs(self.limit))


@dataclass(frozen=True, eq=False)
class Program:
    """Choose options so that the goal is least.

    Parameters
    ----------
    lower, upper : ndarray of float, shape (options,)
        Bounds of the binary decisions.
    rows : tuple of Row
        Linear limits over the options.
    times : scipy.sparse.csr_array, shape (services, options)
        Minutes of the pairs that may matter.
    fallback : ndarray of float, shape (services,)
        Minutes to the nearest option that is open whatever is decided; inf if there is none.
    people : ndarray of float, shape (services,)
        How much of a capacity the service takes up.
    periods : ndarray of int, shape (services,)
        Phase of each service; a capacity holds in each.
    capacity : ndarray of float, shape (options,)
        People it can serve; inf if it never fills up.
    must_serve : bool
        Whether every service needs an open option that it can reach.
    goal : Functional
        What is to be least.
    ceilings : tuple of Ceiling
        Other functionals that are limited.
    hint : ndarray of bool, shape (options,), optional
        A choice to start from, which may be good or not.
    """

    lower: Floats
    upper: Floats
    rows: tuple[Row, ...]
    times: csr_array
    fallback: Floats
    people: Floats
    periods: Ints
    capacity: Floats
    must_serve: bool
    goal: Functional
    ceilings: tuple[Ceiling, ...] = ()
    hint: Bools | None = None

    @property
    def splits(self) -> bool:
        """Whether capacities may divide a service between options."""
        return bool(np.isfinite(self.capacity[self.times.indices]).any())

    def nearest(self, chosen: Bools) -> Floats:
        """Return the minutes of each service to its nearest chosen option."""
        return np.minimum(nearest_minutes(self.times, chosen), self.fallback)

    def allows(self, chosen: Bools) -> bool:
        """Tell whether the options chosen keep to the bounds and the linear limits."""
        if (chosen < self.lower).any() or (chosen > self.upper).any():
            return False
        return all(row.holds(chosen) for row in self.rows)

    def minutes(self, chosen: Bools, split: Split | None = None) -> Floats:
        """Return the minutes of each service, the longest of its parts where it is split."""
        if split is None:
            return self.nearest(chosen)
        minutes: Floats = np.where(split.rest > 0, self.fallback, 0.0)
        np.maximum.at(minutes, split.services, split.minutes)
        return minutes

    def value(self, functional: Functional, chosen: Bools, split: Split | None = None) -> float:
        """Return the value of a functional for the options chosen and the division."""
        return self._value(functional, chosen, split, self.minutes(chosen, split))

    def holds(self, chosen: Bools, split: Split | None = None) -> bool:
        """Tell whether the options chosen and the division keep to every limit."""
        if not self.allows(chosen) or (split is not None and self._overfull(split)):
            return False
        minutes = self.minutes(chosen, split)
        if self.must_serve and np.isinf(minutes).any():
            return False
        values = (self._value(c.functional, chosen, split, minutes) for c in self.ceilings)
        return all(c.holds(value) for c, value in zip(self.ceilings, values, strict=True))

    def _value(
        self, functional: Functional, chosen: Bools, split: Split | None, minutes: Floats
    ) -> float:
        if split is None:
            return functional.of_times(chosen, minutes)
        return functional.of_split(chosen, split, self.fallback)

    def _overfull(self, split: Split) -> bool:
        width = len(self.capacity)
        load = np.bincount(
            self.periods[split.services] * width + split.options,
            weights=self.people[split.services] * split.shares,
            minlength=width * (int(self.periods.max(initial=0)) + 1),
        ).reshape(-1, width)
        most = self.capacity + FEASIBILITY * np.maximum(1.0, self.capacity)
        return bool((load > most).any())
