"""Make a road network from OpenStreetMap."""

import importlib.metadata
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from siting.common.errors import Fault, InputError
from siting.common.types import Ints, Points
from siting.network.osm.download import DownloadArea, Servers, download
from siting.network.osm.extract import read_extract
from siting.network.osm.files import from_graph, read_network, save_streets
from siting.network.osm.tags import Roads
from siting.network.osm.ways import CutOff, Streets, largest_part, make_links
from siting.network.speeds import Speeds

LICENCE = "© OpenStreetMap contributors, Open Database License (ODbL) 1.0"
_PACKAGES = ("osmnx", "networkx", "osmium")


@dataclass(frozen=True)
class Built:
    """A network that was built, and what was cut off.

    Parameters
    ----------
    streets : Streets
        Each part of the roads, as far as there are ways there and back.
    about : dict of str to str
        source, date, licence, filter and versions.
    cut_off : CutOff
        What lies off the largest.
    """

    streets: Streets
    about: dict[str, str]
    cut_off: CutOff


@dataclass(frozen=True)
class Residents:
    """Where people live, to tell how many of them are cut off.

    Parameters
    ----------
    places : Points
        Demand points, n of them.
    people : ndarray of int, shape (n,)
        Residents.
    """

    places: Points
    people: Ints


NOBODY = Residents(Points((), np.empty(0), np.empty(0)), np.empty(0, dtype=np.int64))


def save_network(built: Built, path: Path, speeds: Speeds) -> None:
    """Write a network as GraphML, with speeds and travel times, or as Parquet, without."""
    save_streets(built.streets, built.about, path, speeds)


def build_from_file(path: Path, roads: Roads, residents: Residents = NOBODY) -> Built:
    """Build a network from an extract."""
    extract = read_extract(path, roads)
    if not len(extract.node):
        remedy = "Use an extract that holds the nodes of its ways"
        problem = "holds no position of any node of a road"
        raise InputError([Fault(str(path), "--osm", path.name, problem, remedy)])
    return _finish(make_links(extract), path.name, extract.about, residents)


def build_from_graphml(path: Path, residents: Residents = NOBODY) -> Built:
    """Build a network from a graph that OSMnx saved."""
    graph = read_network(path)
    about = {"date": graph.graph.get("created_date", ""), "filter": ""} | graph.graph
    return _finish(from_graph(graph), path.name, about, residents)


def build_from_area(
    area: DownloadArea, roads: Roads, servers: Servers, residents: Residents = NOBODY
) -> Built:
    """Build a network of an area, downloaded with OSMnx."""
    extract = download(area, roads, servers)
    return _finish(make_links(extract), area.label, extract.about, residents)


def _finish(streets: Streets, source: str, known: dict[str, str], who: Residents) -> Built:
    if streets.links.empty:
        remedy = "Choose a larger area or other classes with --roads"
        raise InputError([Fault(source, "roads", known["filter"], "no link is left", remedy)])
    whole, cut_off = largest_part(streets, who.places, who.people)
    about = {
        "source": source,
        "date": str(known["date"]),
        "licence": LICENCE,
        "filter": str(known["filter"]),
        "notes": str(known.get("notes", "none")),
        "versions": " ".join(f"{name} {importlib.metadata.version(name)}" for name in _PACKAGES),
    }
    return Built(whole, about, cut_off)
