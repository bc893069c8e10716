"""A good answer to start from: greedy, then swaps, within the linear limits.

Sources: Kuehn and Hamburger, Management Science 9 (1963), for adding the best; Teitz and Bart,
Operations Research 16 (1968), for swaps, evaluated as in Whitaker, INFOR 21 (1983); Minoux, in
Optimization Techniques (1978), for evaluating only what may be the best, as savings never grow.
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from scipy.sparse import csc_array

from siting.common.types import Bools, Floats, Ints
from siting.model.program import Program
from siting.model.solving.decomposition.costs import SortedCosts
from siting.model.solving.search import Search

# Rounds of swaps are few on real data; this only ends the pathological.
MOST_ROUNDS = 200
# How many of the best swaps of a round are tried.
MOST_TRIES = 500
# In swaps, so many open options of each row are looked at; beyond them a row is taken to be served
# as by the last, until the next round looks again.
DEPTH = 4
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
    by_option, ends : ndarray of int, shape (entries,) and (options + 1,)
        The entries of one option after the other, and where those of each begin.
    """

    program: Program
    costs: SortedCosts
    rows: Ints
    worst: Floats
    by_option: Ints
    ends: Ints

    @classmethod
    def of(cls, program: Program, costs: SortedCosts, worst: Floats) -> Self:
        """Prepare the moves of a program."""
        by_option = np.argsort(costs.options, kind="stable")
        counts = np.bincount(costs.options, minlength=len(program.lower))
        ends = np.concatenate([[0], np.cumsum(counts)])
        return cls(program, costs, costs.rows(), worst, by_option, ends)

    def near(self, chosen: Bools) -> Self:
        """Return the moves over what is no farther than the last open option that is looked at."""
        opened = chosen[self.costs.options]
        before = np.concatenate([[0], np.cumsum(opened)])
        nearer = before[:-1] - before[self.costs.starts[:-1]][self.rows]
        kept = nearer < DEPTH
        counts = np.bincount(self.rows[kept], minlength=len(self.worst))
        starts = np.concatenate([[0], np.cumsum(counts)])
        options, costs = self.costs.options[kept], self.costs.costs[kept]
        cut = counts < np.diff(self.costs.starts)
        worst = np.where(cut, costs[starts[1:] - 1], self.worst) if len(costs) else self.worst
        near = replace(self.costs, starts=starts, options=options, costs=costs)
        return self.of(self.program, near, worst)

    def of_option(self, option: int) -> Ints:
        """Return the entries of an option."""
        return self.by_option[self.ends[option] : self.ends[option + 1]]

    def two_nearest(self, chosen: Bools) -> tuple[Floats, Floats, Ints, Ints]:
        """Return least and second least cost of each row, and their options (-1: none)."""
        entries = np.flatnonzero(chosen[self.costs.options])
        rows, costs = self.rows[entries], self.costs.costs[entries]
        place = np.arange(len(rows)) - np.searchsorted(rows, rows)
        least, option = [], []
        for rank in (0, 1):
            here = place == rank
            least.append(self.worst.copy())
            least[rank][rows[here]] = costs[here]
            option.append(np.full(len(self.worst), -1))
            option[rank][rows[here]] = self.costs.options[entries[here]]
        return least[0], least[1], option[0], option[1]

    def gains(self, now: Floats) -> Floats:
        """Return what each option would save if it were added, shape (options,)."""
        saved = np.maximum(now[self.rows] - self.costs.costs, 0) * self.costs.weights[self.rows]
        return np.bincount(self.costs.options, weights=saved, minlength=len(self.program.lower))

    def gain(self, option: int, now: Floats) -> float:
        """Return what one option would save if it were added."""
        entries = self.of_option(option)
        rows = self.rows[entries]
        saved = np.maximum(now[rows] - self.costs.costs[entries], 0)
        return float(saved @ self.costs.weights[rows])


@dataclass(frozen=True, eq=False)
class RowSums:
    """The entries of the program's rows.

    Parameters
    ----------
    rows, options : ndarray of int, shape (entries,)
    coefficients : ndarray of float, shape (entries,)
    by_option : scipy.sparse.csc_array, shape (rows, options)
        The same.
    least, most, leeway : ndarray of float, shape (rows,)
        Bounds, and by how much they may be passed.
    """

    rows: Ints
    options: Ints
    coefficients: Floats
    by_option: csc_array
    least: Floats
    most: Floats
    leeway: Floats

    @classmethod
    def of(cls, program: Program) -> Self:
        """Gather the rows of a program."""
        counts = np.array([len(row.columns) for row in program.rows], dtype=np.int64)
        rows = np.repeat(np.arange(len(counts)), counts)
        none = np.zeros(0, dtype=np.int64)
        options = np.concatenate([none, *(row.columns for row in program.rows)])
        coefficients = np.concatenate([np.zeros(0), *(row.coefficients for row in program.rows)])
        shape = len(counts), len(program.lower)
        return cls(
            rows,
            options,
            coefficients,
            csc_array((coefficients, (rows, options)), shape=shape),
            np.array([row.lower for row in program.rows]),
            np.array([row.upper for row in program.rows]),
            np.array([row.leeway() for row in program.rows]),
        )

    def used(self, chosen: Bools) -> Floats:
        """Return what a choice uses of each row, shape (rows,)."""
        # Without any row numpy counts in whole numbers.
        given = self.coefficients * chosen[self.options]
        return np.bincount(self.rows, given, len(self.least)).astype(np.float64)

    def hold(self, used: Floats, come: int, go: int) -> bool:
        """Tell whether all rows hold, of which so much is used, after one option for another."""
        after, by_option = used.copy(), self.by_option
        for option, sign in ((come, 1), (go, -1)):
            own = slice(by_option.indptr[option], by_option.indptr[option + 1])
            after[by_option.indices[own]] += sign * by_option.data[own]
        slack = np.minimum(self.most - after, after - self.least)
        return bool((slack >= -self.leeway).all())

    def asked_for(self, chosen: Bools) -> Bools:
        """Return the options that would bring a row nearer to what it asks for at the least."""
        asked = np.zeros(len(chosen), dtype=np.bool_)
        short = (self.used(chosen) < self.least)[self.rows] & (self.coefficients > 0)
        asked[self.options[short]] = True
        return asked

    def fitting(self, chosen: Bools) -> Bools:
        """Return which options may be added without passing a row, shape (options,)."""
        after = self.used(chosen)[self.rows] + self.coefficients
        fits = np.ones(len(chosen), dtype=np.bool_)
        fits[self.options[(after > self.most[self.rows]) & (self.coefficients > 0)]] = False
        return fits


def moves_of(program: Program, costs: SortedCosts) -> Moves:
    """Return the moves of a whole program."""
    dearest = costs.costs[costs.starts[1:] - 1] if len(costs.costs) else np.zeros(0)
    worst = np.where(np.isfinite(costs.fallback), costs.fallback, 2 * dearest + 1)
    return Moves.of(program, costs, worst)


def start(moves: Moves, search: Search, shares: Floats | None = None) -> Bools:
    """Return a choice, as good as greedy and swaps get; it may break limits it could not meet.

    It begins with the options of a relaxed choice, if there is one, from the greatest share on.
    """
    sums, chosen = RowSums.of(moves.program), moves.program.lower > 0
    if shares is not None:
        for option in np.argsort(-shares, kind="stable")[: int((shares > SOME).sum())]:
            if not chosen[option] and sums.fitting(chosen)[option]:
                chosen[option] = True
    _add_greedily(moves, sums, chosen, search)
    near = moves.near(chosen)
    swapped = True
    for _ in range(MOST_ROUNDS):
        before, swapped = swapped, _swap(near, sums, chosen)
        if search.timed_out() or not (before or swapped):
            break
        if not swapped:
            _add_greedily(moves, sums, chosen, search)
            near = moves.near(chosen)
    return chosen


def _add_greedily(moves: Moves, sums: RowSums, chosen: Bools, search: Search) -> None:
    """Add the option that saves most, while one fits that saves or is asked for."""
    program = moves.program
    if not ((program.upper > 0) & ~chosen & sums.fitting(chosen)).any():
        return
    now = moves.two_nearest(chosen)[0]
    scores = moves.gains(now) - program.goal.linear
    while True:
        asked = sums.asked_for(chosen)
        wanted = asked if asked.any() else scores > 0
        allowed = np.flatnonzero((program.upper > 0) & ~chosen & wanted & sums.fitting(chosen))
        if not len(allowed):
            return
        best = _best(moves, now, scores, allowed, search)
        if scores[best] <= 0 and not asked.any():
            return
        chosen[best] = True
        entries = moves.of_option(best)
        rows = moves.rows[entries]
        now[rows] = np.minimum(now[rows], moves.costs.costs[entries])


def _best(moves: Moves, now: Floats, scores: Floats, allowed: Ints, search: Search) -> int:
    """Return the option with the greatest score; scores are brought to date as far as it takes."""
    fresh: set[int] = set()
    while True:
        best = int(allowed[np.argmax(scores[allowed])])
        if best in fresh or search.timed_out():
            return best
        scores[best] = moves.gain(best, now) - moves.program.goal.linear[best]
        fresh.add(best)


def _swap(moves: Moves, sums: RowSums, chosen: Bools) -> bool:
    """Make the best swaps that keep to the limits and touch no row twice; tell if there are any."""
    program = moves.program
    removable = np.flatnonzero(chosen & (program.lower == 0))
    addable = np.flatnonzero(~chosen & (program.upper > 0))
    if not len(removable) or not len(addable):
        return False
    first, second, nearest, next_nearest = moves.two_nearest(chosen)
    into, out, profit = _profits(moves, (first, second, nearest), removable, addable)
    little = VERY_LITTLE * max(1.0, float(np.abs(profit).max()))
    touched, swapped = np.zeros(len(first), dtype=np.bool_), False
    used = sums.used(chosen)
    for place in _greatest(profit, max(MOST_TRIES, len(removable))):
        if profit[place] <= little:
            break
        come, go = int(into[place]), int(out[place])
        entries = moves.of_option(come)
        entries = entries[moves.costs.costs[entries] < second[moves.rows[entries]]]
        leave = np.flatnonzero((nearest == go) | (next_nearest == go))
        rows = np.concatenate([moves.rows[entries], leave])
        if chosen[come] or not chosen[go] or touched[rows].any():
            continue
        if sums.hold(used, come, go):
            chosen[come], chosen[go] = True, False
            used, touched[rows], swapped = sums.used(chosen), True, True
    return swapped


def _greatest(values: Floats, count: int) -> Ints:
    """Return where the greatest values are, greatest first."""
    few = values.argpartition(-count)[-count:] if len(values) > count else None
    few = np.arange(len(values)) if few is None else np.sort(few)
    return few[np.argsort(-values[few], kind="stable")]


def _profits(
    moves: Moves, now: tuple[Floats, Floats, Ints], removable: Ints, addable: Ints
) -> tuple[Ints, Ints, Floats]:
    """Return swaps, what comes and what goes, and what each saves.

    They are those in which one that comes serves some whom the other leaves, and of all others
    the best.
    """
    costs, rows, linear = moves.costs, moves.rows, moves.program.goal.linear
    first, second, nearest = now
    count = len(linear)
    nearest = np.where(nearest < 0, count, nearest)
    weight, width = costs.weights, count + 1
    lost = np.bincount(nearest, weights=weight * (second - first), minlength=width)[:count] - linear
    won = moves.gains(first) - linear
    goes, comes = np.zeros((2, width), dtype=np.bool_)
    goes[removable], comes[addable] = True, True
    served = np.flatnonzero(costs.costs < second[rows])
    near = served[goes[nearest[rows[served]]] & comes[costs.options[served]]]
    row = rows[near]
    saved = weight[row] * (second[row] - np.maximum(costs.costs[near], first[row]))
    pairs = costs.options[near] * width + nearest[row]
    best = (
        addable[_greatest(won[addable], MOST_TRIES)],
        removable[_greatest(-lost[removable], MOST_TRIES)],
    )
    others = (best[0][:, None] * width + best[1]).ravel()
    keys, place = np.unique(np.concatenate([pairs, others]), return_inverse=True)
    extra = np.bincount(place[: len(pairs)], weights=saved, minlength=len(keys))
    into, out = np.divmod(keys, width)
    return into, out, won[into] - lost[out] + extra
