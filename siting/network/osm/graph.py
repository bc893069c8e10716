"""Street tables to OSMnx graphs and back."""

from collections.abc import Mapping
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

from siting.errors import Fault, InputError
from siting.network.maxspeed import limit_kph
from siting.network.osm.links import Streets, in_order
from siting.network.osm.tags import FERRY, duration_minutes
from siting.slips import GREATEST

type RoadGraph = nx.MultiDiGraph[int]

_ALWAYS = ("osmid", "length", "highway", "oneway")
_WHERE_KNOWN = ("ref", "name", "maxspeed", "duration")


def to_graph(streets: Streets, about: Mapping[str, str]) -> RoadGraph:
    """Make an OSMnx graph.

    Parameters
    ----------
    streets : Streets
        Nodes and links.
    about : mapping of str to str
        Where it comes from; becomes attributes of the graph.

    Returns
    -------
    networkx.MultiDiGraph
        Links carry osmid, length, highway and oneway, and where known ref, name, maxspeed (km/h)
        and duration (minutes).
    """
    graph: RoadGraph = nx.MultiDiGraph(crs="EPSG:4326", simplified=True)
    graph.graph.update(about)
    nodes, links = streets.nodes, streets.links
    graph.add_nodes_from(
        (node, {"x": x, "y": y})
        for node, x, y in zip(*(nodes[name].tolist() for name in ("osmid", "x", "y")), strict=True)
    )
    always = zip(*(links[name].tolist() for name in _ALWAYS), strict=True)
    known = zip(*(links[name].tolist() for name in _WHERE_KNOWN), strict=True)
    ends = zip(links["u"].tolist(), links["v"].tolist(), strict=True)
    for (u, v), labels, others in zip(ends, always, known, strict=True):
        row = dict(zip(_ALWAYS, labels, strict=True))
        # "" and NaN stand for what is not known; NaN is the only value that differs from itself.
        pairs = zip(_WHERE_KNOWN, others, strict=True)
        row |= {name: value for name, value in pairs if value != "" and value == value}  # noqa: PLR0124
        graph.add_edge(u, v, **row)
    return graph


def from_graph(graph: "nx.MultiDiGraph[Any]", source: str) -> Streets:
    """Read the tables from an OSMnx graph, from here or from elsewhere.

    Parameters
    ----------
    graph : networkx.MultiDiGraph
        Nodes carry x and y, links length and highway.
    source : str
        How errors name it.

    Returns
    -------
    Streets
        Of several values of one tag, as OSMnx leaves where it merged ways, the first holds; the
        mean of several speed limits.

    Raises
    ------
    siting.errors.InputError
        A node has no position, or a link no length or class.
    """
    check_graph(graph, source)
    positions = [(node, row["x"], row["y"]) for node, row in graph.nodes(data=True)]
    nodes = pd.DataFrame(positions, columns=["osmid", "x", "y"])
    rows = [_row(u, v, row) for u, v, row in graph.edges(data=True)]
    columns = ["u", "v", *_ALWAYS, *_WHERE_KNOWN]
    links = pd.DataFrame(rows, columns=columns)
    links = links.astype({"maxspeed": np.float64, "duration": np.float64, "oneway": np.bool_})
    return Streets(nodes.sort_values("osmid", ignore_index=True), in_order(links))


def _row(u: int, v: int, row: Mapping[str, Any]) -> tuple[Any, ...]:
    highway = FERRY if row.get("route") == FERRY else _first(row["highway"])
    duration = row.get("duration", np.nan)
    return (
        u,
        v,
        _first(row.get("osmid", 0)),
        float(row["length"]),
        str(highway),
        bool(row.get("oneway", False)),
        str(_first(row.get("ref", ""))),
        str(_first(row.get("name", ""))),
        limit_kph(row.get("maxspeed", "")),
        duration_minutes(duration) if isinstance(duration, str) else float(duration),
    )


def _first(value: object) -> object:
    return value[0] if isinstance(value, list) else value


def _is_place(row: Mapping[str, Any]) -> bool:
    lon, lat = (float(row.get(axis, np.nan)) for axis in "xy")
    return -180 <= lon <= 180 and -90 <= lat <= 90  # noqa: PLR2004 -- degrees


def check_graph(graph: "nx.MultiDiGraph[Any]", source: str) -> None:
    """Refuse a graph that no network can be made of, with everything that it lacks.

    Parameters
    ----------
    graph : networkx.MultiDiGraph
        To be looked at.
    source : str
        How errors name it.

    Raises
    ------
    siting.errors.InputError
        A node has no position, a link no class or no length that is a number from 0 on, or there
        is no link.
    """
    faults = []
    lost = sum(not _is_place(row) for _, row in graph.nodes(data=True))
    if lost:
        faults.append(("node x, y", lost, "nodes have no position in degrees"))
    for name, keys in (("length", {"length"}), ("highway", {"highway", "route"})):
        without = sum(not keys & row.keys() for _, _, row in graph.edges(data=True))
        if without:
            faults.append((f"edge {name}", without, f"links have no {name}"))
    wrong = sum(
        not _is_length(row["length"]) for _, _, row in graph.edges(data=True) if "length" in row
    )
    if wrong:
        faults.append(("edge length", wrong, "links have a length that is negative or no number"))
    if not graph.number_of_edges():
        faults.append(("edges", 0, "there is no link in it"))
    if faults:
        remedy = "Use a graph that OSMnx or 'siting network build' saved, in degrees and metres."
        raise InputError(Fault(source, key, value, text, remedy) for key, value, text in faults)


def _is_length(value: Any) -> bool:  # noqa: ANN401 - any attribute of a graph
    return _is_number(value) and bool(0 <= value < GREATEST)


def _is_number(value: Any) -> bool:  # noqa: ANN401 - any attribute of a graph
    return isinstance(value, float | int) and not isinstance(value, bool)
