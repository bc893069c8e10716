"""A good answer to start from: greedy, then swaps, within the linear limits.

Sources: Kuehn and Hamburger, Management Science 9 (1963), for adding the best; Teitz and Bart,
Operations Research 16 (1968), for swaps, evaluated as in Whitaker, INFOR 21 (1983).
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.sparse import coo_array

from siting.common.types import Bools, Floats, Ints
from siting.model.program import Program
from siting.model.solving.decomposition.costs import SortedCosts
from siting.model.solving.search import Search

# Swaps are few on real data; this only ends the pathological.
MOST_SWAPS = 500
# How many of the best moves are tried against the limits before giving up.
MOST_TRIES = 50
# A relaxed share below this says nothing.
SOME = 0.01
# A saving below this, relative to the greatest, is rounding.
VERY_LITTLE = 1e-9


@dataclass(frozen=True, eq=False)
class Moves:
    """Sorted costs as the heuristic walks over them.

    Parameters
    ----------
    program : Program
    costs : SortedCosts
    rows : ndarray of int, shape (entries,)
        The row of each entry.
    worst : ndarray of float, shape (rows,)
        Fallback, or where there is none a cost above all of the row's.
    limits : scipy.sparse.coo_array, shape (limits, options)
        Coefficients of the program's rows.
    least, most, leeway : ndarray of float, shape (limits,)
        Bounds of the rows, and by how much they may be passed.
    """

    program: Program
    costs: SortedCosts
    rows: Ints
    worst: Floats
    limits: coo_array
    least: Floats
    most: Floats
    leeway: Floats

    @classmethod
    def of(cls, program: Program, costs: SortedCosts) -> Self:
        """Prepare the moves of a program."""
        rows = costs.rows()
        dearest = costs.costs[costs.starts[1:] - 1] if len(rows) else np.zeros(0)
        worst = np.where(np.isfinite(costs.fallback), costs.fallback, 2 * dearest + 1)
        least = np.array([row.lower for row in program.rows])
        most = np.array([row.upper for row in program.rows])
        leeway = np.array([row.leeway() for row in program.rows])
        return cls(program, costs, rows, worst, _coefficients(program), least, most, leeway)

    def used(self, chosen: Bools) -> Floats:
        """Return what a choice uses of each limit, shape (limits,)."""
        row, option = self.limits.coords
        return np.bincount(row, self.limits.data * chosen[option], len(self.least))

    def holds(self, chosen: Bools) -> bool:
        """Tell whether a choice keeps to all limits."""
        used = self.used(chosen)
        slack = np.minimum(self.most - used, used - self.least)
        return bool((slack >= -self.leeway).all())

    def asked_for(self, chosen: Bools) -> Bools:
        """Return the options that would bring a limit nearer to what it asks for at the least."""
        short = self.used(chosen) < self.least
        row, option = self.limits.coords
        asked = np.zeros(len(chosen), dtype=np.bool_)
        asked[option[short[row] & (self.limits.data > 0)]] = True
        return asked

    def fitting(self, chosen: Bools) -> Bools:
        """Return which options may be added without passing a limit, shape (options,)."""
        row, option = self.limits.coords
        after = self.used(chosen)[row] + self.limits.data
        fits = np.ones(len(chosen), dtype=np.bool_)
        fits[option[(self.limits.data > 0) & (after > self.most[row])]] = False
        return fits

    def two_nearest(self, chosen: Bools) -> tuple[Floats, Floats, Ints]:
        """Return least and second least cost of each row, and the option of the least."""
        count = len(self.worst)
        entries = np.flatnonzero(chosen[self.costs.options])
        rows, costs = self.rows[entries], self.costs.costs[entries]
        place = np.arange(len(rows)) - np.searchsorted(rows, rows)
        first, second = self.worst.copy(), self.worst.copy()
        nearest = np.full(count, -1)
        at_first, at_second = place == 0, place == 1
        first[rows[at_first]] = costs[at_first]
        nearest[rows[at_first]] = self.costs.options[entries[at_first]]
        second[rows[at_second]] = costs[at_second]
        return first, second, nearest

    def gains(self, now: Floats) -> Floats:
        """Return what each option would save if it were added."""
        saved = np.maximum(now[self.rows] - self.costs.costs, 0) * self.costs.weights[self.rows]
        count = len(self.program.lower)
        return np.bincount(self.costs.options, weights=saved, minlength=count)


def _coefficients(program: Program) -> coo_array:
    counts = [len(row.columns) for row in program.rows]
    entries = (
        np.concatenate([row.coefficients for row in program.rows] or [np.zeros(0)]),
        (
            np.repeat(np.arange(len(counts)), counts),
            np.concatenate([row.columns for row in program.rows] or [np.zeros(0, dtype=np.int64)]),
        ),
    )
    matrix = coo_array(entries, shape=(len(counts), len(program.lower)))
    matrix.sum_duplicates()
    return matrix


def start(
    program: Program, costs: SortedCosts, search: Search, shares: Floats | None = None
) -> Bools:
    """Return a choice, as good as greedy and swaps get; it may break limits it could not meet."""
    moves = Moves.of(program, costs)
    chosen = program.lower > 0
    if shares is not None:
        for option in np.argsort(-shares, kind="stable")[: int((shares > SOME).sum())]:
            if not chosen[option] and moves.fitting(chosen)[option]:
                chosen[option] = True
    _add_greedily(moves, chosen, search)
    for _ in range(MOST_SWAPS):
        if search.timed_out() or not _swap(moves, chosen):
            break
        _add_greedily(moves, chosen, search)
    return chosen


def _add_greedily(moves: Moves, chosen: Bools, search: Search) -> None:
    """Add the option that saves most, while one fits that saves or is asked for."""
    program = moves.program
    scores: Floats | None = None
    while True:
        if scores is None or not search.timed_out():
            now, _, _ = moves.two_nearest(chosen)
            scores = moves.gains(now) - program.goal.linear
        asked = moves.asked_for(chosen)
        wanted = asked if asked.any() else scores > 0
        allowed = (program.upper > 0) & ~chosen & wanted & moves.fitting(chosen)
        if not allowed.any():
            break
        chosen[np.flatnonzero(allowed)[np.argmax(scores[allowed])]] = True


def _swap(moves: Moves, chosen: Bools) -> bool:
    """Make the best swap that keeps to the limits; tell whether there was one that saves."""
    program = moves.program
    removable = np.flatnonzero(chosen & (program.lower == 0))
    addable = np.flatnonzero(~chosen & (program.upper > 0))
    if not len(removable) or not len(addable):
        return False
    profit = _profits(moves, chosen, removable)[addable]
    profit += program.goal.linear[removable] - program.goal.linear[addable][:, None]
    tried = np.argsort(-profit, axis=None, kind="stable")[:MOST_TRIES]
    for flat in tried:
        into, out = np.unravel_index(flat, profit.shape)
        if profit[into, out] <= VERY_LITTLE * max(1.0, float(np.abs(profit).max())):
            return False
        chosen[addable[into]], chosen[removable[out]] = True, False
        if moves.holds(chosen):
            return True
        chosen[addable[into]], chosen[removable[out]] = False, True
    return False


def _profits(moves: Moves, chosen: Bools, removable: Ints) -> Floats:
    """Return what each swap saves, shape (options, removable)."""
    costs, rows = moves.costs, moves.rows
    first, second, nearest = moves.two_nearest(chosen)
    count, width = len(moves.program.lower), len(removable)
    place = np.full(count + 1, -1)
    place[removable] = np.arange(width)
    leaves = place[nearest]  # -1 for rows whose nearest stays, as place has one more entry
    weight = costs.weights
    loses = leaves >= 0
    loss = np.bincount(leaves[loses], weights=(weight * (second - first))[loses], minlength=width)
    extra = np.zeros(count * width)
    near = np.flatnonzero((leaves[rows] >= 0) & (costs.costs < second[rows]))
    row = rows[near]
    saved = weight[row] * (second[row] - np.maximum(costs.costs[near], first[row]))
    index = costs.options[near] * width + leaves[row]
    extra += np.bincount(index, weights=saved, minlength=count * width)
    gain = moves.gains(first)
    return gain[:, None] - loss[None, :] + extra.reshape(count, width)
