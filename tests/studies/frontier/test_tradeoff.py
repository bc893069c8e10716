"""The front of two aims is that of trying everything."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.common.equity import kolm_pollak_ede, kolm_pollak_kappa
from siting.common.types import Floats
from siting.model import Coverage, Equity, Instance, Limits, Mean, Solver, Task, Worst
from siting.studies.frontier.tradeoff import EDE_STEP, Front, Second, solve_front

SECONDS: list[Second] = [Worst(), Coverage(20), Equity()]
SITES = 6
EXAMPLES = settings(deadline=None, derandomize=True, database=None)


@st.composite
def tasks(draw: st.DrawFn) -> Task:
    clients = draw(st.integers(3, 7))
    whole = st.integers(0, 40)
    minutes = [[float(draw(whole)) + 1 for _ in range(SITES)] for _ in range(clients)]
    instance = Instance.from_matrix(
        np.array(minutes),
        [float(draw(st.integers(1, 30))) for _ in range(clients)],
        existing=[True, *[False] * (SITES - 1)],
        annual_cost=[0.0, *(float(draw(st.integers(1, 4))) for _ in range(SITES - 1))],
    )
    limits = Limits(new_sites_max=draw(st.integers(1, 3)), annual_budget=6)
    return Task(instance, Mean(), limits, Solver("highs"))


def burden(second: Second, minutes: Floats, task: Task) -> float:
    people = task.instance.weights
    if isinstance(second, Worst):
        return float(minutes.max())
    if isinstance(second, Coverage):
        return float(people[minutes > second.within].sum())
    present = task.instance.times.toarray()[:, 0]
    return kolm_pollak_ede(minutes, people, kolm_pollak_kappa(present, people))


def front_by_trying(task: Task, second: Second) -> list[tuple[float, float]]:
    """Mean and second aim of every choice that no other is as good as in both."""
    instance, limits = task.instance, task.limits
    times, found = instance.times.toarray(), set[tuple[float, float]]()
    for size in range((limits.new_sites_max or 0) + 1):
        for new in combinations(range(1, SITES), size):
            if instance.annual_cost[list(new)].sum() > (limits.annual_budget or 0):
                continue
            minutes = times[:, [0, *new]].min(axis=1)
            mean = float(np.average(minutes, weights=instance.weights))
            found.add((round(mean, 9), round(burden(second, minutes, task), 9)))
    ordered, front = sorted(found), list[tuple[float, float]]()
    for point in ordered:
        if not front or point[1] < front[-1][1]:
            front.append(point)
    return front


def solved(task: Task, second: Second, most: int | None = None) -> Front:
    front = solve_front(task, second, most, progress=lambda _: None)
    assert all(point.efficient for point in front.points)
    return front


@pytest.mark.parametrize("second", SECONDS[:2], ids=lambda second: second.kind)
@settings(EXAMPLES, max_examples=25)
@given(task=tasks())
def test_the_front_is_that_of_trying_everything(second: Second, task: Task) -> None:
    front = solved(task, second)
    found = [(point.mean, point.second) for point in front.points]
    assert found == [pytest.approx(point) for point in front_by_trying(task, second)]
    assert not front.sample


@settings(EXAMPLES, max_examples=25)
@given(task=tasks())
def test_the_front_of_the_ede_lacks_nothing_that_differs_by_its_step(task: Task) -> None:
    found = [(point.mean, point.second) for point in solved(task, Equity()).points]
    expected = front_by_trying(task, Equity())
    for mean, ede in expected:
        assert any(m <= mean + 1e-9 and e <= ede + EDE_STEP for m, e in found)
    for mean, ede in found:
        assert any((m, e) == pytest.approx((mean, ede)) for m, e in expected)


@pytest.mark.parametrize("second", SECONDS, ids=lambda second: second.kind)
@settings(EXAMPLES, max_examples=10)
@given(task=tasks())
def test_every_point_of_a_sample_is_on_the_front(second: Second, task: Task) -> None:
    front = solved(task, second, most=3)
    expected = front_by_trying(task, second)
    assert front.sample
    assert len(front.points) <= 3
    for point in front.points:
        assert any((point.mean, point.second) == pytest.approx(each) for each in expected)
    assert front.points[0].mean == pytest.approx(expected[0][0])
    assert front.points[-1].second == pytest.approx(expected[-1][1])


def test_the_present_network_is_given_for_comparison() -> None:
    minutes = [[30.0, 5.0, 12.0], [10.0, 40.0, 12.0], [20.0, np.inf, np.inf]]
    instance = Instance.from_matrix(
        np.array(minutes), [2.0, 1.0, 1.0], existing=[True, False, False]
    )
    task = Task(instance, Mean(), Limits(new_sites_max=1), Solver("highs"))
    front = solved(task, Coverage(10))
    assert (front.present.mean, front.present.second) == (22.5, 3.0)
    assert [point.solution.new_sites for point in front.points] == [("1",)]
