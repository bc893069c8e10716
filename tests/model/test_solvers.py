"""Each solver gives the same answer, or says clearly what it cannot do."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from siting.errors import InfeasibleError, InputError
from siting.model import Coverage, Instance, Limits, Mean, Solver, solve
from siting.model.solvers import PACKAGES

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
    assert [limit for limit, _ in caught.value.clash] == ["annual_budget", "everyone_served"]


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
    for wrong, key in (({"name": "gurobi"}, "name"), ({"threads": 0}, "threads")):
        with pytest.raises(InputError) as caught:
            Solver(**wrong)
        assert [fault.key for fault in caught.value.faults] == [key]


@pytest.mark.skipif("scip" not in INSTALLED, reason="the package pyscipopt is not installed")
def test_scip_refuses_threads_and_the_decomposition() -> None:
    with pytest.raises(InputError, match="one thread"):
        Solver("scip", threads=2)
    with pytest.raises(InputError, match="for HiGHS only"):
        solve(instance(), Mean(), Limits(), solver="scip", method="decomposition")


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
