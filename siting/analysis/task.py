"""A problem that is solved again and again with something changed."""

from dataclasses import dataclass

from siting.model import Instance, Lexicographic, Limits, Objective, Solution, Solver, solve


@dataclass(frozen=True, eq=False)
class Task:
    """What is to be chosen from, what is best, and under which limits.

    Parameters
    ----------
    instance : Instance
    objective : Objective
    limits : Limits
    solver : Solver
    """

    instance: Instance
    objective: Objective
    limits: Limits
    solver: Solver

    def solve(self, limits: Limits | None = None) -> Solution:
        """Return an answer that is as good as any; of equally good ones it may be any.

        Parameters
        ----------
        limits : Limits, optional
            In place of the task's own.

        Raises
        ------
        InfeasibleError
            If no answer keeps to the limits.
        """
        return solve(
            self.instance,
            self.objective,
            limits or self.limits,
            solver=self.solver,
            ties=False,
        )

    def per_person(self, value: float) -> float:
        """An objective value as results give it: a sum of minutes becomes a mean."""
        last = self.objective
        while isinstance(last, Lexicographic):
            last = last.stages[-1][0]
        return value / float(self.instance.weights.sum()) if last.kind == "mean" else value
