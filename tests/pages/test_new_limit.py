"""The worked example of docs/new_limit.md: its code is run, and its answers are right."""

import itertools
import re
from typing import Any

import pytest

from siting.common.errors import InputError
from siting.model import Mean, Solution, solve
from tests.support.pages import DOCS


@pytest.fixture(scope="module")
def example() -> dict[str, Any]:
    """What the code of the page defines."""
    names: dict[str, Any] = {"__name__": "new_limit"}
    page = (DOCS / "new_limit.md").read_text(encoding="utf-8")
    for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        exec(block, names)  # noqa: S102 - our own page
    return names


def test_the_limit_changes_the_answer_to_the_best_that_keeps_it(example: dict[str, Any]) -> None:
    free, spread = example["free"], example["spread"]
    assert isinstance(spread, Solution)
    assert (free.new_sites, free.objective) == (("a", "b"), 10 * 20 + 8 * 30)
    minutes, people = example["minutes"], [50, 40, 10, 8]
    allowed = [pair for pair in itertools.combinations(range(4), 2) if sum(j < 2 for j in pair) < 2]
    ways = {pair: people @ minutes[:, list(pair)].min(axis=1) for pair in allowed}
    best = min(ways, key=lambda pair: ways[pair])
    assert spread.status == "optimal"
    assert spread.new_sites == tuple("abcd"[j] for j in best)
    assert spread.objective == pytest.approx(ways[best])


def test_its_use_is_told_like_that_of_any_other(example: dict[str, Any]) -> None:
    use = example["spread"].limits[-1]
    assert (use.key, use.group, use.label, use.slack) == ("largest_share", "part", "north", 0)
    assert use.sentence == "at most 50% of the new sites in north"


def test_what_is_wrong_with_it_is_told_at_once(example: dict[str, Any]) -> None:
    wrong = example["LargestShare"]("county", "north", 0.5)
    with pytest.raises(InputError, match="unknown grouping of sites"):
        solve(example["instance"], Mean(), example["MoreLimits"](largest_share=wrong))


NAMES = (
    ("max_new_per_municipality", "max_new_per_group"),
    ("county_guarantee", "at_least_one_per_group"),
)
"""Limits in groups that there are, by the key of scenario files and as the model calls it."""


@pytest.mark.parametrize("names", NAMES)
def test_each_file_that_the_page_names_knows_a_limit_that_there_is(names: tuple[str, str]) -> None:
    for name in _files():
        text = (DOCS.parent / name).read_text(encoding="utf-8")
        assert any(each in text for each in names), name


def test_no_file_of_the_house_knows_a_limit_that_the_page_does_not_name() -> None:
    house = DOCS.parent / "siting"
    files = (path for kind in ("py", "toml") for path in house.rglob(f"*.{kind}"))
    names = NAMES[1]
    knowing = {
        path.relative_to(DOCS.parent).as_posix()
        for path in files
        if any(each in path.read_text(encoding="utf-8") for each in names)
    }
    assert knowing == {name for name in _files() if name.startswith("siting/")}


def _files() -> set[str]:
    """The files on the page, folders left out."""
    page = (DOCS / "new_limit.md").read_text(encoding="utf-8")
    return set(re.findall(r"`((?:siting|tests|docs)/[\w/.]+\.\w+)`", page))
