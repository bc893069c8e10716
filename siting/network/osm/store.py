"""Networks on disk: GraphML that OSMnx reads, and a compact Parquet form."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import osmnx as ox
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from siting.aside import replace_file, telling
from siting.errors import Fault, InputError
from siting.network.maxspeed import limit_kph
from siting.network.osm.graph import RoadGraph, check_graph, to_graph
from siting.network.osm.links import Streets
from siting.sizes import GRAPHML, refuse_entities, refuse_large, refuse_large_parquet

SUFFIXES = (".graphml", ".parquet")
_ABOUT = b"siting"
_DTYPES: dict[str, Callable[[str], Any]] = {"maxspeed": limit_kph, "duration": float}


def save_graphml(graph: RoadGraph, path: Path) -> None:
    """Write GraphML that OSMnx reads back; whole or not at all.

    Parameters
    ----------
    graph : networkx.MultiDiGraph
        As `to_graph` makes it.
    path : pathlib.Path
        Where to.
    """
    _aside(path, lambda aside: ox.save_graphml(graph, aside))


def save_parquet(streets: Streets, about: dict[str, str], path: Path) -> None:
    """Write one Parquet file of one row, which holds nodes and links as lists.

    Parameters
    ----------
    streets : Streets
        Nodes and links.
    about : dict of str to str
        Where the network comes from; goes into the metadata of the file.
    path : pathlib.Path
        Where to; whole or not at all.
    """
    table = pa.table({"nodes": _packed(streets.nodes), "links": _packed(streets.links)})
    table = table.replace_schema_metadata({_ABOUT: json.dumps(about, ensure_ascii=False)})
    _aside(path, lambda aside: pq.write_table(table, aside, compression="zstd"))


def read_network(path: Path) -> "nx.MultiDiGraph[Any]":
    """Read a graph that was saved.

    Parameters
    ----------
    path : pathlib.Path
        ``.graphml`` or ``.parquet``.

    Returns
    -------
    networkx.MultiDiGraph
        What was saved; its attributes say where it comes from.

    Raises
    ------
    siting.errors.InputError
        The file does not exist, or is not such a graph.
    """
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
    """Raise an error where there is no such file, or its ending is none of ours.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    siting.errors.InputError
        With what to write instead.
    """
    if path.suffix not in SUFFIXES or not path.is_file():
        problem = "is neither 'shipped' nor a GraphML or Parquet file that exists"
        remedy = "Write 'shipped', or a path that ends in .graphml or .parquet."
        raise InputError([Fault("scenario", "network.source", str(path), problem, remedy)])


def no_saved_network(path: Path, error: Exception) -> InputError:
    """The error for a file that holds no network, or half of one.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    error : Exception
        What its reader raised; becomes part of the text.

    Returns
    -------
    siting.errors.InputError
        For the caller to raise.
    """
    remedy = "Make it again with 'siting network build'."
    problem = f"is not a saved road network ({error})"
    return InputError([Fault(str(path), "file", path.name, problem, remedy)])


def about_of(schema: pa.Schema) -> dict[str, str]:
    """Where a network that `save_parquet` wrote comes from.

    Parameters
    ----------
    schema : pa.Schema
        The schema of the Parquet file.

    Returns
    -------
    dict of str to str
        What was kept about its making, by key.

    Raises
    ------
    KeyError
        It is another file.
    """
    about: dict[str, str] = json.loads((schema.metadata or {})[_ABOUT])
    return about


def read_parquet(path: Path) -> tuple[Streets, dict[str, str]]:
    """Read what `save_parquet` wrote.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    streets : Streets
        Nodes and links.
    about : dict of str to str
        Where they come from.

    Raises
    ------
    ValueError, KeyError, OSError
        It is not such a file.
    """
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
