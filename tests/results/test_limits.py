"""What a manifest says of limits is handed to reports in its parts."""

import pytest

from siting.model.limits.numbers import Phase, Phases
from siting.report.tables import limit_name, of_phase
from siting.results.limits import name_of, used_limits, where_of
from siting.scenario.limits import LIMITS

USE = {"limit": 3, "used": 2, "slack": 1}


@pytest.mark.parametrize("limit", [limit for limit in LIMITS if limit.counted], ids=str)
@pytest.mark.parametrize("number", [1, 2, 12])
def test_a_limit_is_found_by_the_name_it_was_written_under(limit: object, number: int) -> None:
    key = limit.key  # type: ignore[attr-defined] # a ScenarioLimit
    limits = {name_of(key, each): USE for each in range(1, number + 1)}
    *_, last = used_limits({"limits": limits, "scenario": {}})
    assert (last.limit, last.number) == (limit, number)


@pytest.mark.parametrize("name", ["2020", "first half", "_2", "phase annual_budget"])
@pytest.mark.parametrize("kind", ["annual_budget", "one_off_budget", "opened_max"])
def test_phase_and_limit_of_it_are_told_apart_whatever_the_phase_is_called(
    name: str, kind: str
) -> None:
    phases = [{"name": each} for each in (name, "first", "phase")]
    limits = {"phases": USE | {"where": where_of(name, kind)}}
    (use,) = used_limits({"limits": limits, "scenario": {"phases": phases}})
    assert (use.phase, use.kind, use.money) == (name, kind, kind != "opened_max")
    assert of_phase(use, "en").startswith(f" ({name}, ")


def test_the_limits_of_a_phase_are_those_that_the_model_has() -> None:
    assert {"annual_budget", "one_off_budget", "opened_max"} < set(Phase.__dataclass_fields__)
    assert Phases.name == "phases"


def test_a_limit_of_another_version_keeps_its_name() -> None:
    (use,) = used_limits({"limits": {"parking_2": USE}, "scenario": {}})
    assert (limit_name(use, "en"), use.money) == ("parking_2", False)
