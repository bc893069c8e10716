"""What a run prints: its offices, before and after, the limits and how sure it is."""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path

from siting.report.certainty import exceptions
from siting.report.document import Block, Column, Document, Figure, Grid, Paragraph
from siting.report.tables import columns, measured, of_phase, place, records, served, study_columns
from siting.report.words import localised, number, texts, whole
from siting.results.limits import used_limits
from siting.results.measures import MEASURES
from siting.results.result import Result
from siting.results.verify import Proved

_FIGURES: Mapping[str, int] = {
    "annual_cost_msek": 1,
    "people_nearest": 0,
    "hours": 0,
    "loss_if_left_out_minutes": 4,
}
"""Decimals of the figures of an office."""


def summary(result: Result, folder: Path, language: str = "en") -> Document:
    """Picks, before and after, use of limits, status and where the files are."""
    words = texts(language)["terminal"]
    changes = (words["override"].format(override=text) for text in result.manifest["overrides"])
    blocks: tuple[Block, ...] = (
        *map(Paragraph, changes),
        _picks(result, language),
        _access(result, language),
        *served(result, language),
        _limits(result, language),
        *_frontier(result, language),
        *_closing(result, language),
        Paragraph(words["files"].format(folder=folder)),
    )
    return Document(language, localised(result.manifest, "title", language), blocks)


def proofs(stages: Iterable[Proved], language: str = "en") -> Iterator[str]:
    """What the checker of certificates has found of each stage, a line each."""
    words = texts(language)["terminal"]
    for each in stages:
        sums = {key: f"{float(getattr(each, key)):.12g}" for key in ("value", "bound")}
        gap = float(abs(each.value - each.bound) / max(abs(each.value), Fraction(1, 10**9)))
        leaf = words["leaf"]["one" if each.leaves == 1 else "many"]
        counts = {"leaves": each.leaves, "leaf": leaf, "gap": f"{gap:.2g}"}
        yield words["proved"].format(kind=each.kind, **sums, **counts)


def _picks(result: Result, language: str) -> Grid:
    words, sites = texts(language)["terminal"], result.tables["sites"]
    titles = words["columns"]
    heads = [Column("rank", "", "whole"), Column("place", titles["place"], width=26)]
    if (sites["fa_region"] != "").any():
        heads.append(Column("fa_region", titles["fa_region"], width=18))
    heads += study_columns(titles, _FIGURES)
    rows = [
        {**row, "place": place(row) + (" *" if row["forced"] else "")}
        for row in records(sites.assign(hours=sites["person_minutes_saved"] / 60))
    ]
    title = words["picks"].format(count=whole(len(sites), language))
    return Grid("picks", title, heads, rows, words["picks_note"][result.scope])


def _access(result: Result, language: str) -> Grid:
    words, rows = texts(language)["terminal"], []
    signs = {**texts(language)["measure_units"], "index": ""}
    for row in records(result.tables["access"]):
        measure = MEASURES[row["measure"]]
        cells = measured(row, measure.digits, signs[measure.unit])
        rows.append({"measure": words["measures"][row["measure"]], **cells})
    heads = columns(["measure", "before", "after", "change"], {"measure": "", **words["columns"]})
    return Grid("access", words["access"], heads, rows)


def _limits(result: Result, language: str) -> Grid:
    words, parts, rows = texts(language)["terminal"], ("used", "limit", "slack"), []
    for use in used_limits(result.manifest):
        figures = {part: use.figures[part] for part in parts}
        cells = {key: Figure(each, "number", _decimals(each)) for key, each in figures.items()}
        rows.append({"name": words["limits"][use.limit.key] + of_phase(use, language), **cells})
    heads = columns(["name", *parts], {"name": "", **words["columns"]})
    return Grid("limits", words["use_of_limits"], heads, rows)


def _decimals(value: float) -> int:
    """So many decimals as a figure has, up to six digits in all."""
    return len(f"{value:.6g}".partition(".")[2])


def _frontier(result: Result, language: str) -> Iterator[Paragraph]:
    """How many steps were solved, and what the first and the last possible give."""
    if "frontier" not in result.tables:
        return
    words, table = texts(language)["terminal"], result.tables["frontier"]
    possible = table[table["status"].isin(["optimal", "feasible"])]
    proved = (possible["status"] == "optimal").sum()
    counts = {"steps": len(table) - 1, "possible": len(possible), "proved": proved}
    line = words["frontier"].format(**{key: whole(n, language) for key, n in counts.items()})
    if len(possible):
        first, last = records(possible.iloc[[0, -1]])
        line += words["frontier_means"].format(
            first=number(first["mean"], 2, language),
            low=first["step"],
            last=number(last["mean"], 2, language),
            high=last["step"],
            file="frontier.csv" if result.outside_sweden else "explorer.html",
        )
    yield Paragraph(line, "lead")


def _closing(result: Result, language: str) -> Iterator[Paragraph]:
    """How sure the answer is, and what to know besides."""
    words, manifest, gap = texts(language)["terminal"], result.manifest, result.manifest["gap"]
    known = gap is not None and words["gap"].format(gap=number(100 * gap, 4, language))
    status, reason = words["statuses"][manifest["status"]], words["reasons"][manifest["reason"]]
    answer = words["answer"].format(status=status, reason=reason, gap=known or words["gap_unknown"])
    yield Paragraph(answer, "lead")
    yield from map(Paragraph, _remarks(result, language))


def _remarks(result: Result, language: str) -> Iterator[str]:
    words, manifest = texts(language)["terminal"], result.manifest
    if not manifest["ties_decided"]:
        yield words["ties"]
    if manifest["evidence"]:
        grades = texts(language)["evidence"]
        parts = (f"{count} {grades[grade]}" for grade, count in manifest["evidence"].items())
        yield words["evidence"].format(grades=", ".join(parts))
    yield from exceptions(result, words, language)
    if manifest["closed"]:
        places = result.tables["offices"].set_index("code")["place"]
        named = ", ".join(f"{places[code]} ({code})" for code in manifest["closed"])
        yield words["closed"].format(places=named)
