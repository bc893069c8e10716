"""The equally distributed equivalent of travel times: an aim of the model, a measure of results."""

import numpy as np
from scipy.special import logsumexp

from siting.common.types import Floats

EPSILON = -1.0
"""Aversion to inequality where nobody sets it; below 0, since time is a burden."""


def kolm_pollak_kappa(minutes: Floats, weights: Floats, epsilon: float = EPSILON) -> float:
    """Inequality aversion in units of 1 / minute.

    kappa = epsilon sum(w t) / sum(w t^2), t the present times (Sheriff and Maguire, "Health Risk,
    Inequality Indexes, and Environmental Justice", Risk Analysis 40, 2020).
    """
    squares = float(weights @ minutes**2)
    # Where nobody travels any rate does: the equivalent is 0 by each.
    return epsilon * float(weights @ minutes) / squares if squares else epsilon


def kolm_pollak_ede(minutes: Floats, weights: Floats, kappa: float) -> float:
    """Equally-distributed equivalent: the time that, if all had it, would be as bad as these.

    EDE = -ln(sum(w exp(-kappa t)) / sum(w)) / kappa (Kolm 1976; Pollak 1971); never below the
    mean for kappa < 0.

    Examples
    --------
    >>> import numpy as np
    >>> minutes, people = np.array([10.0, 30.0]), np.array([1.0, 1.0])
    >>> kappa = kolm_pollak_kappa(minutes, people)
    >>> round(kappa, 3), round(kolm_pollak_ede(minutes, people, kappa), 2)
    (-0.04, 21.95)
    """
    return float(-(logsumexp(-kappa * minutes, b=weights) - np.log(weights.sum())) / kappa)
