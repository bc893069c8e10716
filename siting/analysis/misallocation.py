"""How far the offices of a region are from the best places for the same number of them.

The idea is that of Fredriksson, Socio-Economic Planning Sciences 59 (2017): a region may have few
offices, or have them in the wrong places, and only the second can be mended for nothing.
"""

import numpy as np
import pandas as pd

from siting.model import Instance, Limits, Mean, solve
from siting.types import Bools, Floats, Ints


def misallocation(
    minutes: Floats,
    weights: Floats,
    present: Bools,
    client_regions: "pd.Series[str]",
    site_regions: "pd.Series[str]",
) -> pd.DataFrame:
    """Place the offices of each region anew, those of all other regions as they are.

    Parameters
    ----------
    minutes : ndarray of float, shape (clients, sites)
        Infinite where there is no way.
    weights : ndarray of float, shape (clients,)
        People of each client.
    present : ndarray of bool, shape (sites,)
        Sites that are offices now; the others are places for one.
    client_regions, site_regions : Series of str
        Region of each client and site.

    Returns
    -------
    DataFrame
        One row a region with an office: region, offices, mean_now and mean_best (minutes of its
        people to the nearest office, of whatever region), distance_minutes, distance_share (of
        mean_now), moved (offices that do not stay where they are).
    """
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
