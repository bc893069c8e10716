"""The tables of a result, in the columns that others build on."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from siting.common.levels import TABLE_LEVELS
from siting.results.measures import MEASURES, SHARES, Access, Measures

SITE_COLUMNS = [
    *("rank", "phase", "locality_code", "locality", "municipality_code", "municipality"),
    *("fa_code", "fa_region", "office_type", "forced", "staff", "annual_cost_msek"),
    *("people_nearest", "person_minutes_saved", "loss_if_left_out_minutes"),
]
OFFICE_COLUMNS = [
    *("code", "place", "municipality_code", "municipality", "fa_code", "fa_region"),
    *("status", "evidence", "lon", "lat", "people_nearest", "mean_before", "mean_after"),
]
CAPACITY_COLUMNS = [
    *("municipality_code", "municipality", "people", "served", "without_room", "out_of_reach")
]
STEP_COLUMNS = [
    *("municipality_code", "municipality", "mean_after", "mean_change", "worst_after"),
    *(f"{share}_after" for share in SHARES),
]
ALIKE = 0.05
"""Minutes; a change below it is told as none, at one decimal."""
_EXTREMES = 10
"""So many regions that gain most, and so many that are worst off."""
REGION_KEYS = {table: (level.code, level.name) for table, level in TABLE_LEVELS.items()}
TEXTS = (
    *("code", "locality_code", "locality", "place", "demand_id", "evidence", "status", "reason"),
    *("clash", "office_type", "measure", "sites", "closed", "driver"),
    *(column for keys in REGION_KEYS.values() for column in keys),
)
"""The columns that hold texts, codes among them; nothing but an empty cell is missing there."""


def result_tables(
    measures: Measures, access: Access, sites: pd.DataFrame, demand: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Name the columns of every table; those of regions come as `measures` makes them."""
    none = measures.regions["municipalities"].iloc[:0]
    regions = {
        table: _region(measures.regions.get(table, none), demand, *keys)
        for table, keys in REGION_KEYS.items()
    }
    return {
        "sites": _sites(measures),
        "offices": _offices(measures),
        **regions,
        "access": measures.access,
        "assignment": _assignment(access, sites, demand),
    }


def capacity_table(served: pd.DataFrame, demand: pd.DataFrame) -> pd.DataFrame:
    """The table of who is served, finds no room or is out of reach, by municipality."""
    return _region(served, demand, *REGION_KEYS["municipalities"])[CAPACITY_COLUMNS]


def least_served(table: pd.DataFrame) -> pd.DataFrame:
    """The municipalities in which most people are not served."""
    left = table["people"] - table["served"]
    return table.loc[left.sort_values(ascending=False, kind="stable").index[:_EXTREMES]]


def frontier_tables(
    table: pd.DataFrame, possible: Mapping[float, Measures], demand: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """The tables of a frontier: its steps, and offices and municipalities of what is possible."""
    columns = [*SITE_COLUMNS, "lon", "lat"]
    offices = {step: _sites(measures, columns) for step, measures in possible.items()}
    keys = REGION_KEYS["municipalities"]
    regions = {
        step: _region(with_change(measures.regions["municipalities"]), demand, *keys)[STEP_COLUMNS]
        for step, measures in possible.items()
    }
    return {
        "frontier": table,
        "frontier_sites": _stacked(offices),
        "frontier_municipalities": _stacked(regions),
    }


def _stacked(tables: Mapping[float, pd.DataFrame]) -> pd.DataFrame:
    """Tables of many steps one below the other, the step first."""
    return pd.concat([table.assign(step=step)[["step", *table]] for step, table in tables.items()])


def _sites(measures: Measures, columns: list[str] = SITE_COLUMNS) -> pd.DataFrame:
    names = {"code": "locality_code", "place": "locality"}
    return measures.sites.rename(columns=names)[columns]


def _offices(measures: Measures) -> pd.DataFrame:
    """Every office that is open before or after, with what becomes of it."""
    table = measures.offices
    kinds = {"closed": ~table["stays"], "announced": table["forced"], "new": ~table["existing"]}
    status = np.select(list(kinds.values()), list(kinds), "existing")
    return table.assign(status=status)[OFFICE_COLUMNS]


def _region(table: pd.DataFrame, demand: pd.DataFrame, code: str, name: str) -> pd.DataFrame:
    names: Mapping[str, str] = dict(zip(demand[code], demand[name], strict=True))
    table = table.rename(columns={"label": code})
    table.insert(1, name, table[code].map(names))
    return table


def _assignment(access: Access, sites: pd.DataFrame, demand: pd.DataFrame) -> pd.DataFrame:
    codes = sites["code"].to_numpy()
    before = np.where(np.isfinite(access.before), codes[access.site_before], "")
    after = np.where(np.isfinite(access.after), codes[access.site_after], "")
    return demand[["demand_id", "municipality_code", "kind", "people"]].assign(
        minutes_before=access.before,
        office_before=before,
        minutes_after=access.after,
        office_after=after,
    )


def with_change(table: pd.DataFrame) -> pd.DataFrame:
    """Regions with `mean_change`: minutes that the mean rises; below 0 where it falls."""
    return table.assign(mean_change=table["mean_after"] - table["mean_before"])


def from_present(table: pd.DataFrame) -> pd.DataFrame:
    """By how much the measures of each step differ from those of the present network."""
    measures = table[list(MEASURES)]
    return measures - measures.iloc[0]


def alone_in_region(offices: pd.DataFrame) -> frozenset[str]:
    """Codes of the offices that are the only open one of their FA region."""
    there = offices[(offices["status"] != "closed") & (offices["fa_code"] != "")]
    return frozenset(there.loc[~there["fa_code"].duplicated(keep=False), "code"])


def moved(regions: pd.DataFrame) -> pd.DataFrame:
    """The regions whose mean changes."""
    return regions[(regions["mean_after"] - regions["mean_before"]).abs() >= ALIKE]


def gaining_most(regions: pd.DataFrame) -> pd.DataFrame:
    """The regions whose mean falls most."""
    fall = (regions["mean_before"] - regions["mean_after"]).nlargest(_EXTREMES)
    return regions.loc[fall.index[fall >= ALIKE]]


def longest_means(regions: pd.DataFrame) -> pd.DataFrame:
    """The regions with the longest mean afterwards."""
    return regions.nlargest(_EXTREMES, "mean_after")
