"""Networks on disk: GraphML that OSMnx reads, and a compact Parquet form."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import osmnx as ox
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from siting.common.errors import Fault, InputError
from siting.common.file_limits import GRAPHML, refuse_entities, refuse_large, refuse_large_parquet
from siting.common.files import replace_file, telling
from siting.common.tables.hints import GREATEST
from siting.common.types import Floats, Ints, RoadGraph
from siting.network.link_times import Links
from siting.network.osm.tags import FERRY, duration_minutes
from siting.network.osm.ways import Streets, in_order
from siting.network.speeds import limit_kph

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


SUFFIXES = (".graphml", ".parquet")
_ABOUT = b"siting"
_DTYPES: dict[str, Callable[[str], Any]] = {"maxspeed": limit_kph, "duration": float}


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
    refuse_no_file(path)
    try:
        if path.suffix == ".parquet":
            return to_graph(*read_parquet(path))
        refuse_large(path, GRAPHML)
        with path.open("rb") as file:
            refuse_entities(file)
        graph = ox.load_graphml(path, edge_dtypes=_DTYPES)
    except InputError:
        raise
    # What a damaged file makes OSMnx, NetworkX, expat and Arrow raise is not documented by them.
    except Exception as error:
        raise no_saved_network(path, error) from error
    check_graph(graph, str(path))
    return graph


def refuse_no_file(path: Path) -> None:
    """Raise an error where there is no such file, or its ending is none of ours."""
    if path.suffix not in SUFFIXES or not path.is_file():
        problem = "is neither 'shipped' nor a GraphML or Parquet file that exists"
        remedy = "Write 'shipped', or a path that ends in .graphml or .parquet."
        raise InputError([Fault("scenario", "network.source", str(path), problem, remedy)])


def no_saved_network(path: Path, error: Exception) -> InputError:
    """The error for a file that holds no network, or half of one."""
    remedy = "Make it again with 'siting network build'."
    problem = f"is not a saved road network ({error})"
    return InputError([Fault(str(path), "file", path.name, problem, remedy)])


def about_of(schema: pa.Schema) -> dict[str, str]:
    """Where a network that `save_parquet` wrote comes from."""
    about: dict[str, str] = json.loads((schema.metadata or {})[_ABOUT])
    return about


def read_parquet(path: Path) -> tuple[Streets, dict[str, str]]:
    """Read what `save_parquet` wrote."""
    refuse_large_parquet(path)
    table = pq.read_table(path)
    about = about_of(table.schema)
    return Streets(_unpacked(table, "nodes"), _unpacked(table, "links")), about


def _packed(table: pd.DataFrame) -> pa.Array:
    rows = pa.Table.from_pandas(table, preserve_index=False).combine_chunks().to_struct_array()
    whole = pa.concat_arrays(rows.chunks) if isinstance(rows, pa.ChunkedArray) else rows
    return pa.ListArray.from_arrays(pa.array([0, len(whole)], pa.int32()), whole)


def _unpacked(table: pa.Table, name: str) -> pd.DataFrame:
    rows = table.column(name).combine_chunks().flatten()
    unpacked: pd.DataFrame = pa.Table.from_struct_array(rows).to_pandas()
    return unpacked


def _aside(path: Path, write: Callable[[Path], None]) -> None:
    """Write beside the target and move into place, so that nobody meets half a file."""
    with telling(path, "OUT"):
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, write)


_EAST, _NORTH = 180, 90
_COLUMNS = {
    "nodes": ("osmid", "x", "y"),
    "links": ("u", "v", "length", "highway", "maxspeed", "duration"),
}


@dataclass(frozen=True)
class StreetArrays:
    """Nodes and links of a saved network.

    Parameters
    ----------
    osmid : ndarray of int, shape (n,)
        Nodes, ascending.
    x, y : ndarray of float, shape (n,)
        Their positions, WGS 84, degrees.
    links : Links
        Ends are rows of the nodes.
    about : mapping of str to str
        Where they come from.
    """

    osmid: Ints
    x: Floats
    y: Floats
    links: Links
    about: Mapping[str, str]


def read_arrays(path: Path) -> StreetArrays:
    """Read what `siting.network.osm.files.save_parquet` wrote."""
    refuse_no_file(path)
    try:
        streets = _read(path)
    except InputError:
        raise
    # What a damaged file makes Arrow and its arrays raise is not documented by them.
    except Exception as error:
        raise no_saved_network(path, error) from error
    if faults := list(_faults(streets, path)):
        raise InputError(faults)
    return streets


def _read(path: Path) -> StreetArrays:
    refuse_large_parquet(path)
    with pq.ParquetFile(path) as file:
        about = about_of(file.schema_arrow)
        wanted = [
            f"{table}.list.element.{name}" for table, names in _COLUMNS.items() for name in names
        ]
        rows = file.read(columns=wanted)
    nodes, links = (_flat(rows, name) for name in _COLUMNS)
    osmid = _ints(nodes["osmid"])
    kinds = links["highway"].dictionary_encode()
    return StreetArrays(
        osmid=osmid,
        x=_floats(nodes["x"]),
        y=_floats(nodes["y"]),
        links=Links(
            tail=_rows(_ints(links["u"]), osmid),
            head=_rows(_ints(links["v"]), osmid),
            metres=_floats(links["length"]),
            kind=_ints(pc.fill_null(kinds.indices.cast(pa.int64()), -1)),
            kinds=tuple(kinds.dictionary.to_pylist()),
            limit=_floats(links["maxspeed"]),
            minutes=_floats(links["duration"]),
        ),
        about=about,
    )


def _faults(streets: StreetArrays, path: Path) -> Iterator[Fault]:
    """Figures that no road has."""
    links = streets.links
    away = ~((np.abs(streets.x) <= _EAST) & (np.abs(streets.y) <= _NORTH))
    known = {
        "nodes, x, y": (away, "nodes have no position on Earth in degrees"),
        "links, length": (
            ~((links.metres >= 0) & (links.metres < GREATEST)),
            "links have no length",
        ),
        "links, maxspeed": (links.limit <= 0, "links have a speed limit that is not above 0"),
        "links, duration": (links.minutes < 0, "links have a duration below 0"),
        "links, highway": (links.kind < 0, "links have no class of road"),
    }
    for key, (bad, problem) in known.items():
        if bad.any():
            remedy = "Make it again with 'siting network build'."
            yield Fault(str(path), key, int(bad.sum()), problem, remedy)
    if not len(links.metres):
        remedy = "Make it again with 'siting network build'."
        yield Fault(str(path), "links", 0, "there is no link in it", remedy)


def _flat(table: pa.Table, name: str) -> dict[str, pa.Array]:
    """The fields of the records in the one list of a column."""
    rows = table.column(name).combine_chunks().flatten()
    found = {field.name: rows.field(field.name) for field in rows.type}
    return {wanted: found[wanted] for wanted in _COLUMNS[name]}


def _floats(column: pa.Array) -> Floats:
    filled = pc.fill_null(column.cast(pa.float64()), np.nan)
    figures: Floats = filled.to_numpy(zero_copy_only=False)
    return figures


def _ints(column: pa.Array) -> Ints:
    numbers: Ints = column.cast(pa.int64()).to_numpy(zero_copy_only=False)
    return numbers


def _rows(ends: Ints, osmid: Ints) -> Ints:
    """Rows of the nodes where links end; both in ids of OpenStreetMap."""
    if len(osmid) and (np.diff(osmid) <= 0).any():
        raise ValueError("its nodes are not in order")
    found = np.minimum(np.searchsorted(osmid, ends), len(osmid) - 1)
    if (osmid[found] != ends).any():
        raise ValueError("a link ends at a node that is not there")
    return found
