"""Real decisions held against the best in their place, and offices against the best places."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from siting.common.types import Bools, Floats, Ints
from siting.model import Closing, Instance, Limits, Mean, Quota, solve
from siting.pipeline.problem import dense
from siting.results.measures import side_by_side


def misallocation(
    minutes: Floats,
    weights: Floats,
    present: Bools,
    client_regions: "pd.Series[str]",
    site_regions: "pd.Series[str]",
) -> pd.DataFrame:
    """Place the offices of each region anew, those of all other regions as they are."""
    rows = []
    for region in sorted({*client_regions} & {*site_regions[present]}):
        own = (site_regions == region).to_numpy()
        people = np.where((client_regions == region).to_numpy(), weights, 0.0)
        rows.append({"region": region, **_region(minutes, people, present, own)})
    return pd.DataFrame(rows)


def _region(minutes: Floats, people: Floats, present: Bools, own: Bools) -> dict[str, float]:
    clients, count = people > 0, int((own & present).sum())
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

    @cached_property
    def minutes(self) -> Floats:
        """Minutes from each client to each site, made once."""
        return dense(self.instance.times)

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
        return self._solve(self.limits) if self.real else ()

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

    def _solve(self, limits: Limits) -> tuple[str, ...]:
        solution = solve(self.instance, Mean(), limits, ties=False)
        return solution.new_sites if self.opens else solution.closed_sites

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

    def after(self, decided: Sequence[str]) -> tuple[Ints, Floats]:
        """Each client's nearest site once these have been opened, or closed, and its minutes."""
        is_open = self.instance.existing ^ np.isin(self.instance.site_ids, decided)
        columns = np.flatnonzero(is_open)
        nearest: Ints = columns[self.minutes[:, columns].argmin(axis=1)]
        return nearest, self.minutes[np.arange(len(nearest)), nearest]

    def mean(self, decided: Sequence[str]) -> float:
        """Mean minutes once these sites have been opened, or closed."""
        return float(np.average(self.after(decided)[1], weights=self.instance.weights))

    def worth(self, site: str, decided: Sequence[str]) -> float:
        """Minutes of the mean that one of the sites decided changes, NaN if it is none of them."""
        if site not in decided:
            return np.nan
        return abs(self.mean(decided) - self.mean([other for other in decided if other != site]))


@dataclass(frozen=True, eq=False)
class RoundComparison:
    """A real decision beside the best one.

    Parameters
    ----------
    assignment : DataFrame
        One row for each client: minutes_before, office_before, and the same for real and best:
        the nearest open site and minutes to it.
    measures : DataFrame
        measure, before, real, best; as in access.csv.
    choices : DataFrame
        One row for each municipality chosen: municipality_code, chosen_by (both, government,
        model), site, real_worth and best_worth (minutes of the mean that this choice alone
        changes, all others made), other_way_minutes (rise of the best mean if it has to be
        decided the other way; 0 for both), near_miss.
    summary : mapping of str to float
        As `overlap` gives it, and real and possible (change of the mean by the real choice, and
        by the best), reached.
    """

    assignment: pd.DataFrame
    measures: pd.DataFrame
    choices: pd.DataFrame
    summary: Mapping[str, float]


def compare_with_best(contest: Contest) -> RoundComparison:
    """Hold a real decision against the best one."""
    decided = {"before": (), "real": contest.real, "best": contest.best()}
    found = {side: contest.after(sites) for side, sites in decided.items()}
    codes, weights = np.array(contest.instance.site_ids), contest.instance.weights
    assignment = pd.DataFrame()
    for side, (nearest, minutes) in found.items():
        assignment[f"minutes_{side}"], assignment[f"office_{side}"] = minutes, codes[nearest]
    table = side_by_side({side: minutes for side, (_, minutes) in found.items()}, weights)
    means = dict(zip(found, table.set_index("measure").loc["mean"], strict=True))
    choices = _choices(contest, decided["best"], means)
    return RoundComparison(assignment, table, choices, _summary(contest, decided["best"], means))


def _choices(contest: Contest, best: tuple[str, ...], means: Mapping[str, float]) -> pd.DataFrame:
    by_real, by_best = (
        {contest.municipality(site): site for site in sites} for sites in (contest.real, best)
    )
    average = abs(means["real"] - means["before"]) / max(1, len(contest.real))
    rows = []
    for place in sorted({*by_real, *by_best}):
        one_side = "government" if place in by_real else "model"
        both = place in by_real and place in by_best
        other = 0.0
        site = by_best.get(place) or by_real[place]
        if not both:
            forced = contest.other_way(site, chosen=place in by_real)
            other = contest.mean(forced) - means["best"]
        rows.append(
            {
                "municipality_code": place,
                "chosen_by": "both" if both else one_side,
                "site": site,
                "real_worth": contest.worth(by_real.get(place, ""), contest.real),
                "best_worth": contest.worth(by_best.get(place, ""), best),
                "other_way_minutes": other,
                "near_miss": not both and other <= NEAR_MISS * average,
            }
        )
    return pd.DataFrame(rows)


def _summary(
    contest: Contest, best: tuple[str, ...], means: Mapping[str, float]
) -> dict[str, float]:
    real, possible = (means[side] - means["before"] for side in ("real", "best"))
    part, whole = (real, possible) if contest.opens else (possible, real)
    reached = part / whole if whole else 1.0
    return {**overlap(contest, best), "real": real, "possible": possible, "reached": reached}


def overlap(contest: Contest, best: tuple[str, ...]) -> dict[str, float]:
    """The number scored, of how many, chosen by both, and to expect of as many drawn at random."""
    number, eligible = len(contest.real), len(contest.eligible())
    chosen = [set(map(contest.municipality, sites)) for sites in (contest.real, best)]
    return {
        "number": number,
        "eligible": eligible,
        "overlap": len(set.intersection(*chosen)),
        # The mean of the hypergeometric distribution.
        "overlap_expected": number * number / eligible if number else 0.0,
    }
