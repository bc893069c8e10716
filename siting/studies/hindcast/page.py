"""What `siting hindcast` says."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from siting.report.document import Block, Column, Document, Figure, Grid, Paragraph
from siting.report.tables import Formats, records, study_grid
from siting.report.words import number, study_texts
from siting.results.measures import MEASURES
from siting.results.result import Result

_ROUNDS: Formats = {
    "round": "text",
    "kind": "figure",
    **dict.fromkeys(("number", "eligible", "overlap"), 0),
    "overlap_expected": 2,
    **dict.fromkeys(("real", "possible"), ("change", 3)),
    "reached": "percent",
}
_RANGES: Formats = {
    **dict.fromkeys(("round", "rule"), "text"),
    "draws": 0,
    **dict.fromkeys(("scored", "both", "random"), "figure"),
}
_SPANS = {"scored": ("number", 0), "both": ("overlap", 0), "random": ("overlap_expected", 2)}
"""The figure of which each span tells least, middle and greatest, and its decimals."""
_CHOICES: Formats = {
    **dict.fromkeys(("municipality", "chosen_by"), "text"),
    **dict.fromkeys(("real_worth", "best_worth", "other_way_minutes"), 3),
    "near_miss": "text",
}
_COUNTIES: Formats = {
    "county": "text",
    "offices": 0,
    **dict.fromkeys(("mean_now", "mean_best", "distance_minutes"), 2),
    "distance_share": ("percent", 1),
    "moved": 0,
}
_SIDES = ("before", "real", "best")


def tell_hindcast(study: Result, language: str = "en") -> Document:
    """Put into words the rounds, what each choice was worth, the counties and the caveats."""
    return Document(language, "", tuple(_blocks(study.tables, language)))


def _blocks(tables: Mapping[str, pd.DataFrame], language: str) -> Iterator[Block]:
    words, rounds = study_texts("hindcast", language), tables["rounds"]
    named = rounds.assign(
        round=rounds["month"].map(words["months"]), kind=rounds["kind"].map(words["kinds"])
    )
    yield study_grid("rounds", named, _ROUNDS, words)
    if "ranges" in tables:
        yield study_grid("ranges", _ranges(tables["ranges"], language), _RANGES, words)
    for month in words["months"]:
        of_round = {
            name: tables[name][tables[name]["month"] == month]
            for name in ("rounds", "measures", "choices", "not_scored")
        }
        yield from _round(of_round, words["months"][month], words)
    counties = tables["counties"].sort_values("distance_minutes", ascending=False)
    yield study_grid("counties", counties, _COUNTIES, words)
    yield Paragraph(words["caveats"], "lead")


def _ranges(ranges: pd.DataFrame, language: str) -> pd.DataFrame:
    words = study_texts("hindcast", language)

    def span(row: Mapping[str, Any], name: str, digits: int) -> str:
        figures = (row[f"{name}_{what}"] for what in ("min", "median", "max"))
        return " - ".join(number(figure, digits, language) for figure in figures)

    ordered = ranges.sort_values(["month", "rule"], ascending=[True, False])
    spans = {key: [span(row, *of) for row in records(ordered)] for key, of in _SPANS.items()}
    rules = np.where(ordered["rule"], words["kept"], words["dropped"])
    return ordered.assign(round=ordered["month"].map(words["months"]), rule=rules, **spans)


def _round(
    tables: Mapping[str, pd.DataFrame], month: str, words: Mapping[str, Any]
) -> Iterator[Block]:
    measures = tables["measures"].set_index("measure")
    rows = [
        {"measure": text, **{side: _figure(name, measures.loc[name, side]) for side in _SIDES}}
        for name, text in words["measures"].items()
    ]
    heads = [Column("measure", ""), *(Column(s, words["sides"][s], "figure") for s in _SIDES)]
    yield Grid(f"measures-{month}", words["travel_time"].format(month=month), heads, rows)
    yield study_grid("choices", _choices(tables["choices"], words), _CHOICES, words, month=month)
    if others := ", ".join(tables["not_scored"]["municipality"]):
        kind = tables["rounds"]["kind"].iloc[0]
        yield Paragraph(words["not_scored"][kind].format(places=others))


def _figure(measure: str, value: float) -> Figure:
    return Figure(value, "share" if MEASURES[measure].unit == "share" else "number", 2)


def _choices(choices: pd.DataFrame, words: Mapping[str, Any]) -> pd.DataFrame:
    """Choices of both first, then those of the government, then those of the model."""
    ranked = choices.sort_values(["chosen_by", "other_way_minutes"])
    return ranked.assign(
        chosen_by=ranked["chosen_by"].map(words["chosen_by"]),
        other_way_minutes=ranked["other_way_minutes"].where(ranked["chosen_by"] != "both"),
        near_miss=np.where(ranked["near_miss"], words["yes"], ""),
    )
