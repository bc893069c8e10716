"""What more offices, more money or another aim would bring, as tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from siting.common.errors import Fault, InputError
from siting.common.signals import Cancel, Progress, heeding
from siting.model import Coverage, Equity, Task, Worst
from siting.pipeline.describe import describe_steps
from siting.pipeline.prepare import prepare
from siting.pipeline.steps import Frontier, Step, read_over, solve_frontier
from siting.results.result import Result
from siting.scenario.file import AnyScenario, ScenarioFile, as_scenario_file
from siting.scenario.schema import Scenario
from siting.studies.defaults import WITHIN
from siting.studies.frontier.tradeoff import Front, Second, solve_front
from siting.studies.study import refuse, study_result

SECONDS = ("worst", "equity", "coverage")
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

    @property
    def name(self) -> str:
        """What the study is called behind the name of the scenario."""
        return f"frontier-mean-{self.second}"


def frontier(
    scenario: AnyScenario,
    asked: Frontier | Tradeoff | str,
    *,
    data: Path | str | None = None,
    progress: Progress = print,
    cancel: Cancel | None = None,
) -> Result:
    """Solve a scenario for each value of a limit, or for the mean against a second aim.

    Against a second aim the answers are those of which none is as good as another in both; the
    limits of the scenario hold then, and its objective is not used.

    Parameters
    ----------
    scenario : ScenarioFile, Path, str or mapping
        As `siting.read_scenario` takes it, or what that gave.
    asked : Frontier, Tradeoff or str
        The limit and its values, or what the mean is traded for; or a text such as
        new_offices=4..40 or mean,worst.
    data : Path or str, optional
        The data folder; the one that ships if not given.
    progress : callable
        Told what is being done.
    cancel : callable, optional
        Asked between two steps whether to end.

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
    InterruptError
        If it was cancelled.
    """
    progress = heeding(progress, cancel)
    if isinstance(asked, str):
        asked = read_over(asked) if "=" in asked else read_tradeoff(asked)
    file = as_scenario_file(scenario)
    if isinstance(asked, Tradeoff):
        return _trade_off(file, asked, data, progress)
    problem = prepare(file, data=data, progress=progress)
    tables = describe_steps(problem, solve_frontier(problem.task, asked, progress))
    tried = tables["frontier"].iloc[1:]
    facts = {
        "over": asked.limit,
        "values": list(asked.values),
        "keep": asked.keep,
        "proved": bool(tried["status"].isin(["optimal", "infeasible"]).all()),
    }
    return study_result(problem, "frontier", facts, tables, name=asked.name)


def _trade_off(
    file: ScenarioFile, asked: Tradeoff, data: Path | str | None, progress: Progress
) -> Result:
    scenario = file.scenario
    stages = scenario.objective.order or [scenario.objective.stage()]
    used = {
        "objective.kind": any(stage.kind == "cost" for stage in stages),
        "capacity": scenario.capacity != type(scenario.capacity)(),
        "office_types.use": bool(scenario.office_types.use),
        "phases": bool(scenario.phases),
    }
    refuse(file, used, "cannot be traded for another aim", "Leave it out of the scenario.")
    problem = prepare(file, data=data, progress=progress)
    room = {"offices.existing": bool(problem.limits.capacity)}
    refuse(file, room, "has offices that fill up", "Leave the column capacity out.")
    second = _second(asked, scenario)
    front = solve_front(problem.task, second, asked.points, progress)
    tables = describe_steps(problem, _steps(front, problem.task))
    tables["frontier"] = _with_aims(tables["frontier"], front)
    facts = {
        "second": asked.second,
        "within": second.within if isinstance(second, Coverage) else None,
        "people": float(problem.task.instance.weights.sum()),
        "sample": front.sample,
        "proved": all(point.efficient for point in front.points),
        "step": front.step,
    }
    return study_result(problem, "frontier", facts, tables, name=asked.name)


def _second(asked: Tradeoff, scenario: Scenario) -> Second:
    if asked.second == "coverage":
        return Coverage(asked.within or scenario.objective.within_minutes or WITHIN)
    return Worst() if asked.second == "worst" else Equity(scenario.objective.epsilon)


def _steps(front: Front, task: Task) -> Iterator[Step]:
    pairs = zip(task.instance.site_ids, task.instance.existing, strict=True)
    yield Step(0, tuple(site for site, existing in pairs if existing))
    for number, point in enumerate(front.points, start=1):
        yield Step(number, point.solution.open_sites, point.solution)


def _with_aims(table: pd.DataFrame, front: Front) -> pd.DataFrame:
    """The figures of the two aims, of the persons who count, and what is proved of them."""
    points = pd.DataFrame([vars(point) for point in (front.present, *front.points)])
    figures = points.drop(columns="solution").rename(columns={"mean": "objective"})
    return table.assign(**figures.astype({"efficient": "boolean"}))


def read_tradeoff(text: str, within: float | None = None, points: int | None = None) -> Tradeoff:
    """Read what a user asks for, such as mean,worst."""
    first, _, second = (part.strip() for part in text.partition(","))
    if first != "mean" or second not in SECONDS:
        remedy = "Write mean,worst, mean,equity or mean,coverage."
        raise InputError([Fault("command line", "--tradeoff", text, "is no pair of aims", remedy)])
    if within is not None and second != "coverage":
        remedy = "Leave it out, or write --tradeoff mean,coverage."
        fault = Fault("command line", "--within", within, "is for coverage only", remedy)
        raise InputError([fault])
    return Tradeoff(second, within, points)
