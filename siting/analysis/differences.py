"""Where two sets of tables differ, cell by cell, with no tolerance."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

COLUMNS = ("file", "row", "column", "old", "new")
_KEYS = (
    *("demand_id", "code", "locality_code", "municipality_code", "fa_code", "county_code"),
    *("measure", "key"),
)
"""Columns that name a row, the first that does; with `step` before it in tables of a frontier."""


@dataclass(frozen=True)
class Differences:
    """What differs.

    Parameters
    ----------
    cells : DataFrame
        file, row (its name), column, old and new (as texts); a row that only one of them has is
        there with each of its cells, "" on the other side.
    tables : int
        Tables that were compared.
    figures : int
        Cells with numbers among those that were compared.
    """

    cells: pd.DataFrame
    tables: int
    figures: int


def differences(old: Mapping[str, pd.DataFrame], new: Mapping[str, pd.DataFrame]) -> Differences:
    """Compare the tables that both have.

    Parameters
    ----------
    old, new : mapping of str to DataFrame
        By file; every cell is a text.

    Returns
    -------
    Differences
        Rows are matched by what names them, so that one more shifts no other.
    """
    both = [name for name in old if name in new]
    found = [_differing(name, old[name], new[name]) for name in both]
    cells = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=[*COLUMNS])
    return Differences(cells, len(both), sum(_numbers(old[name]) for name in both))


def _differing(file: str, old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """The cells of one table that differ."""
    before, after = _long(old, _key(old, new)), _long(new, _key(old, new))
    whole = pd.concat([before.rename("old"), after.rename("new")], axis=1).fillna("")
    whole = whole[whole["old"] != whole["new"]].reset_index()
    return whole.assign(file=file)[[*COLUMNS]]


def _long(table: pd.DataFrame, key: list[str]) -> "pd.Series[str]":
    """Every cell by the name of its row and its column."""
    names = table[key].agg(" ".join, axis=1) if key and len(table) else _numbered(table)
    cells = table.set_axis(pd.Index(names, name="row"), axis="index")
    long = cells.melt(var_name="column", value_name="cell", ignore_index=False)
    return long.set_index("column", append=True)["cell"].astype("str")


def _numbered(table: pd.DataFrame) -> list[str]:
    """Rows as an editor counts them, the heading being the first."""
    return [str(number) for number in range(2, len(table) + 2)]


def _key(old: pd.DataFrame, new: pd.DataFrame) -> list[str]:
    """The columns that name the rows of both; none where nothing does."""
    for name in _KEYS:
        for key in ([name], ["step", name]):
            if all({*key} <= {*table} and not table.duplicated(key).any() for table in (old, new)):
                return key
    step = ["step"]
    unique = all("step" in table and not table.duplicated(step).any() for table in (old, new))
    return step if unique else []


def _numbers(table: pd.DataFrame) -> int:
    """How many cells hold a number."""
    return int(table.apply(pd.to_numeric, errors="coerce").notna().to_numpy().sum())
