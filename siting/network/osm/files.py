"""Networks on disk: GraphML that OSMnx reads, and a compact Parquet form."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import osmnx as ox
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import ArrayLike

from siting.common.errors import Fault, InputError
from siting.common.file_limits import GRAPHML, refuse_entities, refuse_large, refuse_large_parquet
from siting.common.files import replace_file, telling
from siting.common.tables.hints import GREATEST
from siting.common.types import Bools, Floats, Ints, RoadGraph
from siting.network.link_times import Links, add_times, first_of, links_of, nodes_of
from siting.network.osm.access import Notes, in_words
from siting.network.osm.tags import CLASSES, FERRY, duration_minutes, is_through, read_way
from siting.network.osm.ways import COLUMNS, Streets, in_order
from siting.network.speeds import GREATEST_KPH, Speeds, limit_kph

SUFFIXES = (".graphml", ".parquet")
_EMPTY = "there is no link in it"
_SHORT = "links are shorter than the straight lines between their ends, as in kilometres"
_ABOUT = b"siting"
_REMEDY = "Make it again with 'siting network build'."
_GRAPH_REMEDY = "Use a graph that OSMnx or 'siting network build' saved, in degrees and metres."
_DTYPES: dict[str, Any] = {"maxspeed": limit_kph, "duration": duration_minutes}
_ABSENT = {
    **dict.fromkeys(("ref", "name", "maxspeed", "through"), ""),
    "osmid": 0,
    "oneway": False,
    "duration": np.nan,
}
_OURS = frozenset({FERRY, "sea_ferry", "access", "water"})
"""Classes of the shipped network that OpenStreetMap does not have as roads."""
_NAMES = COLUMNS[2:]


def to_graph(streets: Streets, about: Mapping[str, str]) -> RoadGraph:
    """Make an OSMnx graph."""
    graph: RoadGraph = nx.MultiDiGraph(crs="EPSG:4326", simplified=True)
    graph.graph.update(about)
    nodes = streets.nodes[["osmid", "x", "y"]].itertuples(index=False)
    graph.add_nodes_from((node, {"x": x, "y": y}) for node, x, y in nodes)
    for u, v, *values in streets.links[["u", "v", *_NAMES]].itertuples(index=False):
        row = zip(_NAMES, values, strict=True)
        # "" and NaN stand for what is not known.
        known = {name: value for name, value in row if value != "" and value == value}  # noqa: PLR0124 -- NaN alone differs from itself
        graph.add_edge(u, v, **known)
    return graph


def from_graph(graph: "nx.MultiDiGraph[Any]") -> Streets:
    """Read the tables from an OSMnx graph, from here or from elsewhere."""
    rows = ({**_ABSENT, **row, "u": u, "v": v} for u, v, row in graph.edges(data=True))
    links = pd.DataFrame(rows, columns=["u", "v", *_NAMES])
    limits = links["maxspeed"].map(limit_kph)
    links = links.map(first_of).assign(maxspeed=limits)
    return Streets(nodes_of(graph), in_order(links.astype({"length": float, "oneway": bool})))


def _keep_roads(graph: "nx.MultiDiGraph[Any]") -> None:
    """Leave out what cars may not drive in a graph from elsewhere, and call ferries by name."""
    notes: Notes = Counter()
    for u, v, key, row in list(graph.edges(keys=True, data=True)):
        kind = str(row.get("highway"))
        if {"highway", "route"} & row.keys() and not _for_cars(row):
            notes["links left out as no car may drive them", kind] += 1
            graph.remove_edge(u, v, key)
        elif "maxspeed" in row and np.isnan(limit_kph(row["maxspeed"])):
            notes["speed limits ignored", f"of {kind}"] += 1
        row.update({"highway": FERRY} if row.get("route") == FERRY else {})
        # Of merged ways one may be a bridge and the others none.
        whole = not isinstance(row.get("osmid"), list)
        row.update({"through": "yes"} if whole and is_through(row) else {})
        row.update({"duration": sum(row["duration"])} if type(row.get("duration")) is list else {})
    if notes:
        graph.remove_nodes_from(list(nx.isolates(graph)))
        graph.graph["notes"] = in_words(notes)


def _for_cars(row: Mapping[str, Any]) -> bool:
    """Whether cars may drive a link all along; where ways were merged it has lists of tags."""
    first = {key: str(first_of(value)) for key, value in row.items() if key != "geometry"}
    lists = [(key, one) for key, each in row.items() if isinstance(each, list) for one in each]
    every = [first, *({**first, key: str(one)} for key, one in lists)]
    return all(tags.get("highway") in _OURS or read_way(tags, "all") for tags in every)


def _off_earth(x: Floats, y: Floats) -> Bools:
    return ~((np.abs(x) <= 180) & (np.abs(y) <= 90))  # noqa: PLR2004 -- degrees


def _no_length(metres: Floats) -> Bools:
    return ~((metres >= 0) & (metres < GREATEST))


def _no_metres(graph: "nx.MultiDiGraph[Any]", x: Floats, y: Floats, metres: Floats) -> bool:
    """Whether links as a whole are less than half as long as the straight lines between ends."""
    if _off_earth(x, y).any():
        return False
    at = dict(zip(graph, zip(y, x, strict=True), strict=True))
    ends = np.array([[*at[u], *at[v]] for u, v in graph.edges()]).reshape(-1, 4)
    straight = ox.distance.great_circle(*ends.T)
    return bool(metres.sum() < straight.sum() / 2)


def _check_graph(graph: "nx.MultiDiGraph[Any]", path: Path) -> None:
    """Refuse a graph that no network can be made of, with everything that it lacks."""
    nodes = [row for _, row in graph.nodes(data=True)]
    links = [row for _, _, row in graph.edges(data=True)]
    x, y = (np.array([row.get(axis, np.nan) for row in nodes], dtype=np.float64) for axis in "xy")
    metres = np.array([row.get("length", 0.0) for row in links], dtype=np.float64)
    wrong = "links have a length that is negative or no number"
    no_length = ["length" not in row for row in links]
    known = ({"highway", "route"} & row.keys() for row in links)
    bad = (
        ("node x, y", "nodes have no position in degrees", _off_earth(x, y)),
        ("edge length", "links have no length", no_length),
        ("edge highway", "links have no highway", [not names for names in known]),
        ("edge length", wrong, _no_length(metres)),
        ("edge length", _SHORT, not any(no_length) and _no_metres(graph, x, y, metres)),
        ("edges", f"{_EMPTY} for cars ({graph.graph.get('notes', 'none at all')})", not links),
    )
    _refuse(path, bad, _GRAPH_REMEDY)


def _refuse(path: Path, found: Iterable[tuple[str, str, ArrayLike]], remedy: str) -> None:
    """Raise an error for what is wrong somewhere, with how often; found are key, problem, where."""
    wrong = [(key, problem, np.asarray(bad)) for key, problem, bad in found if np.any(bad)]
    if wrong:
        raise InputError(
            Fault(str(path), key, int(bad.sum()) if bad.ndim else 0, problem, remedy)
            for key, problem, bad in wrong
        )


def check_target(path: Path) -> None:
    """Refuse a path that no network can be written to, before any work is done."""
    if path.suffix not in SUFFIXES:
        remedy = f"Let it end in {' or '.join(SUFFIXES)}"
        problem = "the ending does not say what to write"
        raise InputError([Fault("siting network build", "OUT", str(path), problem, remedy)])


def save_streets(streets: Streets, about: dict[str, str], path: Path, speeds: Speeds) -> None:
    """Write GraphML, with speeds and travel times, or Parquet, without; whole or not at all."""
    check_target(path)
    with telling(path, "OUT"):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".parquet":
            replace_file(path, partial(_write_parquet, streets, about))
        else:
            graph = to_graph(streets, about)
            add_times(graph, speeds)
            replace_file(path, partial(ox.save_graphml, graph))


def _write_parquet(streets: Streets, about: dict[str, str], path: Path) -> None:
    """Write one Parquet file of one row, which holds nodes and links as lists."""
    table = pa.table({"nodes": _packed(streets.nodes), "links": _packed(streets.links)})
    table = table.replace_schema_metadata({_ABOUT: json.dumps(about, ensure_ascii=False)})
    pq.write_table(table, path, compression="zstd")


def read_network(path: Path) -> "nx.MultiDiGraph[Any]":
    """Read a graph that was saved."""
    with _reading(path):
        if path.suffix == ".parquet":
            return to_graph(*read_parquet(path))
        refuse_large(path, GRAPHML)
        with path.open("rb") as file:
            refuse_entities(file)
        graph = ox.load_graphml(path, edge_dtypes=_DTYPES)
        _keep_roads(graph)
    _check_graph(graph, path)
    return graph


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Raise an error where there is no such file, its ending is none of ours, or it is damaged."""
    if path.suffix not in SUFFIXES or not path.is_file():
        problem = "is neither 'shipped' nor a GraphML or Parquet file that exists"
        remedy = "Write 'shipped', or a path that ends in .graphml or .parquet."
        raise InputError([Fault("scenario", "network.source", str(path), problem, remedy)])
    try:
        yield
    except InputError:
        raise
    # What a damaged file makes OSMnx, NetworkX, expat and Arrow raise is not documented by them.
    except Exception as error:
        problem = f"is not a saved road network ({error})"
        raise InputError([Fault(str(path), "file", path.name, problem, _REMEDY)]) from error


def read_parquet(
    path: Path, columns: Sequence[str] | None = None
) -> tuple[Streets, dict[str, str]]:
    """Read what `save_streets` wrote, or some of its columns, texts as categories."""
    refuse_large_parquet(path)
    with pq.ParquetFile(path) as file:
        about: dict[str, str] = json.loads((file.schema_arrow.metadata or {})[_ABOUT])
        table = file.read(columns=columns)
    rows = (table.column(name).combine_chunks().flatten() for name in ("nodes", "links"))
    pandas = {"strings_to_categorical": columns is not None}
    return Streets(*(pa.Table.from_struct_array(each).to_pandas(**pandas) for each in rows)), about


def _packed(table: pd.DataFrame) -> pa.Array:
    rows = pa.Table.from_pandas(table, preserve_index=False).combine_chunks().to_struct_array()
    whole = pa.concat_arrays(rows.chunks) if isinstance(rows, pa.ChunkedArray) else rows
    return pa.ListArray.from_arrays(pa.array([0, len(whole)], pa.int32()), whole)


_NODES: dict[str, Any] = {"osmid": "int64", "x": "float64", "y": "float64"}
_LINKS: dict[str, Any] = {
    **dict.fromkeys(("u", "v"), "int64"),
    **dict.fromkeys(("length", "maxspeed", "duration"), "float64"),
    **dict.fromkeys(("highway", "through"), "category"),
}


def read_roads(
    path: Path,
) -> tuple[pd.DataFrame, Links, Mapping[str, str], Callable[[], RoadGraph]]:
    """Read nodes (osmid, ascending, x, y), links between rows of them, and where they are from.

    The last makes a graph of the same roads.
    """
    if path.suffix == ".parquet":
        return *_read_arrays(path), partial(read_network, path)
    graph = read_network(path)
    return nodes_of(graph), links_of(graph), graph.graph, lambda: graph


def _read_arrays(path: Path) -> tuple[pd.DataFrame, Links, Mapping[str, str]]:
    """Read what `save_streets` wrote, without columns that travel times do not depend on."""
    with _reading(path):
        tables = (("nodes", _NODES), ("links", _LINKS))
        wanted = [f"{table}.list.element.{name}" for table, names in tables for name in names]
        streets, about = read_parquet(path, wanted)
        nodes = streets.nodes.astype(_NODES)
        # Networks of before know nothing of bridges.
        rows = streets.links.reindex(columns=[*_LINKS]).astype(_LINKS)
        osmid, kind = nodes["osmid"].to_numpy(), rows["highway"].cat
        limit, odd = (
            rows["maxspeed"].to_numpy(),
            sorted({*kind.categories} - CLASSES["all"] - _OURS),
        )
        links = Links(
            tail=_rows(rows["u"].to_numpy(), osmid),
            head=_rows(rows["v"].to_numpy(), osmid),
            metres=rows["length"].to_numpy(),
            kind=kind.codes.to_numpy().astype(np.int64),
            kinds=tuple(kind.categories),
            limit=np.where(limit > GREATEST_KPH, np.nan, limit),
            minutes=rows["duration"].to_numpy(),
            through=(rows["through"] == "yes").to_numpy(),
        )
    away = _off_earth(nodes["x"].to_numpy(), nodes["y"].to_numpy())
    bad = (
        ("nodes, x, y", "nodes have no position on Earth in degrees", away),
        ("links, length", "links have no length", _no_length(links.metres)),
        ("links, maxspeed", "links have a speed limit that is not above 0", links.limit <= 0),
        ("links, duration", "links have a duration below 0", links.minutes < 0),
        ("links, highway", "links have no class of road", links.kind < 0),
        ("links, highway", f"links are not for cars ({', '.join(odd)})", rows["highway"].isin(odd)),
        ("links", _EMPTY, not len(links.metres)),
    )
    _refuse(path, bad, _REMEDY)
    return nodes, links, about


def _rows(ends: Ints, osmid: Ints) -> Ints:
    """Rows of the nodes where links end; both in ids of OpenStreetMap."""
    if (np.diff(osmid) <= 0).any():
        raise ValueError("its nodes are not in order")
    found = np.minimum(np.searchsorted(osmid, ends), len(osmid) - 1)
    if (osmid[found] != ends).any():
        raise ValueError("a link ends at a node that is not there")
    return found
