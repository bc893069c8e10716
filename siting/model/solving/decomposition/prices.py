r"""A bound by prices, before any relaxation is solved: for large problems that only count options.

For prices r, one a service, which say from which cost on a service looks for nothing nearer,

    sum_i w_i r_i + min over y of sum_j (f_j - sum_i w_i max(0, r_i - c_ij)) y_j

bounds the goal from below. Only pairs that cost less than the price matter, so that memory stays
with what is listed. Source: Narula, Ogbu and Samuelsson, Operations Research 25 (1977), for the
bound; Held, Wolfe and Crowder, Mathematical Programming 6 (1974), for the steps; Avella, Boccia,
Salerno and Vasilyev, Computers & Operations Research 39 (2012), for prices before cuts.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from siting.common.types import Floats, Ints
from siting.model.program import Program
from siting.model.solving.decomposition.costs import SortedCosts
from siting.model.solving.search import Search

# Fewer rows than this need no prices: their relaxation is solved at once.
MANY_ROWS = 2_000
# Steps begin so long, in the length that would reach the best answer's value, the first time and
# later; they are halved when so many in a row have lifted the bound by less than this, relative.
FIRST_STEP, LATER_STEP, LAST_STEP = 1.0, 0.1, 0.01
PATIENCE, MOST_STEPS = 20, 500
LITTLE_LIFT = 1e-6
# Which part of the step before is kept, and which of how often an option was chosen.
MOMENTUM = 0.5
MEMORY = 0.95


@dataclass(frozen=True, eq=False)
class Prices:
    """Prices, and what they say.

    Parameters
    ----------
    radii : ndarray of float, shape (rows,)
    bound : float
        No answer is below it.
    reduced : ndarray of float, shape (options,)
        By how much the bound rises at the least if an option is chosen that is not (from 0 up), or
        left that is chosen (from 0 down).
    used : ndarray of float, shape (options,)
        1 for those chosen in the bound, and 0.
    """

    radii: Floats
    bound: float
    reduced: Floats
    used: Floats


@dataclass(frozen=True, eq=False)
class Pricing:
    """What prices are found for.

    Parameters
    ----------
    program : Program
    costs : SortedCosts
        Of its goal.
    most : int
        Of the options that are free, so many may be chosen.
    """

    program: Program
    costs: SortedCosts
    most: int

    @cached_property
    def rows(self) -> Ints:
        """Return the row of each entry."""
        return self.costs.rows()

    def at(self, radii: Floats) -> tuple[Prices, Floats]:
        """Return what prices say, and by how much each row is asked for too little."""
        costs, program = self.costs, self.program
        near = np.flatnonzero(costs.costs < np.repeat(radii, np.diff(costs.starts)))
        rows, options = self.rows[near], costs.options[near]
        saved = costs.weights[rows] * (radii[rows] - costs.costs[near])
        values = program.goal.linear - np.bincount(options, saved, len(program.lower))
        free = np.flatnonzero(program.lower < program.upper)
        ranked = np.sort(values[free])
        last, following = np.append(ranked, [0.0, 0.0])[[self.most - 1, self.most]].clip(max=0)
        used = np.where(values <= last, program.upper, program.lower)
        surplus = int(used[free].sum()) - self.most
        if surplus > 0:
            used[free[np.flatnonzero(values[free] == last)[:surplus]]] = 0.0
        reduced = np.where(
            used > 0, np.minimum(values - following, 0.0), np.maximum(values - last, 0.0)
        )
        bound = costs.constant + float(costs.weights @ radii + values @ used)
        served = np.bincount(rows, used[options], len(radii))
        return Prices(radii, bound, reduced, used), costs.weights * (1 - served)

    def improve(
        self, begin: Prices, goal: float, step: float, search: Search
    ) -> tuple[Prices, Floats]:
        """Return better prices, and how often each option was chosen of late."""
        here, short = self.at(begin.radii)
        best, shares, idle, move = here, here.used, 0, np.zeros(len(short))
        for _ in range(MOST_STEPS):
            if step < LAST_STEP or best.bound >= goal or search.timed_out():
                break
            move = short + MOMENTUM * move
            length = step * (goal - here.bound) / max(float(move @ move), 1.0)
            here, short = self.at((here.radii + length * move).clip(0, self.costs.fallback))
            shares = MEMORY * shares + (1 - MEMORY) * here.used
            idle = 0 if here.bound > best.bound + LITTLE_LIFT * abs(best.bound) else idle + 1
            best = max(best, here, key=lambda each: each.bound)
            if idle == PATIENCE:
                step, idle, move = step / 2, 0, np.zeros(len(short))
                here, short = self.at(best.radii)
        return best, shares


def pricing(program: Program, costs: SortedCosts) -> Pricing | None:
    """Return what prices are found for; None for what is small, or has other limits."""
    free = program.lower < program.upper
    small = len(costs.weights) < MANY_ROWS or not free.any()
    if small or len(program.rows) != 1 or program.ceilings or program.splits:
        return None
    (row,) = program.rows
    counts = np.isinf(row.lower) and (row.coefficients == 1).all()
    if not counts or not np.isin(np.flatnonzero(free), row.columns).all():
        return None
    most = int(np.floor(row.upper + row.leeway() - row.used(program.lower)))
    return Pricing(program, costs, most) if 0 < most < free.sum() else None
