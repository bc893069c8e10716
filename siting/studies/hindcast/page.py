"""What `siting hindcast` says."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from siting.report.document import Block, Column, Document, Figure, Grid, Kind, Paragraph
from siting.report.tables import or_blank, records, study_columns
from siting.report.words import number, study_texts, with_sign
from siting.results.measures import MEASURES
from siting.results.result import Result

_ROUNDS: Mapping[str, Kind | int] = {
    "round": "text",
    "kind": "figure",
    "number": 0,
    "eligible": 0,
    "overlap": 0,
    "overlap_expected": 2,
    "real": "change",
    "possible": "change",
    "reached": "figure",
}
_RANGES: Mapping[str, Kind | int] = {
    "round": "text",
    "rule": "text",
    "draws": 0,
    "scored": "figure",
    "both": "figure",
    "random": "figure",
}
_CHOICES: Mapping[str, Kind | int] = {
    "municipality": "text",
    "chosen_by": "text",
    "real_worth": 3,
    "best_worth": 3,
    "other_way_minutes": 3,
    "near_miss": "text",
}
_COUNTIES: Mapping[str, Kind | int] = {
    "county": "text",
    "offices": 0,
    "mean_now": 2,
    "mean_best": 2,
    "distance_minutes": 2,
    "distance_share": "figure",
    "moved": 0,
}
_SIDES = ("before", "real", "best")


def tell_hindcast(study: Result, language: str = "en") -> Document:
    """Put into words the rounds, what each choice was worth, the counties and the caveats."""
    return Document(language, "", tuple(_blocks(study.tables, language)))


def _blocks(tables: Mapping[str, pd.DataFrame], language: str) -> Iterator[Block]:
    words = study_texts("hindcast", language)
    yield _rounds(tables["rounds"], language)
    if "ranges" in tables:
        yield _ranges(tables["ranges"], language)
    for month in words["months"]:
        of_round = {
            name: tables[name][tables[name]["month"] == month]
            for name in ("rounds", "measures", "choices", "not_scored")
        }
        yield from _round(of_round, words["months"][month], language)
    yield _counties(tables["counties"], language)
    yield Paragraph(words["caveats"], "lead")


def _rounds(rounds: pd.DataFrame, language: str) -> Grid:
    words = study_texts("hindcast", language)
    rows = [
        {
            **row,
            "round": words["months"][row["month"]],
            "kind": words["kinds"][row["kind"]],
            "real": Figure(row["real"], "change", 3),
            "possible": Figure(row["possible"], "change", 3),
            "reached": with_sign(row["reached"], 0, language),
        }
        for row in records(rounds)
    ]
    heads = study_columns(words["columns"], _ROUNDS)
    return Grid("rounds", words["rounds"], heads, rows, words["rounds_note"])


def _ranges(ranges: pd.DataFrame, language: str) -> Grid:
    words = study_texts("hindcast", language)

    def span(row: Mapping[str, Any], name: str, digits: int) -> str:
        figures = (row[f"{name}_{what}"] for what in ("min", "median", "max"))
        return " - ".join(number(figure, digits, language) for figure in figures)

    rows = [
        {
            "round": words["months"][row["month"]],
            "rule": words["kept" if row["rule"] else "dropped"],
            "draws": row["draws"],
            "scored": span(row, "number", 0),
            "both": span(row, "overlap", 0),
            "random": span(row, "overlap_expected", 2),
        }
        for row in records(ranges.sort_values(["month", "rule"], ascending=[True, False]))
    ]
    heads = study_columns(words["columns"], _RANGES)
    return Grid("ranges", words["ranges"], heads, rows, words["ranges_note"])


def _round(tables: Mapping[str, pd.DataFrame], month: str, language: str) -> Iterator[Block]:
    words, kind = study_texts("hindcast", language), tables["rounds"]["kind"].iloc[0]
    measures = tables["measures"].set_index("measure")
    rows = [
        {"measure": text, **{side: _figure(name, measures.loc[name, side]) for side in _SIDES}}
        for name, text in words["measures"].items()
    ]
    heads = [Column("measure", ""), *(Column(s, words["sides"][s], "figure") for s in _SIDES)]
    yield Grid(f"measures-{month}", words["travel_time"].format(month=month), heads, rows)
    chosen = [_choice(row, words) for row in _ranked(tables["choices"])]
    title, heads = words["choices"].format(month=month), study_columns(words["columns"], _CHOICES)
    yield Grid(f"choices-{month}", title, heads, chosen, words["worth"])
    if others := ", ".join(tables["not_scored"]["municipality"]):
        yield Paragraph(words["not_scored"][kind].format(places=others))


def _figure(measure: str, value: float) -> Figure:
    return Figure(value, "share" if MEASURES[measure] == "share" else "number", 2)


def _ranked(choices: pd.DataFrame) -> list[Mapping[str, Any]]:
    """Choices of both first, then those of the government, then those of the model."""
    order = choices["chosen_by"].map({"both": 0, "government": 1, "model": 2})
    return records(choices.assign(rank=order).sort_values(["rank", "other_way_minutes"]))


def _choice(row: Mapping[str, Any], words: Mapping[str, Any]) -> Mapping[str, Any]:
    both = row["chosen_by"] == "both"
    return {
        "municipality": row["municipality"],
        "chosen_by": words["chosen_by"][row["chosen_by"]],
        "real_worth": or_blank(row["real_worth"]),
        "best_worth": or_blank(row["best_worth"]),
        "other_way_minutes": "" if both else or_blank(row["other_way_minutes"]),
        "near_miss": words["yes"] if row["near_miss"] else "",
    }


def _counties(counties: pd.DataFrame, language: str) -> Grid:
    words = study_texts("hindcast", language)
    rows = [
        {**row, "distance_share": with_sign(row["distance_share"], 1, language)}
        for row in records(counties.sort_values("distance_minutes", ascending=False))
    ]
    heads = study_columns(words["columns"], _COUNTIES)
    return Grid("counties", words["counties"], heads, rows)
