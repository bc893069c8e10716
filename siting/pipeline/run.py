"""The whole way from a scenario file to a result, readable from top to bottom."""

import time
from pathlib import Path

from siting.common.errors import InfeasibleError
from siting.common.signals import Cancel, Progress, heeding
from siting.model.solution import Solution
from siting.network.matrix import Workers
from siting.pipeline.describe import add_frontier, describe
from siting.pipeline.prepare import prepare
from siting.pipeline.problem import Problem
from siting.pipeline.steps import Frontier, read_frontier
from siting.pipeline.translate import explain_clash
from siting.results.result import Result
from siting.scenario.file import AnyScenario


def run(  # noqa: PLR0913 - one parameter an option
    scenario: AnyScenario,
    *,
    data: Path | str | None = None,
    frontier: Frontier | str | None = None,
    workers: Workers = None,
    certificate: bool = False,
    progress: Progress = print,
    cancel: Cancel | None = None,
) -> Result:
    """Carry out a scenario.

    Parameters
    ----------
    scenario : ScenarioFile, Path, str or mapping
        From `siting.read_scenario`, or what that takes.
    data : Path or str, optional
        The data folder; the one that ships if not given.
    frontier : Frontier or str, optional
        Numbers of new offices to solve the scenario for as well; or a text such as 4..40.
    workers : int or str, optional
        Who computes travel times: so many processes, or the workers of the Dask scheduler at this
        address.
    certificate : bool
        Whether to add a proof that others can check; `siting.verify` checks it.
    progress : callable
        Told what is being done, a line at a time.
    cancel : callable, optional
        Asked whether to end: between two steps, and at every node of the search.

    Returns
    -------
    Result
        Tables and manifest; `siting.write_result` puts them on disk.

    Raises
    ------
    InputError
        With everything that is wrong with the scenario or its files.
    InfeasibleError
        If its limits cannot hold together.
    StoppedError
        If the time limit came before any answer.
    ClusterError
        If the Dask cluster was lost meanwhile.
    InterruptError
        If it was cancelled.
    """
    started, progress = time.perf_counter(), heeding(progress, cancel)
    asked = read_frontier(frontier) if isinstance(frontier, str) else frontier
    problem = prepare(scenario, data=data, workers=workers, progress=progress)
    progress("Solving")
    prepared = time.perf_counter()
    solution = answer(problem, cancel, certificate=certificate)
    ended = time.perf_counter()
    seconds = {**problem.seconds, "solve": ended - prepared, "total": ended - started}
    result = describe(problem, solution, seconds)
    return result if asked is None else add_frontier(result, problem, asked, progress)


def answer(
    problem: Problem, cancel: Cancel | None = None, *, certificate: bool = False
) -> Solution:
    """Solve the problem that a scenario poses."""
    try:
        return problem.task.solve(ties=True, certificate=certificate, cancel=cancel)
    except InfeasibleError as error:
        tables = (problem.sites, problem.demand)
        raise InfeasibleError(explain_clash(error.clash, problem.scenario, *tables)) from error
