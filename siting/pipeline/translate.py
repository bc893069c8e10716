"""What a scenario asks, in the terms of the model, and back."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from operator import attrgetter
from typing import Any

import numpy as np
import pandas as pd
from osmnx.distance import great_circle
from scipy.sparse import csr_array

from siting.common.errors import ClashingLimit
from siting.common.levels import LEVELS
from siting.inputs.costs import Costs
from siting.inputs.select import Inputs
from siting.model import objectives
from siting.model.limits.base import LimitUse
from siting.model.limits.groups import Quota
from siting.model.limits.limits import Limits
from siting.model.limits.numbers import Phase
from siting.model.limits.sites import Closing, Spacing
from siting.model.options import OfficeType
from siting.results.limits import name_of, where_of
from siting.scenario.limits import guarantees, limit_of
from siting.scenario.objective import Stage, TargetTable
from siting.scenario.schema import Scenario


def objective_of(scenario: Scenario) -> objectives.Objective:
    """The objective of a scenario as the model takes it."""
    wanted = scenario.objective
    if wanted.kind != "lexicographic":
        return _single(wanted.stage())
    return objectives.Lexicographic([(_single(stage), stage.tolerance) for stage in wanted.order])


def _single(stage: Stage) -> objectives.Single:
    match stage.kind:
        case "coverage":
            if stage.within_minutes is None:
                raise ValueError("the schema asks for the minutes of a coverage")
            return objectives.Coverage(stage.within_minutes)
        case "cost":
            return objectives.Cost([_target(each) for each in stage.targets])
        case "equity":
            return objectives.Equity(stage.epsilon)
        case "worst":
            return objectives.Worst()
        case "mean":
            return objectives.Mean()


def _target(wanted: TargetTable) -> objectives.Target:
    each = None if wanted.each == "nation" else wanted.each
    return objectives.Target(wanted.share, wanted.within_minutes, each)


_MEANS = ("annual_budget_msek", "one_off_budget_msek", "new_offices_max")
# In the order in which `Phase` takes them.
_OF_PHASE = attrgetter("name", *_MEANS, "years")


def limits_of(scenario: Scenario, inputs: Inputs, sites: pd.DataFrame, costs: Costs) -> Limits:
    """The limits of a scenario as the model takes them."""
    wanted, kinds = scenario.limits, scenario.office_types
    return Limits(
        new_sites_max=wanted.new_offices_max,
        new_sites_min=wanted.new_offices_min,
        annual_budget=wanted.annual_budget_msek,
        one_off_budget=wanted.one_off_budget_msek,
        max_new_per_group={"municipality": wanted.max_new_per_municipality},
        at_least_one_per_group=list(guarantees(scenario).values()),
        at_least_one_in={"municipality": inputs.any_of},
        force_open=tuple(sites.loc[sites["forced"], "code"]),
        quotas=[
            Quota(each.group, labels, each.min, each.max)
            for each, labels in zip(wanted.quotas, inputs.labels, strict=True)
        ],
        closing=_closing(scenario, sites),
        closing_frees_budget=scenario.closing.frees_budget,
        spacing=_spacing(wanted.spacing_km, sites[sites["allowed"]]),
        max_time=wanted.max_minutes,
        capacity=_capacity(scenario, sites[sites["allowed"]]),
        single_source=scenario.capacity.single_source,
        office_types=list(_office_types(scenario, costs)),
        type_quotas={name: (kinds.min.get(name), kinds.max.get(name)) for name in kinds.limits()},
        phases=[Phase(*_OF_PHASE(each)) for each in scenario.phases],
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
    """The people of each site that fills up: of its own, or what the scenario says of all."""
    wanted = scenario.capacity
    of_all = sites["existing"].map({True: wanted.existing_people, False: wanted.new_people})
    people = sites["capacity"].fillna(of_all.astype(np.float64))
    return {
        str(code): float(each) for code, each in people.set_axis(sites["code"]).dropna().items()
    }


def _office_types(scenario: Scenario, costs: Costs) -> Iterator[OfficeType]:
    for name in scenario.office_types.use:
        kind = costs.office_types[name]
        people = costs.people(name) if scenario.office_types.limited else np.inf
        yield OfficeType(name, kind.annual_msek, kind.one_off_msek, people)


def uses_by_key(uses: Iterable[LimitUse]) -> dict[str, dict[str, Any]]:
    """The use of each limit by the key that the scenario file has for it.

    Of a limit that stands several times, the second and later carry a number.
    """
    seen: Counter[str] = Counter()
    table = {}
    for use in uses:
        limit = limit_of(use.key, use.group)
        if not limit.counted:
            continue
        seen[limit.key] += 1
        figures = {"limit": use.limit, "used": use.used, "slack": use.slack}
        where = where_of(use.label, use.kind)
        table[name_of(limit.key, seen[limit.key])] = figures | ({"where": where} if where else {})
    return table


def explain_clash(
    clash: Iterable[ClashingLimit], scenario: Scenario, sites: pd.DataFrame, demand: pd.DataFrame
) -> Iterator[ClashingLimit]:
    """Limits that clash, in the words of the scenario file and with the names of regions."""
    for each in clash:
        limit, (names, sentence) = limit_of(each.key, each.group), _named(each, demand)
        facts = {"names": names, **each.facts}
        if each.key == "force_open":
            facts |= _forced(sites[sites["forced"]])
        if limit.sentence:
            facts["value"] = attrgetter(limit.path)(scenario)
            sentence = limit.sentence.format(facts["value"], **facts)
        yield replace(each, key=limit.path, sentence=sentence, facts=facts)


def _forced(sites: pd.DataFrame) -> dict[str, object]:
    annual, once = (float(sites[f"{each}_cost_msek"].sum()) for each in ("annual", "one_off"))
    places = ", ".join(sites["place"])
    return {"places": places, "number": len(sites), "annual": annual, "once": once}


def _named(limit: ClashingLimit, demand: pd.DataFrame) -> tuple[str, str]:
    """The regions that it is about, by name where they have names, and what the model says so."""
    level = LEVELS.get(limit.group)
    if level is None or not level.name or not limit.template:
        return ", ".join(limit.labels), limit.sentence
    names = dict(zip(demand[level.code], demand[level.name], strict=True))
    named = ", ".join(names.get(label, label) for label in limit.labels)
    return named, limit.template.format(f"{level.title}{named}")
