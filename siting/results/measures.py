"""Measures of access, before and after: for the nation, each region and each new office."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from siting.common.equity import kolm_pollak_ede, kolm_pollak_kappa
from siting.common.types import Bools, Floats, Ints

SHARE_MINUTES = (30, 45, 60)
"""The travel times within which shares of people are given, minutes."""
SHARES = tuple(f"share{limit}" for limit in SHARE_MINUTES)


class Measure(NamedTuple):
    """What a measure is in; its decimals, of per cent for a share, in full and in short.

    Parameters
    ----------
    unit : {"minutes", "share", "index"}
    digits, short : int
        Decimals in full, and where space is short.
    """

    unit: Literal["minutes", "share", "index"]
    digits: int
    short: int


_MINUTES = Measure("minutes", 2, 1)
MEASURES: Mapping[str, Measure] = {
    **dict.fromkeys(("mean", "median", "p90", "p95", "max"), _MINUTES),
    **dict.fromkeys(SHARES, Measure("share", 2, 1)),
    "ede": _MINUTES,
    "gini": Measure("index", 3, 3),
}
"""The measures of access.csv in their order."""


def weighted_quantile(values: Floats, weights: Floats, share: float) -> float:
    """Smallest value that at least a share of the weight does not exceed.

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

    Examples
    --------
    >>> import numpy as np
    >>> share_within(np.array([10.0, 45.0, 60.0]), np.array([5.0, 3.0, 2.0]), 45)
    0.8
    """
    return float(weights[minutes <= limit].sum() / weights.sum())


def gini(minutes: Floats, weights: Floats) -> float:
    """Gini coefficient of travel time: 0 where all have the same, towards 1 where few have all.

    Half the mean absolute difference between two people, over the mean (Gini 1912), from the
    Lorenz curve by the trapezoid rule, which is exact for points.

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
    """All measures of one network, by the names they have in access.csv."""
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


def side_by_side(networks: Mapping[str, Floats], people: Floats) -> pd.DataFrame:
    """All measures of some networks, a column each; the present one is called before."""
    kappa = kolm_pollak_kappa(networks["before"], people)
    found = {name: access_measures(each, people, kappa) for name, each in networks.items()}
    return pd.DataFrame(found).rename_axis("measure").reset_index()


@dataclass(frozen=True)
class Access:
    """Who goes where, before and after.

    Parameters
    ----------
    people : ndarray of float, shape (n,)
        Residents at each demand point.
    before, after : ndarray of float, shape (n,)
        Minutes to the nearest open office.
    second : ndarray of float, shape (n,)
        Minutes to the second nearest office that is open afterwards, infinite where there is
        none.
    site_before, site_after : ndarray of int, shape (n,)
        Index of the nearest office among all sites.
    present, opened : ndarray of int
        Indices of the sites that are open before, and after.
    """

    people: Floats
    before: Floats
    after: Floats
    second: Floats
    site_before: Ints
    site_after: Ints
    present: Ints
    opened: Ints


@dataclass(frozen=True)
class Measures:
    """The tables of a result that are computed from the answer.

    Parameters
    ----------
    access : DataFrame
        measure, before, after, change; over all residents.
    regions : mapping of str to DataFrame
        For each grouping of demand points, a table with one row a label: label, population,
        mean, worst and shares, before and after.
    sites : DataFrame
        The new offices, in order of rank, with rank, people_nearest, person_minutes_saved and
        loss_if_left_out_minutes.
    offices : DataFrame
        The offices that are open before or after: stays (whether afterwards), people_nearest
        afterwards, and the mean minutes of these people before and after (nan where there are
        none).
    summary : mapping of str to float
        Counts and sums over the whole country: people; people_gaining and people_losing (whose
        trip becomes shorter, longer) with their mean minutes before and after; people_beyond_30,
        _45 and _60 before and after; hours_saved (one trip of everybody, one way); and for each
        grouping the number of its regions whose mean falls.
    """

    access: pd.DataFrame
    regions: Mapping[str, pd.DataFrame]
    sites: pd.DataFrame
    offices: pd.DataFrame
    summary: Mapping[str, float]


ROUNDING = 1e-9
"""A share this near to a whole number is one."""


def nearest(minutes: csr_array, present: Ints, opened: Ints, people: Floats) -> Access:
    """Send everybody to the nearest open office, before and after; the first of equally near."""
    before, site_before, _ = _two_nearest(minutes, present)
    after, site_after, second = _two_nearest(minutes, opened)
    return Access(people, before, after, second, site_before, site_after, present, opened)


def _two_nearest(minutes: csr_array, among: Ints) -> tuple[Floats, Ints, Floats]:
    """Least time of each row, its column (the first if there is none), and the second least."""
    rows = np.repeat(np.arange(minutes.shape[0]), np.diff(minutes.indptr))
    kept = np.isin(minutes.indices, among)
    row, column, time = rows[kept], minutes.indices[kept], minutes.data[kept]
    order = np.lexsort((column, time, row))
    row, column, time = row[order], column[order], time[order]
    place = np.arange(len(row)) - np.searchsorted(row, row)
    first, second = (np.full(minutes.shape[0], np.inf) for _ in range(2))
    first[row[place == 0]], second[row[place == 1]] = time[place == 0], time[place == 1]
    site = np.full(minutes.shape[0], among[0], dtype=np.int64)
    site[row[place == 0]] = column[place == 0]
    return first, site, second


def only_reached(access: Access) -> tuple[Access, Bools]:
    """Leave out who cannot reach any office, before or after: no mean can be told of them."""
    reached: Bools = np.isfinite(access.before) & np.isfinite(access.after)
    names = ("people", "before", "after", "second", "site_before", "site_after")
    return replace(access, **{name: getattr(access, name)[reached] for name in names}), reached


def shared_out(access: Access, minutes: csr_array, shares: csr_array, most: Ints) -> Access:
    """Send people where the answer sends them, which capacities may put beyond the nearest.

    Who finds no room is left out.
    """
    sums = np.asarray(shares.multiply(minutes).sum(axis=1)).ravel()
    served = served_of(shares)
    after = np.divide(sums, served, out=np.full(len(sums), np.inf), where=served > 0)
    none = np.full(len(after), np.nan)
    people = access.people * served
    return replace(access, people=people, after=after, second=none, site_after=most)


def served_of(shares: csr_array) -> Floats:
    """Return which part of each demand point is served, without rounding of the solver."""
    served = np.asarray(shares.sum(axis=1)).ravel()
    return np.where(np.abs(served - np.rint(served)) < ROUNDING, np.rint(served), served)


def people_served(access: Access, served: Floats, labels: "pd.Series[str]") -> pd.DataFrame:
    """People served, without room and out of reach of every open office, by label."""
    beyond = np.where(np.isfinite(access.after), 0.0, access.people)
    figures = {"people": access.people, "served": access.people * served, "out_of_reach": beyond}
    table = pd.DataFrame(figures).groupby(labels.to_numpy()).sum().round().astype(int)
    table.insert(2, "without_room", table["people"] - table["served"] - table["out_of_reach"])
    return table.rename_axis("label").reset_index()


def measure(
    access: Access, groups: Mapping[str, "pd.Series[str]"], sites: pd.DataFrame
) -> Measures:
    """All tables that say what an answer is worth; sites have at least `code` and `existing`."""
    regions = {name: _by_group(access, labels) for name, labels in groups.items()}
    return Measures(
        access=_nation(access),
        regions=regions,
        sites=_sites(access, sites),
        offices=_offices(access, sites),
        summary=_summary(access, regions),
    )


def _nation(access: Access) -> pd.DataFrame:
    table = side_by_side({"before": access.before, "after": access.after}, access.people)
    return table.assign(change=table["after"] - table["before"])


def _by_group(access: Access, labels: "pd.Series[str]") -> pd.DataFrame:
    frame = pd.DataFrame({"people": access.people, "before": access.before, "after": access.after})
    rows = []
    for label, part in frame.groupby(labels.to_numpy(), sort=True):
        people = part["people"].to_numpy()
        row: dict[str, object] = {"label": label, "population": int(people.sum().round())}
        times = {side: part[side].to_numpy() for side in ("before", "after")}
        row |= {f"mean_{side}": np.average(m, weights=people) for side, m in times.items()}
        row |= {f"worst_{side}": m.max() for side, m in times.items()}
        row |= {
            f"share{limit}_{side}": share_within(m, people, limit)
            for limit in SHARE_MINUTES
            for side, m in times.items()
        }
        rows.append(row)
    return pd.DataFrame(rows)


def _sites(access: Access, sites: pd.DataFrame) -> pd.DataFrame:
    new: Ints = access.opened[~sites["existing"].to_numpy()[access.opened]]
    people, saved, lost = (
        _sum_by_site(access, access.people * each, sites)[new]
        # Without its office everybody goes to the second nearest.
        for each in (1, access.before - access.after, access.second - access.after)
    )
    loss = lost / access.people.sum()
    table = sites.iloc[new].assign(
        people_nearest=people.round().astype(int),
        person_minutes_saved=saved,
        loss_if_left_out_minutes=loss,
        # Where the loss cannot be told, the saving ranks in its place.
        worth=np.where(np.isnan(loss), saved, loss),
    )
    table = table.sort_values(["worth", "code"], ascending=[False, True], ignore_index=True)
    return table.assign(rank=table.index + 1)


def _offices(access: Access, sites: pd.DataFrame) -> pd.DataFrame:
    open_ones = np.union1d(access.present, access.opened)
    people = _sum_by_site(access, access.people, sites)[open_ones]
    stays = np.isin(open_ones, access.opened)
    table = sites.iloc[open_ones].assign(stays=stays, people_nearest=people.round().astype(int))
    for side in ("before", "after"):
        minutes = _sum_by_site(access, access.people * getattr(access, side), sites)[open_ones]
        table[f"mean_{side}"] = np.divide(
            minutes, people, out=np.full(len(people), np.nan), where=people > 0
        )
    return table.reset_index(drop=True)


def _summary(access: Access, regions: Mapping[str, pd.DataFrame]) -> dict[str, float]:
    people, saved = access.people, access.before - access.after
    times = {"before": access.before, "after": access.after}
    summary: dict[str, float] = {"people": int(people.sum().round())}
    for word, group in (("gaining", saved > 0), ("losing", saved < 0)):
        summary[f"people_{word}"] = int(people[group].sum().round())
        if group.any():
            for side, minutes in times.items():
                mean = np.average(minutes[group], weights=people[group])
                summary[f"mean_of_{word}_{side}"] = float(mean)
    for side, minutes in times.items():
        for limit in SHARE_MINUTES:
            beyond = people[minutes > limit].sum().round()
            summary[f"people_beyond_{limit}_{side}"] = int(beyond)
    summary["hours_saved"] = float(people @ saved) / 60
    for name, table in regions.items():
        summary[f"{name}_gaining"] = int((table["mean_after"] < table["mean_before"]).sum())
    return summary


def _sum_by_site(access: Access, values: Floats, sites: pd.DataFrame) -> Floats:
    return np.bincount(access.site_after, weights=values, minlength=len(sites))
