"""The best answer for each number of new offices, and what each is worth."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Self

import numpy as np
import pandas as pd

from siting.common.errors import ClashingLimit, Fault, InfeasibleError, InputError
from siting.common.signals import Progress
from siting.model.limits.limits import Limits
from siting.model.solution import Solution
from siting.model.solve import Task
from siting.results.measures import MEASURES, Measures
from siting.scenario.limits import VARIED, limit_of

FRONTIER_COLUMNS = [
    *("step", "status", "reason", "clash", "gap", "objective", "bound", "new_offices"),
    *("nested", "dropped"),
    *("annual_cost_msek", "one_off_cost_msek", *MEASURES, "sites", "closed"),
]
"""step: most new offices or MSEK, 0 the present network; clash: limits that cannot hold together;
nested: whether every new office of the last possible step opens in this one too, and dropped: codes
of those that do not; objective and bound: as in the manifest; sites: codes of the new offices, and
closed: of the existing ones that close, joined by a semicolon."""


@dataclass(frozen=True)
class Frontier:
    """The values that a limit takes, one after the other.

    Parameters
    ----------
    limit : {"new_offices", "annual_budget"}
        The most new offices, forced ones included, or MSEK a year.
    values : sequence of float
        Rising; 0 new offices are the present network, which is no step of its own.
    keep : bool
        Whether the limits of the other kind hold too, on money or on the number; else they are
        lifted.
    """

    limit: str
    values: Sequence[float]
    keep: bool = False

    @classmethod
    def of_offices(cls, first: int, last: int, *, keep: bool = False) -> Self:
        """Every number of new offices from the first to the last."""
        if first > last:
            raise ValueError(f"{first} is more than {last}")
        return cls("new_offices", range(first, last + 1), keep)

    @property
    def name(self) -> str:
        """What a study of it is called behind the name of the scenario."""
        return f"frontier-{self.limit}"

    def as_manifest(self) -> dict[str, object]:
        """Its ends, as the manifest of a run holds them."""
        return {"first": self.values[0], "last": self.values[-1], "keep_budget": self.keep}

    def steps(self, limits: Limits) -> Iterator[tuple[float, Limits]]:
        """Each value, and the limits that then hold."""
        if self.limit == "annual_budget":
            most = limits.new_sites_max if self.keep else None
            for value in self.values:
                yield value, replace(limits, annual_budget=value, new_sites_max=most)
            return
        held = limits if self.keep else _without_budgets(limits)
        for value in self.values:
            if value > 0:
                yield value, replace(held, new_sites_max=int(value))


def _without_budgets(limits: Limits) -> Limits:
    phases = [replace(each, annual_budget=None, one_off_budget=None) for each in limits.phases]
    return replace(limits, annual_budget=None, one_off_budget=None, phases=phases)


@dataclass(frozen=True)
class Step:
    """The best answer with at most so many new offices, or so much money.

    Parameters
    ----------
    number : float
        The value of the limit; 0 is the present network, which needs none.
    open_sites : tuple of str
        All that are open; none where there is no answer.
    solution : Solution or None
        None for the present network, and where no answer keeps to all limits.
    clash : tuple of str
        The limits that then clash, by the keys that results give them.
    measures : Measures or None
        What it is worth, once that is known; None where there is no answer.
    figures : mapping of str to float
        objective, bound, gap, annual_cost_msek and one_off_cost_msek, as far as there are any.
    """

    number: float
    open_sites: tuple[str, ...]
    solution: Solution | None = None
    clash: tuple[str, ...] = ()
    measures: Measures | None = None
    figures: Mapping[str, float | None] = field(default_factory=dict)


def read_frontier(text: str, *, keep_budget: bool = False) -> Frontier:
    """Read what a user asks for, such as 4..40.

    Examples
    --------
    >>> read_frontier("4..40").values
    range(4, 41)
    """
    first, dots, last = text.partition("..")
    if dots and first.isdecimal() and last.isdecimal() and int(first) <= int(last):
        return Frontier.of_offices(int(first), int(last), keep=keep_budget)
    remedy = "Write the least and the greatest number of new offices, such as --frontier 4..40."
    raise InputError([Fault("command line", "--frontier", text, "is no range", remedy)])


def read_over(text: str, *, keep: bool = False) -> Frontier:
    """Read what a user asks for, such as new_offices=4..40 or annual_budget=20,55.5.

    Examples
    --------
    >>> read_over("annual_budget=20..30..5").values
    (20.0, 25.0, 30.0)
    """
    limit, equals, wanted = text.partition("=")
    if equals and limit in VARIED:
        try:
            values = _values(wanted)
        except ValueError:
            values = []
        rising = all(low < high for low, high in pairwise(values))
        whole = limit == "annual_budget" or all(value.is_integer() for value in values)
        if values and values[0] > 0 and rising and whole:
            kind = int if limit == "new_offices" else float
            return Frontier(limit, tuple(map(kind, values)), keep)
    remedy = "Write new_offices=4..40, annual_budget=20..80..5 or annual_budget=20,55,80."
    raise InputError([Fault("command line", "--over", text, "is no range of a limit", remedy)])


def _values(text: str) -> list[float]:
    """A..B in steps of 1, A..B..STEP, or numbers with commas between them."""
    if ".." not in text:
        return [float(value) for value in text.split(",")]
    first, last, *steps = map(float, text.split(".."))
    step = steps[0] if steps else 1.0
    if len(steps) > 1 or step <= 0 or not np.isfinite([first, last, step]).all():
        raise ValueError(text)
    # Half a step beyond, so that rounding does not lose the last value.
    return [round(value, 6) for value in np.arange(first, last + step / 2, step).tolist()]


def solve_frontier(task: Task, asked: Frontier, progress: Progress) -> Iterator[Step]:
    """Solve once for each value of a limit, everything else being equal."""
    pairs = zip(task.instance.site_ids, task.instance.existing, strict=True)
    yield Step(0, tuple(site for site, existing in pairs if existing))
    for number, held in asked.steps(task.limits):
        progress(f"Solving the frontier: {number:g}")
        try:
            answer = task.solve(held, ties=True)
            yield Step(number, answer.open_sites, answer)
        except InfeasibleError as error:
            yield Step(number, (), clash=_keys(error.clash))


def _keys(clash: Iterable[ClashingLimit]) -> tuple[str, ...]:
    """What limits are called in a scenario, each once."""
    return tuple(dict.fromkeys(limit_of(each.key, each.group).key for each in clash))


def frontier_table(steps: Sequence[Step]) -> pd.DataFrame:
    """One row a step: what was proved of it, what it costs and what it is worth."""
    rows, before = [], set[str]()
    for step in steps:
        row: dict[str, Any] = {"step": step.number, **_verdict(step), **step.figures}
        if step.measures is not None:
            made = step.solution
            new, closed = ((), ()) if made is None else (made.new_sites, made.closed_sites)
            access = step.measures.access.set_index("measure")["after"]
            dropped = sorted(before - set(new))
            row |= {"new_offices": len(new), "nested": not dropped, **access}
            row |= {"dropped": ";".join(dropped)}
            row |= {"sites": ";".join(new), "closed": ";".join(closed)}
            before = set(new)
        rows.append(row)
    table = pd.DataFrame(rows).reindex(columns=FRONTIER_COLUMNS)
    return table.astype({"new_offices": "Int64", "nested": "boolean"})


def _verdict(step: Step) -> dict[str, str]:
    if step.solution is not None:
        return {"status": step.solution.status, "reason": step.solution.reason, "clash": ""}
    status, reason = ("present", "") if step.number == 0 else ("infeasible", "clash")
    return {"status": status, "reason": reason, "clash": ";".join(step.clash)}
