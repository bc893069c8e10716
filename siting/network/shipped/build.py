"""Build and write the road tables that ship."""

from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from siting.common.package import data_folder
from siting.common.types import Floats, Ints, Points
from siting.network.shipped.lines import RawGraph, degrees, read_lines, snap
from siting.network.shipped.repairs import Repairs
from siting.network.shipped.tables import LINKS, LOG, NODES, RoadTables
from siting.network.speeds import read_speeds

LONGEST_M = 3_000.0
"""No piece of a road is longer than this."""
# A ferry is boarded at its ends; what repairs the network is a straight line, not a road.
_SPLIT = ("road", "connector")
_LOG_COLUMNS = ["repair", "ref", "near", "lon", "lat", "gap_m", "network_m", "why"]


def build_road_tables(
    raw_gpkg: Path, towns: Points, folder: Path | None = None, *, longest_m: float = LONGEST_M
) -> RoadTables:
    """Repair the raw road file and reduce it to junctions and links."""
    folder = folder or data_folder()
    repairs = Repairs(folder / "road_joins.toml", towns, read_speeds(folder).access.detour)
    graph, log = repairs.make(snap(read_lines(raw_gpkg)))
    whole = add_waypoints(graph, longest_m)
    lon, lat = degrees(whole.xy)
    node = np.arange(len(lon))
    kind = np.where(node < len(graph.xy), "junction", "waypoint")
    nodes = pd.DataFrame({"node": node, "lon": lon, "lat": lat, "kind": kind})
    return {NODES: nodes, LINKS: whole.links, LOG: pd.DataFrame(log, columns=_LOG_COLUMNS)}


def write_road_tables(tables: RoadTables, folder: Path) -> tuple[str, ...]:
    """Write them with fixed formats."""
    digits = {NODES: "%.6f", LINKS: "%.1f", LOG: None}
    for name, table in tables.items():
        table.to_csv(folder / name, index=False, lineterminator="\n", float_format=digits[name])
    return tuple(f"{name}: {len(table)} rows" for name, table in tables.items())


def add_waypoints(graph: RawGraph, longest_m: float) -> RawGraph:
    """Cut each road into equal pieces at points on its line."""
    links, junctions = graph.links, len(graph.xy)
    pieces = np.ceil(links["length_m"].to_numpy() / longest_m).astype(np.int64)
    pieces[~links["kind"].isin(_SPLIT).to_numpy()] = 1
    xy = _points_between(links["line"].to_numpy(), pieces)
    order = np.lexsort((xy[:, 1].round(3), xy[:, 0].round(3)))
    number = np.empty(len(order), dtype=np.int64)
    number[order] = junctions + np.arange(len(order))
    ends = _ends(links[["u", "v"]].to_numpy(), pieces, number)
    split = links.drop(columns="line").iloc[np.repeat(np.arange(len(links)), pieces)]
    split = split.assign(
        u=ends.min(axis=1), v=ends.max(axis=1), length_m=_lengths(links["length_m"], pieces)
    )
    split = split.sort_values([*split.columns], ignore_index=True)
    return RawGraph(np.concatenate([graph.xy, xy[order]]), split)


def _points_between(lines: np.ndarray, pieces: Ints) -> Floats:
    """Return the inner ends of all pieces, in order of line and along it, shape (k, 2)."""
    line = np.repeat(np.arange(len(lines)), pieces - 1)
    share = (_steps(pieces - 1) + 1) / pieces[line]
    points = shapely.line_interpolate_point(lines[line], share, normalized=True)
    return np.asarray(shapely.get_coordinates(points), dtype=np.float64)


def _ends(ends: Ints, pieces: Ints, waypoints: Ints) -> Ints:
    """Return the two ends of each piece, shape (pieces, 2)."""
    inner = pieces - 1
    starts = np.insert(waypoints, inner.cumsum() - inner, ends[:, 0])
    stops = np.insert(waypoints, inner.cumsum(), ends[:, 1])
    return np.stack([starts, stops], axis=1)


def _lengths(length_m: "pd.Series[float]", pieces: Ints) -> Floats:
    """Share each length out over its pieces, in whole decimetres that add up to it."""
    whole = np.repeat(length_m.to_numpy() * 10, pieces)
    count = np.repeat(pieces, pieces)
    step = _steps(pieces)
    metres: Floats = np.round(whole * (step + 1) / count) - np.round(whole * step / count)
    return metres / 10


def _steps(counts: Ints) -> Ints:
    """Count 0, 1, … within each group."""
    return np.arange(counts.sum()) - np.repeat(counts.cumsum() - counts, counts)


def points_along_roads(raw_gpkg: Path, spacing_m: float = 3000.0) -> pd.DataFrame:
    """Return points at equal distances along every road line."""
    lines = read_lines(raw_gpkg)
    roads = lines[lines["kind"] == "road"].reset_index(drop=True)
    count = ((roads.length + spacing_m / 2) // spacing_m).astype(int).to_numpy()
    row = np.repeat(np.arange(len(roads)), count)
    along = (_steps(count) + 0.5) * spacing_m
    on_line = shapely.line_interpolate_point(roads.geometry.to_numpy()[row], along)
    lon, lat = degrees(shapely.get_coordinates(on_line))
    points = pd.DataFrame({"lon": lon, "lat": lat, "ref": roads["ref"].to_numpy()[row]})
    return points.sort_values(["lon", "lat", "ref"], ignore_index=True)
