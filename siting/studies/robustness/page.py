"""What `siting robustness` says."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from siting.report.document import Block, Document, Paragraph
from siting.report.tables import Formats, in_use, study_grid
from siting.report.words import study_texts
from siting.results.result import Result
from siting.studies.defaults import CORE, OFTEN

_SITES: Formats = {
    "place": "text",
    "share": "percent",
    **dict.fromkeys(("main", "driver"), "text"),
    "driver_part": "percent",
}
_FACTORS: Formats = {
    **dict.fromkeys(("factor", "level"), "text"),
    "draws": 0,
    "picks": 1,
    "main_kept": "percent",
}
_REGRETS: Formats = {"set": "text", "draws_kept": 0, "mean_regret": 3, "greatest_regret": 3}


def tell_robustness(study: Result, language: str = "en") -> Document:
    """Put into words how often each site is picked, what drives it, and the regrets."""
    words = study_texts("robustness", language)
    return Document(language, "", tuple(_blocks(study, words, language)))


def _blocks(study: Result, words: Mapping[str, Any], language: str) -> Iterator[Block]:
    facts, tables = study.manifest, study.tables
    yield Paragraph(words["drawn"].format(**facts))
    if facts["interrupted"]:
        yield Paragraph(words["interrupted"].format(**facts))
    for entry in in_use(facts["assumptions"], facts, language):
        what = f"{entry['what'][0].lower()}{entry['what'][1:]}"
        yield Paragraph(words["assumed"].format(**entry | {"what": what}))
    sites = tables["sites"]
    others = ~sites["core"] & (sites["main"] | (sites["share"] >= OFTEN))
    for key, chosen in (("core", sites["core"]), ("others", others)):
        title = words[key].format(core=f"{100 * CORE:g}", often=f"{100 * OFTEN:g}")
        yield study_grid(key, _in_words(sites[chosen], words), _SITES, {**words, key: title})
    yield Paragraph(words["sites_note"])
    factors = tables["factors"]
    named = factors.assign(factor=factors["factor"].map(words["factors"]))
    yield study_grid("left", named, _FACTORS, words)
    yield from _regrets(tables["sets"], facts["draws_done"], words)


def _in_words(sites: pd.DataFrame, words: Mapping[str, Any]) -> pd.DataFrame:
    return sites.assign(
        place=sites["place"] + np.where(sites["forced"], " *", ""),
        main=np.where(sites["main"], words["yes"], ""),
        driver=sites["driver"].map(words["factors"]),
    )


def _regrets(sets: pd.DataFrame, draws: int, words: Mapping[str, Any]) -> Iterator[Block]:
    chosen = sets[sets["main"] | sets["least_greatest"]]
    named = chosen.assign(set=np.where(chosen["main"], words["main"], words["least"]))
    yield study_grid("regret", named, _REGRETS, words, draws=draws)
    for picks in chosen.loc[~chosen["main"], "picks"]:
        yield Paragraph(words["it_is"].format(picks=picks))
