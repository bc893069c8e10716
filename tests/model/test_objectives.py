"""Each objective on cases small enough to check by hand."""

from collections.abc import Callable

import numpy as np
import pytest

from siting.common.errors import ClashingLimit, InfeasibleError, InputError
from siting.model import (
    Closing,
    Cost,
    Coverage,
    Equity,
    Instance,
    Lexicographic,
    Limits,
    Mean,
    Objective,
    Target,
    Worst,
    solve,
)

type Line = Callable[..., Instance]


def test_coverage_counts_people_and_includes_the_limit(line: Line) -> None:
    instance = line([0, 10, 20], [5, 25], weights=[1, 2, 4])
    solution = solve(instance, Coverage(5), Limits(new_sites_max=1))
    assert (solution.objective, solution.sense, solution.bound) == (4, "max", 4)
    assert solution.new_sites == ("1",)
    assert solution.unreached == ()


def test_coverage_names_those_whom_nothing_reaches_in_time(line: Line) -> None:
    instance = line([0, 100], [0], client_ids=["near", "far"])
    assert solve(instance, Coverage(30), Limits()).unreached == ("far",)


def test_worst_is_followed_by_the_mean(line: Line) -> None:
    # The radius 4 leaves two choices; the mean prefers the site among the many.
    instance = line([0, 8], [4, 4], weights=[9, 1], site_ids=["b", "a"])
    near = Instance.from_matrix(np.array([[4.0, 1.0], [4.0, 4.0]]), [9, 1])
    assert solve(instance, Worst(), Limits(new_sites_max=1)).open_sites == ("a",)
    solution = solve(near, Worst(), Limits(new_sites_max=1))
    assert (solution.objective, solution.open_sites) == (4, ("1",))
    assert [(stage.kind, stage.objective) for stage in solution.stages] == [
        ("worst", 4),
        ("mean", 13),
    ]


def test_worst_leaves_out_whom_no_site_reaches() -> None:
    instance = Instance.from_matrix(np.array([[3.0], [np.inf]]), [1, 1], client_ids=["a", "b"])
    solution = solve(instance, Worst(), Limits())
    assert (solution.objective, solution.unreached) == (3, ("b",))


def test_worst_never_chooses_a_site_on_the_way_to_a_smaller_radius() -> None:
    rng = np.random.default_rng(5)
    points = rng.uniform(0, 100, (30, 2))
    times = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    solution = solve(Instance.from_matrix(times, np.ones(30)), Worst(), Limits(new_sites_max=3))
    assert solution.objective == times[:, [int(s) for s in solution.open_sites]].min(axis=1).max()


def test_equity_is_the_ede_and_not_below_the_mean(line: Line) -> None:
    instance = line([0, 4, 9, 20], [0, 8, 20], weights=[5, 1, 1, 1], existing=[True, False, False])
    solution = solve(instance, Equity(), Limits(new_sites_max=1))
    present, people = np.array([0, 4, 9, 20]), instance.weights
    kappa = -(people @ present) / (people @ present**2)
    times = solution_times(instance, solution.open_sites)
    ede = -np.log(people @ np.exp(-kappa * times) / people.sum()) / kappa
    assert solution.objective == pytest.approx(ede)
    assert ede >= people @ times / people.sum()


def test_equity_helps_those_who_have_furthest(line: Line) -> None:
    # Many gain a little at 2, one gains much at 30; more aversion turns the choice.
    instance = line([2, 30], [0, 2, 30], weights=[20, 1], existing=[True, False, False])
    one = Limits(new_sites_max=1)
    assert solve(instance, Mean(), one).new_sites == ("1",)
    assert solve(instance, Equity(epsilon=-3), one).new_sites == ("2",)


def solution_times(instance: Instance, open_sites: tuple[str, ...]) -> np.ndarray:
    columns = [instance.site_ids.index(site) for site in open_sites]
    times: np.ndarray = instance.times.toarray()[:, columns].min(axis=1)
    return times


def test_cost_reaches_targets_in_each_group(line: Line) -> None:
    instance = line(
        [0, 10, 20], [0, 10, 20], weights=[8, 1, 1], annual_cost=[5, 2, 3],
        client_groups={"county": ["a", "b", "b"]},
    )  # fmt: skip
    nation = solve(instance, Cost([Target(0.8, 1)]), Limits())
    assert (nation.objective, nation.open_sites) == (5, ("0",))
    county = solve(instance, Cost([Target(0.5, 1, "county")]), Limits())
    assert (county.objective, county.open_sites) == (7, ("0", "1"))


def test_an_impossible_target_says_how_much_can_be_reached(line: Line) -> None:
    instance = line([0, 60], [0], weights=[3, 1], client_groups={"county": ["a", "b"]})
    with pytest.raises(InfeasibleError, match=r"in all, where at most 75 % can be reached"):
        solve(instance, Cost([Target(0.9, 30)]), Limits())
    with pytest.raises(InfeasibleError, match=r"in county b, where at most 0 % can be reached"):
        solve(instance, Cost([Target(0.5, 30, "county")]), Limits())


def test_a_target_clashes_with_a_limit(line: Line) -> None:
    instance = line([0, 60], [0, 60])
    with pytest.raises(InfeasibleError) as caught:
        solve(instance, Cost([Target(1, 5)]), Limits(new_sites_max=1, annual_budget=9))
    assert caught.value.clash == (
        ClashingLimit("new_sites_max", "at most 1 new"),
        ClashingLimit("target", "100 % within 5 minutes in all"),
    )


def test_the_second_objective_may_cost_the_first_its_tolerance(line: Line) -> None:
    instance = line([0, 10], [0, 5], weights=[11, 10])
    one = Limits(new_sites_max=1)
    assert solve(instance, Mean(), one).open_sites == ("0",)
    strict = solve(instance, Lexicographic([(Mean(), 0.0), (Worst(), 0.0)]), one)
    assert strict.open_sites == ("0",)
    loose = solve(instance, Lexicographic([(Mean(), 0.1), (Worst(), 0.0)]), one)
    assert (loose.open_sites, loose.objective) == (("1",), 5)
    assert (loose.stages[0].objective, loose.stages[0].final) == (100, 105)


@pytest.mark.parametrize("people", [1, 1e8])
def test_many_people_in_time_can_stay_so_in_the_second_objective(line: Line, people: float) -> None:
    instance = line([0, 4], [2, 4], weights=[people, people])
    for first in (Coverage(5), Coverage(1)):
        stages = Lexicographic([(first, 0.0), (Mean(), 0.0)])
        solution = solve(instance, stages, Limits(new_sites_max=1))
        assert solution.status == "optimal"
        assert solution.stages[0].final == solution.stages[0].objective


def test_faults_of_objectives(line: Line) -> None:
    instance = line([0], [0])
    travels = "there is no present network from which anyone travels"
    wrong: list[tuple[Objective, list[str]]] = [
        (Coverage(-1), ["within = -1: is negative. Give minutes."]),
        (Equity(), [f"kappa = None: {travels}. Give kappa."]),
        (Equity(kappa=1), ["kappa = 1: is not below 0. Give a number below it."]),
        (Mean(cost_weight=-1), ["cost_weight = -1: is negative. Give 0."]),
        (
            Cost([Target(2, 5, "county")]),
            [
                "share = 2: is not a share. Give 0 to 1.",
                "each = 'county': unknown grouping of clients. Name one.",
            ],
        ),
    ]
    for objective, faults in wrong:
        with pytest.raises(InputError) as caught:
            solve(instance, objective, Limits())
        assert str(caught.value).splitlines() == [f"objective: {fault}" for fault in faults]
    with pytest.raises(InputError, match=r"^objective: epsilon = 1: is not below 0"):
        solve(line([0], [1], existing=[True]), Equity(epsilon=1), Limits())


@pytest.mark.parametrize(
    ("stages", "said"),
    [
        ([], "[]: there is no objective"),
        ([(Mean(), -0.5)], "[-0.5]: a tolerance is not 0 or more"),
        ([(Worst(), 0.0), (Mean(), np.nan)], "[nan]: a tolerance is not 0 or more"),
    ],
)
def test_objectives_in_order_need_one_and_no_negative_tolerance(
    stages: list[tuple[Mean | Worst, float]], said: str
) -> None:
    with pytest.raises(InputError) as caught:
        Lexicographic(stages)
    remedy = "Give at least one objective, and tolerances of 0 or more."
    assert str(caught.value) == f"objective: stages = {said}. {remedy}"


def test_equity_needs_someone_who_travels_at_present(line: Line) -> None:
    at_home = line([0, 9], [0, 9], weights=[5, 0], existing=[True, False])
    with pytest.raises(InputError, match="no present network from which anyone travels"):
        solve(at_home, Equity(), Limits())
    assert solve(at_home, Equity(kappa=-0.1), Limits()).objective == 0


def test_the_tolerance_of_a_cost_is_of_what_is_reported(line: Line) -> None:
    # Closing saves 4; a quarter of it may be spent on an office where everyone lives.
    instance = line([0], [0, 9, 9], existing=[False, True, True], annual_cost=[1, 9, 4])
    closing = Limits(closing=Closing(("2",)))
    for tolerance, expected in ((0.2, ()), (0.25, ("0",))):
        stages = Lexicographic([(Cost([Target(0, 5)]), tolerance), (Mean(), 0.0)])
        assert solve(instance, stages, closing).new_sites == expected


def test_the_tolerance_of_equity_is_in_its_own_unit(line: Line) -> None:
    instance = line([2, 30], [0, 2, 30], weights=[20, 1], existing=[True, False, False])
    one, aversion = Limits(new_sites_max=1), Equity(epsilon=-3)
    best = solve(instance, aversion, one)
    other = solve(instance, aversion, Limits(force_open=["1"], new_sites_max=1))
    assert best.objective is not None
    assert other.objective is not None
    needed = other.objective / best.objective - 1
    for tolerance, expected in ((0.9 * needed, "2"), (1.1 * needed, "1")):
        stages = Lexicographic([(aversion, tolerance), (Mean(), 0.0)])
        assert solve(instance, stages, one).new_sites == (expected,)


def test_a_worst_case_that_runs_out_of_time_claims_nothing() -> None:
    rng = np.random.default_rng(3)
    instance = Instance.from_matrix(rng.uniform(0, 100, (400, 400)), np.ones(400))
    solution = solve(instance, Worst(), Limits(new_sites_max=15), time_limit=0.3)
    assert solution.status in {"feasible", "unknown"}
    assert solution.reason == "time_limit"
    assert (solution.objective is None) == (solution.status == "unknown")
