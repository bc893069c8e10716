"""Why a site is in an answer, or not: what deciding it the other way would cost, and for whom."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from siting.common.errors import ClashingLimit, InfeasibleError
from siting.common.types import Floats
from siting.model import Limits, Solution, Task, solve
from siting.scenario.limits import LIMITS


@dataclass(frozen=True, eq=False)
class Explanation:
    """Why a site is open in the best answer, or not.

    Parameters
    ----------
    site : str
    is_open : bool
        Whether it is open in the best answer.
    best : Solution
    other : Solution or None
        The best answer with the site the other way; None if there is none.
    clash : tuple of ClashingLimit
        Why there is none.
    limits : DataFrame
        One row for each limit changed: name (that of a scenario), change ("dropped", "one more",
        "1 more"), gain (by how much the objective gets better, not negative), site_open (whether
        the site would then be open), proved.
    people : DataFrame
        One row for each group of clients that the site makes a difference to: municipality,
        gain_people and lose_people (who have a shorter or longer way with the site open than
        without), person_minutes (saved by it, one way).
    """

    site: str
    is_open: bool
    best: Solution
    other: Solution | None
    clash: tuple[ClashingLimit, ...]
    limits: pd.DataFrame
    people: pd.DataFrame

    @property
    def cost(self) -> float:
        """By how much the objective gets worse the other way; infinite if it cannot be."""
        return np.inf if self.other is None else worse_by(self.best, self.other)


def worse_by(best: Solution, other: Solution) -> float:
    """By how much an answer is worse than another, in the unit of the objective."""
    if best.objective is None or other.objective is None:
        return np.nan
    difference = other.objective - best.objective
    return difference if best.sense == "min" else -difference


def explain(task: Task, site: str) -> Explanation:
    """Solve a problem with a site the other way, and with its limits changed one at a time."""
    # With ties decided, since it has to be the answer that a run gives.
    best = solve(task.instance, task.objective, task.limits, solver=task.solver)
    is_open = site in best.open_sites
    other: Solution | None = None
    clash: tuple[ClashingLimit, ...] = ()
    try:
        other = task.solve(other_way(task.limits, site, is_open=is_open))
    except InfeasibleError as error:
        clash = error.clash
    changed = pd.DataFrame(_changed(task, best, site))
    people = pd.DataFrame() if other is None else _people(task, site, best, other)
    return Explanation(site, is_open, best, other, clash, changed, people)


def other_way(limits: Limits, site: str, *, is_open: bool) -> Limits:
    """The limits with a site forced shut if it is open, and open if it is not."""
    force_open = [other for other in limits.force_open if other != site]
    force_shut = [other for other in limits.force_shut if other != site]
    (force_shut if is_open else force_open).append(site)
    return replace(limits, force_open=force_open, force_shut=force_shut)


def _changed(task: Task, best: Solution, site: str) -> Iterator[dict[str, object]]:
    for name, change, limits in (*_dropped(task.limits), *_loosened(task.limits)):
        solution = task.solve(limits)
        yield {
            "name": name,
            "change": change,
            "gain": max(0.0, -worse_by(best, solution)),
            "site_open": site in solution.open_sites,
            "proved": solution.status == "optimal",
        }


def _dropped(limits: Limits) -> Iterator[tuple[str, str, Limits]]:
    """Each limit that can be dropped, with the limits that are left."""
    for limit in LIMITS:
        if not limit.field:
            continue
        given, left = getattr(limits, limit.field), getattr(Limits(), limit.field)
        if limit.group:
            left = [each for each in given if each != limit.group]
        if _listed(given) != _listed(left):
            yield limit.key, "dropped", replace(limits, **{limit.field: left})


def _listed(value: object) -> object:
    """A limit's value; one list is like the other where both say the same."""
    return list(value) if isinstance(value, dict | list | tuple) else value


def _loosened(limits: Limits) -> Iterator[tuple[str, str, Limits]]:
    """The limits with one more office, or one more unit of money."""
    for limit in LIMITS:
        if limit.more and (given := getattr(limits, limit.field)) is not None:
            yield limit.key, limit.more, replace(limits, **{limit.field: given + 1})


def _people(task: Task, site: str, best: Solution, other: Solution) -> pd.DataFrame:
    with_site, without = (best, other) if site in best.open_sites else (other, best)
    saved = minutes_of(task, without) - minutes_of(task, with_site)
    weights = task.instance.weights
    table = pd.DataFrame(
        {
            "municipality": task.instance.client_groups["municipality"],
            "gain_people": np.where(saved > 0, weights, 0.0),
            "lose_people": np.where(saved < 0, weights, 0.0),
            "person_minutes": weights * saved,
        }
    )
    sums = table.groupby("municipality").sum().reset_index()
    touched = sums[(sums["gain_people"] > 0) | (sums["lose_people"] > 0)]
    return touched.sort_values("person_minutes", ascending=False).reset_index(drop=True)


def minutes_of(task: Task, solution: Solution) -> Floats:
    """Mean minutes of each client in an answer."""
    # Entries of both matrices are matched one by one, since a stored 0 is a time.
    shares = solution.shares.tocoo()
    times = np.asarray(task.instance.times[shares.row, shares.col]).ravel()
    return np.bincount(
        shares.row, weights=shares.data * times, minlength=len(task.instance.weights)
    )
