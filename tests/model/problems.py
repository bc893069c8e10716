"""Small instances, and every limit and objective on them, drawn by hypothesis."""

from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.spatial.distance import cdist

from siting.common.types import Floats
from siting.model import (
    Closing,
    Cost,
    Coverage,
    Different,
    Equity,
    Instance,
    Lexicographic,
    Limits,
    Mean,
    Objective,
    OfficeType,
    Phase,
    Quota,
    Spacing,
    Target,
    Worst,
)

type Problem = tuple[Instance, Objective, Limits]

OBJECTIVES: dict[str, Objective] = {
    "mean": Mean(),
    "mean and cost": Mean(cost_weight=3.0),
    "coverage": Coverage(5),
    "worst": Worst(),
    "equity": Equity(kappa=-0.05),
    "equity by epsilon": Equity(epsilon=-0.5),
    "cost": Cost([Target(0.6, 5)]),
    "cost in each county": Cost([Target(0.5, 6, "county"), Target(0.9, 30)]),
    "mean, then worst": Lexicographic([(Mean(), 0.1), (Worst(), 0.0)]),
    "worst, then coverage": Lexicographic([(Worst(), 0.25), (Coverage(5), 0.1), (Mean(), 0.0)]),
    "cost, then equity": Lexicographic(
        [(Cost([Target(0.6, 5)]), 0.3), (Equity(kappa=-0.05), 0.05), (Mean(), 0.0)]
    ),
}

LIMITS = (
    "new_sites_max", "new_sites_min", "annual_budget", "one_off_budget", "max_new_per_group",
    "at_least_one_per_group", "at_least_one_in", "force_open", "force_shut", "quotas", "closing",
    "closing_frees_budget", "spacing", "max_time", "capacity", "single_source", "office_types",
    "type_quotas", "phases", "different",
)  # fmt: skip
# No limit, each alone, and each with each.
SETS_OF_LIMITS: list[tuple[str, ...]] = [
    names for size in range(3) for names in combinations(LIMITS, size)
]
LINEAR = ("new_sites_max", "new_sites_min", "annual_budget", "one_off_budget", "force_open",
          "force_shut", "max_new_per_group", "at_least_one_per_group", "at_least_one_in",
          "quotas")  # fmt: skip

# How long it takes, drawn in a unit in which the objectives' minutes are told.
TENTHS = st.integers(0, 600).map(lambda number: number / 10)
MIXED = st.one_of(
    st.integers(0, 6).map(float),
    st.just(np.inf),
    st.integers(0, 6000).map(lambda number: number / 100),
)
PROFILES: dict[str, tuple[float, st.SearchStrategy[float]]] = {
    "mixed": (1.0, MIXED),
    "ints": (1.0, st.integers(0, 60).map(float)),
    "tenths": (1.0, TENTHS),
    "tiny": (1e-4, TENTHS),
    "big": (1e3, TENTHS),
    "far": (1.0, st.one_of(TENTHS, TENTHS, st.sampled_from([2000.0, 20_000.0]))),
    "duplicates": (1.0, TENTHS),
    "euclid": (1.0, TENTHS),
}
LIGHT = st.integers(0, 5)
HEAVY = st.sampled_from([0, 0, 1, 17, 404, 12_345, 678_901, 10_000_000])
FEW, MAYBE, MONEY = st.integers(0, 3), st.none() | st.integers(0, 5), st.integers(0, 8)


@st.composite
def instances(
    draw: st.DrawFn, most_sites: int = 4, *, travels: bool = False, profile: str = "mixed"
) -> Instance:
    """Draw few clients and sites, with ties, zero weights and unreachable pairs.

    With ``travels``, someone lives away from a site that exists.
    """
    clients, sites = draw(st.integers(1, 6)), draw(st.integers(1, most_sites))
    times = draw(_minutes(clients, sites, profile))
    people = LIGHT if profile == "mixed" else draw(st.sampled_from([LIGHT, HEAVY]))
    weights = draw(st.lists(people, min_size=clients, max_size=clients).filter(any))
    costs = st.lists(st.integers(0, 4), min_size=sites, max_size=sites)
    groups = [st.lists(st.sampled_from("ab"), min_size=n, max_size=n) for n in (sites, clients)]
    is_old = draw(st.lists(st.booleans(), min_size=sites, max_size=sites))
    if travels:
        times[0, 0], weights[0] = draw(st.integers(1, 60)), 1
        is_old = [True] + [False] * (sites - 1)
    return Instance.from_matrix(
        times * PROFILES[profile][0],
        weights,
        existing=is_old,
        annual_cost=draw(costs),
        one_off_cost=draw(costs),
        site_ids=draw(st.permutations("uvwxyz").map(lambda ids: ids[:sites])),
        site_groups={"region": draw(groups[0])},
        client_groups={"county": draw(groups[1])},
    )


@st.composite
def _minutes(draw: st.DrawFn, clients: int, sites: int, profile: str) -> Floats:
    minutes = PROFILES[profile][1]
    if profile == "euclid":
        ends = draw(st.lists(minutes, min_size=2 * sites, max_size=2 * sites))
        starts = draw(st.lists(minutes, min_size=2 * clients, max_size=2 * clients))
        return cdist(np.array(starts).reshape(-1, 2), np.array(ends).reshape(-1, 2))
    times = draw(st.lists(minutes, min_size=clients * sites, max_size=clients * sites))
    matrix = np.array(times, dtype=np.float64).reshape(clients, sites)
    if profile == "duplicates":
        matrix[:, sites // 2 : sites // 2 * 2] = matrix[:, : sites // 2]
        matrix[clients // 2 : clients // 2 * 2] = matrix[: clients // 2]
    return matrix


def in_unit(objective: Objective, unit: float) -> Objective:
    """Return an objective with its minutes in another unit."""
    if isinstance(objective, Lexicographic):
        stages = [(in_unit(single, unit), tolerance) for single, tolerance in objective.stages]
        return Lexicographic(stages)  # type: ignore[arg-type] # each stays what it is
    if isinstance(objective, Coverage):
        return Coverage(objective.within * unit)
    if isinstance(objective, Equity) and objective.kappa is not None:
        return Equity(kappa=objective.kappa / unit)
    if isinstance(objective, Cost):
        return Cost([replace(each, within=each.within * unit) for each in objective.targets])
    return objective


@st.composite
def limits_on(draw: st.DrawFn, instance: Instance, names: tuple[str, ...]) -> Limits:
    """Draw the limits of these names, with what each needs beside it."""
    drawn: dict[str, Any] = {}
    for name in names:
        drawn = {**_draw(draw, instance, name), **drawn}
    if "type_quotas" in names and "office_types" in names:
        kinds = {each.name for each in drawn["office_types"]}
        quotas = drawn["type_quotas"]
        drawn["type_quotas"] = {kind: quotas[kind] for kind in quotas if kind in kinds}
    return Limits(**drawn)


def _draw(draw: st.DrawFn, instance: Instance, name: str) -> dict[str, Any]:
    """Return a limit by its name, and those without which it would mean nothing."""
    if name == "closing_frees_budget":
        beside = [_draw(draw, instance, other) for other in ("closing", "annual_budget")]
        return {**beside[0], **beside[1], name: True}
    if name == "type_quotas":
        types = _types(draw, least=2)
        return {"office_types": types, name: {"large": (draw(FEW) // 2, draw(MAYBE))}}
    if name == "office_types":
        return {name: _types(draw)}
    if name == "single_source":
        return {**_draw(draw, instance, "capacity"), name: True}
    if name == "phases":
        return {name: _phases(draw)}
    return {name: draw(_one(instance)[name])}


def _one(instance: Instance) -> dict[str, st.SearchStrategy[Any]]:
    """Return a strategy for each limit that stands alone."""
    sites = list(instance.site_ids)
    old = [site for site, is_old in zip(sites, instance.existing, strict=True) if is_old]
    some = st.lists(st.sampled_from(sites), max_size=2, unique=True)
    size = len(sites) ** 2
    apart = st.lists(st.sampled_from([0.0, 1.0, 2.0]), min_size=size, max_size=size)
    answer = st.lists(st.sampled_from(sites), unique=True).map(tuple)
    return {
        "new_sites_max": FEW,
        "new_sites_min": FEW,
        "annual_budget": MONEY,
        "one_off_budget": MONEY,
        "max_new_per_group": st.just({"region": 1}),
        "at_least_one_per_group": st.just(("region",)),
        "at_least_one_in": st.lists(
            st.sampled_from(instance.site_groups["region"]), min_size=1, max_size=2, unique=True
        ).map(lambda labels: {"region": labels}),
        "force_open": some,
        "force_shut": some,
        "quotas": st.builds(
            lambda least, most: [Quota("region", instance.site_groups["region"][:1], least, most)],
            FEW,
            MAYBE,
        ),
        "closing": st.builds(
            lambda sites, least: Closing(tuple(sites), min(least, len(sites)), len(sites)),
            st.lists(st.sampled_from(old), min_size=1, unique=True),
            st.integers(0, 1),
        )
        if old
        else st.just(None),
        "spacing": apart.map(
            lambda values: Spacing(1.5, csr_array(np.array(values).reshape(len(sites), -1)))
        ),
        "max_time": st.integers(0, 60),
        "capacity": st.dictionaries(st.sampled_from(sites), st.integers(0, 12)),
        "different": st.builds(
            lambda answers, least: [Different(tuple(answers), least)],
            st.lists(answer, min_size=1, max_size=2),
            st.integers(1, 2),
        ),
    }


def _types(draw: st.DrawFn, least: int = 1) -> list[OfficeType]:
    room = st.sampled_from([2.0, 5.0, np.inf])
    return [
        OfficeType(name, draw(FEW), draw(FEW), draw(room))
        for name in ("small", "large")[: draw(st.integers(least, 2))]
    ]


def _phases(draw: st.DrawFn) -> list[Phase]:
    return [
        Phase(name, draw(MAYBE), draw(MAYBE), draw(MAYBE), draw(st.integers(1, 2)))
        for name in ("first", "second")[: draw(st.integers(1, 2))]
    ]


@st.composite
def problems(draw: st.DrawFn, objective: str, names: tuple[str, ...]) -> Problem:
    """Draw an instance of some profile and these limits on it."""
    fills = {"capacity", "single_source", "office_types", "type_quotas"} & set(names)
    # Where sites fill up, the brute force sums by an LP, which does not bear far pairs.
    profile = draw(st.sampled_from([name for name in PROFILES if name != "far" or not fills]))
    instance = draw(instances(travels=objective == "equity by epsilon", profile=profile))
    unit = PROFILES[profile][0]
    limits = draw(limits_on(instance, names))
    if limits.max_time is not None:
        limits = replace(limits, max_time=limits.max_time * unit)
    return instance, in_unit(OBJECTIVES[objective], unit), limits


@st.composite
def mean_problems(draw: st.DrawFn) -> tuple[Instance, Limits]:
    """Draw an instance and up to four linear limits."""
    instance = draw(instances(most_sites=6))
    names = draw(st.lists(st.sampled_from(LINEAR), max_size=4, unique=True))
    return instance, draw(limits_on(instance, tuple(names)))
