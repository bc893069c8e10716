"""What solving gives back, and how it is made from the outcome of a search."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from siting.common.types import Bools, Floats, Ints
from siting.model.formulation import Formulation
from siting.model.instance import Instance, entry_rows, nearest_minutes, row_minima, rows_at
from siting.model.limits.base import LimitUse
from siting.model.limits.limits import Limits
from siting.model.limits.numbers import Phase
from siting.model.objectives import Coverage, Lexicographic, Objective, Single, Worst, targets_of
from siting.model.options import OfficeType, Options
from siting.model.program import Program, Split
from siting.model.solving.certificate import Certificate
from siting.model.solving.classic import SolverAnswer
from siting.model.solving.search import Reason, Search, SolveStatus, Status, TracePoint, status_of
from siting.model.sources import listed_up_to
from siting.model.warmth import Warmth


@dataclass(frozen=True)
class StageResult:
    """What one objective came to.

    Parameters
    ----------
    kind : str
        "mean", "coverage", "worst", "equity" or "cost".
    sense : {"min", "max"}
    objective, bound, gap : float
        In the unit of the objective. ``objective`` is None if no answer was found.
    final : float or None
        What the final answer comes to; worse than ``objective`` only by the stage's tolerance.
    status, reason : str
        As in `Solution`.
    """

    kind: str
    sense: Literal["min", "max"]
    objective: float | None
    bound: float
    gap: float
    final: float | None
    status: Status
    reason: Reason


@dataclass(frozen=True, eq=False)
class Solution:
    """An answer, and what may be said of it.

    Parameters
    ----------
    status : {"optimal", "feasible", "unknown"}
        "optimal" only if the objective is within ``max(1e-9, 1e-6 |objective|)`` of the bound, in
        every stage; "unknown" if no answer was found. What cannot be satisfied raises instead.
    reason : {"proved", "gap_reached", "time_limit", "solver_stopped"}
        Why the search stopped.
    objective : float or None
        Recomputed from the answer; None if there is none. Mean: the weighted sum of minutes, with
        costs where they have a weight. Coverage: people. Worst: minutes. Equity: the EDE in
        minutes. Cost: money a year. Of a lexicographic list: that of the last objective.
    bound : float
        No answer can be better than this; infinite if nothing is proved.
    gap : float
        ``|objective - bound| / max(|objective|, 1e-9)``.
    sense : {"min", "max"}
    stages : tuple of StageResult
        One for each objective solved; after a worst case, the mean as well.
    open_sites, new_sites, closed_sites : tuple of str
        All that are open in the end; those that were not open before; those that no longer are.
    office_types, opened_in : mapping of str to str
        The type of each new site, and the phase in which it opens; empty without types or phases.
    annual_saving : float
        What the sites that close cost a year.
    assignment : ndarray of int, shape (clients,)
        Index of the open site that most of each client goes to, in the last phase: the nearest,
        unless sites fill up. -1 if it reaches none.
    shares : scipy.sparse.csr_array, shape (clients, sites)
        Which part of each client goes where in the last phase.
    splits : bool
        Whether capacities may send people elsewhere than to the nearest open site.
    unreached : tuple of str
        Clients with people whom no site at all reaches, or not within the time asked for.
    limits : tuple of LimitUse
        What is used of each limit, and left.
    trace : tuple of TracePoint
        Bound and incumbent over time, of the objective.
    pairs, pairs_kept : int
        Pairs of client and site with a time, and those that pruning and merging left.
    method : str
        How it was solved: "classic" or "decomposition".
    ties_decided : bool
        Whether it is proved that, of the answers as good to 1e-9, this has the fewest new sites,
        then the least annual cost, then the smallest labels.
    seconds : float
        Time taken.
    certificate : Certificate, optional
        The proof that others can check, where it was asked for.
    warmth : Warmth
        What it leaves to the next solve, as ``warm``.
    """

    status: Status
    reason: Reason
    objective: float | None
    bound: float
    gap: float
    sense: Literal["min", "max"]
    stages: tuple[StageResult, ...]
    open_sites: tuple[str, ...]
    new_sites: tuple[str, ...]
    closed_sites: tuple[str, ...]
    office_types: Mapping[str, str]
    opened_in: Mapping[str, str]
    annual_saving: float
    assignment: Ints
    shares: csr_array
    splits: bool
    unreached: tuple[str, ...]
    limits: tuple[LimitUse, ...]
    trace: tuple[TracePoint, ...]
    pairs: int
    pairs_kept: int
    method: str
    ties_decided: bool
    seconds: float
    certificate: Certificate | None = None
    warmth: Warmth = field(default_factory=Warmth, repr=False)


@dataclass(frozen=True, eq=False)
class SolvedStage:
    """A stage that has been solved.

    Parameters
    ----------
    objective : Single
        What was asked for.
    formulation : Formulation
        What it was solved in.
    result : StageResult
        What it came to.
    trace : tuple of TracePoint
        How bound and incumbent moved, in the unit of the objective.
    program : Program, optional
        As it was solved; none of a worst case.
    chosen : ndarray of bool, optional
        The options of its answer, if it has one.
    """

    objective: Single
    formulation: Formulation
    result: StageResult
    trace: tuple[TracePoint, ...]
    program: Program | None = None
    chosen: Bools | None = None


@dataclass(frozen=True, eq=False)
class Outcome:
    """All stages, and the program and answer of the last.

    Parameters
    ----------
    formulation : Formulation
        As narrowed by a worst case found.
    program : Program
    service_of : ndarray of int
        The service of the program that each service of the formulation became part of.
    answer : SolverAnswer
    stages : tuple of SolvedStage
    relaxed : tuple of ndarray of float, shape (options,)
        Where relaxations ended.
    """

    formulation: Formulation
    program: Program
    service_of: Ints
    answer: SolverAnswer
    stages: tuple[SolvedStage, ...]
    relaxed: tuple[Floats, ...]


def conclude(
    outcome: Outcome, objective: Objective, limits: Limits, search: Search, *, ties_decided: bool
) -> Solution:
    """Return the solution of an outcome."""
    formulation, answer = outcome.formulation, outcome.answer
    instance, options = formulation.instance, formulation.options
    found = answer.chosen is not None
    chosen = np.zeros(len(options), dtype=np.bool_) if answer.chosen is None else answer.chosen
    is_open = options.sites_of(chosen)
    closed = instance.existing & ~is_open & found
    instance = listed_up_to(instance, is_open) if found else instance
    stage = _reported(outcome, objective)
    results = tuple(_result(each, outcome) for each in outcome.stages)
    reported = results[outcome.stages.index(stage)]
    ended = _overall(results, reported, search)
    shares = _shares(outcome, instance, is_open)
    uses = (part.use(options, chosen) for part in limits.parts()) if found else ()
    return Solution(
        status=ended.status,
        reason=ended.reason,
        objective=reported.final,
        bound=reported.bound,
        gap=ended.gap,
        sense=reported.sense,
        stages=results,
        open_sites=_labels(instance, is_open),
        new_sites=_labels(instance, is_open & ~instance.existing),
        closed_sites=_labels(instance, closed),
        office_types=_named(options, chosen, options.kind, limits.office_types),
        opened_in=_named(options, chosen, options.phase, limits.phases),
        annual_saving=float(instance.annual_cost[closed].sum()),
        assignment=_most(shares),
        shares=shares,
        splits=outcome.program.splits,
        unreached=out_of_reach(formulation, [each.objective for each in outcome.stages]),
        limits=tuple(use for use in uses if use is not None),
        trace=stage.trace,
        pairs=formulation.pairs,
        pairs_kept=int(outcome.program.times.nnz),
        method=answer.method,
        ties_decided=ties_decided,
        seconds=search.elapsed(),
        warmth=Warmth.of(options, (*outcome.relaxed, chosen.astype(np.float64)))
        if found
        else Warmth(),
    )


def report(single: Single, value: float, formulation: Formulation) -> float:
    """Return a value of a functional in the unit of its objective."""
    if np.isinf(value):
        return -value if single.sense == "max" else value
    return single.report(value, formulation)


def _result(stage: SolvedStage, outcome: Outcome) -> StageResult:
    """Return what a stage came to, with its bound held against the final answer."""
    result, final = stage.result, _final(stage, outcome)
    if final is None:
        return result
    held = max if result.sense == "max" else min
    return replace(result, final=final, bound=held(result.bound, final))


def _final(stage: SolvedStage, outcome: Outcome) -> float | None:
    """Return what the final answer comes to in a stage."""
    answer, program = outcome.answer, outcome.program
    if answer.chosen is None:
        return None
    if isinstance(stage.objective, Worst):
        return float(program.minutes(answer.chosen, answer.split).max(initial=0.0))
    functional, count = stage.objective.functional(stage.formulation), len(program.fallback)
    merged = np.bincount(outcome.service_of, weights=functional.weights, minlength=count)
    functional = replace(functional, weights=merged)
    value = program.value(functional, answer.chosen, answer.split)
    return report(stage.objective, value, stage.formulation)


def _reported(outcome: Outcome, objective: Objective) -> SolvedStage:
    """Return the last stage that was asked for; the mean after a worst case was not."""
    asked = len(objective.stages) if isinstance(objective, Lexicographic) else 1
    return outcome.stages[min(asked, len(outcome.stages)) - 1]


def _overall(stages: Sequence[StageResult], reported: StageResult, search: Search) -> SolveStatus:
    """Return the status of the whole: no better than that of any stage."""
    final, bound = reported.final, reported.bound
    own = status_of(final, bound, asked_gap=search.gap, timed_out=search.ran_out())
    worse = [stage for stage in stages if stage.status != "optimal"]
    if own.status == "optimal" and worse:
        # Without an answer in a later stage there would be no objective.
        return replace(own, status="feasible", reason=worse[0].reason)
    return own


def _labels(instance: Instance, sites: Bools) -> tuple[str, ...]:
    return tuple(sorted(instance.site_ids[site] for site in np.flatnonzero(sites)))


def _named(
    options: Options, chosen: Bools, numbers: Ints, named: Sequence[OfficeType] | Sequence[Phase]
) -> Mapping[str, str]:
    """Return the name of the type or phase of each new site."""
    labels = options.instance.site_ids
    return {
        labels[options.site[option]]: named[numbers[option]].name
        for option in np.flatnonzero(chosen & options.new & (len(named) > 0))
    }


def _shares(outcome: Outcome, instance: Instance, is_open: Bools) -> csr_array:
    """Return which part of each client goes to which site in the last phase."""
    if outcome.answer.split is not None:
        return _split_shares(outcome, outcome.answer.split)
    nearest = nearest_sites(instance, is_open)
    clients = np.flatnonzero(nearest >= 0)
    parts = (np.ones(len(clients)), (clients, nearest[clients]))
    return csr_array(coo_array(parts, shape=instance.times.shape))


def _split_shares(outcome: Outcome, split: Split) -> csr_array:
    formulation = outcome.formulation
    options, program = formulation.options, formulation.program
    always = options.site[(program.lower == 1) & np.isinf(program.capacity)]
    fixed = np.isin(np.arange(len(formulation.instance.site_ids)), always)
    fallback = nearest_sites(formulation.instance, fixed)
    last = np.flatnonzero(formulation.periods == formulation.periods.max(initial=0))
    # What goes to the fallback has a column of its own, the last.
    site = np.append(options.site, len(fixed))[split.options]
    shape = len(outcome.program.fallback), len(fixed) + 1
    by_service = csr_array(coo_array((split.shares, (split.services, site)), shape=shape))
    spread = csr_array(by_service[outcome.service_of[last]]).tocoo()
    clients = formulation.clients[last][spread.row]
    sites = np.where(spread.col == len(fixed), fallback[clients], spread.col)
    served = sites >= 0
    parts = (spread.data[served], (clients[served], sites[served]))
    return csr_array(coo_array(parts, shape=formulation.instance.times.shape))


def _most(shares: csr_array) -> Ints:
    """Return the site with the greatest share of each client; -1 if it has none."""
    rows = entry_rows(shares)
    order = np.lexsort((shares.indices, -shares.data, rows))
    return _first_in_row(rows[order], shares.indices[order], shares.shape[0])


def nearest_sites(instance: Instance, open_sites: Bools) -> Ints:
    """Return the nearest open site of each client, the smallest label first among equals."""
    times = instance.times
    rank = np.argsort(np.argsort(np.asarray(instance.site_ids, dtype=np.str_)))
    entries = np.flatnonzero(open_sites[times.indices])
    rows = rows_at(times, entries)
    at_nearest = times.data[entries] == nearest_minutes(times, open_sites)[rows]
    rows, sites = rows[at_nearest], times.indices[entries[at_nearest]]
    order = np.lexsort((rank[sites], rows))
    return _first_in_row(rows[order], sites[order], times.shape[0])


def _first_in_row(rows: Ints, sites: NDArray[np.integer], count: int) -> Ints:
    """Return the site of the first entry of each of so many rows; -1 where a row has none."""
    firsts = np.flatnonzero(np.diff(rows, prepend=-1))
    first = np.full(count, -1, dtype=np.int64)
    first[rows[firsts]] = sites[firsts]
    return first


def out_of_reach(formulation: Formulation, objectives: Sequence[Single]) -> tuple[str, ...]:
    """Return the clients with people whom no site reaches, or not in the time asked for."""
    times = [target.within for target in targets_of(objectives)]
    times += [single.within for single in objectives if isinstance(single, Coverage)]
    instance = formulation.instance
    nearest = row_minima(instance.times)
    beyond_all = (nearest > min(times, default=np.finfo(np.float64).max)) & (instance.weights > 0)
    return tuple(instance.client_ids[client] for client in np.flatnonzero(beyond_all))
