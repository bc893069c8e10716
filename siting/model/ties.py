"""Of equally good answers, give the one that the rule names, and say whether that is proved.

The rule: fewest new sites, then lowest annual cost of them, then the smallest labels. Labels are
compared one by one in sorted order; where one list begins the other, the longer comes first.
"""

from dataclasses import replace

import numpy as np

from siting.model.classic import Answer
from siting.model.flat import solve_flat
from siting.model.limits.base import Row
from siting.model.options import Options
from siting.model.presolve import drop_forbidden_pairs, merge_services, prune_pairs
from siting.model.program import Ceiling, Functional, Program, Split
from siting.model.solvers import Search
from siting.types import Bools, Floats, Ints

# Answers whose objectives differ by no more than this, relative, are equally good.
TIE = 1e-9
# What the row that keeps an answer as good gets on top, so that the solver's own tolerance does not
# make it miss one. What is let through by that is checked and rejected.
LEEWAY = 1e-7
# Enough for the ties of real instances; beyond it the answer says that it is undecided. A number
# of solves and not of seconds, so that equal inputs give equal answers.
MOST_SOLVES = 60


class _UndecidedError(Exception):
    """Too many solves, or one that ended without proof."""


def break_ties(
    program: Program, options: Options, labels: tuple[str, ...], answer: Answer, search: Search
) -> tuple[Answer, bool]:
    """Return the best-ranked of the equally good answers, and whether that is proved.

    Parameters
    ----------
    program : Program
        What is solved.
    options : Options
        Ways to open, keep or shut a site.
    labels : tuple of str
        Of the sites.
    answer : Answer
        An optimal one, with options chosen.
    search : Search
        Solver, gap and time that is left.

    Returns
    -------
    tuple of (Answer, bool)
        The answer, and whether no equally good one ranks before it.

    Raises
    ------
    ValueError
        If the answer has no options chosen.
    """
    if answer.narrowed is not None:
        lower, upper = answer.narrowed
        program = replace(program, lower=lower, upper=upper)
        program = prune_pairs(drop_forbidden_pairs(program))
        program, _ = merge_services(program)
    names = np.asarray([labels[site] for site in options.site], dtype=np.str_)
    order = np.lexsort((options.kind, options.phase, names))
    ranking = _Ranking(program, options, order, answer, search)
    try:
        ranking.improve()
    except _UndecidedError:
        return ranking.best, False
    return ranking.best, True


class _Ranking:
    """The best-ranked answer so far, and the search for a better one in small solves."""

    def __init__(
        self, program: Program, options: Options, order: Ints, best: Answer, search: Search
    ) -> None:
        self.program = program
        free = program.lower < program.upper
        self.order = order[free[order]]
        self.best = best
        self.search = search
        self.count: Floats = options.new.astype(np.float64)
        self.cost: Floats = np.where(options.new, options.annual_cost, 0.0)
        self.solves = 0
        self.rejected: list[Row] = []

    def improve(self) -> None:
        if not self._has_rival():
            return
        self._lower(self.count, ())
        fewest = _at_most(self.count, self._of_best(self.count))
        self._lower(self.cost, (fewest,))
        self._smallest_labels((fewest, _at_most(self.cost, self._of_best(self.cost))))

    def _has_rival(self) -> bool:
        """Tell whether there is an equally good answer with as few or fewer new sites.

        It asks for the second-best answer, which is as easy as the best was; to ask for one that
        is as good is hard where there is none.
        """
        not_more = _at_most(self.count, self._of_best(self.count))
        rows = (*self.program.rows, not_more, _differs(self._chosen(), self.order))
        second = self._solve(replace(self.program, rows=rows))
        if second is None or second.bound > self._most():
            return False
        if second.value > self._most():
            raise _UndecidedError
        return True

    def _lower(self, measure: Floats, rows: tuple[Row, ...]) -> None:
        """Go over to the answer with the least measure."""
        least = self._find(measure, rows)
        if least is not None and self._measure(measure, least) < self._of_best(measure):
            self.best = least

    def _smallest_labels(self, rows: tuple[Row, ...]) -> None:
        """Settle one label after another, from the smallest."""
        settled = 0
        while settled < len(self.order):
            chosen = self._chosen()[self.order]
            ahead = np.flatnonzero(chosen[settled:])
            position = settled + int(ahead[0]) if len(ahead) else len(self.order)
            earlier = self.order[settled:position]
            if len(earlier):
                needs_earlier = Row("", earlier, np.ones(len(earlier)), lower=1)
                found = self._find(self.count, (*rows, needs_earlier), settled)
                if found is not None:
                    self.best = found
                    continue
            settled = position + 1

    def _find(self, goal: Floats, rows: tuple[Row, ...], settled: int = 0) -> Answer | None:
        """Return the answer as good as the best, under more rows, with the least linear goal."""
        most = self._most()
        loose = most + LEEWAY * max(10.0, abs(most))
        fixed = self.order[:settled]
        lower, upper = self.program.lower.copy(), self.program.upper.copy()
        lower[fixed] = upper[fixed] = self._chosen()[fixed]
        base = replace(
            drop_forbidden_pairs(replace(self.program, lower=lower, upper=upper)),
            goal=Functional(goal, np.zeros(len(self.program.fallback))),
            ceilings=(*self.program.ceilings, Ceiling(self.program.goal, loose)),
        )
        while True:
            answer = self._solve(replace(base, rows=(*base.rows, *rows, *self.rejected)))
            if answer is None or answer.chosen is None:
                return None
            value = self._value(answer.chosen, answer.split)
            if value <= most:
                return replace(answer, value=value, bound=self.best.bound)
            # The solver's tolerance let through what is not quite as good.
            self.rejected.append(_differs(answer.chosen, self.order))

    def _solve(self, program: Program) -> Answer | None:
        self.solves += 1
        if self.solves > MOST_SOLVES:
            raise _UndecidedError
        answer = solve_flat(program, self.search)
        if answer.state == "stopped":
            raise _UndecidedError
        return None if answer.state == "infeasible" else answer

    def _most(self) -> float:
        """Return the greatest value that counts as equally good."""
        return self.best.value + TIE * abs(self.best.value)

    def _value(self, chosen: Bools, split: Split | None) -> float:
        if split is not None:
            return self.program.goal.of_split(chosen, split, self.program.fallback)
        return self.program.goal.of_times(chosen, self.program.nearest(chosen))

    def _chosen(self) -> Bools:
        if self.best.chosen is None:
            raise ValueError("ties are broken only between answers")
        return self.best.chosen

    def _of_best(self, measure: Floats) -> float:
        return float(measure @ self._chosen())

    @staticmethod
    def _measure(measure: Floats, answer: Answer) -> float:
        return np.inf if answer.chosen is None else float(measure @ answer.chosen)


def _at_most(measure: Floats, most: float) -> Row:
    columns = np.flatnonzero(measure)
    return Row("", columns, measure[columns], upper=most)


def _differs(chosen: Bools, order: Ints) -> Row:
    """Return the row that forbids exactly these options among the free ones."""
    signs = np.where(chosen[order], -1.0, 1.0)
    return Row("", order, signs, lower=1.0 - float(chosen[order].sum()))
