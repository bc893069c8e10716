"""One objective after the other, each under what the ones before have found."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from siting.common.types import Bools, Ints
from siting.model.formulation import Formulation
from siting.model.objectives import (
    Equity,
    Lexicographic,
    Mean,
    NoWorse,
    Objective,
    Single,
    Worst,
    targets_of,
)
from siting.model.program import Ceiling, Functional, Program
from siting.model.solution import Outcome, SolvedStage, StageResult, report
from siting.model.solving.classic import SolverAnswer
from siting.model.solving.feasibility import target_ceilings
from siting.model.solving.methods import filled_in, solve_flat
from siting.model.solving.p_center import restrict, smallest_radius
from siting.model.solving.search import Search, status_of

# By this much, relative, a ceiling lies above the best of its stage, so that rounding in a later
# stage does not rule out the answer that reached it.
LEEWAY = 1e-9


def stages_of(objective: Objective) -> list[tuple[Single, float]]:
    """Return the objectives in order, with tolerances; after a final worst case the mean."""
    listed = list(objective.stages) if isinstance(objective, Lexicographic) else [(objective, 0.0)]
    if isinstance(listed[-1][0], Worst):
        listed.append((Mean(), 0.0))
    return listed


def run_stages(
    formulation: Formulation,
    objective: Objective,
    search: Search,
    method: str | None,
    *,
    under: Sequence[NoWorse] = (),
) -> Outcome | None:
    """Solve every stage, each under what the ones before have found."""
    stages = stages_of(objective)
    ceilings = target_ceilings(formulation, targets_of([single for single, _ in stages]))
    ceilings += [each.ceiling(formulation) for each in under]
    done: list[SolvedStage] = []
    last: tuple[Program, Ints, SolverAnswer] | None = None
    known: list[Bools] = []
    for single, tolerance in stages:
        noted = len(search.trace)
        if isinstance(single, Worst):
            answer = smallest_radius(formulation, ceilings, search, method, known)
            if answer.state == "infeasible":
                return None
            done.append(_stage(single, None, answer, formulation, search, noted))
            within = restrict(formulation.program, answer.value * (1 + tolerance))
            formulation = replace(formulation, program=within)
            known = [] if answer.chosen is None else [answer.chosen]
            continue
        functional = single.functional(formulation)
        program, service_of = formulation.with_goal(functional, ceilings)
        if known:
            program = replace(program, hint=known[-1])
        answer = solve_flat(program, search, method)
        if answer.state == "infeasible" and not done:
            return None
        answer = filled_in(program, answer, search, known)
        done.append(_stage(single, functional, answer, formulation, search, noted))
        last = program, service_of, answer
        if answer.chosen is None:
            break
        known = [answer.chosen]
        limit = _limit(single, formulation, answer.value, tolerance)
        ceilings = [*ceilings, Ceiling(functional, limit)]
    if last is None:
        raise ValueError("a worst case is always followed by another objective")
    return Outcome(formulation, *last, tuple(done))


def _limit(single: Single, formulation: Formulation, value: float, tolerance: float) -> float:
    """Return how great the functional may become in later stages."""
    if single.sense == "max":
        total = float(formulation.weights.sum())
        best = total - value
        return total - best * (1 - tolerance) + LEEWAY * max(1.0, abs(best))
    if isinstance(single, Equity):
        # The tolerance is of the EDE, in minutes; the proxy grows exponentially with it.
        allowed = tolerance * single.report(value, formulation)
        return value * float(np.exp(-single.rate(formulation) * allowed)) * (1 + LEEWAY)
    # The tolerance is of what is reported: a cost is minimised with what may be saved added to it.
    best = abs(report(single, value, formulation))
    return value + tolerance * best + LEEWAY * max(1.0, abs(value))


def _stage(  # noqa: PLR0913, PLR0917 - private, and each is a part of the stage
    single: Single,
    functional: Functional | None,
    answer: SolverAnswer,
    formulation: Formulation,
    search: Search,
    noted: int,
) -> SolvedStage:
    in_its_unit = partial(report, single, formulation=formulation)
    found = None if answer.chosen is None else in_its_unit(answer.value)
    bound = in_its_unit(answer.bound)
    ended = status_of(found, bound, asked_gap=search.gap, timed_out=search.ran_out())
    trace = tuple(
        replace(point, bound=in_its_unit(point.bound), incumbent=in_its_unit(point.incumbent))
        for point in search.trace[noted:]
    )
    result = StageResult(
        single.kind, single.sense, found, bound, ended.gap, None, ended.status, ended.reason
    )
    return SolvedStage(single, functional, result, trace)
