"""A command and its function from Python take the same where nothing is said."""

import inspect

import pytest

import siting
from siting.cli import studies
from siting.report.words import LANGUAGES, study_texts


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("hindcast", {"draws", "seed"}),
        ("robustness", {"draws", "seed", "rule"}),
        ("alternatives", {"count", "diverse"}),
        ("sweep", {"resume"}),
    ],
)
def test_defaults_are_the_same(name: str, keys: set[str]) -> None:
    command = inspect.signature(getattr(studies, name)).parameters
    function = inspect.signature(getattr(siting, name)).parameters
    for key in keys:
        assert command[key].default == function[key].default


def test_a_script_starts_no_processes_unless_it_asks_for_them() -> None:
    """Without ``if __name__ == "__main__":`` they would run the script again, and fail."""
    assert inspect.signature(siting.robustness).parameters["workers"].default == 1


def test_the_share_by_which_an_alternative_may_be_worse_is_the_same() -> None:
    command = inspect.signature(studies.alternatives).parameters["within"].default
    function = inspect.signature(siting.alternatives).parameters["within"].default
    assert studies.read_share("--within", command) == function


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_take_the_shares_from_where_they_are_set(language: str) -> None:
    words = study_texts("robustness", language)
    assert "{core}" in words["core"]
    assert "{often}" in words["others"]
