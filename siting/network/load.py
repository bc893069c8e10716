"""From road tables or a saved network to an OSMnx graph with travel times."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd

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
from siting.network.connectors import tie_parts
from siting.network.link_times import Links, add_times, fastest_arcs, in_order, link_times
from siting.network.osm.files import read_roads
from siting.network.shipped.tables import (
    ISLANDS,
    LINKS,
    LOG,
    NODES,
    read_road_tables,
    table_graph,
    table_links,
)
from siting.network.speeds import FIGURES, Speeds, read_speeds

type Column = Floats | Ints

_TABLES = (NODES, LINKS, ISLANDS)
_ORIGIN = ("source", "date", "licence", "filter", "notes", "versions")


def load_road_network(
    source: str | Path = "shipped",
    *,
    speeds: str | Speeds = "default",
    limit_km: float | None = None,
    data: Path | str | None = None,
) -> RoadNetwork:
    """Load a road network with speeds and travel times on every link.

    Parameters
    ----------
    source : str or pathlib.Path
        "shipped", or the path of a GraphML file that OSMnx wrote, or of a GraphML or Parquet file
        that ``siting network build`` wrote.
    speeds : str or Speeds
        Profile in ``speeds.toml`` of the data folder, or what `siting.network.speeds` made of one.
    limit_km : float, optional
        Distance from the road beyond which a place cannot be reached; by default the profile's.
    data : pathlib.Path or str, optional
        Data folder; by default the one that ships.

    Returns
    -------
    RoadNetwork
        Its graph carries length (metres), speed_kph and travel_time (seconds, waiting included).
        It is made when it is first asked for; travel times do without.

    Raises
    ------
    siting.common.errors.InputError
        The source or the profile does not exist, or a table cannot be used.
    """
    folder = data_folder(data)
    profile = read_speeds(folder, speeds) if isinstance(speeds, str) else speeds
    if source == "shipped":
        tables = read_road_tables(folder)
        make_graph: Callable[[], RoadGraph] = partial(table_graph, tables)
        nodes, links = tables[NODES][["node", "lon", "lat"]], table_links(tables)
        islands = tuple(Island(*row) for row in tables[ISLANDS].itertuples(index=False))
        log, most = _repairs(tables[LOG]), 0
    else:
        nodes, links, about, make_graph = read_roads(Path(source))
        islands, log, most = (), _origin(about), profile.access.most_streets
    rules = _rules(profile, limit_km, most, islands)
    roads, fingerprint = _lazy_roads(nodes, links, profile, rules, make_graph)
    figures = FIGURES.dump_python(profile) | {"classes": sorted(links.kinds)}
    return RoadNetwork(
        roads, rules, str(source), log, network_files(source, folder), fingerprint, figures
    )


def no_network(times: Path) -> RoadNetwork:
    """Stand in for a network where travel times come from a file, whose content it is known by."""
    with times.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    rules = ConnectorRules(radius_km=0.0, detour=1.0, kph=1.0, water_kph=1.0)
    return RoadNetwork(nx.MultiDiGraph(crs="EPSG:4326"), rules, str(times), (), {}, content)


def _lazy_roads(
    nodes: pd.DataFrame,
    links: Links,
    speeds: Speeds,
    rules: ConnectorRules,
    make_graph: Callable[[], RoadGraph],
) -> tuple[LazyRoads, str]:
    """Roads with times and their fingerprint; nodes are id, x and y, in the order of their ids."""
    number, x, y = (nodes[name].to_numpy() for name in nodes)
    _, seconds = link_times(links, speeds)
    # Nodes are numbered in the order of their ids, so that one order serves both.
    tail, head, *figures = columns = in_order(links.tail, links.head, seconds, links.metres)

    def with_times() -> RoadGraph:
        graph = make_graph()
        add_times(graph, speeds)
        return graph

    # Of main roads nothing is cut off, and their junctions are no crossings.
    part = [tie_parts(links, len(number))] if rules.most else []
    tables = ((number, x, y, *part), (number[tail], number[head], *figures))
    return LazyRoads(fastest_arcs(x, y, columns, *part), with_times), _fingerprint(tables, rules)


def network_files(source: str | Path, data: Path) -> dict[str, Path]:
    """The files that a road network is made from, by name."""
    made_from = [data / name for name in _TABLES] if source == "shipped" else [Path(source)]
    return {path.name: path for path in [*made_from, data / "speeds.toml"]}


def _rules(
    speeds: Speeds, limit_km: float | None, most: int, islands: tuple[Island, ...]
) -> ConnectorRules:
    """Tie places to few points where there are streets, and to all where there are main roads."""
    figures = speeds.access
    return ConnectorRules(
        **figures.model_dump(include={"radius_km", "detour", "kph", "water_kph", "far_km"}),
        limit_km=(figures.limit_km or np.inf) if limit_km is None else limit_km,
        most=most,
        islands=islands,
    )


def _repairs(log: pd.DataFrame) -> tuple[str, ...]:
    """One sentence a repair."""
    rows = log.assign(ref=log["ref"].str.replace(";", ", ")).itertuples(index=False)
    return tuple(
        f"{repair} near {near}{f' (road {ref})' if ref else ''}: {gap_m / 1000:.1f} km; {why}"
        for repair, near, why, gap_m, ref in rows
    )


def _origin(about: Mapping[str, str]) -> tuple[str, ...]:
    """What a saved network says about where it comes from."""
    return tuple(f"{name}: {about[name]}" for name in _ORIGIN if about.get(name))


def _fingerprint(tables: Iterable[Iterable[Column]], rules: ConnectorRules) -> str:
    """Digest of the columns of two tables in order: id, x, y; tail, head, seconds, metres."""
    # The rules begin as they did when the first results were kept, so that those still compare.
    digest = hashlib.sha256(repr(rules).replace("ConnectorRules(", "Access(", 1).encode())
    for table in tables:
        digest.update(np.stack([*table], axis=1).astype(np.float64).tobytes())
    return digest.hexdigest()
