"""From road tables or a saved network to an OSMnx graph with travel times."""

import csv
import hashlib
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd

from siting.common.errors import InputError
from siting.common.package import data_folder
from siting.common.types import (
    ConnectorRules,
    Floats,
    Ints,
    Island,
    LazyRoads,
    RoadGraph,
    RoadNetwork,
)
from siting.network.link_times import Links, add_times, fastest_arcs, link_times
from siting.network.osm.files import read_arrays, read_network
from siting.network.shipped.tables import (
    LINKS,
    NODES,
    read_road_tables,
    road_table_faults,
    table_graph,
    table_links,
    table_seconds,
)
from siting.network.speeds import Speeds, read_speeds

type Column = Floats | Ints

_TABLES = (NODES, LINKS, "road_islands.csv")
_LOG_SENTENCE = "{repair} near {near}{road}: {gap_km:.1f} km; {why}"
_ORIGIN = ("source", "date", "licence", "filter", "versions")


def load_road_network(
    source: str | Path = "shipped",
    *,
    speeds: str = "default",
    limit_km: float | None = None,
    data: Path | None = None,
) -> RoadNetwork:
    """Load a road network with speeds and travel times on every link.

    Parameters
    ----------
    source : str or pathlib.Path
        "shipped", or the path of a GraphML file that OSMnx wrote, or of a GraphML or Parquet file
        that ``siting network build`` wrote.
    speeds : str
        Profile in ``speeds.toml`` of the data folder.
    limit_km : float, optional
        Distance from the road beyond which a place cannot be reached; by default the profile's.
    data : pathlib.Path, optional
        Data folder; by default the one that ships.

    Returns
    -------
    RoadNetwork
        Its graph carries length (metres), speed_kph and travel_time (seconds, waiting included).
        It is made when it is first asked for, but for that of a GraphML file; travel times do
        without.

    Raises
    ------
    siting.common.errors.InputError
        The source or the profile does not exist, or a table cannot be used.
    """
    folder = data or data_folder()
    profile = read_speeds(folder, speeds)
    shipped = source == "shipped"
    if shipped and (faults := road_table_faults(folder)):
        raise InputError(faults)
    rules = _rules(profile, folder, limit_km, shipped=shipped)
    roads, fingerprint, origin = _read(source, profile, rules, folder)
    log = _read_log(folder) if shipped else _origin(origin)
    files = network_files(source, folder)
    return RoadNetwork(roads, rules, str(source), log, files, fingerprint)


def no_network(times: Path) -> RoadNetwork:
    """Stand in for a network where travel times come from a file, whose content it is known by."""
    with times.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    rules = ConnectorRules(radius_km=0.0, detour=1.0, kph=1.0, water_kph=1.0)
    return RoadNetwork(nx.MultiDiGraph(crs="EPSG:4326"), rules, str(times), (), {}, content)


def _read(
    source: str | Path, profile: Speeds, rules: ConnectorRules, folder: Path
) -> tuple[RoadGraph | LazyRoads, str, Mapping[str, str]]:
    """Roads with times, their fingerprint, and where they come from."""
    if source == "shipped":
        tables = read_road_tables(folder)
        nodes, links = tables.nodes[["node", "lon", "lat"]], table_links(tables)
        seconds, graph_of = table_seconds(links, profile), partial(table_graph, tables, profile)
        return *_lazy_roads(nodes, links, seconds, rules, graph_of), {}
    graph_of = partial(_graph_of_file, Path(source), profile)
    if Path(source).suffix == ".parquet":
        nodes, links, about = read_arrays(Path(source))
        seconds = link_times(links, profile)[1]
        return *_lazy_roads(nodes, links, seconds, rules, graph_of), about
    graph = graph_of()
    return graph, _fingerprint_of(graph, rules), graph.graph


def _graph_of_file(path: Path, profile: Speeds) -> RoadGraph:
    graph = read_network(path)
    add_times(graph, profile)
    return graph


def _lazy_roads(
    nodes: pd.DataFrame,
    links: Links,
    seconds: Floats,
    rules: ConnectorRules,
    make_graph: Callable[[], RoadGraph],
) -> tuple[LazyRoads, str]:
    """Arcs and fingerprint; nodes are id, x and y, in the order of their ids."""
    number, x, y = (nodes[name].to_numpy() for name in nodes)
    # Nodes are numbered in the order of their ids, so that one order serves both.
    order = np.lexsort((links.metres, seconds, links.head, links.tail))
    columns = (links.tail[order], links.head[order], seconds[order], links.metres[order])
    arcs = fastest_arcs(x, y, columns)
    ids = (number[columns[0]], number[columns[1]], *columns[2:])
    return LazyRoads(arcs, make_graph), _fingerprint((number, x, y), ids, rules)


def network_files(source: str | Path, data: Path) -> dict[str, Path]:
    """The files that a road network is made from, by name."""
    made_from = [data / name for name in _TABLES] if source == "shipped" else [Path(source)]
    return {path.name: path for path in [*made_from, data / "speeds.toml"]}


def _rules(
    speeds: Speeds, folder: Path, limit_km: float | None, *, shipped: bool
) -> ConnectorRules:
    """Tie places to few points where there are streets, and to all where there are main roads."""
    figures = speeds.access
    return ConnectorRules(
        **{name: figures[name] for name in ("radius_km", "detour", "kph", "water_kph", "far_km")},
        limit_km=figures.get("limit_km", np.inf) if limit_km is None else limit_km,
        most=0 if shipped else int(figures["most_streets"]),
        islands=_read_islands(folder) if shipped else (),
    )


def _read_islands(folder: Path) -> tuple[Island, ...]:
    table = pd.read_csv(folder / "road_islands.csv")
    columns = table[["name", "lon", "lat", "radius_km"]]
    return tuple(Island(*row) for row in columns.itertuples(index=False))


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


def _origin(about: Mapping[str, str]) -> tuple[str, ...]:
    """What a saved network says about where it comes from."""
    return tuple(f"{name}: {about[name]}" for name in _ORIGIN if about.get(name))


def _fingerprint_of(graph: RoadGraph, rules: ConnectorRules) -> str:
    places = sorted((node, row["x"], row["y"]) for node, row in graph.nodes(data=True))
    links = sorted(
        (u, v, attribute["travel_time"], attribute["length"])
        for u, v, attribute in graph.edges(data=True)
    )
    nodes = np.array(places, dtype=np.float64).reshape(-1, 3)
    edges = np.array(links, dtype=np.float64).reshape(-1, 4)
    return _fingerprint(nodes.T, edges.T, rules)


def _fingerprint(nodes: Iterable[Column], links: Iterable[Column], rules: ConnectorRules) -> str:
    """Digest of the columns of two tables in order: id, x, y; tail, head, seconds, metres."""
    # The rules begin as they did when the first results were kept, so that those still compare.
    digest = hashlib.sha256(repr(rules).replace("ConnectorRules(", "Access(", 1).encode())
    for table in (nodes, links):
        digest.update(np.stack([*table], axis=1).astype(np.float64).tobytes())
    return digest.hexdigest()
