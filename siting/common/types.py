"""Frozen objects that pass between the stages, and the array types they hold."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]
type Bools = NDArray[np.bool_]
type RoadGraph = nx.MultiDiGraph[int]
Engine = Literal["dijkstra", "hierarchy"]
"""How travel times are computed."""


@dataclass(frozen=True)
class Points:
    """Labelled positions.

    Parameters
    ----------
    ids : tuple of str
        One label a point, unique.
    lon, lat : ndarray of float, shape (n,)
        WGS 84, degrees.
    """

    ids: tuple[str, ...]
    lon: Floats
    lat: Floats

    def __len__(self) -> int:
        return len(self.ids)

    def some(self, rows: Ints) -> "Points":
        """The points of these rows."""
        return Points(tuple(self.ids[row] for row in rows.tolist()), self.lon[rows], self.lat[rows])

    def __add__(self, other: "Points") -> "Points":
        """These points, then the others."""
        return Points(
            self.ids + other.ids,
            np.concatenate([self.lon, other.lon]),
            np.concatenate([self.lat, other.lat]),
        )


@dataclass(frozen=True)
class Island:
    """Land that no road, bridge or ferry of the network reaches.

    Parameters
    ----------
    name : str
        What it is called.
    lon, lat : float
        Its middle, WGS 84, degrees.
    radius_km : float
        Every place nearer to the middle than this lies on it.
    """

    name: str
    lon: float
    lat: float
    radius_km: float


@dataclass(frozen=True)
class ConnectorRules:
    """How a place is tied to the road network.

    Parameters
    ----------
    radius_km : float
        A place is tied to every junction and waypoint within this distance; where there are none,
        to the nearest and to all that are farther by this at most.
    detour : float
        Length of a connector over land in straight-line lengths.
    kph : float
        Speed on a connector over land.
    water_kph : float
        Speed on a connector over water, which is straight.
    islands : tuple of Island
        A place on one of these is tied over water to the nearest junction or waypoint.
    far_km : float
        A place farther than this from every junction and waypoint is reported as detached.
    limit_km : float
        A place farther than this from every junction and waypoint is not tied to any, so that it
        cannot be reached but from places within the radius.
    most : int
        Of the junctions and waypoints within reach the nearest so many are tied to; 0 is all.
    """

    radius_km: float
    detour: float
    kph: float
    water_kph: float
    islands: tuple[Island, ...] = ()
    far_km: float = np.inf
    limit_km: float = np.inf
    most: int = 0


@dataclass(frozen=True)
class Arcs:
    """The fastest link between each two junctions, in each direction.

    Parameters
    ----------
    lon, lat : ndarray of float, shape (n,)
        Junctions, WGS 84, degrees.
    tail, head : ndarray of int, shape (m,)
        Junctions where each arc starts and ends.
    minutes, metres : ndarray of float, shape (m,)
        Time and length of each arc.
    part : ndarray of int, shape (n,)
        The part of the roads that each junction lies in, 0 the largest; -1 where no place is tied.
    """

    lon: Floats
    lat: Floats
    tail: Ints
    head: Ints
    minutes: Floats
    metres: Floats
    part: Ints

    def __len__(self) -> int:
        return len(self.lon)

    def matrix(self) -> csr_array:
        """Return the minutes as a sparse matrix; a stored 0 is an arc that takes no time."""
        size = len(self)
        rows = np.searchsorted(self.tail, np.arange(size + 1))
        return csr_array((self.minutes, self.head, rows), shape=(size, size))


@dataclass(frozen=True)
class LazyRoads:
    """Roads as arrays, and as a graph only once somebody asks for it.

    Parameters
    ----------
    arcs : Arcs
        All that travel times need.
    make_graph : callable
        Gives the graph of the same roads.
    """

    arcs: Arcs
    make_graph: Callable[[], RoadGraph]

    @cached_property
    def graph(self) -> RoadGraph:
        """The graph, made once."""
        return self.make_graph()


@dataclass(frozen=True)
class RoadNetwork:
    """A road network as OSMnx holds it.

    Parameters
    ----------
    roads : networkx.MultiDiGraph or LazyRoads
        Nodes carry x, y (degrees) and, in the shipped network, kind (junction, or waypoint: a
        point on a long road); edges carry length (metres), highway, ref, speed_kph and
        travel_time (seconds). ``graph.graph["crs"]`` is set.
    rules : ConnectorRules
        How places are tied to it.
    source : str
        "shipped" or the path it was read from.
    log : tuple of str
        What was repaired while it was built, one sentence a repair.
    files : mapping of str to pathlib.Path
        The files it was made from, by name.
    fingerprint : str
        SHA-256 of everything in the graph and in ``rules`` that a travel time depends on.
    speeds : mapping of str to object
        profile, kph, waiting_minutes, access and limits that times rest on, and the classes of
        roads that there are; empty without a network.
    """

    roads: RoadGraph | LazyRoads
    rules: ConnectorRules
    source: str
    log: tuple[str, ...]
    files: Mapping[str, Path]
    fingerprint: str
    speeds: Mapping[str, Any] = field(default_factory=dict)

    @property
    def graph(self) -> RoadGraph:
        """The roads as a graph."""
        return self.roads.graph if isinstance(self.roads, LazyRoads) else self.roads


@dataclass(frozen=True)
class TravelTimes:
    """Minutes from every origin to every destination that can be reached.

    Parameters
    ----------
    origins, destinations : tuple of str
        Labels of rows and columns.
    minutes : scipy.sparse.csr_array, shape (origins, destinations)
        A pair without a stored entry cannot be reached; a stored 0 is a time of 0.
    detached : mapping of str to str
        Points on islands or far from every road, and how each was tied to the network.
    """

    origins: tuple[str, ...]
    destinations: tuple[str, ...]
    minutes: csr_array
    detached: Mapping[str, str] = field(default_factory=dict)
