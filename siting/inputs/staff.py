"""How many people staff a new office, by the rule in data/costs.toml."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from siting.types import Floats, Ints


@dataclass(frozen=True)
class StaffRule:
    """Figures of the staff rule; all are assumptions.

    Parameters
    ----------
    people_per_staff : float
        Residents for whom one member of staff is counted.
    least_staff : int
        Staff of the smallest office.
    """

    people_per_staff: float
    least_staff: int


def people_nearer(weights: Floats, present: Floats, minutes: Floats) -> Ints:
    """People who would be nearer to each site than to every present office.

    Parameters
    ----------
    weights : ndarray of float, shape (n,)
        People at each demand point.
    present : ndarray of float, shape (n,)
        Minutes to the nearest present office, infinite where none can be reached.
    minutes : ndarray of float, shape (n, m)
        Minutes to each site, infinite where it cannot be reached.

    Returns
    -------
    ndarray of int, shape (m,)
        People of each site.
    """
    return np.rint(weights @ (minutes < present[:, None])).astype(np.int64)


def staff_by_rule(nearer: Ints, municipality: "pd.Series[str]", rule: StaffRule) -> Ints:
    """Staff of each candidate: that of the busiest candidate of its municipality.

    max(least, ceil(S / people_per_staff)), S the greatest number of people nearer to a candidate
    of the municipality; so that a village beside the town is never chosen for being cheaper.

    Parameters
    ----------
    nearer : ndarray of int, shape (m,)
        People nearer to each candidate than to every present office.
    municipality : Series of str, shape (m,)
        Municipality code of each candidate.
    rule : StaffRule
        The figures.

    Returns
    -------
    ndarray of int
        Staff of each candidate, 2 or more.
    """
    greatest = pd.Series(nearer).groupby(municipality.to_numpy()).transform("max").to_numpy()
    staff = np.ceil(greatest / rule.people_per_staff).astype(np.int64)
    return np.maximum(staff, rule.least_staff)
