"""The equally distributed equivalent against its formula."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from siting.common.equity import kolm_pollak_ede, kolm_pollak_kappa
from siting.common.types import Floats

MINUTES = arrays(np.float64, 6, elements=st.floats(0.5, 300))
PEOPLE = arrays(np.float64, 6, elements=st.integers(1, 9).map(float))


@given(MINUTES, PEOPLE)
def test_ede_follows_its_formula_and_is_never_below_the_mean(
    minutes: Floats, people: Floats
) -> None:
    kappa = kolm_pollak_kappa(minutes, people)
    direct = -np.log(np.average(np.exp(-kappa * minutes), weights=people)) / kappa
    ede = kolm_pollak_ede(minutes, people, kappa)
    assert ede == pytest.approx(direct)
    assert ede >= np.average(minutes, weights=people) - 1e-9


def test_kappa_is_epsilon_over_the_ratio_of_moments() -> None:
    assert kolm_pollak_kappa(np.array([10.0, 30.0]), np.array([1.0, 1.0]), -2.0) == -2 * 40 / 1000


@pytest.mark.parametrize("people", [[1.0], [3.0, 4.0], [0.5, 7.0, 2.0]])
def test_where_nobody_travels_the_equivalent_is_none_at_all(people: list[float]) -> None:
    minutes, weights = np.zeros(len(people)), np.array(people)
    kappa = kolm_pollak_kappa(minutes, weights)
    assert kappa < 0
    assert kolm_pollak_ede(minutes, weights, kappa) == pytest.approx(0)
