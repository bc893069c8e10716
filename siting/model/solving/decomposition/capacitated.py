"""The decomposition where options fill up: one cost variable, bounded by the cuts of a flow.

The relaxation is solved by cuts taken between its answer and a centre, which saves most of the
rounds (Ben-Ameur and Neto, Networks 49, 2007). Where nobody may be divided, the flow is the bound;
each choice is then solved as an assignment, and what it costs is told to the master by a cut that
holds at that choice alone (Laporte and Louveaux, Operations Research Letters 13, 1993).
"""

from dataclasses import replace
from typing import Literal

import highspy
import numpy as np

from siting.common.types import Bools, Floats
from siting.model.presolve import drop_forbidden_pairs
from siting.model.program import Program
from siting.model.solving.classic import SolverAnswer, checked, nothing, solve_classic
from siting.model.solving.decomposition.flow import Flow, FlowAnswer, room_rows
from siting.model.solving.decomposition.master import Master
from siting.model.solving.decomposition.solve import Decomposition
from siting.model.solving.search import Search

# How far from the centre towards the master's answer cuts are taken, and how the centre follows.
TOWARDS, FOLLOWS = 0.3, 0.3
# After so many rounds that lift the bound by less than this, relative, cuts are taken at the
# answer itself, and after so many more the tree begins.
LITTLE_LIFT, PATIENCE, MORE_PATIENCE = 1e-6, 5, 15
# A cut is broken if it asks for more than this, relative.
VIOLATION = 1e-8
# An assignment may take this part of the time that is left.
PART = 0.25
# The integer master is asked for so many answers in a row, and each time so many nodes long.
ANSWERS, NODES = 10, 300


def solve_capacitated(program: Program, search: Search) -> SolverAnswer:
    """Return the options with the least goal where they fill up, by decomposition."""
    if (program.lower > program.upper).any():
        return nothing("infeasible")
    return _Capacitated(program, search).solve()


class _FlowMaster(Master):
    """A master with one cost variable for all that is served."""

    def __init__(self, program: Program, search: Search, flow: Flow, least: float) -> None:
        self.flow, self.least = flow, least
        super().__init__(replace(program, rows=(*program.rows, *room_rows(program))), search)

    def _add_columns(self) -> None:
        program = self.program
        self._add_cols(program.goal.linear, program.lower, program.upper)
        self._add_cols(np.array([1 / self.flow.unit]), np.array([self.least]), np.array([np.inf]))

    def cut(self, cut: FlowAnswer) -> None:
        """Add a cut."""
        options = np.flatnonzero(cut.slopes)
        columns, values = options, -cut.slopes[options]
        if cut.served:
            columns, values = np.append(columns, self.count), np.append(values, 1.0)
        self._add_row(cut.constant, np.inf, columns, values)

    def whole(self) -> Bools | None:
        """Return a good whole choice by the cuts so far, if one is found."""
        model = highspy.Highs()  # type: ignore[no-untyped-call] # highspy's constructor has no types
        model.setOptionValue("output_flag", False)  # noqa: FBT003 - it takes no names
        model.setOptionValue("threads", self.search.solver.threads)
        model.setOptionValue("mip_max_nodes", NODES)
        model.setOptionValue("time_limit", min(self.search.remaining(), highspy.kHighsInf))
        model.passModel(self.highs.getModel())
        columns = np.arange(self.count, dtype=np.int32)
        kinds = np.full(self.count, highspy.HighsVarType.kInteger)
        model.changeColsIntegrality(self.count, columns, kinds)
        model.run()
        values = np.asarray(model.getSolution().col_value)
        found = model.getInfo().primal_solution_status == 2  # noqa: PLR2004 - HiGHS's number for it
        return values[: self.count] > 0.5 if found else None  # noqa: PLR2004 - rounds a binary


class _Capacitated(Decomposition):
    """The state of one decomposition: its flow, its master, and the best answer so far."""

    master: _FlowMaster

    def __init__(self, program: Program, search: Search) -> None:
        self.flow = Flow(program, search.solver)
        everything = self.flow.at(program.upper)
        self.least = everything.at(program.upper) if everything.served else 0.0
        super().__init__(program, search, _FlowMaster(program, search, self.flow, self.least))
        self.known: dict[bytes, float] = {}

    def _relax(self) -> Literal["done", "infeasible", "stopped"]:
        """Run the cut loop on the relaxed master; return its state."""
        centre, last, idle = self.program.upper, -np.inf, 0
        while True:
            answer = self.master.solve_relaxed()
            if answer.state != "done":
                return answer.state
            self._raise_bound(answer.bound)
            self._fix(answer.bound, self.master.reduced_costs())
            chosen = np.clip(answer.columns[: self.master.count], 0.0, 1.0)
            towards = TOWARDS if idle < PATIENCE else 1.0
            centre = FOLLOWS * chosen + (1 - FOLLOWS) * centre
            added = self._cuts(towards * chosen + (1 - towards) * centre, answer.columns)
            if (added == 0 and towards == 1) or idle == PATIENCE + MORE_PATIENCE:
                self._improve(answer.columns)
                return "done"
            little = answer.bound - last <= LITTLE_LIFT * abs(answer.bound)
            idle, last = idle + 1 if little or added == 0 else 0, answer.bound
            self.root = answer.bound, self.master.reduced_costs()

    def _much_fixed(self) -> bool:
        return False

    def _cuts(self, shares: Floats, columns: Floats | None) -> int:
        return self._told(self.flow.at(np.clip(shares, 0.0, 1.0)), columns)

    def _told(self, cut: FlowAnswer, columns: Floats | None) -> int:
        """Tell the master of a cut if its columns break it; return whether they do."""
        if columns is not None:
            cost = float(columns[self.master.count]) if cut.served else 0.0
            value = cut.at(columns[: self.master.count])
            if value - cost <= VIOLATION * max(1.0, abs(value)):
                return 0
        self.master.cut(cut)
        return 1

    def _visit(self, chosen: Bools, columns: Floats | None) -> int:
        """Take a choice as an answer if it is the best yet; return how many cuts it breaks."""
        if not self.program.allows(chosen):
            return 0
        shares = chosen.astype(np.float64)
        flow = self.flow.at(shares)
        broken = self._told(flow, columns)
        if not flow.served:
            return broken
        if not self.program.single:
            split = self.flow.split(chosen)
            self._keep(checked(self.program, chosen, "done", self.bound, split))
            return broken
        least = flow.at(shares) / self.flow.unit + float(self.program.goal.linear @ shares)
        return broken + (self._assign(chosen, columns) if least < self._cutoff() else 0)

    def _assign(self, chosen: Bools, columns: Floats | None) -> int:
        """Take the best assignment to a choice, and tell the master what it costs."""
        shares, linear = chosen.astype(np.float64), self.program.goal.linear
        if chosen.tobytes() not in self.known:
            alone = replace(self.program, lower=shares, upper=shares, hint=None)
            until = self.search.elapsed() + PART * self.search.remaining()
            limit = until if np.isfinite(until) else None
            search = replace(self.search, time_limit=limit, trace=[])
            answer = solve_classic(drop_forbidden_pairs(alone), search)
            self._keep(answer)
            self.known[chosen.tobytes()] = answer.bound
        served = self.known[chosen.tobytes()] < np.inf
        cost = (self.known[chosen.tobytes()] - float(linear @ shares)) * self.flow.unit
        height = max(cost - self.least, 0.0) if served else 1.0
        apart = np.where(chosen, height, -height)
        constant = (cost if served else 1.0) - height * float(shares.sum())
        return self._told(FlowAnswer(served, constant, apart), columns)

    def _keep(self, answer: SolverAnswer) -> None:
        if answer.chosen is not None and answer.value < self.best.value:
            self.best = replace(answer, state="done", bound=self.bound)
            self.search.note(self.bound, answer.value)

    def _improve(self, columns: Floats) -> None:  # noqa: ARG002 - the master knows better
        """Take good whole choices by the cuts so far, until they repeat themselves."""
        seen: set[bytes] = set()
        for _ in range(ANSWERS):
            chosen = self.master.whole()
            if chosen is None or chosen.tobytes() in seen or self.search.timed_out():
                return
            seen.add(chosen.tobytes())
            self._visit(chosen, None)
