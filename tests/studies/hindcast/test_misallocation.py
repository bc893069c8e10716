import itertools
from collections.abc import Iterable

import numpy as np
import pandas as pd
import pytest

from siting.common.types import Bools, Ints
from siting.studies.hindcast.solve import misallocation


@pytest.mark.parametrize("seed", range(5))
def test_the_best_places_are_those_of_brute_force(seed: int) -> None:
    chance = np.random.default_rng(seed)
    minutes = chance.uniform(1, 60, (20, 9))
    weights = chance.integers(1, 50, 20).astype(float)
    present = np.array([True, True, False, False, False, True, False, False, False])
    sites, clients = pd.Series(list("aaaaabbbb")), pd.Series(list("aaaaaaaaaabbbbbbbbbb"))
    table = misallocation(minutes, weights, present, clients, sites).set_index("region")
    for region, count in {"a": 2, "b": 1}.items():
        own, people = sites == region, (clients == region).to_numpy()
        outside = np.flatnonzero(present & ~own)

        def mean(
            chosen: Iterable[np.int64], people: Bools = people, outside: Ints = outside
        ) -> float:
            times = minutes[np.ix_(people, [*outside, *chosen])].min(axis=1)
            return float(np.average(times, weights=weights[people]))

        choices = itertools.combinations(np.flatnonzero(own), count)
        now = mean(tuple(np.flatnonzero(present & own)))
        best = min(mean(chosen) for chosen in choices)
        assert table.loc[region, "offices"] == count
        assert table.loc[region, "mean_now"] == pytest.approx(now)
        assert table.loc[region, "mean_best"] == pytest.approx(best)
        assert table.loc[region, "distance_minutes"] == pytest.approx(now - best, abs=1e-12)


def test_an_office_in_the_best_place_has_not_moved() -> None:
    minutes = np.array([[1.0, 1.0, 9.0], [2.0, 2.0, 9.0]])
    table = misallocation(
        minutes,
        np.ones(2),
        np.array([True, False, False]),
        pd.Series(["a", "a"]),
        pd.Series(list("aaa")),
    )
    assert table.loc[0, "distance_share"] == 0
    assert table.loc[0, "moved"] == 0


def test_a_region_without_an_office_is_left_out() -> None:
    minutes = np.array([[1.0, 5.0], [2.0, 1.0]])
    table = misallocation(
        minutes, np.ones(2), np.array([True, False]), pd.Series(["a", "b"]), pd.Series(["a", "b"])
    )
    assert table["region"].tolist() == ["a"]
