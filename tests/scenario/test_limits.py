"""Each limit has one name in a scenario, one in the model, and words in both languages."""

import dataclasses
from operator import attrgetter

import pytest

from siting.model import Limits
from siting.report.words import texts
from siting.scenario.limits import LIMITS, ScenarioLimit, guarantees, limit_of
from siting.scenario.schema import Scenario

ABOUT = {"title": "t", "author": "a", "date": "2026-01-01", "source": "s", "rationale": "r"}


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.path)
def test_what_a_study_may_leave_out_is_a_limit_of_the_model(limit: ScenarioLimit) -> None:
    fields = {field.name for field in dataclasses.fields(Limits)}
    assert not limit.field or limit.field in fields
    assert limit_of(limit.name, limit.group) is limit


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.path)
def test_every_path_is_one_of_a_scenario(limit: ScenarioLimit) -> None:
    scenario = Scenario.model_validate({"scenario": ABOUT}, strict=False)
    if limit.path != "everyone":
        attrgetter(limit.path)(scenario)


@pytest.mark.parametrize("language", ["sv", "en"])
def test_both_languages_have_words_for_what_is_used_and_for_what_clashes(language: str) -> None:
    words = texts(language)
    assert {limit.key for limit in LIMITS if limit.counted} == set(words["limits"])
    # A target that cannot be reached ends the run before any frontier.
    clashing = {limit.key for limit in LIMITS} - {"objective.targets"}
    assert clashing <= set(words["explorer"]["clash"])


def test_the_guarantee_of_a_county_is_not_that_of_an_fa_region() -> None:
    found = [limit_of("at_least_one_per_group", group).key for group in ("fa_region", "county")]
    assert found == ["fa_region_guarantee", "county_guarantee"]
    clash = texts("en")["explorer"]["clash"]
    assert [clash[key] for key in found] == [
        "every FA region must have an office",
        "every county must have an office",
    ]
    assert limit_of("capacity").key == "capacity"


@pytest.mark.parametrize("given", [(), ("fa_region",), ("county",), ("county", "fa_region")])
def test_municipalities_that_must_have_an_office_are_no_guarantee_to_all_others(
    given: tuple[str, ...],
) -> None:
    limits = {f"{level}_guarantee": level in given for level in ("county", "fa_region")}
    asked = {"scenario": ABOUT, "limits": limits, "offices": {"any_of": ["Kiruna"]}}
    scenario = Scenario.model_validate(asked, strict=False)
    assert sorted(guarantees(scenario).values()) == sorted(given)
