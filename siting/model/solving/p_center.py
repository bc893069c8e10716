"""The worst case: the smallest radius within which everyone can be served.

For a radius, options within it are all alike, so that asking whether the limits allow an answer is
a set cover. The radius is one of the times, which are searched by halving. Source: Minieka, SIAM
Review 12 (1970).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from siting.common.types import Bools, Floats
from siting.model.formulation import Formulation
from siting.model.instance import keep_entries, nearest_minutes
from siting.model.objectives import minutes
from siting.model.program import Ceiling, Program
from siting.model.solving.classic import SolverAnswer, nothing
from siting.model.solving.methods import filled_in, solve_flat
from siting.model.solving.search import Search


@dataclass(frozen=True)
class Radius:
    """The smallest radius found (inf if none was), and the greatest known to be needed.

    Parameters
    ----------
    found, bound : float
    chosen : ndarray of bool, shape (options,), optional
        The choice that everyone is within the radius of.
    """

    found: float
    bound: float
    chosen: Bools | None = None


def restrict(program: Program, radius: float) -> Program:
    """Return the program in which no one is sent further than a radius."""
    return replace(
        program,
        times=keep_entries(program.times, program.times.data <= radius),
        fallback=np.where(program.fallback <= radius, program.fallback, np.inf),
        must_serve=True,
    )


def smallest_radius(
    formulation: Formulation,
    ceilings: Sequence[Ceiling],
    search: Search,
    method: str | None,
    known: Sequence[Bools] = (),
) -> Radius | None:
    """Return the least radius within which everyone can be served, or None if no answer exists."""
    radii = _candidates(formulation.program)
    low, high = 0, len(radii) - 1
    attempt_at = partial(_attempt, formulation, ceilings, search, method)
    first = attempt_at(float(radii[high]))
    if first is None:
        return None
    if np.isinf(first[0]):
        first = _fallback(formulation, ceilings, search, known)
    if np.isinf(first[0]):
        return Radius(np.inf, float(radii[low]))
    best, chosen = first
    high = int(np.searchsorted(radii, best))
    while low < high:
        middle = (low + high) // 2
        attempt = attempt_at(float(radii[middle]))
        if attempt is None:
            low = middle + 1
        elif np.isinf(attempt[0]):
            break
        else:
            best, chosen = attempt
            high = int(np.searchsorted(radii, best))
        search.note(float(radii[low]), float(radii[high]))
    return Radius(float(radii[high]), float(radii[low]), chosen)


def _candidates(program: Program) -> Floats:
    """Return the radii that can be the answer, in order."""
    everything = np.minimum(nearest_minutes(program.times, program.upper > 0), program.fallback)
    finite = program.fallback[np.isfinite(program.fallback)]
    radii: Floats = np.unique(np.concatenate([program.times.data, finite, [0.0]]))
    # Nobody can be served within less than what they need if everything opens.
    needed = everything[np.isfinite(everything)].max(initial=0.0)
    possible: Floats = radii[radii >= needed]
    return possible


def _attempt(
    formulation: Formulation,
    ceilings: Sequence[Ceiling],
    search: Search,
    method: str | None,
    radius: float,
) -> tuple[float, Bools | None] | None:
    """Return an answer within a radius, with its own; None if there is none, inf if unsettled."""
    inside = replace(formulation, program=restrict(formulation.program, radius))
    program = inside.of_any_answer(ceilings)
    answer = solve_flat(program, search, method)
    return None if answer.state == "infeasible" else (_radius(program, answer), answer.chosen)


def _fallback(
    formulation: Formulation, ceilings: Sequence[Ceiling], search: Search, known: Sequence[Bools]
) -> tuple[float, Bools | None]:
    """Return a known or greedy answer with its radius, which is inf if none keeps to the limits."""
    served = replace(formulation, program=restrict(formulation.program, np.inf))
    program, _ = served.with_goal(formulation.functional(minutes), ceilings)
    answer = filled_in(program, nothing("stopped"), search, known)
    return _radius(program, answer), answer.chosen


def _radius(program: Program, answer: SolverAnswer) -> float:
    """Return the greatest time of an answer; inf without one."""
    if answer.chosen is None:
        return np.inf
    return float(program.minutes(answer.chosen, answer.split).max(initial=0.0))
