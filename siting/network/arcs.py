"""The arrays of a graph that a search for shortest paths needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
from scipy.sparse import csr_array

from siting.errors import Fault, InputError
from siting.types import Floats, Ints


@dataclass(frozen=True)
class Arcs:
    """The fastest link between each two junctions, in each direction.

    Parameters
    ----------
    lon, lat : ndarray of float, shape (n,)
        Junctions, WGS 84, degrees.
    tail, head : ndarray of int, shape (m,)
        Junctions where each arc starts and ends.
    minutes, metres : ndarray of float, shape (m,)
        Time and length of each arc.
    """

    lon: Floats
    lat: Floats
    tail: Ints
    head: Ints
    minutes: Floats
    metres: Floats

    def __len__(self) -> int:
        return len(self.lon)

    def matrix(self) -> csr_array:
        """Return the minutes as a sparse matrix; a stored 0 is an arc that takes no time."""
        size = len(self)
        rows = np.searchsorted(self.tail, np.arange(size + 1))
        return csr_array((self.minutes, self.head, rows), shape=(size, size))


def arcs_of(graph: "nx.MultiDiGraph[int]") -> Arcs:
    """Read the arcs of an OSMnx graph.

    Parameters
    ----------
    graph : networkx.MultiDiGraph
        Nodes carry x and y, edges carry length and travel_time.

    Returns
    -------
    Arcs
        Junctions in the order of the graph; arcs in order of tail, then head.

    Raises
    ------
    siting.errors.InputError
        Links have no length or travel time, or one that is negative or not a number.
    """
    row = {node: index for index, node in enumerate(graph)}
    lon, lat = (
        np.array([place for _, place in graph.nodes(data=axis)], dtype=np.float64) for axis in "xy"
    )
    edges = list(graph.edges(data=True))
    tail = np.array([row[u] for u, _, _ in edges], dtype=np.int64)
    head = np.array([row[v] for _, v, _ in edges], dtype=np.int64)
    seconds, metres = (_figures(edges, name) for name in ("travel_time", "length"))
    order = np.lexsort((metres, seconds, head, tail))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(tail[order]) != 0) | (np.diff(head[order]) != 0)
    best = order[first]
    return Arcs(lon, lat, tail[best], head[best], seconds[best] / 60, metres[best])


def _figures(edges: Sequence[tuple[Any, Any, dict[str, Any]]], name: str) -> Floats:
    found = np.array([row.get(name, np.nan) for _, _, row in edges], dtype=np.float64)
    # `not >= 0` holds for NaN as well.
    bad = int((~(found >= 0)).sum())
    if bad:
        problem = f"{bad} of {len(found)} links have none, or one that is negative or not a number"
        remedy = "Load the graph with load_road_network, which computes travel times"
        raise InputError([Fault("road network", f"edge {name}", None, problem, remedy)])
    return found
