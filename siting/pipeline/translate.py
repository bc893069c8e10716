"""What a scenario asks, in the terms of the model, and back."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from osmnx.distance import great_circle
from scipy.sparse import csr_array

from siting.inputs.costs import Costs
from siting.model import (
    Closing,
    Cost,
    Coverage,
    Equity,
    Lexicographic,
    Limits,
    LimitUse,
    Mean,
    Objective,
    OfficeType,
    Phase,
    Quota,
    Spacing,
    Target,
    Worst,
)
from siting.scenario.schema import Scenario, Stage

type Single = Mean | Coverage | Worst | Equity | Cost

LIMIT_KEYS: Mapping[str, str] = {
    "new_sites_max": "new_offices_max",
    "new_sites_min": "new_offices_min",
    "annual_budget": "annual_budget_msek",
    "one_off_budget": "one_off_budget_msek",
    "max_new_per_group": "max_new_per_municipality",
    "quota": "quotas",
    "type_quota": "office_types",
    "closing": "closing",
    "phases": "phases",
}
"""What a limit of the model that has a use is called in a scenario file and in a manifest."""
_GUARANTEES = {
    "at least one site in each fa_region": "fa_region_guarantee",
    "at least one site in each county": "county_guarantee",
}


def objective_of(scenario: Scenario) -> Objective:
    """The objective of a scenario as the model takes it."""
    wanted = scenario.objective
    if wanted.kind != "lexicographic":
        return _single(wanted.stage())
    return Lexicographic([(_single(stage), stage.tolerance) for stage in wanted.order])


def _single(stage: Stage) -> Single:
    if stage.kind == "coverage" and stage.within_minutes is not None:
        return Coverage(stage.within_minutes)
    if stage.kind == "cost":
        return Cost(
            [
                Target(each.share, each.within_minutes, _grouping(each.each))
                for each in stage.targets
            ]
        )
    if stage.kind == "equity":
        return Equity(stage.epsilon)
    return Worst() if stage.kind == "worst" else Mean()


def _grouping(each: str) -> str | None:
    return None if each == "nation" else each


def limits_of(scenario: Scenario, sites: pd.DataFrame, costs: Costs) -> Limits:
    """The limits of a scenario as the model takes them."""
    wanted, kinds = scenario.limits, scenario.office_types
    guarantees = {"fa_region": wanted.fa_region_guarantee, "county": wanted.county_guarantee}
    return Limits(
        new_sites_max=wanted.new_offices_max,
        new_sites_min=wanted.new_offices_min,
        annual_budget=wanted.annual_budget_msek,
        one_off_budget=wanted.one_off_budget_msek,
        max_new_per_group={"municipality": wanted.max_new_per_municipality},
        at_least_one_per_group=[name for name, given in guarantees.items() if given],
        force_open=tuple(sites.loc[sites["forced"], "code"]),
        quotas=[Quota(each.group, each.labels, each.min, each.max) for each in wanted.quotas],
        closing=_closing(scenario, sites),
        closing_frees_budget=scenario.closing.frees_budget,
        spacing=_spacing(wanted.spacing_km, sites[sites["allowed"]]),
        max_time=wanted.max_minutes,
        capacity=_capacity(scenario, sites[sites["allowed"]]),
        office_types=list(_office_types(scenario, costs)),
        type_quotas={name: (kinds.min.get(name), kinds.max.get(name)) for name in kinds.limits()},
        phases=[
            Phase(
                name=each.name,
                annual_budget=each.annual_budget_msek,
                one_off_budget=each.one_off_budget_msek,
                opened_max=each.new_offices_max,
                years=each.years,
            )
            for each in scenario.phases
        ],
    )


def _closing(scenario: Scenario, sites: pd.DataFrame) -> Closing | None:
    wanted = scenario.closing
    if wanted.max == 0:
        return None
    may_close = tuple(sites.loc[sites["may_close"], "code"])
    return Closing(may_close, wanted.min, wanted.max)


def _spacing(least_km: float | None, sites: pd.DataFrame) -> Spacing | None:
    if least_km is None:
        return None
    lat, lon = (sites[name].to_numpy(dtype=np.float64) for name in ("lat", "lon"))
    km = great_circle(lat[:, None], lon[:, None], lat[None, :], lon[None, :]) / 1000
    row, column = np.nonzero(km < least_km)
    near = csr_array((km[row, column], (row, column)), shape=km.shape)
    return Spacing(least_km, near)


def _capacity(scenario: Scenario, sites: pd.DataFrame) -> dict[str, float]:
    wanted = scenario.capacity
    limits = ((wanted.existing_people, sites["existing"]), (wanted.new_people, ~sites["existing"]))
    return {
        code: people
        for people, members in limits
        if people is not None
        for code in sites.loc[members, "code"]
    }


def _office_types(scenario: Scenario, costs: Costs) -> Iterator[OfficeType]:
    for name in scenario.office_types.use:
        kind = costs.kinds[name]
        people = costs.people(name) if scenario.office_types.limited else np.inf
        yield OfficeType(name, kind.annual_msek, kind.one_off_msek, people)


def uses_by_key(uses: Iterable[LimitUse]) -> dict[str, dict[str, Any]]:
    """The use of each limit by the key that the scenario file has for it.

    Of a limit that stands several times, the second and later carry a number.
    """
    seen: Counter[str] = Counter()
    table = {}
    for use in uses:
        key = _GUARANTEES.get(use.sentence) or LIMIT_KEYS.get(use.name)
        if key is None:
            continue
        seen[key] += 1
        name = key if seen[key] == 1 else f"{key}_{seen[key]}"
        figures = {"limit": use.limit, "used": use.used, "slack": use.slack}
        table[name] = figures | ({"where": use.label} if use.label else {})
    return table


def clash_in_words(
    clash: Iterable[tuple[str, str]],
    scenario: Scenario,
    sites: pd.DataFrame,
    demand: pd.DataFrame,
) -> Iterator[tuple[str, str]]:
    """Limits that clash, in the words of the scenario file."""
    wanted = scenario.limits
    forced = sites[sites["forced"]]
    words = {
        "new_sites_max": f"at most {wanted.new_offices_max} new offices",
        "new_sites_min": f"at least {wanted.new_offices_min} new offices",
        "annual_budget": f"new offices cost at most {wanted.annual_budget_msek} MSEK a year",
        "one_off_budget": f"opening them costs at most {wanted.one_off_budget_msek} MSEK",
        "max_new_per_group": f"at most {wanted.max_new_per_municipality} in one municipality",
        "max_time": f"nobody has a longer way than {wanted.max_minutes} minutes",
        "spacing": f"no two new offices nearer to each other than {wanted.spacing_km} km",
        "force_open": (
            f"{', '.join(forced['place'])} must open, which makes {len(forced)} new offices at "
            f"{forced['annual_cost_msek'].sum():.1f} MSEK a year and "
            f"{forced['one_off_cost_msek'].sum():.1f} MSEK once"
        ),
    }
    for name, sentence in clash:
        if name == "at_least_one_per_group":
            region = "county" if "county" in sentence else "FA region"
            yield f"limits.{_GUARANTEES[sentence]}", f"at least one office in every {region}"
        else:
            yield _KEYS.get(name, name), words.get(name) or _named(sentence, demand)


def _named(sentence: str, demand: pd.DataFrame) -> str:
    """A sentence of the model with the name of a region in place of its code."""

    def name(found: re.Match[str]) -> str:
        code, column, title = _REGIONS[found["level"]]
        names = dict(zip(demand[code], demand[column], strict=True))
        return f"in {title}{names[found['code']]}" if found["code"] in names else found[0]

    levels = "|".join(_REGIONS)
    return re.sub(rf"in (?P<level>{levels}) (?P<code>[^\s,]+)", name, sentence)


_REGIONS = {
    "municipality": ("municipality_code", "municipality", ""),
    "county": ("county_code", "county", ""),
    "fa_region": ("fa_code", "fa_region", "the FA region "),
}
"""For each level its columns of code and name, and what it is called before a name."""

_KEYS = {name: f"limits.{key}" for name, key in LIMIT_KEYS.items()} | {
    "type_quota": "office_types",
    "closing": "closing",
    "phases": "phases",
    "spacing": "limits.spacing_km",
    "max_time": "limits.max_minutes",
    "force_open": "offices.open",
    "target": "objective.targets",
    "everyone_served": "everyone",
}
