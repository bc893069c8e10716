"""The decomposition on instances too large for brute force, and its parts."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.model import (
    Cost,
    Coverage,
    Equity,
    Instance,
    Limits,
    Mean,
    Objective,
    Target,
    Worst,
    solve,
)
from siting.model.formulation import Formulation, make_formulation
from siting.model.presolve import drop_forbidden_pairs
from siting.model.solving.classic import solve_classic
from siting.model.solving.decomposition.costs import SortedCosts
from siting.model.solving.decomposition.heuristic import moves_of, start
from siting.model.solving.decomposition.master import Master
from siting.model.solving.decomposition.solve import solve_decomposed
from siting.model.solving.search import Search, Solver


def town(seed: int, clients: int = 60, sites: int = 25, existing: int = 4) -> Instance:
    rng = np.random.default_rng(seed)
    homes, offices = rng.uniform(0, 60, (clients, 2)), rng.uniform(0, 60, (sites, 2))
    return Instance.from_matrix(
        np.hypot(*(homes[:, None] - offices[None]).transpose(2, 0, 1)),
        rng.integers(0, 50, clients),
        existing=np.arange(sites) < existing,
        annual_cost=rng.integers(1, 9, sites),
        site_groups={"region": rng.choice(list("abcd"), sites).tolist()},
        client_groups={"county": rng.choice(list("ab"), clients).tolist()},
    )


def formulation(instance: Instance, limits: Limits) -> Formulation:
    return make_formulation(instance, limits, limits.parts(), serve_all=True)


@pytest.mark.parametrize(
    "objective",
    [
        *(Mean(), Mean(cost_weight=9), Coverage(8), Worst(), Equity()),
        Cost([Target(0.5, 12, "county")]),
    ],
    ids=lambda objective: objective.kind,
)
@pytest.mark.parametrize("existing", [0, 4])
def test_agrees_with_the_classic_model(objective: Objective, existing: int) -> None:
    instance = town(existing, existing=existing)
    if existing == 0 and isinstance(objective, Equity):
        objective = Equity(kappa=-0.1)
    limits = Limits(
        new_sites_max=8, annual_budget=30, max_new_per_group={"region": 3},
        at_least_one_per_group=["region"],
    )  # fmt: skip
    classic, decomposed = (
        solve(instance, objective, limits, method=method) for method in ("classic", "decomposition")
    )
    assert classic.status == decomposed.status == "optimal"
    assert decomposed.objective == pytest.approx(classic.objective, rel=1e-6)
    assert decomposed.open_sites == classic.open_sites
    assert (decomposed.method, classic.method) == ("decomposition", "classic")


@given(st.integers(0, 50), st.lists(st.floats(0, 1), min_size=25, max_size=25))
def test_cuts_never_cut_off_a_true_cost(seed: int, shares: list[float]) -> None:
    whole = formulation(town(seed), Limits())
    program, _ = whole.with_goal(Mean().functional(whole))
    costs = SortedCosts.of(program, program.goal)
    cuts, _ = costs.cuts(np.array(shares), costs.least())
    rng = np.random.default_rng(seed)
    chosen = (rng.uniform(size=25) < 0.2).astype(np.float64)
    _, true = costs.cuts(chosen, costs.least())
    rows = np.repeat(np.arange(len(cuts)), np.diff(cuts.starts))
    saved = np.bincount(rows, cuts.coefficients * chosen[cuts.options], minlength=len(cuts))
    assert (true[cuts.group] + saved >= cuts.radius - 1e-9).all()


def test_true_costs_are_those_of_the_nearest_open_option() -> None:
    whole = formulation(town(1), Limits())
    program, _ = whole.with_goal(Mean().functional(whole))
    costs = SortedCosts.of(program, program.goal)
    chosen = program.lower.copy()
    chosen[10:15] = 1
    _, true = costs.cuts(chosen, costs.least())
    total = float(costs.group_weights @ true) + costs.constant
    is_chosen = chosen > 0
    assert total == pytest.approx(program.goal.of_times(is_chosen, program.nearest(is_chosen)))


@pytest.mark.parametrize("seed", [2, 11, 16])  # greedy leaves it none, three and two swaps
def test_the_start_keeps_to_linear_limits_and_no_swap_improves_it(seed: int) -> None:
    instance = town(seed)
    limits = Limits(new_sites_max=6, at_least_one_per_group=["region"])
    whole = formulation(instance, limits)
    program, _ = whole.with_goal(Mean().functional(whole))
    costs = SortedCosts.of(program, program.goal)
    chosen = start(moves_of(program, costs), Search(Solver(), 1e-6, None))
    assert program.holds(chosen)

    def value(choice: np.ndarray) -> float:
        return program.goal.of_times(choice, program.nearest(choice))

    for out in np.flatnonzero(chosen & (program.lower == 0)):
        for into in np.flatnonzero(~chosen & (program.upper > 0)):
            swapped = chosen.copy()
            swapped[out], swapped[into] = False, True
            if program.holds(swapped):
                assert value(swapped) >= value(chosen) - 1e-6


def test_options_that_no_answer_as_good_changes_are_fixed() -> None:
    whole = formulation(town(3), Limits(new_sites_max=8))
    program, _ = whole.with_goal(Mean().functional(whole))
    search = Search(Solver(), 1e-6, None)
    answer = solve_decomposed(program, search)
    assert answer.narrowed is not None
    lower, upper = answer.narrowed
    opened, shut = np.flatnonzero(lower > program.lower), np.flatnonzero(upper < program.upper)
    assert len(opened) > 0
    assert len(shut) > 0
    for option in opened:
        without = replace(program, upper=np.where(np.arange(25) == option, 0.0, program.upper))
        assert solve_classic(drop_forbidden_pairs(without), search).value > answer.value
    for option in shut[:3]:
        with_it = replace(program, lower=np.where(np.arange(25) == option, 1.0, program.lower))
        assert solve_classic(with_it, search).value > answer.value


@pytest.mark.parametrize("seed", [0, 2, 7])
def test_shared_cost_variables_give_the_same_answer(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = Limits(new_sites_max=8, annual_budget=30)
    alone = solve(town(seed), Mean(), limits, method="decomposition")
    monkeypatch.setattr("siting.model.solving.decomposition.costs.MOST_ALONE", 20)
    shared = solve(town(seed), Mean(), limits, method="decomposition")
    assert shared.status == "optimal"
    assert shared.open_sites == alone.open_sites
    assert shared.objective == pytest.approx(alone.objective)


def test_the_master_searches_as_it_is_asked(tmp_path: Path) -> None:
    whole = formulation(town(1), Limits())
    program, _ = whole.with_goal(Mean().functional(whole))
    used = Solver(threads=2, log_file=tmp_path / "highs.log")
    master = Master(program, Search(used, 1e-6, 60))
    assert master.solve_relaxed().state == "done"
    highs = master.highs
    assert 0 < float(highs.getOptionValue("time_limit")[1]) <= 60 + highs.getRunTime()
    for option, value in (
        ("threads", 2),
        ("log_file", str(used.log_file)),
        ("log_to_console", False),
    ):
        assert highs.getOptionValue(option)[1] == value


def test_a_time_limit_gives_the_incumbent_and_a_true_bound() -> None:
    rng = np.random.default_rng(0)
    instance = Instance.from_matrix(rng.uniform(0, 100, (500, 500)), rng.integers(1, 99, 500))
    solution = solve(instance, Mean(), Limits(new_sites_max=8), time_limit=1)
    assert solution.method == "decomposition"
    assert (solution.status, solution.reason) == ("feasible", "time_limit")
    assert solution.objective is not None
    assert solution.bound <= solution.objective
    assert len(solution.new_sites) == 8
    assert solution.trace[-1].incumbent == solution.objective


def test_each_point_of_the_trace_is_progress() -> None:
    solution = solve(town(0), Mean(), Limits(new_sites_max=8), method="decomposition")
    for before, after in pairwise(solution.trace):
        assert after.bound >= before.bound
        assert after.incumbent <= before.incumbent
        assert (after.bound, after.incumbent) != (before.bound, before.incumbent)
    assert solution.trace[-1].bound == pytest.approx(solution.objective)


def test_a_gap_that_is_asked_for_is_no_proof() -> None:
    solution = solve(town(3), Mean(), Limits(new_sites_max=9), gap=0.5, method="decomposition")
    assert (solution.status, solution.reason) in {
        ("feasible", "gap_reached"),
        ("optimal", "proved"),
    }
    assert solution.gap <= 0.5
    assert (solution.status == "optimal") == (solution.gap <= 1e-6)


def test_what_ends_at_the_gap_asked_for_is_not_solved_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the reference model was asked")

    monkeypatch.setattr("siting.model.solving.methods.solve_classic", refuse)
    limits = Limits(new_sites_max=8, annual_budget=30)
    for seed in range(12):
        asked = {"gap": 0.2, "method": "decomposition", "ties": False}
        assert solve(town(seed), Mean(), limits, **asked).gap <= 0.2  # type: ignore[arg-type] # told apart above
