"""The answer is the best there is, the tie rule decides, and clashes are named."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings

from siting.common.errors import ClashingLimit, InfeasibleError, InputError, InterruptError
from siting.model import Coverage, Instance, Limits, Mean, NoWorse, solve
from siting.model.solving.search import PACKAGES
from tests.model.brute_force import best_of
from tests.model.problems import mean_problems


@settings(max_examples=300)
@given(mean_problems())
def test_agrees_with_brute_force(problem: tuple[Instance, Limits]) -> None:
    best = best_of(problem[0], Mean(), problem[1])
    if best is None:
        with pytest.raises(InfeasibleError):
            solve(problem[0], Mean(), problem[1])
        return
    solution = solve(problem[0], Mean(), problem[1])
    assert solution.status == "optimal"
    assert solution.objective == pytest.approx(best.values[0], abs=1e-6)
    assert solution.ties_decided
    assert solution.open_sites == best.sites


def test_everyone_goes_to_the_nearest_open_site(line: Callable[..., Instance]) -> None:
    instance = line([0, 4, 10, 11], [0, 10, 30], existing=[True, False, False])
    solution = solve(instance, Mean(), Limits(new_sites_max=1))
    assert solution.assignment.tolist() == [0, 0, 1, 1]
    assert solution.new_sites == ("1",)
    assert solution.objective == 5


def test_order_of_rows_and_sites_does_not_matter() -> None:
    rng = np.random.default_rng(3)
    times, weights = rng.uniform(0, 60, (40, 12)).round(), rng.integers(1, 9, 40)
    sites = [f"s{number:02}" for number in range(12)]
    clients = [f"c{number:02}" for number in range(40)]
    first = Instance.from_matrix(times, weights, client_ids=clients, site_ids=sites)
    rows, columns = rng.permutation(40), rng.permutation(12)
    second = Instance.from_matrix(
        times[rows][:, columns],
        weights[rows],
        client_ids=[clients[row] for row in rows],
        site_ids=[sites[column] for column in columns],
    )
    limits = Limits(new_sites_max=4)
    one, other = (solve(instance, Mean(), limits) for instance in (first, second))
    assert one.open_sites == other.open_sites
    assert one.objective == other.objective


def test_ties_fewest_new_then_cheapest_then_smallest_labels(line: Callable[..., Instance]) -> None:
    # One client, three sites at the same place: one is enough, c is dear, a comes first.
    instance = line([5], [3, 3, 3], site_ids=["c", "b", "a"], annual_cost=[2, 1, 1])
    solution = solve(instance, Mean(), Limits())
    assert solution.open_sites == ("a",)
    assert solution.ties_decided


def test_unreachable_clients_are_named() -> None:
    instance = Instance.from_matrix(np.array([[1.0], [np.inf]]), [1, 1], client_ids=["near", "far"])
    with pytest.raises(InfeasibleError, match="no site at all reaches far"):
        solve(instance, Mean(), Limits())


def test_clients_without_people_need_not_be_reached() -> None:
    instance = Instance.from_matrix(np.array([[1.0], [np.inf]]), [1, 0])
    solution = solve(instance, Mean(), Limits())
    assert solution.assignment.tolist() == [0, -1]


def test_a_smallest_clash_is_named(line: Callable[..., Instance]) -> None:
    instance = line([0], [0, 1, 2], annual_cost=[3, 3, 3], site_groups={"region": ["a", "a", "a"]})
    limits = Limits(
        new_sites_max=3, annual_budget=5, force_open=["0", "1"], at_least_one_per_group=["region"]
    )
    with pytest.raises(InfeasibleError) as caught:
        solve(instance, Mean(), limits)
    assert caught.value.clash == (
        ClashingLimit("annual_budget", "new sites cost at most 5 a year"),
        ClashingLimit("force_open", "must be open: 0, 1"),
    )
    assert caught.value.exit_code == 3


def test_a_clash_with_serving_everyone_is_named(line: Callable[..., Instance]) -> None:
    instance = line([0], [0], existing=[True])
    with pytest.raises(InfeasibleError) as caught:
        solve(instance, Mean(), Limits(force_shut=["0"], new_sites_max=2))
    assert caught.value.clash == (
        ClashingLimit("force_shut", "must be shut: 0"),
        ClashingLimit("everyone_served", "everyone reaches an open site"),
    )


def test_another_objective_is_blamed_only_where_the_limits_hold_together(
    line: Callable[..., Instance],
) -> None:
    instance = line([0, 9], [0, 9])
    both = [NoWorse(Mean(), 0.5), NoWorse(Coverage(5), 2)]
    with pytest.raises(InfeasibleError) as caught:
        solve(instance, Mean(), Limits(new_sites_max=1), under=both)
    assert caught.value.clash == (
        ClashingLimit("no_worse", "mean is no more than 0.5"),
        ClashingLimit("no_worse", "coverage is no less than 2"),
    )
    clashing = Limits(new_sites_max=1, new_sites_min=2)
    with pytest.raises(InfeasibleError) as caught:
        solve(instance, Mean(), clashing, under=[NoWorse(Mean(), 100)])
    assert [limit.key for limit in caught.value.clash] == ["new_sites_max", "new_sites_min"]


def test_an_unknown_method_is_refused(line: Callable[..., Instance]) -> None:
    with pytest.raises(InputError) as caught:
        solve(line([0], [0]), Mean(), Limits(), method="magic")  # type: ignore[arg-type] # on purpose
    remedy = "Give classic or decomposition, or leave it out."
    assert str(caught.value) == f"solve: method = 'magic': no such method. {remedy}"


@pytest.mark.parametrize(
    ("limits", "solver", "few", "method"),
    [
        (Limits(), "highs", 4, "classic"),
        (Limits(), "highs", 3, "decomposition"),
        (Limits(capacity={"0": 1}), "highs", 3, "decomposition"),
        (Limits(), "cbc", 3, "classic"),
    ],
)
def test_the_method_suits_size_limits_and_solver(
    limits: Limits, solver: str, few: int, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not find_spec(PACKAGES[solver]):
        pytest.skip(f"the package {PACKAGES[solver]} is not installed")
    monkeypatch.setattr("siting.model.solving.methods.FEW_PAIRS", few)
    instance = Instance.from_matrix(np.array([[1.0, 2.0], [2.0, 1.0]]), [1, 1])
    assert solve(instance, Mean(), limits, solver=solver).method == method


def test_all_faults_are_reported_at_once(line: Callable[..., Instance]) -> None:
    limits = Limits(force_open=["x"], force_shut=["y"], max_new_per_group={"county": 1})
    with pytest.raises(InputError) as caught:
        solve(line([0], [0]), Mean(), limits, gap=2, time_limit=-1)
    assert str(caught.value).splitlines() == [
        "limits: force_open = ['x']: unknown sites. Name sites of the instance.",
        "limits: force_shut = ['y']: unknown sites. Name sites of the instance.",
        "limits: max_new_per_group = 'county': unknown grouping of sites. Known: none.",
        "solve: gap = 2: is not from 0 to 1. Give a share, as 1e-6.",
        "solve: time_limit = -1: is not positive. Give seconds.",
    ]


def test_use_and_slack_of_each_limit(line: Callable[..., Instance]) -> None:
    instance = line(
        [0, 9],
        [0, 5, 9],
        existing=[True, False, False],
        annual_cost=[0, 2, 2],
        site_groups={"region": ["a", "a", "b"]},
    )
    limits = Limits(
        new_sites_max=2, new_sites_min=1, annual_budget=3, at_least_one_per_group=["region"]
    )
    uses = solve(instance, Mean(), limits).limits
    assert [(use.key, use.label, use.limit, use.used, use.slack) for use in uses] == [
        ("new_sites_max", "", 2, 1, 1),
        ("new_sites_min", "", 1, 1, 0),
        ("annual_budget", "", 3, 2, 1),
        ("at_least_one_per_group", "a", 1, 1, 0),
    ]


def test_a_time_limit_gives_a_true_bound_and_no_claim() -> None:
    rng = np.random.default_rng(0)
    instance = Instance.from_matrix(rng.uniform(0, 100, (300, 300)), rng.integers(1, 99, 300))
    solution = solve(instance, Mean(), Limits(new_sites_max=7), time_limit=0.5)
    assert solution.status in {"feasible", "unknown"}
    assert solution.reason == "time_limit"
    assert not solution.ties_decided
    if solution.objective is not None:
        assert solution.bound <= solution.objective


@pytest.mark.parametrize("method", ["classic", "decomposition"])
@pytest.mark.parametrize("step", ["Solving", "Choosing among equally good answers"])
def test_who_cancels_is_asked_before_each_solve(
    line: Callable[..., Instance], method: Literal["classic", "decomposition"], step: str
) -> None:
    instance, said = line([0, 4, 10, 11], [0, 10, 30]), list[str]()
    limits, whole = Limits(new_sites_max=2), list[str]()
    solve(instance, Mean(), limits, method=method, progress=whole.append)
    assert whole == ["Solving", "Choosing among equally good answers"]
    with pytest.raises(InterruptError, match=r"Cancelled\."):
        solve(
            *(instance, Mean(), limits),
            method=method,
            progress=said.append,
            cancel=lambda: step in said,
        )
    assert said == whole[: whole.index(step) + 1]


def test_who_cancels_is_asked_while_a_clash_is_looked_for(line: Callable[..., Instance]) -> None:
    instance, said = line([0, 4, 10, 11], [0, 10, 30]), list[str]()
    limits = Limits(new_sites_max=1, force_open=["0", "1"])
    with pytest.raises(InterruptError):
        solve(instance, Mean(), limits, progress=said.append, cancel=lambda: len(said) > 1)
    assert said == ["Solving", "Looking for limits that clash"]


def test_without_cancelling_nothing_is_asked_or_told(
    line: Callable[..., Instance], capsys: pytest.CaptureFixture[str]
) -> None:
    never = solve(line([0, 4], [0, 4]), Mean(), Limits(new_sites_max=1), cancel=lambda: False)
    assert never.status == "optimal"
    assert not capsys.readouterr().out
