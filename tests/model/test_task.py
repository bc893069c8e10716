"""A task gives its figures as results do."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from siting.common.errors import InfeasibleError, InputError
from siting.model import (
    Coverage,
    Instance,
    Lexicographic,
    Limits,
    Mean,
    NoWorse,
    Objective,
    Solver,
    Task,
)


@pytest.mark.parametrize(
    ("objective", "value"),
    [
        (Mean(), 2.0),
        (Coverage(30), 300.0),
        (Lexicographic([(Coverage(30), 0.0), (Mean(), 0.0)]), 2.0),
        (Lexicographic([(Mean(), 0.0), (Coverage(30), 0.0)]), 300.0),
    ],
)
def test_a_sum_of_minutes_becomes_a_mean_and_people_stay_people(
    objective: Objective, value: float
) -> None:
    instance = Instance.from_matrix(np.ones((2, 1)), [100, 50])
    task = Task(instance, objective, Limits(), Solver("highs"), None, 1e-6)
    assert task.per_person(300.0) == value


def test_a_task_is_solved_as_it_says(tmp_path: Path) -> None:
    log = tmp_path / "highs.log"
    instance = Instance.from_matrix(np.array([[1.0, 2.0]]), [1])
    task = Task(instance, Mean(), Limits(new_sites_max=1), Solver(log_file=log))
    assert task.solve().new_sites == ("0",)
    assert log.stat().st_size > 0
    with pytest.raises(InputError) as caught:
        replace(task, time_limit=-1, gap=2).solve()
    assert [fault.key for fault in caught.value.faults] == ["gap", "time_limit"]


def test_a_task_can_be_solved_under_other_limits_and_ties_are_left() -> None:
    instance = Instance.from_matrix(np.array([[1.0, 1.0, 2.0]]), [1])
    task = Task(instance, Mean(), Limits(new_sites_max=1), Solver("highs"))
    assert not task.solve().ties_decided
    assert task.solve(Limits(force_shut=["0", "1"])).new_sites == ("2",)
    with pytest.raises(InfeasibleError):
        task.solve(under=[NoWorse(Mean(), 0.5)])
