"""Set covers of the worst case lose what is needless, and no answer."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from siting.model import Instance, Limits, Worst, solve
from siting.model.formulation import make_formulation
from siting.model.program import Program
from siting.model.solving.p_center import restrict, without_needless


def cover(seed: int, limits: Limits, radius: float = 9.0) -> Program:
    rng = np.random.default_rng(seed)
    instance = Instance.from_matrix(rng.integers(0, 25, (12, 8)).astype(float), np.ones(12))
    made = make_formulation(instance, limits, limits.parts(), serve_all=True)
    return replace(made, program=restrict(made.program, radius)).of_any_answer([])


def feasible(program: Program) -> bool:
    free = np.flatnonzero(program.lower < program.upper)
    for count in range(len(free) + 1):
        for listed in combinations(free.tolist(), count):
            chosen = program.lower > 0
            chosen[list(listed)] = True
            if program.holds(chosen):
                return True
    return False


@pytest.mark.parametrize("most", [2, 3, 4])
@pytest.mark.parametrize("seed", range(8))
def test_what_is_needless_goes_and_answers_stay(seed: int, most: int) -> None:
    program = cover(seed, Limits(new_sites_max=most))
    left = without_needless(program)
    assert left.times.nnz <= program.times.nnz
    assert feasible(left) == feasible(program)


def test_of_equal_options_and_services_one_stays() -> None:
    minutes = np.array([[1.0, 1, 9], [1, 1, 9], [9, 9, 1]])
    limits = Limits(new_sites_max=2)
    instance = Instance.from_matrix(minutes, np.ones(3))
    made = make_formulation(instance, limits, limits.parts(), serve_all=True)
    program = replace(made, program=restrict(made.program, 1)).of_any_answer([])
    left = without_needless(program)
    assert left.upper.tolist() == [1, 0, 1]
    assert np.isinf(left.fallback).sum() == 2


def test_least_numbers_and_ranks_keep_every_option() -> None:
    for limits in (
        Limits(new_sites_max=5, new_sites_min=4),
        Limits(force_open=["0", "3"], new_sites_max=4),
    ):
        program = cover(1, limits, 20.0)
        assert feasible(without_needless(program)) == feasible(program)
    bounded = cover(1, Limits(new_sites_max=5, new_sites_min=4), 20.0)
    assert without_needless(bounded) is bounded


@pytest.mark.parametrize("seed", range(4))
def test_without_the_mean_the_radius_is_the_same(seed: int) -> None:
    rng = np.random.default_rng(seed)
    instance = Instance.from_matrix(rng.integers(0, 60, (30, 20)).astype(float), np.ones(30))
    whole = solve(instance, Worst(), Limits(new_sites_max=4))
    alone = solve(instance, Worst(then_mean=False), Limits(new_sites_max=4))
    assert alone.objective == whole.objective == whole.stages[0].objective
    assert alone.status == "optimal"
    assert len(alone.stages) == 1
    assert not alone.ties_decided
