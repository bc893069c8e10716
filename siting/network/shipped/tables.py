"""The road tables that ship, as arrays and as a graph, and what may be wrong with them."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd

from siting.common.errors import Fault, gathering, refuse_all
from siting.common.tables.columns import (
    NOT_NEGATIVE,
    ColumnSpec,
    Rule,
    label_column,
    on_earth,
    read_columns,
    unique,
)
from siting.common.tables.file import shortened
from siting.common.tables.hints import cell
from siting.common.types import RoadGraph
from siting.network.link_times import Links

NODES, LINKS = "road_nodes.csv", "road_links.csv"
ISLANDS, LOG = "road_islands.csv", "road_build_log.csv"
type RoadTables = Mapping[str, pd.DataFrame]
"""By the name of the file.

Nodes are junctions or waypoints, which are points on a long road. Links can be driven both ways;
their kind is road, connector, ferry, join (a closed hole), land_tie or water_tie (of a detached
part). The log has a row a repair made or refused. Islands are what no road reaches.
"""

_REMEDY = "Build the tables again with siting data build --raw DIR, or restore the file."


def _number(*rules: Rule) -> ColumnSpec:
    return ColumnSpec(kind="number", rules=tuple(replace(rule, remedy=_REMEDY) for rule in rules))


_POSITION = {name: _number(on_earth(name)) for name in ("lon", "lat")}
_LABEL, _TEXT, _METRES = label_column(), ColumnSpec(), _number(NOT_NEGATIVE)
_COLUMNS = {
    NODES: {"node": _number(unique()), **_POSITION, "kind": _LABEL},
    LINKS: {
        **dict.fromkeys(("u", "v"), _number()),
        "length_m": _METRES,
        "highway": _LABEL,
        "ref": _TEXT,
        "name": _TEXT,
        "kind": _LABEL,
    },
    ISLANDS: {"name": _LABEL, **_POSITION, "radius_km": _number(NOT_NEGATIVE)},
    LOG: {"repair": _LABEL, "near": _LABEL, "why": _LABEL, "gap_m": _METRES, "ref": _TEXT},
}


def read_road_tables(folder: Path) -> RoadTables:
    """Read them, nodes in order, or raise an error for all that is wrong with them."""
    faults: list[Fault] = []
    tables = {}
    for name, columns in _COLUMNS.items():
        with gathering(faults):
            tables[name] = read_columns(folder / name, columns)
    if not faults:
        path = folder / LINKS
        faults += shortened(_ends(path, tables[NODES], tables[LINKS]), path)
    refuse_all(faults)
    nodes = tables[NODES].astype({"node": np.int64}).sort_values("node", ignore_index=True)
    links = tables[LINKS].astype({"u": np.int64, "v": np.int64})
    return {**tables, NODES: nodes, LINKS: links}


def _ends(path: Path, nodes: pd.DataFrame, links: pd.DataFrame) -> Iterator[Fault]:
    for name in ("u", "v"):
        for row, node in links.loc[~links[name].isin(nodes["node"]), name].items():
            problem = "there is no such junction"
            yield Fault(str(path), cell(row, name), node, problem, _REMEDY)


def table_links(tables: RoadTables) -> Links:
    """Each road in both directions, ends as rows of the nodes."""
    number, links = tables[NODES]["node"].to_numpy(), tables[LINKS]
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
        through=np.isfinite(unknown),
    )


def table_graph(tables: RoadTables) -> RoadGraph:
    """The same roads as a graph."""
    graph: RoadGraph = nx.MultiDiGraph(crs="EPSG:4326")
    nodes = tables[NODES][["node", "lon", "lat", "kind"]].itertuples(index=False)
    graph.add_nodes_from((node, {"x": x, "y": y, "kind": kind}) for node, x, y, kind in nodes)
    links = tables[LINKS].rename(columns={"length_m": "length"})
    for u, v, *values in links.itertuples(index=False):
        attributes = dict(zip(links.columns[2:], values, strict=True))
        graph.add_edges_from([(u, v, attributes), (v, u, attributes)])
    return graph
