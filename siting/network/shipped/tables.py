"""The road tables that ship, as arrays and as an OSMnx graph, and what may be wrong with them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import networkx as nx
import numpy as np
import osmnx as ox
import pandas as pd

from siting.common.errors import Fault, InputError
from siting.common.tables.columns import (
    NOT_NEGATIVE,
    ColumnSpec,
    Rule,
    label_column,
    on_earth,
    read_columns,
    unique,
)
from siting.common.tables.hints import cell
from siting.common.tables.read import shortened
from siting.common.types import Floats, RoadGraph
from siting.network.link_times import FALLBACK_CLASS, Links, add_stops, class_speeds, with_stops
from siting.network.speeds import Speeds

NODES, LINKS = "road_nodes.csv", "road_links.csv"


@dataclass(frozen=True, eq=False)
class RoadTables:
    """Junctions and roads.

    Parameters
    ----------
    nodes : DataFrame
        Columns node (ascending), lon, lat, kind.
    links : DataFrame
        Columns u, v, length_m, highway, ref, name, kind; every one can be driven both ways.
    """

    nodes: pd.DataFrame
    links: pd.DataFrame


def read_road_tables(folder: Path) -> RoadTables:
    """Read them."""
    # What can be wrong with them `siting.network.shipped.tables` has told before.
    nodes = pd.read_csv(folder / NODES).sort_values("node", ignore_index=True)
    links = pd.read_csv(folder / LINKS, keep_default_na=False)
    return RoadTables(nodes, links)


def table_links(tables: RoadTables) -> Links:
    """Each road in both directions, ends as rows of the nodes."""
    number, links = tables.nodes["node"].to_numpy(), tables.links
    ends = [np.searchsorted(number, links[end].to_numpy()) for end in "uv"]
    kind, kinds = pd.factorize(links["highway"])
    unknown = np.full(2 * len(links), np.nan)
    return Links(
        tail=np.concatenate(ends),
        head=np.concatenate(ends[::-1]),
        metres=np.tile(links["length_m"].to_numpy(dtype=np.float64), 2),
        kind=np.tile(kind, 2),
        kinds=tuple(kinds),
        limit=unknown,
        minutes=unknown,
    )


def table_seconds(links: Links, speeds: Speeds) -> Floats:
    """Travel time of each link, stops included: to the last bit what OSMnx gives for the graph."""
    by_class = class_speeds(speeds)
    kph = np.array([by_class.get(kind, by_class[FALLBACK_CLASS]) for kind in links.kinds])[
        links.kind
    ]
    return with_stops(links, kph, (links.metres / 1000) / (kph / (60 * 60)), speeds)


def table_graph(tables: RoadTables, speeds: Speeds) -> RoadGraph:
    """The same roads as a graph, with OSMnx's own speeds and travel times, and stops."""
    nodes, links = tables.nodes, tables.links
    graph: RoadGraph = nx.MultiDiGraph(crs="EPSG:4326")
    graph.add_nodes_from(
        (node, {"x": lon, "y": lat, "kind": kind})
        for node, lon, lat, kind in zip(*(nodes[name].tolist() for name in nodes), strict=True)
    )
    columns = ("u", "v", "length_m", "highway", "ref", "name", "kind")
    for u, v, metres, *label in zip(*(links[name].tolist() for name in columns), strict=True):
        attribute = {"length": metres, **dict(zip(columns[3:], label, strict=True))}
        graph.add_edges_from([(u, v, attribute), (v, u, attribute)])
    kph = class_speeds(speeds)
    ox.add_edge_speeds(graph, hwy_speeds=kph, fallback=kph[FALLBACK_CLASS])
    ox.add_edge_travel_times(graph)
    add_stops(graph, speeds)
    return graph


_REMEDY = "Build the tables again with siting data build --raw DIR, or restore the file."


def _number(*rules: Rule) -> ColumnSpec:
    return ColumnSpec(kind="number", rules=tuple(replace(rule, remedy=_REMEDY) for rule in rules))


_POSITION = {name: _number(on_earth(name)) for name in ("lon", "lat")}
_TEXT = ColumnSpec()
_COLUMNS = {
    NODES: {"node": _number(unique()), **_POSITION, "kind": label_column()},
    LINKS: {
        "u": _number(),
        "v": _number(),
        "length_m": _number(NOT_NEGATIVE),
        "highway": label_column(),
        "ref": _TEXT,
        "name": _TEXT,
        "kind": label_column(),
    },
    "road_islands.csv": {"name": label_column(), **_POSITION, "radius_km": _number(NOT_NEGATIVE)},
    "road_build_log.csv": {
        "repair": label_column(),
        "near": label_column(),
        "why": label_column(),
        "gap_m": _number(NOT_NEGATIVE),
        "ref": _TEXT,
    },
}


def road_table_faults(folder: Path) -> list[Fault]:
    """What is wrong with the road tables: each by itself, and links that end nowhere."""
    faults: list[Fault] = []
    tables = {}
    for name, columns in _COLUMNS.items():
        try:
            tables[name] = read_columns(folder / name, columns)
        except InputError as error:
            faults += error.faults
    if not faults:
        path = folder / LINKS
        faults += shortened(_ends(path, tables[NODES], tables[LINKS]), path)
    return faults


def _ends(path: Path, nodes: pd.DataFrame, links: pd.DataFrame) -> Iterator[Fault]:
    for name in ("u", "v"):
        for row, node in links.loc[~links[name].isin(nodes["node"]), name].items():
            problem = "there is no such junction"
            yield Fault(str(path), cell(int(str(row)), name), node, problem, _REMEDY)
