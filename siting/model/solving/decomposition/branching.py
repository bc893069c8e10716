"""Branch and Benders cut: a tree over one LP that is kept warm, with cuts separated at every node.

Best bound first, with dives. Branches are made on options and on the sums of rows that count
options (a site in any phase, a region, a year), since deciding how many is often worth more than
deciding which. They are chosen by pseudo-costs that strong branching starts (Achterberg, Koch and
Martin, Operations Research Letters 33, 2005); at each node options are fixed by reduced cost.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, Self

import numpy as np

from siting.common.types import Floats, Ints
from siting.model.solving.decomposition.master import Master, MasterAnswer

# A value this near to a whole number is one.
WHOLE = 1e-6
# So many of each kind are tried by strong branching at a node, each side for so many pivots.
MOST_TRIED = 6
PIVOTS = 100
# What has been seen so often on both sides is scored by what it has brought.
RELIABLE = 3
# A node's cuts are worth another round if the last has closed this part of what is left of the gap.
WORTH_A_ROUND = 0.05
# A bound that rises by less than this, relative, has not been raised.
IDLE = 1e-10


@dataclass(frozen=True, eq=False)
class Node:
    """A part of the choices: bounds of the options, then of the counting rows, and its bound.

    Parameters
    ----------
    bound : float
        No answer in it is better.
    lower, upper : ndarray of int, shape (options + counting rows,)
    place : int
        Where the branch that led here was made, or -1 at the root; with `up` and `share`, how far
        it was from its value here, for its pseudo-cost.
    up : bool
    share : float
    """

    bound: float
    lower: Ints
    upper: Ints
    place: int = -1
    up: bool = False
    share: float = 1.0

    def children(self, place: int, value: float) -> "list[Node]":
        """Return the parts in which a value is rounded up, and down."""
        lower, upper = self.lower.copy(), self.upper.copy()
        lower[place] = upper[place] = np.floor(value)
        lower[place] += 1
        share = value % 1
        return [
            replace(self, lower=lower, place=place, up=True, share=1 - share),
            replace(self, upper=upper, place=place, up=False, share=share),
        ]


@dataclass(frozen=True, eq=False)
class PseudoCosts:
    """What rounding each value has lifted the bound by, for each unit that it was moved.

    Parameters
    ----------
    total : ndarray of float, shape (2, places)
        Down, then up.
    seen : ndarray of int, shape (2, places)
    """

    total: Floats
    seen: Ints

    @classmethod
    def of(cls, count: int) -> Self:
        """Return those of values that nothing is known of."""
        return cls(np.zeros((2, count)), np.zeros((2, count), dtype=np.int64))

    def note(self, place: int, lift: float, share: float, *, up: bool) -> None:
        """Take down a lift."""
        self.total[int(up), place] += max(lift, 0.0) / max(share, WHOLE)
        self.seen[int(up), place] += 1

    def scores(self, places: Ints, shares: Floats) -> Floats:
        """Return how promising places are: the product of what both sides are expected to lift."""
        total, seen = self.total[:, places], self.seen[:, places]
        usual = float(self.total.sum()) / max(int(self.seen.sum()), 1) or 1.0
        each = np.where(seen > 0, total / np.maximum(seen, 1), usual)
        down, up = each[0] * shares, each[1] * (1 - shares)
        least = WHOLE * usual
        scores: Floats = np.maximum(down, least) * np.maximum(up, least)
        return scores


@dataclass(frozen=True, eq=False)
class Visits:
    """What the tree asks of those who know the problem.

    Parameters
    ----------
    cut : callable
        Separates at the master's columns; tells how many cuts it added.
    take : callable
        Takes a whole choice as an answer, adds its cuts and tells how many it broke.
    improve : callable
        Makes an answer of a relaxed choice.
    cutoff : callable
        The bound from which on a part can hold no better answer.
    report : callable
        Told a bound of what is left.
    """

    cut: Callable[[Floats], int]
    take: Callable[[Floats], int]
    improve: Callable[[Floats], None]
    cutoff: Callable[[], float]
    report: Callable[[float], None]


class Tree:
    """A search over the options of a master whose relaxation is solved.

    Parameters
    ----------
    master : Master
    visits : Visits
    """

    def __init__(self, master: Master, visits: Visits) -> None:
        self.master = master
        self.visits = visits
        self.costs = PseudoCosts.of(len(master.lower))
        master.drop_slack()
        self.many = 2 * master.size()
        self.heap: list[tuple[float, int, Node]] = []
        self.count = 0
        self.reached = np.inf

    def search(self, bound: float) -> Literal["done", "stopped"]:
        """Search until nothing better can be left; "stopped" if time ran out before."""
        self._push(Node(bound, self.master.lower.copy(), self.master.upper.copy()))
        while self.heap:
            node: Node | None = heapq.heappop(self.heap)[2]
            while node is not None and not self._passed_over(node):
                waiting = self.heap[0][0] if self.heap else np.inf
                self.visits.report(min(node.bound, waiting, self.reached))
                children = self._visit(node)
                if children is None:
                    return "stopped"
                for child in children[1:]:
                    self._push(child)
                node = children[0] if children else None
        self.visits.report(self.reached)
        return "done"

    def _passed_over(self, node: Node) -> bool:
        """Tell whether a part can hold no better answer; the bound reaches no farther than its."""
        over = node.bound >= self.visits.cutoff()
        if over:
            self.reached = min(self.reached, node.bound)
        return over

    def _push(self, node: Node) -> None:
        # Of equal bounds the latest comes first; the number also keeps nodes from being compared.
        self.count += 1
        heapq.heappush(self.heap, (node.bound, -self.count, node))

    def _visit(self, node: Node) -> list[Node] | None:
        """Solve a node and return its children, the more promising first; None if time ran out."""
        answer = self._solve(node)
        if answer.state == "stopped":
            return None
        if answer.state == "infeasible":
            return []
        if node.place >= 0:
            self.costs.note(node.place, answer.bound - node.bound, node.share, up=node.up)
        node = replace(node, bound=max(node.bound, answer.bound))
        values, free = self.master.whole_values(), self._fractional()
        if self._passed_over(node):
            return []
        if len(free) == 0:
            # Whole, and no cut is broken by more than the solver sees: the answer was taken, and
            # its value is the bound, but for that.
            self.reached = min(self.reached, node.bound)
            return []
        node = self._fixed(node)
        if self.count & (self.count - 1) == 0:
            self.visits.improve(answer.columns)
        place = self._choose(node, free, values[free])
        return node.children(place, float(values[place]))

    def _solve(self, node: Node) -> MasterAnswer:
        """Solve the relaxation of a node, with cuts until they bring little."""
        self.master.hold(node.lower, node.upper)
        if self.master.size() > self.many:
            self.master.drop_slack()
        last, little, taken = -np.inf, False, np.zeros(0)
        while True:
            answer = self.master.solve_relaxed()
            if answer.state != "done" or answer.bound >= self.visits.cutoff():
                return answer
            whole = len(self._fractional()) == 0
            if little and not whole:
                return answer
            if whole:
                # What its own cuts have not ruled out breaks them by less than the solver sees.
                again, taken = taken, np.rint(answer.columns[: self.master.count])
                idle = answer.bound - last <= IDLE * max(1.0, abs(answer.bound))
                if idle and np.array_equal(again, taken):
                    return answer
            if (self.visits.take if whole else self.visits.cut)(answer.columns) == 0:
                return answer
            little = answer.bound - last < WORTH_A_ROUND * (self.visits.cutoff() - answer.bound)
            last = answer.bound

    def _fractional(self) -> Ints:
        """Return the places whose values are not whole."""
        values = self.master.whole_values()
        return np.flatnonzero(np.abs(values - np.round(values)) > WHOLE)

    def _fixed(self, node: Node) -> Node:
        """Decide the options of a node whose reduced costs leave no choice."""
        reduced, slack = self.master.reduced_costs(), self.visits.cutoff() - node.bound
        lower, upper = node.lower.copy(), node.upper.copy()
        lower[: len(reduced)][reduced < -slack] = upper[: len(reduced)][reduced < -slack]
        upper[: len(reduced)][reduced > slack] = lower[: len(reduced)][reduced > slack]
        return replace(node, lower=lower, upper=upper)

    def _choose(self, node: Node, free: Ints, values: Floats) -> int:
        """Return where to branch."""
        shares = values % 1
        scores = self.costs.scores(free, shares)
        options = free < self.master.count
        best, chosen = -1.0, int(free[0])
        for kind in (options, ~options):
            order = np.flatnonzero(kind)[np.argsort(-scores[kind], kind="stable")[:MOST_TRIED]]
            for at in order:
                place = int(free[at])
                if self.costs.seen[:, place].min() < RELIABLE:
                    self._try_out(node, place, float(values[at]))
                score = float(self.costs.scores(free[at : at + 1], shares[at : at + 1])[0])
                if score > best:
                    best, chosen = score, place
        return chosen

    def _try_out(self, node: Node, place: int, value: float) -> None:
        """Note by how much the bound rises, at the least, with a value rounded up, and down."""
        ceiling = self.visits.cutoff() - node.bound
        for child in node.children(place, value):
            lower, upper = int(child.lower[place]), int(child.upper[place])
            lift = min(self.master.try_out(place, lower, upper, PIVOTS) - node.bound, ceiling)
            # Without an answer yet, an empty part lifts the bound without end, which no mean bears.
            if np.isfinite(lift):
                self.costs.note(place, lift, child.share, up=child.up)
