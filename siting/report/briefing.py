"""What a briefing says: sentences, tables and maps, from the figures of a run."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from siting.inputs.assumptions import ASSUMPTIONS, read_assumptions
from siting.inputs.schema import read_table
from siting.report import tables
from siting.report.certainty import certainty
from siting.report.document import MAPS, Block, Bullets, Document, Heading, Paragraph, Pictures
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
    table = read_table("municipalities", data)
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
        *_effects(result, background, language),
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
        appendix=dict(tables.appendix(result, background.assumptions, language)),
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
    """What opens and closes, what it does to access, and for whom, in a sentence each."""
    words, summary = texts(language)["brief"]["answer"], result.manifest["summary"]
    figures = {**_of_offices(result, language), **_of_people(result, language)}
    keys = ["picks" if len(result.tables["sites"]) else "none"]
    keys += ["closed"] if result.manifest["closed"] else []
    keys += ["access", "gain" if summary["people_gaining"] else "gain_none"]
    keys += ["lose"] if summary["people_losing"] else []
    return (words[key].format(**figures) for key in keys)


def _of_offices(result: Result, language: str) -> dict[str, str]:
    """What the answer says of offices."""
    words, manifest = texts(language)["brief"]["answer"], result.manifest
    sites, offices = result.tables["sites"], result.tables["offices"]
    closed = offices.loc[offices["status"] == "closed", "place"]
    top = [tables.place(row) for row in tables.records(sites[:_NAMED])]
    return {
        "new": counted(len(sites), words["offices"], language),
        "decided": _decided(int(sites["forced"].sum()), len(sites), language),
        "cost": number(manifest["cost"]["annual_msek"], 1, language),
        "top": listed(top, language),
        "closed": counted(len(closed), words["closed_offices"], language),
        "places": listed(sorted(closed, key=sort_key(language)), language),
        "saving": number(manifest["cost"]["annual_saving_msek"], 1, language),
    }


def _decided(announced: int, new: int, language: str) -> str:
    """How many of the new offices were decided before, as a clause; nothing where none was."""
    if not announced:
        return ""
    forms = texts(language)["brief"]["answer"]["decided"]["all" if announced == new else "some"]
    clause: str = forms["one" if announced == 1 else "many"]
    return clause.format(announced=whole(announced, language))


def _of_people(result: Result, language: str) -> dict[str, str]:
    """What the answer says of people and their minutes, before and after."""
    summary = result.manifest["summary"]
    access = result.tables["access"].set_index("measure").to_dict("index")
    counts = {"people": "people", "gaining": "people_gaining", "losing": "people_losing"}
    figures = {key: whole(summary[name], language) for key, name in counts.items()}
    for side in ("before", "after"):
        # Of nobody there is no mean.
        gain, lose = (summary.get(f"mean_of_{who}_{side}", np.nan) for who in ("gaining", "losing"))
        figures |= {
            f"mean_{side}": number(access["mean"][side], 1, language),
            f"share_{side}": percent(access["share45"][side], 1, language),
            f"beyond_{side}": whole(summary[f"people_beyond_60_{side}"], language),
            f"gain_{side}": number(gain, 1, language),
            f"lose_{side}": number(lose, 1, language),
        }
    return figures


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
    existing, new = (statuses == "existing").sum(), len(result.tables["sites"])
    shown = {"existing": whole(existing, language), "new": whole(new, language)}
    yield Pictures({name: words["maps"][f"{name}_alt"].format(**shown) for name in MAPS})


def _effects(result: Result, background: Background, language: str) -> Iterator[Block]:
    words = texts(language)["brief"]["effects"]
    yield Heading(words["heading"])
    yield tables.access(result, language)
    regions = (tables.regions(result, name, language) for name in ("counties", "fa_regions"))
    yield from (grid for grid in regions if grid.rows)
    gaining = tables.gaining(result, language)
    yield gaining if gaining.rows else Paragraph(words["gaining_none"])
    yield tables.worst_off(result, background.border, language)
    yield from tables.served(result, language)


def _limits(result: Result, language: str) -> Iterator[Block]:
    words = texts(language)["brief"]["limits"]
    yield Heading(words["heading"])
    limited = result.manifest["limits"]
    yield tables.limits(result, language) if limited else Paragraph(words["none"])


def _assumptions(result: Result, background: Background, language: str) -> Iterator[Block]:
    words = texts(language)["brief"]["assumptions"]
    yield Heading(words["heading"])
    yield tables.assumptions(result, background.assumptions, language)
    if own := tables.brought(result):
        named = listed([words["tables"][name] for name in sorted(own)], language)
        yield Paragraph(words["own"].format(tables=named))


def _repeat(result: Result, language: str) -> Iterator[Block]:
    words, manifest = texts(language)["brief"], result.manifest
    repeat, sizes = words["repeat"], ("demand_points", "candidates", "offices")
    versions = ", ".join(f"{name} {version}" for name, version in manifest["versions"].items())
    proof = [manifest["certificate"]] if "certificate" in manifest else []
    lines = (
        repeat["command"].format(command=command(result, "run")),
        repeat["sizes"].format(**{key: whole(manifest["size"][key], language) for key in sizes}),
        repeat["versions"].format(versions=versions),
        *(repeat["certificate"].format(**each) for each in proof),
    )
    yield Heading(repeat["heading"])
    yield Bullets(lines)
    yield tables.inputs(result, language)
    sources = words["sources"]["outside_sweden" if result.outside_sweden else "line"]
    yield Paragraph(sources, "small")
