"""The worst case: the smallest radius within which everyone can be served.

For a radius, options within it are all alike, so that asking whether the limits allow an answer is
a set cover. The radius is one of the times, which are searched by halving. Source: Minieka, SIAM
Review 12 (1970).
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from siting.common.types import Bools, Floats
from siting.model.formulation import Formulation
from siting.model.instance import keep_entries, nearest_minutes
from siting.model.objectives import minutes
from siting.model.presolve import drop_forbidden_pairs, ended
from siting.model.program import Ceiling, Program
from siting.model.solving.classic import SolverAnswer, nothing
from siting.model.solving.methods import filled_in, solve_flat
from siting.model.solving.search import Search

# So many pairs are compared at the most.
MOST_COMPARED = 25_000_000


def restrict(program: Program, radius: float) -> Program:
    """Return the program in which no one is sent further than a radius."""
    fallback = np.where(program.fallback <= radius, program.fallback, np.inf)
    return replace(
        program,
        times=keep_entries(program.times, program.times.data <= radius),
        fallback=fallback,
        open_ended=ended(program, fallback),
        must_serve=True,
    )


def without_needless(program: Program) -> Program:
    """Return a set cover without the services and options that others make needless.

    A service needs no row if all who serve another serve it as well; an option is not needed if
    another serves all that it does and counts the same in each limit. Source: Toregas and ReVelle,
    Geographical Analysis 5 (1973).
    """
    services = np.flatnonzero(np.isinf(program.fallback))
    options = np.flatnonzero(program.upper > 0)
    bounded = any(np.isfinite(row.lower) or (row.coefficients < 0).any() for row in program.rows)
    if program.splits or bounded or len(services) * len(options) > MOST_COMPARED:
        return program
    times = csr_array(program.times[services])[:, options]
    serves = csr_array((np.ones(times.nnz, np.float32), times.indices, times.indptr), times.shape)
    matrix = np.asarray(serves.toarray())
    alike, size = _alike(program)[options], -1
    while size != matrix.size:
        size = matrix.size
        rows = ~_needless(matrix, np.zeros(len(services)), more=True)
        columns = ~_needless(matrix[rows].T, alike, more=False)
        matrix, alike = matrix[rows][:, columns], alike[columns]
        services, options = services[rows], options[columns]
    upper, fallback = program.lower.copy(), np.zeros(len(program.fallback))
    upper[options], fallback[services] = program.upper[options], np.inf
    return drop_forbidden_pairs(replace(program, upper=upper, fallback=fallback))


def _alike(program: Program) -> Floats:
    """Return a number for each option, shared by those that all limits count the same."""
    counted = np.zeros((len(program.lower), len(program.rows) + 1))
    counted[:, -1] = program.lower
    for number, row in enumerate(program.rows):
        counted[row.columns, number] = row.coefficients
    return np.unique(counted, axis=0, return_inverse=True)[1].astype(np.float64)


def _needless(sets: NDArray[Any], alike: Floats, *, more: bool) -> Bools:
    """Tell which sets hold all of one that is alike, or are held; of equal ones the first stays."""
    shared = sets @ sets.T
    held = (shared == shared.diagonal()[:, None]) & (alike[:, None] == alike)
    other = held.T if more else held
    needless: Bools = (other & (~other.T | np.tri(len(sets), k=-1, dtype=np.bool_))).any(axis=1)
    return needless


def smallest_radius(
    formulation: Formulation,
    ceilings: Sequence[Ceiling],
    search: Search,
    method: str | None,
    known: Sequence[Bools] = (),
) -> SolverAnswer:
    """Return an answer with the least radius within which everyone can be served as its value."""
    radii = _candidates(formulation.program)
    attempt_at = partial(_attempt, formulation, ceilings, search, method)
    low, best = 0, attempt_at(float(radii[-1]))
    if best.state != "infeasible" and best.chosen is None:
        best = _fallback(formulation, ceilings, search, known)
    if best.chosen is None:
        return replace(best, bound=float(radii[low]))
    high = int(np.searchsorted(radii, best.value))
    while low < high:
        middle = (low + high) // 2
        attempt = attempt_at(float(radii[middle]))
        if attempt.state == "infeasible":
            low = middle + 1
        elif attempt.chosen is None:
            break
        else:
            best = attempt
            high = int(np.searchsorted(radii, best.value))
        search.note(float(radii[low]), float(radii[high]))
    return replace(best, bound=float(radii[low]))


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
) -> SolverAnswer:
    """Return an answer within a radius, with its own as its value."""
    inside = replace(formulation, program=restrict(formulation.program, radius))
    program = inside.of_any_answer(ceilings)
    left, way = program, method
    if not ceilings:
        # What is left is small, and the solver's own search finds its answers sooner than ours.
        left, way = without_needless(program), method or "classic"
    return _measured(program, solve_flat(left, search, way))


def _fallback(
    formulation: Formulation, ceilings: Sequence[Ceiling], search: Search, known: Sequence[Bools]
) -> SolverAnswer:
    """Return a known or greedy answer with its radius, if any keeps to the limits."""
    served = replace(formulation, program=restrict(formulation.program, np.inf))
    program, _ = served.with_goal(formulation.functional(minutes), ceilings)
    return _measured(program, filled_in(program, nothing("stopped"), search, known))


def _measured(program: Program, answer: SolverAnswer) -> SolverAnswer:
    """Return an answer with the greatest time in it as its value."""
    if answer.chosen is None:
        return answer
    greatest = program.minutes(answer.chosen, answer.split).max(initial=0.0)
    return replace(answer, value=float(greatest))
