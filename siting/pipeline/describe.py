"""What an answer means, as tables and a manifest."""

import dataclasses
import time
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pandas as pd

from siting.common.errors import StoppedError
from siting.model import Solution, Solver
from siting.pipeline.manifest import Seconds, cost_of, figures_of, make_manifest
from siting.pipeline.outcome import STANDARD, shares_of, what_became
from siting.pipeline.problem import Prepared, Problem
from siting.pipeline.steps import Described, Frontier, Over, Step, frontier_table, solve_frontier
from siting.pipeline.translate import limits_of, objective_of
from siting.results.measures import Access, Measures, measure, nearest, only_reached, shared_out
from siting.results.result import RunResult
from siting.results.tables import REGION_KEYS, frontier_tables, result_tables

_MUNICIPALITIES = ("municipalities",)

type Progress = Callable[[str], None]


def describe(prepared: Prepared, solution: Solution, seconds: Seconds) -> RunResult:
    """Say what an answer means, as tables and a manifest."""
    if solution.objective is None:
        raise StoppedError(
            "Not proved, and no answer was found in the time allowed; nothing was written. "
            "Allow more with --time-limit or solver.time_limit_s."
        )
    sites, access, measures = _measured(prepared, solution, REGION_KEYS)
    manifest = make_manifest(prepared, solution, seconds) | {"summary": dict(measures.summary)}
    manifest["not_counted"] = int(access.people.sum() - measures.summary["people"])
    tables = result_tables(measures, access, sites, prepared.problem.demand)
    return RunResult(prepared.file.name, manifest, tables)


def _measured(
    prepared: Prepared, solution: Solution, regions: Iterable[str]
) -> tuple[pd.DataFrame, Access, Measures]:
    """The sites with what became of them, who goes where, and what that is worth."""
    problem, sites = prepared.problem, what_became(prepared, solution)
    access = _nearest(problem, solution.open_sites)
    if solution.splits:
        access = shared_out(access, problem.minutes, *shares_of(problem, solution))
    return sites, access, _worth(problem, access, regions)


def _nearest(problem: Problem, open_sites: Iterable[str]) -> Access:
    opened = np.flatnonzero(problem.sites["code"].isin(list(open_sites)))
    people = problem.demand["people"].to_numpy(dtype=np.float64)
    return nearest(problem.minutes, problem.present, opened, people)


def _worth(problem: Problem, access: Access, regions: Iterable[str]) -> Measures:
    sites = problem.sites
    # A country may lack a level; its codes are empty then, and so is its table.
    access, reached = only_reached(access)
    groups = {
        table: codes[reached]
        for table in regions
        if (codes := problem.demand[REGION_KEYS[table][0]]).ne("").all()
    }
    new = access.opened[~sites["existing"].to_numpy()[access.opened]]
    return measure(access, groups, new, sites["code"])


def add_frontier(
    result: RunResult, prepared: Prepared, asked: Frontier, progress: Progress = print
) -> RunResult:
    """Solve the scenario for each number of new offices too, and add what comes of it."""
    started = time.perf_counter()
    tables = tables_of_steps(prepared, asked, progress)
    spent = round(time.perf_counter() - started, 3)
    seconds = dict(result.manifest["seconds"])
    seconds |= {"frontier": spent, "total": round(seconds["total"] + spent, 3)}
    manifest = {**result.manifest, "frontier": dataclasses.asdict(asked), "seconds": seconds}
    return RunResult(result.name, manifest, {**result.tables, **tables})


def tables_of_steps(
    prepared: Prepared, asked: Frontier | Over, progress: Progress
) -> dict[str, pd.DataFrame]:
    """Solve the scenario for each value of a limit, and say in tables what comes of it."""
    return describe_steps(prepared, _solved(prepared, asked, progress))


def describe_steps(prepared: Prepared, steps: Iterable[Step]) -> dict[str, pd.DataFrame]:
    """The tables of a frontier: its steps, and the offices and municipalities of each."""
    sites, described = {}, []
    for step in steps:
        sites[step.number], each = _described(prepared, step)
        described.append(each)
    measures = {each.step.number: each.measures for each in described if each.measures is not None}
    table = frontier_table(described)
    return frontier_tables(table, measures, sites, prepared.problem.demand)


def _solved(prepared: Prepared, asked: Frontier | Over, progress: Progress) -> Iterator[Step]:
    scenario = prepared.file.scenario
    return solve_frontier(
        prepared.problem.instance,
        objective_of(scenario),
        limits_of(scenario, prepared.problem),
        asked,
        solver=Solver(scenario.solver.name, threads=scenario.solver.threads),
        time_limit=scenario.solver.time_limit_s,
        gap=scenario.solver.gap,
        progress=progress,
    )


def _described(prepared: Prepared, step: Step) -> tuple[pd.DataFrame, Described]:
    """The sites with what became of them in a step, and the step with what it is worth."""
    problem, solution = prepared.problem, step.solution
    sites = problem.sites.assign(office_type=STANDARD, phase=1)
    if not step.open_sites:
        return sites, Described(step, None, {})
    if solution is None:
        measures = _worth(problem, _nearest(problem, step.open_sites), _MUNICIPALITIES)
        return sites, Described(step, measures, {"annual_cost_msek": 0.0, "one_off_cost_msek": 0.0})
    sites, _, measures = _measured(prepared, solution, _MUNICIPALITIES)
    figures, cost = figures_of(prepared, solution), cost_of(prepared, solution)
    kept = {name: figures[name] for name in ("objective", "bound", "gap")}
    kept |= {"annual_cost_msek": cost["annual_msek"], "one_off_cost_msek": cost["one_off_msek"]}
    return sites, Described(step, measures, kept)
