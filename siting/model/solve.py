"""Solve an instance: from the objective and the limits to a solution, once or again and again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import partial
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from siting.common.errors import ClashingLimit, Fault, InfeasibleError, refuse_all
from siting.common.signals import Cancel, Progress, heed, heeding
from siting.model.formulation import Formulation, make_formulation
from siting.model.instance import Faults, Instance, as_texts, read_labels
from siting.model.limits.base import Limit
from siting.model.limits.limits import Limits
from siting.model.objectives import Lexicographic, NoWorse, Objective, Single, Worst
from siting.model.program import UnlistedError
from siting.model.solution import Outcome, Solution, conclude
from siting.model.solving.certifying import certify, uncertifiable
from siting.model.solving.feasibility import EVERYONE, clashing_limits
from siting.model.solving.methods import serving_all_it_can
from siting.model.solving.search import Search, Solver
from siting.model.solving.stages import run_stages, stages_of
from siting.model.solving.tie_breaking import break_ties
from siting.model.sources import listed_farther, listed_up_to
from siting.model.warmth import Warmth


# long: half of it says what its parameters mean
def solve(  # noqa: PLR0913 - all but three are named and have defaults
    instance: Instance,
    objective: Objective,
    limits: Limits,
    *,
    solver: Solver | str = "highs",
    time_limit: float | None = None,
    gap: float = 1e-6,
    method: Literal["classic", "decomposition"] | None = None,
    ties: bool = True,
    start: Sequence[str] = (),
    warm: Solution | None = None,
    under: Sequence[NoWorse] = (),
    certificate: bool = False,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
) -> Solution:
    """Choose which sites to open.

    Parameters
    ----------
    instance : Instance
        What there is to choose from.
    objective : Mean, Coverage, Worst, Equity, Cost, or Lexicographic
        What the best answer is best at.
    limits : Limits
        What it must keep to.
    solver : Solver or str
        "highs", "cbc" or "scip", or a `Solver` with threads and a log file.
    time_limit : float, optional
        Seconds. When they are over, the best answer so far is given, marked unproved.
    gap : float
        Relative gap at which to stop.
    method : {"classic", "decomposition"}, optional
        How to solve it; chosen by size and limits if it is not given.
    ties : bool
        Whether to look for the best-ranked of equally good answers.
    start : sequence of str
        New sites of an answer to start from, which may be good or not; those that the instance
        does not have are passed over.
    warm : Solution, optional
        The answer to nearly the same question, which makes this one faster: its sites and the
        places at which its cuts were found. The answer is the same with and without it, where ties
        are decided.
    under : sequence of NoWorse
        Other objectives, each with the value that it may be no worse than.
    certificate : bool
        Whether to prove the answer once more, so that others can check it. A worst case, and sites
        that can fill up, cannot be certified yet.
    progress : callable, optional
        Told what is being done, a line at a time.
    cancel : callable, optional
        Asked whether to end: before each solve, and at every node of the decomposition.

    Returns
    -------
    Solution
        The answer, with objective, bound and status.

    Raises
    ------
    InputError
        If a limit names what the instance does not have, a figure makes no sense, or the solver
        cannot do what is asked.
    InfeasibleError
        If no answer keeps to all limits, with a smallest set of them that clash, or with all of
        ``under`` if the limits alone hold together; if a target cannot be reached by any sites,
        with the greatest share that can; or if everyone must be served and no site at all reaches
        some.
    StoppedError
        If the solver breaks down. If only the time runs out, the status says so.
    InterruptError
        If it was cancelled.

    Examples
    --------
    >>> import numpy as np
    >>> from siting.model import Instance, Limits, Mean
    >>> minutes = np.array([[5, 40], [30, 10]])
    >>> instance = Instance.from_matrix(minutes, weights=[100, 50], site_ids=["a", "b"])
    >>> answer = solve(instance, Mean(), Limits(new_sites_max=1))
    >>> answer.new_sites, answer.status, answer.objective
    (('a',), 'optimal', 2000.0)
    """
    faults = Faults()
    limits, objective = _plain("limits", limits, faults), _plain("objective", objective, faults)
    under, solver = _plain("under", tuple(under), faults), _plain("solver", solver, faults)
    gap, time_limit = _plain("gap", gap, faults), _plain("time_limit", time_limit, faults)
    refuse_all(replace(fault, file="solve") for fault in faults)
    tell = heeding(progress or (lambda _: None), cancel)
    used = solver if isinstance(solver, Solver) else Solver(solver)
    search = Search(used, gap, time_limit, partial(heed, cancel))
    objectives = [single for single, _ in stages_of(objective)]
    objectives += [each.objective for each in under]
    parts = limits.parts()
    _check(instance, [*parts, *objectives], search, method)
    serve_all = any(single.serves_all for single in objectives)
    if serve_all and not any(isinstance(single, Worst) for single in objectives):
        _refuse_unreachable(instance)
    asked = _Asked(objective, objectives, limits, method, tuple(under), search, certificate)
    warmth = Warmth() if warm is None else warm.warmth
    while True:
        formulation = make_formulation(
            instance, limits, parts, serve_all=serve_all, start=start, warmth=warmth
        )
        refuse_all(uncertifiable(formulation, objectives) if certificate else ())
        try:
            return _solve_listed(formulation, asked, tell, ties=ties)
        except UnlistedError as short:
            instance = listed_farther(instance, short.clients)
            if len(short.chosen) == len(formulation.options):
                opened = formulation.options.sites_of(short.chosen)
                instance = listed_up_to(instance, opened)
                start = [instance.site_ids[site] for site in np.flatnonzero(opened)]


@dataclass(frozen=True, eq=False)
class _Asked:
    """What is asked, checked: objectives as given and one by one, limits, and how to search."""

    objective: Objective
    objectives: Sequence[Single]
    limits: Limits
    method: str | None
    under: Sequence[NoWorse]
    search: Search
    certificate: bool


def _solve_listed(
    formulation: Formulation, asked: _Asked, tell: Progress, *, ties: bool
) -> Solution:
    """Solve by the times that are listed; refuse if what is not listed could matter."""
    objective, search = asked.objective, asked.search
    tell("Solving")
    outcome = run_stages(formulation, objective, search, asked.method, under=asked.under)
    if outcome is None:
        tell("Looking for limits that clash")
        again = Search(Solver(), search.gap, search.time_limit, search.heed)
        if asked.under and run_stages(formulation, objective, again, asked.method) is not None:
            raise InfeasibleError([each.clash() for each in asked.under])
        clash = clashing_limits(formulation.instance, asked.limits, asked.objectives, again)
        raise InfeasibleError(clash)
    ties = ties and not isinstance(outcome.stages[-1].objective, Worst)
    if ties:
        tell("Choosing among equally good answers")
    outcome, decided = _break_ties(outcome, search) if ties else (outcome, False)
    answer = serving_all_it_can(outcome.program, outcome.answer, search)
    outcome = replace(outcome, answer=answer)
    solution = conclude(outcome, objective, asked.limits, search, ties_decided=decided)
    if not asked.certificate:
        return solution
    tell("Proving it for others to check")
    once_more = Search(Solver(), search.gap, search.time_limit, search.heed)
    return replace(solution, certificate=certify(outcome, asked.limits, once_more))


_NAMES = ("collections.abc.Sequence[str]", "tuple[str, ...]")
"""What the fields that name sites or groups hold."""


def _plain(key: str, value: Any, faults: Faults, hint: str = "") -> Any:  # noqa: ANN401 - of any type
    """What a caller gives as Python itself has it, whatever library its parts are of."""
    if is_dataclass(value):
        parts = [(each.name, getattr(value, each.name), str(each.type)) for each in fields(value)]
        whole = {name: _plain(f"{key}.{name}", part, faults, kind) for name, part, kind in parts}
        return replace(value, **whole)  # type: ignore[type-var] # no class is given
    if "Mapping" in hint and not isinstance(value, Mapping | pd.Series):
        faults.note(key, value, "has no labels", "Give a mapping or Series.")
    elif isinstance(value, Mapping) or "Mapping" in hint:
        texts = read_labels(key, value.keys(), 0, faults)
        named = zip(texts, (each for _, each in value.items()), strict=True)
        return {name: _plain(f"{key}.{name}", each, faults, "float") for name, each in named}
    if hasattr(value, "tolist"):
        value = np.nan if value is np.ma.masked else value.tolist()
    if hint in _NAMES:
        return tuple(as_texts(key, [value] if isinstance(value, str) else value, faults))
    if isinstance(value, list | tuple):
        return tuple(_plain(f"{key}.{place}", each, faults) for place, each in enumerate(value))
    number = ("int" in hint or "float" in hint) and "str" not in hint
    missing = value.data if isinstance(value, csr_array) else np.array([value], dtype=object)
    if (value is not None and pd.isna(missing).any()) or (number and isinstance(value, str)):
        faults.note(key, value, "is not a number", "Give a number, or leave it out.")
    return value


def _check(
    instance: Instance, asked: Sequence[Limit | Single], search: Search, method: str | None
) -> None:
    faults = [fault for each in asked for fault in each.faults(instance)]
    faults += [Fault("solve", *wrong) for wrong in _wrong_settings(search, method)]
    refuse_all(faults)


def _wrong_settings(search: Search, method: str | None) -> Iterator[tuple[str, object, str, str]]:
    if not 0 <= search.gap < 1:
        yield "gap", search.gap, "is not from 0 to 1", "Give a share, as 1e-6."
    if search.time_limit is not None and not search.time_limit > 0:
        yield "time_limit", search.time_limit, "is not positive", "Give seconds."
    if method not in {None, "classic", "decomposition"}:
        yield "method", method, "no such method", "Give classic or decomposition, or leave it out."
    if method == "decomposition" and search.solver.name != "highs":
        yield "method", method, "is for HiGHS only", "Use classic."


def _refuse_unreachable(instance: Instance) -> None:
    alone = (np.diff(instance.times.indptr) == 0) & (instance.weights > 0)
    if alone.any():
        names = ", ".join(instance.client_ids[client] for client in np.flatnonzero(alone))
        reason = f"no site at all reaches {names}, and everyone must reach one"
        raise InfeasibleError([ClashingLimit(EVERYONE.key, reason)])


def _break_ties(outcome: Outcome, search: Search) -> tuple[Outcome, bool]:
    if any(stage.result.status != "optimal" for stage in outcome.stages):
        return outcome, False
    options = outcome.formulation.options
    answer, decided = break_ties(outcome.program, options, outcome.answer, search)
    return replace(outcome, answer=replace(answer, method=outcome.answer.method)), decided


@dataclass(frozen=True, eq=False)
class Task:
    """What is to be chosen from, what is best, and under which limits.

    Parameters
    ----------
    instance : Instance
        What there is to choose from.
    objective : Objective
        What the best answer is best at.
    limits : Limits
        What it must keep to.
    solver : Solver
        Which one, and how.
    time_limit : float, optional
        Seconds for each time that it is solved.
    gap : float
        Relative gap at which to stop.
    """

    instance: Instance
    objective: Objective
    limits: Limits
    solver: Solver
    time_limit: float | None = None
    gap: float = 1e-6

    def solve(  # noqa: PLR0913 - all have defaults
        self,
        limits: Limits | None = None,
        *,
        ties: bool = False,
        under: Sequence[NoWorse] = (),
        start: Sequence[str] = (),
        warm: Solution | None = None,
        certificate: bool = False,
        progress: Progress | None = None,
        cancel: Cancel | None = None,
    ) -> Solution:
        """Return an answer that is as good as any; of equally good ones any, unless for `ties`."""
        given = {**vars(self), "limits": limits or self.limits, "certificate": certificate}
        given |= {"progress": progress, "cancel": cancel}
        return solve(**given, ties=ties, under=under, start=start, warm=warm)

    def per_person(self, value: float) -> float:
        """An objective value as results give it: a sum of minutes becomes a mean."""
        last = self.objective
        while isinstance(last, Lexicographic):
            last = last.stages[-1][0]
        return value / float(self.instance.weights.sum()) if last.kind == "mean" else value
