"""Put tables, travel times and limits together into the instance that the model solves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from siting.inputs.costs import Costs
from siting.inputs.selection import Inputs
from siting.inputs.staff import people_nearer, staff_by_rule
from siting.model import Instance, Limits
from siting.scenario import LimitTable
from siting.scenario_file import ScenarioFile
from siting.types import Bools, Floats, Ints, RoadNetwork, TravelTimes


@dataclass(frozen=True)
class Problem:
    """What there is to choose from, as tables and as an instance.

    Parameters
    ----------
    sites : DataFrame
        Offices, then candidates: code, place, lon, lat, municipality and region with code and
        name, existing, allowed (open or may open), forced, evidence (empty where none is given),
        staff, annual_cost_msek, one_off_cost_msek.
    demand : DataFrame
        Demand points with the names of their municipality, county and FA region.
    minutes : ndarray of float, shape (demand points, sites)
        Infinite where a site cannot be reached.
    instance : Instance
        What the model sees: the sites that are open or may open.
    """

    sites: pd.DataFrame
    demand: pd.DataFrame
    minutes: Floats
    instance: Instance

    @property
    def present(self) -> Ints:
        """Indices of the offices that are open before."""
        return np.flatnonzero(self.sites["existing"] & self.sites["allowed"])


@dataclass(frozen=True)
class Prepared:
    """A scenario with all that it needs to be solved.

    Parameters
    ----------
    file : ScenarioFile
        What is asked.
    inputs : Inputs
        The tables as the scenario wants them.
    network : RoadNetwork
        The roads.
    times : TravelTimes
        From demand points to offices and candidates.
    problem : Problem
        What there is to choose from.
    files : mapping of str to Path
        Every file that the answer depends on, by the name that a manifest gives it.
    """

    file: ScenarioFile
    inputs: Inputs
    network: RoadNetwork
    times: TravelTimes
    problem: Problem
    files: Mapping[str, Path]


def pose(
    inputs: Inputs, times: TravelTimes, costs: Costs, *, shipped_staff: bool, too_near: Bools
) -> Problem:
    """Make the instance.

    Parameters
    ----------
    inputs : Inputs
        The tables as the scenario wants them.
    times : TravelTimes
        From demand points to offices and candidates, in the order of the tables.
    costs : Costs
        What an office costs.
    shipped_staff : bool
        Whether the staff that ships with the candidates holds; else the rule is applied here.
    too_near : ndarray of bool, shape (candidates,)
        Candidates that lie too near to an existing office; those that the scenario names may
        open all the same.
    """
    minutes = dense(times)
    demand = _with_regions(inputs.demand, inputs.municipalities)
    offices, candidates = inputs.offices, inputs.candidates
    if not shipped_staff:
        staff = staff_of(candidates, demand, minutes[:, : len(offices)], minutes, costs)
        candidates = candidates.assign(staff=staff)
    barred = too_near & ~candidates["locality_code"].isin(inputs.named)
    candidates = candidates.assign(allowed=~candidates["excluded"] & ~barred)
    sites = _sites(offices, candidates, inputs, costs)
    return Problem(sites, demand, minutes, _instance(sites, demand, minutes, inputs.weights))


def dense(times: TravelTimes) -> Floats:
    """Travel times as a full matrix, infinite where there is no way."""
    minutes = np.full(times.minutes.shape, np.inf)
    pairs = times.minutes.tocoo()
    minutes[pairs.row, pairs.col] = pairs.data
    return minutes


def staff_of(
    candidates: pd.DataFrame, demand: pd.DataFrame, to_offices: Floats, to_all: Floats, costs: Costs
) -> Ints:
    """Staff of each candidate by the rule, from these tables and times."""
    present = to_offices.min(axis=1, initial=np.inf)
    people = demand["people"].to_numpy(dtype=np.float64)
    nearer = people_nearer(people, present, to_all[:, to_offices.shape[1] :])
    return staff_by_rule(nearer, candidates["municipality_code"], costs.staff_rule)


def _with_regions(table: pd.DataFrame, municipalities: pd.DataFrame) -> pd.DataFrame:
    """Add the names and codes of municipality, county and FA region."""
    regions = municipalities.set_index("code")[["name", "county", "fa_code", "fa_name"]]
    regions = regions.rename(columns={"name": "municipality", "fa_name": "fa_region"})
    kept = table.drop(columns=["municipality"], errors="ignore")
    joined = kept.join(regions, on="municipality_code", validate="many_to_one")
    return joined.assign(county_code=joined["municipality_code"].str[:2])


_SITE_COLUMNS = [
    *("code", "place", "municipality_code", "lon", "lat"),
    *("existing", "allowed", "forced", "evidence", "staff"),
]


def _sites(
    offices: pd.DataFrame, candidates: pd.DataFrame, inputs: Inputs, costs: Costs
) -> pd.DataFrame:
    existing = offices.rename(columns={"office_id": "code", "office": "place"}).assign(
        existing=True, allowed=~offices["shut"], staff=0, forced=False
    )
    new = candidates.rename(columns={"locality_code": "code", "locality": "place"}).assign(
        existing=False, forced=candidates["locality_code"].isin(inputs.forced)
    )
    both = pd.concat([existing, new], ignore_index=True).reindex(columns=_SITE_COLUMNS)
    both = both.assign(evidence=both["evidence"].fillna(""))
    sites = _with_regions(both, inputs.municipalities)
    staff = sites["staff"].to_numpy(dtype=np.int64)
    return sites.assign(
        # Existing offices cost nothing in the budgets, which are for new ones.
        annual_cost_msek=np.where(sites["existing"], 0.0, costs.annual(staff)),
        one_off_cost_msek=np.where(sites["existing"], 0.0, costs.one_off(staff)),
    )


def _instance(
    sites: pd.DataFrame, demand: pd.DataFrame, minutes: Floats, weights: Floats
) -> Instance:
    allowed = sites["allowed"].to_numpy()
    chosen = sites[allowed]
    groups = {"municipality": "municipality_code", "county": "county_code", "fa_region": "fa_code"}
    return Instance.from_matrix(
        minutes[:, allowed],
        weights,
        existing=chosen["existing"].to_numpy(),
        annual_cost=chosen["annual_cost_msek"].to_numpy(),
        one_off_cost=chosen["one_off_cost_msek"].to_numpy(),
        client_ids=tuple(demand["demand_id"]),
        site_ids=tuple(chosen["code"]),
        site_groups={name: tuple(chosen[column]) for name, column in groups.items()},
        client_groups={name: tuple(demand[column]) for name, column in groups.items()},
    )


LIMIT_KEYS = {
    "new_sites_max": "new_offices_max",
    "annual_budget": "annual_budget_msek",
    "one_off_budget": "one_off_budget_msek",
    "max_new_per_group": "max_new_per_municipality",
    "at_least_one_per_group": "fa_region_guarantee",
}
"""What a limit of the model is called in a scenario file and in a manifest."""


def limits_of(wanted: LimitTable, problem: Problem) -> Limits:
    """The limits of a scenario as the model takes them."""
    sites = problem.sites
    return Limits(
        new_sites_max=wanted.new_offices_max,
        annual_budget=wanted.annual_budget_msek,
        one_off_budget=wanted.one_off_budget_msek,
        max_new_per_group={"municipality": wanted.max_new_per_municipality},
        at_least_one_per_group=("fa_region",) if wanted.fa_region_guarantee else (),
        force_open=tuple(sites.loc[sites["forced"], "code"]),
    )


def clash_in_words(
    clash: Iterable[tuple[str, str]], wanted: LimitTable, problem: Problem
) -> tuple[tuple[str, str], ...]:
    """Limits that clash, in the words of the scenario file.

    Parameters
    ----------
    clash : iterable of tuple of str
        From `siting.errors.InfeasibleError`.
    wanted : LimitTable
        The limits of the scenario.
    problem : Problem
        What there is to choose from.

    Returns
    -------
    tuple of tuple of str
        Key of the scenario file, and what it asks for.
    """
    forced = problem.sites[problem.sites["forced"]]
    words = {
        "new_sites_max": f"at most {wanted.new_offices_max} new offices",
        "annual_budget": f"new offices cost at most {wanted.annual_budget_msek} MSEK a year",
        "one_off_budget": f"opening them costs at most {wanted.one_off_budget_msek} MSEK",
        "max_new_per_group": f"at most {wanted.max_new_per_municipality} in one municipality",
        "at_least_one_per_group": "at least one office in every FA region",
        "force_open": (
            f"{', '.join(forced['place'])} must open, which makes {len(forced)} new offices at "
            f"{forced['annual_cost_msek'].sum():.1f} MSEK a year and "
            f"{forced['one_off_cost_msek'].sum():.1f} MSEK once"
        ),
    }
    keys = {name: f"limits.{key}" for name, key in LIMIT_KEYS.items()}
    keys |= {"force_open": "offices.open", "everyone_served": "everyone"}
    return tuple((keys.get(name, name), words.get(name, sentence)) for name, sentence in clash)
