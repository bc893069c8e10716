"""Prices bound the goal from below, and say rightly what choosing or leaving an option costs."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from siting.model import Instance, Limits, Mean, solve
from siting.model.formulation import make_formulation
from siting.model.program import Program
from siting.model.solving.decomposition import prices as module
from siting.model.solving.decomposition.costs import SortedCosts
from siting.model.solving.decomposition.master import Master, first_of, thetas
from siting.model.solving.decomposition.prices import Pricing, pricing
from siting.model.solving.search import Search, Solver

EXACT = 1e-7


def instance_of(seed: int, clients: int = 14, sites: int = 9) -> Instance:
    rng = np.random.default_rng(seed)
    minutes = rng.integers(0, 30, (clients, sites)).astype(np.float64)
    return Instance.from_matrix(
        minutes,
        rng.integers(1, 9, clients),
        existing=np.arange(sites) < seed % 3,
        annual_cost=rng.integers(0, 5, sites),
    )


def program_of(instance: Instance, limits: Limits, cost_weight: float = 0.0) -> Program:
    formulation = make_formulation(instance, limits, limits.parts(), serve_all=True)
    return formulation.with_goal(Mean(cost_weight).functional(formulation))[0]


def priced(program: Program) -> Pricing:
    found = pricing(program, SortedCosts.of(program, program.goal))
    assert found is not None
    return found


def values(program: Program, most: int) -> dict[tuple[int, ...], float]:
    """Return the value of each choice of so many of the free options at most."""
    free = np.flatnonzero(program.lower < program.upper)
    found = {}
    for count in range(most + 1):
        for listed in combinations(free.tolist(), count):
            chosen = program.lower > 0
            chosen[list(listed)] = True
            value = program.value(program.goal, chosen)
            if np.isfinite(value):
                found[listed] = value
    return found


@pytest.mark.parametrize("seed", range(12))
def test_bound_and_reduced_costs_hold(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MANY_ROWS", 1)
    program = program_of(instance_of(seed), Limits(new_sites_max=3), cost_weight=float(seed % 2))
    pricing_ = priced(program)
    assert pricing_.most == 3
    every = values(program, 3)
    best = min(every.values())
    search = Search(Solver("highs"), 1e-6, None)
    at_random = np.random.default_rng(seed).uniform(0, 20, len(pricing_.costs.weights))
    begin, _ = pricing_.at(at_random.clip(max=pricing_.costs.fallback))
    better, shares = pricing_.improve(begin, best, 1.0, search)
    assert begin.bound <= better.bound <= best + EXACT
    assert better.bound > 0.7 * best
    assert ((shares >= 0) & (shares <= 1)).all()
    for found in (begin, better):
        for listed, value in every.items():
            chosen = program.lower > 0
            chosen[list(listed)] = True
            changed = np.where(chosen, found.reduced.clip(min=0), -found.reduced.clip(max=0))
            assert value >= found.bound + changed.max() - EXACT


@pytest.mark.parametrize("seed", range(6))
def test_cuts_at_prices_hold_for_every_choice(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MANY_ROWS", 1)
    program = program_of(instance_of(seed), Limits(new_sites_max=3))
    master = Master(program, Search(Solver("highs"), 1e-6, None))
    block = first_of(master.blocks, program.goal)
    assert block is not None
    pricing_ = priced(program)
    radii = np.random.default_rng(seed).uniform(0, 20, len(block.costs.weights))
    radii = radii.clip(max=block.costs.fallback)
    bound = pricing_.at(radii)[0].bound
    master.add(block, block.costs.cuts_at(radii))
    answer = master.solve_relaxed()
    assert answer.bound >= bound - EXACT
    assert answer.bound <= min(values(program, 3).values()) + EXACT
    assert len(thetas(block, answer.columns)) == len(radii)


@pytest.mark.parametrize("seed", range(6))
def test_answers_with_prices_are_those_without(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    instance = instance_of(seed, 40, 25)
    limits = Limits(new_sites_max=6)
    without = solve(instance, Mean(), limits, method="decomposition")
    monkeypatch.setattr(module, "MANY_ROWS", 1)
    with_them = solve(instance, Mean(), limits, method="decomposition")
    assert with_them.objective == without.objective
    assert with_them.open_sites == without.open_sites
    assert with_them.status == "optimal"


def test_other_limits_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MANY_ROWS", 1)
    instance = instance_of(0)
    for limits in (
        Limits(annual_budget=5),
        Limits(new_sites_max=3, annual_budget=5),
        Limits(new_sites_max=3, new_sites_min=2),
        Limits(new_sites_max=0),
        Limits(),
    ):
        program = program_of(instance, limits)
        assert pricing(program, SortedCosts.of(program, program.goal)) is None
    program = program_of(instance, Limits(new_sites_max=3))
    fixed = replace(program, lower=program.upper)
    assert pricing(fixed, SortedCosts.of(fixed, fixed.goal)) is None


def test_small_problems_go_without() -> None:
    program = program_of(instance_of(0), Limits(new_sites_max=3))
    assert pricing(program, SortedCosts.of(program, program.goal)) is None
