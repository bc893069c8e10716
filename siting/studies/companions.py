"""The studies that stand beside a result, and what they say about how far it can be trusted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from siting.common.errors import InputError
from siting.report.words import LANGUAGES, as_given, command, listed, month, number, texts, whole
from siting.results.result import Result, read_manifest, read_table
from siting.studies.defaults import CORE

TABLES: Mapping[str, tuple[str, ...]] = {
    "robustness": ("sites", "sets"),
    "alternatives": ("answers", "sites"),
    "hindcast": ("rounds",),
}
"""Each kind of study, and the tables of it that reports show."""


@dataclass(frozen=True)
class Companions:
    """What was studied of a result.

    Parameters
    ----------
    studies : mapping of str to Result
        By kind, those that belong to the result.
    strange : tuple of str
        Folders that bear the result's name and belong to another scenario or other inputs.
    """

    studies: Mapping[str, Result] = field(default_factory=dict)
    strange: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """Kinds of studies that there are none of."""
        return tuple(kind for kind in TABLES if kind not in self.studies)


def read_companions(result: Result, folder: Path) -> Companions:
    """Read the studies in the folders NAME-robustness, NAME-alternatives and NAME-hindcast."""
    here = folder.resolve()
    places = {kind: here.with_name(f"{here.name}-{kind}") for kind in TABLES}
    there = {kind: place for kind, place in places.items() if place.is_dir()}
    read = {kind: _read(place, kind, result) for kind, place in there.items()}
    studies = {kind: study for kind, study in read.items() if study is not None}
    return Companions(studies, tuple(there[kind].name for kind in read if kind not in studies))


def _read(folder: Path, kind: str, result: Result) -> Result | None:
    """A study, if it asked the same of the same files; how it was solved does not matter."""
    try:
        tables = {name: read_table(folder / f"{name}.csv") for name in TABLES[kind]}
        study = Result(folder.name, kind, read_manifest(folder), tables)
    except (OSError, ValueError, InputError):
        return None
    known, asked = study.manifest.get("inputs", {}), study.manifest.get("scenario", {})
    same_files = result.manifest["inputs"].items() <= known.items()
    same_question = _question(asked) == _question(result.manifest["scenario"])
    belongs = study.manifest.get("study") == kind and same_files and same_question
    return study if belongs else None


def _question(scenario: Mapping[str, Any]) -> dict[str, Any]:
    return {key: part for key, part in scenario.items() if key not in {"scenario", "solver"}}


def trust_by_language(result: Result, folder: Path) -> dict[str, tuple[str, ...]]:
    """What the studies beside a result say of it, in each language of a briefing."""
    companions = read_companions(result, folder)
    return {language: tuple(trust(result, companions, language)) for language in LANGUAGES}


def picked_shares(companions: Companions) -> dict[str, Any]:
    """How often each place is picked, by its code, in the draws and in the best answers."""
    shares: dict[str, Any] = {}
    if study := companions.studies.get("robustness"):
        shares["draws"] = study.manifest["draws_done"]
        shares["core"] = CORE
        shares["picked"] = _by_code(study.tables["sites"], "share")
    if study := companions.studies.get("alternatives"):
        answers = study.tables["answers"]
        shares["count"] = int((answers["kind"] == "best").sum())
        shares["answers"] = _by_code(study.tables["sites"], "in_best_share")
    return shares


def _by_code(sites: pd.DataFrame, column: str) -> dict[str, float]:
    return dict(zip(sites["code"], sites[column].round(3).tolist(), strict=True))


def trust(result: Result, companions: Companions, language: str) -> Iterator[str]:
    """What robustness, alternatives and hindcast found, and which of them was not run."""
    words = texts(language)["brief"]["trust"]
    tellers = {"robustness": _robustness, "alternatives": _alternatives, "hindcast": _hindcast}
    for kind, study in companions.studies.items():
        yield " ".join(tellers[kind](study, language))
    if companions.strange:
        yield words["strange"].format(folders=listed(list(companions.strange), language))
    if companions.missing:
        commands = [command(result, verb) for verb in companions.missing]
        yield words["missing"].format(commands=listed(commands, language))


def _robustness(study: Result, language: str) -> Iterator[str]:
    words, sites = texts(language)["brief"]["trust"], study.tables["sites"]
    main = sites[sites["main"]]
    core, rest = main[main["core"]], main[~main["core"]]
    yield words["draws"].format(draws=whole(study.manifest["draws_done"], language))
    yield words["core" if len(core) else "no_core"].format(
        core=whole(len(core), language),
        picks=whole(len(main), language),
        share=whole(100 * CORE, language),
        places=listed(list(core["place"]), language),
    )
    drivers = rest.loc[rest["driver"] != "", "driver"].value_counts().sort_index()
    if len(drivers):
        names = [
            f"{words['drivers'][name]} ({whole(count, language)})"
            for name, count in drivers.sort_values(ascending=False, kind="stable").items()
        ]
        yield words["driver"].format(
            drivers=listed(names, language), rest=whole(len(rest), language)
        )
    sets = study.tables["sets"]
    ours = sets[sets["main"]].iloc[0]
    if ours["draws_kept"]:
        yield words["regret"].format(
            regret=number(ours["greatest_regret"], 2, language),
            kept=whole(ours["draws_kept"], language),
        )


def _alternatives(study: Result, language: str) -> Iterator[str]:
    words, manifest = texts(language)["brief"]["trust"], study.manifest
    answers, sites = study.tables["answers"], study.tables["sites"]
    best = answers[answers["kind"] == "best"]
    figures = {
        "count": whole(len(best), language),
        "within": as_given(100 * manifest["within"], language),
        "worst": number(100 * best["worse"].max(), 3, language),
        "shared": whole((sites["in_best_share"] == 1).sum(), language),
    }
    yield words["all_answers" if manifest["complete"] else "best_answers"].format(**figures)
    if not best["proved"].all():
        yield words["answers_unproved"]
    always = sites.loc[sites["in_diverse_share"] == 1, "place"]
    if (answers["kind"] == "diverse").sum() > 1:
        yield words["diverse" if len(always) else "diverse_none"].format(
            within=figures["within"],
            shared=whole(len(always), language),
            places=listed(list(always), language),
        )


def _hindcast(study: Result, language: str) -> Iterator[str]:
    words = texts(language)["brief"]["trust"]
    rounds = [_round(row, language) for _, row in study.tables["rounds"].iterrows()]
    yield words["hindcast"].format(rounds="; ".join(rounds))
    yield words["hindcast_caveat"]


def _round(row: "pd.Series[Any]", language: str) -> str:
    clause: str = texts(language)["brief"]["trust"]["rounds"][row["kind"]]
    return clause.format(
        month=month(row["month"], language),
        reached=whole(100 * row["reached"], language),
        overlap=whole(row["overlap"], language),
        number=whole(row["number"], language),
    )
