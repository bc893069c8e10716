"""Nothing is called optimal outside the definition."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.model.solving.search import status_of

numbers = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12)


@given(numbers, numbers | st.just(-math.inf), st.floats(0, 0.99), st.booleans())
def test_optimal_means_that_the_bound_meets_the_objective(
    objective: float,
    bound: float,
    asked_gap: float,
    timed_out: bool,  # noqa: FBT001 - given by hypothesis, which takes no keywords
) -> None:
    ended = status_of(objective, bound, asked_gap=asked_gap, timed_out=timed_out)
    meets = abs(objective - bound) <= max(1e-9, 1e-6 * abs(objective))
    assert (ended.status == "optimal") == meets
    assert (ended.reason == "proved") == meets
    assert ended.gap == abs(objective - bound) / max(abs(objective), 1e-9)


@pytest.mark.parametrize(
    ("bound", "asked_gap", "timed_out", "reason"),
    [
        (95.0, 0.05, True, "gap_reached"),
        (90.0, 0.05, True, "time_limit"),
        (90.0, 0.05, False, "solver_stopped"),
        (101.0, 1e-6, False, "solver_stopped"),
    ],
)
def test_what_is_not_proved_is_feasible(
    bound: float, asked_gap: float, reason: str, *, timed_out: bool
) -> None:
    ended = status_of(100.0, bound, asked_gap=asked_gap, timed_out=timed_out)
    assert (ended.status, ended.reason) == ("feasible", reason)


def test_without_an_answer_nothing_is_known() -> None:
    ended = status_of(None, 5.0, asked_gap=0.1, timed_out=True)
    assert (ended.status, ended.reason, ended.gap) == ("unknown", "time_limit", math.inf)
