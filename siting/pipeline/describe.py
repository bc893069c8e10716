"""What an answer means, as tables and a manifest."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from siting.common.errors import StoppedError
from siting.common.signals import Progress
from siting.common.types import Ints
from siting.model.solution import Solution
from siting.pipeline.manifest import cost_of, figures_of, make_manifest
from siting.pipeline.problem import Problem
from siting.pipeline.steps import Frontier, Step, frontier_table, solve_frontier
from siting.results.measures import Access, Measures, measure, nearest, only_reached, shared_out
from siting.results.result import Result
from siting.results.tables import REGION_KEYS, frontier_tables, result_tables

STANDARD = "standard"
"""The kind of an office where the scenario lets the model choose none."""
_MUNICIPALITIES = ("municipalities",)


def describe(problem: Problem, solution: Solution, seconds: Mapping[str, float]) -> Result:
    """Say what an answer means, as tables and a manifest."""
    if solution.objective is None:
        raise StoppedError(
            "Not proved, and no answer was found in the time allowed; nothing was written. "
            "Allow more with --time-limit or solver.time_limit_s."
        )
    sites, access, measures = _measured(problem, solution, REGION_KEYS)
    manifest = make_manifest(problem, solution, sites, seconds)
    manifest |= {"summary": dict(measures.summary)}
    manifest["not_counted"] = int(access.people.sum() - measures.summary["people"])
    tables = result_tables(measures, access, sites, problem.demand)
    return Result(problem.file.name, "run", manifest, tables)


def _measured(
    problem: Problem, solution: Solution, regions: Iterable[str]
) -> tuple[pd.DataFrame, Access, Measures]:
    """The sites with what became of them, who goes where, and what that is worth."""
    access = _nearest(problem, solution.open_sites)
    if solution.splits:
        access = shared_out(access, problem.minutes, *_shares(problem, solution))
    sites = site_outcomes(problem, solution)
    return sites, access, _worth(problem, access, sites, regions)


def site_outcomes(problem: Problem, solution: Solution) -> pd.DataFrame:
    """The sites with the kind and the phase of each new office, and what that kind costs."""
    names = [phase.name for phase in problem.scenario.phases]
    numbers = {name: number for number, name in enumerate(names, start=1)}
    # With no kinds at all the map is one of floats, which takes no texts.
    kind = problem.sites["code"].map(dict(solution.office_types)).astype(object)
    opened_in = problem.sites["code"].map(dict(solution.opened_in)).map(numbers)
    sites = problem.sites.assign(
        office_type=kind.fillna(STANDARD), phase=opened_in.fillna(1).astype(int)
    )
    used = {name: problem.costs.office_types[name] for name in set(solution.office_types.values())}
    for column, figure in {
        "staff": "staff",
        "annual_cost_msek": "annual_msek",
        "one_off_cost_msek": "one_off_msek",
    }.items():
        figures = kind.map({name: getattr(each, figure) for name, each in used.items()})
        sites[column] = sites[column].where(kind.isna(), figures).astype(sites[column].dtype)
    return sites


def _shares(problem: Problem, solution: Solution) -> tuple[csr_array, Ints]:
    """Which part of each demand point goes to which of all sites, and where most of it goes."""
    index = np.flatnonzero(problem.sites["allowed"])
    shares = solution.shares.tocoo()
    size = (len(problem.demand), len(problem.sites))
    spread = csr_array((shares.data, (shares.row, index[shares.col])), shape=size)
    return spread, index[solution.assignment]


def _nearest(problem: Problem, open_sites: Iterable[str]) -> Access:
    opened = np.flatnonzero(problem.sites["code"].isin(list(open_sites)))
    people = problem.demand["people"].to_numpy(dtype=np.float64)
    return nearest(problem.minutes, problem.present, opened, people)


def _worth(
    problem: Problem, access: Access, sites: pd.DataFrame, regions: Iterable[str]
) -> Measures:
    # A country may lack a level; its codes are empty then, and so is its table.
    access, reached = only_reached(access)
    groups = {
        table: codes[reached]
        for table in regions
        if (codes := problem.demand[REGION_KEYS[table][0]]).ne("").all()
    }
    return measure(access, groups, sites)


def add_frontier(
    result: Result, problem: Problem, asked: Frontier, progress: Progress = print
) -> Result:
    """Solve the scenario for each number of new offices too, and add what comes of it."""
    started = time.perf_counter()
    tables = describe_steps(problem, solve_frontier(problem.task, asked, progress))
    spent = round(time.perf_counter() - started, 3)
    seconds = dict(result.manifest["seconds"])
    seconds |= {"frontier": spent, "total": round(seconds["total"] + spent, 3)}
    manifest = {**result.manifest, "frontier": asked.as_manifest(), "seconds": seconds}
    return replace(result, manifest=manifest, tables={**result.tables, **tables})


def describe_steps(problem: Problem, steps: Iterable[Step]) -> dict[str, pd.DataFrame]:
    """The tables of a frontier: its steps, and the offices and municipalities of each."""
    told = [_described(problem, step) for step in steps]
    possible = {step.number: step.measures for step in told if step.measures is not None}
    return frontier_tables(frontier_table(told), possible, problem.demand)


def _described(problem: Problem, step: Step) -> Step:
    """A step with what it is worth."""
    solution = step.solution
    if not step.open_sites:
        return step
    if solution is None:
        sites = problem.sites.assign(office_type=STANDARD, phase=1)
        measures = _worth(problem, _nearest(problem, step.open_sites), sites, _MUNICIPALITIES)
        nothing = {"annual_cost_msek": 0.0, "one_off_cost_msek": 0.0}
        return replace(step, measures=measures, figures=nothing)
    sites, _, measures = _measured(problem, solution, _MUNICIPALITIES)
    figures, cost = figures_of(problem, solution), cost_of(sites, solution)
    kept = {name: figures[name] for name in ("objective", "bound", "gap")}
    kept |= {"annual_cost_msek": cost["annual_msek"], "one_off_cost_msek": cost["one_off_msek"]}
    return replace(step, measures=measures, figures=kept)
