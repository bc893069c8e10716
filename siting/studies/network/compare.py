"""Two road networks, held against each other trip by trip."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table
from scipy.sparse.csgraph import dijkstra

from siting.common.errors import Fault, InputError
from siting.common.files import replace_file, telling
from siting.common.types import Floats, Points, RoadNetwork
from siting.network.connectors import connect_to_junctions, lies_near
from siting.network.link_times import arcs_of
from siting.network.matrix import with_sources
from siting.network.routes import way_metres

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
    trips = pd.DataFrame(
        {
            "from": names[start],
            "to": names[end],
            "km_a": km_a[start, end],
            "km_b": km_b[start, end],
            "minutes_a": minutes_a[start, end],
            "minutes_b": minutes_b[start, end],
        }
    )
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
    groups = np.searchsorted(connectors.point, np.arange(len(places) + 1))
    km, minutes = np.empty((2, len(places), len(places)))
    for row in range(len(places)):
        arrival, before = dijkstra(graph, indices=len(arcs) + row, return_predecessors=True)
        total = arrival[connectors.target] + connectors.minutes
        best = np.array(
            [first + total[first:last].argmin() for first, last in pairwise(groups.tolist())]
        )
        minutes[row] = total[best]
        metres = way_metres(arcs, connectors, before, connectors.target[best], start=row)
        km[row] = (metres + connectors.metres[best]) / 1000
    return km, minutes


_WORST = 10
_BINS = 60
_TITLES = {"km": "Length", "minutes": "Time"}


def print_comparison(found: NetworkComparison, names: tuple[str, str], console: Console) -> None:
    """Print the distribution of differences and the worst of them."""
    console.print(f"a: {names[0]}\nb: {names[1]}", soft_wrap=True, markup=False)
    console.print(f"{len(found.trips):,} trips; {found.only_a:,} only in a, {found.only_b:,} in b")
    if found.left_out:
        console.print(f"{len(found.left_out):,} places far from a road of one of them are left out")
    console.print("\nShare by which b is greater than a")
    table = Table("", *found.summary.columns, box=None)
    for name, row in found.summary.iterrows():
        table.add_row(_TITLES[str(name)], *(f"{value:+.1%}" for value in row))
    console.print(table)
    for measure in MEASURES:
        console.print(f"\n{_TITLES[measure]}: the greatest differences")
        console.print(_worst(found, measure))


def _worst(found: NetworkComparison, measure: str) -> Table:
    table = Table("From", "To", f"{measure} a", f"{measure} b", "off", box=None)
    columns = ["from", "to", f"{measure}_a", f"{measure}_b", f"{measure}_off"]
    for start, end, a, b, off in found.worst(measure, _WORST)[columns].itertuples(index=False):
        table.add_row(start, end, f"{a:.1f}", f"{b:.1f}", f"{off:+.1%}")
    return table


def draw_comparison(found: NetworkComparison, path: Path) -> None:
    """Draw how the differences are distributed."""
    figure = Figure(figsize=(8, 3.5), layout="constrained")
    for axes, measure in zip(figure.subplots(1, 2), MEASURES, strict=True):
        axes.hist(100 * found.trips[f"{measure}_off"], bins=_BINS, color="#2f6690")
        axes.axvline(0, color="black", linewidth=0.8)
        axes.set(title=_TITLES[measure], xlabel="b greater than a by, %", ylabel="trips")
        axes.yaxis.set_major_formatter("{x:,.0f}")
    dated = {"Date": None} if path.suffix == ".svg" else None
    with telling(path, "--plot"):
        replace_file(path, lambda aside: figure.savefig(aside, metadata=dated))
