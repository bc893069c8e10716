"""Tie places to the junctions around them, and refuse those that lie too far from every road."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import osmnx as ox
import pandas as pd
from scipy.spatial import cKDTree

from siting.common.errors import Fault, refuse_all
from siting.common.types import Arcs, Bools, ConnectorRules, Floats, Ints, Points, RoadNetwork
from siting.network.link_times import Links, arcs_of, parts_of

EARTH_KM = 6371.009
"""Radius of the Earth, as in OSMnx."""
type Parts = Ints | int
_BESIDE_KM = 0.5
"""Places this near to the largest part of the roads lie at it, even behind a gate or the like."""


def tree_of(lon: Floats, lat: Floats, part: Parts = 0) -> cKDTree:
    """Make positions, WGS 84, ready for `nearest`."""
    return cKDTree(_on_sphere(lon, lat, part))


def _on_sphere(lon: Floats, lat: Floats, part: Parts = 0) -> Floats:
    """Positions on a sphere of radius 1, and farther apart in another direction if parts differ."""
    east, north = np.radians(lon), np.radians(lat)
    x, y = np.cos(north) * np.cos(east), np.cos(north) * np.sin(east)
    return np.stack([x, y, np.sin(north), np.broadcast_to(3.0 * part, x.shape)], axis=1)


def nearest(tree: cKDTree, points: Points, part: Parts = 0) -> tuple[Floats, Ints]:
    """Kilometres from each point to the nearest of its part in the tree, and the row of that."""
    chord, row = map(np.asarray, tree.query(_on_sphere(points.lon, points.lat, part)))
    return 2 * EARTH_KM * np.arcsin(np.minimum(chord / 2, 1.0)), row.astype(np.int64)


def lies_near(network: RoadNetwork, places: Points, within_km: float) -> Bools:
    """Say which places have a junction or waypoint within so many kilometres."""
    arcs = arcs_of(network.roads)
    near: Bools = nearest(tree_of(arcs.lon, arcs.lat), places)[0] <= within_km
    return near


def core_parts(size: int, tail: Ints, head: Ints) -> Ints:
    """For each node the number of its part, 0 the largest; -1 off what is connected both ways."""
    weak, strong = (parts_of(size, tail, head, one_way=way) for way in (False, True))
    nodes = np.bincount(strong)[strong]
    core = nodes == pd.Series(nodes).groupby(weak).transform("max").to_numpy()
    return np.where(core, np.where(weak == weak[nodes.argmax()], 0, weak + 1), -1)


NO_STOP = frozenset({"motorway", "motorway_link", "ferry", "sea_ferry"})


def tie_parts(links: Links, size: int) -> Ints:
    """The part of each node, -1 too in the midst of a motorway, a ramp, a ferry or a bridge."""
    kept = links.by_kind(lambda kind: kind not in NO_STOP) & ~links.through
    stop = np.isin(np.arange(size), np.append(links.tail[kept], links.head[kept]))
    return np.where(stop, core_parts(size, links.tail, links.head), -1)


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
    part : ndarray of int, shape (points,), or int
        The part of the roads that each point lies at.
    """

    point: Ints
    target: Ints
    minutes: Floats
    metres: Floats
    points: int
    part: Parts = 0

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
    straight to the nearest. A point beyond ``rules.limit_km`` is tied to nothing, and none to more
    than one part of the roads.
    """
    ties = np.flatnonzero(arcs.part >= 0)
    at, junctions = arcs.part[ties], Points((), arcs.lon[ties], arcs.lat[ties])
    part = _part_at(points, junctions, at)
    tree = tree_of(junctions.lon, junctions.lat, at)
    away_km, junction = nearest(tree, points, part)
    afloat = _on_island(points, rules)
    reach_km = rules.radius_km + np.where(away_km > rules.radius_km, away_km, 0)
    point, target = _within(points, tree, reach_km, rules.most, part)
    kept = ~afloat[point] | (target == junction[point])
    kept &= away_km[point] <= rules.limit_km
    made = _connectors(points, junctions, (point[kept], target[kept]), rules, afloat)
    connectors = replace(made, target=ties[made.target], part=part)
    return connectors, _detached(points, away_km, afloat, rules)


def _part_at(points: Points, junctions: Points, at: Ints) -> Parts:
    """The part of the roads that each point lies at: the largest if near, else the nearest."""
    if not at.any():
        return 0
    main_km, _ = nearest(tree_of(junctions.lon, junctions.lat, at), points)
    _, near = nearest(tree_of(junctions.lon, junctions.lat), points)
    return np.where(main_km <= _BESIDE_KM, 0, at[near])


def connect_to_points(
    origins: Points, destinations: Points, rules: ConnectorRules, part: Parts = 0, at: Parts = 0
) -> Connectors:
    """Tie origins to the destinations of their part within the radius, without a junction."""
    tree = tree_of(destinations.lon, destinations.lat, at)
    point, target = _within(origins, tree, np.full(len(origins), rules.radius_km), 0, part)
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


def _within(
    points: Points, tree: cKDTree, radius_km: Floats, most: int, part: Parts
) -> tuple[Ints, Ints]:
    """Return rows of points and of targets within the radius, the nearest ``most`` where given."""
    chord = 2 * np.sin(radius_km / EARTH_KM / 2)
    where = _on_sphere(points.lon, points.lat, part)
    if most:
        away, near = tree.query(where, k=np.arange(1, max(min(most, tree.n), 1) + 1))
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
    living = (homes, people, "demand points, {:,.0f} people live there")
    others = (sites, np.zeros(len(sites)), "offices and candidates")
    refuse_all(fault for each in (living, others) for fault in _faults(network, tree, *each))


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
    problem, source = f"lie more than {limit:g} km from every road ({who})", network.source
    yield Fault(f"road network {source}", "places", ", ".join(named) + more, problem, remedy)
