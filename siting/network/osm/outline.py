"""The area that a user outlines: a file of polygons, or a box."""

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely
from pyproj.exceptions import CRSError
from shapely.errors import ShapelyError

from siting.errors import Fault, InputError
from siting.sizes import OUTLINE, refuse_large

_DATABASE = b"SQLite format 3\0"
# pyogrio's errors are RuntimeErrors; nonsense in GeoJSON fails where it is first used.
_UNREADABLE = (
    *(RuntimeError, ValueError, OSError, KeyError, TypeError, AttributeError, IndexError),
    *(CRSError, ShapelyError),
)
_DEGREES = "EPSG:4326"
_REMEDIES = {
    "--bbox": "Write it like 17.8,59.2,18.3,59.5",
    "--polygon": "Name a GeoJSON or GeoPackage file with a polygon",
}


def polygon_of_file(path: Path) -> shapely.Polygon | shapely.MultiPolygon:
    """Read a polygon from GeoJSON or a GeoPackage.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    shapely.Polygon or shapely.MultiPolygon
        All polygons of the file together, in degrees.

    Raises
    ------
    siting.errors.InputError
        The file cannot be read, or holds no polygon.
    """
    refuse_large(path, OUTLINE)
    try:
        shapes = _shapes(path).to_crs(_DEGREES)
    except _UNREADABLE as error:
        raise _fault("--polygon", str(path), f"cannot be read ({error})") from error
    whole = shapely.union_all(shapes.to_numpy())
    if not isinstance(whole, shapely.Polygon | shapely.MultiPolygon) or whole.is_empty:
        raise _fault("--polygon", str(path), "holds no polygon")
    return whole


def _shapes(path: Path) -> gpd.GeoSeries:
    """Shapes of a file, whose form is told by its content.

    GDAL reads many more forms, among them some that name other files, addresses and commands.
    """
    with path.open("rb") as file:
        if file.read(len(_DATABASE)) == _DATABASE:
            return gpd.read_file(path).geometry
    content = json.loads(path.read_text(encoding="utf-8-sig"))
    features = content.get("features", [content])
    # GeoJSON of before 2016 may name another system of coordinates.
    crs = content.get("crs") or {"properties": {"name": _DEGREES}}
    shapes = [shapely.geometry.shape(_geometry(feature)) for feature in features]
    return gpd.GeoSeries(shapes, crs=crs["properties"]["name"])


def _geometry(feature: dict[str, Any]) -> dict[str, Any]:
    geometry: dict[str, Any] = feature.get("geometry") or feature
    return geometry


def polygon_of_box(text: str) -> shapely.Polygon:
    """Read a box.

    Parameters
    ----------
    text : str
        ``west,south,east,north`` in degrees.

    Returns
    -------
    shapely.Polygon
        The box.

    Raises
    ------
    siting.errors.InputError
        It is not four numbers in that order.
    """
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise _fault("--bbox", text, "is not west,south,east,north in degrees") from error
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):  # noqa: PLR2004 -- degrees
        raise _fault("--bbox", text, "is not west,south,east,north in degrees")
    return shapely.box(west, south, east, north)


def _fault(key: str, value: str, problem: str) -> InputError:
    return InputError([Fault("siting network build", key, value, problem, _REMEDIES[key])])
