"""Read the points of a GIS, in degrees: GeoPackage, Shapefile, GeoJSON and GeoParquet."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial

import pandas as pd

from siting.common.errors import Fault, InputError, file_fault
from siting.common.file_limits import GEOGRAPHIC, refuse_large
from siting.common.tables.file import Choose, RawTable, TableFile, places_of

_DEGREES = 4326  # EPSG code of WGS 84
_CUT = 10  # letters that a Shapefile keeps of the name of a column
# What these begin with, and how GDAL is told the format: it would open any, under any ending.
_STARTS = {".gpkg": b"SQLite format 3\0", ".shp": b"\0\0\x27\x0a"}
_STYLES = "layer_styles"  # a table that QGIS puts into GeoPackages


def read_layer(table: TableFile, most_rows: int, choose: Choose) -> RawTable:
    """The columns of a layer of a GeoPackage, of a Shapefile or of GeoJSON."""
    from pyogrio import list_layers, read_dataframe, read_info  # noqa: PLC0415 - slow to load

    refuse_large(table.path, GEOGRAPHIC)
    ending = table.path.suffix.lower()
    with table.path.open("rb") as file:
        if not file.read(16).startswith(_STARTS.get(ending, b"")):
            raise InputError([file_fault(table.path, f"it is no {ending}", "Export it again.")])
    if ending == ".shp" and not {".dbf", ".shx"} <= {part.suffix.lower() for part in table.parts}:
        remedy = "Put all files of the Shapefile beside it, those that end with .shx and .dbf too."
        raise InputError([file_fault(table.path, "a file that belongs to it is missing", remedy)])
    source = table.path if ending in _STARTS else f"GeoJSON:{table.path}"
    layers = [name for name, _ in list_layers(source) if name != _STYLES]
    if (table.sheet or layers[0]) not in layers or len(layers) > 1 > len(table.sheet):
        raise table.has_no(layers)
    layer = table.sheet or layers[0]
    info = read_info(source, layer=layer, force_feature_count=True)
    table.refuse_rows(info["features"], most_rows)
    if not info["features"]:
        remedy = "Write a row for each of what the table lists."
        raise InputError([file_fault(table.path, "there is no row in it", remedy)])
    fields = [str(name) for name in info["fields"]]
    whole = dict(_uncut(fields, choose(fields))) if ending == ".shp" else {}
    read = partial(read_dataframe, source, layer=layer)
    return read_points_of(table, fields, choose, lambda names: read(columns=names), whole)


def read_points_of(
    table: TableFile,
    fields: list[str],
    choose: Choose,
    read: Callable[[list[str]], pd.DataFrame],
    whole: Mapping[str, str] | None = None,
) -> RawTable:
    """The columns of a file, and the position of each row from its point."""
    own = [(whole or {}).get(name, name) for name in fields]
    header = [*own, *(name for name in ("lon", "lat") if name not in own)]
    names, places = places_of(table, header, choose)
    chosen = {name: fields[place] for name, place in places.items() if place < len(fields)}
    found = read([*chosen.values()])
    cells = pd.DataFrame({name: found[field] for name, field in chosen.items()})
    if not places.keys().isdisjoint(("lon", "lat")):
        wrong = _no_points(found)
        if wrong and not {"lon", "lat"} <= chosen.keys():
            raise InputError([Fault(str(table), "geometry", table.path.name, *wrong)])
        cells = cells if wrong else cells.assign(**_degrees(found))
    # There is no header, and the first row is number 1.
    cells.index = pd.RangeIndex(-1, len(cells) - 1)
    return RawTable(cells, names)


def _uncut(fields: Collection[str], wanted: Collection[str]) -> Iterator[tuple[str, str]]:
    """The columns that a Shapefile has cut short, each with its whole name."""
    short = Counter(name[:_CUT].lower() for name in wanted)
    for name in wanted:
        for field in fields:
            if field.lower() == name[:_CUT].lower() and short[field.lower()] == 1:
                yield field, name


def _no_points(found: pd.DataFrame) -> tuple[str, str] | None:
    """What keeps the geometry of a file from being positions, and what to do."""
    kinds = {*getattr(found, "geom_type", pd.Series()).dropna()}
    if not kinds:
        return "there are no points in it", "Add the columns lon and lat."
    if not kinds <= {"Point", "MultiPoint"} or len(found.geometry.explode()) > len(found):
        remedy = "Make one of each, in QGIS with Vector, Geometry Tools, Centroids."
        return f"it holds {' and '.join(sorted(kinds))}, and one point a row is wanted", remedy
    if found.crs is None:
        remedy = "Set the system in the GIS, and export the layer again."
        return "it does not state the coordinate system of its points", remedy
    return None


def _degrees(found: pd.DataFrame) -> dict[str, "pd.Series[float]"]:
    import geopandas as gpd  # noqa: PLC0415 - slow to load
    from shapely import centroid, get_x, get_y  # noqa: PLC0415 - the same

    # A MultiPoint of one point is that point.
    points = gpd.GeoSeries(centroid(found.geometry.to_numpy()), crs=found.crs)
    place = points.to_crs(_DEGREES).to_numpy()
    return {"lon": get_x(place), "lat": get_y(place)}
