"""What is wrong with the road tables of a data folder."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from siting.errors import Fault, InputError
from siting.network.tables import read_own_table
from siting.slips import cell, missing_column
from siting.table_file import read_texts, shortened
from siting.types import Bools

_COLUMNS = {
    "road_nodes.csv": (("kind",), ("node", "lon", "lat")),
    "road_links.csv": (("highway", "kind"), ("u", "v", "length_m")),
    "road_islands.csv": (("name",), ("lon", "lat", "radius_km")),
    "road_build_log.csv": (("repair", "near", "why"), ("gap_m",)),
}
_MAY_BE_EMPTY = {"road_links.csv": ("ref", "name"), "road_build_log.csv": ("ref",)}
_REMEDY = "Build the tables again with siting data build --raw DIR, or restore the file."


def road_table_faults(folder: Path) -> list[Fault]:
    """What is wrong with the road tables: each by itself, and links that end nowhere.

    Parameters
    ----------
    folder : Path
        The data folder.

    Returns
    -------
    list of Fault
        Of each table; ends of links are looked at only where all tables are sound by themselves.
    """
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
