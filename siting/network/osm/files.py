"""Networks on disk: GraphML that OSMnx reads, and a compact Parquet form."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import osmnx as ox
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from siting.common.errors import Fault, InputError
from siting.common.file_limits import GRAPHML, refuse_entities, refuse_large, refuse_large_parquet
from siting.common.files import replace_file, telling
from siting.common.tables.hints import GREATEST
from siting.common.types import Bools, Ints, RoadGraph
from siting.network.link_times import Links
from siting.network.osm.tags import FERRY, duration_minutes
from siting.network.osm.ways import Streets, in_order
from siting.network.speeds import limit_kph

SUFFIXES = (".graphml", ".parquet")
_ABOUT = b"siting"
_DTYPES: dict[str, Callable[[str], Any]] = {"maxspeed": limit_kph, "duration": float}
_REMEDY = "Make it again with 'siting network build'."
_ALWAYS = ("osmid", "length", "highway", "oneway")
_WHERE_KNOWN = ("ref", "name", "maxspeed", "duration")


def to_graph(streets: Streets, about: Mapping[str, str]) -> RoadGraph:
    """Make an OSMnx graph."""
    graph: RoadGraph = nx.MultiDiGraph(crs="EPSG:4326", simplified=True)
    graph.graph.update(about)
    nodes, links = streets.nodes, streets.links
    graph.add_nodes_from(
        (node, {"x": x, "y": y})
        for node, x, y in zip(*(nodes[name].tolist() for name in ("osmid", "x", "y")), strict=True)
    )
    names = (*_ALWAYS, *_WHERE_KNOWN)
    for u, v, *values in links[["u", "v", *names]].itertuples(index=False):
        row = dict(zip(names, values, strict=True))
        # "" and NaN stand for what is not known; NaN is the only value that differs from itself.
        unknown = {name for name in _WHERE_KNOWN if row[name] == "" or row[name] != row[name]}
        graph.add_edge(u, v, **{name: row[name] for name in names if name not in unknown})
    return graph


def from_graph(graph: "nx.MultiDiGraph[Any]", source: str) -> Streets:
    """Read the tables from an OSMnx graph, from here or from elsewhere."""
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
    """Refuse a graph that no network can be made of, with everything that it lacks."""
    nodes = [row for _, row in graph.nodes(data=True)]
    links = [row for _, _, row in graph.edges(data=True)]
    wrong = "links have a length that is negative or no number"
    found = {
        ("node x, y", "nodes have no position in degrees"): [not _is_place(row) for row in nodes],
        ("edge length", "links have no length"): ["length" not in row for row in links],
        ("edge highway", "links have no highway"): [
            not {"highway", "route"} & row.keys() for row in links
        ],
        ("edge length", wrong): [not _is_length(row.get("length", 0)) for row in links],
    }
    faults = [(key, sum(bad), text) for (key, text), bad in found.items() if any(bad)]
    if not links:
        faults.append(("edges", 0, "there is no link in it"))
    if faults:
        remedy = "Use a graph that OSMnx or 'siting network build' saved, in degrees and metres."
        raise InputError(Fault(source, key, value, text, remedy) for key, value, text in faults)


def _is_length(value: object) -> bool:
    return isinstance(value, float | int) and not isinstance(value, bool) and 0 <= value < GREATEST


def save_graphml(graph: RoadGraph, path: Path) -> None:
    """Write GraphML that OSMnx reads back; whole or not at all."""
    _aside(path, lambda aside: ox.save_graphml(graph, aside))


def save_parquet(streets: Streets, about: dict[str, str], path: Path) -> None:
    """Write one Parquet file of one row, which holds nodes and links as lists."""
    table = pa.table({"nodes": _packed(streets.nodes), "links": _packed(streets.links)})
    table = table.replace_schema_metadata({_ABOUT: json.dumps(about, ensure_ascii=False)})
    _aside(path, lambda aside: pq.write_table(table, aside, compression="zstd"))


def read_network(path: Path) -> "nx.MultiDiGraph[Any]":
    """Read a graph that was saved."""
    with _reading(path):
        if path.suffix == ".parquet":
            return to_graph(*read_parquet(path))
        refuse_large(path, GRAPHML)
        with path.open("rb") as file:
            refuse_entities(file)
        graph = ox.load_graphml(path, edge_dtypes=_DTYPES)
    check_graph(graph, str(path))
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
    """Read what `save_parquet` wrote, or some of its columns, texts as categories."""
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


def _aside(path: Path, write: Callable[[Path], None]) -> None:
    """Write beside the target and move into place, so that nobody meets half a file."""
    with telling(path, "OUT"):
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, write)


_NODES: dict[str, Any] = {"osmid": "int64", "x": "float64", "y": "float64"}
_LINKS: dict[str, Any] = {
    **dict.fromkeys(("u", "v"), "int64"),
    **dict.fromkeys(("length", "maxspeed", "duration"), "float64"),
    "highway": "category",
}


def read_arrays(path: Path) -> tuple[pd.DataFrame, Links, Mapping[str, str]]:
    """Read nodes (osmid, ascending, x and y), links between rows of them, and where they are from.

    They are what `save_parquet` wrote; columns that travel times do not depend on are left out.
    """
    with _reading(path):
        tables = (("nodes", _NODES), ("links", _LINKS))
        wanted = [f"{table}.list.element.{name}" for table, names in tables for name in names]
        streets, about = read_parquet(path, wanted)
        nodes = streets.nodes.astype(_NODES)
        rows = streets.links.astype(_LINKS)
        osmid, kind = nodes["osmid"].to_numpy(), rows["highway"].cat
        links = Links(
            tail=_rows(rows["u"].to_numpy(), osmid),
            head=_rows(rows["v"].to_numpy(), osmid),
            metres=rows["length"].to_numpy(),
            kind=kind.codes.to_numpy().astype(np.int64),
            kinds=tuple(kind.categories),
            limit=rows["maxspeed"].to_numpy(),
            minutes=rows["duration"].to_numpy(),
        )
    if faults := list(_faults(nodes, links, path)):
        raise InputError(faults)
    return nodes, links, about


def _faults(nodes: pd.DataFrame, links: Links, path: Path) -> Iterator[Fault]:
    """Figures that no road has."""
    away = ~(nodes["x"].abs().le(180) & nodes["y"].abs().le(90)).to_numpy()
    bad_length = ~((links.metres >= 0) & (links.metres < GREATEST))
    known: dict[str, tuple[Bools, str]] = {
        "nodes, x, y": (away, "nodes have no position on Earth in degrees"),
        "links, length": (bad_length, "links have no length"),
        "links, maxspeed": (links.limit <= 0, "links have a speed limit that is not above 0"),
        "links, duration": (links.minutes < 0, "links have a duration below 0"),
        "links, highway": (links.kind < 0, "links have no class of road"),
    }
    for key, (bad, problem) in known.items():
        if bad.any():
            yield Fault(str(path), key, int(bad.sum()), problem, _REMEDY)
    if not len(links.metres):
        yield Fault(str(path), "links", 0, "there is no link in it", _REMEDY)


def _rows(ends: Ints, osmid: Ints) -> Ints:
    """Rows of the nodes where links end; both in ids of OpenStreetMap."""
    if (np.diff(osmid) <= 0).any():
        raise ValueError("its nodes are not in order")
    found = np.minimum(np.searchsorted(osmid, ends), len(osmid) - 1)
    if (osmid[found] != ends).any():
        raise ValueError("a link ends at a node that is not there")
    return found
