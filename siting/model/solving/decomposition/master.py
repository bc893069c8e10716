"""The master problem: options, one cost variable a service, and the cuts found so far.

It talks to HiGHS itself and not through PuLP, because cuts are added to a solved problem hundreds
of times, and PuLP hands over the whole problem anew each time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import highspy
import numpy as np

from siting.common.types import Floats, Ints
from siting.model.program import Functional, Program
from siting.model.solving.decomposition.costs import Cuts, SortedCosts
from siting.model.solving.search import TIGHT_GAP, Search
from siting.model.solving.solvers import UNSOUND_PRESOLVE


@dataclass(frozen=True, eq=False)
class CostBlock:
    """A functional in the master: its costs, and where its cost variables begin."""

    functional: Functional
    costs: SortedCosts
    first: int


@dataclass(frozen=True, eq=False)
class MasterAnswer:
    """What the master says: its columns (options, then cost variables), and a bound."""

    state: Literal["done", "infeasible", "stopped"]
    columns: Floats
    bound: float


class Master:
    """A HiGHS model that grows by cuts."""

    def __init__(self, program: Program, search: Search, *, alone: bool) -> None:
        self.program = program
        self.search = search
        self.count = len(program.lower)
        self.blocks: list[CostBlock] = []
        highspy.Highs.resetGlobalScheduler(True)  # noqa: FBT003 - it takes no names
        self.highs = highspy.Highs()  # type: ignore[no-untyped-call] # highspy's constructor has no types
        self._options()
        self._add_columns(alone=alone)
        self._add_rows()

    @property
    def grouped(self) -> bool:
        """Whether some services share a cost variable."""
        return any(len(b.costs.weights) > len(b.costs.group_weights) for b in self.blocks)

    def solve_relaxed(self) -> MasterAnswer:
        """Solve with fractional options."""
        self._set_integer(highspy.HighsVarType.kContinuous)
        return self._run(integer=False)

    def solve_integer(self, start: Floats | None) -> MasterAnswer:
        """Solve with binary options, from a start if there is one."""
        self._set_integer(highspy.HighsVarType.kInteger)
        if start is not None:
            everything = np.arange(len(start), dtype=np.int32)
            self.highs.setSolution(len(start), everything, start)
        return self._run(integer=True)

    def reduced_costs(self) -> Floats:
        """Return the reduced cost of each option after a relaxed solve."""
        return np.asarray(self.highs.getSolution().col_dual)[: self.count]

    def fix(self, lower: Floats, upper: Floats) -> None:
        """Set the bounds of the options."""
        columns = np.arange(self.count, dtype=np.int32)
        self.highs.changeColsBounds(self.count, columns, lower, upper)

    def add(self, block: CostBlock, cuts: Cuts) -> None:
        """Add cuts of a block."""
        if len(cuts) == 0:
            return
        # Each cut is its entries and then its own cost variable.
        ends = cuts.starts[1:]
        columns = np.insert(cuts.options, ends, block.first + cuts.group)
        values = np.insert(cuts.coefficients, ends, 1.0)
        starts = cuts.starts[:-1] + np.arange(len(cuts))
        self._add(cuts.radius, np.full(len(cuts), np.inf), starts, columns, values)

    def _options(self) -> None:
        settings: dict[str, bool | float | str] = {
            "output_flag": self.search.solver.log_file is not None,
            "log_to_console": False,
            "threads": self.search.solver.threads,
            "mip_rel_gap": self.search.solver_gap(),
            "mip_abs_gap": TIGHT_GAP,
            "presolve_rule_off": UNSOUND_PRESOLVE,
        }
        if self.search.solver.log_file is not None:
            settings["log_file"] = str(self.search.solver.log_file)
        for name, value in settings.items():
            self.highs.setOptionValue(name, value)

    def _add_columns(self, *, alone: bool) -> None:
        program, goal = self.program, self.program.goal
        self._add_cols(goal.linear, program.lower, program.upper)
        first = self.count
        for functional in (goal, *(ceiling.functional for ceiling in program.ceilings)):
            if functional.transform is None:
                continue
            costs = SortedCosts.of(program, functional, alone=alone)
            weights = costs.group_weights * (functional is goal)
            self._add_cols(weights, costs.least(), np.full(len(weights), np.inf))
            self.blocks.append(CostBlock(functional, costs, first))
            first += len(weights)
            if functional is goal:
                self.highs.changeObjectiveOffset(costs.constant)

    def _add_rows(self) -> None:
        for row in self.program.rows:
            self._add_row(row.lower, row.upper, row.columns, row.coefficients)
        for ceiling in self.program.ceilings:
            columns = np.flatnonzero(ceiling.functional.linear)
            values = ceiling.functional.linear[columns]
            limit = ceiling.limit
            for block in self.blocks:
                if block.functional is ceiling.functional:
                    own = block.first + np.arange(len(block.costs.group_weights))
                    columns = np.concatenate([columns, own])
                    values = np.concatenate([values, block.costs.group_weights])
                    limit -= block.costs.constant
            self._add_row(-np.inf, limit, columns, values)
        if self.program.must_serve:
            self._add_covers()

    def _add_covers(self) -> None:
        times = self.program.times
        seen: set[bytes] = set()
        for service in np.flatnonzero(np.isinf(self.program.fallback)):
            reached = times.indices[times.indptr[service] : times.indptr[service + 1]]
            if (key := reached.tobytes()) not in seen:
                seen.add(key)
                self._add_row(1.0, np.inf, reached.astype(np.int64), np.ones(len(reached)))

    def _add_cols(self, cost: Floats, lower: Floats, upper: Floats) -> None:
        none = np.zeros(0, dtype=np.int32)
        self.highs.addCols(len(cost), cost, lower, upper, 0, none, none, np.zeros(0))

    def _add_row(self, lower: float, upper: float, columns: Ints, values: Floats) -> None:
        self._add(
            np.array([lower]), np.array([upper]), np.zeros(1, dtype=np.int64), columns, values
        )

    def _add(
        self, lower: Floats, upper: Floats, starts: Ints, columns: Ints, values: Floats
    ) -> None:
        self.highs.addRows(
            len(lower), lower, upper, len(columns),
            starts.astype(np.int32), columns.astype(np.int32), values,
        )  # fmt: skip

    def _set_integer(self, kind: highspy.HighsVarType) -> None:
        columns = np.arange(self.count, dtype=np.int32)
        self.highs.changeColsIntegrality(self.count, columns, np.full(self.count, kind))

    def _run(self, *, integer: bool) -> MasterAnswer:
        remaining = self.search.remaining()
        if remaining <= 0:
            return MasterAnswer("stopped", np.zeros(0), -np.inf)
        if np.isfinite(remaining):
            # HiGHS counts the time of all LPs of a model together, but of each MIP on its own.
            before = 0.0 if integer else self.highs.getRunTime()
            self.highs.setOptionValue("time_limit", before + remaining)
        self.highs.run()
        if self.highs.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
            # Presolve has been wrong about this, so it is asked again without.
            self.highs.setOptionValue("presolve", "off")
            self.highs.run()
            self.highs.setOptionValue("presolve", "choose")
        status = self.highs.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return MasterAnswer("infeasible", np.zeros(0), np.inf)
        info = self.highs.getInfo()
        found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        columns = np.asarray(self.highs.getSolution().col_value) if found else np.zeros(0)
        done = status == highspy.HighsModelStatus.kOptimal
        return MasterAnswer(
            "done" if done else "stopped", columns, self._bound(done=done, integer=integer)
        )

    def _bound(self, *, done: bool, integer: bool) -> float:
        info = self.highs.getInfo()
        if integer:
            return float(info.mip_dual_bound)
        return float(info.objective_function_value) if done else -np.inf


def thetas(block: CostBlock, columns: Floats) -> Floats:
    """Return the cost variables of a block."""
    return columns[block.first : block.first + len(block.costs.group_weights)]


def first_of(blocks: Sequence[CostBlock], functional: Functional) -> CostBlock | None:
    """Return the block of a functional, if it has one."""
    return next((block for block in blocks if block.functional is functional), None)
