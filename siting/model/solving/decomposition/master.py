"""The master problem: options, one cost variable a service, and the cuts found so far.

It talks to HiGHS itself and not through PuLP, because cuts are added to a solved problem hundreds
of times, and PuLP hands over the whole problem anew each time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import highspy
import numpy as np
from scipy.sparse import csr_array

from siting.common.types import Floats, Ints
from siting.model.presolve import in_whole_numbers, is_counting
from siting.model.program import Functional, Program
from siting.model.solving.decomposition.costs import Cuts, SortedCosts
from siting.model.solving.search import Search
from siting.model.solving.solvers import UNSOUND_PRESOLVE, without_wrong_presolve


@dataclass(frozen=True, eq=False)
class CostBlock:
    """A functional in the master: its costs, and where its cost variables begin.

    Parameters
    ----------
    functional : Functional
    costs : SortedCosts
        What each service costs by each option.
    first : int
        Column of its first cost variable.
    """

    functional: Functional
    costs: SortedCosts
    first: int


@dataclass(frozen=True, eq=False)
class MasterAnswer:
    """What the master says: its columns (options, then cost variables), and a bound.

    Parameters
    ----------
    state : {"done", "infeasible", "stopped"}
    columns : ndarray of float, shape (options and cost variables,)
        Values; none unless it is done.
    bound : float
        No answer is below it; inf if there is none, -inf if nothing is known.
    """

    state: Literal["done", "infeasible", "stopped"]
    columns: Floats
    bound: float


class Master:
    """A HiGHS model that grows by cuts."""

    def __init__(self, program: Program, search: Search) -> None:
        self.program = program
        self.search = search
        self.rows = [in_whole_numbers(row) for row in program.rows]
        self.count = len(program.lower)
        self.blocks: list[CostBlock] = []
        highspy.Highs.resetGlobalScheduler(True)  # noqa: FBT003 - it takes no names
        self.highs = highspy.Highs()  # type: ignore[no-untyped-call] # highspy's constructor has no types
        self._options()
        self._add_columns()
        self._add_rows()
        self.fixed_rows = self.size()
        self.counting = np.flatnonzero([is_counting(row) for row in self.rows])
        self.lower, self.upper = self._whole_bounds()

    def solve_relaxed(self) -> MasterAnswer:
        """Solve with fractional options."""
        self.search.heed()
        remaining = self.search.remaining()
        if remaining <= 0:
            return MasterAnswer("stopped", np.zeros(0), -np.inf)
        if np.isfinite(remaining):
            # HiGHS counts the time of all solves of a model together.
            self.highs.setOptionValue("time_limit", self.highs.getRunTime() + remaining)
        infeasible = highspy.HighsModelStatus.kInfeasible
        status = without_wrong_presolve(self._run, lambda status: status == infeasible)
        if status == infeasible:
            return MasterAnswer("infeasible", np.zeros(0), np.inf)
        if status != highspy.HighsModelStatus.kOptimal:
            return MasterAnswer("stopped", np.zeros(0), -np.inf)
        columns = np.asarray(self.highs.getSolution().col_value)
        bound = float(self.highs.getInfo().objective_function_value)
        return MasterAnswer("done", columns, bound)

    def _run(self, presolve: str) -> highspy.HighsModelStatus:
        self.highs.setOptionValue("presolve", presolve)
        self.highs.run()
        return self.highs.getModelStatus()

    def reduced_costs(self) -> Floats:
        """Return the reduced cost of each option after a relaxed solve."""
        return np.asarray(self.highs.getSolution().col_dual)[: self.count]

    def whole_values(self) -> Floats:
        """Return the values of what must be whole after a relaxed solve."""
        solution = self.highs.getSolution()
        rows = np.asarray(solution.row_value)[self.counting]
        return np.concatenate([np.asarray(solution.col_value)[: self.count], rows])

    def hold(self, lower: Ints, upper: Ints) -> None:
        """Set the bounds of what must be whole: of the options, or of the counting rows too."""
        here = slice(len(lower))
        changed = (lower != self.lower[here]) | (upper != self.upper[here])
        for place in np.flatnonzero(changed):
            self._set(int(place), lower[place], upper[place])
        self.lower[here], self.upper[here] = lower, upper

    def try_out(self, place: int, lower: int, upper: int, pivots: int) -> float:
        """Return the relaxed bound after so many pivots with the bounds of one place changed."""
        basis = self.highs.getBasis()
        self._set(place, lower, upper)
        self.highs.setOptionValue("simplex_iteration_limit", pivots)
        self.highs.run()
        status = self.highs.getModelStatus()
        found = float(self.highs.getInfo().objective_function_value)
        self.highs.setOptionValue("simplex_iteration_limit", highspy.kHighsIInf)
        self._set(place, self.lower[place], self.upper[place])
        self.highs.setBasis(basis)
        return np.inf if status == highspy.HighsModelStatus.kInfeasible else found

    def size(self) -> int:
        """Return the number of rows."""
        return int(self.highs.getNumRow())

    def _set(self, place: int, lower: int, upper: int) -> None:
        if place < self.count:
            self.highs.changeColBounds(place, float(lower), float(upper))
        else:
            row = int(self.counting[place - self.count])
            self.highs.changeRowBounds(row, float(lower), float(upper))

    def _whole_bounds(self) -> tuple[Ints, Ints]:
        """Return the bounds of the options, then of the counting rows."""
        rows = [self.rows[row] for row in self.counting]
        least = [row.coefficients.clip(max=0).sum() for row in rows]
        most = [row.coefficients.clip(min=0).sum() for row in rows]
        lowest = np.maximum([row.lower for row in rows], least)
        highest = np.minimum([row.upper for row in rows], most)
        return (
            np.concatenate([self.program.lower, lowest]).astype(np.int64),
            np.concatenate([self.program.upper, highest]).astype(np.int64),
        )

    def drop_slack(self) -> list[int]:
        """Delete the cuts that do not hold the last answer; return their rows."""
        basis = self.highs.getBasis()
        status = list(basis.row_status)
        slack = [
            row
            for row in range(self.fixed_rows, len(status))
            if status[row] == highspy.HighsBasisStatus.kBasic
        ]
        gone = set(slack)
        basis.row_status = [each for row, each in enumerate(status) if row not in gone]
        self.highs.deleteRows(len(slack), np.array(slack, dtype=np.int32))
        self.highs.setBasis(basis)
        return slack

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

    def add_rows(self, least: Floats, matrix: csr_array) -> None:
        """Add rows over all columns, each with a least sum."""
        if len(least):
            starts, columns = (each.astype(np.int64) for each in (matrix.indptr, matrix.indices))
            self._add(least, np.full(len(least), np.inf), starts[:-1], columns, matrix.data)

    def _options(self) -> None:
        settings: dict[str, bool | float | str] = {
            "output_flag": self.search.solver.log_file is not None,
            "log_to_console": False,
            "threads": self.search.solver.threads,
            "presolve_rule_off": UNSOUND_PRESOLVE,
        }
        if self.search.solver.log_file is not None:
            settings["log_file"] = str(self.search.solver.log_file)
        for name, value in settings.items():
            self.highs.setOptionValue(name, value)

    def _add_columns(self) -> None:
        program, goal = self.program, self.program.goal
        self._add_cols(goal.linear, program.lower, program.upper)
        first = self.count
        for functional in (goal, *(ceiling.functional for ceiling in program.ceilings)):
            if functional.transform is None:
                continue
            costs = SortedCosts.of(program, functional)
            weights = costs.group_weights * (functional is goal)
            self._add_cols(weights, costs.least(), np.full(len(weights), np.inf))
            self.blocks.append(CostBlock(functional, costs, first))
            first += len(weights)
            if functional is goal:
                self.highs.changeObjectiveOffset(costs.constant)

    def _add_rows(self) -> None:
        for row in self.rows:
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
        for reached in covers(self.program):
            self._add_row(1.0, np.inf, reached, np.ones(len(reached)))

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


def covers(program: Program) -> list[Ints]:
    """Return the sets of options of which one must be chosen, so that everyone is served."""
    times, alone = program.times, np.flatnonzero(np.isinf(program.fallback) & program.must_serve)
    sets = [times.indices[times.indptr[each] : times.indptr[each + 1]] for each in alone]
    return [
        reached.astype(np.int64) for reached in {each.tobytes(): each for each in sets}.values()
    ]


def thetas(block: CostBlock, columns: Floats) -> Floats:
    """Return the cost variables of a block."""
    return columns[block.first : block.first + len(block.costs.group_weights)]


def first_of(blocks: Sequence[CostBlock], functional: Functional) -> CostBlock | None:
    """Return the block of a functional, if it has one."""
    return next((block for block in blocks if block.functional is functional), None)
