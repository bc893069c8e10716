"""Positions of a table of one's own, in degrees whatever its columns are called and measured in."""

import re
from collections.abc import Sequence
from dataclasses import replace

import geopandas as gpd
import pandas as pd

from siting.common.errors import Fault, InputError
from siting.common.tables.columns import DECIMAL_COMMAS, LOG, ColumnSpec, check_columns
from siting.common.tables.file import AnyTable, RawTable
from siting.inputs.boundaries import SWEREF
from siting.inputs.schema import SWEDEN, Bounds

POSITION = ("lon", "lat")
_NAMES = (
    "lon lat, longitude latitude, longitud latitud, lng lat, long lat, e n, x y, easting northing, "
    "east north, ost nord, öst nord"
)
# What the name of a column may say besides.
_WORDS = re.compile("sweref|koordinat|koord|coordinate|coord|point|wgs|tm")
_DEGREES, _METRES = "degrees", "SWEREF 99 TM"
# West, south, east and north of Sweden.
_SYSTEMS: dict[str, Bounds] = {
    _DEGREES: SWEDEN,
    _METRES: (250e3, 6.1e6, 930e3, 7.7e6),
    "RT 90": (1.18e6, 6.1e6, 1.95e6, 7.7e6),
    "a regional zone of SWEREF 99": (5e4, 6.1e6, 250e3, 7.7e6),
    "ETRS89-LAEA": (4.2e6, 3.5e6, 5.2e6, 5.3e6),
    "Web Mercator": (1.1e6, 7.3e6, 2.8e6, 1.15e7),
}
_STATED = "name a GeoPackage, which states its system; QGIS does both with Save Features As."
_SWAPPED = "Swap the names of the columns: lon goes east, lat goes north."
_SWEDISH = "Call the columns e and n, and they are converted; save points of a GIS as a GeoPackage."
_MOST_DEGREES = 180
type _Axis = "pd.Series[float]"


def position_columns(header: Sequence[str]) -> tuple[str, ...]:
    """The columns of a header that hold positions, lon and lat if they are there."""
    letters = {re.sub("[^a-zåäö]", "", name.casefold()): name for name in reversed(header)}
    bare = {_WORDS.sub("", name): own for name, own in letters.items()}
    own = {**bare, **letters, **{name: name for name in header}}
    pairs = (pair.split() for pair in _NAMES.split(","))
    return next((tuple(own[name] for name in pair) for pair in pairs if {*pair} <= own.keys()), ())


def with_degrees(raw: RawTable, table: AnyTable, bounds: Bounds) -> RawTable:
    """A table with the columns lon and lat, as far as it holds positions that are clear."""
    pair = position_columns(raw.header)
    if not pair:
        return raw
    try:
        number = ColumnSpec(kind="number")
        found = check_columns(raw, dict.fromkeys(pair, number), table, quiet=True)
    except InputError:
        if pair == POSITION:  # these cells are told with all others
            return raw
        raise
    system, east, north = _system(found[pair[0]], found[pair[1]], bounds)
    if wrong := _wrong(system, east, pair, abroad=bounds != SWEDEN):
        value = tuple(found[[*pair]].iloc[0])
        raise InputError([Fault(str(table), f"columns {', '.join(pair)}", value, *wrong)])
    if pair == POSITION:
        return raw
    LOG.warning("%s: %s goes east and %s north, in %s", table, east.name, north.name, system)
    commas = raw.signs is not None and bool(raw.cells[pair[0]].str.contains(",").any())
    signs = (*raw.signs, DECIMAL_COMMAS) if commas and raw.signs is not None else raw.signs
    crs = SWEREF if system == _METRES else 4326
    points = gpd.GeoSeries.from_xy(east, north, crs=crs).to_crs(4326)
    return replace(raw, cells=raw.cells.assign(lon=points.x, lat=points.y), signs=signs)


def _system(first: _Axis, second: _Axis, bounds: Bounds) -> tuple[str, _Axis, _Axis]:
    """In which system most positions lie in Sweden, and which column goes east."""
    for name, box in {**_SYSTEMS, _DEGREES: bounds}.items():
        for east, north in ((first, second), (second, first)):
            if (east.between(*box[::2]) & north.between(*box[1::2])).mean() > 1 / 2:
                return name, east, north
    return "", first, second


def _wrong(
    system: str, east: _Axis, pair: tuple[str, ...], *, abroad: bool
) -> tuple[str, str] | None:
    """What the positions are instead of degrees or metres that are converted, and what to do."""
    plain = pair[0].casefold().startswith(("lo", "ln"))
    in_metres = east.abs().gt(_MOST_DEGREES).mean() > 1 / 2
    if abroad and (in_metres or not plain):
        remedy = f"Call degrees lon and lat; convert metres to degrees, or {_STATED}"
        return "are not known to be degrees", remedy
    if plain and system == _DEGREES:
        swapped = "longitude and latitude are swapped"
        return None if east.name == pair[0] else (swapped, _SWAPPED)
    if plain and system == _METRES:
        return f"hold metres in {_METRES} and no degrees", _SWEDISH
    if system in (_DEGREES, _METRES) or (plain and not in_metres):
        return None
    problem = f"hold no degrees{system and f', but metres in {system}'}"
    return problem, f"Convert them to degrees (lon, lat) or {_METRES} (e, n), or {_STATED}"
