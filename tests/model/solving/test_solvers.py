"""Each solver gives the same answer, or says clearly what it cannot do."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pulp
import pytest

from siting.common.errors import InfeasibleError, InputError
from siting.model import Coverage, Instance, Limits, Mean, Solver, solve
from siting.model.solving.search import PACKAGES

INSTALLED = [name for name, package in PACKAGES.items() if find_spec(package)]


def instance() -> Instance:
    rng = np.random.default_rng(7)
    return Instance.from_matrix(
        rng.integers(0, 60, (30, 12)).astype(np.float64), rng.integers(1, 9, 30)
    )


def solver(name: str) -> Solver:
    if name not in INSTALLED:
        pytest.skip(f"the package {PACKAGES[name]} is not installed")
    return Solver(name)


@pytest.mark.parametrize("name", PACKAGES)
def test_solvers_agree(name: str) -> None:
    for objective in (Mean(), Coverage(20)):
        reference = solve(instance(), objective, Limits(new_sites_max=3))
        found = solve(instance(), objective, Limits(new_sites_max=3), solver=solver(name))
        assert (found.status, found.open_sites) == ("optimal", reference.open_sites)
        assert found.objective == pytest.approx(reference.objective)


@pytest.mark.parametrize("name", PACKAGES)
@pytest.mark.parametrize("budget", [0, 1, 1.7])
def test_solvers_agree_on_what_cannot_be(name: str, budget: float) -> None:
    # Each site lacks one client, so that half of each would do for all, at 1.5.
    times = np.full((3, 3), 5.0) + np.diag([np.inf] * 3)
    triangle = Instance.from_matrix(times, np.ones(3), annual_cost=np.ones(3))
    with pytest.raises(InfeasibleError) as caught:
        solve(triangle, Mean(), Limits(annual_budget=budget), solver=solver(name))
    assert [limit.key for limit in caught.value.clash] == ["annual_budget", "everyone_served"]


@pytest.mark.parametrize("name", PACKAGES)
def test_solvers_write_a_log_and_take_a_start_and_limits(name: str, tmp_path: Path) -> None:
    log = tmp_path / "solver.log"
    used = Solver(solver(name).name, log_file=log)
    reference = solve(instance(), Mean(), Limits(new_sites_max=3))
    found = solve(
        instance(), Mean(), Limits(new_sites_max=3), solver=used, time_limit=60, gap=1e-3,
        start=reference.new_sites, method="classic",
    )  # fmt: skip
    assert found.objective == pytest.approx(reference.objective, rel=1e-3)
    assert log.stat().st_size > 0


def test_what_is_not_possible_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        Solver("gurobi", threads=0)
    assert str(caught.value).splitlines() == [
        "solver: name = 'gurobi': unknown solver. Known: highs, cbc, scip.",
        "solver: threads = 0: is not positive. Give 1 or more.",
    ]


def test_a_solver_that_is_not_installed_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(PACKAGES, "cbc", "no_such_package")
    with pytest.raises(InputError, match=r"cbc.*Install the package no_such_package, or use highs"):
        Solver("cbc")


@pytest.mark.skipif("scip" not in INSTALLED, reason="the package pyscipopt is not installed")
def test_scip_refuses_threads_and_the_decomposition() -> None:
    with pytest.raises(InputError) as caught:
        Solver("scip", threads=2)
    assert str(caught.value) == "solver: threads = 2: SCIP runs on one thread. Give 1."
    with pytest.raises(InputError) as caught:
        solve(instance(), Mean(), Limits(), solver="scip", method="decomposition")
    refused = "solve: method = 'decomposition': is for HiGHS only. Use classic."
    assert str(caught.value) == refused


def test_what_highs_calls_impossible_is_asked_again_without_presolve(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[str, int]] = []
    highs = pulp.HiGHS

    def noted(**options: Any) -> pulp.HiGHS:  # noqa: ANN401 - those of PuLP
        asked.append((options["presolve"], options["threads"]))
        return highs(**options)

    monkeypatch.setattr(pulp, "HiGHS", noted)
    two = Limits(new_sites_max=2, new_sites_min=2, max_time=1)
    solve(instance(), Mean(), Limits(new_sites_max=1), solver=Solver(threads=2), ties=False)
    assert asked == [("choose", 2)]
    with pytest.raises(InfeasibleError):
        solve(instance(), Mean(), two)
    assert asked[1:3] == [("choose", 1), ("off", 1)]


def test_the_classic_model_tells_its_search_and_its_true_bound() -> None:
    rng = np.random.default_rng(4)
    hard = Instance.from_matrix(rng.uniform(0, 100, (25, 25)), np.ones(25))
    few = Limits(new_sites_max=4)
    best = solve(hard, Mean(), few, ties=False, method="classic")
    assert best.status == "optimal"
    assert (best.trace[-1].bound, best.trace[-1].incumbent) == pytest.approx(
        (best.objective, best.objective)
    )
    early = solve(hard, Mean(), few, ties=False, method="classic", gap=0.5)
    assert early.objective is not None
    assert best.objective is not None
    assert early.bound <= best.objective <= early.objective
    assert (early.status == "optimal") == (early.gap <= 1e-6)
    assert early.gap <= 0.5


def test_more_threads_give_the_same_answer() -> None:
    limits = Limits(new_sites_max=3)
    one, two = (
        solve(instance(), Mean(), limits, solver=Solver(threads=threads), method="classic")
        for threads in (1, 2)
    )
    assert one.open_sites == two.open_sites


def test_a_start_is_used_as_an_incumbent() -> None:
    rng = np.random.default_rng(4)
    hard = Instance.from_matrix(rng.uniform(0, 100, (40, 40)), np.ones(40))
    best = solve(hard, Mean(), Limits(new_sites_max=6), ties=False)
    again = solve(
        hard, Mean(), Limits(new_sites_max=6), ties=False, start=best.new_sites,
        method="decomposition",
    )  # fmt: skip
    incumbents = [point.incumbent for point in again.trace]
    assert best.objective in incumbents[:2]
