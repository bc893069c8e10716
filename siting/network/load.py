"""From road tables or a saved network to an OSMnx graph with travel times."""

import csv
import hashlib
from pathlib import Path

import networkx as nx
import numpy as np
import osmnx as ox
import pandas as pd

from siting.errors import Fault, InputError
from siting.network.osm.store import read_network
from siting.network.speeds import Speeds, read_speeds
from siting.network.times import FALLBACK_CLASS, add_stops, add_times, class_speeds
from siting.shipped import data_folder
from siting.types import Access, Island, RoadNetwork

type RoadGraph = nx.MultiDiGraph[int]

_TABLES = ("road_nodes.csv", "road_links.csv", "road_islands.csv")
_LOG_SENTENCE = "{repair} near {near}{road}: {gap_km:.1f} km; {why}"
_ORIGIN = ("source", "date", "licence", "filter", "versions")


def load_road_network(
    source: str | Path = "shipped", *, speeds: str = "default", data: Path | None = None
) -> RoadNetwork:
    """Load a road network with speeds and travel times on every link.

    Parameters
    ----------
    source : str or pathlib.Path
        "shipped", or the path of a GraphML file that OSMnx wrote, or of a GraphML or Parquet file
        that ``siting network build`` wrote.
    speeds : str
        Profile in ``speeds.toml`` of the data folder.
    data : pathlib.Path, optional
        Data folder; by default the one that ships.

    Returns
    -------
    RoadNetwork
        Its graph carries length (metres), speed_kph and travel_time (seconds, waiting included).

    Raises
    ------
    siting.errors.InputError
        The source or the profile does not exist, or a table cannot be used.
    """
    folder = data or data_folder()
    profile = read_speeds(folder, speeds)
    shipped = source == "shipped"
    graph = _read_tables(folder) if shipped else read_network(Path(source))
    if shipped:
        kph = class_speeds(profile)
        ox.add_edge_speeds(graph, hwy_speeds=kph, fallback=kph[FALLBACK_CLASS])
        ox.add_edge_travel_times(graph)
        add_stops(graph, profile)
    else:
        add_times(graph, profile)
    access = _access(profile, folder, shipped=shipped)
    log = _read_log(folder) if shipped else _origin(graph)
    files = network_files(source, folder)
    return RoadNetwork(graph, access, str(source), log, files, _fingerprint(graph, access))


def network_files(source: str | Path, data: Path) -> dict[str, Path]:
    """The files that a road network is made from, by name.

    Parameters
    ----------
    source : str or pathlib.Path
        As `load_road_network` takes it.
    data : Path
        Data folder.
    """
    made_from = [data / name for name in _TABLES] if source == "shipped" else [Path(source)]
    return {path.name: path for path in [*made_from, data / "speeds.toml"]}


def _read_tables(folder: Path) -> RoadGraph:
    nodes = pd.read_csv(folder / "road_nodes.csv")
    links = pd.read_csv(folder / "road_links.csv", keep_default_na=False)
    stray = links[~(links["u"].isin(nodes["node"]) & links["v"].isin(nodes["node"]))]
    if len(stray):
        ends = stray[["u", "v"]].iloc[0].tolist()
        remedy = "Build the tables again"
        raise InputError([Fault("road_links.csv", "u, v", ends, "no such junction", remedy)])
    graph: RoadGraph = nx.MultiDiGraph(crs="EPSG:4326")
    graph.add_nodes_from(
        (node, {"x": lon, "y": lat, "kind": kind})
        for node, lon, lat, kind in zip(*(nodes[name].tolist() for name in nodes), strict=True)
    )
    columns = ("u", "v", "length_m", "highway", "ref", "name", "kind")
    for u, v, metres, *label in zip(*(links[name].tolist() for name in columns), strict=True):
        attribute = {"length": metres, **dict(zip(columns[3:], label, strict=True))}
        graph.add_edges_from([(u, v, attribute), (v, u, attribute)])
    return graph


def _access(speeds: Speeds, folder: Path, *, shipped: bool) -> Access:
    """Tie places to few points where there are streets, and to all where there are main roads."""
    figures = speeds.access
    return Access(
        radius_km=figures["radius_km"],
        detour=figures["detour"],
        kph=figures["kph"],
        water_kph=figures["water_kph"],
        far_km=figures["far_km"],
        limit_km=figures.get("limit_km", np.inf),
        most=0 if shipped else int(figures["most_streets"]),
        islands=_read_islands(folder) if shipped else (),
    )


def _read_islands(folder: Path) -> tuple[Island, ...]:
    table = pd.read_csv(folder / "road_islands.csv")
    columns = (table[name].tolist() for name in ("name", "lon", "lat", "radius_km"))
    return tuple(Island(*row) for row in zip(*columns, strict=True))


def _read_log(folder: Path) -> tuple[str, ...]:
    with (folder / "road_build_log.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            _LOG_SENTENCE.format(
                **row,
                road=f" (road {row['ref'].replace(';', ', ')})" if row["ref"] else "",
                gap_km=float(row["gap_m"]) / 1000,
            )
            for row in csv.DictReader(file)
        )


def _origin(graph: RoadGraph) -> tuple[str, ...]:
    """What a saved network says about where it comes from."""
    return tuple(f"{name}: {graph.graph[name]}" for name in _ORIGIN if graph.graph.get(name))


def _fingerprint(graph: RoadGraph, access: Access) -> str:
    digest = hashlib.sha256(repr(access).encode())
    places = sorted((node, row["x"], row["y"]) for node, row in graph.nodes(data=True))
    links = sorted(
        (u, v, attribute["travel_time"], attribute["length"])
        for u, v, attribute in graph.edges(data=True)
    )
    for table in (places, links):
        digest.update(np.asarray(table, dtype=np.float64).tobytes())
    return digest.hexdigest()
