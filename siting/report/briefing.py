"""What a briefing says: sentences, tables and maps, from the figures of a run."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from siting.inputs.assumptions import ASSUMPTIONS, read_assumptions
from siting.report import tables
from siting.report.certainty import certainty
from siting.report.document import MAPS, Block, Bullets, Document, Heading, Paragraph, Pictures
from siting.report.tables import appendix
from siting.report.words import (
    command,
    counted,
    date,
    goal_in_words,
    listed,
    localised,
    number,
    percent,
    sort_key,
    texts,
    whole,
)
from siting.results.result import Result

_NAMED = 3
"""So many of the picks are named in the answer."""


@dataclass(frozen=True)
class Background:
    """What a briefing needs beyond the run itself.

    Parameters
    ----------
    assumptions : list of dict
        The assumptions log.
    border : frozenset of str
        Codes of municipalities with a land border.
    """

    assumptions: list[dict[str, str]]
    border: frozenset[str]


def read_background(data: Path) -> Background:
    """Read what a briefing needs from the data folder."""
    table = pd.read_csv(data / "municipalities.csv", dtype=str, keep_default_na=False)
    border = table.loc[table["land_border"] != "", "code"]
    return Background(read_assumptions(data / ASSUMPTIONS), frozenset(border))


def scenario_key(result: Result) -> str:
    """Hexadecimal digits of the scenario's hash; ids and salts derive from them."""
    text = json.dumps(result.manifest["scenario"], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def write_up(
    result: Result, background: Background, language: str, trust: Iterable[str] = ()
) -> Document:
    """Put a briefing into words; `trust` is what the studies beside the result say of it."""
    words, manifest = texts(language), result.manifest
    version = manifest["versions"]["siting"]
    subtitle = words["brief"]["subtitle"].format(
        name=result.name, date=date(manifest["date"], language), version=version
    )
    blocks = (
        *_question(result, language),
        *_picks(result, language),
        *_effects(result, language),
        *_extremes(result, background, language),
        *_limits(result, language),
        *certainty(result, language, trust),
        *_assumptions(result, background, language),
        *_repeat(result, language),
    )
    return Document(
        language=language,
        title=localised(manifest, "title", language),
        kicker=words["brief"]["kicker"],
        subtitle=subtitle,
        publisher=words["common"]["publisher"].format(version=version),
        date=manifest["date"],
        key=scenario_key(result),
        blocks=blocks,
        appendix=dict(appendix(result, background.assumptions, language)),
    )


def _question(result: Result, language: str) -> Iterator[Block]:
    words, manifest = texts(language)["brief"], result.manifest
    asked = words["question"]
    where = "_outside_sweden" if result.outside_sweden else ""
    existing = counted(manifest["size"]["offices"], asked[f"offices{where}"], language)
    goal = goal_in_words(manifest["scenario"]["objective"], language)
    yield Heading(asked["heading"])
    kind = "closing" if manifest["scenario"]["closing"]["max"] else "base"
    yield Paragraph(asked[f"{kind}{where}"].format(existing=existing, goal=goal))
    yield Paragraph(" ".join(_answer(result, language)), "lead")
    if manifest["status"] != "optimal":
        yield Paragraph(words["unproved"], "warning")
    rationale = localised(manifest, "rationale", language)
    yield Paragraph(asked["background"].format(rationale=rationale))
    if manifest["overrides"]:
        changes = "; ".join(_change(text, language) for text in manifest["overrides"])
        yield Paragraph(words["overrides"].format(overrides=changes))


def _change(override: str, language: str) -> str:
    """An override with what stood there before in words, where nothing did."""
    key, _, values = override.partition(": ")
    old, _, new = values.rpartition(" -> ")
    words = texts(language)["common"]
    in_words = {"None": words["unset"], "'none'": words["default"]}
    return f"{key}: {in_words.get(old, old)} → {in_words.get(new, new)}"


def _answer(result: Result, language: str) -> Iterator[str]:
    """Three sentences: what opens, what it does to access, and for whom."""
    words, sites = texts(language)["brief"]["answer"], result.tables["sites"]
    manifest = result.manifest
    summary = manifest["summary"]
    access = result.tables["access"].set_index("measure").to_dict("index")
    if len(sites):
        yield words["picks"].format(
            new=counted(len(sites), words["offices"], language),
            decided=_decided(int(sites["forced"].sum()), len(sites), language),
            cost=number(manifest["cost"]["annual_msek"], 1, language),
            top=listed([tables.place(row) for row in tables.records(sites[:_NAMED])], language),
        )
    else:
        yield words["none"]
    if manifest["closed"]:
        yield _closed(result, language)
    sides = ("before", "after")
    yield words["access"].format(
        **{f"mean_{side}": number(access["mean"][side], 1, language) for side in sides},
        **{f"share_{side}": percent(access["share45"][side], 1, language) for side in sides},
    )
    counts = {f"beyond_{side}": summary[f"people_beyond_60_{side}"] for side in sides}
    figures = {key: whole(value, language) for key, value in counts.items()}
    figures["people"] = whole(summary["people"], language)
    if summary["people_gaining"]:
        yield words["gain"].format(**_touched(summary, "gain", "gaining", language), **figures)
    else:
        yield words["gain_none"].format(**figures)
    if summary["people_losing"]:
        yield words["lose"].format(**_touched(summary, "lose", "losing", language))


def _decided(announced: int, new: int, language: str) -> str:
    """How many of the new offices were decided before, as a clause; nothing where none was."""
    if not announced:
        return ""
    forms = texts(language)["brief"]["answer"]["decided"]["all" if announced == new else "some"]
    clause: str = forms["one" if announced == 1 else "many"]
    return clause.format(announced=whole(announced, language))


def _touched(
    summary: Mapping[str, float], verb: str, participle: str, language: str
) -> dict[str, str]:
    """How many gain or lose, and their minutes before and after."""
    minutes = {
        f"{verb}_{side}": number(summary[f"mean_of_{participle}_{side}"], 1, language)
        for side in ("before", "after")
    }
    return {participle: whole(summary[f"people_{participle}"], language), **minutes}


def _closed(result: Result, language: str) -> str:
    words, manifest = texts(language)["brief"]["answer"], result.manifest
    offices = result.tables["offices"]
    places = offices.loc[offices["status"] == "closed", "place"]
    sentence: str = words["closed"].format(
        closed=counted(len(places), words["closed_offices"], language),
        places=listed(sorted(places, key=sort_key(language)), language),
        saving=number(manifest["cost"]["annual_saving_msek"], 1, language),
    )
    return sentence


def _picks(result: Result, language: str) -> Iterator[Block]:
    words = texts(language)
    yield Heading(words["brief"]["picks"]["heading"])
    if len(result.tables["sites"]):
        yield tables.picks(result, language)
    if result.manifest["phases"]:
        yield tables.phases(result, language)
    yield Heading(words["brief"]["maps"]["heading"])
    if result.outside_sweden:
        yield Paragraph(words["brief"]["maps"]["none"])
        return
    statuses = result.tables["offices"]["status"]
    counts = {"existing": (statuses == "existing").sum(), "new": len(result.tables["sites"])}
    shown = {key: whole(count, language) for key, count in counts.items()}
    yield Pictures({name: words["maps"][f"{name}_alt"].format(**shown) for name in MAPS})


def _effects(result: Result, language: str) -> Iterator[Block]:
    words = texts(language)["brief"]["effects"]
    yield Heading(words["heading"])
    yield tables.access(result, language)
    for name in ("counties", "fa_regions"):
        regions = tables.regions(result, name, language)
        if regions.rows:
            yield regions


def _extremes(result: Result, background: Background, language: str) -> Iterator[Block]:
    gaining = tables.gaining(result, language)
    if gaining.rows:
        yield gaining
    else:
        yield Paragraph(texts(language)["brief"]["effects"]["gaining_none"])
    yield tables.worst_off(result, background.border, language)


def _limits(result: Result, language: str) -> Iterator[Block]:
    words = texts(language)["brief"]["limits"]
    yield Heading(words["heading"])
    if result.manifest["limits"]:
        yield tables.limits(result, language)
    else:
        yield Paragraph(words["none"])


def _assumptions(result: Result, background: Background, language: str) -> Iterator[Block]:
    words = texts(language)["brief"]["assumptions"]
    yield Heading(words["heading"])
    yield tables.assumptions(result, background.assumptions, language)
    if own := tables.brought(result):
        named = listed([words["tables"][name] for name in sorted(own)], language)
        yield Paragraph(words["own"].format(tables=named))


def _repeat(result: Result, language: str) -> Iterator[Block]:
    words, manifest = texts(language)["brief"], result.manifest
    repeat = words["repeat"]
    sizes = {key: whole(manifest["size"][key], language) for key in _SIZES}
    versions = ", ".join(f"{name} {version}" for name, version in manifest["versions"].items())
    yield Heading(repeat["heading"])
    yield Bullets(
        (
            repeat["command"].format(command=command(result, "run")),
            repeat["sizes"].format(**sizes),
            repeat["versions"].format(versions=versions),
        )
    )
    yield tables.inputs(result, language)
    yield Paragraph(
        words["sources"]["outside_sweden" if result.outside_sweden else "line"], "small"
    )


_SIZES = ("demand_points", "candidates", "offices")
