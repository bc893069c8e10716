"""A contraction hierarchy in place of Dijkstra, where no limit keeps the search near."""

import importlib.util
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from siting.common.errors import Fault, InputError
from siting.common.types import Arcs, Floats
from siting.network.connectors import Connectors

# The hierarchy counts in whole numbers below 2^31: tenths of a millisecond reach to 59 hours.
_PER_MINUTE = 600_000
_GREATEST = 2**31 - 1


def hierarchy_times(
    arcs: Arcs, start: Connectors, end: Connectors, direct: Connectors
) -> csr_array:
    """Return travel times by a customizable contraction hierarchy.

    The method is that of Dibbelt, Strasser and Wagner, "Customizable Contraction Hierarchies",
    ACM Journal of Experimental Algorithmics 21 (2016), as RoutingKit implements it.
    """
    minutes = np.full((start.points, end.points), np.inf)
    tied, groups = np.unique(end.point, return_index=True)
    if len(tied) and len(arcs.tail):
        targets, place = np.unique(end.target, return_inverse=True)
        search = _one_to_many(arcs, targets.tolist())
        bounds = np.searchsorted(start.point, np.arange(start.points + 1))
        for row in range(start.points):
            mine = slice(bounds[row], bounds[row + 1])
            sources = zip(start.target[mine].tolist(), _whole(start.minutes[mine]), strict=True)
            if bounds[row] < bounds[row + 1]:
                at_junction = _in_minutes(search.distances_from_multi(list(sources)))
                at_end = at_junction[place] + end.minutes
                minutes[row, tied] = np.minimum.reduceat(at_end, groups)
    elif len(tied):
        _meet_at_junctions(minutes, start, end)
    np.minimum.at(minutes, (direct.point, direct.target), direct.minutes)
    kept = np.isfinite(minutes)
    rows = np.append(0, kept.sum(axis=1).cumsum())
    return csr_array((minutes[kept], np.nonzero(kept)[1], rows), shape=minutes.shape)


def _one_to_many(arcs: Arcs, targets: list[int]) -> Any:  # noqa: ANN401 -- a class of the extra
    if importlib.util.find_spec("routingkit_cch") is None:
        remedy = "Install it with: pip install 'siting[hierarchy]'"
        problem = "the extra 'hierarchy' is not installed"
        raise InputError([Fault("scenario", "travel_times.engine", "hierarchy", problem, remedy)])
    import routingkit_cch as cch  # noqa: PLC0415 -- an extra

    tail, head = arcs.tail.tolist(), arcs.head.tolist()
    order = cch.compute_order_inertial(len(arcs), tail, head, arcs.lat.tolist(), arcs.lon.tolist())
    weights = _whole(arcs.minutes)
    metric = cch.CCHMetric(cch.CCH(order, tail, head, filter_always_inf_arcs=False), weights)
    return cch.CCHOneToMany(metric, targets)


def _whole(minutes: Floats) -> list[int]:
    counted: list[int] = np.minimum(np.rint(minutes * _PER_MINUTE), _GREATEST).astype(int).tolist()
    return counted


def _in_minutes(counted: list[int | None]) -> Floats:
    found = np.array([np.inf if value is None else value for value in counted], dtype=np.float64)
    found[found >= _GREATEST] = np.inf
    return found / _PER_MINUTE


def _meet_at_junctions(minutes: Floats, start: Connectors, end: Connectors) -> None:
    """Without any link, places meet only where they are tied to the same junction."""
    for junction in np.intersect1d(start.target, end.target).tolist():
        here, there = start.target == junction, end.target == junction
        pairs = np.ix_(start.point[here], end.point[there])
        through = start.minutes[here][:, None] + end.minutes[there][None, :]
        minutes[pairs] = np.minimum(minutes[pairs], through)
