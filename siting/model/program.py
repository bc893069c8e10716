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


class UnlistedError(Exception):
    """A search has come upon options that are not listed yet.

    Parameters
    ----------
    clients : ndarray of int
        Those whose lists are too short.
    chosen : ndarray of bool, shape (options,)
        The choice that needs more.
    """

    def __init__(self, clients: Ints, chosen: Bools) -> None:
        super().__init__(f"{len(clients)} lists are too short")
        self.clients = clients
        self.chosen = chosen


# Cost of a travel time, elementwise; must not fall with it. Takes inf for "cannot be reached".
type Transform = Callable[[Floats], Floats]


@dataclass(frozen=True, eq=False)
class Split:
    """How services are divided between options.

    Parameters
    ----------
    services, options : ndarray of int, shape (parts,)
        Who goes where; to the fallback where the option is the number of options.
    minutes, shares : ndarray of float, shape (parts,)
        How long it takes, and which part of the service it is.
    """

    services: Ints
    options: Ints
    minutes: Floats
    shares: Floats


# How far a row, or a sum over services that a solver splits, may pass its limit before it counts as
# broken: the solvers' own tolerance.
FEASIBILITY = 1e-6
# How far, relative, a sum may do so that is counted from the options chosen alone.
ROUNDING = 1e-9


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
    kind : str
        Which limit of the phase it is, where there are several.
    """

    label: str
    columns: Ints
    coefficients: Floats
    lower: float = -np.inf
    upper: float = np.inf
    kind: str = ""

    def used(self, chosen: Bools | Floats) -> float:
        """Return the value of the row for the options chosen."""
        return float(self.coefficients @ chosen[self.columns])

    def slack(self, chosen: Bools | Floats) -> float:
        """Return how far the row is from breaking; negative if it is broken."""
        used = self.used(chosen)
        return min(self.upper - used, used - self.lower)

    def holds(self, chosen: Bools | Floats) -> bool:
        """Tell whether the row holds, within the solvers' tolerance."""
        return self.slack(chosen) >= -self.leeway()

    def leeway(self) -> float:
        """Return by how much it may be passed: the solvers' tolerance."""
        bound = self.upper if np.isfinite(self.upper) else self.lower
        return FEASIBILITY * max(1.0, abs(bound))


type Bound = float | None


def sum_row(
    label: str, counted: Bools, of: Floats | float = 1, *, lower: Bound = None, upper: Bound = None
) -> Row:
    """Return a row that sums a figure of the counted options, by default their number."""
    summed = np.where(counted, of, 0.0)
    columns = np.flatnonzero(summed)
    least, most = -np.inf if lower is None else lower, np.inf if upper is None else upper
    return Row(label, columns, summed[columns], least, most)


def other_than(chosen: Bools, program: "Program") -> Row:
    """Return the row that rules out exactly this choice of the options that are free."""
    free = np.flatnonzero(program.lower < program.upper)
    signs = np.where(chosen[free], -1.0, 1.0)
    return Row("", free, signs, lower=1.0 - float(chosen[free].sum()))


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

    def of_times(self, chosen: Bools, minutes: Floats, weights: Floats | None = None) -> float:
        """Return the value for the options chosen and the minutes of each service, or part."""
        value = float(self.linear @ chosen)
        if self.transform is None:
            return value
        weights = self.weights if weights is None else weights
        counted = weights != 0
        return value + float(weights[counted] @ self.transform(minutes[counted]))


@dataclass(frozen=True, eq=False)
class Ceiling:
    """A functional that may not pass a limit.

    Parameters
    ----------
    functional : Functional
        What is counted.
    limit : float
        The most that it may come to.
    """

    functional: Functional
    limit: float

    def holds(self, value: float, *, split: bool = False) -> bool:
        """Tell whether a value keeps to the limit, but for rounding or what a solver leaves."""
        leeway = FEASIBILITY * max(1.0, abs(self.limit)) if split else ROUNDING * abs(self.limit)
        return value <= self.limit + leeway


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
    points : tuple of ndarray of float, shape (options,)
        Relaxed choices at which the decomposition begins with cuts, and the one to start from.
    open_ended : ndarray of int, shape (services,), optional
        Where not all pairs are listed: the client of each service whose fallback is not an option,
        but what all options that are not listed take at the least; -1 for others.
    single : bool
        Whether no service may be divided.
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
    points: tuple[Floats, ...] = ()
    open_ended: Ints | None = None
    single: bool = False

    @property
    def splits(self) -> bool:
        """Whether capacities may send a service elsewhere than to the nearest option."""
        return bool(np.isfinite(self.capacity[self.times.indices]).any())

    def nearest(self, chosen: Bools) -> Floats:
        """Return the minutes of each service to its nearest chosen option."""
        return np.minimum(nearest_minutes(self.times, chosen), self.fallback)

    def short(self, chosen: Bools, split: Split | None = None) -> Ints:
        """Return the clients that a choice leaves to options that are not listed yet."""
        if self.open_ended is None:
            return np.zeros(0, dtype=np.int64)
        beyond = np.isinf(nearest_minutes(self.times, chosen))
        if split is not None:
            beyond[split.services[split.options == len(chosen)]] = True
        return np.unique(self.open_ended[beyond & (self.open_ended >= 0)])

    def allows(self, chosen: Bools) -> bool:
        """Tell whether the options chosen keep to the bounds and the linear limits."""
        if (chosen < self.lower).any() or (chosen > self.upper).any():
            return False
        return all(row.holds(chosen) for row in self.rows)

    def minutes(self, chosen: Bools, split: Split | None = None) -> Floats:
        """Return the minutes of each service, the longest of its parts where it is split."""
        if split is None:
            return self.nearest(chosen)
        minutes: Floats = np.zeros(len(self.fallback))
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
        pairs = zip(self.ceilings, values, strict=True)
        return all(each.holds(value, split=split is not None) for each, value in pairs)

    def _value(
        self, functional: Functional, chosen: Bools, split: Split | None, minutes: Floats
    ) -> float:
        if split is None:
            return functional.of_times(chosen, minutes)
        weights = functional.weights[split.services] * split.shares
        return functional.of_times(chosen, split.minutes, weights)

    def _overfull(self, split: Split) -> bool:
        room = np.append(self.capacity, np.inf)
        place = self.periods[split.services] * len(room) + split.options
        load = np.bincount(place, weights=self.people[split.services] * split.shares)
        most = room[np.arange(len(load)) % len(room)]
        return bool((load > most + FEASIBILITY * np.maximum(1.0, most)).any())
