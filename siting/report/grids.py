"""The tables of a briefing and of its workbook, as grids in the reader's language."""

from collections.abc import Container, Mapping
from typing import Any

import pandas as pd

from siting.report.blocks import ALIKE, Column, Figure, Grid, Kind
from siting.report.result import RunResult
from siting.report.wording import number, sort_key, texts, whole

_FORMATS: Mapping[str, tuple[Kind, int]] = {
    "rank": ("whole", 0),
    "phase": ("whole", 0),
    "staff": ("whole", 0),
    "opened": ("whole", 0),
    "annual_msek": ("number", 1),
    "one_off_msek": ("number", 1),
    "mean_minutes": ("number", 1),
    "annual_cost_msek": ("number", 1),
    "people_nearest": ("whole", 0),
    "person_minutes_saved": ("whole", 0),
    "loss_if_left_out_minutes": ("number", 3),
    "lon": ("number", 5),
    "lat": ("number", 5),
    "population": ("whole", 0),
    "mean_before": ("number", 1),
    "mean_after": ("number", 1),
    "worst_before": ("number", 1),
    "worst_after": ("number", 1),
    "change": ("change", 1),
    **{
        f"share{limit}_{side}": ("share", 1)
        for limit in (30, 45, 60)
        for side in ("before", "after")
    },
}
"""Kind and decimals of each column that is not text."""

_REGION_BRIEF = ("population", "mean_before", "mean_after", "share45_before", "share45_after")
_GAINERS = 10
"""So many municipalities that gain most, and so many that are worst off."""


def columns(keys: list[str], language: str) -> list[Column]:
    """Columns with their headings and formats.

    Parameters
    ----------
    keys, language : list of str, str
        Columns in the order shown; "sv" or "en".

    Returns
    -------
    list of Column
        Text, unless `_FORMATS` says otherwise.
    """
    titles = texts(language)["tables"]
    return [Column(key, titles[key], *_FORMATS.get(key, ("text", 0))) for key in keys]


def records(table: pd.DataFrame) -> list[Mapping[str, Any]]:
    """Rows of a table by column name.

    Parameters
    ----------
    table : DataFrame
        Of any columns.

    Returns
    -------
    list of mapping of str to object
        In the order of the rows.
    """
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def picks(result: RunResult, language: str) -> Grid:
    """New offices in order of rank, with a reason for each.

    Parameters
    ----------
    result, language : RunResult, str
        The run; "sv" or "en".

    Returns
    -------
    Grid
        Without FA regions if none has a name; with phases if anything opens after the first.
    """
    words = texts(language)
    sites = result.tables["sites"]
    keys = ["rank", "locality", "fa_region", "office_type", "annual_cost_msek", "people_nearest"]
    keys += ["person_minutes_saved", "loss_if_left_out_minutes", "why"]
    if (sites["fa_region"] == "").all():
        keys.remove("fa_region")
    if sites["phase"].max() > 1:
        keys.insert(1, "phase")
    offices = result.tables["offices"].set_index("code")
    crowded = offices.loc[offices["status"] != "closed", "fa_code"].value_counts()
    rows = []
    for row in records(sites):
        alone = bool(row["fa_code"]) and crowded.get(row["fa_code"], 0) == 1
        why = _why(offices.loc[row["locality_code"]], language, forced=row["forced"], alone=alone)
        rows.append({**in_words(row, language), "why": why, "locality": place(row)})
    told = words["brief"]["picks"]
    order = "by_loss"
    if sites["loss_if_left_out_minutes"].isna().all():
        keys.remove("loss_if_left_out_minutes")
        order = "by_saving"
    note = f"{told[order].format(mean=words['scopes'][result.scope]['mean'])} {told['note']}"
    return Grid("picks", told["title"], columns(keys, language), rows, note)


def phases(result: RunResult, language: str) -> Grid:
    """What opens in each phase and what it costs.

    Parameters
    ----------
    result, language : RunResult, str
        The run, which has phases; "sv" or "en".

    Returns
    -------
    Grid
        One row a phase: MSEK, and mean minutes after it.
    """
    words = texts(language)["brief"]["phases"]
    keys = ["name", "opened", "annual_msek", "one_off_msek", "mean_minutes"]
    rows = result.manifest["phases"]
    return Grid("phases", words["title"], columns(keys, language), rows, words["note"])


def place(row: Mapping[str, Any]) -> str:
    """A place, with its municipality where that has another name.

    Parameters
    ----------
    row : mapping of str to object
        With locality and municipality.

    Returns
    -------
    str
        Such as "Råneå (Luleå)".
    """
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
    """A row with its codes in words.

    Parameters
    ----------
    row : mapping of str to object
        By column; of office_type, status, evidence and forced those that are there are changed.
    language : str
        "sv" or "en".

    Returns
    -------
    dict of str to object
        The same columns.
    """
    words = texts(language)
    named = dict(row)
    for key, table in (
        ("office_type", "office_types"),
        ("status", "statuses"),
        ("evidence", "evidence"),
    ):
        if key in named:
            named[key] = words[table].get(named[key], named[key])
    if "forced" in named:
        named["forced"] = words["common"]["yes" if named["forced"] else "no"]
    return named


def access(result: RunResult, language: str) -> Grid:
    """Measures of the whole nation or area before and after; every row has its own unit.

    Parameters
    ----------
    result, language : RunResult, str
        The run; "sv" or "en".

    Returns
    -------
    Grid
        One row a measure, in the order of access.csv.
    """
    words = texts(language)
    rows = []
    for row in records(result.tables["access"]):
        unit = unit_of(row["measure"])
        kinds, digits = UNITS[unit]
        cells = {side: Figure(row[side], kinds[0], digits) for side in ("before", "after")}
        change = Figure(row["change"], kinds[1], digits)
        name = words["measures"].get(row["measure"], row["measure"])
        unit_name = words["measure_units"][unit]
        rows.append({"measure": name, "unit": unit_name, **cells, "change": change})
    titles, effects = words["tables"], words["brief"]["effects"]
    heads = [Column(key, titles[key]) for key in ("measure", "unit")]
    heads += [Column(key, titles[key], "figure") for key in ("before", "after", "change")]
    people = whole(result.manifest["summary"]["people"], language)
    note = effects["nation_note"].format(people=people)
    return Grid("access", words["scopes"][result.scope]["whole"], heads, rows, note)


UNITS: Mapping[str, tuple[tuple[Kind, Kind], int]] = {
    "minutes": (("number", "change"), 1),
    "share": (("share", "share_change"), 1),
    "index": (("number", "change"), 3),
}
"""Kinds of a value and of a change, and decimals."""


def unit_of(measure: str) -> str:
    """The unit of a measure: minutes, share or index.

    Parameters
    ----------
    measure : str
        As in access.csv.

    Returns
    -------
    str
        A key of `UNITS`.
    """
    if measure.startswith("share"):
        return "share"
    return "index" if measure == "gini" else "minutes"


def regions(result: RunResult, name: str, language: str) -> Grid:
    """Every county, or the FA regions whose mean changes, in alphabetical order.

    Parameters
    ----------
    result, name, language : RunResult, str, str
        The run; counties or fa_regions; "sv" or "en".

    Returns
    -------
    Grid
        A note counts the FA regions that are left out.
    """
    words = texts(language)["brief"]["effects"]
    key = {"counties": "county", "fa_regions": "fa_region"}[name]
    table, note = _by_name(result.tables[name], key, language), ""
    if name == "fa_regions":
        moved = (table["mean_after"] - table["mean_before"]).abs() >= ALIKE
        rest, every = whole(int((~moved).sum()), language), whole(len(table), language)
        table, note = table[moved], words["fa_regions_note"].format(rest=rest, all=every)
    return Grid(name, words[name], columns([key, *_REGION_BRIEF], language), records(table), note)


def _by_name(table: pd.DataFrame, key: str, language: str) -> pd.DataFrame:
    return table.sort_values(key, key=lambda names: names.map(sort_key(language)), kind="stable")


def gaining(result: RunResult, language: str) -> Grid:
    """The municipalities whose mean falls most.

    Parameters
    ----------
    result, language : RunResult, str
        The run; "sv" or "en".

    Returns
    -------
    Grid
        Ten at most, none whose mean falls by less than `ALIKE`; the greatest fall first.
    """
    table = result.tables["municipalities"]
    fall = (table["mean_before"] - table["mean_after"]).sort_values(ascending=False, kind="stable")
    chosen = table.loc[fall[fall >= ALIKE].index[:_GAINERS]]
    heads = columns(["municipality", "population", "mean_before", "mean_after"], language)
    title = texts(language)["brief"]["effects"]["gaining"]
    return Grid("gaining", title, heads, records(chosen))


def worst_off(result: RunResult, border: Container[str], language: str) -> Grid:
    """The municipalities with the longest mean afterwards; those on a land border are marked.

    Parameters
    ----------
    result, border, language : RunResult, container of str, str
        The run; codes of municipalities on a land border; "sv" or "en".

    Returns
    -------
    Grid
        Ten at most, the longest mean first.
    """
    words = texts(language)["brief"]["effects"]
    table = result.tables["municipalities"]
    chosen = table.sort_values("mean_after", ascending=False, kind="stable").head(_GAINERS)
    marks = chosen["municipality_code"].map(lambda code: " *" if code in border else "")
    heads = columns(["municipality", "population", "mean_before", "mean_after"], language)
    rows = records(chosen.assign(municipality=chosen["municipality"] + marks))
    note = words["border_note"] if marks.any() else ""
    return Grid("worst_off", words["worst"], heads, rows, note)
