"""Why a site is in an answer, or not: what deciding it the other way would cost, and for whom."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from string import Formatter

import numpy as np
import pandas as pd

from siting.common.errors import ClashingLimit, Fault, InfeasibleError, InputError
from siting.common.signals import Cancel, Progress, heeding
from siting.inputs.names import OFFICE_NAMES, Finder
from siting.model import Limits, Solution, Task
from siting.pipeline.problem import Problem
from siting.pipeline.translate import explain_clash
from siting.report.certainty import unit_of
from siting.report.document import Block, Document, Grid, Paragraph
from siting.report.tables import Formats, study_grid
from siting.report.words import listed, number, study_texts
from siting.results.result import Result
from siting.scenario.file import Folders
from siting.scenario.limits import LIMITS
from siting.studies.study import as_result, open_study, scenario_of, study_result


@dataclass(frozen=True, eq=False)
class Explanation:
    """Why a site is open in the best answer, or not.

    Parameters
    ----------
    site : str
    is_open : bool
        Whether it is open in the best answer.
    best : Solution
    other : Solution or None
        The best answer with the site the other way; None if there is none.
    clash : tuple of ClashingLimit
        Why there is none.
    limits : DataFrame
        One row for each limit changed: name (that of a scenario), change ("dropped", "one more",
        "1 more"), gain (by how much the objective gets better, not negative), site_open (whether
        the site would then be open), proved.
    people : DataFrame
        One row for each municipality that the site makes a difference to: municipality_code,
        gain_people and lose_people (who have a shorter or longer way with the site open than
        without), person_minutes (saved by it, one way).
    """

    site: str
    is_open: bool
    best: Solution
    other: Solution | None
    clash: tuple[ClashingLimit, ...]
    limits: pd.DataFrame
    people: pd.DataFrame

    @property
    def cost(self) -> float:
        """By how much the objective gets worse the other way; infinite if it cannot be."""
        return np.inf if self.other is None else worse_by(self.best, self.other)


def worse_by(best: Solution, other: Solution) -> float:
    """By how much an answer is worse than another, in the unit of the objective."""
    if best.objective is None or other.objective is None:
        return np.nan
    difference = other.objective - best.objective
    return difference if best.sense == "min" else -difference


def explain_site(task: Task, site: str) -> Explanation:
    """Solve a problem with a site the other way, and with its limits changed one at a time."""
    # With ties decided, since it has to be the answer that a run gives.
    best = task.solve(ties=True)
    is_open = site in best.open_sites
    other: Solution | None = None
    clash: tuple[ClashingLimit, ...] = ()
    try:
        other = task.solve(other_way(task.limits, site, is_open=is_open))
    except InfeasibleError as error:
        clash = error.clash
    changed = pd.DataFrame(_changed(task, best, site))
    people = _people(task, site, best, other or best)
    return Explanation(site, is_open, best, other, clash, changed, people)


def other_way(limits: Limits, site: str, *, is_open: bool) -> Limits:
    """The limits with a site forced shut if it is open, and open if it is not."""
    force_open = [other for other in limits.force_open if other != site]
    force_shut = [other for other in limits.force_shut if other != site]
    (force_shut if is_open else force_open).append(site)
    return replace(limits, force_open=force_open, force_shut=force_shut)


def _changed(task: Task, best: Solution, site: str) -> Iterator[dict[str, object]]:
    for name, change, limits in (*_dropped(task.limits), *_loosened(task.limits)):
        solution = task.solve(limits)
        yield {
            "name": name,
            "change": change,
            "gain": max(0.0, -worse_by(best, solution)),
            "site_open": site in solution.open_sites,
            "proved": solution.status == "optimal",
        }


def _dropped(limits: Limits) -> Iterator[tuple[str, str, Limits]]:
    """Each limit that can be dropped, with the limits that are left."""
    for limit in (each for each in LIMITS if each.field):
        given, left = getattr(limits, limit.field), getattr(Limits(), limit.field)
        if limit.group:
            left = [each for each in given if each != limit.group]
        without = replace(limits, **{limit.field: left})
        if without.parts() != limits.parts():
            yield limit.key, "dropped", without


def _loosened(limits: Limits) -> Iterator[tuple[str, str, Limits]]:
    """The limits with one more office, or one more unit of money."""
    for limit in LIMITS:
        if limit.more and (given := getattr(limits, limit.field)) is not None:
            yield limit.key, limit.more, replace(limits, **{limit.field: given + 1})


def _people(task: Task, site: str, best: Solution, other: Solution) -> pd.DataFrame:
    with_site, without = (best, other) if site in best.open_sites else (other, best)
    saved = ((without.shares - with_site.shares) * task.instance.times).sum(axis=1)
    weights = task.instance.weights
    table = pd.DataFrame(
        {
            "municipality_code": task.instance.client_groups["municipality"],
            "gain_people": np.where(saved > 0, weights, 0.0),
            "lose_people": np.where(saved < 0, weights, 0.0),
            "person_minutes": weights * saved,
        }
    )
    sums = table.groupby("municipality_code").sum().reset_index()
    touched = sums[(sums["gain_people"] > 0) | (sums["lose_people"] > 0)]
    return touched.sort_values("person_minutes", ascending=False).reset_index(drop=True)


# long: half of it says what its parameters mean
def explain(  # noqa: PLR0913 - all but two are named and have defaults
    result: Result | Path | str,
    site: str,
    *,
    folder: Path | str | None = None,
    allow: Folders = (),
    data: Path | str | None = None,
    progress: Progress = print,
    cancel: Cancel | None = None,
) -> Result:
    """Say why a place is in a result, or not.

    Parameters
    ----------
    result : Result, Path or str
        A result that `siting run` left, or its folder or name.
    site : str
        Name or code of a candidate or office.
    folder : Path or str, optional
        The folder that the paths in the scenario are relative to.
    allow : sequence of Path or str
        Folders that files of the scenario may be read from as well.
    data : Path or str, optional
        The data folder; the one that ships if not given.
    progress : callable
        Told what is being done.
    cancel : callable, optional
        Asked between two steps whether to end.

    Returns
    -------
    Result
        Tables changes, people and limits; the figures are in the manifest.

    Raises
    ------
    InputError
        If the place is unknown, or the inputs are not those of the result any more.
    InterruptError
        If it was cancelled.
    """
    progress = heeding(progress, cancel)
    run = as_result(result)
    problem = open_study(scenario_of(run, folder, allow), data, progress)
    task, code = problem.task, _find(site, problem)
    progress("Solving it the other way, and with each limit changed")
    found = explain_site(task, code)
    _check_same(run, found)
    places = problem.sites.set_index("code")
    names = problem.demand.groupby("municipality_code")["municipality"].first()
    people = found.people.copy()
    people.insert(1, "municipality", people["municipality_code"].map(names))
    facts = {
        **_figures(found, task, places),
        **{key: list(_clash(found, problem, words)) for key, words in _CLASH.items()},
        "objective_unit": run.manifest["objective_unit"],
    }
    tables = {
        "changes": _changes(found, places),
        "people": people,
        "limits": found.limits.assign(gain=found.limits["gain"].map(task.per_person)),
    }
    return study_result(problem, "explain", facts, tables, name=f"explain-{code}")


def _find(name: str, problem: Problem) -> str:
    """The code of a candidate or an office."""
    inputs, where = problem.inputs, ("command line", "--site")
    every, places = inputs.municipalities, inputs.candidates
    finder = Finder(where[0], every, every["code"], places, "The table of regions")
    codes = finder.places([name], where[1], places, "place")
    offices = inputs.offices.rename(columns=OFFICE_NAMES)
    codes += replace(finder, faults=[]).places([name], where[1], offices, "office")
    if not codes:
        raise InputError(finder.faults)
    if codes[0] in problem.task.instance.site_ids:
        return codes[0]
    why = "the scenario leaves it out from the start"
    remedy = "See offices.shut and the table [candidates] of the scenario."
    raise InputError([Fault(*where, name, why, remedy)])


def _check_same(result: Result, found: Explanation) -> None:
    """Make sure that what is explained is the result's own answer."""
    if set(found.best.new_sites) == set(result.tables["sites"]["locality_code"]):
        return
    problem = "solved again it has another answer, so its tables or the version have changed"
    raise InputError(
        [Fault(result.name, "result", "sites.csv", problem, "Run the scenario again.")]
    )


def _figures(found: Explanation, task: Task, places: pd.DataFrame) -> dict[str, object]:
    site, best, cost = places.loc[found.site], found.best.objective, found.cost
    return {
        "site": found.site,
        "place": site["place"],
        "municipality": site["municipality"],
        "forced": bool(site["forced"]),
        "open": found.is_open,
        "offices_there": _offices_there(found, places),
        "objective": None if best is None else task.per_person(best),
        "other_way_worse_by": None if np.isinf(cost) else task.per_person(cost),
        "other_way_proved": found.other is not None and found.other.status == "optimal",
    }


def _offices_there(found: Explanation, places: pd.DataFrame) -> list[str]:
    """Ids of the open offices of today that bear the name of the place, if it is a candidate."""
    site = places.loc[found.site]
    if site["existing"]:
        return []
    named = ["place", "municipality_code"]
    same = places["existing"] & (places[named] == site[named]).all(axis="columns")
    return [str(code) for code in places.index[same] if code in found.best.open_sites]


_CLASH = {"clash": "en", "clash_sv": "sv"}
"""The language of each list of clashing limits in a manifest."""


def _clash(found: Explanation, problem: Problem, language: str) -> Iterator[str]:
    """Why it cannot be the other way, in the words of the scenario file."""
    sites, words = problem.sites, study_texts("explain", language)["clash"]
    deciding = "force_shut" if found.is_open else "force_open"
    said = explain_clash(found.clash, problem.scenario, sites, problem.demand)
    for limit, told in zip(found.clash, said, strict=True):
        if limit.key == deciding:
            yield words[deciding].format(*sites.loc[sites["code"] == found.site, "place"])
        if limit.key != deciding or (not found.is_open and sites["forced"].any()):
            yield f"{told.key}: {limit_in_words(told, language)}"


@dataclass(frozen=True)
class _Sentences(Formatter):
    """Texts with facts, whose figures have the reader's decimal sign."""

    point: str

    def format_field(self, value: object, format_spec: str) -> str:
        text = str(super().format_field(value, format_spec))
        return text.replace(".", self.point) if isinstance(value, float) else text


def limit_in_words(limit: ClashingLimit, language: str) -> str:
    """What a limit that clashes says, told as `explain_clash` does, in the reader's language."""
    words, facts = study_texts("explain", language)["clash"], dict(limit.facts)
    ends = [words[end].format(**facts) for end in ("least", "most") if facts.get(end) is not None]
    where = words["where"][f"{'in' if limit.labels else 'each'}_{limit.group or 'nation'}"]
    facts |= {"span": listed(ends, language), "where": where.format(**facts)}
    more = "" if facts.get("reachable") is None else words["reachable"]
    tell = _Sentences("," if language == "sv" else ".").format
    return tell(words["limits"][limit.key] + more, **facts)


def _changes(found: Explanation, places: pd.DataFrame) -> pd.DataFrame:
    """What else changes if the site is decided the other way."""
    before, after = (set(each.open_sites) for each in (found.best, found.other or found.best))
    changes = [("opens", code) for code in sorted(after - before)]
    changes += [("shuts", code) for code in sorted(before - after)]
    table = pd.DataFrame(changes, columns=["change", "code"])
    return table.join(places[["place", "municipality"]], on="code")


_SHOWN = 10
"""So many municipalities are told, those for which it means most."""
_PEOPLE: Formats = {"municipality": "text", "gain_people": 0, "lose_people": 0, "hours": "change"}
_LIMITS: Formats = {"limit": "text", "gain": 6, "open": "text", "proved": "text"}


def tell_explanation(study: Result, language: str = "en") -> Document:
    """Put into words why a site is in or out, who gains, and what the limits have to do with it."""
    people = study.tables["people"]
    blocks: list[Block] = [*map(Paragraph, _reasons(study, language))]
    if len(people):
        blocks += _people_blocks(people, language)
    return Document(language, "", (*blocks, _limits_grid(study, language)))


def _reasons(study: Result, language: str) -> Iterator[str]:
    words, facts = study_texts("explain", language), study.manifest
    said, way = words["open" if facts["open"] else "shut"], facts["other_way_worse_by"]
    if there := ", ".join(facts["offices_there"]):
        yield words["already"].format(place=facts["place"], offices=there)
    forced = words["forced"] if facts["forced"] else ""
    yield said["is"].format(place=facts["place"], municipality=facts["municipality"], forced=forced)
    if clash := facts["clash" if language == "en" else "clash_sv"]:
        yield said["impossible"].format(clash="; ".join(clash))
        return
    yield said["other_way"].format(
        worse=number(way, 6, language),
        objective=number(facts["objective"], 6, language),
        unit=unit_of(facts, language),
        proof=words["proved" if facts["other_way_proved"] else "not_proved"],
    )
    changes = study.tables["changes"]
    others = changes[changes["code"] != facts["site"]]
    for change in ("opens", "shuts"):
        if names := ", ".join(others.loc[others["change"] == change, "place"]):
            yield words[change].format(places=names)


def _people_blocks(people: pd.DataFrame, language: str) -> Iterator[Block]:
    """The municipalities for which it means most, gains first."""
    words = study_texts("explain", language)
    order = people["person_minutes"].abs().sort_values(ascending=False).index
    shown = people.loc[order[:_SHOWN]].sort_values("person_minutes", ascending=False)
    yield study_grid("people", shown.assign(hours=shown["person_minutes"] / 60), _PEOPLE, words)
    if (more := len(people) - _SHOWN) > 0:
        yield Paragraph(words["more"].format(count=more))


def _limits_grid(study: Result, language: str) -> Grid:
    words, limits = study_texts("explain", language), study.tables["limits"]
    heads = {**words["columns"], "open": words["columns"]["open"].format(**study.manifest)}
    shown = limits.assign(
        limit=limits["name"] + ": " + limits["change"].map(words["changes"]),
        open=limits["site_open"].map({True: words["yes"], False: words["no"]}),
        proved=limits["proved"].map({True: "", False: words["not_proved"]}),
    )
    return study_grid("limits", shown, _LIMITS, {**words, "columns": heads})
