"""On single counties the answer is that of the textbook model, with every pair written out."""

import numpy as np
import pulp
import pytest

from siting.common.types import Bools, Floats
from siting.model import Instance, Limits, Mean, solve
from siting.pipeline.prepare import prepare
from siting.pipeline.problem import Problem
from siting.scenario.file import find_scenario, read_scenario
from tests.support.times import every_time

NEW, BUDGET = 4, 9.0


@pytest.fixture(scope="module")
def problem() -> Problem:
    return prepare(read_scenario(find_scenario("remaining_offices")), progress=_silent)


def _silent(_: str) -> None:
    """Say nothing."""


def _county(problem: Problem, county: str) -> tuple[Instance, Floats]:
    """The county's people, its offices and candidates, and all times between them."""
    sites = problem.sites[problem.sites["county_code"] == county]
    demand = problem.demand[problem.demand["county_code"] == county]
    minutes = every_time(problem)[demand.index.to_numpy()][:, sites.index.to_numpy()]
    instance = Instance.from_matrix(
        minutes,
        demand["people"].to_numpy(dtype=float),
        existing=sites["existing"].to_numpy(),
        annual_cost=sites["annual_cost_msek"].to_numpy(),
        client_ids=tuple(demand["demand_id"]),
        site_ids=tuple(sites["code"]),
        site_groups={"municipality": tuple(sites["municipality_code"])},
    )
    return instance, minutes


def _textbook(instance: Instance, minutes: Floats) -> float:
    """The p-median of ReVelle and Swain (1970): no pair left out, nothing merged."""
    clients, sites = range(minutes.shape[0]), range(minutes.shape[1])
    model = pulp.LpProblem("textbook", pulp.LpMinimize)
    opened = [model.add_variable(f"y{j}", 0, 1, cat="Integer") for j in sites]
    served = [[model.add_variable(f"x{i}_{j}", 0) for j in sites] for i in clients]
    model += pulp.lpSum(
        instance.weights[i] * minutes[i, j] * served[i][j] for i in clients for j in sites
    )
    for i in clients:
        model += pulp.lpSum(served[i]) == 1
        for j in sites:
            model += served[i][j] <= opened[j]
    new = [j for j in sites if not instance.existing[j]]
    for j in sites:
        if instance.existing[j]:
            model += opened[j] == 1
    model += pulp.lpSum(opened[j] for j in new) <= NEW
    model += pulp.lpSum(float(instance.annual_cost[j]) * opened[j] for j in new) <= BUDGET
    owners = instance.site_groups["municipality"]
    for owner in set(owners):
        model += pulp.lpSum(opened[j] for j in new if owners[j] == owner) <= 1
    model.solve(pulp.HiGHS(msg=False, gapRel=0))
    value = pulp.value(model.objective)
    assert value is not None
    return float(value)


LIMITS = Limits(new_sites_max=NEW, annual_budget=BUDGET, max_new_per_group={"municipality": 1})


@pytest.mark.parametrize("county", ["08", "21", "24"])
def test_the_optimum_is_that_of_the_textbook_model(problem: Problem, county: str) -> None:
    instance, minutes = _county(problem, county)
    solution = solve(instance, Mean(), LIMITS)
    assert solution.status == "optimal"
    assert solution.objective == pytest.approx(_textbook(instance, minutes), rel=1e-6)


def test_the_answer_does_not_depend_on_the_order_of_the_rows(problem: Problem) -> None:
    instance, minutes = _county(problem, "24")
    expected = solve(instance, Mean(), LIMITS)
    rng = np.random.default_rng(7)
    rows, columns = rng.permutation(minutes.shape[0]), rng.permutation(minutes.shape[1])
    existing: Bools = instance.existing[columns]
    shuffled = Instance.from_matrix(
        minutes[np.ix_(rows, columns)],
        instance.weights[rows],
        existing=existing,
        annual_cost=instance.annual_cost[columns],
        client_ids=tuple(np.array(instance.client_ids)[rows]),
        site_ids=tuple(np.array(instance.site_ids)[columns]),
        site_groups={
            "municipality": tuple(np.array(instance.site_groups["municipality"])[columns])
        },
    )
    found = solve(shuffled, Mean(), LIMITS)
    assert found.new_sites == expected.new_sites
    assert found.objective == pytest.approx(expected.objective, rel=1e-12)
