"""What `siting robustness` says."""

from collections.abc import Iterator, Mapping

import pandas as pd

from siting.report.document import Block, Document, Grid, Kind, Paragraph
from siting.report.tables import or_blank, records, study_columns
from siting.report.words import study_texts, with_sign
from siting.results.result import Result

_OFTEN = 0.25
"""Picks of so many of the draws are shown beside the core and the scenario's own."""
_SITES: Mapping[str, Kind | int] = {
    "place": "text",
    "share": "figure",
    "main": "text",
    "driver": "text",
    "driver_part": "figure",
}
_FACTORS: Mapping[str, Kind | int] = {
    "factor": "text",
    "level": "text",
    "draws": 0,
    "picks": 1,
    "main_kept": "figure",
}
_REGRETS: Mapping[str, Kind | int] = {
    "set": "text",
    "worlds_kept": 0,
    "mean_regret": 3,
    "greatest_regret": 3,
}


def tell_robustness(study: Result, language: str = "en") -> Document:
    """Put into words how often each site is picked, what drives it, and the regrets."""
    return Document(language, "", tuple(_blocks(study, language)))


def _blocks(study: Result, language: str) -> Iterator[Block]:
    words, facts, sites = study_texts("robustness", language), study.manifest, study.tables["sites"]
    yield Paragraph(words["drawn"].format(**facts))
    if facts["interrupted"]:
        yield Paragraph(words["interrupted"].format(**facts))
    for entry in facts["assumptions"]:
        what = f"{entry['what'][0].lower()}{entry['what'][1:]}"
        yield Paragraph(words["assumed"].format(**{**entry, "what": what}))
    yield _sites("core", sites[sites["core"]], language)
    rest = sites[~sites["core"] & (sites["main"] | (sites["share"] >= _OFTEN))]
    yield _sites("others", rest, language)
    yield Paragraph(words["sites_note"])
    yield _factors(study.tables["factors"], language)
    yield from _regrets(study.tables["sets"], facts["draws_done"], language)


def _sites(name: str, sites: pd.DataFrame, language: str) -> Grid:
    words = study_texts("robustness", language)
    rows = [
        {
            **row,
            "place": f"{row['place']}{' *' if row['forced'] else ''}",
            "share": with_sign(row["share"], 0, language),
            "main": words["yes"] if row["main"] else "",
            "driver": words["factors"].get(row["driver"], ""),
            "driver_part": with_sign(row["driver_part"], 0, language) if row["driver"] else "",
        }
        for row in records(sites)
    ]
    return Grid(name, words[name], study_columns(words["columns"], _SITES), rows)


def _factors(factors: pd.DataFrame, language: str) -> Grid:
    words = study_texts("robustness", language)
    rows = [
        {
            **row,
            "factor": words["factors"][row["factor"]],
            "main_kept": with_sign(row["main_kept"], 0, language),
        }
        for row in records(factors)
    ]
    return Grid("factors", words["left"], study_columns(words["columns"], _FACTORS), rows)


def _regrets(sets: pd.DataFrame, draws: int, language: str) -> Iterator[Block]:
    words, chosen = study_texts("robustness", language), sets[sets["main"] | sets["least_greatest"]]
    rows = [
        {
            "set": words["main" if row["main"] else "least"],
            "worlds_kept": row["worlds_kept"],
            "mean_regret": or_blank(row["mean_regret"]),
            "greatest_regret": or_blank(row["greatest_regret"]),
        }
        for row in records(chosen)
    ]
    note = words["regret_note"].format(draws=draws)
    yield Grid("regret", words["regret"], study_columns(words["columns"], _REGRETS), rows, note)
    for picks in chosen.loc[~chosen["main"], "picks"]:
        yield Paragraph(words["it_is"].format(picks=picks))
