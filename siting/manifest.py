"""What a result says about itself, so that it can be trusted and repeated."""

import datetime as dt
import importlib.metadata
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from siting.inputs.ledger import sha256
from siting.inputs.selection import Inputs
from siting.model import Solution
from siting.problem import LIMIT_KEYS, Prepared
from siting.scenario_file import ScenarioFile

_PACKAGES = ("siting", "highspy", "networkx", "numpy", "osmnx", "pandas", "pulp", "scipy")
_UNITS = {
    "population": "minutes per resident",
    "age_75_plus": "minutes per resident aged 75 or older",
    "no_tertiary": "minutes per resident without tertiary education",
}


@dataclass(frozen=True)
class Seconds:
    """When each stage ended, by `time.perf_counter`."""

    started: float
    network: float
    matrix: float
    solve: float

    def as_dict(self) -> dict[str, float]:
        """Seconds of each stage."""
        ends = (self.started, self.network, self.matrix, self.solve)
        stages = zip(("network", "matrix", "solve"), ends, ends[1:], strict=False)
        parts = {name: round(end - start, 3) for name, start, end in stages}
        return parts | {"total": round(self.solve - self.started, 3)}


def timestamp(file: ScenarioFile) -> str:
    """The date that results carry: SOURCE_DATE_EPOCH, else the scenario's; never the clock's."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch:
        return dt.datetime.fromtimestamp(int(epoch), tz=dt.UTC).date().isoformat()
    return file.scenario.scenario.date.isoformat()


def make_manifest(prepared: Prepared, solution: Solution, seconds: Seconds) -> dict[str, Any]:
    """The content of manifest.json; only `seconds` differs between two runs of a scenario."""
    file, inputs = prepared.file, prepared.inputs
    weight = float(inputs.weights.sum())
    objective = None if solution.objective is None else solution.objective / weight
    return {
        "name": file.name,
        "date": timestamp(file),
        "scenario": file.scenario.model_dump(mode="json"),
        "overrides": list(file.overrides),
        "inputs": _checksums(prepared),
        "network_fingerprint": prepared.network.fingerprint,
        "versions": _versions(),
        "status": solution.status,
        "reason": solution.reason,
        "objective": objective,
        "objective_kind": file.scenario.objective.kind,
        "objective_unit": _UNITS[file.scenario.demand.weight],
        "sense": solution.sense,
        "bound": solution.bound / weight,
        "gap": solution.gap,
        "method": solution.method,
        "ties_decided": solution.ties_decided,
        "limits": _limits(solution),
        "cost": _cost(prepared, solution),
        "evidence": _evidence(inputs),
        "detached": dict(prepared.times.detached),
        "size": _size(inputs, solution),
        "seconds": seconds.as_dict(),
    }


def _checksums(prepared: Prepared) -> dict[str, str]:
    return {name: sha256(path) for name, path in sorted(prepared.files.items())}


def _versions() -> dict[str, str]:
    packages = {name: importlib.metadata.version(name) for name in _PACKAGES}
    return {"python": platform.python_version(), **packages}


def _limits(solution: Solution) -> dict[str, dict[str, Any]]:
    return {
        LIMIT_KEYS[use.name]: {"limit": use.limit, "used": use.used, "slack": use.slack}
        for use in solution.limits
        if use.name in LIMIT_KEYS
    }


def _cost(prepared: Prepared, solution: Solution) -> dict[str, float]:
    """What the new offices cost together, MSEK, whether there is a budget or not."""
    sites = prepared.problem.sites
    new = sites[sites["code"].isin(solution.open_sites)]
    kinds = {"annual_msek": "annual_cost_msek", "one_off_msek": "one_off_cost_msek"}
    return {name: round(float(new[column].sum()), 6) for name, column in kinds.items()}


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
