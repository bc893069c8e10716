"""Read the points of a GIS, in degrees: GeoPackage, Shapefile, GeoJSON and GeoParquet."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from siting.common.errors import Fault, InputError, file_fault, refuse_all
from siting.common.file_limits import GEOGRAPHIC, refuse_large
from siting.common.tables.file import (
    Choose,
    RawTable,
    TableFile,
    no_sheet,
    places_of,
    too_many,
)
from siting.common.tables.hints import alike

if TYPE_CHECKING:
    import geopandas as gpd

POSITION = ["lon", "lat"]
_DEGREES = 4326  # EPSG code of WGS 84
_APART = 1e-3  # degrees, some 100 m
_CUT = 10  # letters that a Shapefile keeps of the name of a column
# What such files begin with: GDAL would open any of its formats under any ending.
_STARTS = {".gpkg": b"SQLite format 3\0", ".shp": b"\0\0\x27\x0a"}
_STYLES = "layer_styles"  # a table that QGIS puts into GeoPackages
type ReadColumns = Callable[[list[str]], pd.DataFrame]
"""Gives columns of a file, with the geometry where there is one."""


def read_layer(table: TableFile, most_rows: int, choose: Choose) -> RawTable:
    """The columns of a layer of a GeoPackage, or of a Shapefile."""
    from pyogrio import list_layers, read_dataframe, read_info  # noqa: PLC0415 - slow to load

    refuse_large(table.path, GEOGRAPHIC)
    refuse_all(_disguised(table.path))
    layer = _layer(table, [name for name, _ in list_layers(table.path) if name != _STYLES])
    info = read_info(table.path, layer=layer, force_feature_count=True)
    fields, count = [str(name) for name in info["fields"]], int(info["features"])
    refuse_all([too_many(table, count, most_rows)] * (count > most_rows))
    cut = table.path.suffix.lower() == ".shp"
    header = _uncut(fields, choose(fields)) if cut else fields

    def read(columns: list[str]) -> pd.DataFrame:
        found: pd.DataFrame = read_dataframe(table.path, layer=layer, columns=columns)
        return found

    return located(table, fields, header, choose, read)


def read_geojson(table: TableFile, most_rows: int, choose: Choose) -> RawTable:
    """The columns of the features of a GeoJSON file."""
    import geopandas as gpd  # noqa: PLC0415 - slow to load

    refuse_large(table.path, GEOGRAPHIC)
    content = json.loads(table.path.read_text(encoding="utf-8-sig"))
    features = content["features"]
    refuse_all([too_many(table, len(features), most_rows)] * (len(features) > most_rows))
    crs = (content.get("crs") or {}).get("properties", {}).get("name", _DEGREES)
    rows = [{"id": each.get("id"), **(each.get("properties") or {})} for each in features]
    fields = list(dict.fromkeys(name for row in rows for name in row))

    def read(columns: list[str]) -> pd.DataFrame:
        points = gpd.GeoDataFrame.from_features(features, crs=crs).geometry
        found: pd.DataFrame = gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry=points)
        return found

    return located(table, fields, fields, choose, read)


def located(
    table: TableFile, fields: list[str], header: Sequence[str], choose: Choose, read: ReadColumns
) -> RawTable:
    """The columns of a file, under the names of its header, and the position of each row."""
    own = {*map(alike, header)}
    named = [*header, *(name for name in POSITION if name not in own)]
    names, places = places_of(table, named, choose)
    chosen = {name: fields[place] for name, place in places.items() if place < len(fields)}
    found = read(list(chosen.values()))
    cells = pd.DataFrame(found[list(chosen.values())]).set_axis(list(chosen), axis="columns")
    if not own.isdisjoint(places.keys() & {*POSITION}) and {*POSITION} <= own:
        _refuse_moved(table, cells, found)
    elif not places.keys().isdisjoint(POSITION):
        cells = cells.assign(**_degrees(table, found))
    # There is no header, and the first row is number 1.
    cells.index = pd.RangeIndex(-1, len(cells) - 1)
    return RawTable(cells, names)


def _disguised(path: Path) -> list[Fault]:
    start = _STARTS[path.suffix.lower()]
    with path.open("rb") as file:
        if file.read(len(start)) == start:
            return []
    return [file_fault(path, f"the file is no {path.suffix[1:]}", "Export it again.")]


def _layer(table: TableFile, layers: Sequence[str]) -> str:
    if not table.sheet and len(layers) > 1:
        problem = f"the file has the layers {', '.join(layers)}"
        remedy = f'Name one of them: write sheet = "{layers[0]}" under the key of the file.'
        raise InputError([Fault(str(table.path), "sheet", "", problem, remedy)])
    if table.sheet and table.sheet not in layers:
        raise no_sheet(table, layers)
    return table.sheet or layers[0]


def _uncut(fields: Iterable[str], wanted: Iterable[str]) -> list[str]:
    """The whole names of columns that a Shapefile has cut short."""
    fields, short = list(fields), Counter(name[:_CUT].lower() for name in wanted)
    whole = {name[:_CUT].lower(): name for name in wanted if short[name[:_CUT].lower()] == 1}
    return [name if name in wanted else whole.get(name.lower(), name) for name in fields]


def _degrees(table: TableFile, found: pd.DataFrame) -> dict[str, "pd.Series[float]"]:
    import geopandas as gpd  # noqa: PLC0415 - slow to load
    import shapely  # noqa: PLC0415 - the same

    refuse_all(_no_points(table, found))
    # A MultiPoint of one point is that point.
    points = gpd.GeoSeries(shapely.centroid(found.geometry.to_numpy()), crs=found.crs)
    place = points.to_crs(_DEGREES).to_numpy()
    return {"lon": shapely.get_x(place), "lat": shapely.get_y(place)}


def _no_points(table: TableFile, found: "gpd.GeoDataFrame") -> list[Fault]:
    """What keeps the geometry of a file from being positions."""
    import geopandas as gpd  # noqa: PLC0415 - slow to load
    import shapely  # noqa: PLC0415 - the same

    if not isinstance(found, gpd.GeoDataFrame):
        wrong, remedy = "there are no points in it", "Add the columns lon and lat."
    elif found.crs is None:
        wrong = "it does not state the coordinate system of its points"
        remedy = "Set the system in the GIS, and export the layer again."
    elif strange := {*found.geom_type.dropna()} - {"Point", "MultiPoint"}:
        wrong = f"it holds {', '.join(sorted(strange))}, and points are wanted"
        remedy = "Make points of them, in QGIS with Vector, Geometry Tools, Centroids."
    elif (shapely.get_num_geometries(found.geometry.to_numpy()) > 1).any():
        wrong, remedy = "a row of it has more than one point", "Give each point a row of its own."
    else:
        return []
    return [Fault(str(table), "geometry", table.path.name, wrong, remedy)]


def _refuse_moved(table: TableFile, cells: pd.DataFrame, found: pd.DataFrame) -> None:
    """Refuse a file whose columns lon and lat say something else than its points."""
    if _no_points(table, found):
        return
    own = cells[POSITION].apply(pd.to_numeric, errors="coerce")
    off = (own - pd.DataFrame(_degrees(table, found), index=own.index)).abs().max(axis=1)
    if (off > _APART).any():
        row = int((off > _APART).to_numpy().argmax())
        problem = "the columns lon and lat say something else than the points of the file"
        remedy = "Take out the columns, or make them anew from the points."
        value = tuple(own.iloc[row])
        raise InputError([Fault(str(table), f"row {row + 1}", value, problem, remedy)])
