"""An answer is the same whether or not the answer before is given as `warm`."""

import pickle
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.common.errors import InfeasibleError, InterruptError
from siting.model import (
    Cost,
    Coverage,
    Equity,
    Instance,
    Lexicographic,
    Limits,
    Mean,
    Objective,
    OfficeType,
    Phase,
    Solution,
    Solver,
    Target,
    Task,
    Worst,
    solve,
)

KINDS = [OfficeType("small", 1.0, capacity=90), OfficeType("large", 3.0, capacity=260)]
OBJECTIVES: list[Objective] = [
    Mean(),
    Coverage(12),
    Equity(),
    Worst(),
    Lexicographic([(Coverage(15), 0.02), (Mean(), 0.0)]),
    Cost([Target(0.6, 15), Target(0.5, 12, "county")]),
]


def town(seed: int, clients: int = 50, sites: int = 20, existing: int = 3) -> Instance:
    rng = np.random.default_rng(seed)
    homes, offices = rng.uniform(0, 60, (clients, 2)), rng.uniform(0, 60, (sites, 2))
    return Instance.from_matrix(
        np.hypot(*(homes[:, None] - offices[None]).transpose(2, 0, 1)).round(),
        rng.integers(1, 50, clients),
        existing=np.arange(sites) < existing,
        annual_cost=rng.integers(1, 9, sites),
        site_ids=[f"s{site:02d}" for site in range(sites)],
        site_groups={"region": rng.choice(list("abcd"), sites).tolist()},
        client_groups={"county": rng.choice(list("ab"), clients).tolist()},
    )


type Way = Literal["classic", "decomposition"] | None
SITES = st.sampled_from([f"s{site:02d}" for site in range(3, 20)])
CHANGES = st.one_of(
    st.tuples(st.just("annual_budget"), st.integers(5, 40).map(float)),
    st.tuples(st.just("new_sites_max"), st.integers(1, 9)),
    st.tuples(st.just("force_open"), SITES.map(lambda site: (site,))),
    st.tuples(st.just("force_shut"), SITES.map(lambda site: (site,))),
    st.tuples(st.just("max_new_per_group"), st.integers(1, 3).map(lambda most: {"region": most})),
    st.tuples(st.just("office_types"), st.sampled_from([(), KINDS])),
    st.tuples(
        st.just("phases"), st.sampled_from([(), [Phase("1", opened_max=2), Phase("2", years=3)]])
    ),
)


def answer(
    instance: Instance, objective: Objective, limits: Limits, warm: Solution | None, method: Way
) -> Solution | None:
    try:
        return solve(instance, objective, limits, warm=warm, method=method)
    except InfeasibleError:
        return None


def same(cold: Solution | None, warm: Solution | None) -> None:
    if cold is None or warm is None:
        assert cold is warm
        return
    assert (warm.status, warm.ties_decided) == (cold.status, cold.ties_decided)
    assert warm.objective == pytest.approx(cold.objective, rel=1e-9)
    assert warm.bound == pytest.approx(cold.bound, rel=1e-6)
    assert (warm.open_sites, warm.office_types) == (cold.open_sites, cold.office_types)
    assert warm.opened_in == cold.opened_in


@pytest.mark.parametrize("examples", [2, pytest.param(40, marks=pytest.mark.long)])
@pytest.mark.parametrize("method", ["decomposition", None])
def test_the_answer_is_the_same_after_any_changes(method: Way, examples: int) -> None:
    @settings(max_examples=examples)
    @given(
        st.integers(0, 5),
        st.lists(st.tuples(CHANGES, st.sampled_from(OBJECTIVES)), min_size=1, max_size=4),
    )
    def check(seed: int, changes: list[tuple[tuple[str, Any], Objective]]) -> None:
        instance, limits = town(seed), Limits(new_sites_max=5, annual_budget=20)
        before = answer(instance, Mean(), limits, None, method)
        for (key, value), objective in changes:
            limits = replace(limits, **{key: value})
            cold = answer(instance, objective, limits, None, method)
            warm = answer(instance, objective, limits, before, method)
            same(cold, warm)
            before = warm or before

    check()


@settings(max_examples=5)
@given(st.integers(0, 5), st.integers(6, 11))
def test_people_and_times_may_have_changed_too(seed: int, other: int) -> None:
    limits = Limits(new_sites_max=5, annual_budget=20)
    before = solve(town(seed), Mean(), limits, method="decomposition")
    cold, warm = (
        solve(town(other, sites=24), Mean(), limits, method="decomposition", warm=each)
        for each in (None, before)
    )
    same(cold, warm)


def test_what_is_kept_is_small_and_can_be_sent_to_another_process() -> None:
    instance, limits = town(1, clients=400, sites=60), Limits(new_sites_max=5)
    before = solve(instance, Mean(), limits, method="decomposition")
    assert len(before.warmth.points) == 2
    kept = pickle.dumps(before.warmth)
    assert len(kept) < 5_000
    again = replace(before, warmth=pickle.loads(kept))  # noqa: S301 - it is our own
    same(before, solve(instance, Mean(), limits, method="decomposition", warm=again))


def test_a_task_is_solved_warm_with_progress_and_can_be_cancelled() -> None:
    task = Task(town(2), Mean(), Limits(new_sites_max=5), Solver())
    before, told = task.solve(ties=True), list[str]()
    limits = Limits(new_sites_max=4)
    same(task.solve(limits, ties=True), task.solve(limits, ties=True, warm=before))
    task.solve(limits, ties=True, warm=before, progress=told.append)
    assert told == ["Solving", "Choosing among equally good answers"]
    with pytest.raises(InterruptError):
        task.solve(limits, warm=before, cancel=lambda: True)


def test_targets_that_are_met_already_have_no_cuts_to_begin_with() -> None:
    # Everyone has the office of today within 100 minutes: the first target counts nobody.
    objective = Cost([Target(1.0, 100), Target(0.6, 15, "county")])
    cold, classic = (
        solve(town(3), objective, Limits(), method=method)
        for method in ("decomposition", "classic")
    )
    assert cold.new_sites
    same(classic, cold)
    same(cold, solve(town(3), objective, Limits(), method="decomposition", warm=cold))
