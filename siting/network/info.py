"""What a road network consists of, and how it compares with known trips."""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import networkx as nx

from siting.network.trip import Trip, trip
from siting.types import RoadNetwork


@dataclass(frozen=True)
class ReferenceTrip:
    """A trip whose length, and perhaps time, is known from elsewhere.

    Parameters
    ----------
    start, end : str
        Town names.
    start_place, end_place : tuple of float
        Longitude and latitude, WGS 84, degrees.
    km : float
        Known length.
    minutes : float or None
        Known time, if there is one.
    source : str
        Where the figures come from.
    """

    start: str
    end: str
    start_place: tuple[float, float]
    end_place: tuple[float, float]
    km: float
    minutes: float | None
    source: str


@dataclass(frozen=True)
class TripCheck:
    """A reference trip and what the network makes of it.

    Parameters
    ----------
    reference : ReferenceTrip
        The known figures.
    found : Trip
        The figures of the network.
    """

    reference: ReferenceTrip
    found: Trip

    @property
    def km_deviation(self) -> float:
        """Share by which the network is longer."""
        return self.found.km / self.reference.km - 1

    @property
    def minutes_deviation(self) -> float | None:
        """Share by which the network is slower, where a time is known."""
        known = self.reference.minutes
        return None if known is None else self.found.minutes / known - 1


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


def network_info(network: RoadNetwork, trips: Iterable[ReferenceTrip] = ()) -> NetworkInfo:
    """Describe a road network.

    Parameters
    ----------
    network : RoadNetwork
        The network.
    trips : iterable of ReferenceTrip
        Trips to compare it with.

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
        trips=tuple(
            TripCheck(known, trip(network, known.start_place, known.end_place)) for known in trips
        ),
    )


def read_reference_trips(path: Path) -> tuple[ReferenceTrip, ...]:
    """Read a table of reference trips.

    Parameters
    ----------
    path : pathlib.Path
        CSV with the columns from, from_lon, from_lat, to, to_lon, to_lat, km, minutes, source.

    Returns
    -------
    tuple of ReferenceTrip
        In the order of the table.
    """
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            ReferenceTrip(
                start=row["from"],
                end=row["to"],
                start_place=(float(row["from_lon"]), float(row["from_lat"])),
                end_place=(float(row["to_lon"]), float(row["to_lat"])),
                km=float(row["km"]),
                minutes=float(row["minutes"]) if row["minutes"] else None,
                source=row["source"],
            )
            for row in csv.DictReader(file)
        )


def _roads(network: RoadNetwork) -> Counter[tuple[int, int, str, float]]:
    """Ends, class and metres of each road; one that can be driven both ways counts once."""
    ahead: Counter[tuple[int, int, str, float]] = Counter()
    back: Counter[tuple[int, int, str, float]] = Counter()
    for u, v, row in network.graph.edges(data=True):
        road = (min(u, v), max(u, v), str(row["highway"]), float(row["length"]))
        (ahead if u <= v else back)[road] += 1
    return ahead | back
