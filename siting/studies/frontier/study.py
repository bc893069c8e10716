"""What more offices, more money or another aim would bring, as tables."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from siting.common.errors import Fault, InputError
from siting.common.signals import Progress
from siting.model import Coverage, Equity, Task, Worst
from siting.pipeline.describe import describe_steps, tables_of_steps
from siting.pipeline.steps import Over, Step
from siting.results.result import Result
from siting.scenario.file import ScenarioFile
from siting.scenario.schema import Scenario
from siting.studies.frontier.tradeoff import Aims, Front, Point, Second, solve_front
from siting.studies.study import open_scenario, refuse

SECONDS = ("worst", "equity", "coverage")
WITHIN = 45.0
"""Minutes of coverage, where neither the command nor the scenario says."""


@dataclass(frozen=True)
class Tradeoff:
    """What the mean is traded for.

    Parameters
    ----------
    second : {"worst", "equity", "coverage"}
    within : float, optional
        Minutes of coverage; those of the scenario's objective, or 45, if not given.
    points : int, optional
        Points at most; all if not given.
    """

    second: str
    within: float | None = None
    points: int | None = None


def frontier(
    file: ScenarioFile, over: Over, *, data: Path | None = None, progress: Progress = print
) -> Result:
    """Solve a scenario for each value of a limit.

    Parameters
    ----------
    file : ScenarioFile
        The scenario with the faults found so far.
    over : Over
        The limit and its values.
    data : Path, optional
        The data folder; the one that ships if not given.
    progress : callable
        Told what is being done.

    Returns
    -------
    Result
        Tables frontier, frontier_sites and frontier_municipalities.

    Raises
    ------
    InputError
        With everything that is wrong with the scenario or its files.
    """
    opening = open_scenario(file, data, progress)
    tables = tables_of_steps(opening.problem, over, progress)
    tried = tables["frontier"].iloc[1:]
    told = {
        "over": over.limit,
        "values": list(over.values),
        "keep": over.keep,
        "proved": bool(tried["status"].isin(["optimal", "infeasible"]).all()),
    }
    return opening.study("frontier", told, tables, name=f"frontier-{over.limit}")


def tradeoff(
    file: ScenarioFile, asked: Tradeoff, *, data: Path | None = None, progress: Progress = print
) -> Result:
    """Find the answers of which none is as good as another in the mean and in a second aim.

    Parameters
    ----------
    file : ScenarioFile
        Its limits hold; its objective is not used.
    asked : Tradeoff
        What to vary, and how far.
    data : Path, optional
        The data folder; the one that ships if not given.
    progress : callable
        Told what is being done.

    Returns
    -------
    Result
        Tables frontier, frontier_sites and frontier_municipalities.

    Raises
    ------
    InputError
        With everything that is wrong with the scenario or its files.
    InfeasibleError
        If its limits cannot hold together.
    """
    scenario = file.scenario
    stages = scenario.objective.order or [scenario.objective.stage()]
    used = {
        "objective.kind": any(stage.kind == "cost" for stage in stages),
        "capacity": scenario.capacity != type(scenario.capacity)(),
        "office_types.use": bool(scenario.office_types.use),
        "phases": bool(scenario.phases),
    }
    refuse(file, used, "cannot be traded for another aim", "Leave it out of the scenario.")
    opening = open_scenario(file, data, progress)
    second = _second(asked, scenario)
    task = replace(opening.task, time_limit=scenario.solver.time_limit_s, gap=scenario.solver.gap)
    front = solve_front(task, second, asked.points, progress)
    tables = describe_steps(opening.problem, _steps(front, opening.task))
    tables["frontier"] = _with_aims(tables["frontier"], front, opening.task)
    told = {
        "second": asked.second,
        "within": second.within if isinstance(second, Coverage) else None,
        "people": float(opening.task.instance.weights.sum()),
        "sample": front.sample,
        "proved": all(point.efficient for point in front.points),
        "step": front.step,
    }
    return opening.study("frontier", told, tables, name=f"frontier-mean-{asked.second}")


def _second(asked: Tradeoff, scenario: Scenario) -> Second:
    if asked.second == "coverage":
        return Coverage(asked.within or scenario.objective.within_minutes or WITHIN)
    return Worst() if asked.second == "worst" else Equity(scenario.objective.epsilon)


def _steps(front: Front, task: Task) -> Iterator[Step]:
    pairs = zip(task.instance.site_ids, task.instance.existing, strict=True)
    yield Step(0, tuple(site for site, existing in pairs if existing))
    for number, point in enumerate(front.points, start=1):
        yield Step(number, point.solution.open_sites, point.solution)


def _with_aims(table: pd.DataFrame, front: Front, task: Task) -> pd.DataFrame:
    """The figures of the two aims, of the persons who count, and what is proved of them."""
    persons = float(task.instance.weights.sum())
    points: list[Aims | Point] = [front.present, *front.points]
    proofs = [point.proof for point in front.points]
    return table.assign(
        objective=[point.mean for point in points],
        bound=[np.nan, *(proof.bound / persons for proof in proofs)],
        gap=[np.nan, *(proof.gap for proof in proofs)],
        second=[point.second for point in points],
        efficient=pd.array([pd.NA, *(point.efficient for point in front.points)], dtype="boolean"),
    )


def read_tradeoff(text: str, within: float | None, points: int | None) -> Tradeoff:
    """Read what a user asks for, such as mean,worst."""
    first, _, second = (part.strip() for part in text.partition(","))
    faults = []
    if first != "mean" or second not in SECONDS:
        remedy = "Write mean,worst, mean,equity or mean,coverage."
        faults.append(Fault("command line", "--tradeoff", text, "is no pair of aims", remedy))
    elif within is not None and second != "coverage":
        remedy = "Leave it out, or write --tradeoff mean,coverage."
        faults.append(Fault("command line", "--within", within, "is for coverage only", remedy))
    if faults:
        raise InputError(faults)
    return Tradeoff(second, within, points)
