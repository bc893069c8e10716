"""The road tables that ship, as arrays and as an OSMnx graph, and what may be wrong with them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import networkx as nx
import numpy as np
import osmnx as ox
import pandas as pd

from siting.common.errors import Fault, InputError
from siting.common.tables.columns import read_own_table
from siting.common.tables.hints import cell, missing_column
from siting.common.tables.read import read_texts, shortened
from siting.common.types import Bools, Floats, RoadGraph
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


_COLUMNS = {
    "road_nodes.csv": (("kind",), ("node", "lon", "lat")),
    "road_links.csv": (("highway", "kind"), ("u", "v", "length_m")),
    "road_islands.csv": (("name",), ("lon", "lat", "radius_km")),
    "road_build_log.csv": (("repair", "near", "why"), ("gap_m",)),
}
_MAY_BE_EMPTY = {"road_links.csv": ("ref", "name"), "road_build_log.csv": ("ref",)}
_REMEDY = "Build the tables again with siting data build --raw DIR, or restore the file."


def road_table_faults(folder: Path) -> list[Fault]:
    """What is wrong with the road tables: each by itself, and links that end nowhere."""
    faults: list[Fault] = []
    tables = {}
    for name, (texts, numbers) in _COLUMNS.items():
        path = folder / name
        try:
            tables[name] = read_own_table(path, texts, numbers)
            faults += _lacking(path)
            faults += shortened(_out_of_range(path, tables[name]), path)
        except InputError as error:
            faults += error.faults
    if not faults:
        path = folder / "road_links.csv"
        faults += shortened(_ends(path, tables["road_nodes.csv"], tables[path.name]), path)
    return faults


def _lacking(path: Path) -> Iterator[Fault]:
    wanted = _MAY_BE_EMPTY.get(path.name, ())
    found = read_texts(path).columns if wanted else ()
    for name in wanted:
        if name not in found:
            yield missing_column(path, name, found)


def _out_of_range(path: Path, table: pd.DataFrame) -> Iterator[Fault]:
    limits = {"lon": 180.0, "lat": 90.0}
    for name in table.columns.intersection(["lon", "lat"]):
        off = (table[name].abs() > limits[name]).to_numpy()
        yield from _cells(path, table, str(name), off, "is no position on Earth")
    for name in table.columns.intersection(["length_m", "radius_km", "gap_m"]):
        off = (table[name] < 0).to_numpy()
        yield from _cells(path, table, str(name), off, "must not be negative")
    if "node" in table:
        twice = table["node"].duplicated(keep=False).to_numpy()
        yield from _cells(path, table, "node", twice, "stands in more than one row")


def _ends(path: Path, nodes: pd.DataFrame, links: pd.DataFrame) -> Iterator[Fault]:
    for name in ("u", "v"):
        stray = ~links[name].isin(nodes["node"]).to_numpy()
        yield from _cells(path, links, name, stray, "there is no such junction")


def _cells(path: Path, table: pd.DataFrame, name: str, bad: Bools, problem: str) -> Iterator[Fault]:
    for row in np.flatnonzero(bad).tolist():
        yield Fault(str(path), cell(row, name), table[name].iloc[row], problem, _REMEDY)
