"""Solve a program in the way that suits its size; an answer and a bound where time ran out."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array, vstack

from siting.common.types import Bools, Floats, Ints
from siting.model.instance import entry_rows
from siting.model.program import Ceiling, Program
from siting.model.solving.classic import (
    SolverAnswer,
    checked,
    checked_split,
    savings,
    solve_classic,
)
from siting.model.solving.decomposition.costs import SortedCosts
from siting.model.solving.decomposition.heuristic import start
from siting.model.solving.decomposition.solve import solve_decomposed
from siting.model.solving.search import Search

# Up to here PuLP's model is built and solved faster than the cut loop needs to start.
FEW_PAIRS = 2_000


def way_for(program: Program, search: Search) -> str:
    """Return "classic" or "decomposition", whichever suits the size, limits and solver."""
    small = program.times.nnz <= FEW_PAIRS
    only_classic = program.splits or search.solver.name != "highs"
    return "classic" if small or only_classic else "decomposition"


def solve_flat(program: Program, search: Search, method: str | None = None) -> SolverAnswer:
    """Return the options with the least goal."""
    way = way_for(program, search) if method is None or program.splits else method
    solve = {"classic": solve_classic, "decomposition": solve_decomposed}[way]
    return replace(solve(program, search), method=way)


def filled_in(
    program: Program, answer: SolverAnswer, search: Search, known: Iterable[Bools] = ()
) -> SolverAnswer:
    """Return a stopped answer with what is known all the same."""
    if answer.state != "stopped":
        return answer
    bound = max(answer.bound, _floor(program))
    if answer.chosen is None:
        choices = [*known, *([program.hint] if program.hint is not None else [])]
        if program.goal.transform is not None:
            choices.append(start(program, SortedCosts.of(program, program.goal), search))
        found = [_served(program, chosen, bound) for chosen in choices]
        answer = min([answer, *found], key=lambda each: each.value)
    return replace(answer, bound=bound)


def _floor(program: Program) -> float:
    """Return what no choice can come below: everyone at the nearest option that may be chosen."""
    goal = program.goal
    least = np.minimum(goal.linear * program.lower, goal.linear * program.upper).sum()
    if goal.transform is None:
        return float(least)
    counted = goal.weights != 0
    minutes = program.nearest(program.upper > 0)[counted]
    floor = float(least + goal.weights[counted] @ goal.transform(minutes))
    return floor if np.isfinite(floor) else -np.inf


def _served(program: Program, chosen: Bools, bound: float) -> SolverAnswer:
    """Return a choice as an answer, if everyone can be served; where options fill up, by an LP."""
    if not program.splits:
        return checked(program, chosen, "stopped", bound)
    shares = _shares(program, chosen)
    if shares is None:
        return SolverAnswer("stopped", None, np.inf, bound)
    return checked_split(program, chosen, shares, "stopped", bound)


def _shares(program: Program, chosen: Bools) -> Floats | None:
    """Return who goes where at the least goal within the room there is; None if there is none."""
    times, goal = program.times, program.goal
    used = np.flatnonzero(chosen[times.indices])
    shares: Floats = np.zeros(times.nnz)
    if not len(used):
        return shares
    rows, options = entry_rows(times)[used], times.indices[used]
    columns = np.arange(len(used))
    serve = coo_array((np.ones(len(used)), (rows, columns)), shape=(times.shape[0], len(used)))
    filling = np.flatnonzero(np.isfinite(program.capacity[options]))
    places, place = np.unique(
        np.stack([options[filling], program.periods[rows[filling]]]), axis=1, return_inverse=True
    )
    room = coo_array(
        (program.people[rows[filling]], (place.ravel(), filling)),
        shape=(places.shape[1], len(used)),
    )
    must = np.isinf(program.fallback) & np.bool_(program.must_serve)
    caps = [_cap(program, chosen, ceiling, used) for ceiling in program.ceilings]
    solved = linprog(  # type: ignore[call-overload] # it takes sparse rows, but its types do not say so
        savings(program, goal)[0][used],
        A_ub=vstack([serve.tocsr()[~must], room, *(coo_array(row) for row, _ in caps)]),
        b_ub=[
            *np.ones(int((~must).sum())),
            *program.capacity[places[0]],
            *(most for _, most in caps),
        ],
        A_eq=serve.tocsr()[must] if must.any() else None,
        b_eq=np.ones(int(must.sum())) if must.any() else None,
        bounds=(0, 1),
    )
    if solved.x is None:
        return None
    shares[used] = solved.x
    return shares


def _cap(program: Program, chosen: Bools, ceiling: Ceiling, used: Ints) -> tuple[Floats, float]:
    """Return a ceiling as a row over the pairs used, shape (1, pairs), and its upper limit."""
    extra, constant = savings(program, ceiling.functional)
    paid = constant + float(ceiling.functional.linear @ chosen)
    return extra[used].reshape(1, -1), ceiling.limit - paid
