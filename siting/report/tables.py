"""The tables of a briefing and of its workbook, as grids in the reader's language."""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import pandas as pd

from siting.common.levels import TABLE_LEVELS
from siting.common.toml import flattened, parts_by_key
from siting.report.document import Column, Figure, Grid, Kind
from siting.report.words import number, shortest, sort_key, texts, whole
from siting.results.limits import UsedLimit, used_limits
from siting.results.measures import MEASURES, SHARES
from siting.results.result import Result
from siting.results.tables import (
    CAPACITY_COLUMNS,
    alone_in_region,
    gaining_most,
    least_served,
    longest_means,
    moved,
)
from siting.scenario.paths import SHIPPED_OFFICES

_SIDES = ("before", "after")
_WHOLE = (
    *("rank", "phase", "staff", "opened", "people_nearest", "person_minutes_saved", "population"),
    *("runs", "new_offices", "people_shorter", "people_longer"),
    *("people", "served", "without_room", "out_of_reach"),
)
_OF_SEVERAL_UNITS = ("before", "after", "change", "used", "limit", "slack")
_ONE_DECIMAL = (
    *("annual_msek", "one_off_msek", "annual_cost_msek", "mean_minutes"),
    *(f"{measure}_{side}" for measure in ("mean", "worst") for side in _SIDES),
)
_FORMATS: Mapping[str, tuple[Kind, int]] = {
    **dict.fromkeys(_WHOLE, ("whole", 0)),
    **dict.fromkeys(_ONE_DECIMAL, ("number", 1)),
    **dict.fromkeys(("lon", "lat"), ("number", 5)),
    **{f"{key}_{side}": ("share", MEASURES[key].short) for key in SHARES for side in _SIDES},
    "loss_if_left_out_minutes": ("number", 3),
    "rating": ("mark", 0),
    **dict.fromkeys(_OF_SEVERAL_UNITS, ("figure", 0)),
}
"""Kind and decimals of each column that is not text."""

_REGION_BRIEF = ("population", "mean_before", "mean_after", "share45_before", "share45_after")
_EXTREMES = ("municipality", "population", "mean_before", "mean_after")


def columns(keys: Iterable[str], titles: Mapping[str, str]) -> list[Column]:
    """Columns with their headings and formats."""
    return [Column(key, titles[key], *_FORMATS.get(key, ("text", 0))) for key in keys]


type Formats = Mapping[str, Kind | int | tuple[Kind, int] | tuple[Kind, int, int]]
"""Of each column of a study's table the kind, the decimals of a number, or both and the width."""


def study_columns(words: Mapping[str, str], formats: Formats) -> list[Column]:
    """Columns of a study's table."""
    kinds = {
        key: ("number", spec) if isinstance(spec, int) else spec for key, spec in formats.items()
    }
    return [
        Column(key, words.get(key, ""), *((kind,) if isinstance(kind, str) else kind))
        for key, kind in kinds.items()
    ]


def study_grid(
    key: str, table: pd.DataFrame, formats: Formats, words: Mapping[str, Any], **facts: object
) -> Grid:
    """A table of a study between the title and the note of its key, in which the facts stand.

    What is missing is left blank.
    """
    title, note = (words.get(name, "").format(**facts) for name in (key, f"{key}_note"))
    rows = [
        {name: "" if pd.isna(row[name]) else row[name] for name in formats}
        for row in records(table)
    ]
    name = "-".join([key, *map(str, facts.values())])
    return Grid(name, title, study_columns(words["columns"], formats), rows, note)


def records(table: pd.DataFrame) -> list[Mapping[str, Any]]:
    """Rows of a table by column name."""
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def picks(result: Result, language: str) -> Grid:
    """New offices in order of rank, with a reason for each."""
    words = texts(language)
    sites = result.tables["sites"]
    keys = ["rank", "locality", "fa_region", "office_type", "annual_cost_msek", "people_nearest"]
    keys += ["person_minutes_saved", "loss_if_left_out_minutes", "why"]
    if (sites["fa_region"] == "").all():
        keys.remove("fa_region")
    if sites["phase"].max() > 1:
        keys.insert(1, "phase")
    offices = result.tables["offices"].set_index("code")
    alone, rows = alone_in_region(result.tables["offices"]), []
    for row in records(sites):
        code, forced = row["locality_code"], row["forced"]
        why = _why(offices.loc[code], language, forced=forced, alone=code in alone)
        rows.append({**in_words(row, language), "why": why, "locality": place(row)})
    section = words["brief"]["picks"]
    order = "by_loss"
    if sites["loss_if_left_out_minutes"].isna().all():
        keys.remove("loss_if_left_out_minutes")
        order = "by_saving"
    note = f"{section[order].format(mean=words['scopes'][result.scope]['mean'])} {section['note']}"
    return Grid("picks", section["title"], columns(keys, words["tables"]), rows, note)


def phases(result: Result, language: str) -> Grid:
    """What opens in each phase and what it costs."""
    words = texts(language)
    keys = ["name", "opened", "annual_msek", "one_off_msek", "mean_minutes"]
    heads, section = columns(keys, words["tables"]), words["brief"]["phases"]
    return Grid("phases", section["title"], heads, result.manifest["phases"], section["note"])


def place(row: Mapping[str, Any]) -> str:
    """A place, with its municipality where that has another name."""
    owner = "" if row["municipality"] == row["locality"] else f" ({row['municipality']})"
    return f"{row['locality']}{owner}"


def _why(office: "pd.Series[Any]", language: str, *, forced: bool, alone: bool) -> str:
    words = texts(language)["brief"]["picks"]
    reasons = [words["why_announced"]] if forced else []
    if alone:
        reasons.append(words["why_only"])
    if office["people_nearest"]:
        sides = {side: number(office[f"mean_{side}"], 1, language) for side in ("before", "after")}
        reasons.append(words["why"].format(**sides))
    else:
        reasons.append(words["nobody"])
    return ". ".join(reasons)


def in_words(row: Mapping[str, Any], language: str) -> dict[str, Any]:
    """A row with its codes in words."""
    words = texts(language)
    named = {
        key: words[_CODES[key]].get(cell, cell) if key in _CODES else cell
        for key, cell in row.items()
    }
    if "forced" in named:
        named["forced"] = words["common"]["yes" if named["forced"] else "no"]
    return named


_CODES = {"office_type": "office_types", "status": "statuses", "evidence": "evidence"}
"""Where the words for the codes of a column stand."""


def access(result: Result, language: str) -> Grid:
    """Measures of the whole nation or area before and after; every row has its own unit."""
    words, rows = texts(language), []
    for row in records(result.tables["access"]):
        measure = MEASURES[row["measure"]]
        name, sign = words["measures"][row["measure"]], words["measure_units"][measure.unit]
        rows.append({"measure": name, "unit": sign, **measured(row, measure.short)})
    heads = columns(["measure", "unit", *_SIDES, "change"], words["tables"])
    people = whole(result.manifest["summary"]["people"], language)
    note = words["brief"]["effects"]["nation_note"].format(people=people)
    return Grid("access", words["scopes"][result.scope]["whole"], heads, rows, note)


def measured(
    row: Mapping[str, Any],
    digits: int,
    unit: str = "",
    *,
    values: Iterable[str] = _SIDES,
    changes: Iterable[str] = ("change",),
) -> dict[str, Figure]:
    """The cells of a measure: values with their unit, changes with their sign."""
    share = MEASURES[row["measure"]].unit == "share"
    kind: Kind = "share" if share else "number"
    change: Kind = "share_change" if share else "change"
    figures = {key: Figure(row[key], kind, digits, unit) for key in values}
    return figures | {key: Figure(row[key], change, digits) for key in changes}


def regions(result: Result, name: str, language: str) -> Grid:
    """Every county, or the FA regions whose mean changes, in alphabetical order."""
    words = texts(language)
    section, key = words["brief"]["effects"], TABLE_LEVELS[name].name
    order = sort_key(language)
    table = result.tables[name].sort_values(key, key=lambda names: names.map(order), kind="stable")
    note = ""
    if name == "fa_regions":
        count, table = len(table), moved(table)
        rest, every = (whole(each, language) for each in (count - len(table), count))
        note = section["fa_regions_note"].format(rest=rest, all=every)
    heads = columns([key, *_REGION_BRIEF], words["tables"])
    return Grid(name, section[name], heads, records(table), note)


def gaining(result: Result, language: str) -> Grid:
    """The municipalities whose mean falls most."""
    words, rows = texts(language), records(gaining_most(result.tables["municipalities"]))
    title = words["brief"]["effects"]["gaining"]
    return Grid("gaining", title, columns(_EXTREMES, words["tables"]), rows)


def worst_off(result: Result, border: Container[str], language: str) -> Grid:
    """The municipalities with the longest mean afterwards; those on a land border are marked."""
    words = texts(language)
    section = words["brief"]["effects"]
    chosen = longest_means(result.tables["municipalities"])
    marks = chosen["municipality_code"].map(lambda code: " *" if code in border else "")
    rows = records(chosen.assign(municipality=chosen["municipality"] + marks))
    note = section["border_note"] if marks.any() else ""
    return Grid("worst_off", section["worst"], columns(_EXTREMES, words["tables"]), rows, note)


def served(result: Result, language: str) -> Iterator[Grid]:
    """Who is served, finds no room or is out of reach, where that is so of most people."""
    if "capacity" not in result.tables:
        return
    words = texts(language)
    rows = records(least_served(result.tables["capacity"]))
    heads = columns(CAPACITY_COLUMNS[1:], words["tables"])
    section = words["brief"]["served"]
    yield Grid("served", section["title"], heads, rows, section["note"])


def limits(result: Result, language: str) -> Grid:
    """How far each limit is used; money with a decimal, counts without."""
    words = texts(language)
    parts = ("used", "limit", "slack")
    rows = []
    for use in used_limits(result.manifest):
        digits = 1 if use.money or any(use.figures[part] % 1 for part in parts) else 0
        cells = {part: Figure(use.figures[part], "number", digits) for part in parts}
        rows.append({"limit_name": limit_name(use, language) + of_phase(use, language), **cells})
    heads = columns(["limit_name", *parts], words["tables"])
    return Grid("limits", words["brief"]["limits"]["title"], heads, rows)


def limit_name(use: UsedLimit, language: str) -> str:
    """A limit in words; of a limit that stands several times, the later ones are numbered."""
    name: str = texts(language)["limits"].get(use.limit.key, use.limit.key)
    return f"{name} ({use.number})" if use.number > 1 else name


def of_phase(use: UsedLimit, language: str) -> str:
    """Which limit of which phase it is."""
    return f" ({use.phase}, {texts(language)['phase_limits'][use.kind]})" if use.kind else ""


def brought(result: Result) -> frozenset[str]:
    """What a run took from files of the user's: demand, offices, roads, times."""
    scenario = result.manifest["scenario"]
    times = bool(scenario["travel_times"].get("file"))
    own = {
        "demand": bool(scenario["demand"].get("file")),
        "offices": scenario["offices"]["existing"] not in SHIPPED_OFFICES,
        "roads": times or scenario["network"]["source"] != "shipped",
        "times": times,
    }
    return frozenset(name for name, given in own.items() if given)


def in_use(
    log: list[dict[str, str]], manifest: Mapping[str, Any], language: str
) -> Iterator[dict[str, str]]:
    """The entries of the log of assumptions in the reader's language, as a run used them."""
    facts, words = _facts(manifest, language), texts(language)
    suffix = "_sv" if language == "sv" else ""
    for entry in log:
        said = {key: entry[f"{key}{suffix}"] for key in _SAID} | {"mark": entry["rating"]}
        # A run that has no such figures has none of its own.
        with suppress(KeyError):
            used = re.sub(r"\{([\w.]+)\}", lambda it: facts[it[1]], entry[f"used{suffix}"])
            if used.split() != said["value"].split():
                set_by = words["brief"]["assumptions"]["set"].format(value=said["value"])
                said |= {"value": used, "source": set_by, "mark": "own"}
        yield said | {"rating": words["ratings"][said["mark"]]}


_SAID = ("what", "value", "source", "effect")


def _facts(manifest: Mapping[str, Any], language: str) -> Mapping[str, str]:
    """What the words of assumptions can name: costs and speeds that were used, the scenario."""
    assumed, words = manifest.get("assumed") or {}, texts(language)
    every = flattened({**assumed, "scenario": manifest["scenario"]}, parts_by_key)
    facts = {
        key: shortest(value, language) if isinstance(value, int | float) else str(value)
        for key, value in every
        if value is not None
    }
    kinds, kind = assumed.get("costs", {}).get("office_types", {}), []
    for name in kinds:
        figures = {key: facts[f"costs.office_types.{name}.{key}"] for key in kinds[name]}
        named = words["office_types"].get(name, name)
        kind.append(words["brief"]["assumptions"]["kind"].format(name=named, **figures))
    speeds, way = assumed.get("speeds", {}).get("kph", {}), "scenario.network.speeds."
    own = [f"; {name} {kph} km/h" for name in speeds if (kph := facts.get(way + name))]
    return facts | ({"kinds": "; ".join(kind), "own_speeds": "".join(own)} if assumed else {})


def assumptions(result: Result, log: list[dict[str, str]], language: str) -> Grid:
    """The assumptions that the run rests on, the worst rated first."""
    entries = [entry for entry in log if entry.get("about") not in brought(result)]
    words, said = texts(language), in_use(entries, result.manifest, language)
    order = list(words["ratings"])
    rows = sorted(said, key=lambda row: order.index(row["mark"]))
    heads, section = columns(["rating", *_SAID], words["tables"]), words["brief"]["assumptions"]
    return Grid("assumptions", section["title"], heads, rows, section["note"])


def inputs(result: Result, language: str) -> Grid:
    """Files with their checksums."""
    words, found = texts(language), result.manifest["inputs"].items()
    rows = [{"file": name, "checksum": checksum} for name, checksum in found]
    heads = columns(["file", "checksum"], words["tables"])
    return Grid("inputs", words["brief"]["repeat"]["inputs"], heads, rows)


def appendix(
    result: Result, entries: list[dict[str, str]], language: str
) -> Iterator[tuple[str, Grid]]:
    """Every table of a result in full, with the titles of their sheets."""
    words = texts(language)
    sheets = words["workbook"]
    for name in ("sites", "access", *reversed(TABLE_LEVELS), "offices"):
        table = result.tables[name]
        if name == "access":
            yield words["scopes"][result.scope]["sheet"], access(result, language)
        elif len(table) or name not in TABLE_LEVELS:
            rows = [in_words(row, language) for row in records(table)]
            heads = columns(map(str, table), words["tables"])
            yield sheets[name], Grid(name, sheets[name], heads, rows)
    if "capacity" in result.tables:
        heads = columns(CAPACITY_COLUMNS, words["tables"])
        grid = Grid("capacity", sheets["capacity"], heads, records(result.tables["capacity"]))
        yield sheets["capacity"], grid
    if result.manifest["phases"]:
        yield sheets["phases"], phases(result, language)
    yield sheets["limits"], limits(result, language)
    yield sheets["assumptions"], assumptions(result, entries, language)
    yield sheets["inputs"], inputs(result, language)
