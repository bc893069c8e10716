"""A saved network as arrays, without a graph: what travel times need and nothing else."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from siting.errors import Fault, InputError
from siting.network.osm.store import about_of, no_saved_network, refuse_no_file
from siting.network.times import Links
from siting.sizes import refuse_large_parquet
from siting.slips import GREATEST
from siting.types import Floats, Ints

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
    """Read what `siting.network.osm.store.save_parquet` wrote.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    StreetArrays
        In the order of the file.

    Raises
    ------
    siting.errors.InputError
        It does not exist, or is not such a file.
    """
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
