"""What solving gives back."""

from dataclasses import dataclass
from typing import Literal

from siting.model.limits import LimitUse
from siting.model.solvers import TracePoint
from siting.model.truth import Reason, Status
from siting.types import Ints


@dataclass(frozen=True, eq=False)
class Solution:
    """An answer, and what may be said of it.

    Parameters
    ----------
    status : {"optimal", "feasible", "unknown"}
        "optimal" only if the objective is within max(1e-9, 1e-6 |objective|) of the bound;
        "unknown" if no answer was found. What cannot be satisfied raises instead.
    reason : {"proved", "gap_reached", "time_limit", "solver_stopped"}
        Why the search stopped.
    objective : float or None
        Weighted sum, recomputed from the answer; None if there is none.
    bound : float
        No answer can be better than this; infinite if nothing is proved.
    gap : float
        |objective - bound| / max(|objective|, 1e-9).
    sense : {"min", "max"}
    open_sites, new_sites, closed_sites : tuple of str
        All that are open; those that were not open before; those that no longer are.
    assignment : ndarray of int, shape (clients,)
        Index of the nearest open site of each client; -1 if it reaches none.
    unreached : tuple of str
        Clients with people whom no site at all reaches.
    limits : tuple of LimitUse
        What is used of each limit, and left.
    trace : tuple of TracePoint
        Bound and incumbent over time, of the first solve.
    pairs, pairs_kept : int
        Pairs of client and site with a time, and those that pruning and merging left.
    method : str
        How it was solved.
    ties_decided : bool
        Whether it is proved that, of the answers as good to 1e-9, this has the fewest new sites,
        then the least annual cost, then the smallest labels.
    seconds : float
        Time taken.
    """

    status: Status
    reason: Reason
    objective: float | None
    bound: float
    gap: float
    sense: Literal["min", "max"]
    open_sites: tuple[str, ...]
    new_sites: tuple[str, ...]
    closed_sites: tuple[str, ...]
    assignment: Ints
    unreached: tuple[str, ...]
    limits: tuple[LimitUse, ...]
    trace: tuple[TracePoint, ...]
    pairs: int
    pairs_kept: int
    method: str
    ties_decided: bool
    seconds: float
