"""A certificate whose claim does not follow is refused."""

import random
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from fractions import Fraction
from typing import Any

import pytest

from siting.common.errors import InfeasibleError
from siting.model import (
    Limits,
    Mean,
    Objective,
)
from siting.results.verify import RefusedError, proved
from tests.support.certificates import MANY, NAMES, certificate_of, made, places
from tests.support.rational import follows

MALFORMED = (KeyError, TypeError, ValueError, IndexError, AttributeError, ArithmeticError)


@pytest.fixture(scope="module")
def sound() -> dict[str, Any]:
    """Return a certificate with a tree of some leaves, whose numbers are whole."""
    found = certificate_of(made(3), Mean(), Limits(annual_budget=9.1), method="decomposition")
    assert proved(found)[0].leaves > 2
    return found


def refused(content: dict[str, Any]) -> str:
    assert not follows(content)
    with pytest.raises(RefusedError) as error:
        proved(content)
    return str(error.value)


def test_a_raised_bound_is_refused(sound: dict[str, Any]) -> None:
    changed = deepcopy(sound)
    changed["stages"][0]["bound"] = str(Fraction(changed["stages"][0]["bound"]) + 1)
    assert "proves less than is claimed" in refused(changed)


def test_a_lower_value_is_refused(sound: dict[str, Any]) -> None:
    changed = deepcopy(sound)
    changed["stages"][0]["value"] = str(Fraction(changed["stages"][0]["value"]) - 1)
    assert "the answer comes to more" in refused(changed)


def test_every_leaf_is_needed(sound: dict[str, Any]) -> None:
    tree = sound["stages"][0]["tree"]
    leaves = [n for n, node in enumerate(tree) if not {"split", "decided"} & set(node)]
    for number in leaves:
        changed = deepcopy(sound)
        del changed["stages"][0]["tree"][number]
        assert not follows(changed)
        with pytest.raises(RefusedError):
            proved(changed)
    last = deepcopy(sound)
    del last["stages"][0]["tree"][-1]
    assert refused(last) == "a part of the choices is left out"


def test_no_node_may_be_left_over(sound: dict[str, Any]) -> None:
    changed = deepcopy(sound)
    changed["stages"][0]["tree"].append(changed["stages"][0]["tree"][-1])
    assert "belongs to no part" in refused(changed)


def test_prices_that_matter_may_not_be_changed(sound: dict[str, Any]) -> None:
    changed = deepcopy(sound)
    for node in changed["stages"][0]["tree"]:
        for prices in node.get("prices", []):
            prices.update(dict.fromkeys(prices, 0))
    assert refused(changed)


@pytest.mark.parametrize("site", ["forced", "forbidden"])
def test_the_answer_keeps_to_what_is_forced_and_forbidden(sound: dict[str, Any], site: str) -> None:
    changed = deepcopy(sound)
    stage = changed["stages"][0]
    wrong = {"forced": set(range(14)) - set(stage["answer"]), "forbidden": set(stage["answer"])}
    stage["instance"][site] = [min(wrong[site])]
    assert "the answer" in refused(changed)


def test_the_answer_keeps_to_the_rows(sound: dict[str, Any]) -> None:
    changed = deepcopy(sound)
    changed["stages"][0]["answer"] = list(range(14))
    assert "the answer breaks row" in refused(changed)


@pytest.mark.parametrize(
    "change",
    [
        lambda stage: stage["instance"]["sums"][0]["weights"].__setitem__(0, -1),
        lambda stage: stage["instance"]["sums"][0].pop("limit"),
        lambda stage: stage["tree"][0].__setitem__("sums", [2]),
        lambda stage: stage["tree"][0].__setitem__("sums", [1, 1]),
        lambda stage: stage["tree"].__setitem__(0, {"split": {"site": 14}}),
        lambda stage: stage["tree"].__setitem__(0, {"split": {"site": 0}}),
        lambda stage: stage["tree"].__setitem__(0, {}),
        lambda stage: stage.__setitem__("bound", "1e999999999"),
    ],
)  # fmt: skip
def test_what_would_make_any_bound_follow_is_refused(
    sound: dict[str, Any], change: Callable[[dict[str, Any]], None]
) -> None:
    changed = deepcopy(sound)
    change(changed["stages"][0])
    with pytest.raises((RefusedError, *MALFORMED)):
        proved(changed)


@pytest.mark.parametrize("limit", [-1000, 1000])
def test_what_is_to_be_least_has_no_limit(sound: dict[str, Any], limit: int) -> None:
    changed = deepcopy(sound)
    changed["stages"][0]["instance"]["sums"][0]["limit"] = limit
    assert proved(changed)
    assert follows(changed)
    changed["stages"][0]["bound"] = str(Fraction(changed["stages"][0]["bound"]) + 1)
    assert refused(changed)


def test_without_a_stage_nothing_is_proved() -> None:
    with pytest.raises(RefusedError):
        proved({"sites": ["a"], "stages": []})


def verdict(content: dict[str, Any]) -> bool:
    try:
        proved(content)
    except (RefusedError, *MALFORMED):
        return False
    return True


def other_than(value: object, rng: random.Random) -> int | str:
    """Return another number, near or far, whole or not."""
    exact = Fraction(str(value))
    near = [exact + 1, exact - 1, 2 * exact, exact / 3, -exact, exact + Fraction(1, 10**6)]
    new = rng.choice([each for each in near if each != exact] + [Fraction(0)] * (exact != 0))
    return int(new) if new.denominator == 1 else str(new)


def one_number_changed(asked: tuple[Objective, Limits], seed: int) -> tuple[bool, bool]:
    """Return both verdicts on a certificate with one number changed."""
    rng, content = random.Random(seed), None  # noqa: S311 - no secret hangs on it
    while content is None:
        with suppress(InfeasibleError):
            instance = made(rng.randrange(10**6), 10, 8)
            content = certificate_of(instance, *asked, method="decomposition")
    stage = rng.choice(content["stages"])
    part = rng.choice(["instance", "tree", "tree", "claim"])
    claim = [(stage, "bound"), (stage, "value")]
    found = claim if part == "claim" else list(places(stage[part]))
    where, key = rng.choice(found)
    where[key] = other_than(where[key], rng)
    return verdict(content), follows(content)


@pytest.mark.parametrize("asked", MANY, ids=NAMES)
def test_with_a_number_changed_the_verdict_is_that_of_an_evaluation(
    asked: tuple[Objective, Limits],
) -> None:
    # 17 kinds with 20 each: 340 certificates.
    outcomes = [one_number_changed(asked, seed) for seed in range(20)]
    assert [ours for ours, _ in outcomes] == [theirs for _, theirs in outcomes]
    assert not all(ours for ours, _ in outcomes)
