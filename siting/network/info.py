"""What a road network consists of, and how it compares with known trips."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import networkx as nx
import pandas as pd

from siting.network.trip import Trip, trip
from siting.types import RoadNetwork


@dataclass(frozen=True)
class TripCheck:
    """A trip that is known from elsewhere, and what the network makes of it.

    Parameters
    ----------
    start, end : str
        Town names.
    km : float
        Known length.
    minutes : float or None
        Known time, if there is one.
    found : Trip
        Time and length on the network.
    """

    start: str
    end: str
    km: float
    minutes: float | None
    found: Trip

    @property
    def km_deviation(self) -> float:
        """Share by which the network is longer."""
        return self.found.km / self.km - 1

    @property
    def minutes_deviation(self) -> float | None:
        """Share by which the network is slower, where a time is known."""
        return None if self.minutes is None else self.found.minutes / self.minutes - 1


@dataclass(frozen=True)
class NetworkInfo:
    """A road network in figures.

    Parameters
    ----------
    source : str
        Where it was read from.
    fingerprint : str
        SHA-256 of what a travel time depends on.
    junctions, links : int
        Its size; a road that can be driven both ways is one link.
    km_by_class : mapping of str to float
        Kilometres by road class, each road once, longest first.
    components : tuple of int
        Junctions in each strongly connected part, largest first.
    repairs : tuple of str
        One sentence a repair.
    trips : tuple of TripCheck
        The reference trips.
    """

    source: str
    fingerprint: str
    junctions: int
    links: int
    km_by_class: Mapping[str, float]
    components: tuple[int, ...]
    repairs: tuple[str, ...]
    trips: tuple[TripCheck, ...]


def network_info(network: RoadNetwork, trips: pd.DataFrame) -> NetworkInfo:
    """Describe a road network.

    Parameters
    ----------
    network : RoadNetwork
        The network.
    trips : pandas.DataFrame
        Trips to hold it against, as ``reference_trips.csv``: from, from_lon, from_lat, to, to_lon,
        to_lat, km, minutes (missing where not known).

    Returns
    -------
    NetworkInfo
        Its size, classes, parts, repairs and deviations.
    """
    roads = _roads(network)
    km: defaultdict[str, float] = defaultdict(float)
    for (_, _, highway, metres), count in roads.items():
        km[highway] += count * metres / 1000
    parts = nx.strongly_connected_components(network.graph)
    return NetworkInfo(
        source=network.source,
        fingerprint=network.fingerprint,
        junctions=network.graph.number_of_nodes(),
        links=roads.total(),
        km_by_class=dict(sorted(km.items(), key=lambda row: -row[1])),
        components=tuple(sorted(map(len, parts), reverse=True)),
        repairs=network.log,
        trips=tuple(_check(network, row) for row in trips.to_dict("records")),
    )


def _check(network: RoadNetwork, row: Mapping[Hashable, Any]) -> TripCheck:
    start, end = (row["from_lon"], row["from_lat"]), (row["to_lon"], row["to_lat"])
    minutes = None if pd.isna(row["minutes"]) else float(row["minutes"])
    return TripCheck(row["from"], row["to"], row["km"], minutes, trip(network, start, end))


def _roads(network: RoadNetwork) -> Counter[tuple[int, int, str, float]]:
    """Ends, class and metres of each road; one that can be driven both ways counts once."""
    ahead: Counter[tuple[int, int, str, float]] = Counter()
    back: Counter[tuple[int, int, str, float]] = Counter()
    for u, v, row in network.graph.edges(data=True):
        road = (min(u, v), max(u, v), str(row["highway"]), float(row["length"]))
        (ahead if u <= v else back)[road] += 1
    return ahead | back
