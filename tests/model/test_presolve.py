"""Each rule that makes a program smaller, where it holds and where it must not be used."""

import tracemalloc
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from scipy.sparse import csr_array

from siting.common.types import Bools, Floats
from siting.model import Instance, Limits, Mean, OfficeType, Phase, solve
from siting.model.formulation import Formulation, make_formulation
from siting.model.instance import row_minima
from siting.model.presolve import drop_useless_options, merge_services, prune_pairs
from siting.model.program import Program
from siting.model.solving.classic import solve_classic
from siting.model.solving.search import Search, Solver
from tests.model.problems import Problem, mean_problems, problems


def build(instance: Instance, limits: Limits) -> Program:
    """Return the program of the mean travel time."""
    formulation = make_formulation(instance, limits, limits.parts(), serve_all=True)
    return formulation.with_goal(Mean().functional(formulation))[0]


def build_whole(instance: Instance, limits: Limits) -> Program:
    """Return the same program with nothing dropped or merged."""
    formulation = formulate_whole(instance, limits)
    return replace(formulation.program, goal=Mean().functional(formulation))


def formulate_whole(instance: Instance, limits: Limits) -> Formulation:
    """Return the formulation with no pair dropped."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("siting.model.presolve.prune_pairs", lambda program: program)
        patch.setattr("siting.model.formulation.nearest_minutes", _nowhere)
        return make_formulation(instance, limits, limits.parts(), serve_all=True)


def _nowhere(times: csr_array, _open: Bools) -> Floats:
    return np.full(times.shape[0], np.inf)


def search() -> Search:
    return Search(Solver(), 1e-6, None)


def test_pairs_beyond_an_office_that_stays_are_dropped(line: Callable[..., Instance]) -> None:
    instance = line([0, 10], [0, 8, 20], existing=[True, False, False])
    program = build(instance, Limits(new_sites_max=1))
    assert program.fallback.tolist() == [0, 10]
    assert program.times.nnz == 1


def test_an_office_that_shuts_is_no_bound(line: Callable[..., Instance]) -> None:
    instance = line([0], [0, 7, 9], existing=[True, False, False])
    limits = Limits(force_shut=["0"], new_sites_max=1)
    right = build(instance, limits)
    assert solve(instance, Mean(), limits).objective == 7
    assert np.isinf(right.fallback).all()
    # With the time to the shut office as its bound, the person would seem to need no new one.
    wrong = prune_pairs(replace(right, fallback=np.array([0.0])))
    assert solve_classic(wrong, search()).value == 0


def test_an_office_that_fills_up_is_no_bound(line: Callable[..., Instance]) -> None:
    instance = line([0, 0], [0, 7], existing=[True, False])
    room_for_one = Limits(capacity={"0": 1})
    assert build(instance, room_for_one).times.nnz == 2
    assert solve(instance, Mean(), room_for_one).objective == 7
    # With the time to the full office as its bound, nobody would need the new one.
    assert prune_pairs(build_whole(instance, Limits())).times.nnz == 0


def test_rows_that_force_or_forbid_become_bounds(line: Callable[..., Instance]) -> None:
    instance = line([0, 9, 20], [0, 9, 20])
    program = build(instance, Limits(force_open=["1"], force_shut=["2"]))
    assert program.lower.tolist() == [0, 1, 0]
    assert program.upper.tolist() == [1, 1, 0]
    assert program.fallback.tolist() == [9, 0, 11]
    all_of_them = build(instance, Limits(new_sites_min=3))
    assert all_of_them.lower.tolist() == [1, 1, 1]


def test_a_candidate_that_helps_nobody_is_dropped(line: Callable[..., Instance]) -> None:
    instance = line([0, 1], [0, 9], existing=[True, False], annual_cost=[0, 0.5])
    limits = Limits(new_sites_max=1, annual_budget=5)
    assert build(instance, limits).upper.tolist() == [1, 0]


def test_a_candidate_that_a_limit_asks_for_stays(line: Callable[..., Instance]) -> None:
    regions = {"region": ["a", "b", "b"]}
    instance = line([0, 1], [0, 9, 8], existing=[True, False, False], site_groups=regions)
    guarantee = Limits(at_least_one_per_group=["region"])
    assert solve(instance, Mean(), guarantee).new_sites == ("1",)
    assert solve(instance, Mean(), Limits(new_sites_min=1)).new_sites == ("1",)
    # Dropped without a look at the limits, no answer is left.
    program = build(instance, guarantee)
    new = np.array([False, True, True])
    wrong = drop_useless_options(replace(program, rows=()), new).upper
    assert wrong.tolist() == [1, 0, 0]
    assert solve_classic(replace(program, upper=wrong), search()).state == "infeasible"


def test_equal_clients_are_merged(line: Callable[..., Instance]) -> None:
    instance = line([3, 3, 5], [0, 9], weights=[1, 2, 4])
    program = build(instance, Limits())
    assert program.people.tolist() == [3, 4]
    assert program.goal.weights.tolist() == [3, 4]


def test_clients_with_another_fallback_are_not_merged() -> None:
    # Both have the candidate at 1 minute; one has an office at 2 minutes, the other at 50.
    times = np.array([[1.0, 2.0, np.inf], [1.0, np.inf, 50.0]])
    instance = Instance.from_matrix(times, [1, 1], existing=[False, True, True])
    program = build(instance, Limits())
    assert len(program.fallback) == 2
    assert solve(instance, Mean(), Limits(force_shut=["0"])).objective == 52
    # Joined by their candidates alone, both would seem to have the near office.
    wrong, service_of = merge_services(replace(program, fallback=np.array([2.0, 2.0])))
    assert service_of.tolist() == [0, 0]
    offices = np.array([False, True, True])
    assert wrong.goal.of_times(offices, wrong.nearest(offices)) == 4


@settings(max_examples=150)
@given(mean_problems())
def test_reducing_never_changes_the_answer(problem: tuple[Instance, Limits]) -> None:
    instance, limits = problem
    small, whole = (
        solve_classic(make(instance, limits), search()) for make in (build, build_whole)
    )
    assert small.state == whole.state
    assert np.isclose(small.value, whole.value)


@pytest.mark.parametrize(
    "names",
    [
        ("phases",),
        ("phases", "office_types"),
        ("phases", "capacity"),
        ("phases", "max_time"),
        ("closing", "office_types"),
        ("phases", "force_shut"),
    ],
)
def test_pairs_dropped_before_they_are_repeated_are_those_dropped_after(
    names: tuple[str, ...],
) -> None:
    @settings(max_examples=30)
    @given(problems("mean", names))
    def check(problem: Problem) -> None:
        instance, _, limits = problem
        # Clients whom nobody reaches are refused before it comes to this.
        assume((np.isfinite(row_minima(instance.times)) | (instance.weights == 0)).all())
        found = make_formulation(instance, limits, limits.parts(), serve_all=True)
        whole = formulate_whole(instance, limits)
        expected = prune_pairs(whole.program)
        assert found.program.fallback.tolist() == expected.fallback.tolist()
        for part in ("data", "indices", "indptr"):
            in_order = [getattr(each.times, part).tolist() for each in (found.program, expected)]
            assert in_order[0] == in_order[1]
        assert found.pairs == whole.pairs

    check()


def test_many_phases_and_kinds_take_no_memory_for_pairs_that_do_not_matter() -> None:
    times = np.random.default_rng(1).uniform(1, 100, size=(200, 500))
    times[:, 0] = 1.5
    instance = Instance.from_matrix(times, np.ones(200), existing=[True] + [False] * 499)
    phases = [Phase(str(year)) for year in range(20)]
    kinds = [OfficeType(str(kind), 1.0) for kind in range(10)]
    limits = Limits(new_sites_max=2, phases=phases, office_types=kinds)
    tracemalloc.start()
    formulation = make_formulation(instance, limits, limits.parts(), serve_all=True)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert formulation.pairs == 200 * (20 + 499 * 10 * 210)
    # A pair of each phase and kind takes 12 bytes, were all of them there at once.
    assert peak < formulation.pairs * 12 / 4
