"""Positions of a table of one's own, in degrees whatever its columns are called and measured in."""

import re
from collections.abc import Sequence
from dataclasses import replace

import geopandas as gpd
import pandas as pd

from siting.common.errors import Fault, InputError
from siting.common.tables.columns import LOG, ColumnSpec, check_columns
from siting.common.tables.file import AnyTable, RawTable
from siting.inputs.boundaries import SWEREF
from siting.inputs.schema import SWEDEN, Bounds

# Pairs of names, once what is said of the system is taken off.
_PAIRS = (
    ("lon", "lat"),
    ("longitude", "latitude"),
    ("longitud", "latitud"),
    ("lng", "lat"),
    ("long", "lat"),
    ("e", "n"),
    ("x", "y"),
    ("easting", "northing"),
    ("east", "north"),
    ("ost", "nord"),
    ("öst", "nord"),
)
_WORDS = re.compile("sweref|koordinat|koord|coordinate|coord|point|wgs|tm")
POSITION = ("lon", "lat")
_NUMBERS = ColumnSpec(kind="number")
# West, south, east and north of Sweden, metres.
_SWEREF_99_TM = (250e3, 6.1e6, 930e3, 7.7e6)
_OTHERS = {
    "RT 90": (1.18e6, 6.1e6, 1.95e6, 7.7e6),
    "a regional zone of SWEREF 99": (5e4, 6.1e6, 250e3, 7.7e6),
    "ETRS89-LAEA": (4.2e6, 3.5e6, 5.2e6, 5.3e6),
    "Web Mercator": (1.1e6, 7.3e6, 2.8e6, 1.15e7),
}
_STATED = "name a GeoPackage, which states its system; QGIS does both with Save Features As."
_CONVERT = f"Convert them to degrees (lon, lat) or SWEREF 99 TM (e, n), or {_STATED}"
_ABROAD = f"Call degrees lon and lat; convert metres to degrees, or {_STATED}"
_MOST_DEGREES = 180
type _Axes = tuple["pd.Series[float]", "pd.Series[float]"]


def position_columns(header: Sequence[str]) -> tuple[str, ...]:
    """The columns of a header that hold positions, lon and lat if they are there."""
    letters = {re.sub("[^a-zåäö]", "", name.casefold()): name for name in reversed(header)}
    bare = {_WORDS.sub("", name): own for name, own in letters.items()} | letters
    pairs = (pair for pair in _PAIRS if {*pair} <= bare.keys())
    return next((tuple(bare[name] for name in pair) for pair in pairs), ())


def with_degrees(raw: RawTable, table: AnyTable, bounds: Bounds) -> RawTable:
    """A table with the columns lon and lat, as far as it holds positions that are clear."""
    pair = POSITION if {*POSITION} <= {*raw.header} else position_columns(raw.header)
    if not pair:
        return raw
    try:
        found = check_columns(raw, dict.fromkeys(pair, _NUMBERS), table, quiet=True)
    except InputError:
        if pair == POSITION:  # these cells are told with all others
            return raw
        raise
    axes = (found[pair[0]], found[pair[1]])
    if fault := _unclear(axes, pair, bounds):
        raise InputError([Fault(str(table), f"columns {', '.join(pair)}", *fault)])
    if pair == POSITION:
        return raw
    system, lon, lat = _in_degrees(axes, bounds)
    LOG.warning("%s: columns %s were read as %s", table, ", ".join(pair), system)
    cells = raw.cells.assign(lon=lon, lat=lat)
    return replace(raw, cells=cells, header=(*raw.header, *POSITION))


def _unclear(axes: _Axes, pair: tuple[str, ...], bounds: Bounds) -> tuple[object, str, str] | None:
    """What most positions of a table are instead of degrees or metres that are converted."""
    first, abroad = tuple(float(axis.iloc[0]) for axis in axes), bounds != SWEDEN
    plain = pair[0].casefold().startswith(("lo", "ln"))
    if _mostly(axes, bounds) and (plain or not abroad):
        return None
    if _mostly(axes[::-1], bounds) and plain:
        remedy = "Swap the names of the columns: lon goes east, lat goes north."
        return first, "longitude and latitude are swapped", remedy
    if abroad and (not plain or _in_metres(axes)):
        return first, "are not known to be degrees", _ABROAD
    if _either(axes, _SWEREF_99_TM) and plain:
        remedy = "Call the columns e and n; they are converted then."
        return first, "hold metres in SWEREF 99 TM and no degrees", remedy
    if _in_metres(axes) and not _either(axes, _SWEREF_99_TM):
        likely = [name for name, box in _OTHERS.items() if _either(axes, box)]
        other = f"look like {likely[0]}" if likely else "hold no degrees"
        return first, f"{other}, and are not converted", _CONVERT
    return None


def _in_degrees(axes: _Axes, bounds: Bounds) -> tuple[str, "pd.Series[float]", "pd.Series[float]"]:
    """What the columns are, and longitude and latitude."""
    if not _either(axes, _SWEREF_99_TM):
        return "degrees", *(axes if _mostly(axes, bounds) else axes[::-1])
    east, north = axes if _mostly(axes, _SWEREF_99_TM) else axes[::-1]
    points = gpd.GeoSeries.from_xy(east, north, crs=SWEREF).to_crs(4326)
    return f"{east.name} east and {north.name} north in SWEREF 99 TM", points.x, points.y


def _mostly(axes: _Axes, box: Bounds) -> bool:
    """Whether most positions lie in a box."""
    west, south, east, north = box
    return bool((axes[0].between(west, east) & axes[1].between(south, north)).mean() > 1 / 2)


def _either(axes: _Axes, box: Bounds) -> bool:
    """Whether they do whichever of their columns goes east."""
    return _mostly(axes, box) or _mostly(axes[::-1], box)


def _in_metres(axes: _Axes) -> bool:
    return bool(pd.concat(axes).abs().gt(_MOST_DEGREES).mean() > 1 / 2)
