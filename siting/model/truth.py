"""What may be said of an answer. The solver's own word is never taken."""

from dataclasses import dataclass
from typing import Literal

type Status = Literal["optimal", "feasible", "unknown"]
type Reason = Literal["proved", "gap_reached", "time_limit", "solver_stopped"]

ABSOLUTE = 1e-9
RELATIVE = 1e-6


@dataclass(frozen=True)
class Verdict:
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


def judge(objective: float | None, bound: float, *, asked_gap: float, timed_out: bool) -> Verdict:
    """Return what may be said of an objective and a bound.

    Parameters
    ----------
    objective : float or None
        Recomputed from the answer, not the solver's figure; None if there is no answer.
    bound : float
        The best bound proved; infinite if there is none.
    asked_gap : float
        The relative gap at which the user wanted to stop.
    timed_out : bool
        Whether the time ran out.

    Returns
    -------
    Verdict
        Status, gap and reason.
    """
    stopped: Reason = "time_limit" if timed_out else "solver_stopped"
    if objective is None:
        return Verdict("unknown", stopped, float("inf"))
    distance = abs(objective - bound)
    gap = distance / max(abs(objective), ABSOLUTE)
    if distance <= max(ABSOLUTE, RELATIVE * abs(objective)):
        return Verdict("optimal", "proved", gap)
    return Verdict("feasible", "gap_reached" if gap <= asked_gap else stopped, gap)
