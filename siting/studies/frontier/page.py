"""What `siting frontier` says."""

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import pairwise
from typing import Any

import pandas as pd

from siting.report.document import Block, Document, Figure, Heading, Paragraph
from siting.report.tables import Formats, place, records, study_grid
from siting.report.words import shortest, study_texts
from siting.results.result import Result

_STEPS: Formats = {
    "step": "text",
    "new_offices": 0,
    "annual_cost_msek": 1,
    **dict.fromkeys(("mean", "change"), 3),
    "share45": ("share", 2),
    "bound": "figure",
    "proof": "text",
    "gap": "figure",
    "kept": "text",
}
_FRONT: Formats = {
    "step": "text",
    "objective": 3,
    "cost": ("change", 3),
    "second": 3,
    "share": ("share", 3),
    "new_offices": 0,
    "annual_cost_msek": 1,
    "efficient": "text",
}


def tell_frontier(study: Result, language: str = "en") -> Document:
    """Put into words what each step brings, or what each point of a front is worth."""
    tell = _steps if "over" in study.manifest else _front
    return Document(language, "", tuple(tell(study, language)))


def _steps(study: Result, language: str) -> Iterator[Block]:
    words, table = study_texts("frontier", language), study.tables["frontier"]
    in_words = partial(shortest, language=language)
    as_gap = partial(Figure, kind="share", digits=4, unit="%")
    shown = table.assign(
        step=_labels(table, language),
        change=table["mean"] - table["mean"].ffill().shift(),
        bound=table["bound"].map(in_words, na_action="ignore"),
        proof=table["status"].map(words["proofs"]),
        gap=table["gap"].map(as_gap, na_action="ignore"),
        kept=[_kept(row, words) for row in records(table)],
    )
    limit = words["limits"][study.manifest["over"]]
    yield study_grid("steps", shown, _STEPS, words, limit=limit)
    yield from _given_up(study, language)


def _labels(table: pd.DataFrame, language: str) -> list[str]:
    none = study_texts("frontier", language)["none"]
    pairs = zip(table["status"], table["step"], strict=True)
    return [none if status == "present" else shortest(step, language) for status, step in pairs]


def _kept(row: Mapping[str, Any], words: Mapping[str, Any]) -> str:
    if row["status"] == "present" or pd.isna(row["new_offices"]):
        return ""
    count = len(row["dropped"].split(";"))
    return str(words["all"] if row["nested"] else words["not"].format(count=count))


def _given_up(study: Result, language: str) -> Iterator[Block]:
    """Say at which steps earlier picks are given up, and for which."""
    words, lines = study_texts("frontier", language), [*_dropped(study, language)]
    steps = int((study.tables["frontier"]["new_offices"] > 0).sum())
    if lines:
        yield Heading(words["given_up"].format(count=len(lines), steps=steps))
    elif steps > 1:
        yield Paragraph(words["none_given_up"], "lead")
    yield from map(Paragraph, lines)


def _dropped(study: Result, language: str) -> Iterator[str]:
    """One line for each step that gives up earlier picks, with what opens in their place."""
    words, table = study_texts("frontier", language), study.tables["frontier"]
    sites = study.tables["frontier_sites"].drop_duplicates("locality_code")
    possible = records(table[table["new_offices"].notna()])
    picks = [set(filter(None, str(row["sites"]).split(";"))) for row in possible]
    for (before, new), row in zip(pairwise(picks), possible[1:], strict=True):
        gone, come = (_names(sites, codes) for codes in (before - new, new - before))
        if gone:
            step = shortest(row["step"], language)
            yield words["instead"].format(step=step, gone=gone, come=come or words["nothing"])


def _names(sites: pd.DataFrame, codes: set[str]) -> str:
    return ", ".join(sorted(map(place, records(sites[sites["locality_code"].isin(codes)]))))


def _front(study: Result, language: str) -> Iterator[Block]:
    words, facts = study_texts("frontier", language), study.manifest
    table, covers = study.tables["frontier"], facts["second"] == "coverage"
    second = facts["people"] - table["second"] if covers else table["second"]
    cost = table["objective"] - table["objective"].iloc[1]
    proofs = {True: words["proofs"]["optimal"], False: words["proofs"]["feasible"]}
    shown = table.assign(
        step=_labels(table, language),
        cost=cost.where(table["status"] != "present"),
        second=second,
        share=second / facts["people"] if covers else "",
        efficient=table["efficient"].map(proofs),
    )
    heads = {**words["columns"], "step": words["columns"]["point"]}
    heads |= {"second": words["heads"][facts["second"]], "share": "%" if covers else " "}
    formats: Formats = {**_FRONT, "second": 0 if covers else 3}
    aim = aim_in_words(facts, language)
    yield study_grid("front", shown, formats, {**words, "columns": heads}, aim=aim)
    yield from map(Paragraph, _how_exact(facts, len(table) - 1, language))


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
