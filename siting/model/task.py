"""A problem that is solved again and again with something changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from siting.model import (
    Instance,
    Lexicographic,
    Limits,
    NoWorse,
    Objective,
    Solution,
    Solver,
    solve,
)


@dataclass(frozen=True, eq=False)
class Task:
    """What is to be chosen from, what is best, and under which limits.

    Parameters
    ----------
    instance : Instance
    objective : Objective
    limits : Limits
    solver : Solver
    time_limit : float, optional
        Seconds for each time that it is solved.
    gap : float
        Relative gap at which to stop.
    """

    instance: Instance
    objective: Objective
    limits: Limits
    solver: Solver
    time_limit: float | None = None
    gap: float = 1e-6

    def solve(
        self,
        limits: Limits | None = None,
        *,
        under: Sequence[NoWorse] = (),
        start: Sequence[str] = (),
    ) -> Solution:
        """Return an answer that is as good as any; of equally good ones it may be any."""
        return solve(
            self.instance,
            self.objective,
            limits or self.limits,
            solver=self.solver,
            time_limit=self.time_limit,
            gap=self.gap,
            ties=False,
            under=under,
            start=start,
        )

    def per_person(self, value: float) -> float:
        """An objective value as results give it: a sum of minutes becomes a mean."""
        last = self.objective
        while isinstance(last, Lexicographic):
            last = last.stages[-1][0]
        return value / float(self.instance.weights.sum()) if last.kind == "mean" else value
