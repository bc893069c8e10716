"""What solving gives back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from scipy.sparse import csr_array

from siting.model.limits import LimitUse
from siting.model.solvers import TracePoint
from siting.model.stages import StageResult
from siting.model.truth import Reason, Status
from siting.types import Ints


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
