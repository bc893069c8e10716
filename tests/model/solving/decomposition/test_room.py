"""Sites that fill up, in the decomposition: its rows, its division, and its answers."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.common.types import Floats
from siting.model import (
    Cost,
    Coverage,
    Equity,
    Instance,
    Limits,
    Mean,
    Objective,
    OfficeType,
    Phase,
    Target,
    solve,
)
from siting.model.formulation import make_formulation
from siting.model.presolve import drop_forbidden_pairs
from siting.model.program import Program
from siting.model.solving.classic import solve_classic
from siting.model.solving.decomposition.costs import SortedCosts
from siting.model.solving.decomposition.room import Room, divided
from siting.model.solving.decomposition.solve import Decomposition
from siting.model.solving.search import Search, Solver

KINDS = [OfficeType("small", 1.0, capacity=90), OfficeType("large", 3.0, capacity=260)]


def town(seed: int, clients: int = 40, sites: int = 14, existing: int = 2) -> Instance:
    rng = np.random.default_rng(seed)
    homes, offices = rng.uniform(0, 60, (clients, 2)), rng.uniform(0, 60, (sites, 2))
    return Instance.from_matrix(
        np.hypot(*(homes[:, None] - offices[None]).transpose(2, 0, 1)),
        rng.integers(1, 50, clients),
        existing=np.arange(sites) < existing,
        annual_cost=rng.integers(1, 9, sites),
        site_groups={"region": rng.choice(list("abcd"), sites).tolist()},
        client_groups={"county": rng.choice(list("ab"), clients).tolist()},
    )


def rooms(instance: Instance, seed: int, *, existing: bool = False) -> dict[str, float]:
    """Return a capacity for each new site, and for existing ones where that is asked for."""
    room = np.random.default_rng(seed).integers(60, 400, len(instance.site_ids)).tolist()
    fills = np.flatnonzero(~instance.existing | np.bool_(existing))
    return {instance.site_ids[site]: float(room[site]) for site in fills}


def limits_of(name: str, instance: Instance) -> Limits:
    return {
        "sites fill up": Limits(new_sites_max=6, capacity=rooms(instance, 1)),
        "all sites fill up": Limits(annual_budget=60, capacity=rooms(instance, 2, existing=True)),
        "kinds": Limits(new_sites_max=6, annual_budget=12, office_types=KINDS),
        "kinds, one in each region": Limits(
            annual_budget=9, office_types=KINDS, max_new_per_group={"region": 1}
        ),
        "kinds in phases": Limits(
            office_types=KINDS,
            phases=[
                Phase("1", annual_budget=5, opened_max=3),
                Phase("2", annual_budget=11, years=2),
            ],
        ),
    }[name]


SETS = [
    "sites fill up",
    "all sites fill up",
    "kinds",
    "kinds, one in each region",
    "kinds in phases",
]
# The others are solved by a flow.
WITH_FALLBACK = [name for name in SETS if name != "all sites fill up"]


@pytest.mark.parametrize("objective", [Mean(), Coverage(12), Equity()], ids=lambda each: each.kind)
@pytest.mark.parametrize("name", SETS)
def test_agrees_with_the_classic_model(objective: Objective, name: str) -> None:
    instance = town(7)
    limits = limits_of(name, instance)
    classic, decomposed = (
        solve(instance, objective, limits, method=method) for method in ("classic", "decomposition")
    )
    assert (classic.method, decomposed.method) == ("classic", "decomposition")
    assert classic.status == decomposed.status == "optimal"
    assert decomposed.objective == pytest.approx(classic.objective, rel=1e-6)
    assert decomposed.bound == pytest.approx(classic.objective, rel=1e-6)
    assert decomposed.open_sites == classic.open_sites
    assert decomposed.office_types == classic.office_types


def program_of(seed: int, name: str) -> Program:
    instance = town(seed)
    limits = limits_of(name, instance)
    formulation = make_formulation(instance, limits, limits.parts(), serve_all=True)
    return formulation.with_goal(Mean().functional(formulation))[0]


@settings(max_examples=40)
@given(st.integers(0, 20), st.sampled_from(WITH_FALLBACK), st.integers(0, 1000))
def test_rows_never_cut_off_a_true_cost_and_are_met_where_they_were_made(
    seed: int, name: str, draw: int
) -> None:
    program = program_of(seed, name)
    costs = SortedCosts.of(program, program.goal)
    count, rng = len(program.lower), np.random.default_rng(draw)
    room = Room(program, costs, count)
    shares = np.maximum(rng.uniform(size=count) * (rng.uniform(size=count) < 0.4), program.lower)
    columns = np.concatenate([shares, costs.least()])
    least, matrix = room.cuts(columns)
    chosen = (rng.uniform(size=count) < 0.3) | (program.lower > 0)
    true = np.concatenate([chosen, true_costs(program, costs, chosen)])
    assert (matrix @ true >= least - 1e-6).all()
    least, matrix = room.cuts(np.concatenate([chosen, costs.least()]))
    assert (matrix @ true >= least - 1e-6).all()
    # With what it costs, a choice breaks nothing.
    assert len(room.cuts(true)[0]) == 0


def true_costs(program: Program, costs: SortedCosts, chosen: np.ndarray) -> Floats:
    """Return what each group costs if the people are divided among a choice."""
    only = chosen.astype(np.float64)
    narrow = drop_forbidden_pairs(replace(program, lower=only, upper=only, rows=()))
    answer = solve_classic(narrow, Search(Solver(), 1e-9, None))
    split = answer.split
    assert split is not None
    paid = np.bincount(
        split.services, split.minutes * split.shares, minlength=len(program.fallback)
    )
    total = np.bincount(costs.group, costs.weights * paid[costs.services])
    return np.asarray(total / costs.group_weights)


@pytest.mark.parametrize("name", WITH_FALLBACK)
def test_people_are_divided_as_the_classic_model_does(name: str) -> None:
    for seed in range(12):
        program = program_of(seed, name)
        chosen = (np.random.default_rng(seed).uniform(size=len(program.lower)) < 0.6) | (
            program.lower > 0
        )
        only = chosen.astype(np.float64)
        narrow = drop_forbidden_pairs(replace(program, lower=only, upper=only, rows=()))
        classic = solve_classic(narrow, Search(Solver(), 1e-9, None))
        split = divided(program, chosen)
        value = program.value(program.goal, chosen, split)
        assert value == pytest.approx(classic.value, rel=1e-9)
        assert replace(program, rows=(), upper=np.ones_like(only)).holds(chosen, split)


def test_divided_people_need_not_come_to_multiples_of_a_unit() -> None:
    # Of the better pair, 2.5 of 7 people have 10 minutes instead of 0: half a unit below 30.
    minutes = np.array([[0.0, 10.0, 10.0], [10.0, 10.0, 0.0]])
    instance = Instance.from_matrix(minutes, weights=[5, 2], site_ids=["a", "b", "c"])
    limits = Limits(new_sites_max=2, capacity={"a": 2.5, "b": 2.0, "c": 4.5})
    for method in ("classic", "decomposition"):
        found = solve(instance, Mean(), limits, method=method)
        assert (found.status, found.objective) == ("optimal", 25.0)
    program = program_of(1, "sites fill up")
    assert Decomposition(program, Search(Solver(), 1e-6, None)).step == 0


def test_ties_are_broken_where_only_the_targets_count_people() -> None:
    instance = Instance.from_matrix(np.ones((1, 2)), [1.0], site_ids=["u", "v"])
    limits = Limits(office_types=[OfficeType("small", 0.0, capacity=2.0)])
    for method in ("classic", "decomposition"):
        found = solve(instance, Cost([Target(0.6, 5)]), limits, method=method)
        assert (found.new_sites, found.ties_decided) == (("u",), True)


def test_without_room_for_all_there_is_no_answer() -> None:
    instance = town(3, existing=0)
    limits = Limits(new_sites_max=3, capacity=dict.fromkeys(instance.site_ids, 50.0))
    for method in ("classic", "decomposition"):
        with pytest.raises(Exception, match="capacity"):
            solve(instance, Mean(), limits, method=method)
