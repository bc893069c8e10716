import numpy as np
import pandas as pd
import pytest

from siting.studies.robustness.solve import Draw, Realisation
from siting.studies.robustness.study import eta_squared, frequencies, means_of_sets, regrets
from tests.support.times import sparse


def test_the_driver_is_the_factor_that_decides() -> None:
    factors = pd.DataFrame({"cost": list("llhh") * 5, "weight": list("abab") * 5})
    decided = (factors["cost"] == "l").to_numpy()
    always = np.ones(20, dtype=np.bool_)
    nearer = np.zeros((20, 2), dtype=np.int64)
    table = frequencies(np.column_stack([decided, always]), factors, nearer)
    assert table["share"].tolist() == [0.5, 1.0]
    assert table["core"].tolist() == [False, True]
    assert table["driver"].tolist() == ["cost", ""]
    assert table.loc[0, "driver_part"] == pytest.approx(1)
    assert table.loc[0, "levels"] == "h 0%, l 100%"


def test_a_figure_of_the_site_itself_can_be_the_driver() -> None:
    factors = pd.DataFrame({"cost": list("lh") * 10})
    nearer = np.arange(20)[:, None]
    table = frequencies(nearer > 9.5, factors, nearer)
    assert table.loc[0, "driver"] == "offices"
    assert table.loc[0, "levels"] == "high 100%, low 0%"


def test_eta_squared_is_the_share_of_variance_between_levels() -> None:
    values = np.array([0.0, 1.0, 1.0, 1.0])
    # Means 0.5 and 1, total mean 0.75: 4 x 0.0625 between, 0.75 in all.
    assert eta_squared(values, pd.Series(list("aabb"))) == pytest.approx(0.25 / 0.75)
    assert eta_squared(np.ones(4), pd.Series(list("aabb"))) == 0


def test_means_of_sets_are_those_of_the_nearest_open_site() -> None:
    minutes = {"slow": sparse(np.array([[5.0, 1.0, 7.0], [9.0, 99.0, 99.0]]))}
    sets = np.array([[True, False, False], [False, True, True], [False, False, False]])
    draw, sites = Draw("slow", "population", 1000, 1.0, ()), np.zeros(3)
    realisations = [
        Realisation(draw, sites > 0, np.array(before), sites.astype(int), sites, sites)
        for before in ([6.0, 6.0], [2.0, 8.0])
    ]
    people = {"population": np.array([3.0, 1.0])}
    means = means_of_sets(minutes, people, realisations, sets)
    expected = [
        [(15 + 6) / 4, (6 + 8) / 4],
        [(3 + 6) / 4, (3 + 8) / 4],
        [(18 + 6) / 4, (6 + 8) / 4],
    ]
    assert means == pytest.approx(np.array(expected))


def test_regret_counts_only_draws_whose_limits_are_kept() -> None:
    means = np.array([[5.0, 9.0, 4.0], [6.0, 7.0, 1.0], [5.0, 7.0, 9.0]])
    best = np.array([5.0, 7.0, 3.0])
    keeps = np.array([[True, True, False], [True, True, True], [True, False, False]])
    table = regrets(means, best, keeps)
    assert table["draws_kept"].tolist() == [2, 3, 1]
    assert table["greatest_regret"].tolist() == [2.0, 1.0, 0.0]
    assert table["mean_regret"].tolist() == pytest.approx([1.0, -1 / 3, 0.0])
    # The third regrets nothing, but keeps to fewer limits than the main answer.
    assert table["least_greatest"].tolist() == [False, True, False]
