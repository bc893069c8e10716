r"""The reference model: the classic p-median formulation, in PuLP.

With y_j = 1 where option j is chosen, x_ij the share of service i that goes to option j, w_i its
weight, c_ij the cost of its time, and c_i0 that of the fallback it has whatever is decided:

    minimise    sum_j f_j y_j  +  sum_i w_i c_i0  +  sum_ij w_i (c_ij - c_i0) x_ij
    subject to  sum_j x_ij <= 1          (= 1 if there is no fallback and i must be served)
                x_ij <= y_j
                sum_i people_i x_ij <= capacity_j y_j     in each phase, where j can fill up
                x >= 0, y binary, and the rows that the limits give over y

Source: Hakimi, Operations Research 12 (1964), and ReVelle and Swain, Geographical Analysis 2
(1970), who gave the integer programme. x needs not be binary: all of a service goes to its
nearest open option anyway.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pulp

from siting.common.types import Bools, Floats
from siting.model.instance import entry_rows
from siting.model.program import FEASIBILITY, Functional, Program, Split, other_than
from siting.model.solving.search import Search
from siting.model.solving.solvers import Report, SolverTask, run

# Up to here PuLP's model is built and solved faster than the cut loop needs to start, and HiGHS can
# afford small tolerances.
FEW_PAIRS = 2_000
# The least and greatest figure that may be the greatest in a row or goal as it is handed over, and
# between them the one that others are brought to.
ROW = 1e-2, 1.0, 1e2
GOAL = 1.0, 1e3, 1e6
# So many choices that break a limit by less than the solver sees are ruled out one by one.
MOST_REFUSED = 50


@dataclass(frozen=True, eq=False)
class SolverAnswer:
    """What a way of solving found.

    Parameters
    ----------
    state : {"done", "infeasible", "stopped"}
    chosen : ndarray of bool, shape (options,), optional
        Checked against every limit; None if no answer was found.
    value : float
        The goal, recomputed from ``chosen``; inf without.
    bound : float
        No answer can be below it; -inf if nothing is proved.
    narrowed : tuple of two ndarrays of float, shape (options,), optional
        Bounds of the options that every answer about as good as this one keeps to.
    method : str
        How it was found.
    split : Split, optional
        How services are divided, where options can fill up.
    relaxed : ndarray of float, shape (options,), optional
        Where the relaxation of the decomposition ended.
    """

    state: Literal["done", "infeasible", "stopped"]
    chosen: Bools | None
    value: float
    bound: float
    narrowed: tuple[Floats, Floats] | None = None
    method: str = "classic"
    split: Split | None = None
    relaxed: Floats | None = None


def nothing(state: Literal["infeasible", "stopped"], bound: float = -np.inf) -> SolverAnswer:
    """Return an answer that names no options; where there is none, no bound is too great."""
    return SolverAnswer(state, None, np.inf, np.inf if state == "infeasible" else bound)


type Ended = Literal["done", "stopped"]


def checked(
    program: Program, chosen: Bools, state: Ended, bound: float, split: Split | None = None
) -> SolverAnswer:
    """Return the answer with its value recomputed, or without options if they break a limit."""
    if not program.holds(chosen, split):
        return nothing("stopped", bound)
    value = program.value(program.goal, chosen, split)
    return SolverAnswer(state, chosen, value, bound, split=split)


def split_of(program: Program, chosen: Bools, shares: Floats) -> Split:
    """Return how services are divided by the shares of a solver, shape (pairs,)."""
    times, rows = program.times, entry_rows(program.times)
    shares = np.where(chosen[times.indices], np.clip(shares, 0.0, 1.0), 0.0)
    shares = np.rint(shares) if program.single else shares
    total = np.bincount(rows, weights=shares, minlength=len(program.fallback))
    full = (np.isinf(program.fallback) & (np.abs(total - 1) <= FEASIBILITY)) | (total > 1)
    shares = shares / np.where(full, total, 1.0)[rows]
    used, rest = np.flatnonzero(shares), np.flatnonzero(~full & (total < 1))
    return Split(
        np.concatenate([rows[used], rest]),
        np.concatenate([times.indices[used], np.full(len(rest), len(chosen))]),
        np.concatenate([times.data[used], program.fallback[rest]]),
        np.concatenate([shares[used], 1.0 - total[rest]]),
    )


def solve_classic(program: Program, search: Search) -> SolverAnswer:
    """Return the options with the least goal, by the reference model."""
    if (program.lower > program.upper).any():
        return nothing("infeasible")
    if (program.lower == program.upper).all() and not program.splits:
        only = checked(program, program.lower > 0, "done", -np.inf)
        return nothing("infeasible") if only.chosen is None else replace(only, bound=only.value)
    for _ in range(MOST_REFUSED):
        model, report = _solved(program, search)
        if report.state == "infeasible" or not report.has_values:
            break
        chosen = model.chosen()
        split = split_of(program, chosen, model.shares()) if program.splits else None
        answer = checked(program, chosen, report.state, report.bound, split)
        if answer.chosen is not None or program.splits:
            return answer
        # It breaks a limit by less than the solver sees, so that it is ruled out by itself.
        program = replace(program, rows=(*program.rows, other_than(chosen, program)))
    return nothing("infeasible" if report.state == "infeasible" else "stopped", report.bound)


def _solved(program: Program, search: Search) -> tuple["Classic", Report]:
    model = Classic(program)
    if program.hint is not None:
        model.start_from(program.hint)
    warm, tight = program.hint is not None, program.times.nnz <= FEW_PAIRS
    return model, run(SolverTask(model.problem, model.offset, search, warm, model.unit, tight))


class Classic:
    """The PuLP problem of a program, and its variables."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.rows = entry_rows(program.times)
        self.problem = pulp.LpProblem("siting", pulp.LpMinimize)
        self.open = self._add_open()
        self.share: list[pulp.LpVariable] = []
        functionals = (program.goal, *(ceiling.functional for ceiling in program.ceilings))
        if program.splits or any(each.transform is not None for each in functionals):
            self._add_shares()
        elif program.must_serve:
            self._add_covers()
        goal, self.offset = self._expression(program.goal)
        self.unit = _unit(goal, *GOAL)
        self.problem += goal * self.unit
        self._add_rows()
        self._add_capacities()

    def chosen(self) -> Bools:
        """Return which options the solved problem chose, shape (options,)."""
        chosen = np.zeros(len(self.program.lower), dtype=np.bool_)
        for option, variable in self.open.items():
            chosen[option] = variable.valueOrDefault() > 0.5  # noqa: PLR2004 - rounds a binary
        return chosen

    def start_from(self, chosen: Bools) -> None:
        """Give the variables the values of a choice, everyone going to the nearest."""
        program = self.program
        for option, variable in self.open.items():
            variable.setInitialValue(float(chosen[option]), check=False)
        minutes = program.nearest(chosen)[self.rows]
        going = np.flatnonzero(chosen[program.times.indices] & (program.times.data == minutes))
        firsts = going[np.flatnonzero(np.diff(self.rows[going], prepend=-1))]
        nearest = np.zeros(len(minutes), dtype=np.bool_)
        nearest[firsts] = True
        for share, goes in zip(self.share, nearest.tolist(), strict=False):
            share.setInitialValue(float(goes), check=False)

    def shares(self) -> Floats:
        """Return the share of each pair in the solved problem, shape (pairs,)."""
        return np.array([share.valueOrDefault() for share in self.share])

    def _add_open(self) -> dict[int, pulp.LpVariable]:
        lower, upper = self.program.lower, self.program.upper
        return {
            int(option): self.problem.add_variable(f"y{option}", lower[option], 1, cat="Integer")
            for option in np.flatnonzero(upper)
        }

    def _add_shares(self) -> None:
        times = self.program.times
        kind: Literal["Integer", "Continuous"]
        kind = "Integer" if self.program.single else "Continuous"
        for service, option in zip(self.rows, times.indices, strict=True):
            share = self.problem.add_variable(f"x{service}_{option}", 0, cat=kind)
            self.problem += share - self.open[int(option)] <= 0, f"open{service}_{option}"
            self.share.append(share)
        for service in range(times.shape[0]):
            self._serve(service, self.share[times.indptr[service] : times.indptr[service + 1]])

    def _add_covers(self) -> None:
        times = self.program.times
        for service in np.flatnonzero(np.isinf(self.program.fallback)):
            reachable = times.indices[times.indptr[service] : times.indptr[service + 1]]
            total = pulp.lpSum_vars([self.open[int(option)] for option in reachable])
            self.problem += total >= 1, f"serve{service}"

    def _serve(self, service: int, shares: list[pulp.LpVariable]) -> None:
        total = pulp.lpSum_vars(shares)
        if self.program.must_serve and np.isinf(self.program.fallback[service]):
            self.problem += total == 1, f"serve{service}"
        elif shares:
            self.problem += total <= 1, f"serve{service}"

    def _add_rows(self) -> None:
        for number, row in enumerate(self.program.rows):
            terms = [
                (self.open[int(option)], float(coefficient))
                for option, coefficient in zip(row.columns, row.coefficients, strict=True)
                if int(option) in self.open
            ]
            total = pulp.lpSum_vars_coefs(terms)
            if np.isfinite(row.upper):
                self.problem += (total <= row.upper), f"most{number}"
            if np.isfinite(row.lower):
                self.problem += (total >= row.lower), f"least{number}"
        for number, ceiling in enumerate(self.program.ceilings):
            total, constant = self._expression(ceiling.functional)
            unit = _unit(total, *ROW)
            self.problem += total * unit <= (ceiling.limit - constant) * unit, f"cap{number}"

    def _add_capacities(self) -> None:
        program = self.program
        filling = np.isfinite(program.capacity[program.times.indices])
        loads: dict[tuple[int, int], list[tuple[pulp.LpVariable, float]]] = defaultdict(list)
        for entry in np.flatnonzero(filling):
            service = self.rows[entry]
            place = int(program.times.indices[entry]), int(program.periods[service])
            loads[place].append((self.share[entry], float(program.people[service])))
        for (option, period), load in loads.items():
            limit = float(program.capacity[option]) * self.open[option]
            used = pulp.lpSum_vars_coefs(load) - limit
            self.problem += used * _unit(used, *ROW) <= 0, f"room{option}_{period}"

    def _expression(self, functional: Functional) -> tuple[pulp.LpAffineExpression, float]:
        terms = [(variable, float(functional.linear[o])) for o, variable in self.open.items()]
        constant = 0.0
        if functional.transform is not None:
            fallback = functional.transform(self.program.fallback)
            # One that cannot be travelled costs nothing: the service goes elsewhere for certain.
            fallback = np.where(np.isinf(fallback), 0.0, fallback)
            constant = float(functional.weights @ fallback)
            extra = functional.transform(self.program.times.data) - fallback[self.rows]
            terms += zip(self.share, (functional.weights[self.rows] * extra).tolist(), strict=True)
        return pulp.lpSum_vars_coefs([(v, c) for v, c in terms if c != 0]), constant


def unit_for(figures: Floats, least: float, wanted: float, most: float) -> float:
    """Return the power of 2 that brings the greatest figure near to the wanted one.

    Solvers hold a sum to a tolerance that is not relative to its figures. It is 1 where the
    greatest lies between least and most, so that most problems are handed over as they are.
    """
    greatest = float(np.abs(figures).max(initial=0.0)) or wanted
    if least <= greatest <= most:
        return 1.0
    return float(2.0 ** np.round(np.log2(wanted / greatest)))


def _unit(total: pulp.LpAffineExpression, least: float, wanted: float, most: float) -> float:
    """Return the unit in which an expression is handed over."""
    return unit_for(np.array([*total.values()], dtype=np.float64), least, wanted, most)
