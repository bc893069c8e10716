"""Why a place is in a result, or not, as tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from siting.common.errors import Fault, InputError
from siting.common.signals import Progress
from siting.inputs.names import OfficeFinder, PlaceFinder, Unknown
from siting.model import Task
from siting.pipeline.problem import Problem
from siting.pipeline.translate import explain_clash
from siting.results.result import Result
from siting.studies.explain.solve import Explanation, explain
from siting.studies.study import open_scenario, scenario_of


@dataclass(frozen=True)
class About:
    """What is to be explained.

    Parameters
    ----------
    result : Result
        A result that `siting run` left.
    site : str
        Name or code of a candidate or office.
    folder : Path, optional
        The folder that the paths in the scenario are relative to.
    allow : tuple of Path
        Folders that files of the scenario may be read from as well.
    """

    result: Result
    site: str
    folder: Path | None = None
    allow: tuple[Path, ...] = ()


def explain_site(about: About, *, data: Path | None = None, progress: Progress = print) -> Result:
    """Say why a place is in a result, or not.

    Parameters
    ----------
    about : About
        The result, the site and the folders.
    data : Path, optional
        The data folder; the one that ships if not given.
    progress : callable
        Told what is being done.

    Returns
    -------
    Result
        Tables changes, people and limits; the figures are in the manifest.

    Raises
    ------
    InputError
        If the place is unknown, or the inputs are not those of the result any more.
    """
    file = scenario_of(about.result, about.folder, about.allow)
    opening = open_scenario(file, data, progress)
    problem, task = opening.problem, opening.task
    code = _find(about.site, problem)
    progress("Solving it the other way, and with each limit changed")
    found = explain(task, code)
    _check_same(about.result, found)
    places = problem.sites.set_index("code")
    figures = _figures(found, task, problem)
    unit = about.result.manifest["objective_unit"]
    tables = {
        "changes": _changes(found, places),
        "people": _people(found, problem),
        "limits": found.limits.assign(gain=found.limits["gain"].map(task.per_person)),
    }
    told = {**figures, "objective_unit": unit}
    return opening.study("explain", told, tables, name=f"explain-{code}")


def _find(name: str, problem: Problem) -> str:
    """The code of a candidate or an office."""
    inputs = problem.inputs
    finder = PlaceFinder(inputs.candidates, inputs.municipalities)
    try:
        code = finder.find(name)
    except Unknown as unknown:
        try:
            code = OfficeFinder(inputs.offices).find(name)
        except Unknown:
            fault = Fault("command line", "--site", name, unknown.problem, unknown.remedy)
            raise InputError([fault]) from unknown
    if code in problem.instance.site_ids:
        return code
    why = "the scenario leaves it out from the start"
    remedy = "See offices.shut and the table [candidates] of the scenario."
    raise InputError([Fault("command line", "--site", name, why, remedy)])


def _check_same(result: Result, found: Explanation) -> None:
    """Make sure that what is explained is the result's own answer."""
    if set(found.best.new_sites) == set(result.tables["sites"]["locality_code"]):
        return
    problem = "solved again it has another answer, so its tables or the version have changed"
    raise InputError(
        [Fault(result.name, "result", "sites.csv", problem, "Run the scenario again.")]
    )


def _figures(found: Explanation, task: Task, problem: Problem) -> dict[str, object]:
    places = problem.sites.set_index("code")
    best, cost = found.best.objective, found.cost
    return {
        "site": found.site,
        "place": places.loc[found.site, "place"],
        "municipality": places.loc[found.site, "municipality"],
        "forced": bool(places.loc[found.site, "forced"]),
        "open": found.is_open,
        "offices_there": _offices_there(found, places),
        "objective": None if best is None else task.per_person(best),
        "other_way_worse_by": None if np.isinf(cost) else task.per_person(cost),
        "other_way_proved": found.other is not None and found.other.status == "optimal",
        "clash": list(_clash(found, problem, str(places.loc[found.site, "place"]))),
    }


def _offices_there(found: Explanation, places: pd.DataFrame) -> list[str]:
    """Ids of the open offices of today that bear the name of the place, if it is a candidate."""
    site = places.loc[found.site]
    if site["existing"]:
        return []
    named = ["place", "municipality_code"]
    same = places["existing"] & (places[named] == site[named]).all(axis="columns")
    return [str(code) for code in places.index[same] if code in found.best.open_sites]


def _clash(found: Explanation, problem: Problem, place: str) -> Iterator[str]:
    """Why it cannot be the other way, in the words of the scenario file."""
    deciding = "force_shut" if found.is_open else "force_open"
    tables = (problem.sites, problem.demand)
    said = explain_clash(found.clash, problem.scenario, *tables)
    for limit, told in zip(found.clash, said, strict=True):
        if limit.key == deciding:
            yield f"{place} is {'shut' if found.is_open else 'open'}"
        if limit.key != deciding or (not found.is_open and problem.sites["forced"].any()):
            yield f"{told.key}: {told.sentence}"


def _changes(found: Explanation, places: pd.DataFrame) -> pd.DataFrame:
    """What else changes if the site is decided the other way."""
    before = set(found.best.open_sites)
    after = before if found.other is None else set(found.other.open_sites)
    rows = [
        {"change": change, "code": code, **places.loc[code, ["place", "municipality"]]}
        for change, codes in (("opens", after - before), ("shuts", before - after))
        for code in sorted(codes)
    ]
    return pd.DataFrame(rows, columns=["change", "code", "place", "municipality"])


def _people(found: Explanation, problem: Problem) -> pd.DataFrame:
    demand = problem.demand
    names = dict(zip(demand["municipality_code"], demand["municipality"], strict=True))
    if found.people.empty:
        columns = ["municipality_code", "municipality", "gain_people", "lose_people"]
        return pd.DataFrame(columns=[*columns, "person_minutes"])
    table = found.people.rename(columns={"municipality": "municipality_code"})
    table.insert(1, "municipality", table["municipality_code"].map(names))
    return table
