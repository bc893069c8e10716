"""The problem in the flat form that every way of solving it takes.

A service is people who have to be served: the clients at the same distances of everything, in one
phase. An option is a binary decision. Every objective is a sum over services of a weight times a
cost that never falls with the travel time, so each is a p-median with other costs.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_array

from siting.model.limits.base import FEASIBILITY, Row
from siting.model.sparse import nearest_minutes
from siting.types import Bools, Floats

# Cost of a travel time, elementwise; must not fall with it. Takes inf for "cannot be reached".
type Transform = Callable[[Floats], Floats]


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
    must_serve : bool
        Whether every service needs an open option that it can reach.
    goal : Functional
        What is to be least.
    ceilings : tuple of Ceiling
        Other functionals that are limited.
    """

    lower: Floats
    upper: Floats
    rows: tuple[Row, ...]
    times: csr_array
    fallback: Floats
    people: Floats
    must_serve: bool
    goal: Functional
    ceilings: tuple[Ceiling, ...] = field(default=())

    def nearest(self, chosen: Bools) -> Floats:
        """Return the minutes of each service to its nearest chosen option, shape (services,)."""
        return np.minimum(nearest_minutes(self.times, chosen), self.fallback)

    def holds(self, chosen: Bools) -> bool:
        """Tell whether the options chosen keep to every limit."""
        if (chosen < self.lower).any() or (chosen > self.upper).any():
            return False
        if not all(row.holds(chosen) for row in self.rows):
            return False
        minutes = self.nearest(chosen)
        if self.must_serve and np.isinf(minutes).any():
            return False
        return all(c.holds(c.functional.of_times(chosen, minutes)) for c in self.ceilings)
