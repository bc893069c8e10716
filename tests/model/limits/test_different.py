"""Answers that differ from others: the ranking is that of trying everything."""

import itertools

import numpy as np
import pytest

from siting.common.errors import InfeasibleError, InputError
from siting.model import Closing, Different, Instance, Limits, Mean, solve


def make(seed: int) -> Instance:
    rng = np.random.default_rng(seed)
    return Instance.from_matrix(
        rng.integers(1, 60, (12, 6)).astype(float),
        rng.integers(0, 9, 12).astype(float) + 1,
        existing=[True, True, False, False, False, False],
        site_ids=list("abcdef"),
    )


def ranking(instance: Instance, most: int, *, closing: bool) -> list[tuple[float, frozenset[str]]]:
    dense = instance.times.toarray()
    fixed, free = ([0], [1, 2, 3, 4, 5]) if closing else ([0, 1], [2, 3, 4, 5])
    found = []
    for size in range(len(free) + 1):
        for chosen in itertools.combinations(free, size):
            if sum(site > 1 for site in chosen) <= most:
                sites = [*fixed, *chosen]
                value = float(instance.weights @ dense[:, sites].min(axis=1))
                found.append((value, frozenset(instance.site_ids[site] for site in sites)))
    return sorted(found, key=lambda pair: pair[0])


@pytest.mark.parametrize("closing", [False, True])
@pytest.mark.parametrize("method", ["classic", "decomposition"])
@pytest.mark.parametrize("seed", range(4))
def test_forbidding_one_after_the_other_gives_the_ranking(
    seed: int, method: str, *, closing: bool
) -> None:
    instance = make(seed)
    limits = Limits(new_sites_max=2, closing=Closing(("b",)) if closing else None)
    expected = ranking(instance, 2, closing=closing)
    forbidden: list[Different] = []
    values = []
    while True:
        changed = Limits(new_sites_max=2, closing=limits.closing, different=tuple(forbidden))
        try:
            solution = solve(instance, Mean(), changed, method=method, ties=False)  # type: ignore[arg-type] # parametrised
        except InfeasibleError:
            break
        values.append(solution.objective)
        forbidden.append(Different((solution.open_sites,)))
    assert values == pytest.approx([value for value, _ in expected])
    assert {frozenset(each.answers[0]) for each in forbidden} == {sites for _, sites in expected}


@pytest.mark.parametrize("least", [1, 2, 3, 5])
def test_differences_are_counted_over_all_answers(least: int) -> None:
    instance = make(7)
    answers = (("a", "b", "c"), ("a", "b", "d", "e"))
    allowed = [
        value
        for value, sites in ranking(instance, 3, closing=False)
        if sum(len(sites ^ set(answer)) for answer in answers) >= least
    ]
    limits = Limits(new_sites_max=3, different=(Different(answers, least),))
    assert solve(instance, Mean(), limits).objective == pytest.approx(min(allowed))


def test_unknown_sites_are_faults() -> None:
    with pytest.raises(InputError, match="unknown sites"):
        solve(make(1), Mean(), Limits(different=(Different((("a", "z"),)),)))
