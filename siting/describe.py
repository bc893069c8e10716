"""What an answer means, as tables and a manifest."""

import dataclasses
import time
from collections.abc import Callable, Iterable

import numpy as np

from siting.analysis.frontier import Frontier, frontier_table, solve_frontier
from siting.analysis.measures import Access, Measures, measure, nearest
from siting.errors import StoppedError
from siting.manifest import Seconds, make_manifest
from siting.model import Mean, Solution, Solver
from siting.problem import Prepared, Problem, limits_of
from siting.report.result import RunResult
from siting.report.tables import REGION_KEYS, frontier_tables, result_tables

type Progress = Callable[[str], None]


def describe(prepared: Prepared, solution: Solution, seconds: Seconds) -> RunResult:
    """Say what an answer means, as tables and a manifest.

    Raises
    ------
    StoppedError
        If there is no answer.
    """
    if solution.objective is None:
        raise StoppedError(
            "Not proved, and no answer was found in the time allowed; nothing was written. "
            "Allow more with --time-limit or solver.time_limit_s."
        )
    problem = prepared.problem
    access, measures = _measured(problem, solution.open_sites, REGION_KEYS)
    manifest = make_manifest(prepared, solution, seconds) | {"summary": dict(measures.summary)}
    tables = result_tables(measures, access, problem.sites, problem.demand)
    return RunResult(prepared.file.name, manifest, tables)


def _measured(
    problem: Problem, open_sites: Iterable[str], regions: Iterable[str]
) -> tuple[Access, Measures]:
    sites, demand = problem.sites, problem.demand
    opened = np.flatnonzero(sites["code"].isin(list(open_sites)))
    people = demand["people"].to_numpy(dtype=np.float64)
    access = nearest(problem.minutes, problem.present, opened, people)
    groups = {table: demand[REGION_KEYS[table][0]] for table in regions}
    new = opened[~sites["existing"].to_numpy()[opened]]
    return access, measure(access, groups, new, sites["code"])


def add_frontier(
    result: RunResult, prepared: Prepared, asked: Frontier, progress: Progress = print
) -> RunResult:
    """Solve the scenario for each number of new offices too, and add what comes of it.

    Returns
    -------
    RunResult
        With the tables of `siting.report.tables.frontier_tables`, and `frontier` in the manifest.
    """
    started = time.perf_counter()
    solver, problem = prepared.file.scenario.solver, prepared.problem
    steps = tuple(
        solve_frontier(
            problem.instance,
            Mean(),
            limits_of(prepared.file.scenario.limits, problem),
            asked,
            solver=Solver(solver.name, threads=solver.threads),
            time_limit=solver.time_limit_s,
            gap=solver.gap,
            progress=progress,
        )
    )
    progress("Measuring the frontier")
    measures = {
        step.number: _measured(problem, step.open_sites, ["municipalities"])[1]
        for step in steps
        if step.open_sites
    }
    table = frontier_table(steps, measures, problem.sites, float(prepared.inputs.weights.sum()))
    tables = frontier_tables(table, measures, problem.sites, problem.demand)
    spent = round(time.perf_counter() - started, 3)
    seconds = dict(result.manifest["seconds"])
    seconds |= {"frontier": spent, "total": round(seconds["total"] + spent, 3)}
    manifest = {**result.manifest, "frontier": dataclasses.asdict(asked), "seconds": seconds}
    return RunResult(result.name, manifest, {**result.tables, **tables})
