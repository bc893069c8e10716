"""Find holes in numbered roads and parts that nothing reaches, and repair those judged sound."""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from osmnx.distance import great_circle
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree
from shapely import LineString

from siting.common.types import Floats, Ints, Points
from siting.network.connectors import nearest, tree_of
from siting.network.link_times import parts_of
from siting.network.shipped.lines import KEYS, RawGraph, degrees

# A hole is narrow, and the way around it is long: network > 2.5 x gap + 2 km (design, section 4).
_WIDEST_M = 8_000.0
_DETOUR = 2.5
_ALLOWANCE_M = 2_000.0


@dataclass(frozen=True)
class Gap:
    """Two junctions that a straight link might join.

    Parameters
    ----------
    u, v : int
        The junctions.
    gap_m : float
        Straight distance in metres.
    network_m : float
        Distance along the network in metres, infinite where there is no way.
    ref : str
        Numbers of the roads that have the gap, joined by ``;``; empty for a detached part.
    """

    u: int
    v: int
    gap_m: float
    network_m: float
    ref: str


def find_holes(graph: RawGraph) -> Iterator[Gap]:
    """Find where pieces of one numbered road lie close but are far apart along the network."""
    numbered = graph.links.assign(ref=graph.links["ref"].str.split(";")).explode("ref")
    found: dict[tuple[int, int, float], list[str]] = {}
    for ref, road in numbered[numbered["ref"] != ""].groupby("ref", sort=True):
        for pair in combinations(_pieces(road), 2):
            first, second, gap = _nearest(graph.xy, *pair)
            if gap < _WIDEST_M:
                ends = (min(first, second), max(first, second), gap)
                found.setdefault(ends, []).append(str(ref))
    lengths = _adjacency(len(graph.xy), graph.links)
    for (u, v, gap), refs in sorted(found.items()):
        network = float(dijkstra(lengths, directed=False, indices=u)[v])
        if network > _DETOUR * gap + _ALLOWANCE_M:
            yield Gap(u, v, gap, network, ";".join(refs))


def find_detached(graph: RawGraph) -> Iterator[Gap]:
    """Find the shortest tie from each detached part to the main part of the network."""
    parts = _pieces(graph.links)
    main = max(parts, key=len)
    for part in parts:
        if part is not main:
            yield Gap(*_nearest(graph.xy, part, main), np.inf, "")


def _pieces(links: pd.DataFrame) -> list[Ints]:
    """The junctions of each part of the links that hangs together."""
    junctions, flat = np.unique(links[["u", "v"]], return_inverse=True)
    piece = parts_of(len(junctions), *flat.reshape(-1, 2).T)
    return [junctions[piece == label] for label in range(piece.max() + 1)]


def _nearest(xy: Floats, first: Ints, second: Ints) -> tuple[int, int, float]:
    distance, other = map(np.asarray, cKDTree(xy[second]).query(xy[first]))
    best = int(distance.argmin())
    return int(first[best]), int(second[other[best]]), float(distance[best])


def _adjacency(size: int, links: pd.DataFrame) -> csr_array:
    shortest = links.groupby(["u", "v"], as_index=False)["length_m"].min()
    ends = (shortest["u"].to_numpy(), shortest["v"].to_numpy())
    return csr_array((shortest["length_m"].to_numpy(), ends), shape=(size, size))


_SAME_PLACE_M = 1000.0
_NOT_JUDGED = "Nobody has judged yet whether it crosses water"
type _Judged = Mapping[str, Any]
type _Link = dict[str, object]


class Repairs:
    """Makes the repairs that a person judged sound, and logs every one made or refused.

    Parameters
    ----------
    judgements : pathlib.Path
        TOML file with the tables ``hole`` and ``detached``, such as ``data/road_joins.toml``.
    towns : Points
        The nearest is named in the log where nobody has judged.
    detour : float
        Length of a link over land in straight lines.
    """

    def __init__(self, judgements: Path, towns: Points, detour: float) -> None:
        self._judgements = tomllib.loads(judgements.read_text(encoding="utf-8"))
        self._towns = towns
        self._town_tree = tree_of(towns.lon, towns.lat)
        self._detour = detour

    def make(self, graph: RawGraph) -> tuple[RawGraph, list[list[object]]]:
        """Close holes judged to lie on land or a bridge, then tie parts that nothing reaches."""
        graph, holes = self._each(graph, "hole", find_holes(graph), _close)
        graph, ties = self._each(graph, "detached", find_detached(graph), self._tie)
        return graph, [*holes, *ties]

    def _each(
        self,
        graph: RawGraph,
        table: str,
        gaps: Iterable[Gap],
        repair: Callable[[RawGraph, Gap, _Judged], tuple[str, list[_Link]]],
    ) -> tuple[RawGraph, list[list[object]]]:
        added, log = [], []
        for gap in gaps:
            at = _middle(graph, gap)
            judged = self._judged(table, gap, at)
            what, links = repair(graph, gap, judged)
            added += links
            log.append(self._row(what, gap, at, judged))
        more = pd.DataFrame(added, columns=graph.links.columns).astype(graph.links.dtypes)
        merged = pd.concat([graph.links, more])
        return RawGraph(graph.xy, merged.sort_values(KEYS, ignore_index=True)), log

    def _tie(self, graph: RawGraph, tie: Gap, judged: _Judged) -> tuple[str, list[_Link]]:
        if judged.get("over", "land") == "land":
            link = _link(graph, tie, tie.gap_m * self._detour, "access", "land_tie")
            return "detached part tied over land", [link]
        link = _link(graph, tie, tie.gap_m, "water", "water_tie")
        return "detached part tied over water", [link]

    def _judged(self, table: str, gap: Gap, at: Points) -> _Judged:
        """What a person judged of a gap; nothing where nobody has."""
        for entry in self._judgements[table]:
            away_m = great_circle(at.lat[0], at.lon[0], entry["lat"], entry["lon"])
            if entry.get("ref", "") == gap.ref and away_m < _SAME_PLACE_M:
                return dict(entry)
        return {}

    def _row(self, repair: str, gap: Gap, at: Points, judged: _Judged) -> list[object]:
        town = self._towns.ids[int(nearest(self._town_tree, at)[1][0])]
        network = f"{gap.network_m:.0f}" if np.isfinite(gap.network_m) else ""
        near, why = judged.get("near", town), judged.get("why", _NOT_JUDGED)
        where = (f"{at.lon[0]:.4f}", f"{at.lat[0]:.4f}")
        return [repair, gap.ref, near, *where, f"{gap.gap_m:.0f}", network, why]


def _middle(graph: RawGraph, gap: Gap) -> Points:
    return Points(("",), *degrees((graph.xy[[gap.u]] + graph.xy[[gap.v]]) / 2))


def _close(graph: RawGraph, hole: Gap, judged: _Judged) -> tuple[str, list[_Link]]:
    if not judged.get("close", False):
        return "hole left open", []
    return "hole closed", [_link(graph, hole, hole.gap_m, _class_of(graph, hole), "join")]


def _class_of(graph: RawGraph, hole: Gap) -> str:
    """Return the class of the hole's road where it ends."""
    links = graph.links
    touching = links["u"].isin([hole.u, hole.v]) | links["v"].isin([hole.u, hole.v])
    same_road = links["ref"].map(lambda ref: bool({*ref.split(";")} & {*hole.ref.split(";")}))
    return str(links.loc[touching & same_road, "highway"].mode().iloc[0])


def _link(graph: RawGraph, gap: Gap, length_m: float, highway: str, kind: str) -> _Link:
    u, v = sorted((gap.u, gap.v))
    line = LineString(graph.xy[[u, v]])
    label = {"highway": highway, "ref": gap.ref, "name": "", "kind": kind, "line": line}
    return {"u": u, "v": v, "length_m": round(length_m, 1), **label}
