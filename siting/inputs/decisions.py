"""What the government really decided about offices; read by the hindcast alone."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from siting.inputs.tables import read_table

ADDS = ("announced", "ordered")
"""Decisions that add an office; what is proposed or opened adds none of its own."""
CLOSES = "closing decided"
ROUNDS = ("2020-06", "2021-05", "2025-04")
"""Months of the decisions that a hindcast scores."""


@dataclass(frozen=True)
class Round:
    """What was decided in one month, and what there was before.

    Parameters
    ----------
    month : str
        "YYYY-MM".
    kind : {"open", "close"}
        Whether offices were ordered or closed.
    earlier : tuple of str
        Municipality of each office announced or ordered in an earlier month, open or not.
    scored : tuple of str
        Municipalities that got their first office, or lost their last one.
    not_scored : tuple of str
        Municipalities of the other offices ordered or closed, which had others.
    """

    month: str
    kind: Literal["open", "close"]
    earlier: tuple[str, ...]
    scored: tuple[str, ...]
    not_scored: tuple[str, ...]


def read_decisions(folder: Path) -> pd.DataFrame:
    """Read decisions.csv from the data folder.

    Parameters
    ----------
    folder : Path
        The data folder.

    Returns
    -------
    DataFrame
        One row a decision, in the order of the file.

    Raises
    ------
    InputError
        If the file is missing or a value does not fit.
    """
    return read_table("decisions", folder)


def rounds_of(decisions: pd.DataFrame, offices: "pd.Series[str]") -> tuple[Round, ...]:
    """Sort the decisions into the rounds that are scored.

    Parameters
    ----------
    decisions : DataFrame
        The table of that name.
    offices : Series of str
        Municipality of each office of the first network.

    Returns
    -------
    tuple of Round
        The rounds by date.
    """
    return tuple(_round(decisions, offices, month) for month in ROUNDS)


def _round(decisions: pd.DataFrame, offices: "pd.Series[str]", month: str) -> Round:
    adds = decisions["decision"].isin(ADDS)
    earlier = decisions.loc[adds & (decisions["month"] < month), "municipality_code"]
    now = decisions[decisions["month"] == month]
    closed = now.loc[now["decision"] == CLOSES, "municipality_code"]
    ordered = now.loc[now["decision"].isin(ADDS), "municipality_code"]
    had = Counter([*offices, *earlier])
    places, before = (closed, 1) if len(closed) else (ordered, 0)
    return Round(
        month=month,
        kind="close" if len(closed) else "open",
        earlier=tuple(earlier),
        scored=tuple(place for place in places if had[place] == before),
        not_scored=tuple(place for place in places if had[place] != before),
    )


def municipalities_without_office_by_rule(decisions: pd.DataFrame) -> frozenset[str]:
    """Municipalities where the table of 2019 assumes no office unless it knows of one.

    Those with an office announced, proposed or ordered later.

    Parameters
    ----------
    decisions : DataFrame
        From `read_decisions`.

    Returns
    -------
    frozenset of str
        Their codes.
    """
    later = decisions["decision"].isin([*ADDS, "proposed"])
    return frozenset(decisions.loc[later, "municipality_code"])
