"""The decomposition: start, cut loop, reduced-cost fixing, then the tree until proof."""

from collections import defaultdict
from dataclasses import replace
from typing import Literal

import numpy as np

from siting.common.types import Bools, Floats
from siting.model.presolve import drop_forbidden_pairs, merge_services, prune_pairs, unit_of
from siting.model.program import Program, UnlistedError
from siting.model.solving.classic import SolverAnswer, checked, nothing
from siting.model.solving.decomposition.branching import Tree, Visits
from siting.model.solving.decomposition.costs import integral
from siting.model.solving.decomposition.heuristic import moves_of, start
from siting.model.solving.decomposition.master import (
    CostBlock,
    Master,
    MasterAnswer,
    first_of,
    thetas,
)
from siting.model.solving.decomposition.prices import FIRST_STEP, LATER_STEP, pricing
from siting.model.solving.decomposition.room import Room, divided
from siting.model.solving.search import ABSOLUTE, Search

# The relaxed loop ends when so many rounds of cuts in a row have lifted the bound by less than
# this, relative. Where sites close, the bound often stands still for a dozen cheap rounds first,
# and each cut left to the tree costs far more.
LITTLE_LIFT = 1e-7
PATIENCE = 30
# So often, after the first time, prices lead to an answer, and the answer to better prices.
LATER_ROUNDS = 3
# With less than this share of the pairs left after fixing, what is left is put up anew.
WORTH_A_RESTART = 0.5
# What is left of a step for rounding in the relaxation, relative.
STEP_LEEWAY = 1e-4
# An option is fixed only if every answer that would change it is worse by more than this,
# relative: enough to keep all answers that the tie rule compares.
FIXING_LEEWAY = 1e-6

# Where options fill up, the answer is looked for first within these parts of the gap at the root,
# of which no more is taken than this part of the bound.
GUESSES = (1 / 16, 1 / 4)
GREATEST_GUESS = 0.01


def solve_decomposed(program: Program, search: Search) -> SolverAnswer:
    """Return the options with the least goal, by decomposition."""
    if (program.lower > program.upper).any():
        return nothing("infeasible")
    return Decomposition(program, search).solve()


class Decomposition:
    """The state of one decomposition: its master, and the best answer so far."""

    def __init__(self, program: Program, search: Search, master: Master | None = None) -> None:
        self.program = program
        self.search = search
        self.master = master or Master(program, search)
        self.best = nothing("stopped")
        self.bound = -np.inf
        self.root: tuple[float, Floats] | None = None
        self.relaxed: Floats | None = None
        self.made: dict[int, list[Floats]] = defaultdict(list)
        self.step = step_of(program)
        goal = first_of(self.master.blocks, program.goal)
        self.room = Room(program, goal.costs, goal.first) if goal and program.splits else None
        self.moves = None if goal is None else moves_of(program, goal.costs)

    def solve(self) -> SolverAnswer:
        """Return the best answer, and the bound that the search has reached."""
        for chosen in self._started(self._known()):
            self._visit(chosen, None)
        for shares in self.program.points[:-1]:
            self._cuts(np.clip(shares, self.program.lower, self.program.upper), None)
        if self.program.hint is not None:
            self._visit(self.program.hint, None)
        self._price()
        state = self._relax()
        if state == "done" and not self._proved():
            self._guess()
        if state == "done" and not self._proved():
            if self._much_fixed():
                return self._again()
            state = self._branch()
        if self.root is not None:
            self._fix(*self.root)
        none_left = self.bound == np.inf
        if self.best.chosen is None and (state == "infeasible" or none_left):
            return nothing("infeasible")
        ended: Literal["done", "stopped"] = "done" if state == "done" else "stopped"
        bounds = (self.program.lower, self.program.upper)
        best = replace(self.best, relaxed=self.relaxed, narrowed=bounds)
        return replace(best, state=ended, bound=self.bound)

    def _known(self) -> Floats | None:
        """Return a choice to begin with, if there is one that is better than nothing."""
        if self.program.points:
            return self.program.points[-1]
        hint = self.program.hint if self.program.open_ended is not None else None
        return None if hint is None else hint.astype(np.float64)

    def _price(self) -> None:
        """Start with prices where they pay: their bound, their cuts, and answers made of them."""
        goal = first_of(self.master.blocks, self.program.goal)
        found = None if goal is None else pricing(self.program, goal.costs)
        if goal is None or found is None or self.moves is None or self.best.chosen is None:
            return
        first, second = self.moves.two_nearest(self.best.chosen)[:2]
        prices, _ = found.at(((first + second) / 2).clip(max=goal.costs.fallback))
        for step in (FIRST_STEP, *[LATER_STEP] * LATER_ROUNDS):
            prices, shares = found.improve(prices, self.best.value, step, self.search)
            self._raise_bound(prices.bound)
            self._improve(shares)
        self._fix(prices.bound, prices.reduced)
        self.master.add(goal, goal.costs.cuts_at(prices.radii))

    def _much_fixed(self) -> bool:
        """Tell whether the fixing has decided so much that it is worth to begin anew with less."""
        left = self.program.upper[self.program.times.indices] > 0
        return bool(left.sum() < WORTH_A_RESTART * len(left))

    def _guess(self) -> None:
        """Look for the answer just above the root's bound, where reduced costs leave little.

        Greedy and swaps know no room, so that what they find is often too far above it to fix much.
        """
        known = self.program.hint is not None or np.isfinite(self.search.cutoff)
        if self.room is None or self.root is None or known:
            return
        bound, reduced = self.root
        gap = min(self.best.value - bound, GREATEST_GUESS * abs(bound))
        for most in (bound + share * gap for share in GUESSES):
            nearer = replace(self.search, cutoff=most, trace=[])
            answer = solve_decomposed(self._left(self._fixed(bound, reduced, most)), nearer)
            if answer.chosen is not None:
                self._take(answer.chosen)
            self._raise_bound(min(most, answer.bound))
            if self._proved() or self.search.timed_out():
                return

    def _left(self, program: Program) -> Program:
        merged, _ = merge_services(prune_pairs(drop_forbidden_pairs(program)))
        return replace(merged, points=() if self.relaxed is None else (self.relaxed,) * 2)

    def _again(self) -> SolverAnswer:
        """Solve what the fixing has left."""
        left = replace(self._left(self.program), hint=self.best.chosen)
        answer = solve_decomposed(left, self.search)
        if answer.state == "infeasible":
            # What is left has none that the cutoff lets through.
            return replace(self.best, state="done", bound=min(self.best.value, self._beyond()))
        if answer.chosen is not None:
            self._take(answer.chosen)
        best = self.best
        return replace(answer, chosen=best.chosen, value=best.value, split=best.split)

    def _branch(self) -> Literal["done", "stopped"]:
        """Search the tree for the answer and its proof."""
        visits = Visits(
            cut=lambda columns: self._cuts(columns[: self.master.count], columns),
            take=lambda columns: self._visit(integral(columns[: self.master.count]), columns),
            improve=self._improve,
            cutoff=self._cutoff,
            report=self._raise_bound,
        )
        tree = Tree(self.master, visits)
        state = tree.search(self.bound)
        if self.best.value - self.bound < self._least_step():
            self._raise_bound(self.best.value)
        return state

    def _improve(self, columns: Floats) -> None:
        """Take what can be made of a relaxed choice."""
        for chosen in self._started(columns[: self.master.count]):
            self._take(chosen)

    def _started(self, shares: Floats | None = None) -> list[Bools]:
        """Return what greedy and swaps make of a relaxed choice, or of nothing."""
        if self.moves is None:
            return []
        return [start(replace(self.moves, program=self.program), self.search, shares)]

    def _cutoff(self) -> float:
        """Return the bound from which on a part of the tree can hold no better answer."""
        if self.best.chosen is None:
            return self._beyond()
        gap = self.search.solver_gap() * max(abs(self.best.value), ABSOLUTE)
        return min(self.best.value - max(gap, self._least_step()), self._beyond())

    def _beyond(self) -> float:
        """Return the least bound that is beyond what is looked for."""
        return float(np.nextafter(self.search.cutoff, np.inf))

    def _least_step(self) -> float:
        """Return by how much a better answer must be better, with leeway for rounding."""
        return self.step * (1 - STEP_LEEWAY)

    def _cuts(self, shares: Floats, columns: Floats | None) -> int:
        found = sum(self._cut(block, shares, columns) for block in self.master.blocks)
        return found + (0 if self.room is None else self._make_room(self.room, shares, columns))

    def _make_room(self, room: Room, shares: Floats, columns: Floats | None) -> int:
        """Add the rows that say what filling up costs; tell how many."""
        least = [block.costs.least() for block in self.master.blocks]
        here = np.concatenate([shares, *least]) if columns is None else columns.copy()
        here[: len(shares)] = shares
        lower, matrix = room.cuts(here)
        self.master.add_rows(lower, matrix)
        return len(lower)

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
            added = self._cuts(chosen, answer.columns)
            little = answer.bound - last <= LITTLE_LIFT * abs(answer.bound)
            idle = idle + 1 if little else 0
            if added == 0 or idle == PATIENCE:
                self._ask_farther(chosen)
                self._round(chosen, answer)
                return "done"
            last = answer.bound

    def _ask_farther(self, shares: Floats) -> None:
        """End the search if a relaxed choice leaves much to options that are not listed yet."""
        ended = self.program.open_ended
        if ended is None or self.best.chosen is None:
            return
        left = [ended[block.costs.unlisted(shares)] for block in self.master.blocks]
        clients = np.unique(np.concatenate(left))
        if (clients >= 0).any():
            raise UnlistedError(clients[clients >= 0], self.best.chosen)

    def _round(self, chosen: Floats, answer: MasterAnswer) -> None:
        """Take the relaxed choice, which is often whole already, or what can be made of it."""
        reduced = self.master.reduced_costs()
        self._visit(integral(chosen), answer.columns)
        if not self._proved():
            for rounded in self._started(chosen):
                self._visit(rounded, answer.columns)
        self._fix(answer.bound, reduced)
        self.root, self.relaxed = (answer.bound, reduced), chosen

    def _visit(self, chosen: Bools, columns: Floats | None) -> int:
        """Take a choice as an answer if it is the best yet; return how many cuts it breaks."""
        self._take(chosen)
        return self._cuts(chosen.astype(np.float64), columns)

    def _take(self, chosen: Bools) -> None:
        program = self.program
        divides = program.splits and program.allows(chosen)
        split = divided(program, chosen) if divides else None
        answer = checked(program, chosen, "done", self.bound, split)
        if answer.chosen is not None and answer.value < self.best.value:
            if len(short := self.program.short(chosen, answer.split)):
                if self.search.timed_out():
                    return
                raise UnlistedError(short, chosen)
            self.best = answer
            self.search.note(self.bound, answer.value)

    def _cut(self, block: CostBlock, chosen: Floats, columns: Floats | None) -> int:
        theta = block.costs.least() if columns is None else thetas(block, columns)
        cuts, _ = block.costs.cuts(chosen, theta)
        if columns is None:
            # Of choices that are much alike most cuts are the same: those of one group and radius.
            made, radius = self.made[id(block)], np.full(len(theta), np.nan)
            radius[cuts.group] = cuts.radius
            fresh = [radius[cuts.group] != before[cuts.group] for before in made]
            cuts = cuts.only(np.all(fresh, axis=0)) if fresh else cuts
            made.append(radius)
        self.master.add(block, cuts)
        return len(cuts)

    def _fix(self, bound: float, reduced: Floats) -> None:
        """Fix options whose reduced cost shows that no good answer changes them."""
        most = min(self.best.value, self.search.cutoff)
        if np.isfinite(most):
            self.program = self._fixed(bound, reduced, most)
            bounds = self.program.lower, self.program.upper
            self.master.hold(*(each.astype(np.int64) for each in bounds))

    def _fixed(self, bound: float, reduced: Floats, most: float) -> Program:
        """Return the program with only what answers up to some value may choose."""
        lower, upper = self.program.lower.copy(), self.program.upper.copy()
        slack = most + FIXING_LEEWAY * max(1.0, abs(most)) - bound
        upper[(reduced > slack) & (lower == 0)] = 0
        lower[(reduced < -slack) & (upper == 1)] = 1
        return replace(self.program, lower=lower, upper=upper)

    def _raise_bound(self, bound: float) -> None:
        bound = min(bound, self.best.value)
        if bound > self.bound:
            self.bound = bound
            self.search.note(bound, self.best.value)

    def _proved(self) -> bool:
        return self._gap() <= self.search.solver_gap()

    def _gap(self) -> float:
        if self.bound > self.search.cutoff:
            return 0.0
        if self.best.chosen is None:
            return np.inf
        return (self.best.value - self.bound) / max(abs(self.best.value), ABSOLUTE)


def step_of(program: Program) -> float:
    """Return by how much the values of two answers differ at the least, if they do; 0 if by any."""
    goal = program.goal
    if goal.transform is None or not goal.weights.any():
        return unit_of(goal.linear)
    if program.splits:
        return 0.0
    costs = goal.transform(np.concatenate([program.times.data, program.fallback]))
    of_services = unit_of(goal.weights) * unit_of(costs[np.isfinite(costs)])
    return unit_of(np.append(goal.linear, of_services)) if of_services else 0.0
