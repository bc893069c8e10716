"""Who is sent where under a plan: to the nearest, or wherever there is room."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linprog

from siting.common.types import Bools, Floats, Ints

# A cost for each service and site, and how great its sum may become.
type Cap = tuple[Floats, float]


@dataclass(frozen=True)
class Service:
    """Everyone who has to be served in each phase, and what the sites of a plan can take.

    Parameters
    ----------
    times : ndarray of float, shape (services, sites)
        Minutes; inf where the site is not open, or too far.
    people, share : ndarray of float, shape (services,)
        Of the client, and the phase's part of the years.
    phase : ndarray of int, shape (services,)
    room : ndarray of float, shape (sites,)
    must, fills : bool
        Whether everyone needs an open site, and whether sites may fill up.
    single : bool
        Whether no service may be divided.
    """

    times: Floats
    people: Floats
    share: Floats
    phase: Ints
    room: Floats
    must: bool
    fills: bool
    single: bool = False

    def weighted(self, cost: Callable[[Floats], Floats]) -> Floats:
        """Return the cost of sending each service to each site."""
        with np.errstate(invalid="ignore"):
            return np.asarray(cost(self.times) * (self.people * self.share)[:, None])

    def within(self, radius: float) -> "Service":
        """Return the same with no one sent further than a radius."""
        return replace(self, times=np.where(self.times <= radius, self.times, np.inf))

    def least(self, costs: Floats, caps: Sequence[Cap]) -> float:
        """Return the least sum of costs with the other sums capped; inf if there is none."""
        if self.fills:
            return self._by_lp(costs, caps)
        if self.must and np.isinf(self.times.min(axis=1, initial=np.inf)).any():
            return np.inf
        if any(_nearest(matrix) > most for matrix, most in caps):
            return np.inf
        return _nearest(costs)

    def radius(self, caps: Sequence[Cap]) -> float:
        """Return the smallest radius within which everyone can be served; inf if none is."""
        nothing = np.zeros_like(self.times)
        radii = np.unique(np.append(self.times[np.isfinite(self.times)], 0.0))
        found = (r for r in radii if np.isfinite(self.within(r).least(nothing, caps)))
        return float(next(found, np.inf))

    def _by_lp(self, costs: Floats, caps: Sequence[Cap]) -> float:
        services, sites = self.times.shape
        # Beyond the sites stands nowhere, where there is always room.
        usable: Bools = np.isfinite(self.times) | (np.arange(sites) >= len(self.room))
        if not usable.any(axis=1).all():
            return np.inf
        if not len(usable):
            return 0.0
        load = [
            np.kron(self.people * (self.phase == phase), np.eye(sites))
            for phase in np.unique(self.phase)
        ]
        room = np.append(self.room, np.full(sites - len(self.room), np.inf))
        full = np.isfinite(room)
        capped = [np.where(usable, matrix, 0.0).reshape(1, -1) for matrix, _ in caps]
        result = linprog(
            integrality=np.full(usable.size, int(self.single)),
            c=np.where(usable, costs, 0.0).ravel().astype(np.float64),
            A_ub=np.vstack([*(rows[full] for rows in load), *capped]).astype(np.float64),
            b_ub=[*np.tile(room[full], len(load)), *(float(most) for _, most in caps)],
            A_eq=np.kron(np.eye(services), np.ones(sites)),
            b_eq=np.ones(services),
            bounds=[(0, 1 if can else 0) for can in usable.ravel()],
        )
        return np.inf if result.fun is None else float(result.fun)


def _nearest(costs: Floats) -> float:
    """Return the sum if everyone goes to the nearest: costs never fall with the time."""
    nearest: float = costs.min(axis=1, initial=np.inf).sum()
    return nearest
