"""Apply the rules of `siting.network.osm.tags` to a graph that OSMnx downloaded."""

from typing import Any

import networkx as nx
import osmnx as ox

from siting.network.osm.tags import Roads, Way, read_way


def keep_drivable(graph: "nx.MultiDiGraph[Any]", roads: Roads) -> "nx.MultiDiGraph[Any]":
    """Drop what no car may use, and merge the steps of each way between crossings.

    Parameters
    ----------
    graph : networkx.MultiDiGraph
        Not simplified; links carry the tags of their way, ``length`` and ``reversed``. It is
        changed in place.
    roads : {"main", "drive", "all"}
        Which classes are wanted.

    Returns
    -------
    networkx.MultiDiGraph
        Links carry osmid, length, highway, ref, name, oneway, maxspeed (km/h) and duration
        (minutes).
    """
    metres: dict[int, float] = {}
    for _, _, row in graph.edges(data=True):
        if not row["reversed"]:
            metres[row["osmid"]] = metres.get(row["osmid"], 0.0) + row["length"]
    dropped = []
    for u, v, key, row in graph.edges(keys=True, data=True):
        tags = {name: str(value) for name, value in row.items() if isinstance(value, str)}
        # OSMnx has turned the tag into yes or no, and the way around where it ran against it.
        way = read_way({**tags, "oneway": "yes" if row["oneway"] else ""}, roads)
        if way is None or (row["reversed"] and not way.backward):
            dropped.append((u, v, key))
        else:
            share = row["length"] / metres[row["osmid"]] if metres[row["osmid"]] else 0.0
            _relabel(row, way, share)
    graph.remove_edges_from(dropped)
    graph.remove_nodes_from([*nx.isolates(graph)])
    if not graph.number_of_edges():
        return graph
    return ox.simplify_graph(
        graph, edge_attrs_differ=["osmid"], edge_attr_aggs={"length": sum, "duration": sum}
    )


def _relabel(row: dict[str, Any], way: Way, share: float) -> None:
    """Replace the tags of a step by what they mean; ``share`` is its share of the way."""
    kept = {name: row[name] for name in ("osmid", "length", "reversed")}
    row.clear()
    row |= kept
    row |= {"highway": way.highway, "ref": way.ref, "name": way.name}
    row["oneway"] = way.forward != way.backward
    row["maxspeed"] = way.limit_backward if row["reversed"] else way.limit_forward
    row["duration"] = way.duration * share
