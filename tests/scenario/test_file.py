"""What stands in a scenario file, how overrides change it, and the schema that ships."""

import json
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from siting.common.errors import InputError
from siting.common.package import scenario_folder
from siting.common.toml import read_toml
from siting.scenario.file import as_scenario_file, find_scenario, read_scenario
from siting.scenario.schema import json_schema

HEAD = """[scenario]
title = "t"
author = "a"
date = 2026-01-01
source = "s"
rationale = "r"
"""


def _write(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_committed_schema_is_current() -> None:
    committed = (scenario_folder() / "schema.json").read_text(encoding="utf-8")
    assert committed == json_schema(), "run make schema"


@pytest.mark.parametrize("path", sorted(scenario_folder().glob("*.toml")), ids=lambda p: p.stem)
def test_shipped_scenarios_say_what_they_are(path: Path) -> None:
    file = read_scenario(path)
    assert file.faults == ()
    assert len(file.scenario.scenario.rationale) > 100


def test_defaults_are_those_of_the_documentation(tmp_path: Path) -> None:
    scenario = read_scenario(_write(tmp_path, HEAD)).scenario
    assert scenario.limits.max_new_per_municipality == 1
    assert scenario.limits.new_offices_max is None
    assert not scenario.limits.fa_region_guarantee
    assert scenario.candidates.min_population == 1000
    assert scenario.solver.gap == 1e-6


def test_overrides_come_before_the_file_and_none_takes_a_key_back(tmp_path: Path) -> None:
    path = _write(tmp_path, HEAD + "[limits]\nannual_budget_msek = 55\n[demand]\n")
    file = read_scenario(
        path,
        [
            "limits.annual_budget_msek=none",
            "demand.weight=age_75_plus",
            'offices.open=["Kiruna"]',
            "limits.fa_region_guarantee=true",
        ],
    )
    assert file.scenario.limits.annual_budget_msek is None
    assert file.scenario.demand.weight == "age_75_plus"
    assert file.scenario.offices.open == ("Kiruna",)
    assert file.overrides[0] == "limits.annual_budget_msek: 55 -> 'none'"
    assert file.overrides[1] == "demand.weight: 'population' -> 'age_75_plus'"


@pytest.mark.parametrize("override", ["limits", "limits.=3", "new_offices_max=3", "=3"])
def test_a_crippled_override_is_a_fault_with_a_remedy(tmp_path: Path, override: str) -> None:
    faults = read_scenario(_write(tmp_path, HEAD), [override]).faults
    assert len(faults) == 1
    assert "--set table.key=value" in faults[0].remedy


def test_an_override_into_what_is_no_table_is_a_fault(tmp_path: Path) -> None:
    file = read_scenario(_write(tmp_path, "limits = 3\n" + HEAD), ["limits.new_offices_max=3"])
    assert any("limits is not a table" in str(fault) for fault in file.faults)


def test_what_is_right_is_kept_beside_what_is_wrong(tmp_path: Path) -> None:
    path = _write(tmp_path, HEAD + '[limits]\nnew_offices_max = 7\nannual_budget_msek = "x"\n')
    file = read_scenario(path)
    assert [fault.key for fault in file.faults] == ["limits.annual_budget_msek"]
    assert file.scenario.limits.new_offices_max == 7


@pytest.mark.parametrize(
    ("text", "key", "part"),
    [
        (HEAD + "[limit]\n", "limit", "Did you mean limits?"),
        (HEAD + "[zzz]\n", "zzz", "Known here: scenario, demand"),
        (HEAD + "limits = 3\n", "scenario.limits", "there is no such key"),
        ("limits = 3\n" + HEAD, "limits", "[name] on a line of its own"),
        (HEAD + "[limits]\nnew_offices_max = 3.5\n", "limits.new_offices_max", "Most new offices"),
        (HEAD + "[limits]\nnew_offices_max = true\n", "limits.new_offices_max", "Most new"),
        (HEAD + '[solver]\nname = "scip"\n', "solver.name", "only the model takes it"),
        (HEAD + "[solver]\ngap = nan\n", "solver.gap", "differ by this share"),
        (HEAD.replace("2026-01-01", '"today"'), "scenario.date", "When it was written"),
        (HEAD.replace('title = "t"\n', ""), "scenario.title", "Add title"),
        (HEAD.replace('"t"', '""'), "scenario.title", "names the scenario"),
    ],
)
def test_each_fault_names_key_and_remedy(tmp_path: Path, text: str, key: str, part: str) -> None:
    faults = read_scenario(_write(tmp_path, text)).faults
    assert [fault.key for fault in faults] == [key]
    assert part in str(faults[0])


def test_what_is_no_toml_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not valid TOML"):
        read_scenario(_write(tmp_path, "[scenario\n"))
    with pytest.raises(InputError, match="No such file"):
        read_scenario(tmp_path / "missing.toml")
    broken = tmp_path / "latin.toml"
    broken.write_bytes("# å".encode("latin-1"))
    with pytest.raises(InputError, match="not UTF-8"):
        read_scenario(broken)


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "windows.toml"
    path.write_bytes(("\ufeff" + HEAD.replace("\n", "\r\n")).encode())
    assert read_scenario(path).faults == ()


def test_a_scenario_is_found_by_path_or_by_name(tmp_path: Path) -> None:
    path = _write(tmp_path, HEAD)
    assert find_scenario(str(path)) == path
    assert find_scenario("announced_only").parent == scenario_folder()
    with pytest.raises(InputError, match="Did you mean announced_only"):
        find_scenario("anounced_only")


def test_a_scenario_of_the_current_folder_is_found_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = _write(tmp_path, HEAD)
    path.rename(path.with_name("announced_only.toml"))
    _write(tmp_path, HEAD)
    assert find_scenario("mine") == Path("mine.toml")
    assert find_scenario("./mine.toml") == Path("mine.toml")
    assert find_scenario("announced_only").parent == scenario_folder()
    assert find_scenario("announced_only.toml") == Path("announced_only.toml")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("mien", "mine"),
        ("mien.toml", "mine.toml"),
        ("mine.tml", "mine.toml"),
        ("coverage_45_min.toml", "coverage_45_min"),
    ],
)
def test_what_is_near_a_file_of_the_current_folder_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, meant: str
) -> None:
    monkeypatch.chdir(tmp_path)
    _write(tmp_path, HEAD)
    with pytest.raises(InputError, match=rf"Did you mean {meant}\?"):
        find_scenario(name)
    for path in ("nothing_like_it.toml", "other/mien.toml"):
        assert find_scenario(path) == Path(path)


def test_a_scenario_may_be_a_name_or_its_content(tmp_path: Path) -> None:
    path = _write(tmp_path, HEAD + "[limits]\nnew_offices_max = -3\n")
    content = read_toml(path)
    file = read_scenario(content, ["limits.annual_budget_msek=7"])
    assert (file.name, file.path) == ("scenario", Path("scenario"))
    assert file.scenario.limits.annual_budget_msek == 7
    assert [(fault.file, fault.key) for fault in file.faults] == [
        ("scenario", "limits.new_offices_max")
    ]
    assert content == read_toml(path), "what was given is left as it was"
    assert read_scenario("announced_only") == read_scenario(find_scenario("announced_only"))
    assert as_scenario_file("announced_only") == read_scenario("announced_only")
    assert as_scenario_file(file) is file


ABOUT = {"title": "t", "author": "a", "date": "2026-01-01", "source": "s", "rationale": "r"}


@pytest.mark.parametrize("path", sorted(scenario_folder().glob("*.toml")), ids=lambda p: p.stem)
def test_what_a_manifest_holds_of_a_scenario_is_read_back(path: Path) -> None:
    file = read_scenario(path)
    kept = json.loads(json.dumps(file.scenario.model_dump(mode="json")))
    again = read_scenario(kept, name=path.stem)
    assert (again.name, again.scenario, again.faults) == (file.name, file.scenario, ())


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"limits": {"new_offices_max": np.int64(3)}}, 3),
        ({"limits": MappingProxyType({"new_offices_max": 3})}, 3),
        ({"demand": {"file": Path("folder") / "cells.csv"}}, "folder/cells.csv"),
        ({"offices": {"open": np.array(["Storuman"])}}, ("Storuman",)),
        ({"offices": {"open": pd.Series(["Storuman"])}}, ("Storuman",)),
        ({"offices": {"open": ("Storuman",)}}, ("Storuman",)),
    ],
)
def test_what_comes_from_python_is_taken(given: dict[str, Any], read: object) -> None:
    scenario = {"scenario": ABOUT, **given}
    file = read_scenario(scenario)
    ((table, values),) = given.items()
    assert file.faults == ()
    assert getattr(getattr(file.scenario, table), *values) == read
    assert scenario == {"scenario": ABOUT, **given}, "the caller's own is left as it is"
    assert ABOUT["date"] == "2026-01-01"


@pytest.mark.parametrize("date", ["2026-13-01", "1 May", "", None, 20260101, "2026-01-01T10:00"])
def test_a_date_that_is_none_is_a_fault(date: object) -> None:
    (fault,) = read_scenario({"scenario": {**ABOUT, "date": date}}).faults
    assert (fault.file, fault.key, fault.value) == ("scenario", "scenario.date", date)


@pytest.mark.parametrize(
    "scenario", [{}, {"scenario": 3}, {"scenario": [1]}, {1: 2}, {"scenario": {"date": "x"}}]
)
def test_content_that_is_no_scenario_is_a_fault(scenario: dict[str, Any]) -> None:
    assert read_scenario(scenario).faults


def test_results_have_the_name_that_is_given() -> None:
    asked = {"scenario": ABOUT}
    assert read_scenario(asked).name == "scenario"
    assert read_scenario(asked, name="more_money").name == "more_money"
    assert read_scenario("announced_only", name="mine=4,5").name == "mine=4,5"


@pytest.mark.parametrize("name", ["../mine", "a/b", "..", ".mine", "a\0b", " ", "a\nb", "mine\n"])
def test_a_name_that_no_folder_can_have_is_a_fault(name: str) -> None:
    (fault,) = read_scenario({"scenario": ABOUT}, name=name).faults
    assert (fault.key, fault.value) == ("name", name)
