"""What a road network consists of, and how it compares with known trips."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from siting.common.types import RoadNetwork
from siting.network.connectors import lies_near
from siting.network.link_times import arcs_of, parts_of
from siting.network.routes import ReferenceTrip, Route, as_points, fastest_route


@dataclass(frozen=True)
class TripCheck:
    """A trip that is known from elsewhere, and what the network makes of it.

    Parameters
    ----------
    reference : ReferenceTrip
        What is known.
    found : Route
        Time and length on the network.
    """

    reference: ReferenceTrip
    found: Route


@dataclass(frozen=True)
class NetworkInfo:
    """A road network in figures.

    Parameters
    ----------
    source : str
        Where it was read from.
    fingerprint : str
        SHA-256 of what a travel time depends on.
    junctions, waypoints, links : int
        Its size; waypoints are points on long roads, and a road that can be driven both ways is
        one link.
    km_by_class : mapping of str to float
        Kilometres by road class, each road once, longest first.
    components : tuple of int
        Junctions and waypoints in each strongly connected part, largest first.
    repairs : tuple of str
        One sentence a repair.
    trips : tuple of TripCheck
        The reference trips.
    """

    source: str
    fingerprint: str
    junctions: int
    waypoints: int
    links: int
    km_by_class: Mapping[str, float]
    components: tuple[int, ...]
    repairs: tuple[str, ...]
    trips: tuple[TripCheck, ...]


def network_info(network: RoadNetwork, trips: Iterable[ReferenceTrip]) -> NetworkInfo:
    """Describe a road network.

    Parameters
    ----------
    network : RoadNetwork
        The network.
    trips : iterable of ReferenceTrip
        Trips to hold it against; those that start or end far from every road of the network
        are left out.

    Returns
    -------
    NetworkInfo
        Its size, classes, parts, repairs and trips.
    """
    roads = _roads(network)
    km: defaultdict[str, float] = defaultdict(float)
    for (_, _, highway, metres), count in roads.items():
        km[highway] += count * metres / 1000
    arcs = arcs_of(network.roads)
    parts = parts_of(len(arcs), arcs.tail, arcs.head, one_way=True)
    waypoints = sum(row.get("kind") == "waypoint" for _, row in network.graph.nodes(data=True))
    return NetworkInfo(
        source=network.source,
        fingerprint=network.fingerprint,
        junctions=network.graph.number_of_nodes() - waypoints,
        waypoints=waypoints,
        links=roads.total(),
        km_by_class=dict(sorted(km.items(), key=lambda row: -row[1])),
        components=tuple(sorted(np.bincount(parts).tolist(), reverse=True)),
        repairs=network.log,
        trips=tuple(
            TripCheck(row, fastest_route(network, row.start_at, row.end_at))
            for row in trips
            if lies_near(network, as_points(row.start_at, row.end_at), network.rules.far_km).all()
        ),
    )


def _roads(network: RoadNetwork) -> Counter[tuple[int, int, str, float]]:
    """Ends, class and metres of each road; one that can be driven both ways counts once."""
    ahead: Counter[tuple[int, int, str, float]] = Counter()
    back: Counter[tuple[int, int, str, float]] = Counter()
    for u, v, row in network.graph.edges(data=True):
        road = (min(u, v), max(u, v), str(row["highway"]), float(row["length"]))
        (ahead if u <= v else back)[road] += 1
    return ahead | back
