"""Tie places to the junctions around them, and refuse those that lie too far from every road."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import osmnx as ox
from scipy.spatial import cKDTree

from siting.common.errors import Fault, refuse_all
from siting.common.types import Arcs, Bools, ConnectorRules, Floats, Ints, Points, RoadNetwork
from siting.network.link_times import arcs_of

EARTH_KM = 6371.009
"""Radius of the Earth, as in OSMnx."""


def tree_of(lon: Floats, lat: Floats) -> cKDTree:
    """Make positions, WGS 84, ready for `nearest`."""
    return cKDTree(_on_sphere(lon, lat))


def _on_sphere(lon: Floats, lat: Floats) -> Floats:
    """Positions on a sphere of radius 1, shape (n, 3)."""
    east, north = np.radians(lon), np.radians(lat)
    return np.stack(
        [np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)], axis=1
    )


def nearest(tree: cKDTree, points: Points) -> tuple[Floats, Ints]:
    """Kilometres from each point to the nearest position of the tree, and the row of that."""
    chord, row = map(np.asarray, tree.query(_on_sphere(points.lon, points.lat)))
    return 2 * EARTH_KM * np.arcsin(np.minimum(chord / 2, 1.0)), row.astype(np.int64)


def lies_near(network: RoadNetwork, places: Points, within_km: float) -> Bools:
    """Say which places have a junction or waypoint within so many kilometres."""
    arcs = arcs_of(network.roads)
    near: Bools = nearest(tree_of(arcs.lon, arcs.lat), places)[0] <= within_km
    return near


@dataclass(frozen=True)
class Connectors:
    """Ways from points to targets near them (junctions, or other points).

    Parameters
    ----------
    point, target : ndarray of int, shape (k,)
        Rows of the points and of the targets, in order of point.
    minutes, metres : ndarray of float, shape (k,)
        Time and length of each connector.
    points : int
        Number of points.
    """

    point: Ints
    target: Ints
    minutes: Floats
    metres: Floats
    points: int

    @cached_property
    def _groups(self) -> tuple[Ints, Ints]:
        """Points that have a connector, and the first row of each."""
        tied, first = np.unique(self.point, return_index=True)
        return tied, first

    def fastest(self, at_target: Floats) -> Floats:
        """Minutes to points, shape (k, points), from those to targets, shape (k, targets)."""
        minutes = np.full((len(at_target), self.points), np.inf)
        tied, first = self._groups
        if len(tied):
            at_end = at_target[:, self.target] + self.minutes
            minutes[:, tied] = np.minimum.reduceat(at_end, first, axis=1)
        return minutes


def connect_to_junctions(
    points: Points, arcs: Arcs, rules: ConnectorRules
) -> tuple[Connectors, Mapping[str, str]]:
    """Tie each point to all junctions and waypoints within the radius.

    Where there are none, to the nearest and to all that are farther by the radius at most: the
    nearest alone may lie on a road that leads elsewhere. A point on an island is tied over water,
    straight to the nearest. A point beyond ``rules.limit_km`` is tied to nothing.
    """
    junctions = Points((), arcs.lon, arcs.lat)
    tree = tree_of(arcs.lon, arcs.lat)
    away_km, junction = nearest(tree, points)
    afloat = _on_island(points, rules)
    reach_km = rules.radius_km + np.where(away_km > rules.radius_km, away_km, 0)
    point, target = _within(points, tree, reach_km, rules.most)
    kept = ~afloat[point] | (target == junction[point])
    kept &= away_km[point] <= rules.limit_km
    connectors = _connectors(points, junctions, (point[kept], target[kept]), rules, afloat)
    return connectors, _detached(points, away_km, afloat, rules)


def connect_to_points(origins: Points, destinations: Points, rules: ConnectorRules) -> Connectors:
    """Tie origins to the destinations within the radius directly, without a junction."""
    tree = tree_of(destinations.lon, destinations.lat)
    point, target = _within(origins, tree, np.full(len(origins), rules.radius_km))
    shore = _on_island(origins, rules)[point] == _on_island(destinations, rules)[target]
    pairs = (point[shore], target[shore])
    return _connectors(origins, destinations, pairs, rules, np.zeros(len(origins), dtype=np.bool_))


def _connectors(
    points: Points, targets: Points, pairs: tuple[Ints, Ints], rules: ConnectorRules, afloat: Bools
) -> Connectors:
    point, target = pairs
    straight = ox.distance.great_circle(
        points.lat[point], points.lon[point], targets.lat[target], targets.lon[target]
    )
    metres = straight * np.where(afloat[point], 1.0, rules.detour)
    kph = np.where(afloat[point], rules.water_kph, rules.kph)
    return Connectors(point, target, metres / 1000 / kph * 60, metres, len(points))


def _within(points: Points, tree: cKDTree, radius_km: Floats, most: int = 0) -> tuple[Ints, Ints]:
    """Return rows of points and of targets within the radius, the nearest ``most`` where given."""
    chord = 2 * np.sin(radius_km / EARTH_KM / 2)
    where = _on_sphere(points.lon, points.lat)
    if most:
        away, near = tree.query(where, k=np.arange(1, min(most, tree.n) + 1))
        point, rank = np.nonzero(away <= chord[:, None])
        target = near[point, rank].astype(np.int64)
        order = np.lexsort((target, point))
        return point[order], target[order]
    found = tree.query_ball_point(where, chord, return_sorted=True)
    count = np.array([len(near) for near in found], dtype=np.int64)
    return np.repeat(np.arange(len(points)), count), np.concatenate([*found, []]).astype(np.int64)


def _on_island(points: Points, rules: ConnectorRules) -> Bools:
    afloat = np.zeros(len(points), dtype=np.bool_)
    for island in rules.islands:
        middle = (np.full(len(points), island.lat), np.full(len(points), island.lon))
        afloat |= ox.distance.great_circle(*middle, points.lat, points.lon) < island.radius_km * 1e3
    return afloat


def _detached(
    points: Points, away_km: Floats, afloat: Bools, rules: ConnectorRules
) -> Mapping[str, str]:
    beyond = away_km > rules.limit_km
    return {
        points.ids[row]: f"{away_km[row]:.1f} km from the nearest road, "
        + ("out of reach" if beyond[row] else "tied over " + ("water" if afloat[row] else "land"))
        for row in np.flatnonzero(afloat | beyond | (away_km > rules.far_km)).tolist()
    }


_SHOWN = 5


def refuse_far_places(network: RoadNetwork, homes: Points, sites: Points, people: Floats) -> None:
    """Raise an error for places beyond ``rules.limit_km`` of every junction and waypoint."""
    arcs = arcs_of(network.roads)
    if not np.isfinite(network.rules.limit_km) or not len(arcs):
        return
    tree = tree_of(arcs.lon, arcs.lat)
    faults = [
        *_faults(network, tree, homes, people, "demand points, {:,.0f} people live there"),
        *_faults(network, tree, sites, np.zeros(len(sites)), "offices and candidates"),
    ]
    refuse_all(faults)


def _faults(
    network: RoadNetwork, tree: cKDTree, places: Points, people: Floats, what: str
) -> Iterator[Fault]:
    limit = network.rules.limit_km
    away_km, _ = nearest(tree, places)
    far = np.flatnonzero(away_km > limit)
    if not len(far):
        return
    named = [f"{places.ids[row]} ({away_km[row]:,.0f} km)" for row in far[:_SHOWN].tolist()]
    more = f" and {len(far) - _SHOWN:,} more" if len(far) > _SHOWN else ""
    remedy = (
        "Correct their positions, leave them out or bring a network that reaches them; "
        "network.limit_km in the scenario makes places beyond it count as out of reach."
    )
    if (nearest(tree, Points((), places.lat[far], places.lon[far]))[0] <= limit).all():
        remedy = "Their longitude and latitude are swapped: lon goes east, lat north."
    who = what.format(people[far].sum())
    problem = f"lie more than {limit:g} km from every road ({who})"
    yield Fault(
        f"road network {network.source}", "places", ", ".join(named) + more, problem, remedy
    )
