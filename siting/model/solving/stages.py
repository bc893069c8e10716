"""One objective after the other, each under what the ones before have found."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from siting.common.types import Bools, Ints
from siting.model.formulation import Frame
from siting.model.objectives import Equity, Lexicographic, Mean, NoWorse, Objective, Single, Worst
from siting.model.program import Ceiling, Functional, Program
from siting.model.solving.classic import Answer
from siting.model.solving.fallback import filled_in
from siting.model.solving.methods import solve_flat
from siting.model.solving.p_center import restrict, smallest_radius
from siting.model.solving.search import Search, TracePoint, Verdict, judge
from siting.model.solving.targets import target_ceilings

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
class Stage:
    """A stage that has been solved."""

    objective: Single
    functional: Functional | None
    value: float | None
    bound: float
    verdict: Verdict
    trace: tuple[TracePoint, ...]


@dataclass(frozen=True, eq=False)
class Outcome:
    """All stages, and the program and answer of the last.

    Parameters
    ----------
    frame : Frame
        As narrowed by a worst case found.
    program : Program
    service_of : ndarray of int
        The service of the program that each service of the frame became part of.
    answer : Answer
    stages : tuple of Stage
    """

    frame: Frame
    program: Program
    service_of: Ints
    answer: Answer
    stages: tuple[Stage, ...]


def stages_of(objective: Objective) -> list[tuple[Single, float]]:
    """Return the objectives in order, with tolerances; after a final worst case the mean."""
    listed = list(objective.stages) if isinstance(objective, Lexicographic) else [(objective, 0.0)]
    if isinstance(listed[-1][0], Worst):
        listed.append((Mean(), 0.0))
    return listed


def run_stages(  # noqa: PLR0913 - the last two are named and have defaults
    frame: Frame,
    objective: Objective,
    search: Search,
    method: str | None,
    *,
    reduce: bool = True,
    under: Sequence[NoWorse] = (),
) -> Outcome | None:
    """Solve every stage, each under what the ones before have found."""
    ceilings = target_ceilings(frame, [single for single, _ in stages_of(objective)])
    ceilings += [each.ceiling(frame) for each in under]
    done: list[Stage] = []
    last: tuple[Program, Ints, Answer] | None = None
    known: list[Bools] = []
    for single, tolerance in stages_of(objective):
        if isinstance(single, Worst):
            radius = smallest_radius(frame, ceilings, search, method, known)
            if radius is None:
                return None
            value = radius.found if np.isfinite(radius.found) else None
            done.append(_stage(single, None, value, radius.bound, frame, search, 0))
            frame = replace(frame, program=restrict(frame.program, radius.found * (1 + tolerance)))
            known = [] if radius.chosen is None else [radius.chosen]
            continue
        functional = single.functional(frame)
        program, service_of = frame.with_goal(functional, ceilings, reduce=reduce)
        noted = len(search.trace)
        answer = solve_flat(program, search, method)
        if answer.state == "infeasible" and not done:
            return None
        answer = filled_in(program, answer, search, known)
        value = None if answer.chosen is None else answer.value
        done.append(_stage(single, functional, value, answer.bound, frame, search, noted))
        last = program, service_of, answer
        known = [] if answer.chosen is None else [answer.chosen]
        if value is None:
            break
        ceilings = [*ceilings, Ceiling(functional, _limit(single, frame, value, tolerance))]
    if last is None:
        raise ValueError("a worst case is always followed by another objective")
    return Outcome(frame, *last, tuple(done))


def _limit(single: Single, frame: Frame, value: float, tolerance: float) -> float:
    """Return how great the functional may become in later stages."""
    if single.sense == "max":
        total = float(frame.weights.sum())
        best = total - value
        return total - best * (1 - tolerance) + LEEWAY * max(1.0, abs(best))
    if isinstance(single, Equity):
        # The tolerance is of the EDE, in minutes; the proxy grows exponentially with it.
        allowed = tolerance * single.report(value, frame)
        return value * float(np.exp(-single.rate(frame) * allowed)) * (1 + LEEWAY)
    # The tolerance is of what is reported: a cost is minimised with what may be saved added to it.
    best = abs(report(single, value, frame))
    return value + tolerance * best + LEEWAY * max(1.0, abs(value))


def _stage(  # noqa: PLR0913, PLR0917 - private, and each is a part of the stage
    single: Single,
    functional: Functional | None,
    value: float | None,
    bound: float,
    frame: Frame,
    search: Search,
    noted: int,
) -> Stage:
    reported = None if value is None else report(single, value, frame)
    limit = report(single, bound, frame)
    verdict = judge(reported, limit, asked_gap=search.gap, timed_out=search.ran_out())
    trace = tuple(
        replace(
            point,
            bound=report(single, point.bound, frame),
            incumbent=report(single, point.incumbent, frame),
        )
        for point in search.trace[noted:]
    )
    return Stage(single, functional, reported, limit, verdict, trace)


def report(single: Single, value: float, frame: Frame) -> float:
    """Return a value of a functional in the unit of its objective."""
    if isinstance(single, Worst):
        return value
    if np.isinf(value):
        return -value if single.sense == "max" else value
    return single.report(value, frame)


def stage_results(outcome: Outcome) -> tuple[StageResult, ...]:
    """Return what each stage came to, and what the final answer makes of it."""
    return tuple(
        StageResult(
            stage.objective.kind,
            stage.objective.sense,
            stage.value,
            stage.bound,
            stage.verdict.gap,
            _final(stage, outcome),
            stage.verdict.status,
            stage.verdict.reason,
        )
        for stage in outcome.stages
    )


def _final(stage: Stage, outcome: Outcome) -> float | None:
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
    return report(stage.objective, value, outcome.frame)
