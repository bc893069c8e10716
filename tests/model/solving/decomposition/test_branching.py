"""The tree: the same answers as the reference model, and what it decides a node by."""

from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.common.types import Floats
from siting.model import Instance, Limits, Mean, Phase, solve
from siting.model.presolve import in_whole_numbers, is_counting
from siting.model.program import Row
from siting.model.solving.decomposition.branching import Node, PseudoCosts, Tree, Visits
from siting.model.solving.decomposition.master import Master, MasterAnswer


def city(seed: int, *, whole: bool = False) -> Instance:
    rng = np.random.default_rng(seed)
    homes, offices = rng.uniform(0, 60, (50, 2)), rng.uniform(0, 60, (14, 2))
    minutes = np.hypot(*(homes[:, None] - offices[None]).transpose(2, 0, 1))
    return Instance.from_matrix(
        np.rint(minutes) if whole else minutes,
        rng.integers(1, 50, 50),
        existing=np.arange(14) < 1,
        annual_cost=0.7 * rng.integers(1, 6, 14),
        site_groups={"region": rng.choice(list("abc"), 14).tolist()},
    )


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("seed", range(8))
def test_budgets_numbers_and_phases_agree_with_the_reference_model(
    seed: int, *, whole: bool
) -> None:
    phases = (Phase("a", annual_budget=4.0), Phase("b", annual_budget=9.5, opened_max=3))
    for limits in (Limits(annual_budget=6.5, new_sites_max=4), Limits(phases=phases)):
        ours = solve(city(seed, whole=whole), Mean(), limits, method="decomposition")
        theirs = solve(city(seed, whole=whole), Mean(), limits, method="classic")
        assert ours.status == theirs.status == "optimal"
        assert ours.open_sites == theirs.open_sites
        assert ours.objective is not None
        assert ours.objective == pytest.approx(theirs.objective, rel=1e-9)
        assert ours.bound <= ours.objective * (1 + 1e-9)


@given(
    st.lists(st.integers(-9, 9).filter(bool), min_size=1, max_size=6),
    st.sampled_from([0.1, 0.7, 1.0, 2.5, 1e5, 1 / 3]),
    st.floats(-50, 50),
    st.sampled_from(["lower", "upper"]),
)
def test_whole_numbers_allow_the_same_choices(
    coefficients: list[int], unit: float, limit: float, side: str
) -> None:
    bounds = {"lower": -np.inf, "upper": np.inf} | {side: limit * unit}
    columns = np.arange(len(coefficients))
    row = Row("", columns, unit * np.array(coefficients), bounds["lower"], bounds["upper"])
    whole = in_whole_numbers(row)
    for number in range(2 ** len(coefficients)):
        chosen = np.array([number >> bit & 1 for bit in range(len(coefficients))], dtype=np.bool_)
        assert whole.holds(chosen) == row.holds(chosen)


def test_costs_in_units_leave_no_part_of_a_unit_over() -> None:
    row = in_whole_numbers(Row("", np.arange(3), np.array([1.4, 2.1, 4.9]), upper=55.0))
    assert row.coefficients.tolist() == [2, 3, 7]
    assert (row.lower, row.upper) == (-np.inf, 78)


def test_rows_of_too_fine_units_are_not_counted() -> None:
    """Rounding in the relaxation would move their sums by whole units, and be branched on."""
    fine = Row("", np.arange(2), np.array([1.000001, 2.5]), upper=3.0)
    money = Row("", np.arange(2), np.array([1_423_517.0, 2_000_003.0]), upper=3e6)
    assert in_whole_numbers(fine) is fine
    assert in_whole_numbers(money) is money
    assert not is_counting(money)
    assert is_counting(Row("", np.arange(3), np.array([2.0, 3.0, 7.0]), upper=78.0))


def test_what_has_no_unit_stays_as_it_is() -> None:
    row = Row("", np.arange(2), np.array([2**0.5, 3**0.5]), upper=4.0)
    assert in_whole_numbers(row) is row


def test_children_part_the_values_of_a_node_and_leave_nothing_out() -> None:
    node = Node(1.0, np.array([0, 0]), np.array([1, 9]))
    up, down = node.children(1, 3.25)
    assert (up.lower.tolist(), up.upper.tolist(), up.share) == ([0, 4], [1, 9], 0.75)
    assert (down.lower.tolist(), down.upper.tolist(), down.share) == ([0, 0], [1, 3], 0.25)


def test_what_lifted_both_sides_is_branched_on_first() -> None:
    costs = PseudoCosts.of(3)
    for place, (down, up) in enumerate([(10.0, 0.0), (4.0, 4.0), (0.0, 10.0)]):
        costs.note(place, down, 0.5, up=False)
        costs.note(place, up, 0.5, up=True)
    scores = costs.scores(np.arange(3), np.full(3, 0.5))
    assert int(np.argmax(scores)) == 1


def test_a_whole_choice_whose_cuts_change_nothing_ends_its_part() -> None:
    """As where a solver's tolerance hides by how much a cut is broken; it went on for ever."""
    answer = MasterAnswer("done", np.array([1.0, 0.0, 7.0]), 7.0)
    master = SimpleNamespace(
        count=2,
        lower=np.zeros(2, dtype=np.int64),
        upper=np.ones(2, dtype=np.int64),
        drop_slack=lambda: None,
        size=lambda: 1,
        hold=lambda *_: None,
        solve_relaxed=lambda: answer,
        whole_values=lambda: answer.columns[:2],
    )
    taken: list[Floats] = []
    bounds: list[float] = []

    def take(columns: Floats) -> int:
        assert len(taken) < 9, "the same choice is taken again and again"
        taken.append(columns)
        return 1  # a cut is broken, however often it is added

    visits = Visits(
        cut=lambda _: 0,
        take=take,
        improve=lambda _: None,
        cutoff=lambda: 7.5,
        report=bounds.append,
    )
    assert Tree(cast("Master", master), visits).search(6.0) == "done"
    assert bounds[-1] == answer.bound
