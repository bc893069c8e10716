"""How sure a result is, in plain words."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from siting.common.equity import EPSILON
from siting.report import tables
from siting.report.document import Block, Bullets, Heading
from siting.report.words import listed, number, texts, whole
from siting.results.limits import used_limits
from siting.results.result import Result
from siting.scenario.limits import ANNUAL_BUDGET

type _Words = Mapping[str, str]

_WEAKEST = 3
"""So many picks whose loss is least are named."""


def certainty(result: Result, language: str, trust: Iterable[str]) -> Iterator[Block]:
    """Status and gap, the evidence of the office table, and what changes the picks."""
    words = texts(language)["brief"]["certainty"]
    parts = (_proof, _evidence, _binding, _weakest, exceptions)
    sentences = [sentence for part in parts for sentence in part(result, words, language)]
    unmodelled = words["unmodelled" + ("_outside_sweden" if result.outside_sweden else "")]
    yield Heading(words["heading"])
    yield Bullets((*sentences, *trust, unmodelled))


def _proof(result: Result, words: _Words, language: str) -> Iterator[str]:
    manifest = result.manifest
    gap, status, reason = manifest["gap"], manifest["status"], manifest["reason"]
    key = "optimal" if status == "optimal" else reason if reason == "gap_reached" else "stopped"
    digits = _DIGITS.get(_decisive_kind(manifest), 4)
    figures = {name: number(manifest[name], digits, language) for name in ("objective", "bound")}
    figures["unit"] = unit_of(manifest, language)
    figures["gap"] = number(gap and 100 * gap, 4, language)
    yield f"{words[key]} {words['figures']}".format(**figures)
    if not manifest["ties_decided"]:
        yield words["ties"]


_DIGITS = {"coverage": 0, "cost": 1}
"""Decimals of an objective, where they are not those of minutes."""


def _decisive_kind(manifest: Mapping[str, Any]) -> str:
    """The kind of the objective that the figures are of: of a list, the last."""
    objective = manifest["scenario"]["objective"]
    return str((objective.get("order") or [objective])[-1]["kind"])


def unit_of(manifest: Mapping[str, Any], language: str) -> str:
    """The unit of the objective of a run, or of a study of its scenario."""
    kind, weight = _decisive_kind(manifest), manifest["scenario"]["demand"]["weight"]
    unit: str = texts(language)["units"][weight if kind == "mean" else kind]
    return unit


def exceptions(result: Result, words: _Words, language: str) -> Iterator[str]:
    """Whom nobody reaches, where else people go than to the nearest, what is measured otherwise."""
    manifest = result.manifest
    counts = {**manifest, "unreached": manifest["unreached"]["people"]}
    for key in ("unreached", "not_counted", "splits"):
        if counts[key] and not (key == "not_counted" and "served" in manifest):
            yield words[key].format(people=whole(counts[key], language))
    if "served" in manifest:
        figures = {key: whole(count, language) for key, count in manifest["served"].items()}
        yield words["served"].format(**figures, left=whole(counts["not_counted"], language))
    objective = manifest["scenario"]["objective"]
    aims = (objective, *objective.get("order", ()))
    if own := sorted({aim.get("epsilon", EPSILON) for aim in aims} - {EPSILON}):
        shown = listed([f"{each:g}" for each in own], language)
        yield words["epsilon"].format(measure=EPSILON, own=shown)


def _evidence(result: Result, words: _Words, language: str) -> Iterator[str]:
    found = result.manifest["evidence"]
    grades = {grade: whole(found.get(grade, 0), language) for grade in texts(language)["evidence"]}
    every = whole(sum(found.values()), language)
    yield words["evidence" if found else "evidence_none"].format(**grades, all=every)


def _binding(result: Result, words: _Words, language: str) -> Iterator[str]:
    limits, used = result.manifest["limits"], used_limits(result.manifest)
    full = [tables.limit_name(use, language) for use in used if not use.figures["slack"]]
    if full:
        small = [name[:1].lower() + name[1:] for name in full]
        yield words["binding"].format(limits=listed(small, language))
    budget, sites = limits.get(ANNUAL_BUDGET), result.tables["sites"]
    if budget is None or not len(sites) or not budget["slack"]:
        return
    cheapest = sites["annual_cost_msek"].min()
    if budget["slack"] < cheapest:
        figures = {"left": budget["slack"], "cheapest": cheapest}
        shown = {key: number(value, 1, language) for key, value in figures.items()}
        yield words["leftover"].format(**shown)


def _weakest(result: Result, words: _Words, language: str) -> Iterator[str]:
    sites = result.tables["sites"]
    free = sites[~sites["forced"]].dropna(subset=["loss_if_left_out_minutes"]).tail(_WEAKEST)
    if len(free):
        yield words["weakest"].format(
            places=listed([tables.place(row) for row in tables.records(free)], language),
            mean_short=texts(language)["scopes"][result.scope]["mean_short"],
            loss=number(free["loss_if_left_out_minutes"].max(), 3, language),
        )
