"""One way to hand a PuLP problem to a solver, whichever it is.

Which there are, and what may be asked of them, says `Solver` in `siting.model.solving.search`.
"""

import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import highspy
import pulp

from siting.common.errors import StoppedError
from siting.model.solving.search import TIGHT_GAP, Search

# HiGHS 1.15.1 calls some feasible models infeasible in presolve (as in its issue 3090); of its
# rules it is sparsify, number 14, without which none of 6,000 random models went wrong.
UNSOUND_PRESOLVE = 1 << 14
TOLERANCES = [f"{kind}_feasibility_tolerance" for kind in ("mip", "primal", "dual")]
# What CBC (devel, 146ce89) does before its first relaxation crashes on some small models and calls
# some feasible ones infeasible.
CBC_OPTIONS = ["clqstr off", "preRootLPStr off"]


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
        Its best bound, with the offset; -inf if there is none.
    """

    state: Literal["done", "infeasible", "stopped"]
    has_values: bool
    bound: float


@dataclass(frozen=True)
class SolverTask:
    """What a solver is to do.

    Parameters
    ----------
    problem : pulp.LpProblem
        A minimisation without a constant, which PuLP does not give to every solver.
    offset : float
        The constant.
    search : Search
    warm : bool
        Whether to start from the values that the variables carry.
    unit : float
        What the goal was multiplied by.
    tight : bool
        Whether HiGHS is to use tolerances that are a thousandth of its own, which takes longer.
    """

    problem: pulp.LpProblem
    offset: float
    search: Search
    warm: bool = False
    unit: float = 1.0
    tight: bool = False

    def in_its_unit(self, value: float) -> float:
        """Return a value of the problem as one of the goal."""
        return value / self.unit + self.offset


def run(task: SolverTask) -> Report:
    """Solve a problem with PuLP; its variables carry the values afterwards."""
    if task.search.timed_out():
        return Report("stopped", has_values=False, bound=-float("inf"))
    ways = {"highs": _with_highs, "cbc": _with_cbc, "scip": _with_scip}
    name = task.search.solver.name
    try:
        return ways[name](task)
    except pulp.PulpSolverError as error:
        raise StoppedError(f"The solver {name} broke down ({error}). Try another one.") from error


def _settings(task: SolverTask, log: Path | None = None) -> dict[str, Any]:
    """Return what PuLP takes for every solver."""
    search = task.search
    log = log or search.solver.log_file
    return {
        "msg": False,
        "gapRel": search.solver_gap(),
        "gapAbs": TIGHT_GAP,
        "timeLimit": search.seconds_left(),
        "logPath": None if log is None else str(log),
        "warmStart": task.warm,
    }


def without_wrong_presolve[Found](
    solve: Callable[[str], Found], infeasible: Callable[[Found], bool]
) -> Found:
    """Solve; what is infeasible by presolve is asked again without, since it has been wrong."""
    found = solve("choose")
    return solve("off") if infeasible(found) else found


def _with_highs(task: SolverTask) -> Report:
    stats = without_wrong_presolve(
        lambda presolve: task.problem.solve(_highs(task, presolve)),
        lambda stats: bool(stats.status == pulp.LpSolveStatus.Infeasible),
    )
    bound = stats.best_bound
    if bound is None and stats.status == pulp.LpSolveStatus.Optimal:
        # A pure LP has no bound apart from its own optimum.
        bound = stats.objective
    return _report(task, stats, bound)


def _highs(task: SolverTask, presolve: str) -> pulp.HiGHS:
    # HiGHS keeps one pool of threads for the process and refuses another number of them.
    highspy.Highs.resetGlobalScheduler(True)  # noqa: FBT003 - it takes no names
    kinds = highspy.cb.HighsCallbackType
    return pulp.HiGHS(
        **_settings(task),
        threads=task.search.solver.threads,
        presolve=presolve,
        presolve_rule_off=UNSOUND_PRESOLVE,
        **(dict.fromkeys(TOLERANCES, TIGHT_GAP) if task.tight else {}),
        callbackTuple=(_tracer(task), None),
        callbacksToActivate=[kinds.kCallbackMipLogging],
    )


def _tracer(task: SolverTask) -> Any:  # noqa: ANN401 - the type of highspy's callback is private
    def note(kind: Any, message: str, data: Any, *_rest: object) -> None:  # noqa: ANN401, ARG001 - given by highspy
        bounds = data.mip_dual_bound, data.mip_primal_bound
        task.search.note(*map(task.in_its_unit, bounds))

    return note


def _with_cbc(task: SolverTask) -> Report:
    with tempfile.TemporaryDirectory() as folder:
        log = task.search.solver.log_file or Path(folder) / "cbc.log"
        # PuLP has not typed it, nor that of SCIP.
        make: Any = pulp.COIN_CMD
        settings = {**_settings(task, log), "threads": task.search.solver.threads}
        stats = task.problem.solve(make(**settings, options=CBC_OPTIONS))
        text = log.read_text(encoding="utf-8")
    if re.search(r"Problem is infeasible|infeasibility proved", text):
        # PuLP does not read this where no search is needed to see it.
        return Report("infeasible", has_values=False, bound=float("inf"))
    said = dict(re.findall(r"^(Objective value|Lower bound|Gap):\s*(\S+)", text, re.MULTILINE))
    if "Lower bound" in said:
        # The bound has six digits, too few where an offset is taken off; a gap of "0" is exact.
        exact = "Objective value" if said.get("Gap") == "0" else "Lower bound"
        return _report(task, stats, float(said[exact]))
    # CBC prints no bound where it has closed the gap; PuLP has no value for an empty objective.
    closed = stats.status == pulp.LpSolveStatus.Optimal and stats.has_solution
    return _report(task, stats, (stats.objective or 0.0) if closed else None)


def _with_scip(task: SolverTask) -> Report:
    make: Any = pulp.SCIP_PY
    stats = task.problem.solve(make(**_settings(task)))
    model: Any = task.problem.solverModel
    if model.getStatus() == "inforunbd":
        # Nothing here is unbounded: every cost and every share is 0 or more.
        return Report("infeasible", has_values=False, bound=float("inf"))
    return _report(task, stats, float(model.getDualbound()))


def _report(task: SolverTask, stats: pulp.LpSolveStats, bound: float | None) -> Report:
    if stats.status == pulp.LpSolveStatus.Infeasible:
        return Report("infeasible", has_values=False, bound=float("inf"))
    return Report(
        "done" if stats.status == pulp.LpSolveStatus.Optimal else "stopped",
        has_values=stats.has_solution,
        bound=-float("inf") if bound is None else task.in_its_unit(bound),
    )
