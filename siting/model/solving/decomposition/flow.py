"""Who goes where, where options fill up: a flow that is solved again for every choice of options.

With y fixed, also at fractions, what is left of the reference model is a transport problem. Its
dual prices give a cut, a linear function of y that the cost is never below:

    theta >= sum_i u_i + sum_j (capacity_j v_j + sum_i min(0, c_ij - u_i - people_i v_j)) y_j

with prices u_i of services and v_j <= 0 of room; any prices will do, so that rounding in the
solver never makes a cut wrong. Where no flow serves everyone, the prices of the least shortage
give a cut without theta. Sources: Fischetti, Ljubic and Sinnl, European Journal of Operational
Research 253 (2016); Benders, Numerische Mathematik 4 (1962).
"""

from dataclasses import dataclass

import highspy
import numpy as np
from scipy.sparse import coo_array, csc_array, csr_array, vstack

from siting.common.errors import StoppedError
from siting.common.types import Bools, Floats, Ints
from siting.model.instance import entry_rows
from siting.model.program import Ceiling, Functional, Program, Row, Split
from siting.model.solving.classic import GOAL, ROW, split_of, unit_for
from siting.model.solving.search import Solver

# Up to so many pairs all are handed over at once; of more, so many of each service, and those that
# prices ask for.
MANY = 200_000
NEAREST = 20
# A pair is missing whose reduced cost is further below 0 than this, in the unit of the goal.
MISSING = 1e-6
# A lesser shortage is rounding.
SHORTAGE = 1e-7
INF = highspy.kHighsInf
_TOLD = (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kInfeasible)
NOTHING = np.zeros(0, dtype=np.int32)


@dataclass(frozen=True, eq=False)
class FlowAnswer:
    """What a flow comes to, and a linear function of the options that it is nowhere below.

    Parameters
    ----------
    served : bool
        Whether everyone can be served; otherwise the function is of the shortage.
    constant : float
    slopes : ndarray of float, shape (options,)
    """

    served: bool
    constant: float
    slopes: Floats

    def at(self, chosen: Floats) -> float:
        """Return the value of the function."""
        return self.constant + float(self.slopes @ chosen)


class Flow:
    """The transport problem of a program, kept warm.

    Its columns are what goes to the fallback of each service, then the pairs; its rows say that
    everyone is served, that nothing is overfull, and what the ceilings allow.
    """

    def __init__(self, program: Program, solver: Solver) -> None:
        self.program, self.count = program, len(program.fallback)
        self.options = program.times.indices.astype(np.int64)
        ceilings = [each for each in program.ceilings if each.functional.transform is not None]
        figures = [
            _of_columns(f, program) for f in (program.goal, *(c.functional for c in ceilings))
        ]
        self.usable: Bools = np.isfinite(figures).all(axis=0)
        self.usable[: self.count] &= np.isfinite(program.fallback) | np.bool_(
            not program.must_serve
        )
        costs, *counted = [np.where(self.usable, figure, 0.0) for figure in figures]
        self.unit = unit_for(costs, *GOAL)
        self.costs = costs * self.unit
        self._set_rows([(c, f, unit_for(f, *ROW)) for c, f in zip(ceilings, counted, strict=True)])
        self.chosen: Floats = np.zeros(len(program.lower))
        self.kept: Ints = np.zeros(0, dtype=np.int64)
        self._start(len(ceilings), solver)
        self._add(self._first())

    def at(self, chosen: Floats) -> FlowAnswer:
        """Return the least cost of a choice, or by how much it falls short of serving all."""
        self.chosen = chosen
        self._hold_columns()
        most = self.fixed + self.by_option @ chosen
        least = np.where(np.arange(len(most)) < self.count, most, -INF)
        rows = np.arange(len(most), dtype=np.int32)
        self.highs.changeRowsBounds(len(most), rows, least, most)  # type: ignore[attr-defined] # its types lack it
        answer = self._solved(self.costs)
        if answer is not None:
            return answer
        self._allow_shortage(INF, 1.0)
        short = self._solved(np.zeros_like(self.costs), shortage=1.0)
        self._allow_shortage(0.0, 0.0)
        # With the pairs that were missing, there may be none.
        again = self._solved(self.costs) if short is None or short.at(chosen) < SHORTAGE else None
        answer = again or short
        if answer is None:
            raise StoppedError(
                "The solver highs broke down on a flow. Scale the figures, or use cbc."
            )
        return answer

    def split(self, chosen: Bools) -> Split:
        """Return how the flow that was last solved divides services."""
        shares: Floats = np.zeros(len(self.costs))
        shares[self.kept] = np.asarray(self.highs.getSolution().col_value)[self.first :]
        return split_of(self.program, chosen, shares[self.count :])

    def _set_rows(self, counted: list[tuple[Ceiling, Floats, float]]) -> None:
        """Set the matrix, and the right side as what is fixed and what each option adds."""
        program, rows = self.program, entry_rows(self.program.times)
        everyone, pairs = np.arange(self.count), np.arange(len(rows))
        filling = np.isfinite(program.capacity[self.options])
        options, periods = self.options[filling], program.periods[rows[filling]]
        places, first, place = np.unique(
            options * (1 + program.periods.max(initial=0)) + periods,
            return_index=True, return_inverse=True,
        )  # fmt: skip
        most = np.ones(len(places))
        np.maximum.at(most, place, program.people[rows[filling]])
        load = program.people[rows[filling]] / most[place]
        columns = len(self.costs)
        serve = (np.concatenate([everyone, rows]), np.arange(columns))
        fill = (place, self.count + pairs[filling])
        matrix = [
            coo_array((np.ones(columns), serve), shape=(self.count, columns)),
            coo_array((load, fill), shape=(len(places), columns)),
            *(csr_array(figures[None, :] * unit) for _, figures, unit in counted),
        ]
        of_place = np.arange(len(places)), options[first]
        adds = [
            csr_array((self.count, len(program.lower))),
            coo_array(
                (program.capacity[of_place[1]] / most, of_place),
                shape=(len(places), len(program.lower)),
            ),
            *(
                csr_array(-unit * ceiling.functional.linear[None, :])
                for ceiling, _, unit in counted
            ),
        ]
        self.matrix: csc_array = vstack(matrix, format="csc")
        self.by_option: csr_array = vstack(adds, format="csr")
        limits = [ceiling.limit * unit for ceiling, _, unit in counted]
        self.fixed = np.concatenate([np.ones(self.count), np.zeros(len(places)), limits])

    def _start(self, ceilings: int, solver: Solver) -> None:
        """Put up the rows, and a column for what each that must hold falls short by."""
        highspy.Highs.resetGlobalScheduler(True)  # noqa: FBT003 - it takes no names
        self.highs = highspy.Highs()  # type: ignore[no-untyped-call] # highspy's constructor has no types
        for name, value in (
            ("output_flag", False),
            ("presolve", "off"),
            ("threads", solver.threads),
        ):
            self.highs.setOptionValue(name, value)
        size = len(self.fixed)
        self.highs.addRows(size, np.zeros(size), np.zeros(size), 0, NOTHING, NOTHING, np.zeros(0))
        short = np.concatenate([np.arange(self.count), size - ceilings + np.arange(ceilings)])
        signs = np.where(short < self.count, 1.0, -1.0)
        self.first, none = len(short), np.zeros(len(short))
        starts = np.arange(self.first, dtype=np.int32)
        self.highs.addCols(
            self.first, none, none, none, self.first, starts, short.astype(np.int32), signs
        )

    def _add(self, columns: Ints) -> None:
        part, count = self.matrix[:, columns], len(columns)
        self.highs.addCols(
            count, self.costs[columns], np.zeros(count), self._upper()[columns], part.nnz,
            part.indptr[:-1].astype(np.int32), part.indices.astype(np.int32), part.data,
        )  # fmt: skip
        self.kept = np.concatenate([self.kept, columns])

    def _first(self) -> Ints:
        """Return the columns to begin with."""
        if len(self.options) <= MANY:
            return np.arange(len(self.costs))
        times, rows = self.program.times, entry_rows(self.program.times)
        order = np.lexsort((times.data, rows))
        near = order[np.arange(len(order)) - times.indptr[rows] < NEAREST]
        return np.concatenate([np.arange(self.count), self.count + np.sort(near)])

    def _upper(self) -> Floats:
        return np.concatenate([np.ones(self.count), self.chosen[self.options]]) * self.usable

    def _hold_columns(self) -> None:
        columns = self.first + np.arange(len(self.kept), dtype=np.int32)
        upper = self._upper()[self.kept]
        self.highs.changeColsBounds(len(columns), columns, np.zeros(len(columns)), upper)

    def _allow_shortage(self, upper: float, cost: float) -> None:
        """Let what must hold fall short at a cost, with all else for nothing, or forbid it."""
        slack, kept = np.arange(self.first, dtype=np.int32), np.arange(len(self.kept))
        self.highs.changeColsBounds(
            self.first, slack, np.zeros(self.first), np.full(self.first, upper)
        )
        costs = np.append(np.full(self.first, cost), self.costs[self.kept] * (cost == 0))
        every = np.append(slack, self.first + kept.astype(np.int32))
        self.highs.changeColsCost(len(every), every, costs)

    def _solved(self, costs: Floats, shortage: float = 0.0) -> FlowAnswer | None:
        """Solve with as many pairs as it needs; None if it serves not everyone."""
        while True:
            self.highs.run()
            if self.highs.getModelStatus() not in _TOLD:
                # The basis of the choice before has led it astray.
                self.highs.clearSolver()
                self.highs.run()
            if self.highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                return None
            reduced, answer = self._cut(costs, shortage)
            wanted = (reduced < -MISSING) & (self._upper() > 0)
            wanted[self.kept] = False
            if not wanted.any():
                return answer
            self._add(np.flatnonzero(wanted))
            if shortage:
                self._allow_shortage(INF, shortage)

    def _cut(self, costs: Floats, shortage: float) -> tuple[Floats, FlowAnswer]:
        """Return reduced costs, and the cut that the prices give."""
        prices = np.asarray(self.highs.getSolution().row_dual).copy()
        prices[self.count :] = np.minimum(prices[self.count :], 0.0)
        if shortage:
            places = len(self.fixed) - (self.first - self.count)
            prices[: self.count] = np.minimum(prices[: self.count], shortage)
            prices[places:] = np.maximum(prices[places:], -shortage)
        reduced = costs - self.matrix.T @ prices
        below = np.minimum(reduced, 0.0) * self.usable
        slopes = self.by_option.T @ prices
        slopes += np.bincount(self.options, below[self.count :], len(slopes))
        constant = float(self.fixed @ prices + below[: self.count].sum())
        return reduced, FlowAnswer(not shortage, constant, slopes)


def room_rows(program: Program) -> list[Row]:
    """Return that what opens has room for all who need it, in people and in number of options."""
    rows = []
    needy = np.isinf(program.fallback) & np.bool_(program.must_serve)
    for period in np.unique(program.periods[needy]).tolist():
        services = np.flatnonzero(needy & (program.periods == period))
        reached = np.unique(program.times[services].indices)
        room, people = program.capacity[reached], float(program.people[services].sum())
        if np.isfinite(room).all() and people > 0:
            columns = reached.astype(np.int64)
            most = np.cumsum(np.sort(room)[::-1])
            least = int(np.searchsorted(most, people * (1 - 1e-9))) + 1.0
            rows += [
                Row("", columns, room, lower=people),
                Row("", columns, np.ones(len(room)), least),
            ]
    return rows


def _of_columns(functional: Functional, program: Program) -> Floats:
    """Return what each service costs at its fallback, then what it costs by each pair."""
    weights = np.append(functional.weights, functional.weights[entry_rows(program.times)])
    if functional.transform is None:
        return np.zeros(len(weights))
    minutes = np.append(program.fallback, program.times.data)
    costs: Floats = weights * np.where(weights == 0, 0.0, functional.transform(minutes))
    return costs
