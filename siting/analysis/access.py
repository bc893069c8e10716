"""Measures of access: how far people have to the nearest open office."""

import numpy as np
from scipy.special import logsumexp

from siting.types import Floats

SHARE_MINUTES = (30, 45, 60)
"""The travel times within which shares of people are given, minutes."""
EPSILON = -1.0
"""Inequality aversion of the EDE where a scenario does not set it; below 0, since time is a
burden."""


def weighted_quantile(values: Floats, weights: Floats, share: float) -> float:
    """Smallest value that at least a share of the weight does not exceed.

    Parameters
    ----------
    values, weights : ndarray of float, shape (n,)
        Weights are not negative and sum to more than 0.
    share : float
        Between 0 and 1.

    Returns
    -------
    float
        The quantile, one of the values.

    Examples
    --------
    >>> import numpy as np
    >>> weighted_quantile(np.array([30.0, 10.0, 20.0]), np.array([1.0, 8.0, 1.0]), 0.9)
    20.0
    """
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    # The last sum may miss the total by rounding, which must not push the index past the end.
    place = np.searchsorted(reached, share * reached[-1] * (1 - 1e-12))
    return float(values[order][place])


def share_within(minutes: Floats, weights: Floats, limit: float) -> float:
    """Share of the weight within a travel time, the limit itself included.

    Parameters
    ----------
    minutes, weights : ndarray of float, shape (n,)
        Time of each group of people, and how many they are; together more than 0.
    limit : float
        Minutes.

    Returns
    -------
    float
        Between 0 and 1.

    Examples
    --------
    >>> import numpy as np
    >>> share_within(np.array([10.0, 45.0, 60.0]), np.array([5.0, 3.0, 2.0]), 45)
    0.8
    """
    return float(weights[minutes <= limit].sum() / weights.sum())


def kolm_pollak_kappa(minutes: Floats, weights: Floats, epsilon: float = EPSILON) -> float:
    """Inequality aversion in units of 1 / minute.

    kappa = epsilon sum(w t) / sum(w t^2), t the present times (Sheriff and Maguire, "Health Risk,
    Inequality Indexes, and Environmental Justice", Risk Analysis 40, 2020).

    Parameters
    ----------
    minutes, weights : ndarray of float, shape (n,)
        Present travel times, not all 0, and people.
    epsilon : float
        Below 0: the more so, the more the worst off count.

    Returns
    -------
    float
        Kappa, below 0 for times; what `kolm_pollak_ede` takes.
    """
    return epsilon * float(weights @ minutes) / float(weights @ minutes**2)


def kolm_pollak_ede(minutes: Floats, weights: Floats, kappa: float) -> float:
    """Equally-distributed equivalent: the time that, if all had it, would be as bad as these.

    EDE = -ln(sum(w exp(-kappa t)) / sum(w)) / kappa (Kolm 1976; Pollak 1971); never below the
    mean for kappa < 0.

    Parameters
    ----------
    minutes, weights : ndarray of float, shape (n,)
        Time of each group of people, and how many they are.
    kappa : float
        From `kolm_pollak_kappa`, 1 / minute, below 0.

    Returns
    -------
    float
        Minutes, never fewer than the mean.

    Examples
    --------
    >>> import numpy as np
    >>> minutes, people = np.array([10.0, 30.0]), np.array([1.0, 1.0])
    >>> kappa = kolm_pollak_kappa(minutes, people)
    >>> round(kappa, 3), round(kolm_pollak_ede(minutes, people, kappa), 2)
    (-0.04, 21.95)
    """
    return float(-(logsumexp(-kappa * minutes, b=weights) - np.log(weights.sum())) / kappa)


def gini(minutes: Floats, weights: Floats) -> float:
    """Gini coefficient of travel time: 0 where all have the same, towards 1 where few have all.

    Half the mean absolute difference between two people, over the mean (Gini 1912), from the
    Lorenz curve by the trapezoid rule, which is exact for points.

    Parameters
    ----------
    minutes, weights : ndarray of float, shape (n,)
        Time of each group of people, and how many they are; together more than 0.

    Returns
    -------
    float
        From 0 to below 1; 0 also where all times are 0.

    Examples
    --------
    >>> import numpy as np
    >>> gini(np.array([20.0, 20.0]), np.array([1.0, 1.0])), gini(np.array([0.0, 40.0]), np.ones(2))
    (0.0, 0.5)
    """
    order = np.argsort(minutes, kind="stable")
    people = np.concatenate([[0.0], np.cumsum(weights[order])])
    burden = np.concatenate([[0.0], np.cumsum((weights * minutes)[order])])
    if burden[-1] == 0:
        return 0.0
    return float(1 - 2 * np.trapezoid(burden / burden[-1], people / people[-1]))


def access_measures(minutes: Floats, weights: Floats, kappa: float) -> dict[str, float]:
    """All measures of one network, by the names they have in access.csv.

    Parameters
    ----------
    minutes, weights : ndarray of float, shape (n,)
        Minutes to the nearest open office, and people.
    kappa : float
        From `kolm_pollak_kappa` of the present network, so that before and after compare.

    Returns
    -------
    dict of str to float
        Each measure by its name, in minutes or as a share.
    """
    return {
        "mean": float(np.average(minutes, weights=weights)),
        "median": weighted_quantile(minutes, weights, 0.5),
        "p90": weighted_quantile(minutes, weights, 0.9),
        "p95": weighted_quantile(minutes, weights, 0.95),
        "max": float(minutes[weights > 0].max()),
        **{f"share{limit}": share_within(minutes, weights, limit) for limit in SHARE_MINUTES},
        "ede": kolm_pollak_ede(minutes, weights, kappa),
        "gini": gini(minutes, weights),
    }
