"""A run as a GeoPackage for QGIS and its like, in SWEREF 99 TM (EPSG:3006)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio

from siting.common.errors import Fault, InputError
from siting.common.files import replace_file, telling
from siting.inputs.boundaries import SWEREF, located, municipal_boundaries
from siting.inputs.schema import read_table
from siting.report.maps.sweden import refuse_outside_sweden
from siting.results.result import Result

FILE = "result.gpkg"
_OLDER: Mapping[str, Any] = {"dataset_options": {"VERSION": "1.2"}}
"""The version that QGIS 3.22, the oldest about, reads without a warning."""


def refuse_user_demand(result: Result) -> None:
    """Raise an error for a result whose demand points are not those that ship."""
    refuse_outside_sweden(result, "a GeoPackage")
    own = result.manifest["scenario"]["demand"].get("file")
    if own:
        problem = "a GeoPackage can be made with the demand points that ship only"
        remedy = "Join assignment.parquet to your own file by demand_id."
        raise InputError([Fault("manifest.json", "demand.file", own, problem, remedy)])


def write_geopackage(result: Result, folder: Path, data: Path) -> Path:
    """Write sites, municipalities and demand points as layers of one GeoPackage.

    Fields are the columns of offices.csv and sites.csv (sites), municipalities.csv
    (municipalities) and assignment.parquet (demand_points).
    """
    if "assignment" not in result.tables:
        remedy = "Run the scenario again: what ships leaves the long table out."
        problem = "not kept with this result, and a GeoPackage needs it"
        raise InputError([Fault(str(folder), "result", "assignment.parquet", problem, remedy)])
    layers = {
        "sites": _sites(result),
        "municipalities": _municipalities(result),
        "demand_points": _demand_points(result, data),
    }
    path = folder / FILE

    def write(new: Path) -> None:
        # GDAL makes the file itself.
        new.unlink()
        for name, layer in layers.items():
            layer.to_file(new, layer=name, driver="GPKG", engine="pyogrio", **_OLDER)

    with telling(path), _fixed_date(result.manifest["date"]):
        replace_file(path, write)
    return path


def _sites(result: Result) -> gpd.GeoDataFrame:
    sites = result.tables["sites"]
    known = {"locality", "municipality_code", "municipality", "fa_code", "fa_region"}
    more = sites.drop(columns=[*known, "people_nearest"]).rename(columns={"locality_code": "code"})
    offices = result.tables["offices"].merge(more, on="code", how="left", validate="one_to_one")
    forced = offices["forced"].astype("boolean").fillna(value=False).astype(bool)
    whole = {name: offices[name].astype("Int64") for name in ("rank", "phase", "staff")}
    return located(offices.assign(forced=forced, **whole))


def _municipalities(result: Result) -> gpd.GeoDataFrame:
    table = result.tables["municipalities"].set_index("municipality_code")
    shapes = municipal_boundaries().geometry.reindex(table.index)
    return gpd.GeoDataFrame(table.reset_index(), geometry=shapes.to_numpy(), crs=SWEREF)


def _demand_points(result: Result, data: Path) -> gpd.GeoDataFrame:
    assignment = result.tables["assignment"]
    path = data / "demand.csv"
    positions = read_table("demand", data).set_index("demand_id")[["lon", "lat"]]
    missing = assignment[~assignment["demand_id"].isin(positions.index)]
    if len(missing):
        problem = f"{len(missing)} demand points of the result have no position"
        remedy = "Use the data that the run was made with, or run it again."
        raise InputError(
            [Fault(str(path), "demand_id", missing["demand_id"].iloc[0], problem, remedy)]
        )
    return located(assignment.join(positions, on="demand_id", validate="one_to_one"))


@contextmanager
def _fixed_date(date: str) -> Iterator[None]:
    """GDAL writes this date into the file in place of the clock's."""
    option = "OGR_CURRENT_DATE"
    before = pyogrio.get_gdal_config_option(option)
    pyogrio.set_gdal_config_options({option: f"{date}T00:00:00.000Z"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({option: before})
