"""Real decisions held against the best in their place, and offices against the best places."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from siting.common.types import Bools, Floats, Ints
from siting.model import Closing, Instance, Limits, Mean, Quota, solve
from siting.results.measures import access_measures, kolm_pollak_kappa


def misallocation(
    minutes: Floats,
    weights: Floats,
    present: Bools,
    client_regions: "pd.Series[str]",
    site_regions: "pd.Series[str]",
) -> pd.DataFrame:
    """Place the offices of each region anew, those of all other regions as they are."""
    rows = []
    for region in sorted(set(client_regions)):
        own = (site_regions == region).to_numpy()
        count = int((own & present).sum())
        if count:
            people = np.where((client_regions == region).to_numpy(), weights, 0.0)
            rows.append({"region": region, **_region(minutes, people, present, own, count)})
    return pd.DataFrame(rows)


def _region(
    minutes: Floats, people: Floats, present: Bools, own: Bools, count: int
) -> dict[str, float]:
    clients = people > 0
    sites = np.flatnonzero(own | present)
    times = minutes[np.ix_(clients, sites)]
    sites, times = _one_each(sites, times, present)
    stays = (present & ~own)[sites]
    instance = Instance.from_matrix(times, people[clients], existing=stays)
    solution = solve(instance, Mean(), Limits(new_sites_max=count), ties=False)
    chosen = np.isin(instance.site_ids, solution.open_sites)

    def mean(is_open: Bools) -> float:
        return float(np.average(times[:, is_open].min(axis=1), weights=people[clients]))

    now, best = mean(present[sites]), mean(chosen)
    kept = present[sites] & chosen & ~stays
    return {
        "offices": count,
        "mean_now": now,
        "mean_best": best,
        "distance_minutes": now - best,
        "distance_share": (now - best) / now,
        "moved": count - int(kept.sum()),
    }


def _one_each(sites: Ints, times: Floats, present: Bools) -> tuple[Ints, Floats]:
    """Drop the places where an office stands already, which would count as a move."""
    offices = {times[:, place].tobytes() for place in np.flatnonzero(present[sites])}
    kept = [
        present[site] or times[:, place].tobytes() not in offices
        for place, site in enumerate(sites)
    ]
    return sites[kept], times[:, kept]


NEAR_MISS = 0.1
"""A choice is a near miss if deciding it the other way costs at most this part of what one real
choice is worth on average."""
_MUNICIPALITY = "municipality"


@dataclass(frozen=True, eq=False)
class Contest:
    """One round of decisions, as the model is given it.

    Parameters
    ----------
    instance : Instance
        Existing sites are the network before; its sites are grouped by municipality.
    opens : bool
        Whether sites are opened, or closed.
    real : tuple of str
        The sites really opened or closed, at most one in a municipality.
    may_close : tuple of str
        Sites that may close, each the only one of its municipality; empty if sites are opened.
    """

    instance: Instance
    opens: bool
    real: tuple[str, ...]
    may_close: tuple[str, ...] = ()

    @property
    def limits(self) -> Limits:
        """The same number as in reality, and at most one in a municipality."""
        count = len(self.real)
        if not self.opens:
            return Limits(closing=Closing(self.may_close, least=count, most=count))
        return Limits(
            new_sites_max=count, new_sites_min=count, max_new_per_group={_MUNICIPALITY: 1}
        )

    def best(self) -> tuple[str, ...]:
        """The sites that the model opens or closes."""
        return self._solve(self.limits)

    def other_way(self, site: str, *, chosen: bool) -> tuple[str, ...]:
        """The best sites if the site's municipality must be chosen, or must not be."""
        if self.opens:
            place, least = self.municipality(site), 1 if chosen else None
            quota = Quota(_MUNICIPALITY, (place,), least, None if chosen else 0)
            return self._solve(replace(self.limits, quotas=[quota]))
        # Taken out of what may close, because limits that say the same are much slower to solve.
        others = tuple(other for other in self.may_close if other != site)
        count = len(self.real) - chosen
        shut = (site,) if chosen else ()
        return self._solve(Limits(closing=Closing(others, count, count), force_shut=shut))

    def municipality(self, site: str) -> str:
        """The municipality of a site."""
        place = self.instance.site_ids.index(site)
        return self.instance.site_groups[_MUNICIPALITY][place]

    def eligible(self) -> frozenset[str]:
        """The municipalities among which there is a choice."""
        if not self.opens:
            return frozenset(map(self.municipality, self.may_close))
        places = np.array(self.instance.site_groups[_MUNICIPALITY])
        return frozenset(places[~self.instance.existing].tolist())

    def _solve(self, limits: Limits) -> tuple[str, ...]:
        solution = solve(self.instance, Mean(), limits, ties=False)
        return solution.new_sites if self.opens else solution.closed_sites


@dataclass(frozen=True, eq=False)
class RoundComparison:
    """A real decision beside the best one.

    Parameters
    ----------
    best : tuple of str
        The sites that the model opens or closes.
    site : mapping of str to ndarray of int, shape (clients,)
        For "before", "real" and "best": index of the nearest open site.
    minutes : mapping of str to ndarray of float, shape (clients,)
        Likewise: minutes to it.
    measures : DataFrame
        measure, before, real, best; as in access.csv.
    choices : DataFrame
        One row for each municipality chosen: municipality_code, chosen_by (both, government,
        model), site, real_worth and best_worth (minutes of the mean that this choice alone
        changes, all others made), other_way_minutes (rise of the best mean if it has to be
        decided the other way; 0 for both), near_miss.
    summary : mapping of str to float
        number, eligible, overlap, overlap_expected (if the same number were drawn at random),
        possible (change of the mean by the best choice), real (by the real one), reached.
    """

    best: tuple[str, ...]
    site: dict[str, Ints]
    minutes: dict[str, Floats]
    measures: pd.DataFrame
    choices: pd.DataFrame
    summary: dict[str, float]


def compare_with_best(contest: Contest) -> RoundComparison:
    """Hold a real decision against the best one."""
    view = _View.of(contest)
    best = contest.best()
    opened = {"before": (), "real": contest.real, "best": best}
    site = {name: view.nearest(sites) for name, sites in opened.items()}
    rows = np.arange(len(view.weights))
    minutes = {name: view.minutes[rows, columns] for name, columns in site.items()}
    kappa = kolm_pollak_kappa(minutes["before"], view.weights)
    measures = {
        name: access_measures(times, view.weights, kappa) for name, times in minutes.items()
    }
    means = {name: figures["mean"] for name, figures in measures.items()}
    choices = _choices(view, best, means)
    table = pd.DataFrame(measures).rename_axis("measure").reset_index()
    return RoundComparison(best, site, minutes, table, choices, _summary(contest, choices, means))


@dataclass(frozen=True, eq=False)
class _View:
    """A contest with its times as a full matrix."""

    contest: Contest
    minutes: Floats
    weights: Floats

    @classmethod
    def of(cls, contest: Contest) -> "_View":
        pairs = contest.instance.times.tocoo()
        minutes = np.full(pairs.shape, np.inf)
        minutes[pairs.row, pairs.col] = pairs.data
        return cls(contest, minutes, contest.instance.weights)

    def open_after(self, decided: tuple[str, ...]) -> Bools:
        """Which sites are open once these have been opened, or closed."""
        named = np.isin(np.array(self.contest.instance.site_ids), decided)
        return self.contest.instance.existing ^ named

    def nearest(self, decided: tuple[str, ...]) -> Ints:
        """The nearest open site of each client."""
        columns = np.flatnonzero(self.open_after(decided))
        nearest: Ints = columns[self.minutes[:, columns].argmin(axis=1)]
        return nearest

    def mean(self, decided: tuple[str, ...]) -> float:
        """Mean minutes once these sites have been opened, or closed."""
        times = self.minutes[:, self.open_after(decided)].min(axis=1)
        return float(np.average(times, weights=self.weights))

    def worth(self, site: str, decided: tuple[str, ...]) -> float:
        """Minutes of the mean that one of the sites decided changes, NaN if it is none of them."""
        if site not in decided:
            return np.nan
        without = tuple(other for other in decided if other != site)
        return abs(self.mean(decided) - self.mean(without))


def overlap(contest: Contest) -> dict[str, float]:
    """The number scored, the overlap with the best, and what to expect of chance."""
    number, eligible = len(contest.real), len(contest.eligible())
    if not number:
        return {"number": 0, "overlap": 0, "overlap_expected": 0.0}
    best = set(map(contest.municipality, contest.best()))
    both = len(best & set(map(contest.municipality, contest.real)))
    # The mean of the hypergeometric distribution.
    return {"number": number, "overlap": both, "overlap_expected": number * number / eligible}


def _choices(view: _View, best: tuple[str, ...], means: dict[str, float]) -> pd.DataFrame:
    contest = view.contest
    by_real = {contest.municipality(site): site for site in contest.real}
    by_best = {contest.municipality(site): site for site in best}
    average = abs(means["real"] - means["before"]) / max(1, len(contest.real))
    rows = []
    for place in sorted({*by_real, *by_best}):
        both = place in by_real and place in by_best
        site = by_best.get(place) or by_real[place]
        other = 0.0
        if not both:
            forced = contest.other_way(site, chosen=place in by_real)
            other = view.mean(forced) - means["best"]
        rows.append(
            {
                "municipality_code": place,
                "chosen_by": _chosen_by(place in by_real, place in by_best),
                "site": site,
                "real_worth": view.worth(by_real.get(place, ""), contest.real),
                "best_worth": view.worth(by_best.get(place, ""), best),
                "other_way_minutes": other,
                "near_miss": not both and other <= NEAR_MISS * average,
            }
        )
    return pd.DataFrame(rows)


def _chosen_by(real: bool, best: bool) -> str:  # noqa: FBT001 - two facts, named by their callers
    return "both" if real and best else "government" if real else "model"


def _summary(contest: Contest, choices: pd.DataFrame, means: dict[str, float]) -> dict[str, float]:
    number, eligible = len(contest.real), len(contest.eligible())
    real, possible = means["real"] - means["before"], means["best"] - means["before"]
    parts = (real, possible) if contest.opens else (possible, real)
    return {
        "number": number,
        "eligible": eligible,
        "overlap": int((choices["chosen_by"] == "both").sum()),
        # The mean of the hypergeometric distribution.
        "overlap_expected": number * number / eligible,
        "real": real,
        "possible": possible,
        "reached": parts[0] / parts[1] if parts[1] else 1.0,
    }
