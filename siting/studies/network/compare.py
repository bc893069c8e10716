"""Two road networks, held against each other trip by trip."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from siting.common.errors import Fault, InputError
from siting.common.types import Floats, Points, RoadNetwork
from siting.network.connectors import connect_to_junctions, lies_near
from siting.network.link_times import arcs_of
from siting.network.matrix import with_sources
from siting.network.routes import ways_from

_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
MEASURES = ("km", "minutes")


@dataclass(frozen=True)
class NetworkComparison:
    """How trips differ between two networks.

    Parameters
    ----------
    trips : pandas.DataFrame
        One row for each ordered pair of places that both networks join: from, to, km_a, km_b,
        minutes_a, minutes_b, and km_off, minutes_off, the share by which b is greater.
    summary : pandas.DataFrame
        Rows km and minutes; columns mean, p5, p25, p50, p75, p95, least and greatest of that share.
    left_out : tuple of str
        Places farther from a road of one of the networks than they are tied to.
    only_a, only_b : int
        Pairs that only one of the networks joins.
    """

    trips: pd.DataFrame
    summary: pd.DataFrame
    left_out: tuple[str, ...]
    only_a: int
    only_b: int

    def worst(self, measure: str, count: int) -> pd.DataFrame:
        """Return the trips whose km or minutes differ most, by share, greatest first."""
        order = self.trips[f"{measure}_off"].abs().sort_values(ascending=False, kind="stable")
        return self.trips.loc[order.index[:count]]


def compare_networks(first: RoadNetwork, second: RoadNetwork, places: Points) -> NetworkComparison:
    """Compare length and time of the fastest ways between places on two networks.

    Parameters
    ----------
    first, second : RoadNetwork
        The networks, a and b.
    places : Points
        Trips go from each to every other.

    Returns
    -------
    NetworkComparison
        Of the places that lie within the radius of a road of both.

    Raises
    ------
    siting.common.errors.InputError
        Fewer than two places are left, or no pair is joined by both networks.
    """
    near = np.ones(len(places), dtype=np.bool_)
    for network in (first, second):
        within_km = min(network.rules.radius_km, network.rules.limit_km)
        near &= lies_near(network, places, within_km)
    kept = places.some(np.flatnonzero(near))
    if len(kept) < 2:  # noqa: PLR2004 -- a trip has two ends
        remedy = "Give places that lie in both networks"
        problem = f"only {len(kept)} of {len(places)} places lie near a road of both networks"
        raise InputError([Fault("siting network compare", "--points", None, problem, remedy)])
    (km_a, minutes_a), (km_b, minutes_b) = _trips(first, kept), _trips(second, kept)
    other = ~np.eye(len(kept), dtype=np.bool_)
    in_a, in_b = np.isfinite(minutes_a) & other, np.isfinite(minutes_b) & other
    start, end = np.nonzero(in_a & in_b & (minutes_a > 0) & (km_a > 0))
    if not len(start):
        problem = "no two places are joined by both networks"
        raise InputError([Fault("siting network compare", "--points", None, problem, "Add places")])
    names = np.array(kept.ids, dtype=object)
    trips = pd.DataFrame({"from": names[start], "to": names[end]})
    for name, a, b in (("km", km_a, km_b), ("minutes", minutes_a, minutes_b)):
        trips[f"{name}_a"], trips[f"{name}_b"] = a[start, end], b[start, end]
    for name in MEASURES:
        trips[f"{name}_off"] = trips[f"{name}_b"] / trips[f"{name}_a"] - 1
    lost = places.some(np.flatnonzero(~near)).ids
    only = (int((in_a & ~in_b).sum()), int((in_b & ~in_a).sum()))
    return NetworkComparison(trips, _summary(trips), lost, *only)


def _summary(trips: pd.DataFrame) -> pd.DataFrame:
    rows = {}
    for name in MEASURES:
        off = trips[f"{name}_off"]
        quantiles = {f"p{share * 100:.0f}": off.quantile(share) for share in _QUANTILES}
        rows[name] = {"mean": off.mean(), **quantiles, "least": off.min(), "greatest": off.max()}
    return pd.DataFrame.from_dict(rows, orient="index")


def _trips(network: RoadNetwork, places: Points) -> tuple[Floats, Floats]:
    """Kilometres and minutes of the fastest ways, both of shape (n, n)."""
    arcs = arcs_of(network.roads)
    connectors, _ = connect_to_junctions(places, arcs, network.rules)
    graph = with_sources(arcs.matrix(), connectors)
    km, minutes = np.empty((2, len(places), len(places)))
    for row in range(len(places)):
        minutes[row], metres, *_ = ways_from(row, graph, arcs, connectors, connectors)
        km[row] = metres / 1000
    return km, minutes
