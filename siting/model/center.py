"""The worst case: the smallest radius within which everyone can be served.

For a radius, options within it are all alike, so that asking whether the limits allow an answer is
a set cover. The radius is one of the times, which are searched by halving. Source: Minieka, SIAM
Review 12 (1970).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from siting.model.flat import solve_flat
from siting.model.frame import Frame
from siting.model.program import Ceiling, Functional, Program
from siting.model.solvers import Search
from siting.model.sparse import keep_entries, nearest_minutes
from siting.types import Floats


@dataclass(frozen=True)
class Radius:
    """The smallest radius found (inf if none was), and the greatest known to be needed."""

    found: float
    bound: float


def restrict(program: Program, radius: float) -> Program:
    """Return the program in which no one is sent further than a radius."""
    return replace(
        program,
        times=keep_entries(program.times, program.times.data <= radius),
        fallback=np.where(program.fallback <= radius, program.fallback, np.inf),
        must_serve=True,
    )


def smallest_radius(
    frame: Frame, ceilings: Sequence[Ceiling], search: Search, method: str | None
) -> Radius | None:
    """Return the least radius within which everyone can be served, or None if no answer exists.

    Parameters
    ----------
    frame : Frame
        The instance under its limits.
    ceilings : sequence of Ceiling
        What earlier objectives have settled.
    search : Search
        When its time runs out, the bracket so far is given.
    method : str, optional
        How to solve; chosen by size if not given.

    Returns
    -------
    Radius or None
        The radius and a proof of it, or None.
    """
    radii = _candidates(frame.program)
    low, high = 0, len(radii) - 1
    found = _attempt(frame, ceilings, float(radii[high]), search, method)
    if found is None:
        return None
    if np.isinf(found):
        return Radius(np.inf, float(radii[low]))
    high = int(np.searchsorted(radii, found))
    while low < high:
        middle = (low + high) // 2
        found = _attempt(frame, ceilings, float(radii[middle]), search, method)
        if found is None:
            low = middle + 1
        elif np.isinf(found):
            break
        else:
            high = int(np.searchsorted(radii, found))
        search.note(float(radii[low]), float(radii[high]))
    return Radius(float(radii[high]), float(radii[low]))


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
    frame: Frame, ceilings: Sequence[Ceiling], radius: float, search: Search, method: str | None
) -> float | None:
    """Return the radius of an answer within a radius; None if there is none, inf if unsettled."""
    nothing = Functional(np.zeros(len(frame.options)), np.zeros_like(frame.weights))
    inside = replace(frame, program=restrict(frame.program, radius))
    program, _ = inside.with_goal(nothing, ceilings)
    answer = solve_flat(program, search, method)
    if answer.state == "infeasible":
        return None
    if answer.chosen is None:
        return np.inf
    if answer.split is not None:
        rest = np.where(answer.split.rest > 0, program.fallback, 0.0)
        return float(max(rest.max(initial=0.0), answer.split.minutes.max(initial=0.0)))
    return float(program.nearest(answer.chosen).max(initial=0.0))
