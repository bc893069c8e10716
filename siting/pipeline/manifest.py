"""What a result says about itself, so that it can be trusted and repeated."""

import datetime as dt
import math
import os
import platform
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from siting.common.package import versions
from siting.common.types import Floats
from siting.inputs.ledger import sha256
from siting.inputs.select import Inputs
from siting.model.solution import Solution, StageResult
from siting.pipeline.problem import Problem
from siting.pipeline.translate import uses_by_key
from siting.scenario.file import ScenarioFile

_PEOPLE = {
    "population": "resident",
    "age_75_plus": "resident aged 75 or older",
    "no_tertiary": "resident without tertiary education",
}


def timestamp(file: ScenarioFile) -> str:
    """The date that results carry: SOURCE_DATE_EPOCH, else the scenario's; never the clock's."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch:
        return dt.datetime.fromtimestamp(int(epoch), tz=dt.UTC).date().isoformat()
    return file.scenario.scenario.date.isoformat()


def make_manifest(
    problem: Problem, solution: Solution, sites: pd.DataFrame, seconds: Mapping[str, float]
) -> dict[str, Any]:
    """What a run says of itself, in manifest.json and run.json, with the outcome of each site."""
    file, inputs = problem.file, problem.inputs
    return {
        "name": file.name,
        "date": timestamp(file),
        "scenario": file.scenario.model_dump(mode="json"),
        "overrides": list(file.overrides),
        "inputs": _checksums(problem),
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
        "evidence": _evidence(inputs),
        "detached": dict(problem.times.detached),
        "size": _size(inputs, solution),
        "python": platform.python_version(),
        "seconds": {stage: round(each, 3) for stage, each in seconds.items()},
    }


def figures_of(problem: Problem, solution: Solution) -> dict[str, Any]:
    """What was sought, how good the answer is and how good any could be, in one unit."""
    scenario = problem.scenario
    # The model gives the weighted sum of kind mean; a run gives minutes per person.
    persons = float(problem.inputs.weights.sum())

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
    return round(float(figure), _SETTLED)


_SETTLED = 9
"""Decimals; a proof allows for a difference of 1e-9."""


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
    kinds = {"annual_msek": "annual_cost_msek", "one_off_msek": "one_off_cost_msek"}
    costs = {name: _sum(new[column]) for name, column in kinds.items()}
    return costs | {"annual_saving_msek": round(solution.annual_saving, 6)}


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
    nearest = np.array([problem.minutes[:, each].min(axis=1, initial=np.inf) for each in networks])
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


def _checksums(problem: Problem) -> dict[str, str]:
    return {name: sha256(path) for name, path in sorted(problem.files.items())}


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


def study_manifest(problem: Problem, study: str, more: Mapping[str, Any]) -> dict[str, Any]:
    """The content of manifest.json of a study: what was asked of which files."""
    file = problem.file
    return {
        "name": file.name,
        "study": study,
        "date": timestamp(file),
        "scenario": file.scenario.model_dump(mode="json"),
        "overrides": list(file.overrides),
        "inputs": _checksums(problem),
        "versions": versions(),
        "python": platform.python_version(),
        "evidence": _evidence(problem.inputs),
        **more,
    }
