"""Read the raw road file and make one network of its lines."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer
from scipy.spatial import cKDTree
from shapely.ops import substring

from siting.common.types import Floats
from siting.network.link_times import parts_of

# The source cuts lines at the edges of tiles with a grid of about 18 m.
SNAP_M = 60.0
# Road ferries of the table are at most 10 km long, the one to Gotland is 117 km.
SEA_FERRY_M = 20_000.0
COLUMNS = ["highway", "ref", "name", "kind"]
KEYS = ["u", "v", "length_m", *COLUMNS]
# Codes of the source: rtt is the class of the road, ltn 2 is a divided road.
_MOTORWAY, _DIVIDED = 16, 2
_CLASS_OF_RTT = {_MOTORWAY: "trunk", 14: "primary", 15: "secondary", 984: "tertiary"}


@dataclass(frozen=True)
class RawGraph:
    """Junctions and links, positions in metres (SWEREF 99 TM).

    Parameters
    ----------
    xy : ndarray of float, shape (n, 2)
        Easting and northing of each junction.
    links : pandas.DataFrame
        Columns u, v (rows of ``xy``, u < v), length_m, highway, ref, name, kind, and line (from u
        to v) until waypoints are set.
    """

    xy: Floats
    links: pd.DataFrame


def degrees(xy: Floats) -> tuple[Floats, Floats]:
    """Longitude and latitude, rounded to a decimetre, of positions in metres, shape (n, 2)."""
    lon, lat = Transformer.from_crs(3006, 4326, always_xy=True).transform(xy[:, 0], xy[:, 1])
    return np.round(lon, 6), np.round(lat, 6)


def read_lines(raw_gpkg: Path) -> gpd.GeoDataFrame:
    """Read roads and ferries as lines with the class names of OpenStreetMap."""
    lines = pd.concat([_read_roads(raw_gpkg), _read_ferries(raw_gpkg)], ignore_index=True)
    return _cut_at_ends(gpd.GeoDataFrame(lines, crs=3006))


def _read_roads(raw_gpkg: Path) -> gpd.GeoDataFrame:
    roads = gpd.read_file(raw_gpkg, layer="roads")
    highway = roads["rtt"].map(_CLASS_OF_RTT).fillna("unclassified")
    highway[(roads["rtt"] == _MOTORWAY) & (roads["ltn"] == _DIVIDED)] = "motorway"
    european = roads["rte"].fillna("N/A") != "N/A"
    highway[(highway == "primary") & european] = "trunk"
    kind = np.where(roads["src"] == "ap500", "connector", "road")
    ref = [_reference(pair) for pair in zip(roads["rte"], roads["rtn"], strict=True)]
    return gpd.GeoDataFrame(
        {"highway": highway, "ref": ref, "name": "", "kind": kind}, geometry=roads.geometry
    )


def _reference(numbers: tuple[object, ...]) -> str:
    found = {part for text in numbers if isinstance(text, str) for part in text.split("#")}
    return ";".join(sorted(found - {"N/A"}))


def _read_ferries(raw_gpkg: Path) -> gpd.GeoDataFrame:
    raw = gpd.read_file(raw_gpkg, layer="ferries")
    raw["name"] = raw["route"].fillna("")
    # A crossing in several pieces is one crossing: the waiting time must count once.
    merged = raw.dissolve("name", sort=True).geometry.map(_merge_pieces).explode().reset_index()
    merged["highway"] = np.where(merged.length > SEA_FERRY_M, "sea_ferry", "ferry")
    return gpd.GeoDataFrame(merged.assign(ref="", kind="ferry"))


def _merge_pieces(crossing: shapely.Geometry) -> shapely.Geometry:
    # The ends of pieces differ by less than a micrometre.
    return shapely.line_merge(shapely.set_precision(crossing, 0.001))


def _cut_at_ends(lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    geometry = lines.geometry.to_numpy()
    ends = shapely.points(np.unique(_ends(geometry).reshape(-1, 2), axis=0))
    end, line = shapely.STRtree(geometry).query(ends, predicate="dwithin", distance=SNAP_M)
    along = shapely.line_locate_point(geometry[line], ends[end])
    inner = (along > SNAP_M) & (along < shapely.length(geometry[line]) - SNAP_M)
    cuts = pd.Series(along[inner]).groupby(line[inner])
    pieces = {row: _split(geometry[row], sorted(metres)) for row, metres in cuts}
    whole = lines.drop(index=list(pieces))
    parts = [lines.loc[[row] * len(found)].set_geometry(found) for row, found in pieces.items()]
    return gpd.GeoDataFrame(pd.concat([whole, *parts], ignore_index=True), crs=lines.crs)


def _split(line: shapely.LineString, cuts: list[float]) -> list[shapely.LineString]:
    bounds = [0.0, *cuts, line.length]
    return [substring(line, start, stop) for start, stop in pairwise(bounds)]


def _ends(geometry: np.ndarray) -> Floats:
    """Return the first and last point of each line, shape (n, 2, 2)."""
    points = [shapely.get_coordinates(shapely.get_point(geometry, index)) for index in (0, -1)]
    return np.stack(points, axis=1)


def snap(lines: gpd.GeoDataFrame) -> RawGraph:
    """Make junctions of the ends of lines that lie within 60 m of each other."""
    ends = _ends(lines.geometry.to_numpy()).reshape(-1, 2)
    label = parts_of(len(ends), *cKDTree(ends).query_pairs(SNAP_M, output_type="ndarray").T)
    links = pd.DataFrame(lines[COLUMNS])
    links.insert(0, "u", label[0::2])
    links.insert(1, "v", label[1::2])
    links.insert(2, "length_m", lines.length.to_numpy())
    links["line"] = lines.geometry.to_numpy()
    links = links[links["u"] != links["v"]]
    count = np.bincount(label)
    xy = np.stack([np.bincount(label, ends[:, axis]) / count for axis in (0, 1)], axis=1)
    return _ordered(xy, links)


def _ordered(xy: Floats, links: pd.DataFrame) -> RawGraph:
    """Number junctions by position, so that the order of the raw rows does not matter."""
    used = np.unique(links[["u", "v"]])
    order = used[np.lexsort((xy[used, 1].round(3), xy[used, 0].round(3)))]
    number = np.full(len(xy), -1)
    number[order] = np.arange(len(order))
    ends = number[links[["u", "v"]].to_numpy()]
    line = links["line"].to_numpy()
    links = links.assign(
        u=ends.min(axis=1),
        v=ends.max(axis=1),
        length_m=links["length_m"].round(1),
        line=np.where(ends[:, 0] < ends[:, 1], line, shapely.reverse(line)),
    )
    return RawGraph(xy[order], links.sort_values(KEYS, ignore_index=True))
