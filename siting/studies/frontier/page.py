"""What `siting frontier` says."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from siting.report.document import Block, Document, Figure, Grid, Heading, Kind, Paragraph
from siting.report.tables import or_blank, records, study_columns
from siting.report.words import shortest, study_texts
from siting.results.result import Result

_STEPS: Mapping[str, Kind | int] = {
    "step": "text",
    "new_offices": 0,
    "annual_cost_msek": 1,
    "mean": 3,
    "change": 3,
    "share45": "figure",
    "bound": "figure",
    "proof": "text",
    "gap": "figure",
    "kept": "text",
}
_FRONT: Mapping[str, Kind | int] = {
    "step": "text",
    "objective": 3,
    "cost": "change",
    "second": "figure",
    "share": "figure",
    "new_offices": 0,
    "annual_cost_msek": 1,
    "efficient": "text",
}


def tell_frontier(study: Result, language: str = "en") -> Document:
    """Put into words what each step brings, or what each point of a front is worth."""
    tell = _steps if "over" in study.manifest else _front
    return Document(language, "", tuple(tell(study, language)))


def _steps(study: Result, language: str) -> Iterator[Block]:
    words, before, rows = study_texts("frontier", language), math.nan, []
    for row in records(study.tables["frontier"]):
        rows.append(_step(row, before, language))
        before = before if pd.isna(row["new_offices"]) else row["mean"]
    title = words["steps"].format(limit=words["limits"][study.manifest["over"]])
    heads = study_columns(words["columns"], _STEPS)
    yield Grid("steps", title, heads, rows, words["steps_note"])
    yield from _given_up(study, language)


def _step(row: Mapping[str, Any], before: float, language: str) -> dict[str, Any]:
    words, possible = study_texts("frontier", language), not pd.isna(row["new_offices"])
    tried = row["status"] != "present"
    cells = {
        "step": shortest(row["step"], language) if tried else words["none"],
        "mean": or_blank(row["mean"]),
        "change": or_blank(row["mean"] - before),
        "bound": "" if math.isnan(row["bound"]) else shortest(row["bound"], language),
        "proof": words["proofs"].get(row["status"], ""),
        "kept": "",
        **dict.fromkeys(("new_offices", "annual_cost_msek", "share45", "gap"), ""),
    }
    if possible:
        cells |= {key: row[key] for key in ("new_offices", "annual_cost_msek")}
        cells["share45"] = Figure(row["share45"], "share", 2)
    if possible and tried:
        lost = len(row["dropped"].split(";"))
        cells["kept"] = words["all"] if row["nested"] else words["not"].format(count=lost)
        cells["gap"] = "" if math.isnan(row["gap"]) else Figure(row["gap"], "share", 4, "%")
    return cells


def _given_up(study: Result, language: str) -> Iterator[Block]:
    """Say at which steps earlier picks are given up, and for which."""
    words, lines = study_texts("frontier", language), [*dropped(study, language)]
    steps = int((study.tables["frontier"]["new_offices"] > 0).sum())
    if lines:
        yield Heading(words["given_up"].format(count=len(lines), steps=steps))
    elif steps > 1:
        yield Paragraph(words["none_given_up"], "lead")
    yield from map(Paragraph, lines)


def dropped(study: Result, language: str) -> Iterator[str]:
    """One line for each step that gives up earlier picks, with what opens in their place."""
    words = study_texts("frontier", language)
    table, sites = study.tables["frontier"], study.tables["frontier_sites"]
    named = sites.drop_duplicates("locality_code").set_index("locality_code")
    before: set[str] = set()
    for row in records(table):
        if pd.isna(row["new_offices"]):
            continue
        new = set(filter(None, str(row["sites"]).split(";")))
        if lost := before - new:
            gone, come = _names(lost, named), _names(new - before, named)
            step = shortest(row["step"], language)
            yield words["instead"].format(step=step, gone=gone, come=come or words["nothing"])
        before = new


def _names(codes: set[str], named: pd.DataFrame) -> str:
    pairs = named.loc[sorted(codes), ["locality", "municipality"]].to_numpy()
    names = (
        place if place == municipality else f"{place} ({municipality})"
        for place, municipality in pairs
    )
    return ", ".join(sorted(names))


def _front(study: Result, language: str) -> Iterator[Block]:
    words, facts = study_texts("frontier", language), study.manifest
    table, kind = study.tables["frontier"], facts["second"]
    first = table["objective"].iloc[1]
    rows = [_point(row, first, facts, language) for row in records(table)]
    heads = {
        **words["columns"],
        "step": words["columns"]["point"],
        "second": words["heads"][kind],
        "share": " ",
    }
    if kind == "coverage":
        heads["share"] = "%"
    title = words["front"].format(aim=aim_in_words(facts, language))
    yield Grid("front", title, study_columns(heads, _FRONT), rows, words["front_note"])
    yield from map(Paragraph, _how_exact(facts, len(table) - 1, language))


def _point(
    row: Mapping[str, Any], first: float, facts: Mapping[str, Any], language: str
) -> dict[str, Any]:
    words = study_texts("frontier", language)
    cells = {key: row[key] for key in ("objective", "annual_cost_msek")}
    cells |= {"step": words["none"], "cost": "", "efficient": "", "new_offices": row["new_offices"]}
    if row["status"] != "present":
        cells["step"] = shortest(row["step"], language)
        cells["cost"] = Figure(row["objective"] - first, "change", 3)
        cells["efficient"] = words["proofs"]["optimal" if row["efficient"] else "feasible"]
    cells |= {"second": Figure(row["second"], "number", 3), "share": ""}
    if facts["second"] == "coverage":
        within = facts["people"] - row["second"]
        cells["second"] = Figure(within, "whole", 0)
        cells["share"] = Figure(within / facts["people"], "share", 3)
    return cells


def aim_in_words(facts: Mapping[str, Any], language: str = "en") -> str:
    """The second aim, such as coverage within 45 minutes."""
    within = facts["within"]
    minutes = "" if within is None else shortest(within, language)
    aim: str = study_texts("frontier", language)["aims"][facts["second"]]
    return aim.format(within=minutes)


def _how_exact(facts: Mapping[str, Any], count: int, language: str) -> Iterator[str]:
    words, kind = study_texts("frontier", language), facts["second"]
    if facts["sample"]:
        yield words["sample"]
        return
    yield words["one_point"] if count == 1 else words["whole"].format(count=count)
    if facts["step"] and kind in words["apart"]:
        digits = f"{facts['step']:.4g}"
        yield words["apart"][kind].format(step=shortest(float(digits), language))
