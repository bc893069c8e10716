r"""Fit speeds to known travel times.

The time of a trip is t = b + sum over road classes c of d_c s_c: b the minutes that no road speed
changes (connectors, ferries, waiting, delays), d_c the minutes on class c by the profile at hand,
and s_c how much slower than by the profile the class is driven. The s_c that make the sum of
squares of t / known - 1 least are sought, one s for all classes where the trips are too few to tell
classes apart. As the fastest way may change with the speeds, this is repeated until it does not.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.optimize import lsq_linear

from siting.common.errors import Fault, refuse_all
from siting.common.types import Bools, Floats, RoadGraph, RoadNetwork
from siting.network.link_times import add_times
from siting.network.routes import ReferenceTrip, Route, fastest_route
from siting.network.speeds import Speeds

_TRIPS_PER_CLASS = 3
_ROUNDS = 10
# A class may come out twice as fast or half as fast, not more.
_BOUNDS = (0.5, 2.0)
_RANK = 1e-3
_SAME = 1e-6


@dataclass(frozen=True)
class FittedTrip:
    """A known trip before and after the fit.

    Parameters
    ----------
    reference : ReferenceTrip
        What is known.
    before, after : float
        Minutes on the network, by the profile and by the fit.
    left_out : float or None
        Minutes by a fit to all other trips; None where there is no other.
    """

    reference: ReferenceTrip
    before: float
    after: float
    left_out: float | None


@dataclass(frozen=True)
class Calibration:
    """Speeds fitted to known travel times.

    Parameters
    ----------
    by_class : bool
        Was each class fitted by itself, or one factor for all?
    factors : mapping of str to float
        Fitted speed over speed by the profile, for each class of road.
    kph : mapping of str to float
        Fitted speed of each, km/h.
    undetermined : tuple of str
        Classes about which the trips say nothing of their own: no trip uses them, or only together
        with others. Where each class was fitted by itself, these have the factor that fits best
        for all.
    trips : tuple of FittedTrip
        Those with a known time.
    """

    by_class: bool
    factors: Mapping[str, float]
    kph: Mapping[str, float]
    undetermined: tuple[str, ...]
    trips: tuple[FittedTrip, ...]

    def errors(self) -> dict[str, float]:
        """Root mean square of minutes / known - 1: before, after, and of each trip left out."""
        names = ["before", "after", "left_out"]
        rows = [(trip.before, trip.after, trip.left_out) for trip in self.trips]
        found = pd.DataFrame(rows, columns=names, dtype=np.float64).dropna(axis="columns")
        known = np.array([trip.reference.minutes for trip in self.trips], dtype=np.float64)
        squares = (found.div(known, axis="index") - 1) ** 2
        return {str(name): float(error) for name, error in np.sqrt(squares.mean()).items()}

    def as_table(self, based_on: str) -> tuple[str, ...]:
        """Lines of a scenario that say the same."""
        rows = (f"{name} = {kph:.2f}" for name, kph in self.kph.items())
        return ("[network.speeds]", f'based_on = "{based_on}"', *rows)


@dataclass(frozen=True)
class _Sample:
    """Minutes of each trip: off the road and on ferries, shape (n,), and by class, (n, c)."""

    known: Floats
    fixed: Floats
    driven: Floats


def calibrate(network: RoadNetwork, speeds: Speeds, trips: Sequence[ReferenceTrip]) -> Calibration:
    """Fit speeds to the trips whose time is known.

    Parameters
    ----------
    network : RoadNetwork
        Roads with the times of `speeds`.
    speeds : Speeds
        The profile to start from.
    trips : sequence of ReferenceTrip
        Those without a time are left out.

    Returns
    -------
    Calibration
        One factor for all classes where there are fewer than three trips for each class that they
        use, else a bounded least-squares fit of each class.

    Raises
    ------
    siting.common.errors.InputError
        No trip has a time, or one has no way or no road on it.
    """
    timed = [trip for trip in trips if trip.minutes is not None]
    classes = [name for name in speeds.kph if name not in speeds.waiting_minutes]
    sample = before = _sample(network, timed, classes)
    slower = np.ones(len(classes))
    for _ in range(_ROUNDS):
        previous, slower = slower, _fit(sample)
        again = _with(network, speeds, dict(zip(classes, 1 / slower, strict=True)))
        sample = _sample(again, timed, classes)
        # Minutes by the profile again, not by the fit.
        sample = replace(sample, driven=sample.driven / slower)
        if np.abs(slower - previous).max() < _SAME:
            break
    factors = dict(zip(classes, (1 / slower).tolist(), strict=True))
    return Calibration(
        by_class=_by_class(sample),
        factors=factors,
        kph={name: speeds.kph[name] * factor for name, factor in factors.items()},
        undetermined=tuple(np.array(classes)[~_determined(sample)].tolist()),
        trips=tuple(_fitted(timed, before, sample, slower)),
    )


def _fitted(
    trips: Sequence[ReferenceTrip], before: _Sample, sample: _Sample, slower: Floats
) -> Iterator[FittedTrip]:
    first = before.fixed + before.driven.sum(axis=1)
    after = sample.fixed + sample.driven @ slower
    for row, reference in enumerate(trips):
        left_out = None
        if len(trips) > 1:
            others = (np.delete(part, row, axis=0) for part in vars(sample).values())
            left_out = float(sample.fixed[row] + sample.driven[row] @ _fit(_Sample(*others)))
        yield FittedTrip(reference, float(first[row]), float(after[row]), left_out)


def _sample(
    network: RoadNetwork, trips: Sequence[ReferenceTrip], classes: Sequence[str]
) -> _Sample:
    """Find the fastest way of each trip and what it consists of."""
    routes = [fastest_route(network, trip.start_at, trip.end_at) for trip in trips]
    faults = [
        Fault(trip.name, "trip", None, "it uses no road", "Leave it out.")
        for trip, route in zip(trips, routes, strict=True)
        if len(route.junctions) < 2  # noqa: PLR2004 -- two ends make a link
    ]
    if not trips:
        remedy = "Give trips with minutes."
        faults = [Fault("reference trips", "minutes", None, "no trip has a time", remedy)]
    refuse_all(faults)
    driven = np.array([_minutes_by_class(network, route, classes) for route in routes])
    total = np.array([route.minutes for route in routes])
    known = np.array([trip.minutes for trip in trips], dtype=np.float64)
    return _Sample(known, total - driven.sum(axis=1), driven)


def _minutes_by_class(network: RoadNetwork, route: Route, classes: Sequence[str]) -> list[float]:
    """Pure driving time on each class; what stops add is left to the rest."""
    minutes = dict.fromkeys(classes, 0.0)
    for u, v in pairwise(route.junctions):
        link = min(network.graph[u][v].values(), key=lambda row: row["travel_time"])
        if link["highway"] in minutes:
            minutes[link["highway"]] += link["length"] / 1000 / link["speed_kph"] * 60
    return list(minutes.values())


def _fit(sample: _Sample) -> Floats:
    """Fit one slowness a class, or one for all."""
    common = _one_for_all(sample)
    slower = np.full(sample.driven.shape[1], common)
    if not _by_class(sample):
        return slower
    free = _determined(sample)
    held = sample.driven[:, ~free] @ slower[~free]
    matrix = sample.driven[:, free] / sample.known[:, None]
    target = 1 - (sample.fixed + held) / sample.known
    slower[free] = lsq_linear(matrix, target, bounds=_BOUNDS).x
    return slower


def _one_for_all(sample: _Sample) -> float:
    share = sample.driven.sum(axis=1) / sample.known
    rest = 1 - sample.fixed / sample.known
    return float(np.clip(share @ rest / (share @ share), *_BOUNDS))


def _by_class(sample: _Sample) -> bool:
    used = (sample.driven > 0).any(axis=0).sum()
    return bool(len(sample.known) >= _TRIPS_PER_CLASS * used)


def _determined(sample: _Sample) -> Bools:
    """Say which classes the trips tell apart: those whose axis lies in the space of the rows."""
    matrix = sample.driven / sample.known[:, None]
    _, sizes, rows = np.linalg.svd(matrix, full_matrices=False)
    rows = rows[sizes > _RANK * sizes.max(initial=0.0)]
    own: Bools = (rows**2).sum(axis=0) > 1 - _RANK
    return own


def _with(network: RoadNetwork, speeds: Speeds, factors: Mapping[str, float]) -> RoadNetwork:
    """Return the network as it is driven by a fit."""
    graph: RoadGraph = network.graph.copy()
    kph = {name: speed * factors.get(name, 1.0) for name, speed in speeds.kph.items()}
    add_times(graph, replace(speeds, kph=kph))
    return replace(network, roads=graph)
