"""Of equally good answers, give the one that the rule names, and say whether that is proved.

The rule: fewest new sites, then lowest annual cost of them, then the smallest labels. Labels are
compared one by one in sorted order; where one list begins the other, the longer comes first.
"""

from dataclasses import replace

import numpy as np

from siting.common.types import Bools, Floats, Ints
from siting.model.options import Options
from siting.model.presolve import drop_forbidden_pairs, merge_services, prune_pairs
from siting.model.program import Program, Row, other_than, sum_row
from siting.model.solving.classic import SolverAnswer
from siting.model.solving.methods import served, solve_flat
from siting.model.solving.search import Search

# Answers whose objectives differ by no more than this, relative, are equally good.
TIE = 1e-9
# Costs that differ by no more than this, relative, are equal: to a solver, a site is open that is
# so to all but a millionth.
SAME_COST = 1e-5
# Enough for the ties of real instances; beyond it the answer says that it is undecided. A number
# of solves and not of seconds, so that equal inputs give equal answers.
MOST_SOLVES = 60


class _UndecidedError(Exception):
    """Too many solves, or one that ended without proof."""


def break_ties(
    program: Program, options: Options, answer: SolverAnswer, search: Search
) -> tuple[SolverAnswer, bool]:
    """Return the best-ranked of the equally good answers, and whether that is proved."""
    whole = program
    if answer.narrowed is not None:
        lower, upper = answer.narrowed
        program = replace(program, lower=lower, upper=upper)
        program = prune_pairs(drop_forbidden_pairs(program))
        program, _ = merge_services(program)
    if answer.relaxed is not None:
        program = replace(program, points=(answer.relaxed,) * 2)
    names = np.asarray(options.instance.site_ids, dtype=np.str_)[options.site]
    order = np.lexsort((options.kind, options.phase, names))
    ranking = _Ranking(program, options, order, answer, search)
    decided = True
    try:
        ranking.improve()
    except _UndecidedError:
        decided = False
    if answer.narrowed is not None and ranking.best.chosen is not None and whole.splits:
        # What is found divides the people of the narrower program.
        split = served(whole, ranking.best.chosen, -np.inf).split
        if split is None:
            return answer, False
        return replace(ranking.best, split=split), decided
    return ranking.best, decided


class _Ranking:
    """The best-ranked answer so far, and the search for a better one in small solves."""

    def __init__(
        self, program: Program, options: Options, order: Ints, best: SolverAnswer, search: Search
    ) -> None:
        self.program = program
        free = program.lower < program.upper
        self.order = order[free[order]]
        self.best = best
        self.search = search
        self.count: Floats = options.new.astype(np.float64)
        self.cost: Floats = np.where(options.new, options.annual_cost, 0.0)
        self.solves = 0

    def improve(self) -> None:
        not_more = _at_most(self.count, self._of_best(self.count))
        if self._find((not_more, other_than(self._chosen(), self.program))) is None:
            return
        while self._goes_over(self.count, self._of_best(self.count) - 0.5):
            pass
        fewest = _at_most(self.count, self._of_best(self.count))
        while self._goes_over(self.cost, self._of_best(self.cost) * (1 - SAME_COST), fewest):
            pass
        self._smallest_labels((fewest, _at_most(self.cost, self._of_best(self.cost))))

    def _goes_over(self, measure: Floats, most: float, *rows: Row) -> bool:
        """Go over to an answer with no more than so much of the measure, if there is any."""
        if most <= 0:
            return False
        # Scaled, since solvers hold rows to a tolerance that is not relative.
        found = self._find((*rows, _at_most(measure / most, 1.0)))
        if found is not None:
            self.best = found
        return found is not None

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
                found = self._find((*rows, needs_earlier), settled)
                if found is not None:
                    self.best = found
                    continue
            settled = position + 1

    def _find(self, rows: tuple[Row, ...], settled: int = 0) -> SolverAnswer | None:
        """Return an answer as good as the best, under more rows and with some options settled.

        It asks for the best under these rows, which is as easy as the best was; to ask for one
        that is as good is hard where there is none.
        """
        self.solves += 1
        if self.solves > MOST_SOLVES:
            raise _UndecidedError
        fixed = self.order[:settled]
        lower, upper = self.program.lower.copy(), self.program.upper.copy()
        lower[fixed] = upper[fixed] = self._chosen()[fixed]
        narrower = replace(self.program, lower=lower, upper=upper)
        narrower = replace(drop_forbidden_pairs(narrower), rows=(*self.program.rows, *rows))
        most = self.best.value + TIE * abs(self.best.value)
        answer = solve_flat(narrower, replace(self.search, cutoff=most), self.best.method)
        if answer.value <= most:
            return replace(answer, bound=self.best.bound)
        if answer.state == "infeasible" or answer.bound > most:
            return None
        raise _UndecidedError

    def _chosen(self) -> Bools:
        if self.best.chosen is None:
            raise ValueError("ties are broken only between answers")
        return self.best.chosen

    def _of_best(self, measure: Floats) -> float:
        return float(measure @ self._chosen())


def _at_most(measure: Floats, most: float) -> Row:
    return sum_row("", measure != 0, measure, upper=most)
