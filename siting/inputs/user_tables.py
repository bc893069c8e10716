"""Read files of the user's into the tables that the shipped ones give.

Every function gives a table, and what is wrong with the file; where something is, the table is
None.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from siting.common.errors import Fault, InputError, near_matches
from siting.common.tables.columns import read_columns
from siting.common.tables.hints import cell, lost_zero, zero_remedy
from siting.common.tables.read import read_texts, shortened
from siting.common.types import Bools
from siting.inputs.boundaries import in_municipalities
from siting.inputs.schema import (
    EARTH,
    OPTIONAL_LEVELS,
    SWEDEN,
    Columns,
    candidate_columns,
    demand_columns,
    office_columns,
    region_columns,
)

type Read = tuple[pd.DataFrame | None, list[Fault]]

_AT_SEA_KM = 5.0
"""Positions as near as this to a municipality of Sweden count as in it."""


class UserFiles:
    """The user's files for Sweden, or for another country.

    Parameters
    ----------
    municipalities : DataFrame
        code and more: those that the files may name.
    source : str
        Where these are listed.
    outside_sweden : bool
        Whether it is another country.
    """

    def __init__(self, municipalities: pd.DataFrame, source: str, *, outside_sweden: bool) -> None:
        self._municipalities = municipalities
        self._source = source
        self._outside_sweden = outside_sweden
        self._bounds = EARTH if outside_sweden else SWEDEN

    def demand(self, path: Path) -> Read:
        """Demand points, in the columns of data/demand.csv; those without people are left out."""
        table, faults = self._read(path, demand_columns(self._bounds))
        if table is None:
            return None, faults
        table = table[table["people"] > 0].reset_index(drop=True)
        if table.empty:
            problem, remedy = "nobody lives there", "Give people for at least one row."
            return None, [Fault(str(path), "column people", 0, problem, remedy)]
        if (table["people"] % 1 == 0).all():
            table = table.astype({"people": np.int64})
        defaults = {"name": table["id"], "kind": "own", "inside_minutes": 0.0}
        table = _with_defaults(table, defaults).rename(columns={"id": "demand_id"})
        columns = ["demand_id", "kind", "name", "municipality_code", "people", "lon", "lat"]
        return table[[*columns, "inside_minutes"]], []

    def offices(self, path: Path) -> Read:
        """Existing offices, with the columns that the file has."""
        return self._read(path, office_columns(self._bounds))

    def candidates(self, path: Path) -> Read:
        """Candidates, in the columns of `siting.inputs.candidates` and with staff and costs.

        Population and staff are 0 and costs are NaN where the file gives none.
        """
        table, faults = self._read(path, candidate_columns(self._bounds))
        if table is None:
            return None, faults
        defaults = {
            "population": 0.0,
            "staff": 0.0,
            "annual_cost_msek": np.nan,
            "one_off_cost_msek": np.nan,
        }
        table = _with_defaults(table, defaults).fillna({"staff": 0.0})
        whole = table.astype({"population": np.int64, "staff": np.int64})
        names = {"id": "locality_code", "name": "locality"}
        columns = [*names.values(), "municipality_code", "lon", "lat", *defaults]
        return whole.rename(columns=names)[columns], []

    def _read(self, path: Path, columns: Columns) -> Read:
        try:
            table = read_columns(path, columns)
        except InputError as error:
            return None, _swapped(path, self._bounds) or list(error.faults)
        return self._placed(path, table)

    def _placed(self, path: Path, table: pd.DataFrame) -> Read:
        """Make sure that every row has a municipality that there is."""
        if "municipality_code" in table:
            faults = shortened(self._strange(path, table["municipality_code"]), path)
            return (None, faults) if faults else (table, [])
        if self._outside_sweden:
            problem = f"the column is missing; {self._source} lists the codes"
            remedy = "Add a column named municipality_code."
            return None, [Fault(str(path), "column municipality_code", None, problem, remedy)]
        placed = in_municipalities(table, _AT_SEA_KM)
        lost = placed["municipality_code"].isna()
        if lost.any():
            return None, shortened(_outside(path, table, lost.to_numpy()), path)
        return placed, []

    def _strange(self, path: Path, codes: "pd.Series[str]") -> Iterator[Fault]:
        known = list(self._municipalities["code"])
        for row, code in codes[~codes.isin(known)].items():
            meant = lost_zero(code, known)
            remedy = near_matches(code, known) or f"{self._source} lists the codes."
            if meant is not None:
                # The zero may have been lost in the list of municipalities instead.
                ours = len(meant) > len(code.removesuffix(".0"))
                remedy = zero_remedy(meant if ours else code)
                remedy += "" if ours else f" It is {self._source} that lacks it."
            problem = "there is no such municipality"
            yield Fault(str(path), cell(int(str(row)), "municipality_code"), code, problem, remedy)


def read_regions(path: Path) -> Read:
    """Municipalities, in the columns of data/municipalities.csv and with county_code.

    Texts of levels that the file does not have are "", positions of seats NaN.
    """
    try:
        table = read_columns(path, region_columns())
    except InputError as error:
        return None, list(error.faults)
    halves = [
        (name, column)
        for pair in OPTIONAL_LEVELS.values()
        if 0 < sum(name in table for name in pair) < len(pair)
        for name, column in zip(pair, reversed(pair), strict=True)
        if name not in table
    ]
    if halves:
        return None, [
            Fault(
                str(path),
                f"column {name}",
                None,
                f"the column is missing, and {other} stands without it",
                f"Add a column named {name}, or leave {other} out.",
            )
            for name, other in halves
        ]
    texts = dict.fromkeys(("county_code", "county", "fa_code", "fa_region", "skr_group"), "")
    table = _with_defaults(table, {**texts, "seat_lon": np.nan, "seat_lat": np.nan})
    names = {
        "municipality_code": "code",
        "municipality": "name",
        "fa_region": "fa_name",
        "skr_group": "skr_group_2017",
    }
    return table.rename(columns=names)[
        [*names.values(), "county_code", "county", "fa_code", "seat_lon", "seat_lat"]
    ], []


def _with_defaults(table: pd.DataFrame, defaults: Mapping[str, Any]) -> pd.DataFrame:
    return table.assign(**{name: value for name, value in defaults.items() if name not in table})


def _swapped(path: Path, bounds: tuple[float, float, float, float]) -> list[Fault]:
    """One fault for a file whose positions all fit once longitude and latitude are swapped."""
    west, south, east, north = bounds
    try:
        raw = read_texts(path)
    except InputError:
        return []
    if not {"lon", "lat"} <= set(raw):
        return []
    lon, lat = (pd.to_numeric(raw[name], errors="coerce") for name in ("lon", "lat"))
    fits = lon.between(west, east) & lat.between(south, north)
    would = lat.between(west, east) & lon.between(south, north)
    if fits.any() or not would.all():
        return []
    problem = "longitude and latitude are swapped"
    remedy = "Swap the names of the columns: lon goes east, lat goes north."
    return [Fault(str(path), "columns lon, lat", (lon[0], lat[0]), problem, remedy)]


def _outside(path: Path, table: pd.DataFrame, lost: Bools) -> Iterator[Fault]:
    for row in np.flatnonzero(lost).tolist():
        place = (float(table["lon"].iloc[row]), float(table["lat"].iloc[row]))
        problem = f"lies more than {_AT_SEA_KM:g} km outside every municipality of Sweden"
        remedy = "Correct it or leave it out; for another country name its [regions] file."
        yield Fault(str(path), f"row {row + 2}, columns lon, lat", place, problem, remedy)
