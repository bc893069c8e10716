"""Find holes in numbered roads and parts that nothing reaches, and what a person judged of them."""

import math
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from siting.common.types import Floats, Ints
from siting.network.shipped.lines import RawGraph

_SAME_PLACE_KM = 1.0
_KM_PER_DEGREE = 111.2


@dataclass(frozen=True)
class Judgement:
    """A reviewed hole or detached part.

    Parameters
    ----------
    near : str
        The place that it lies near.
    accepted : bool
        A hole is closed; a detached part is reached over land.
    why : str
        The reason.
    """

    near: str
    accepted: bool
    why: str


class Review:
    """The judgements of a file such as ``data/road_joins.toml``.

    Parameters
    ----------
    path : pathlib.Path
        TOML file with the tables ``hole`` and ``detached``.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            tables = tomllib.load(file)
        self._holes: list[dict[str, Any]] = tables["hole"]
        self._detached: list[dict[str, Any]] = tables["detached"]

    def hole(self, ref: str, lon: float, lat: float) -> Judgement | None:
        """Return the judgement on a hole in a road at this position, if there is one."""
        for entry in self._holes:
            if entry["ref"] == ref and _same_place(entry, lon, lat):
                return Judgement(entry["near"], entry["close"], entry["why"])
        return None

    def detached(self, lon: float, lat: float) -> Judgement | None:
        """Return the judgement on the tie of a detached part, if there is one."""
        for entry in self._detached:
            if _same_place(entry, lon, lat):
                return Judgement(entry["near"], entry["over"] == "land", entry["why"])
        return None


def _same_place(entry: dict[str, Any], lon: float, lat: float) -> bool:
    east = (entry["lon"] - lon) * math.cos(math.radians(lat))
    return math.hypot(east, entry["lat"] - lat) * _KM_PER_DEGREE < _SAME_PLACE_KM


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


def find_holes(graph: RawGraph) -> list[Gap]:
    """Find where pieces of one numbered road lie close but are far apart along the network."""
    numbered = graph.links.assign(ref=graph.links["ref"].str.split(";")).explode("ref")
    lengths = _adjacency(len(graph.xy), graph.links)
    found: dict[tuple[int, int], list[str]] = {}
    for ref, road in numbered[numbered["ref"] != ""].groupby("ref", sort=True):
        for ends in _near_pieces(graph.xy, road):
            found.setdefault(ends, []).append(str(ref))
    holes = (
        _measure(graph.xy, lengths, ends, ";".join(refs)) for ends, refs in sorted(found.items())
    )
    return [hole for hole in holes if hole.network_m > _DETOUR * hole.gap_m + _ALLOWANCE_M]


def find_detached(graph: RawGraph) -> list[Gap]:
    """Find the shortest tie from each detached part to the main part of the network."""
    part = _parts(len(graph.xy), graph.links)
    main = np.bincount(part).argmax()
    rest = np.flatnonzero(part == main)
    detached = [np.flatnonzero(part == label) for label in np.unique(part) if label != main]
    ties = (_nearest(graph.xy, inside, rest) for inside in detached)
    return [Gap(u, v, gap, np.inf, "") for u, v, gap in ties]


def _near_pieces(xy: Floats, road: pd.DataFrame) -> Iterator[tuple[int, int]]:
    junctions, flat = np.unique(road[["u", "v"]], return_inverse=True)
    ends = flat.reshape(-1, 2)
    piece = _parts(len(junctions), pd.DataFrame({"u": ends[:, 0], "v": ends[:, 1]}))
    members = [junctions[piece == label] for label in range(piece.max() + 1)]
    for index, first in enumerate(members):
        for second in members[index + 1 :]:
            u, v, gap = _nearest(xy, first, second)
            if gap < _WIDEST_M:
                yield min(u, v), max(u, v)


def _nearest(xy: Floats, first: Ints, second: Ints) -> tuple[int, int, float]:
    distance, other = map(np.asarray, cKDTree(xy[second]).query(xy[first]))
    best = int(distance.argmin())
    return int(first[best]), int(second[other[best]]), float(distance[best])


def _measure(xy: Floats, lengths: csr_array, ends: tuple[int, int], ref: str) -> Gap:
    u, v = ends
    network = dijkstra(lengths, directed=False, indices=u)[v]
    return Gap(u, v, float(np.hypot(*(xy[u] - xy[v]))), float(network), ref)


def _adjacency(size: int, links: pd.DataFrame) -> csr_array:
    shortest = links.groupby(["u", "v"], as_index=False)["length_m"].min()
    ends = (shortest["u"].to_numpy(), shortest["v"].to_numpy())
    return coo_array((shortest["length_m"].to_numpy(), ends), shape=(size, size)).tocsr()


def _parts(size: int, links: pd.DataFrame) -> Ints:
    ends = (links["u"].to_numpy(), links["v"].to_numpy())
    joined = coo_array((np.ones(len(links)), ends), shape=(size, size))
    return connected_components(joined, directed=False)[1].astype(np.int64)
