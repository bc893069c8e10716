"""The tie rule, and when it says that it could not be decided."""

from collections.abc import Callable

import pytest

from siting.model import Instance, Limits, Mean, solve
from siting.model.solving import tie_breaking as ties


def test_too_many_solves_leave_it_undecided(
    line: Callable[..., Instance], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ties, "MOST_SOLVES", 1)
    instance = line([5], [3, 3, 3], site_ids=["c", "b", "a"])
    solution = solve(instance, Mean(), Limits())
    assert solution.status == "optimal"
    assert not solution.ties_decided


def test_ties_are_left_alone_where_they_do_not_matter(line: Callable[..., Instance]) -> None:
    solution = solve(line([5], [3, 3]), Mean(), Limits(), ties=False)
    assert not solution.ties_decided


def test_an_answer_that_is_a_little_worse_is_no_tie(line: Callable[..., Instance]) -> None:
    instance = line([0], [1, 1 + 1e-8], site_ids=["b", "a"])
    assert solve(instance, Mean(), Limits()).open_sites == ("b",)
    instance = line([0], [1, 1 + 1e-10], site_ids=["b", "a"])
    assert solve(instance, Mean(), Limits()).open_sites == ("a",)
