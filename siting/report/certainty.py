"""How sure a result is, in plain words."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from siting.report import tables
from siting.report.document import Block, Bullets, Heading
from siting.report.tables import limit_name
from siting.report.words import listed, number, texts, whole
from siting.results.result import Result
from siting.scenario.limits import ANNUAL_BUDGET

_WEAKEST = 3
"""So many picks whose loss is least are named."""


def certainty(result: Result, language: str, trust: Iterable[str]) -> Iterator[Block]:
    """Status and gap, the evidence of the office table, and what changes the picks."""
    yield Heading(texts(language)["brief"]["certainty"]["heading"])
    parts = (_proof, _evidence, _binding, _weakest, _exceptions)
    sentences = [sentence for part in parts for sentence in part(result, language)]
    words = texts(language)["brief"]["certainty"]
    unmodelled = words["unmodelled" + ("_outside_sweden" if result.outside_sweden else "")]
    yield Bullets((*sentences, *trust, unmodelled))


def _proof(result: Result, language: str) -> Iterator[str]:
    words, manifest = texts(language), result.manifest
    sentences = words["brief"]["certainty"]
    gap = _figure(None if manifest["gap"] is None else 100 * manifest["gap"], language)
    status, reason = manifest["status"], manifest["reason"]
    key = "optimal" if status == "optimal" else reason if reason == "gap_reached" else "stopped"
    kind = _decisive_kind(manifest)
    digits = _DIGITS.get(kind, 4)
    figures = sentences["figures"].format(
        objective=_figure(manifest["objective"], language, digits),
        bound=_figure(manifest["bound"], language, digits),
        unit=_unit(kind, result, language),
        gap=gap,
    )
    yield f"{sentences[key].format(gap=gap)} {figures}"
    if not manifest["ties_decided"]:
        yield sentences["ties"]


_DIGITS = {"coverage": 0, "cost": 1}
"""Decimals of an objective, where they are not those of minutes."""


def _decisive_kind(manifest: Mapping[str, Any]) -> str:
    """The kind of the objective that the figures are of: of a list, the last."""
    order = manifest["scenario"]["objective"].get("order")
    kind: str = order[-1]["kind"] if order else manifest["objective_kind"]
    return kind


def _figure(value: float | None, language: str, digits: int = 4) -> str:
    return number(float("nan") if value is None else value, digits, language)


def _unit(kind: str, result: Result, language: str) -> str:
    weight = result.manifest["scenario"]["demand"]["weight"]
    return str(texts(language)["units"][weight if kind == "mean" else kind])


def _exceptions(result: Result, language: str) -> Iterator[str]:
    """Whom nobody reaches, and whether people go elsewhere than to the nearest office."""
    words = texts(language)["brief"]["certainty"]
    yield from unserved(result, words, language)
    if result.manifest["splits"]:
        yield words["splits"]


def unserved(result: Result, words: Mapping[str, str], language: str) -> Iterator[str]:
    """Whom nobody reaches in time, and who is left out of the measures."""
    manifest = result.manifest
    counts = {"unreached": manifest["unreached"]["people"], "not_counted": manifest["not_counted"]}
    for key, people in counts.items():
        if people:
            yield words[key].format(people=whole(people, language))


def _evidence(result: Result, language: str) -> Iterator[str]:
    words = texts(language)["brief"]["certainty"]
    found = result.manifest["evidence"]
    if not found:
        yield words["evidence_none"]
        return
    grades = {grade: whole(found.get(grade, 0), language) for grade in texts(language)["evidence"]}
    yield words["evidence"].format(**grades, all=whole(sum(found.values()), language))


def _binding(result: Result, language: str) -> Iterator[str]:
    sentences, limits = texts(language)["brief"]["certainty"], result.manifest["limits"]
    full = [name for name, use in limits.items() if not use["slack"]]
    if full:
        names = [_small(limit_name(name, language)) for name in full]
        yield sentences["binding"].format(limits=listed(names, language))
    budget, sites = limits.get(ANNUAL_BUDGET), result.tables["sites"]
    if budget is None or not len(sites) or not budget["slack"]:
        return
    cheapest = sites["annual_cost_msek"].min()
    if budget["slack"] < cheapest:
        figures = {"left": budget["slack"], "cheapest": cheapest}
        shown = {key: number(value, 1, language) for key, value in figures.items()}
        yield sentences["leftover"].format(**shown)


def _small(name: str) -> str:
    return name[:1].lower() + name[1:]


def _weakest(result: Result, language: str) -> Iterator[str]:
    sites = result.tables["sites"]
    free = sites[~sites["forced"]].dropna(subset=["loss_if_left_out_minutes"]).tail(_WEAKEST)
    if len(free):
        yield texts(language)["brief"]["certainty"]["weakest"].format(
            places=listed([tables.place(row) for row in tables.records(free)], language),
            mean_short=texts(language)["scopes"][result.scope]["mean_short"],
            loss=number(free["loss_if_left_out_minutes"].max(), 3, language),
        )
