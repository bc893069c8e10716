"""The comparison of a real decision with the best, held against trying everything."""

import itertools

import numpy as np
import pytest

from siting.common.types import Floats
from siting.model import Instance
from siting.studies.hindcast.solve import Contest, RoundComparison, compare_with_best, overlap

CLIENTS, OFFICES, PLACES = 30, 5, 6


def make(seed: int, *, opens: bool) -> tuple[Contest, Floats]:
    """Five offices, and six places of which two lie in one municipality."""
    chance = np.random.default_rng(seed)
    size = OFFICES + PLACES * opens
    minutes = chance.uniform(1, 60, (CLIENTS, size))
    municipality = [f"m{min(site, size - 2)}" for site in range(size)] if opens else None
    codes = [f"s{site}" for site in range(size)]
    instance = Instance.from_matrix(
        minutes,
        chance.integers(1, 100, CLIENTS).astype(float),
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
