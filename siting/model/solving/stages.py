"""One objective after the other, each under what the ones before have found."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from siting.common.types import Bools, Floats, Ints
from siting.model.formulation import Formulation
from siting.model.objectives import (
    Equity,
    Lexicographic,
    Mean,
    NoWorse,
    Objective,
    Single,
    Summed,
    Worst,
    ceiling_at,
    minutes,
    targets_of,
)
from siting.model.presolve import drop_dear_pairs
from siting.model.program import Ceiling, Program
from siting.model.solution import Outcome, SolvedStage, StageResult, report
from siting.model.solving.classic import SolverAnswer, nothing
from siting.model.solving.feasibility import target_ceilings
from siting.model.solving.methods import filled_in, solve_flat, way_for
from siting.model.solving.p_center import restrict, smallest_radius
from siting.model.solving.search import Search, status_of

# By this much, relative, a ceiling lies above the best of its stage, so that rounding in a later
# stage does not rule out the answer that reached it.
LEEWAY = 1e-9
# By this much, relative, what a pair may cost lies above a known answer: more than answers that
# are as good may differ by.
SPARE = 1e-6
# An equity stage is solved again from the answer found where costs at its EDE are below those at
# the centre by more than a factor of which this is the logarithm.
FAR_BELOW = 10.0


def stages_of(objective: Objective) -> list[tuple[Single, float]]:
    """Return the objectives in order, with tolerances; after a final worst case the mean.

    The mean may make the worst case no worse, since it is not one of those that are asked for.
    """
    listed = list(objective.stages) if isinstance(objective, Lexicographic) else [(objective, 0.0)]
    last = listed[-1][0]
    if isinstance(last, Worst):
        listed[-1:] = [(last, 0.0), *([(Mean(), 0.0)] if last.then_mean else [])]
    return listed


def run_stages(
    formulation: Formulation,
    objective: Objective,
    search: Search,
    method: str | None,
    *,
    under: Sequence[NoWorse] = (),
) -> Outcome | None:
    """Solve every stage, each under what the ones before have found; None if no answer exists."""
    stages = stages_of(objective)
    ceilings = target_ceilings(formulation, targets_of([single for single, _ in stages]))
    ceilings += [each.ceiling(formulation) for each in under]
    run = _Run(search, method, formulation, ceilings)
    for single, tolerance in stages:
        found = run.worst(tolerance) if isinstance(single, Worst) else run.sum(single, tolerance)
        if not found:
            break
    if run.clash:
        return None
    if run.last is None:
        raise ValueError("there is always an objective")
    return Outcome(run.formulation, *run.last, tuple(run.done), tuple(run.relaxed))


@dataclass
class _Run:
    """What the stages so far have left to the next, and what they came to."""

    search: Search
    method: str | None
    formulation: Formulation
    ceilings: list[Ceiling]
    known: Sequence[Bools] = ()
    clash: bool = False
    last: tuple[Program, Ints, SolverAnswer] | None = None
    done: list[SolvedStage] = field(default_factory=list)
    relaxed: list[Floats] = field(default_factory=list)

    def worst(self, tolerance: float) -> bool:
        """Find the smallest radius, and hold later stages to it; tell whether to go on."""
        noted = len(self.search.trace)
        before, ceilings = self.formulation, self.ceilings
        answer = smallest_radius(before, ceilings, self.search, self.method, self.known)
        self._note(Worst(), answer, noted)
        radius = answer.value * (1 + tolerance) * (1 + LEEWAY)
        self.formulation = replace(before, program=restrict(before.program, radius))
        goal = self.formulation.functional(minutes)
        self.last = *self.formulation.with_goal(goal, ceilings), answer
        return not self.clash

    def sum(self, single: Summed, tolerance: float) -> bool:
        """Find the least sum, and hold later stages to it; tell whether to go on."""
        if isinstance(single, Equity):
            self._centre_on_greedy(single)
        noted = len(self.search.trace)
        answer = self._least(single)
        program = None if self.last is None else self.last[0]
        self._note(single, answer, noted, program)
        if answer.chosen is None:
            return False
        best = single.report(answer.value, self.formulation)
        worse = tolerance * abs(best) * (-1 if single.sense == "max" else 1)
        self.ceilings.append(ceiling_at(single, best + worse, self.formulation, LEEWAY))
        return True

    def _centre_on_greedy(self, single: Equity) -> None:
        goal = self.formulation.functional(minutes)
        program, service_of = self.formulation.with_goal(goal, self.ceilings)
        answer = filled_in(program, nothing("stopped"), self.search, self.known)
        if answer.chosen is not None:
            minutes_each = program.minutes(answer.chosen, answer.split)[service_of]
            self._centre(single, minutes_each, answer.chosen)

    def _centre(self, single: Equity, minutes_each: Floats, chosen: Bools) -> None:
        """Count what is exponential from the EDE of an answer, which is then known."""
        self.known = [chosen]
        centre = single.of_minutes(minutes_each, self.formulation)
        self.formulation = replace(self.formulation, centre=centre)

    def _least(self, single: Summed) -> SolverAnswer:
        functional = single.functional(self.formulation)
        program, service_of = self.formulation.with_goal(functional, self.ceilings)
        if isinstance(single, Equity) or way_for(program, self.search) == "classic":
            program = self._without_dear_pairs(program)
        if self.known:
            program = replace(program, hint=self.known[-1])
        noted = len(self.search.trace)
        answer = solve_flat(program, self.search, self.method)
        if answer.state == "infeasible" and self.known:
            answer = nothing("stopped")
        answer = filled_in(program, answer, self.search, self.known)
        self.relaxed += [] if answer.relaxed is None else [answer.relaxed]
        self.last = program, service_of, answer
        if isinstance(single, Equity) and answer.chosen is not None:
            minutes_each = program.minutes(answer.chosen, answer.split)[service_of]
            below = self.formulation.centre - single.of_minutes(minutes_each, self.formulation)
            if -single.rate(self.formulation) * below > FAR_BELOW:
                # So far from the centre the solver's tolerances hide differences.
                del self.search.trace[noted:]
                self._centre(single, minutes_each, answer.chosen)
                return self._least(single)
        return answer

    def _without_dear_pairs(self, program: Program) -> Program:
        """Return the program without pairs that alone cost more than a known answer."""
        if program.splits:
            return program
        start = filled_in(program, nothing("stopped"), self.search, self.known)
        return drop_dear_pairs(program, [Ceiling(program.goal, start.value * (1 + SPARE))])

    def _note(
        self, single: Single, answer: SolverAnswer, noted: int, program: Program | None = None
    ) -> None:
        self.clash = answer.state == "infeasible"
        self.known = self.known if answer.chosen is None else [answer.chosen]
        in_its_unit = partial(report, single, formulation=self.formulation)
        found = None if answer.chosen is None else in_its_unit(answer.value)
        bound, timed_out = in_its_unit(answer.bound), self.search.ran_out()
        ended = status_of(found, bound, asked_gap=self.search.gap, timed_out=timed_out)
        trace = tuple(
            replace(point, bound=in_its_unit(point.bound), incumbent=in_its_unit(point.incumbent))
            for point in self.search.trace[noted:]
        )
        result = StageResult(
            single.kind, single.sense, found, bound, ended.gap, None, ended.status, ended.reason
        )
        stage = SolvedStage(single, self.formulation, result, trace, program, answer.chosen)
        self.done.append(stage)
