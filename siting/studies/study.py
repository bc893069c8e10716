"""What every study of a scenario begins with, and what it leaves."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from siting.common.errors import Fault, InputError
from siting.common.package import scenario_folder
from siting.common.signals import Progress
from siting.model.solve import Task
from siting.pipeline.describe import study_manifest
from siting.pipeline.prepare import prepare
from siting.pipeline.problem import Problem
from siting.results.result import Result, find_result, read_result
from siting.scenario.file import AnyScenario, Folders, ScenarioFile, read_scenario


def open_study(scenario: AnyScenario, data: Path | str | None, progress: Progress) -> Problem:
    """Read tables and roads and pose the problem; a study takes the time that its proofs need."""
    problem = prepare(scenario, data=data, progress=progress)
    return replace(problem, task=replace(problem.task, time_limit=None, gap=Task.gap))


def study_result(  # noqa: PLR0913 - the last two are named
    problem: Problem,
    kind: str,
    facts: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    *,
    name: str = "",
    also: Iterable[Path] = (),
) -> Result:
    """What a study found, with what it rests on, files that a run does not read among it."""
    files = {**problem.files, **{path.name: path for path in also}}
    manifest = study_manifest(replace(problem, files=files), kind, facts)
    return Result(f"{problem.file.name}-{name or kind}", kind, manifest, tables)


def as_result(result: Result | Path | str) -> Result:
    """The result of a run as it is, or read from its folder."""
    if not isinstance(result, Result):
        return read_result(find_result(str(result)))
    if result.kind != "run":
        problem, remedy = "is no run", "Give what siting.run or siting.read_result gave."
        raise InputError([Fault(result.name, "kind", result.kind, problem, remedy)])
    return result


def scenario_of(
    result: Result, folder: Path | str | None = None, allow: Folders = ()
) -> ScenarioFile:
    """The scenario of a result, after overrides, as its manifest holds it."""
    name = f"{result.name}.toml"
    shipped = scenario_folder()
    here = Path(folder or (shipped if (shipped / name).is_file() else ""))
    read = read_scenario(result.manifest["scenario"], allow=allow)
    overrides = tuple(result.manifest["overrides"])
    return replace(read, name=result.name, path=here / name, overrides=overrides)


def refuse(file: ScenarioFile, used: Mapping[str, bool], problem: str, remedy: str) -> None:
    """Say which keys of a scenario a study cannot take."""
    faults = [Fault(str(file.path), key, "", problem, remedy) for key, yes in used.items() if yes]
    if faults:
        raise InputError([*file.faults, *faults])
