"""The decomposition: start, cut loop, reduced-cost fixing, integer master until proof."""

from dataclasses import replace
from typing import Literal

import numpy as np

from siting.common.types import Bools, Floats
from siting.model.presolve import drop_forbidden_pairs, merge_services, prune_pairs
from siting.model.program import Program
from siting.model.solving.classic import SolverAnswer, checked, nothing
from siting.model.solving.decomposition.costs import integral
from siting.model.solving.decomposition.heuristic import start as heuristic_start
from siting.model.solving.decomposition.master import (
    CostBlock,
    Master,
    MasterAnswer,
    first_of,
    thetas,
)
from siting.model.solving.search import ABSOLUTE, RELATIVE, Search

# The relaxed loop ends when so many rounds of cuts in a row have lifted the bound by less than
# this, relative. Where sites close, the bound often stands still for a dozen cheap rounds first,
# and each cut left to the integer master costs far more.
LITTLE_LIFT = 1e-7
PATIENCE = 30
# An option is fixed only if every answer that would change it is worse by more than this,
# relative: enough to keep all answers that the tie rule compares.
FIXING_LEEWAY = 1e-6


def solve_decomposed(program: Program, search: Search) -> SolverAnswer:
    """Return the options with the least goal, by decomposition."""
    if (program.lower > program.upper).any():
        return nothing("infeasible")
    return _Decomposition(program, search, alone=False).solve()


class _Decomposition:
    """The state of one decomposition: its master, and the best answer so far."""

    def __init__(self, program: Program, search: Search, *, alone: bool) -> None:
        self.program = program
        self.search = search
        self.master = Master(program, search, alone=alone)
        self.best = nothing("stopped")
        self.bound = -np.inf
        self.root: tuple[float, Floats] | None = None

    def solve(self) -> SolverAnswer:
        goal = first_of(self.master.blocks, self.program.goal)
        if goal is not None:
            self._visit(heuristic_start(self.program, goal.costs, self.search), None)
        if self.program.hint is not None:
            self._visit(self.program.hint, None)
        state = self._relax()
        if state == "done" and self.master.grouped and not self._proved():
            return self._refined()
        while state == "done" and not self._proved():
            before = (self.bound, self.best.value)
            answer = self.master.solve_integer(self._start())
            state = answer.state
            self._raise_bound(answer.bound)
            if len(answer.columns) == 0:
                break
            added = self._visit(integral(answer.columns[: self.master.count]), answer.columns)
            # Cuts within the solver's own tolerance change nothing, and would be found for ever.
            stalled = (self.bound, self.best.value) == before and self._gap() <= RELATIVE
            if added == 0 or stalled:
                break
        if self.root is not None:
            self._fix(*self.root)
        if state == "infeasible" and self.best.chosen is None:
            return nothing("infeasible")
        ended: Literal["done", "stopped"] = "done" if state == "done" else "stopped"
        bounds = (self.program.lower, self.program.upper)
        return replace(self.best, state=ended, bound=self.bound, narrowed=bounds)

    def _refined(self) -> SolverAnswer:
        """Solve what the fixing has left, with a cost variable for each service.

        Shared ones make for a small relaxation, but tell a branch and bound too little.
        """
        left = prune_pairs(drop_forbidden_pairs(self.program))
        merged, _ = merge_services(replace(left, hint=self.best.chosen))
        answer = _Decomposition(merged, self.search, alone=True).solve()
        best = min(self.best, answer, key=lambda found: found.value)
        return replace(answer, chosen=best.chosen, value=best.value)

    def _relax(self) -> Literal["done", "infeasible", "stopped"]:
        """Run the cut loop on the relaxed master; return its state."""
        last, idle = -np.inf, 0
        while True:
            answer = self.master.solve_relaxed()
            if answer.state != "done":
                return answer.state
            self._raise_bound(answer.bound)
            self._fix(answer.bound, self.master.reduced_costs())
            chosen = answer.columns[: self.master.count]
            added = sum(self._cut(block, chosen, answer.columns) for block in self.master.blocks)
            little = answer.bound - last <= LITTLE_LIFT * abs(answer.bound)
            idle = idle + 1 if little else 0
            if added == 0 or idle == PATIENCE:
                self._round(chosen, answer)
                return "done"
            last = answer.bound

    def _round(self, chosen: Floats, answer: MasterAnswer) -> None:
        """Take the relaxed choice, which is often whole already, or what can be made of it."""
        reduced = self.master.reduced_costs()
        self._visit(integral(chosen), answer.columns)
        goal = first_of(self.master.blocks, self.program.goal)
        if goal is not None and not self._proved():
            rounded = heuristic_start(self.program, goal.costs, self.search, chosen)
            self._visit(rounded, answer.columns)
        self._fix(answer.bound, reduced)
        self.root = (answer.bound, reduced)

    def _visit(self, chosen: Bools, columns: Floats | None) -> int:
        """Take a choice as an answer if it is the best yet; return how many cuts it breaks."""
        answer = checked(self.program, chosen, "done", self.bound)
        if answer.chosen is not None and answer.value < self.best.value:
            self.best = answer
            self.search.note(self.bound, answer.value)
        choice = chosen.astype(np.float64)
        return sum(self._cut(block, choice, columns) for block in self.master.blocks)

    def _start(self) -> Floats | None:
        """Return the best answer as columns of the master."""
        if self.best.chosen is None:
            return None
        choice = self.best.chosen.astype(np.float64)
        true = [block.costs.cuts(choice, block.costs.least())[1] for block in self.master.blocks]
        return np.concatenate([choice, *true])

    def _cut(self, block: CostBlock, chosen: Floats, columns: Floats | None) -> int:
        theta = block.costs.least() if columns is None else thetas(block, columns)
        cuts, _ = block.costs.cuts(chosen, theta)
        self.master.add(block, cuts)
        return len(cuts)

    def _fix(self, bound: float, reduced: Floats) -> None:
        """Fix options whose reduced cost shows that no good answer changes them."""
        if self.best.chosen is None:
            return
        lower, upper = self.program.lower.copy(), self.program.upper.copy()
        slack = self.best.value + FIXING_LEEWAY * max(1.0, abs(self.best.value)) - bound
        upper[(reduced > slack) & (lower == 0)] = 0
        lower[(reduced < -slack) & (upper == 1)] = 1
        self.program = replace(self.program, lower=lower, upper=upper)
        self.master.fix(lower, upper)

    def _raise_bound(self, bound: float) -> None:
        if bound > self.bound:
            self.bound = bound
            self.search.note(bound, self.best.value)

    def _proved(self) -> bool:
        return self._gap() <= self.search.solver_gap()

    def _gap(self) -> float:
        if self.best.chosen is None:
            return np.inf
        return (self.best.value - self.bound) / max(abs(self.best.value), ABSOLUTE)
