"""Every step of a frontier is the best there is for its number of new offices."""

from dataclasses import astuple, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from siting.common.errors import InputError
from siting.model import Instance, Limits, Mean, Phase, Solver, Task
from siting.pipeline.steps import (
    FRONTIER_COLUMNS,
    Frontier,
    Step,
    frontier_table,
    read_frontier,
    read_over,
    solve_frontier,
)
from siting.results.measures import measure, nearest
from siting.results.tables import from_present, with_change

COSTS = np.array([0.0, 1.0, 2.0, 4.0, 1.0])
CODES = pd.Series(list("oabcd"))


def _instance() -> Instance:
    rng = np.random.default_rng(7)
    minutes = rng.uniform(1, 60, (12, 5))
    return Instance.from_matrix(
        minutes,
        rng.integers(1, 90, 12).astype(float),
        existing=[True, False, False, False, False],
        annual_cost=COSTS,
        one_off_cost=10 * COSTS,
        client_ids=[f"p{number}" for number in range(12)],
        site_ids=list("oabcd"),
    )


def _steps(asked: Frontier, limits: Limits, **search: Any) -> list[Step]:  # noqa: ANN401 - of a task
    task = Task(_instance(), Mean(), limits, **{"solver": Solver("highs"), **search})
    return list(solve_frontier(task, asked, lambda _: None))


def _cheapest(number: float, forced: str = "", budget: float = np.inf) -> float:
    """The least weighted sum over all choices of at most so many new sites."""
    instance = _instance()
    minutes, values = instance.times.toarray(), []
    for size in range(int(number) + 1):
        for new in combinations(range(1, 5), size):
            names = {"oabcd"[site] for site in new}
            if set(forced) <= names and COSTS[list(new)].sum() <= budget:
                values.append(float(instance.weights @ minutes[:, [0, *new]].min(axis=1)))
    return min(values)


def test_each_step_is_the_best_of_all_choices() -> None:
    steps = _steps(Frontier.of_offices(0, 4), Limits(force_open=("b",), annual_budget=0.5))
    assert [step.number for step in steps] == [0, 1, 2, 3, 4]
    assert steps[0].open_sites == ("o",)
    for step in steps[1:]:
        assert step.solution is not None
        assert step.solution.status == "optimal"
        assert step.solution.objective == pytest.approx(_cheapest(step.number, "b"))


def test_the_budget_holds_only_if_it_is_kept() -> None:
    kept = _steps(Frontier.of_offices(3, 3, keep=True), Limits(annual_budget=3, one_off_budget=99))
    lifted = _steps(Frontier.of_offices(3, 3), Limits(annual_budget=3, one_off_budget=99))
    for steps, budget in ((kept, 3.0), (lifted, np.inf)):
        assert steps[1].solution is not None
        assert steps[1].solution.objective == pytest.approx(_cheapest(3, budget=budget))


def test_the_budgets_of_phases_are_lifted_too() -> None:
    limits = Limits(phases=[Phase("one", annual_budget=0.5), Phase("two", annual_budget=0.5)])
    steps = _steps(Frontier.of_offices(2, 2), limits)
    assert steps[1].solution is not None
    assert len(steps[1].solution.new_sites) == 2
    assert _steps(Frontier.of_offices(2, 2, keep=True), limits)[1].open_sites == ("o",)


def test_each_step_is_solved_and_told_as_asked(tmp_path: Path) -> None:
    log, heard = tmp_path / "highs.log", list[str]()
    task = Task(_instance(), Mean(), Limits(), Solver(log_file=log))
    assert len(list(solve_frontier(task, Frontier.of_offices(1, 2), heard.append))) == 3
    assert log.stat().st_size > 0
    assert heard == ["Solving the frontier: 1", "Solving the frontier: 2"]
    with pytest.raises(InputError) as caught:
        _steps(Frontier.of_offices(1, 1), Limits(), time_limit=-1, gap=2)
    assert [fault.key for fault in caught.value.faults] == ["gap", "time_limit"]


def test_fewer_than_are_forced_is_not_possible() -> None:
    steps = _steps(Frontier.of_offices(1, 2), Limits(force_open=("a", "c")))
    assert steps[1].solution is None
    assert set(steps[1].clash) == {"new_offices_max", "offices.open"}
    assert set(steps[2].open_sites) == {"o", "a", "c"}


def _described(step: Step) -> Step:
    if not step.open_sites:
        return step
    instance = _instance()
    opened = np.flatnonzero(CODES.isin(step.open_sites))
    access = nearest(instance.times, np.array([0]), opened, instance.weights)
    groups = {"county": pd.Series(["x"] * 6 + ["y"] * 6)}
    sites = pd.DataFrame({"code": CODES, "existing": CODES == "o"})
    measures = measure(access, groups, sites)
    figures = {"gap": 0.0, "annual_cost_msek": COSTS[opened].sum()}
    return replace(step, measures=measures, figures=figures)


def test_the_table_says_what_each_step_costs_and_is_worth() -> None:
    steps = _steps(Frontier.of_offices(1, 3), Limits(force_open=("b", "c")))
    table = frontier_table([_described(step) for step in steps]).set_index("step")
    assert ["step", *table.columns] == FRONTIER_COLUMNS
    assert table["status"].tolist() == ["present", "infeasible", "optimal", "optimal"]
    assert table.loc[2, "clash"] == ""
    assert table.loc[2, "sites"] == "b;c"
    assert table.loc[2, "annual_cost_msek"] == 6
    weight = float(_instance().weights.sum())
    assert table.loc[2, "mean"] == pytest.approx(_cheapest(2, "bc") / weight)
    means = table["mean"].to_numpy(dtype=float)
    assert np.isnan(means[1])
    assert from_present(table.reset_index())["mean"].iloc[2] == pytest.approx(means[2] - means[0])


def test_nested_tells_whether_the_step_before_is_kept_and_dropped_what_is_not() -> None:
    without = _steps(Frontier.of_offices(3, 3), Limits(force_shut=("a", "b")))
    steps = [
        *_steps(Frontier.of_offices(1, 2), Limits()),
        *without[1:],
        Step(4, (), clash=("offices.open",)),
    ]
    table = frontier_table([_described(step) for step in steps])
    assert table["sites"].fillna("-").tolist() == ["", "a", "a;b", "c;d", "-"]
    assert table["nested"].tolist() == [True, True, True, False, pd.NA]
    assert table["dropped"].fillna("-").tolist() == ["", "", "", "a;b", "-"]


def test_the_change_of_a_region_is_after_less_before() -> None:
    table = pd.DataFrame({"mean_before": [10.0, 5.0], "mean_after": [8.0, 6.0]})
    assert with_change(table)["mean_change"].tolist() == [-2, 1]


def test_a_range_is_read() -> None:
    assert read_frontier("4..40", keep_budget=True) == Frontier.of_offices(4, 40, keep=True)


@pytest.mark.parametrize("text", ["4", "4-40", "40..4", "a..b", "-1..4", "4..", ""])
def test_what_is_no_range_is_a_fault(text: str) -> None:
    with pytest.raises(InputError) as caught:
        read_frontier(text)
    assert caught.value.faults[0].key == "--frontier"
    assert "4..40" in caught.value.faults[0].remedy


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("new_offices=4..7", (4, 5, 6, 7)),
        ("new_offices=4,6", (4, 6)),
        ("annual_budget=20..30..5", (20, 25, 30)),
        ("annual_budget=20,55.5", (20, 55.5)),
    ],
)
def test_the_values_of_a_limit_are_a_range_or_a_list(text: str, values: tuple[float, ...]) -> None:
    limit, found, keep = astuple(read_over(text, keep=True))
    assert (limit, found, keep) == (text.partition("=")[0], values, True)
    assert {type(value) for value in found} == {int if limit == "new_offices" else float}
    assert not read_over(text).keep


@pytest.mark.parametrize(
    "text", ["", "4..7", "sites=4..7", "new_offices=4.5", "new_offices=0..3", "annual_budget=30,20"]
)
def test_what_is_no_range_of_a_limit_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is no range of a limit"):
        read_over(text)


@pytest.mark.parametrize(
    ("over", "held"),
    [
        (Frontier("annual_budget", (20.0,)), Limits(annual_budget=20.0, one_off_budget=7.0)),
        (
            Frontier("annual_budget", (20.0,), keep=True),
            Limits(new_sites_max=9, annual_budget=20.0, one_off_budget=7.0),
        ),
        (Frontier("new_offices", (4,)), Limits(new_sites_max=4)),
        (
            Frontier("new_offices", (4,), keep=True),
            Limits(new_sites_max=4, annual_budget=50.0, one_off_budget=7.0),
        ),
    ],
)
def test_the_limit_that_does_not_vary_is_lifted_unless_it_is_kept(
    over: Frontier, held: Limits
) -> None:
    limits = Limits(new_sites_max=9, annual_budget=50.0, one_off_budget=7.0)
    [(value, at_the_step)] = over.steps(limits)
    assert [value] == list(astuple(over)[1])
    assert replace(at_the_step, phases=()) == replace(held, phases=())
