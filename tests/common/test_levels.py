"""Levels of regions are named once, and what is typed with their names has all of them."""

from typing import get_args

from siting.common.levels import LEVELS, AnyLevel, NamedLevel
from siting.inputs.schema import OPTIONAL_LEVELS
from siting.scenario.limits import LIMITS
from siting.scenario.objective import TargetTable
from siting.scenario.schema import Grouping


def test_the_names_of_levels_are_those_of_the_table() -> None:
    assert set(get_args(AnyLevel)) == set(LEVELS)
    assert set(get_args(NamedLevel)) == {name for name, level in LEVELS.items() if level.name}


def test_what_a_scenario_groups_by_is_a_level_or_the_kind_of_place() -> None:
    assert set(get_args(Grouping)) == {*LEVELS, "category"}
    each = TargetTable.model_json_schema()["properties"]["each"]
    assert each["enum"] == ["nation", *get_args(NamedLevel)]


def test_what_a_file_of_regions_may_leave_out_is_every_level_but_the_lowest() -> None:
    assert set(OPTIONAL_LEVELS) == {*LEVELS, "category"} - {"municipality"}


def test_every_guarantee_is_about_a_level() -> None:
    assert {limit.group for limit in LIMITS if limit.group} <= set(LEVELS)
