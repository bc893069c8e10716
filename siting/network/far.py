"""Places that lie too far from every road to be tied to one."""

from collections.abc import Iterator

import numpy as np
from scipy.spatial import cKDTree

from siting.errors import Fault, InputError
from siting.network.access import EARTH_KM, on_sphere
from siting.network.arcs import arcs_of
from siting.types import Floats, Points, RoadNetwork

_SHOWN = 5


def refuse_far_places(network: RoadNetwork, homes: Points, sites: Points, people: Floats) -> None:
    """Raise an error for places beyond ``access.limit_km`` of every junction and waypoint.

    Parameters
    ----------
    network : RoadNetwork
        The roads.
    homes : Points
        Where people live, n of them.
    sites : Points
        Offices and candidates.
    people : ndarray of float, shape (n,)
        How many live at each.

    Raises
    ------
    siting.errors.InputError
        With the places, and how many people live there.
    """
    arcs = arcs_of(network.roads)
    if not np.isfinite(network.access.limit_km) or not len(arcs):
        return
    tree = cKDTree(on_sphere(arcs.lon, arcs.lat))
    far = _kilometres(tree, homes.lon, homes.lat) > network.access.limit_km
    count = f"{people[far].sum():,.0f} people live there"
    faults = [
        *_faults(network, tree, homes, f"demand points, {count}"),
        *_faults(network, tree, sites, "offices and candidates"),
    ]
    if faults:
        raise InputError(faults)


def _faults(network: RoadNetwork, tree: cKDTree, places: Points, what: str) -> Iterator[Fault]:
    limit = network.access.limit_km
    away = _kilometres(tree, places.lon, places.lat)
    far = np.flatnonzero(away > limit)
    if not len(far):
        return
    named = [f"{places.ids[row]} ({away[row]:,.0f} km)" for row in far[:_SHOWN].tolist()]
    more = f" and {len(far) - _SHOWN:,} more" if len(far) > _SHOWN else ""
    remedy = (
        "Correct their positions, leave them out or bring a network that reaches them; "
        "network.limit_km in the scenario makes places beyond it count as out of reach."
    )
    swapped = _kilometres(tree, places.lat[far], places.lon[far])
    if (swapped <= limit).all():
        remedy = "Their longitude and latitude have changed places: lon goes east, lat north."
    problem = f"lie more than {limit:g} km from every road ({what})"
    yield Fault(
        f"road network {network.source}", "places", ", ".join(named) + more, problem, remedy
    )


def _kilometres(tree: cKDTree, lon: Floats, lat: Floats) -> Floats:
    chord, _ = tree.query(on_sphere(lon, lat))
    return 2 * EARTH_KM * np.arcsin(np.minimum(np.asarray(chord) / 2, 1.0))
