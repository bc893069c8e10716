"""Solve an instance: from the objective and the limits to a solution."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

import numpy as np

from siting.errors import Fault, InfeasibleError, InputError
from siting.model.build import Built, build
from siting.model.clash import clashing_limits
from siting.model.classic import Answer
from siting.model.flat import solve_flat
from siting.model.limits import Limit, Limits
from siting.model.objectives import Objective
from siting.model.solution import Solution
from siting.model.solvers import Search, Solver
from siting.model.sparse import entry_rows, nearest_minutes
from siting.model.ties import break_ties
from siting.model.truth import judge
from siting.types import Bools, Ints

if TYPE_CHECKING:
    from siting.model.instance import Instance


def solve(  # noqa: PLR0913 - the last three are named and have defaults
    instance: "Instance",
    objective: Objective,  # noqa: ARG001 - Mean has no parameters
    limits: Limits,
    *,
    solver: Solver | str = "highs",
    time_limit: float | None = None,
    gap: float = 1e-6,
    method: Literal["classic", "decomposition"] | None = None,
) -> Solution:
    """Choose which sites to open.

    Parameters
    ----------
    instance : Instance
    objective : Objective
    limits : Limits
    solver : Solver or str
        "highs", or a `Solver` with threads and a log file.
    time_limit : float, optional
        Seconds. When they are over, the best answer so far is given, marked unproved.
    gap : float
        Relative gap at which to stop.
    method : {"classic", "decomposition"}, optional
        How to solve it; chosen by size if it is not given.

    Returns
    -------
    Solution

    Raises
    ------
    InputError
        If a limit names what the instance does not have, or a figure makes no sense.
    InfeasibleError
        If no answer keeps to all limits, with a smallest set of them that clash.
    """
    solver = solver if isinstance(solver, Solver) else Solver(solver)
    search = Search.start(solver, gap, time_limit)
    parts = limits.parts()
    _check(instance, parts, gap, time_limit)
    built = build(instance, parts)
    _refuse_unreachable(instance)
    answer = solve_flat(built.program, search, method)
    if answer.state == "infeasible":
        raise InfeasibleError(clashing_limits(instance, parts, search))
    return _conclude(instance, parts, built, answer, search)


def _check(
    instance: "Instance", parts: Iterable[Limit], gap: float, time_limit: float | None
) -> None:
    faults = [fault for part in parts for fault in part.faults(instance)]
    if not 0 <= gap < 1:
        faults.append(Fault("solve", "gap", gap, "is not from 0 to 1", "Give a share, as 1e-6."))
    if time_limit is not None and not time_limit > 0:
        faults.append(Fault("solve", "time_limit", time_limit, "is not positive", "Give seconds."))
    if faults:
        raise InputError(faults)


def _refuse_unreachable(instance: "Instance") -> None:
    unreached = unreachable(instance)
    if unreached:
        names = ", ".join(unreached)
        raise InfeasibleError([f"no site at all reaches {names}, and everyone must reach one"])


def unreachable(instance: "Instance") -> tuple[str, ...]:
    """Return the clients with people whom no site at all reaches."""
    alone = (np.diff(instance.times.indptr) == 0) & (instance.weights > 0)
    return tuple(instance.client_ids[client] for client in np.flatnonzero(alone))


def _conclude(
    instance: "Instance",
    parts: Iterable[Limit],
    built: Built,
    answer: Answer,
    search: Search,
) -> Solution:
    timed_out = search.timed_out() or answer.state == "stopped"
    objective = None if answer.chosen is None else answer.value
    verdict = judge(objective, answer.bound, asked_gap=search.gap, timed_out=timed_out)
    trace = tuple(search.trace)
    decided = False
    if verdict.status == "optimal":
        answer, decided = break_ties(
            built.program, built.options, instance.site_ids, answer, search
        )
        verdict = judge(answer.value, answer.bound, asked_gap=search.gap, timed_out=timed_out)
    chosen = answer.chosen
    open_sites = np.zeros(len(instance.site_ids), dtype=np.bool_)
    if chosen is not None:
        open_sites[built.options.site[chosen]] = True
    return Solution(
        status=verdict.status,
        reason=verdict.reason,
        objective=None if chosen is None else answer.value,
        bound=answer.bound,
        gap=verdict.gap,
        sense="min",
        open_sites=_labels(instance, open_sites),
        new_sites=_labels(instance, open_sites & ~instance.existing),
        closed_sites=() if chosen is None else _labels(instance, instance.existing & ~open_sites),
        assignment=nearest_sites(instance, open_sites),
        unreached=unreachable(instance),
        limits=()
        if chosen is None
        else tuple(
            use for part in parts if (use := part.use(instance, built.options, chosen)) is not None
        ),
        trace=trace,
        pairs=built.pairs,
        pairs_kept=int(built.program.times.nnz),
        method=answer.method,
        ties_decided=decided,
        seconds=search.elapsed(),
    )


def _labels(instance: "Instance", sites: Bools) -> tuple[str, ...]:
    return tuple(sorted(instance.site_ids[site] for site in np.flatnonzero(sites)))


def nearest_sites(instance: "Instance", open_sites: Bools) -> Ints:
    """Return the nearest open site of each client, the smallest label first among equals.

    Returns
    -------
    ndarray of int, shape (clients,)
        -1 where no open site is reached.
    """
    times = instance.times
    rank = np.argsort(np.argsort(np.asarray(instance.site_ids, dtype=np.str_)))
    nearest = nearest_minutes(times, open_sites)
    rows = entry_rows(times)
    at_nearest = np.flatnonzero(open_sites[times.indices] & (times.data == nearest[rows]))
    order = at_nearest[np.lexsort((rank[times.indices[at_nearest]], rows[at_nearest]))]
    firsts = order[np.flatnonzero(np.diff(rows[order], prepend=-1))]
    assignment = np.full(times.shape[0], -1, dtype=np.int64)
    assignment[rows[firsts]] = times.indices[firsts]
    return assignment
