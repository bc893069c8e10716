"""The arrays of a graph that a search for shortest paths needs."""

from collections.abc import Sequence
from typing import Any

import networkx as nx
import numpy as np

from siting.errors import Fault, InputError
from siting.types import Arcs, Deferred, Floats, Ints


def arcs_of(roads: "nx.MultiDiGraph[int] | Deferred") -> Arcs:
    """Read the arcs of a network.

    Parameters
    ----------
    roads : networkx.MultiDiGraph or Deferred
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
    if isinstance(roads, Deferred):
        return roads.arcs
    row = {node: index for index, node in enumerate(roads)}
    lon, lat = (
        np.array([place for _, place in roads.nodes(data=axis)], dtype=np.float64) for axis in "xy"
    )
    edges = list(roads.edges(data=True))
    tail = np.array([row[u] for u, _, _ in edges], dtype=np.int64)
    head = np.array([row[v] for _, v, _ in edges], dtype=np.int64)
    seconds, metres = (_figures(edges, name) for name in ("travel_time", "length"))
    order = np.lexsort((metres, seconds, head, tail))
    links = (tail[order], head[order], seconds[order], metres[order])
    return fastest_arcs(lon, lat, links)


def fastest_arcs(lon: Floats, lat: Floats, links: tuple[Ints, Ints, Floats, Floats]) -> Arcs:
    """Keep the fastest link between each two junctions.

    Parameters
    ----------
    lon, lat : ndarray of float, shape (n,)
        Junctions.
    links : tuple of ndarray, each of shape (m,)
        Tail, head, seconds and metres, in this order of importance sorted.

    Returns
    -------
    Arcs
        One arc for each ordered pair of junctions.

    Raises
    ------
    siting.errors.InputError
        Lengths or travel times are negative or not a number.
    """
    tail, head, seconds, metres = links
    refuse_figures(seconds, "travel_time")
    refuse_figures(metres, "length")
    best = np.ones(len(tail), dtype=bool)
    best[1:] = (np.diff(tail) != 0) | (np.diff(head) != 0)
    return Arcs(lon, lat, tail[best], head[best], seconds[best] / 60, metres[best])


def refuse_figures(found: Floats, name: str) -> None:
    """Raise an error for figures of links that are negative or not a number.

    Parameters
    ----------
    found : ndarray of float, shape (m,)
        One figure a link.
    name : str
        How the error names it: the attribute of the links.

    Raises
    ------
    siting.errors.InputError
        With how many there are.
    """
    # `not >= 0` holds for NaN as well.
    bad = int((~(found >= 0)).sum())
    if bad:
        problem = f"{bad} of {len(found)} links have none, or one that is negative or not a number"
        remedy = "Load the graph with load_road_network, which computes travel times"
        raise InputError([Fault("road network", f"edge {name}", None, problem, remedy)])


def _figures(edges: Sequence[tuple[Any, Any, dict[str, Any]]], name: str) -> Floats:
    return np.array([row.get(name, np.nan) for _, _, row in edges], dtype=np.float64)
