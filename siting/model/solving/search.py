"""Which solver, how far to search, what the search has come to, and what may be said of it."""

import importlib.util
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from siting.common.errors import Fault, refuse_all

type Status = Literal["optimal", "feasible", "unknown"]
type Reason = Literal["proved", "gap_reached", "time_limit", "solver_stopped"]

ABSOLUTE = 1e-9
RELATIVE = 1e-6


@dataclass(frozen=True)
class SolveStatus:
    """Status of an answer, why the search stopped, and how far the bound is.

    Parameters
    ----------
    status : {"optimal", "feasible", "unknown"}
        "unknown" if there is no answer.
    reason : {"proved", "gap_reached", "time_limit", "solver_stopped"}
    gap : float
        |objective - bound| / max(|objective|, 1e-9); inf if there is no answer.
    """

    status: Status
    reason: Reason
    gap: float


def status_of(
    objective: float | None, bound: float, *, asked_gap: float, timed_out: bool
) -> SolveStatus:
    """Return what may be said of an objective and a bound."""
    stopped: Reason = "time_limit" if timed_out else "solver_stopped"
    if objective is None:
        return SolveStatus("unknown", stopped, float("inf"))
    distance = abs(objective - bound)
    gap = distance / max(abs(objective), ABSOLUTE)
    if distance <= max(ABSOLUTE, RELATIVE * abs(objective)):
        return SolveStatus("optimal", "proved", gap)
    return SolveStatus("feasible", "gap_reached" if gap <= asked_gap else stopped, gap)


# The package that each solver comes in.
PACKAGES = {"highs": "highspy", "cbc": "cbcbox", "scip": "pyscipopt"}
# Solvers stop at their gap; asked for less than our own definition of "optimal" needs, the
# answer does not depend on where in the last millionth they happened to stop.
TIGHT_GAP = 1e-9
# From this part of the time limit on, it is what ended a search without proof.
ALMOST = 0.95


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
    name : {"highs", "cbc", "scip"}
        CBC and SCIP are extras, for cross-checking; they solve the classic model only.
    threads : int
        With 1, equal inputs give equal answers. SCIP takes no other number.
    log_file : Path, optional
        Where the solver writes its log.

    Raises
    ------
    InputError
        If the solver is unknown or not installed, or cannot do what is asked.
    """

    name: str = "highs"
    threads: int = 1
    log_file: Path | None = None

    def __post_init__(self) -> None:
        refuse_all(self._faults())

    def _faults(self) -> Iterator[Fault]:
        if self.name not in PACKAGES:
            known = ", ".join(PACKAGES)
            yield Fault("solver", "name", self.name, "unknown solver", f"Known: {known}.")
        elif importlib.util.find_spec(PACKAGES[self.name]) is None:
            remedy = f"Install the package {PACKAGES[self.name]}, or use highs."
            yield Fault("solver", "name", self.name, "is not installed", remedy)
        if not self.threads >= 1:
            yield Fault("solver", "threads", self.threads, "is not positive", "Give 1 or more.")
        if self.name == "scip" and self.threads > 1:
            yield Fault("solver", "threads", self.threads, "SCIP runs on one thread", "Give 1.")


@dataclass(frozen=True)
class Search:
    """How far to search.

    Parameters
    ----------
    solver : Solver
    gap : float
        Relative gap at which to stop.
    time_limit : float, optional
        Seconds from when it began.
    heed : callable
        Called before each solve, at every node and for whatever is found; what it raises ends the
        search.
    started : float
        When it began, by `time.perf_counter`: when it was made.
    trace : list of TracePoint
        Is added to as the search goes on.
    cutoff : float
        Answers above it are not looked for; a bound above it is as good as none being left.
    """

    solver: Solver
    gap: float
    time_limit: float | None = None
    heed: Callable[[], None] = lambda: None
    started: float = field(default_factory=time.perf_counter)
    trace: list[TracePoint] = field(default_factory=list)
    cutoff: float = float("inf")

    def elapsed(self) -> float:
        """Return the seconds since the start."""
        return time.perf_counter() - self.started

    def remaining(self) -> float:
        """Return the seconds left."""
        return float("inf") if self.time_limit is None else self.time_limit - self.elapsed()

    def seconds_left(self) -> float | None:
        """Return the seconds left as solvers take them: None without a limit."""
        return None if self.time_limit is None else max(self.remaining(), TIGHT_GAP)

    def timed_out(self) -> bool:
        """Tell whether the time has run out."""
        return self.remaining() <= 0

    def solver_gap(self) -> float:
        """Return the relative gap that a solver is asked for."""
        return self.gap if self.gap > RELATIVE else TIGHT_GAP

    def ran_out(self) -> bool:
        """Tell whether the time is what ended the search; solvers stop a little early."""
        return self.time_limit is not None and self.elapsed() >= ALMOST * self.time_limit

    def note(self, bound: float, incumbent: float) -> None:
        """Add a point to the trace."""
        self.heed()
        self.trace.append(TracePoint(self.elapsed(), bound, incumbent))
