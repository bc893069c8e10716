"""One way to hand a PuLP problem to a solver, whichever it is."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import highspy
import pulp

from siting.errors import Fault, InputError
from siting.model.truth import RELATIVE

if TYPE_CHECKING:
    from collections.abc import Sequence

# HiGHS 1.15.1 calls some feasible models infeasible in presolve (as in its issue 3090); of its
# rules it is sparsify, number 14, without which none of 6,000 random models went wrong.
UNSOUND_PRESOLVE = 1 << 14
# Solvers stop at their gap; asked for less than our own definition of "optimal" needs, the
# answer does not depend on where in the last millionth they happened to stop.
TIGHT_GAP = 1e-9


@dataclass(frozen=True)
class TracePoint:
    """The state of a search.

    Parameters
    ----------
    seconds : float
        Since the start of `siting.model.solve`.
    bound, incumbent : float
        Best bound proved and best answer known, in the unit of the objective; infinite if none.
    """

    seconds: float
    bound: float
    incumbent: float


@dataclass(frozen=True)
class Solver:
    """Which solver to use, and how.

    Parameters
    ----------
    name : {"highs"}
    threads : int
        With 1, equal inputs give equal answers.
    log_file : Path, optional
        Where the solver writes its log.
    """

    name: str = "highs"
    threads: int = 1
    log_file: Path | None = None

    def __post_init__(self) -> None:
        if self.name != "highs":
            raise InputError(
                [Fault("solver", "name", self.name, "unknown solver", "Known: highs.")]
            )


@dataclass(frozen=True)
class Search:
    """How far to search.

    Parameters
    ----------
    solver : Solver
    gap : float
        Relative gap at which to stop.
    started : float
        When it began, by `time.perf_counter`.
    time_limit : float, optional
        Seconds from then.
    trace : list of TracePoint
        Is added to as the search goes on.
    """

    solver: Solver
    gap: float
    started: float
    time_limit: float | None = None
    trace: list[TracePoint] = field(default_factory=list)

    @classmethod
    def start(cls, solver: Solver, gap: float, time_limit: float | None) -> "Search":
        """Begin a search now."""
        return cls(solver, gap, time.perf_counter(), time_limit)

    def elapsed(self) -> float:
        """Return the seconds since the start."""
        return time.perf_counter() - self.started

    def remaining(self) -> float:
        """Return the seconds left."""
        return float("inf") if self.time_limit is None else self.time_limit - self.elapsed()

    def timed_out(self) -> bool:
        """Tell whether the time has run out."""
        return self.remaining() <= 0

    def solver_gap(self) -> float:
        """Return the relative gap that a solver is asked for."""
        return self.gap if self.gap > RELATIVE else TIGHT_GAP

    def note(self, bound: float, incumbent: float) -> None:
        """Add a point to the trace."""
        self.trace.append(TracePoint(self.elapsed(), bound, incumbent))


@dataclass(frozen=True)
class Report:
    """What a solver said.

    Parameters
    ----------
    state : {"done", "infeasible", "stopped"}
        "done" is only what the solver claims.
    has_values : bool
        Whether the variables of the problem carry values.
    bound : float
        Its best bound; -inf if there is none.
    """

    state: Literal["done", "infeasible", "stopped"]
    has_values: bool
    bound: float


def run(problem: "pulp.LpProblem", search: Search) -> Report:
    """Solve a minimisation with PuLP; its variables carry the values afterwards."""
    remaining = search.remaining()
    if remaining <= 0:
        return Report("stopped", has_values=False, bound=-float("inf"))
    limit = None if remaining == float("inf") else remaining
    status = pulp.LpSolveStatus
    stats = problem.solve(_highs(search, limit, "choose"))
    if stats.status == status.Infeasible:
        # Presolve has been wrong about this, so it is asked again without.
        stats = problem.solve(_highs(search, limit, "off"))
    if stats.status == status.Infeasible:
        return Report("infeasible", has_values=False, bound=float("inf"))
    bound = stats.best_bound
    if bound is None:
        # A pure LP has no bound apart from its own optimum.
        bound = stats.objective if stats.status == status.Optimal else None
    done = stats.status == status.Optimal
    return Report(
        "done" if done else "stopped",
        has_values=stats.has_solution,
        bound=-float("inf") if bound is None else bound,
    )


def _highs(search: Search, time_limit: float | None, presolve: str) -> "pulp.HiGHS":
    # HiGHS keeps one pool of threads for the process and refuses another number of them.
    highspy.Highs.resetGlobalScheduler(True)  # noqa: FBT003 - it takes no names
    kinds = highspy.cb.HighsCallbackType
    return pulp.HiGHS(
        msg=False,
        gapRel=search.solver_gap(),
        gapAbs=TIGHT_GAP,
        threads=search.solver.threads,
        timeLimit=time_limit,
        logPath=None if search.solver.log_file is None else str(search.solver.log_file),
        presolve=presolve,
        presolve_rule_off=UNSOUND_PRESOLVE,
        callbackTuple=(_tracer(search), None),
        callbacksToActivate=[kinds.kCallbackMipLogging],
    )


def _tracer(search: Search) -> Any:  # noqa: ANN401 - the type of highspy's callback is private
    def note(kind: Any, message: str, data: Any, *_rest: "Sequence[Any]") -> None:  # noqa: ANN401, ARG001 - given by highspy
        search.note(data.mip_dual_bound, data.mip_primal_bound)

    return note
