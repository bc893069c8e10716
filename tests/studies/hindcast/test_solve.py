"""The comparison of a real decision with the best, held against trying everything."""

import itertools
from collections.abc import Iterable

import numpy as np
import pandas as pd
import pytest

from siting.common.types import Bools, Floats, Ints
from siting.model import Instance
from siting.studies.hindcast.solve import (
    Contest,
    RoundComparison,
    compare_with_best,
    misallocation,
    overlap,
)

CLIENTS, OFFICES, PLACES = 30, 5, 6


def make(seed: int, *, opens: bool) -> tuple[Contest, Floats]:
    """Five offices, and six places of which two lie in one municipality."""
    rng = np.random.default_rng(seed)
    size = OFFICES + PLACES * opens
    minutes = rng.uniform(1, 60, (CLIENTS, size))
    municipality = [f"m{min(site, size - 2)}" for site in range(size)] if opens else None
    codes = [f"s{site}" for site in range(size)]
    instance = Instance.from_matrix(
        minutes,
        rng.integers(1, 100, CLIENTS).astype(float),
        existing=np.arange(size) < OFFICES,
        site_ids=codes,
        site_groups={"municipality": municipality or [f"m{code}" for code in codes]},
    )
    if opens:
        return Contest(instance, opens=True, real=("s5", "s7")), minutes
    may_close = ("s0", "s1", "s2", "s3")
    return Contest(instance, opens=False, real=("s0", "s1"), may_close=may_close), minutes


def every_mean(contest: Contest, minutes: Floats) -> dict[frozenset[str], float]:
    """The mean of each choice of two that may be made, by brute force."""
    codes = np.array(contest.instance.site_ids)
    choices = codes[OFFICES:] if contest.opens else contest.may_close
    means = {}
    for pair in itertools.combinations(choices, 2):
        if len({contest.municipality(site) for site in pair}) == 2:
            changed = contest.instance.existing ^ np.isin(codes, pair)
            nearest = minutes[:, changed].min(axis=1)
            means[frozenset(pair)] = float(np.average(nearest, weights=contest.instance.weights))
    return means


@pytest.mark.parametrize("opens", [True, False])
@pytest.mark.parametrize("seed", range(8))
def test_the_best_and_the_other_ways_are_those_of_brute_force(seed: int, *, opens: bool) -> None:
    contest, minutes = make(seed, opens=opens)
    means = every_mean(contest, minutes)
    found = compare_with_best(contest)
    best = min(means.values())
    measures = found.measures.set_index("measure")
    assert measures.loc["mean", "best"] == pytest.approx(best)
    assert measures.loc["mean", "real"] == pytest.approx(means[frozenset(contest.real)])
    for row in found.choices.to_dict("records"):
        place = row["municipality_code"]
        chosen = row["chosen_by"] == "government"
        allowed = [
            mean
            for pair, mean in means.items()
            if (place in {contest.municipality(site) for site in pair}) == chosen
        ]
        rise = 0.0 if row["chosen_by"] == "both" else min(allowed) - best
        assert row["other_way_minutes"] == pytest.approx(rise, abs=1e-9)
    _check_summary(found, contest, minutes, means)


def _check_summary(
    found: RoundComparison, contest: Contest, minutes: Floats, means: dict[frozenset[str], float]
) -> None:
    nearest = minutes[:, contest.instance.existing].min(axis=1)
    before = float(np.average(nearest, weights=contest.instance.weights))
    assert found.measures.set_index("measure").loc["mean", "before"] == pytest.approx(before)
    real, best = means[frozenset(contest.real)] - before, min(means.values()) - before
    assert found.summary["reached"] == pytest.approx(real / best if contest.opens else best / real)
    assert 0 <= found.summary["reached"] <= 1
    eligible = 5 if contest.opens else 4
    assert found.summary["overlap_expected"] == pytest.approx(4 / eligible)
    both = {*map(contest.municipality, contest.real)} & {*map(contest.municipality, contest.best())}
    assert found.summary["overlap"] == len(both)


@pytest.mark.parametrize("opens", [True, False])
def test_the_overlap_counts_municipalities_and_expects_what_chance_gives(*, opens: bool) -> None:
    contest, _ = make(1, opens=opens)
    chosen = contest.best()
    best = {contest.municipality(site) for site in chosen}
    real = {contest.municipality(site) for site in contest.real}
    eligible = PLACES - 1 if opens else len(contest.may_close)
    assert overlap(contest, chosen) == {
        "number": 2,
        "eligible": eligible,
        "overlap": len(best & real),
        "overlap_expected": pytest.approx(4 / eligible),
    }


def test_where_nothing_was_decided_nothing_overlaps() -> None:
    contest, _ = make(1, opens=True)
    nothing = Contest(contest.instance, opens=True, real=())
    assert nothing.best() == ()
    expected = {"number": 0, "eligible": PLACES - 1, "overlap": 0, "overlap_expected": 0.0}
    assert overlap(nothing, ()) == expected


@pytest.mark.parametrize("seed", range(5))
def test_the_best_places_are_those_of_brute_force(seed: int) -> None:
    rng = np.random.default_rng(seed)
    minutes = rng.uniform(1, 60, (20, 9))
    weights = rng.integers(1, 50, 20).astype(float)
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
