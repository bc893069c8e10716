"""Build and write the road tables that ship."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from pyproj import Transformer
from scipy.spatial import cKDTree
from shapely import LineString

from siting.common.package import data_folder
from siting.common.types import Floats, Points
from siting.network.shipped.lines import KEYS, RawGraph, read_lines, snap
from siting.network.shipped.repairs import Gap, Judgement, Review, find_detached, find_holes
from siting.network.shipped.waypoints import LONGEST_M, add_waypoints
from siting.network.speeds import read_speeds

_LOG_COLUMNS = ["repair", "ref", "near", "lon", "lat", "gap_m", "network_m", "why"]
_NOT_JUDGED = "Nobody has judged yet whether it crosses water"


@dataclass(frozen=True)
class RoadBuild:
    """The road network as it ships.

    Parameters
    ----------
    nodes : pandas.DataFrame
        Columns node, lon, lat (WGS 84, degrees), kind (junction; waypoint, a point on a long road).
    links : pandas.DataFrame
        Columns u, v, length_m, highway, ref, name, kind; each link can be driven both ways. kind is
        road, connector, ferry, join (a closed hole), land_tie or water_tie (of a detached part).
    log : pandas.DataFrame
        One row a repair made or refused: repair, ref, near, lon, lat, gap_m, network_m, why.
    """

    nodes: pd.DataFrame
    links: pd.DataFrame
    log: pd.DataFrame


def build_road_tables(
    raw_gpkg: Path, towns: Points, folder: Path | None = None, *, longest_m: float = LONGEST_M
) -> RoadBuild:
    """Repair the raw road file and reduce it to junctions and links."""
    folder = folder or data_folder()
    detour = read_speeds(folder).access["detour"]
    repairs = _Repairs(Review(folder / "road_joins.toml"), towns, detour)
    graph = snap(read_lines(raw_gpkg))
    graph, holes = repairs.close_holes(graph)
    graph, ties = repairs.tie_detached(graph)
    whole = add_waypoints(graph, longest_m)
    lon, lat = _degrees(whole.xy)
    node = np.arange(len(lon))
    kind = np.where(node < len(graph.xy), "junction", "waypoint")
    nodes = pd.DataFrame({"node": node, "lon": lon, "lat": lat, "kind": kind})
    return RoadBuild(nodes, whole.links, pd.DataFrame([*holes, *ties], columns=_LOG_COLUMNS))


def write_road_tables(tables: RoadBuild, folder: Path) -> tuple[str, ...]:
    """Write road_nodes.csv, road_links.csv and road_build_log.csv with fixed formats."""
    nodes = tables.nodes.assign(
        lon=tables.nodes["lon"].map("{:.6f}".format), lat=tables.nodes["lat"].map("{:.6f}".format)
    )
    links = tables.links.assign(length_m=tables.links["length_m"].map("{:.1f}".format))
    files = {"road_nodes.csv": nodes, "road_links.csv": links, "road_build_log.csv": tables.log}
    for name, table in files.items():
        table.to_csv(folder / name, index=False, lineterminator="\n", encoding="utf-8")
    return tuple(f"{name}: {len(table)} rows" for name, table in files.items())


class _Repairs:
    """Makes the repairs that were judged sound, and logs every one made or refused."""

    def __init__(self, review: Review, towns: Points, detour: float) -> None:
        self._review = review
        self._towns = towns
        self._detour = detour
        east, north = Transformer.from_crs(4326, 3006, always_xy=True).transform(
            towns.lon, towns.lat
        )
        self._town_tree = cKDTree(np.stack([east, north], axis=1))

    def close_holes(self, graph: RawGraph) -> tuple[RawGraph, list[list[object]]]:
        """Join the ends of each hole that was judged to lie on land or on a bridge."""
        added, log = [], []
        for hole in find_holes(graph):
            lon, lat = _middle(graph, hole)
            judgement = self._review.hole(hole.ref, lon, lat)
            closed = judgement is not None and judgement.accepted
            repair = "hole closed" if closed else "hole left open"
            log.append(self._row(repair, graph, hole, judgement))
            if closed:
                added.append(_link(graph, hole, hole.gap_m, (_class_of(graph, hole), "join")))
        return _with_links(graph, added), log

    def tie_detached(self, graph: RawGraph) -> tuple[RawGraph, list[list[object]]]:
        """Tie each detached part to the nearest junction of the main part."""
        added, log = [], []
        for tie in find_detached(graph):
            lon, lat = _middle(graph, tie)
            judgement = self._review.detached(lon, lat)
            over_land = judgement is None or judgement.accepted
            length = tie.gap_m * (self._detour if over_land else 1.0)
            over = "land" if over_land else "water"
            log.append(self._row(f"detached part tied over {over}", graph, tie, judgement))
            highway = "access" if over_land else "water"
            added.append(_link(graph, tie, length, (highway, f"{over}_tie")))
        return _with_links(graph, added), log

    def _row(
        self, repair: str, graph: RawGraph, gap: Gap, judgement: Judgement | None
    ) -> list[object]:
        lon, lat = _middle(graph, gap)
        town = self._towns.ids[int(self._town_tree.query(graph.xy[gap.u])[1])]
        network = f"{gap.network_m:.0f}" if np.isfinite(gap.network_m) else ""
        why = judgement.why if judgement else _NOT_JUDGED
        near = judgement.near if judgement else town
        return [repair, gap.ref, near, f"{lon:.4f}", f"{lat:.4f}", f"{gap.gap_m:.0f}", network, why]


def _middle(graph: RawGraph, gap: Gap) -> tuple[float, float]:
    lon, lat = _degrees((graph.xy[[gap.u]] + graph.xy[[gap.v]]) / 2)
    return float(lon[0]), float(lat[0])


def _class_of(graph: RawGraph, hole: Gap) -> str:
    """Return the class of the hole's road where it ends."""
    links = graph.links
    touching = links["u"].isin([hole.u, hole.v]) | links["v"].isin([hole.u, hole.v])
    same_road = links["ref"].map(lambda ref: bool({*ref.split(";")} & {*hole.ref.split(";")}))
    return str(links.loc[touching & same_road, "highway"].mode().iloc[0])


def _link(
    graph: RawGraph, gap: Gap, length_m: float, class_and_kind: tuple[str, str]
) -> dict[str, object]:
    u, v = sorted((gap.u, gap.v))
    line = LineString(graph.xy[[u, v]])
    highway, kind = class_and_kind
    label = {"highway": highway, "ref": gap.ref, "name": "", "kind": kind, "line": line}
    return {"u": u, "v": v, "length_m": round(length_m, 1), **label}


def _with_links(graph: RawGraph, added: Iterable[dict[str, object]]) -> RawGraph:
    more = pd.DataFrame(list(added), columns=graph.links.columns).astype(graph.links.dtypes)
    links = pd.concat([graph.links, more])
    return RawGraph(graph.xy, links.sort_values(KEYS, ignore_index=True))


def _degrees(xy: Floats) -> tuple[Floats, Floats]:
    lon, lat = Transformer.from_crs(3006, 4326, always_xy=True).transform(xy[:, 0], xy[:, 1])
    return np.round(lon, 6), np.round(lat, 6)
