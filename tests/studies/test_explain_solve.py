"""Forced re-solves held against trying everything."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from siting.model import Instance, Limits, Mean, Solver, Task
from siting.studies.explain import explain_site

SITES, MOST, BUDGET = 7, 3, 8.0


def make(seed: int) -> Task:
    chance = np.random.default_rng(seed)
    instance = Instance.from_matrix(
        chance.uniform(1, 60, (15, SITES)),
        chance.integers(1, 50, 15).astype(float),
        existing=np.arange(SITES) == 0,
        annual_cost=[0.0, *chance.integers(1, 5, SITES - 1).astype(float)],
        client_groups={"municipality": [f"m{client % 4}" for client in range(15)]},
    )
    limits = Limits(new_sites_max=MOST, annual_budget=BUDGET)
    return Task(instance, Mean(), limits, Solver("highs"))


def best_value(task: Task, site: str, *, is_open: bool | None, most: int, budget: float) -> float:
    instance, values = task.instance, []
    dense = instance.times.toarray()
    for size in range(most + 1):
        for chosen in itertools.combinations(range(1, SITES), size):
            names = {instance.site_ids[place] for place in chosen}
            allowed = is_open is None or (site in names) == is_open
            if allowed and instance.annual_cost[list(chosen)].sum() <= budget:
                values.append(float(instance.weights @ dense[:, [0, *chosen]].min(axis=1)))
    return min(values)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("site", ["1", "4"])
def test_the_other_way_and_the_worth_of_limits_are_those_of_brute_force(
    seed: int, site: str
) -> None:
    task = make(seed)
    found = explain_site(task, site)
    base = best_value(task, site, is_open=None, most=MOST, budget=BUDGET)
    other = best_value(task, site, is_open=not found.is_open, most=MOST, budget=BUDGET)
    assert found.best.objective == pytest.approx(base)
    assert found.cost == pytest.approx(other - base)
    gains = {(row["name"], row["change"]): row["gain"] for row in found.limits.to_dict("records")}
    for key, most, budget in (
        (("new_offices_max", "one more"), MOST + 1, BUDGET),
        (("annual_budget_msek", "1 more"), MOST, BUDGET + 1),
        (("new_offices_max", "dropped"), SITES - 1, BUDGET),
        (("annual_budget_msek", "dropped"), MOST, 1e9),
    ):
        value = best_value(task, site, is_open=None, most=most, budget=budget)
        assert gains[key] == pytest.approx(base - value, abs=1e-9)
    assert set(gains) == {
        ("new_offices_max", "dropped"), ("new_offices_max", "one more"),
        ("annual_budget_msek", "dropped"), ("annual_budget_msek", "1 more"),
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_what_people_gain_adds_up_to_the_cost_of_the_other_way(seed: int) -> None:
    task = make(seed)
    for site in task.instance.site_ids[1:]:
        found = explain_site(task, site)
        sign = 1 if found.is_open else -1
        assert sign * found.people["person_minutes"].sum() == pytest.approx(found.cost, abs=1e-9)
        assert (found.people[["gain_people", "lose_people"]].sum(axis=1) > 0).all()


def test_a_forced_site_is_explained_by_what_forces_it() -> None:
    task = make(1)
    found = explain_site(task, "2")
    limits = Limits(new_sites_max=MOST, annual_budget=BUDGET, force_open=["2"])
    forced = explain_site(Task(task.instance, task.objective, limits, task.solver), "2")
    assert forced.is_open
    expected = best_value(task, "2", is_open=False, most=MOST, budget=BUDGET)
    assert forced.other is not None
    assert forced.other.objective == pytest.approx(expected)
    row = forced.limits.set_index("name").loc["offices.open"]
    assert row["site_open"] == found.is_open


def test_what_cannot_be_the_other_way_names_the_limits_that_clash() -> None:
    task = make(1)
    dear = Limits(annual_budget=float(task.instance.annual_cost[1]) - 0.5)
    found = explain_site(Task(task.instance, task.objective, dear, task.solver), "1")
    assert not found.is_open
    assert found.other is None
    assert np.isinf(found.cost)
    assert {limit.key for limit in found.clash} == {"annual_budget", "force_open"}
    assert found.people.empty


def test_each_guarantee_is_dropped_by_itself_and_told_by_its_own_name() -> None:
    task = make(1)
    groups = {"fa_region": ["r0"] * 4 + ["r1"] * 3, "county": ["c0"] * 5 + ["c1"] * 2}
    instance = replace(task.instance, site_groups={k: tuple(v) for k, v in groups.items()})
    for guaranteed in (["county"], ["fa_region"], ["fa_region", "county"]):
        limits = Limits(new_sites_max=MOST, at_least_one_per_group=guaranteed)
        found = explain_site(replace(task, instance=instance, limits=limits), "1").limits
        dropped = found.loc[found["change"] == "dropped", "name"].tolist()
        assert dropped == ["new_offices_max", *(f"{group}_guarantee" for group in guaranteed)]


def test_closing_an_existing_site_has_a_cost_too() -> None:
    task = make(1)
    found = explain_site(task, "0")
    assert found.is_open
    assert found.cost >= 0
    assert found.other is not None
    assert "0" not in found.other.open_sites
