"""The measures of access against their definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from siting.common.types import Floats
from siting.results.measures import (
    access_measures,
    gini,
    share_within,
    weighted_quantile,
)

MINUTES = arrays(np.float64, 6, elements=st.floats(0.5, 300))
PEOPLE = arrays(np.float64, 6, elements=st.integers(1, 9).map(float))


def _each_person(minutes: Floats, people: Floats) -> Floats:
    return np.repeat(minutes, people.astype(int))


@given(MINUTES, PEOPLE, st.sampled_from([0.5, 0.9, 0.95]))
def test_a_quantile_is_that_of_the_people_one_by_one(
    minutes: Floats, people: Floats, share: float
) -> None:
    expected = np.quantile(_each_person(minutes, people), share, method="inverted_cdf")
    assert weighted_quantile(minutes, people, share) == expected


@given(MINUTES, PEOPLE)
def test_gini_is_half_the_relative_mean_difference(minutes: Floats, people: Floats) -> None:
    each = _each_person(minutes, people)
    expected = np.abs(each[:, None] - each[None, :]).mean() / (2 * each.mean())
    assert gini(minutes, people) == pytest.approx(expected, abs=1e-9)


def test_gini_of_no_burden_is_zero_and_of_one_who_has_all_nearly_one() -> None:
    assert gini(np.zeros(3), np.ones(3)) == 0
    assert gini(np.array([0.0, 40.0, 0.0, 0.0]), np.ones(4)) == 0.75


def test_the_limit_itself_counts_as_within() -> None:
    assert share_within(np.array([30.0, 30.000001]), np.array([3.0, 1.0]), 30) == 0.75


def test_people_of_weight_nought_do_not_make_the_longest_trip() -> None:
    measures = access_measures(np.array([5.0, 500.0]), np.array([1.0, 0.0]), -0.01)
    assert measures["max"] == 5
    assert list(measures)[:5] == ["mean", "median", "p90", "p95", "max"]
