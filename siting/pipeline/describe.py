"""What an answer means, as tables, and what a result says of itself, as a manifest."""

import datetime as dt
import math
import os
import platform
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from siting.common.errors import StoppedError
from siting.common.package import versions
from siting.common.signals import Progress
from siting.common.types import Floats, Ints
from siting.inputs.ledger import sha256
from siting.inputs.select import Inputs
from siting.model.instance import nearest_minutes
from siting.model.solution import Solution, StageResult
from siting.pipeline.problem import Problem
from siting.pipeline.steps import Frontier, Step, frontier_table, solve_frontier
from siting.pipeline.translate import uses_by_key
from siting.results.certificate import certificate_bytes, checksums
from siting.results.measures import (
    Access,
    Measures,
    measure,
    nearest,
    only_reached,
    people_served,
    served_of,
    shared_out,
)
from siting.results.result import Result
from siting.results.tables import REGION_KEYS, capacity_table, frontier_tables, result_tables
from siting.scenario.file import ScenarioFile

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
    manifest = _run_manifest(problem, solution, sites, seconds)
    manifest |= {"summary": dict(measures.summary)}
    people = problem.demand["people"].sum()
    manifest["not_counted"] = int(people - measures.summary["people"])
    tables = result_tables(measures, access, sites, problem.demand)
    if solution.splits:
        tables["capacity"] = capacity_table(_served(problem, solution), problem.demand)
        manifest["served"] = tables["capacity"].iloc[:, 2:].sum().to_dict()
    if solution.certificate is None:
        return Result(problem.file.name, "run", manifest, tables)
    certificate = certificate_bytes(solution.certificate)
    manifest["certificate"] = checksums(certificate)
    return Result(problem.file.name, "run", manifest, tables, certificate)


def _measured(
    problem: Problem, solution: Solution, regions: Iterable[str]
) -> tuple[pd.DataFrame, Access, Measures]:
    """The sites with what became of them, who goes where, and what that is worth."""
    access = _nearest(problem, solution.open_sites)
    if solution.splits:
        access = shared_out(access, problem.minutes, *_shares(problem, solution, access))
    sites = site_outcomes(problem, solution)
    return sites, access, _worth(problem, access, sites, regions)


def _served(problem: Problem, solution: Solution) -> pd.DataFrame:
    """Who is served, finds no room, and is reached by no open office, by municipality."""
    near = _nearest(problem, solution.open_sites)
    shares, _ = _shares(problem, solution, near)
    return people_served(near, served_of(shares), problem.demand["municipality_code"])


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


def _shares(problem: Problem, solution: Solution, near: Access) -> tuple[csr_array, Ints]:
    """Which part of each demand point goes to which of all sites, and where most of it goes.

    Who does not count goes to the nearest, and takes up no room.
    """
    index = np.flatnonzero(problem.sites["allowed"])
    idle = np.flatnonzero((problem.instance.weights == 0) & np.isfinite(near.after))
    shares = solution.shares.tocoo()
    ends = (
        np.append(shares.row, idle),
        np.append(index[shares.col], near.site_after[idle]),
    )
    size = (len(problem.demand), len(problem.sites))
    spread = csr_array((np.append(shares.data, np.ones(len(idle))), ends), shape=size)
    most = index[solution.assignment]
    most[idle] = near.site_after[idle]
    return spread, most


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
    described = [_described(problem, step) for step in steps]
    possible = {step.number: step.measures for step in described if step.measures is not None}
    return frontier_tables(frontier_table(described), possible, problem.demand)


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


_PEOPLE = {
    "population": "resident",
    "age_75_plus": "resident aged 75 or older",
    "no_tertiary": "resident without tertiary education",
}


def _timestamp(file: ScenarioFile) -> str:
    """The date that results carry: SOURCE_DATE_EPOCH, else the scenario's; never the clock's."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch:
        return dt.datetime.fromtimestamp(int(epoch), tz=dt.UTC).date().isoformat()
    return file.scenario.scenario.date.isoformat()


def _run_manifest(
    problem: Problem, solution: Solution, sites: pd.DataFrame, seconds: Mapping[str, float]
) -> dict[str, Any]:
    """What a run says of itself, in manifest.json and run.json, with the outcome of each site."""
    return {
        **_asked(problem),
        "network_fingerprint": problem.network.fingerprint,
        "versions": versions(),
        "status": solution.status,
        "reason": solution.reason,
        **figures_of(problem, solution),
        "method": solution.method,
        "ties_decided": solution.ties_decided,
        "limits": uses_by_key(solution.limits),
        "cost": cost_of(sites, solution),
        "closed": list(solution.closed_sites),
        "phases": _phases(problem, solution, sites),
        "splits": solution.splits,
        "unreached": _unreached(problem, solution),
        "evidence": _evidence(problem.inputs),
        "detached": dict(problem.times.detached),
        "size": _size(problem.inputs, solution),
        "python": platform.python_version(),
        "seconds": {stage: round(each, 3) for stage, each in seconds.items()},
    }


def study_manifest(problem: Problem, study: str, more: Mapping[str, Any]) -> dict[str, Any]:
    """The content of manifest.json of a study: what was asked of which files."""
    return {
        "name": problem.file.name,
        "study": study,
        **_asked(problem),
        "versions": versions(),
        "python": platform.python_version(),
        "evidence": _evidence(problem.inputs),
        **more,
    }


def _asked(problem: Problem) -> dict[str, Any]:
    """What was asked, and the files that the answer rests on with their checksums."""
    file, costs = problem.file, problem.costs.model_dump(mode="json")
    return {
        "name": file.name,
        "date": _timestamp(file),
        "scenario": file.scenario.model_dump(mode="json"),
        "overrides": list(file.overrides),
        "assumed": {"costs": costs, "speeds": problem.network.speeds},
        "inputs": {name: sha256(path) for name, path in sorted(problem.files.items())},
    }


def figures_of(problem: Problem, solution: Solution) -> dict[str, Any]:
    """What was sought, how good the answer is and how good any could be, in one unit."""
    scenario = problem.scenario
    # The model gives the weighted sum of kind mean; a run gives minutes per person.
    persons = float(problem.instance.weights.sum())

    def figures(stage: StageResult) -> dict[str, Any]:
        scale = persons if stage.kind == "mean" else 1.0
        return {
            "kind": stage.kind,
            "objective": None if stage.objective is None else _settled(stage.objective / scale),
            "bound": _settled(stage.bound / scale) if math.isfinite(stage.bound) else None,
            "gap": _settled(stage.gap) if math.isfinite(stage.gap) else None,
            "status": stage.status,
        }

    asked = len(scenario.objective.order) or 1
    last = figures(solution.stages[min(asked, len(solution.stages)) - 1])
    return {
        "objective": last["objective"],
        "objective_kind": scenario.objective.kind,
        "objective_unit": _unit(last["kind"], scenario.demand.weight),
        "sense": solution.sense,
        "bound": last["bound"],
        "gap": last["gap"],
        "stages": [figures(stage) for stage in solution.stages],
    }


def _settled(figure: float) -> float:
    """A figure without the last digits, in which one machine differs from another."""
    # A proof allows for a difference of 1e-9.
    return round(float(figure), 9)


def _unit(kind: str, weight: str) -> str:
    people = _PEOPLE[weight]
    return {
        "mean": f"minutes per {people}",
        "coverage": f"persons within the time ({people})",
        "worst": "minutes",
        "equity": f"minutes (Kolm-Pollak EDE, {people})",
        "cost": "MSEK a year",
    }[kind]


def cost_of(sites: pd.DataFrame, solution: Solution) -> dict[str, float]:
    """What the new offices cost together and what closing saves, budget or not."""
    new = sites[sites["code"].isin(solution.new_sites)]
    return {
        "annual_msek": _sum(new["annual_cost_msek"]),
        "one_off_msek": _sum(new["one_off_cost_msek"]),
        "annual_saving_msek": round(solution.annual_saving, 6),
    }


def _phases(problem: Problem, solution: Solution, sites: pd.DataFrame) -> list[dict[str, Any]]:
    """What opens in each phase, what that costs, and how far people then have."""
    new = sites[sites["code"].isin(solution.new_sites)]
    phases = zip(problem.scenario.phases, _minutes_by_phase(problem, solution, sites), strict=True)
    return [
        {
            "phase": number,
            "name": phase.name,
            "years": phase.years,
            "opened": int((new["phase"] == number).sum()),
            "annual_msek": _sum(new.loc[new["phase"] <= number, "annual_cost_msek"]),
            "one_off_msek": _sum(new.loc[new["phase"] == number, "one_off_cost_msek"]),
            "mean_minutes": _settled(mean),
        }
        for number, (phase, mean) in enumerate(phases, start=1)
    ]


def _minutes_by_phase(problem: Problem, solution: Solution, sites: pd.DataFrame) -> Floats:
    """Mean minutes in each phase of all residents who reach an office, now and in every phase.

    Everybody goes to the nearest open office.
    """
    people = problem.demand["people"].to_numpy(dtype=np.float64)
    opened = sites["code"].isin(solution.open_sites)
    networks = [problem.present]
    for number in range(1, len(problem.scenario.phases) + 1):
        so_far = opened & (sites["existing"] | (sites["phase"] <= number))
        networks.append(np.flatnonzero(so_far))
    every = np.arange(len(sites))
    nearest = np.array(
        [nearest_minutes(problem.minutes, np.isin(every, each)) for each in networks]
    )
    reached = np.isfinite(nearest).all(axis=0)
    means: Floats = np.average(nearest[1:, reached], axis=1, weights=people[reached])
    return means


def _sum(msek: "pd.Series[float]") -> float:
    """A sum of money in whole kronor, whatever the order of its parts."""
    return round(float(msek.sum()), 6)


def _unreached(problem: Problem, solution: Solution) -> dict[str, Any]:
    """Residents whom no office or candidate can reach, or not in the time asked for."""
    demand = problem.demand.set_index("demand_id")["people"]
    ids = list(solution.unreached)
    return {"people": int(demand[ids].sum()), "demand_points": ids}


def _evidence(inputs: Inputs) -> Mapping[str, int]:
    """How well the office table is founded; empty for a table that does not say."""
    if "evidence" not in inputs.offices:
        return {}
    return {str(k): int(v) for k, v in inputs.offices["evidence"].value_counts().items()}


def _size(inputs: Inputs, solution: Solution) -> dict[str, int]:
    return {
        "demand_points": len(inputs.demand),
        "candidates": int((~inputs.candidates["excluded"]).sum()),
        "offices": int((~inputs.offices["shut"]).sum()),
        "pairs": solution.pairs,
        "pairs_kept": solution.pairs_kept,
    }
