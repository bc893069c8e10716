"""One objective after the other, each under what the ones before have found."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from siting.common.types import Bools, Ints
from siting.model.formulation import Formulation
from siting.model.objectives import Equity, Lexicographic, Mean, NoWorse, Objective, Single, Worst
from siting.model.program import Ceiling, Functional, Program
from siting.model.solving.classic import SolverAnswer
from siting.model.solving.feasibility import target_ceilings, targets_of
from siting.model.solving.methods import filled_in, solve_flat
from siting.model.solving.p_center import restrict, smallest_radius
from siting.model.solving.search import Search, SolveStatus, TracePoint, status_of

# By this much, relative, a ceiling lies above the best of its stage, so that rounding in a later
# stage does not rule out the answer that reached it.
LEEWAY = 1e-9


@dataclass(frozen=True)
class StageResult:
    """What one objective came to.

    Parameters
    ----------
    kind : str
        "mean", "coverage", "worst", "equity" or "cost".
    sense : {"min", "max"}
    objective, bound, gap : float
        In the unit of the objective. ``objective`` is None if no answer was found.
    final : float or None
        What the final answer comes to; worse than ``objective`` only by the stage's tolerance.
    status, reason : str
        As in `Solution`.
    """

    kind: str
    sense: Literal["min", "max"]
    objective: float | None
    bound: float
    gap: float
    final: float | None
    status: str
    reason: str


@dataclass(frozen=True, eq=False)
class SolvedStage:
    """A stage that has been solved."""

    objective: Single
    functional: Functional | None
    value: float | None
    bound: float
    ended: SolveStatus
    trace: tuple[TracePoint, ...]


@dataclass(frozen=True, eq=False)
class Outcome:
    """All stages, and the program and answer of the last.

    Parameters
    ----------
    formulation : Formulation
        As narrowed by a worst case found.
    program : Program
    service_of : ndarray of int
        The service of the program that each service of the formulation became part of.
    answer : SolverAnswer
    stages : tuple of SolvedStage
    """

    formulation: Formulation
    program: Program
    service_of: Ints
    answer: SolverAnswer
    stages: tuple[SolvedStage, ...]


def stages_of(objective: Objective) -> list[tuple[Single, float]]:
    """Return the objectives in order, with tolerances; after a final worst case the mean."""
    listed = list(objective.stages) if isinstance(objective, Lexicographic) else [(objective, 0.0)]
    if isinstance(listed[-1][0], Worst):
        listed.append((Mean(), 0.0))
    return listed


def run_stages(  # noqa: PLR0913 - the last two are named and have defaults
    formulation: Formulation,
    objective: Objective,
    search: Search,
    method: str | None,
    *,
    reduce: bool = True,
    under: Sequence[NoWorse] = (),
) -> Outcome | None:
    """Solve every stage, each under what the ones before have found."""
    ceilings = target_ceilings(
        formulation, targets_of([single for single, _ in stages_of(objective)])
    )
    ceilings += [each.ceiling(formulation) for each in under]
    done: list[SolvedStage] = []
    last: tuple[Program, Ints, SolverAnswer] | None = None
    known: list[Bools] = []
    for single, tolerance in stages_of(objective):
        if isinstance(single, Worst):
            radius = smallest_radius(formulation, ceilings, search, method, known)
            if radius is None:
                return None
            value = radius.found if np.isfinite(radius.found) else None
            done.append(_stage(single, None, value, radius.bound, formulation, search, 0))
            formulation = replace(
                formulation, program=restrict(formulation.program, radius.found * (1 + tolerance))
            )
            known = [] if radius.chosen is None else [radius.chosen]
            continue
        functional = single.functional(formulation)
        program, service_of = formulation.with_goal(functional, ceilings, reduce=reduce)
        noted = len(search.trace)
        answer = solve_flat(program, search, method)
        if answer.state == "infeasible" and not done:
            return None
        answer = filled_in(program, answer, search, known)
        value = None if answer.chosen is None else answer.value
        done.append(_stage(single, functional, value, answer.bound, formulation, search, noted))
        last = program, service_of, answer
        known = [] if answer.chosen is None else [answer.chosen]
        if value is None:
            break
        ceilings = [*ceilings, Ceiling(functional, _limit(single, formulation, value, tolerance))]
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
    value: float | None,
    bound: float,
    formulation: Formulation,
    search: Search,
    noted: int,
) -> SolvedStage:
    reported = None if value is None else report(single, value, formulation)
    limit = report(single, bound, formulation)
    ended = status_of(reported, limit, asked_gap=search.gap, timed_out=search.ran_out())
    trace = tuple(
        replace(
            point,
            bound=report(single, point.bound, formulation),
            incumbent=report(single, point.incumbent, formulation),
        )
        for point in search.trace[noted:]
    )
    return SolvedStage(single, functional, reported, limit, ended, trace)


def report(single: Single, value: float, formulation: Formulation) -> float:
    """Return a value of a functional in the unit of its objective."""
    if isinstance(single, Worst):
        return value
    if np.isinf(value):
        return -value if single.sense == "max" else value
    return single.report(value, formulation)


def stage_results(outcome: Outcome) -> tuple[StageResult, ...]:
    """Return what each stage came to, and what the final answer makes of it."""
    return tuple(
        StageResult(
            stage.objective.kind,
            stage.objective.sense,
            stage.value,
            stage.bound,
            stage.ended.gap,
            _final(stage, outcome),
            stage.ended.status,
            stage.ended.reason,
        )
        for stage in outcome.stages
    )


def _final(stage: SolvedStage, outcome: Outcome) -> float | None:
    """Return what the final answer comes to in a stage."""
    answer, program = outcome.answer, outcome.program
    if answer.chosen is None:
        return None
    if answer.split is None:
        minutes = program.nearest(answer.chosen)
    else:
        minutes = np.where(answer.split.rest > 0, program.fallback, 0.0)
        np.maximum.at(minutes, answer.split.services, answer.split.minutes)
    if stage.functional is None:
        return float(minutes.max(initial=0.0))
    merged = np.bincount(
        outcome.service_of, weights=stage.functional.weights, minlength=len(minutes)
    )
    functional = replace(stage.functional, weights=merged)
    if answer.split is None:
        value = functional.of_times(answer.chosen, minutes)
    else:
        value = functional.of_split(answer.chosen, answer.split, program.fallback)
    return report(stage.objective, value, outcome.formulation)
