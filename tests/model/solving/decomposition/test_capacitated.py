"""Where options fill up, cuts of the flow find what the reference model finds, and at any size."""

import os
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest

from siting.common.errors import InfeasibleError
from siting.model import (
    Cost,
    Coverage,
    Instance,
    Limits,
    Mean,
    Objective,
    OfficeType,
    Phase,
    Solution,
    Target,
    Worst,
    solve,
)
from siting.studies.benchmark.formats import read_benchmark

SHARED = Path(os.environ.get("SITING_SHARED", Path(__file__).parents[5] / "shared"))
BENCH = SHARED / "bench/cap"
needs_bench = pytest.mark.skipif(not BENCH.exists(), reason="../shared/bench/cap is not there")


def towns(seed: int, clients: int = 40, sites: int = 12, existing: int = 2) -> Instance:
    rng = np.random.default_rng(seed)
    homes, places = rng.uniform(0, 60, (clients, 2)), rng.uniform(0, 60, (sites, 2))
    minutes = np.hypot(*(homes[:, None] - places[None]).transpose(2, 0, 1)).round(1)
    return Instance.from_matrix(
        minutes,
        rng.integers(1, 100, clients),
        existing=np.arange(sites) < existing,
        annual_cost=rng.integers(1, 5, sites),
    )


def room(instance: Instance, share: float) -> dict[str, float]:
    """Room in each site, so that so many of all could stand in all of them."""
    people = float(instance.weights.sum())
    return {site: round(people / share / len(instance.site_ids)) for site in instance.site_ids}


def both(instance: Instance, objective: Objective, limits: Limits) -> Solution:
    """Solve in both ways, and assert that they agree."""
    answers = [solve(instance, objective, limits, method=method, ties=False) for method in WAYS]
    for answer in answers:
        assert answer.status == "optimal"
    assert answers[1].method == "decomposition"
    assert answers[1].objective == pytest.approx(answers[0].objective, rel=1e-6)
    return answers[1]


WAYS: tuple[Literal["classic", "decomposition"], ...] = ("classic", "decomposition")
KINDS = [OfficeType("small", 1, capacity=150), OfficeType("large", 2, capacity=600)]
ASKED: dict[str, tuple[Objective, dict[str, Any]]] = {
    "mean": (Mean(), {}),
    "mean with costs": (Mean(cost_weight=500.0), {}),
    "coverage": (Coverage(12), {"new_sites_max": 3}),
    "worst": (Worst(), {"new_sites_max": 8}),
    "cost": (Cost([Target(0.5, 15)]), {}),
    "kinds": (Mean(), {"office_types": KINDS, "annual_budget": 7, "capacity": {}}),
    "phases": (Mean(), {"phases": [Phase("a", opened_max=6), Phase("b", opened_max=2)]}),
}


@pytest.mark.parametrize("single", [False, pytest.param(True, marks=pytest.mark.long)])
@pytest.mark.parametrize("asked", ASKED)
def test_agrees_with_the_reference_model(asked: str, *, single: bool) -> None:
    if single and asked == "phases":
        pytest.skip("the reference model takes minutes for it")
    instance = towns(3)
    objective, beside = ASKED[asked]
    limits = Limits(capacity=room(instance, 0.6), single_source=single)
    both(instance, objective, replace(limits, **beside))


@pytest.mark.parametrize("seed", range(4))
def test_nobody_is_overfull_and_all_are_served(seed: int) -> None:
    instance = towns(seed)
    rooms = room(instance, 0.7)
    found = both(instance, Mean(), Limits(capacity=rooms))
    served = found.shares.toarray()
    assert served.sum(axis=1) == pytest.approx(1.0)
    load = instance.weights @ served
    assert (load <= np.array([*rooms.values()]) * (1 + 1e-6)).all()


@pytest.mark.parametrize("seed", range(3))
def test_single_source_is_the_best_of_all_assignments(seed: int) -> None:
    instance = towns(seed, clients=6, sites=3, existing=1)
    rooms = room(instance, 0.6)
    minutes, limit = instance.times.toarray(), np.array([*rooms.values()])
    best = np.inf
    for places in product(range(3), repeat=6):
        load = np.bincount(places, weights=instance.weights, minlength=3)
        if (load <= limit).all():
            cost = float(instance.weights @ minutes[np.arange(6), places])
            best = min(best, cost)
    limits = Limits(capacity=rooms, single_source=True)
    if np.isinf(best):
        with pytest.raises(InfeasibleError):
            solve(instance, Mean(), limits, method="decomposition")
        return
    found = solve(instance, Mean(), limits, method="decomposition")
    assert found.objective == pytest.approx(best)
    assert set(found.shares.data) == {1.0}


def test_too_little_room_is_told_by_both_ways() -> None:
    instance = towns(1)
    for method in WAYS:
        with pytest.raises(InfeasibleError, match="capacity"):
            solve(instance, Mean(), Limits(capacity=room(instance, 1.2)), method=method)


def test_coverage_leaves_out_whom_there_is_no_room_for() -> None:
    instance = towns(1, existing=0)
    found = both(instance, Coverage(60), Limits(capacity=room(instance, 1.25)))
    assert found.objective == pytest.approx(0.8 * instance.weights.sum(), rel=0.02)


def test_who_is_not_covered_still_goes_where_there_is_room() -> None:
    minutes = np.array([[1.0, 30.0], [2.0, 40.0], [3.0, 50.0]])
    instance = Instance.from_matrix(minutes, [10, 10, 10], site_ids=["a", "b"])
    for room_in_b, served in ((8, 18), (30, 30)):
        limits = Limits(capacity={"a": 10, "b": room_in_b}, force_open=["a", "b"])
        found = solve(instance, Coverage(5), limits)
        assert found.objective == pytest.approx(10)
        assert instance.weights @ found.shares.toarray().sum(axis=1) == pytest.approx(served)
        assert (instance.weights @ found.shares.toarray())[0] == pytest.approx(10)


@pytest.mark.parametrize("single", [False, True])
def test_coverage_counts_neither_whom_nothing_reaches_nor_who_finds_no_room(
    *, single: bool
) -> None:
    minutes = np.array([[4.0, 21.0], [16.0, 5.0], [np.inf, np.inf], [3.0, np.inf]])
    instance = Instance.from_matrix(minutes, [500, 300, 200, 50], site_ids=["a", "b"])
    for room_in_a, covered in ((2000, 850), (550, 550), (10, 0 if single else 10)):
        limits = Limits(capacity={"a": room_in_a}, new_sites_max=1, force_open=["a"])
        found = solve(instance, Coverage(20), replace(limits, single_source=single))
        assert found.status == "optimal"
        assert found.objective == pytest.approx(covered)


def test_more_pairs_than_are_handed_over_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    instance = towns(5)
    limits = Limits(capacity=room(instance, 0.8), new_sites_max=10)
    whole = solve(instance, Mean(), limits, method="decomposition", ties=False)
    monkeypatch.setattr("siting.model.solving.decomposition.flow.MANY", 10)
    monkeypatch.setattr("siting.model.solving.decomposition.flow.NEAREST", 1)
    few = solve(instance, Mean(), limits, method="decomposition", ties=False)
    assert few.status == "optimal"
    assert few.objective == pytest.approx(whole.objective)
    tight = replace(limits, new_sites_max=3)
    with pytest.raises(InfeasibleError):
        solve(instance, Mean(), tight, method="decomposition")


def test_time_that_runs_out_leaves_a_true_bound() -> None:
    instance = towns(2, clients=300, sites=60, existing=0)
    limits = Limits(capacity=room(instance, 0.2))
    objective = Mean(cost_weight=2000.0)
    stopped = solve(instance, objective, limits, time_limit=0.3, ties=False)
    proved = solve(instance, objective, limits, ties=False)
    assert proved.objective is not None
    assert stopped.bound <= proved.objective * (1 + 1e-9)


@needs_bench
@pytest.mark.long
@pytest.mark.parametrize("single", [False, True])
@pytest.mark.parametrize("name", ["capa", "capb"])
def test_large_instances_of_the_literature_are_proved(name: str, *, single: bool) -> None:
    benchmark = read_benchmark(BENCH / f"{name}.txt")
    limits = replace(benchmark.limits, single_source=single)
    limit = 120 if single else 60
    found = solve(benchmark.instance, benchmark.objective, limits, time_limit=limit, ties=False)
    assert found.objective is not None
    assert found.bound <= found.objective
    assert found.status == "optimal" if not single else found.gap <= 1e-3
