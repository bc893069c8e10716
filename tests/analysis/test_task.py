"""A task gives its figures as results do."""

import numpy as np
import pytest

from siting.analysis.task import Task
from siting.model import Coverage, Instance, Lexicographic, Limits, Mean, Objective, Solver


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
