"""Solve a program in the way that suits its size; an answer and a bound where time ran out."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from siting.common.types import Bools, Floats
from siting.model.presolve import drop_forbidden_pairs
from siting.model.program import Functional, Program, UnlistedError
from siting.model.solving.classic import FEW_PAIRS, SolverAnswer, checked, solve_classic
from siting.model.solving.decomposition.capacitated import solve_capacitated
from siting.model.solving.decomposition.costs import SortedCosts
from siting.model.solving.decomposition.heuristic import moves_of, start
from siting.model.solving.decomposition.solve import solve_decomposed
from siting.model.solving.search import RELATIVE, TIGHT_GAP, Search, Solver

# Up to so many pairs the reference model is asked where the decomposition ends without proof.
MANY_PAIRS = 20_000
# To be sent nowhere weighs so many times the longest way, and to count less so many times that.
FAR = 1e3


def way_for(program: Program, search: Search) -> str:
    """Return "classic" or "decomposition", whichever suits the size, limits and solver."""
    small = program.times.nnz <= FEW_PAIRS
    return "classic" if small or search.solver.name != "highs" else "decomposition"


def needs_flow(program: Program) -> bool:
    """Tell whether the decomposition has to say who goes where.

    Prices by service do where one sum is counted, people may be divided, and each has an option
    that never fills up.
    """
    others = any(ceiling.functional.transform is not None for ceiling in program.ceilings)
    tight = program.must_serve and bool(np.isinf(program.fallback).any())
    more = others or tight or program.single or program.goal.transform is None
    return program.splits and more


def solve_flat(program: Program, search: Search, method: str | None = None) -> SolverAnswer:
    """Return the options with the least goal."""
    search.heed()
    way = method or way_for(program, search)
    decomposed = solve_capacitated if needs_flow(program) else solve_decomposed
    solve = {"classic": solve_classic, "decomposition": decomposed}[way]
    answer = replace(_honest(solve(program, search)), method=way)
    refuse_unlisted(program, answer)
    # Where none is found, the value is infinite; so is the bound if there is none.
    short = 0.0 if answer.chosen is None else max(search.gap, RELATIVE) * abs(answer.value)
    ended = answer.bound > search.cutoff or answer.bound >= answer.value - short
    if not ended and way != "classic" and program.times.nnz <= MANY_PAIRS and not search.ran_out():
        # Its answers break a limit by less than its solver sees.
        return solve_flat(program, search, "classic")
    return answer


def refuse_unlisted(program: Program, answer: SolverAnswer) -> None:
    """End the search if an answer leaves anyone to options that are not listed yet."""
    if answer.chosen is not None and len(short := program.short(answer.chosen, answer.split)):
        raise UnlistedError(short, answer.chosen)


def _honest(answer: SolverAnswer) -> SolverAnswer:
    """Return the answer with a bound that is not beyond it.

    It is so by rounding; if by more, the solver went wrong, and nothing is proved.
    """
    if answer.chosen is None or answer.bound <= answer.value:
        return answer
    if answer.bound <= answer.value + RELATIVE * abs(answer.value):
        return replace(answer, bound=answer.value)
    return replace(answer, state="stopped", bound=-np.inf)


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
            choices.append(start(moves_of(program, SortedCosts.of(program, program.goal)), search))
        found = [served(program, chosen, bound) for chosen in choices]
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


def serving_all_it_can(program: Program, answer: SolverAnswer, search: Search) -> SolverAnswer:
    """Return an answer that also sends those who count no more where there is room, if it can."""
    if answer.chosen is None or answer.split is None or program.must_serve:
        return answer
    longest = max(float(program.times.data.max(initial=0.0)), 1.0)

    def cost(minutes: Floats) -> Floats:
        aim = program.goal.transform
        near = np.minimum(minutes, FAR * longest)
        return near if aim is None else near + FAR**2 * longest * aim(minutes)

    only = answer.chosen.astype(np.float64)
    goal = Functional(np.zeros_like(only), program.people, cost)
    alone = replace(program, goal=goal, lower=only, upper=only, hint=None)
    found = solve_flat(drop_forbidden_pairs(alone), replace(search, cutoff=np.inf, trace=[]))
    if found.split is None:
        return answer
    value = program.value(program.goal, answer.chosen, found.split)
    same = value <= answer.value + TIGHT_GAP * abs(answer.value)
    return replace(answer, split=found.split) if same else answer


def served(program: Program, chosen: Bools, bound: float) -> SolverAnswer:
    """Return a choice as an answer, if everyone can be served; where options fill up, by an LP."""
    if not program.splits:
        return checked(program, chosen, "stopped", bound)
    only = chosen.astype(np.float64)
    chosen_alone = drop_forbidden_pairs(replace(program, lower=only, upper=only, hint=None))
    answer = solve_flat(chosen_alone, Search(Solver(), TIGHT_GAP, None))
    return replace(answer, state="stopped", bound=bound)
