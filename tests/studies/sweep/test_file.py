"""Sweep files: which runs they ask for, and what is wrong with them."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from siting.common.errors import InputError
from siting.common.package import data_folder, scenario_folder
from siting.studies.sweep.file import check_sweep, find_sweep, read_sweep

HEAD = """
[sweep]
title = "A sweep"
source = "None"
rationale = "To see."
base = "announced_only"
"""


def _write(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(HEAD + text, encoding="utf-8")
    return path


def test_a_grid_is_every_combination(tmp_path: Path) -> None:
    text = '[grid]\nlimits.new_offices_max = [5, 6]\n"limits.fa_region_guarantee" = [true, false]'
    sweep = read_sweep(_write(tmp_path, text))
    assert [run.name for run in sweep.runs] == [
        "new_offices_max=5,fa_region_guarantee=true",
        "new_offices_max=5,fa_region_guarantee=false",
        "new_offices_max=6,fa_region_guarantee=true",
        "new_offices_max=6,fa_region_guarantee=false",
    ]
    assert sweep.keys == ("limits.new_offices_max", "limits.fa_region_guarantee")
    limits = [run.file.scenario.limits for run in sweep.runs]
    assert [each.new_offices_max for each in limits] == [5, 5, 6, 6]
    assert [each.fa_region_guarantee for each in limits] == [True, False, True, False]


ASKED = {"title": "A sweep", "source": "None", "rationale": "To see.", "base": "announced_only"}


@pytest.mark.parametrize(
    "values", [[5, 6], (5, 6), range(5, 7), np.arange(5, 7), pd.Series([5, 6])], ids=repr
)
def test_a_sweep_may_be_what_its_file_would_say(values: Any, tmp_path: Path) -> None:  # noqa: ANN401 - of any library
    path = _write(tmp_path, "[grid]\nlimits.new_offices_max = [5, 6]")
    flat = {"sweep": ASKED, "grid": {"limits.new_offices_max": values}}
    for given in (flat, {"sweep": ASKED, "grid": {"limits": {"new_offices_max": values}}}):
        sweep = read_sweep(given)
        assert sweep.name == "sweep"
        assert sweep.runs == read_sweep(path).runs == read_sweep(str(path)).runs
        check_sweep(sweep, data_folder())


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ({}, "sweep"),
        ({"sweep": ASKED, "grid": {"limits.new_offices_max": 5}}, "grid.limits.new_offices_max"),
        ({"sweep": {**ASKED, "base": Path("nowhere.toml")}, "runs": [{"name": "a"}]}, "file"),
    ],
)
def test_content_that_is_no_sweep_is_a_fault(given: dict[str, Any], key: str) -> None:
    with pytest.raises(InputError) as error:
        read_sweep(given)
    assert error.value.faults[0].key == key


def test_runs_are_made_at_every_point_of_a_grid(tmp_path: Path) -> None:
    text = """
[grid]
area.counties = [["Gotlands län"], ["Stockholms län"]]
[[runs]]
name = "mean"
[[runs]]
name = "far"
set.objective.kind = "worst"
"""
    sweep = read_sweep(_write(tmp_path, text))
    assert [run.name for run in sweep.runs] == [
        "mean,counties=no1",
        "mean,counties=no2",
        "far,counties=no1",
        "far,counties=no2",
    ]
    assert [run.file.scenario.objective.kind for run in sweep.runs] == ["mean"] * 2 + ["worst"] * 2


def test_faults_of_all_runs_are_told_at_once_and_each_once(tmp_path: Path) -> None:
    text = """
[grid]
limits.annual_budget_msek = [-5, 20]
offices.open = [["Storumann"], ["Torsby"]]
limits.new_ofices_max = [3]
solver.threads = [2]
"""
    with pytest.raises(InputError) as caught:
        check_sweep(read_sweep(_write(tmp_path, text)), data_folder())
    lines = [str(fault) for fault in caught.value.faults]
    for part in (
        "limits.annual_budget_msek = -5",
        "Did you mean Storuman",
        "Did you mean new_offices_max",
        "a run of a sweep has one solver thread",
    ):
        assert sum(part in line for line in lines) == 1, part
    budget = next(line for line in lines if "msek = -5" in line)
    assert "mine.toml (run annual_budget_msek=-5,open=no1" in budget
    assert len(lines) == 4


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "a sweep needs [grid] or [[runs]]"),
        ("[grid]\nlimits.new_offices_max = []", "grid.limits.new_offices_max"),
        ("[grid]\nlimits.new_offices_max = 3", "grid.limits.new_offices_max"),
        ('[[runs]]\nname = "a/b"', "runs.0.name"),
        ('[[runs]]\nname = "a"\n[[runs]]\nname = "A"', "two runs have this name"),
        ("[[runs]]\nsets = 3", "runs.0.name"),
    ],
)
def test_a_faulty_file_is_refused(tmp_path: Path, text: str, part: str) -> None:
    with pytest.raises(InputError) as caught:
        read_sweep(_write(tmp_path, text))
    assert part in str(caught.value)


def test_a_key_with_one_value_is_not_in_the_names(tmp_path: Path) -> None:
    text = '[grid]\narea.counties = [["Gotlands län"]]\n[[runs]]\nname = "mean"'
    (run,) = read_sweep(_write(tmp_path, text)).runs
    assert run.name == "mean"
    assert run.file.scenario.area.counties == ("Gotlands län",)


def test_an_unknown_sweep_names_near_ones() -> None:
    with pytest.raises(InputError, match="Did you mean objectives"):
        find_sweep("objektives")


@pytest.mark.parametrize(
    "path", sorted((scenario_folder() / "sweeps").glob("*.toml")), ids=lambda path: path.stem
)
def test_the_sweeps_that_ship_have_no_faults(path: Path) -> None:
    sweep = read_sweep(path)
    assert len(check_sweep(sweep, data_folder()).runs) == len(sweep.runs) > 3


def test_the_snippet_on_the_page_reads_a_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Path(__file__).resolve().parents[3] / "docs" / "sweep.md"
    (snippet,) = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    folder = tmp_path / "results" / "budget_by_number"
    folder.mkdir(parents=True)
    rows = {
        "limits.annual_budget_msek": [40.0, 40.0, 50.0],
        "limits.new_offices_max": [16, 24, 16],
        "mean_after": [13.0, 12.5, 12.9],
        "sites": ["a;b", "a;c", "a"],
    }
    pd.DataFrame(rows).to_parquet(folder / "sweep.parquet")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(snippet, names)  # noqa: S102 - our own page
    assert names["mean"].loc[40, 24] == 12.5
    assert names["picked"]["a"] == 3


@pytest.mark.parametrize(
    "grid",
    [
        "[grid]\nnetwork.speeds.primary = [70, 80]\ncosts.annual.msek_per_staff = [0.6]\n",
        '[grid]\n"network.speeds.primary" = [70, 80]\n"costs.annual.msek_per_staff" = [0.6]\n',
        "[grid.network.speeds]\nprimary = [70, 80]\n[grid.costs.annual]\nmsek_per_staff = [0.6]\n",
    ],
)
def test_costs_and_speeds_are_varied_by_the_keys_of_a_scenario(tmp_path: Path, grid: str) -> None:
    sweep = read_sweep(_write(tmp_path, grid))
    assert sweep.keys == ("network.speeds.primary", "costs.annual.msek_per_staff")
    assert [run.name for run in sweep.runs] == ["speeds.primary=70", "speeds.primary=80"]
    for run, kph in zip(sweep.runs, (70, 80), strict=True):
        assert not run.file.faults
        assert run.file.scenario.network.speeds.kph == {"primary": kph}
        assert run.file.scenario.costs.annual.msek_per_staff == 0.6


def test_runs_change_one_speed_of_the_base_and_leave_its_profile(tmp_path: Path) -> None:
    base = scenario_folder() / "announced_only.toml"
    text = base.read_text(encoding="utf-8") + '[network]\nspeeds = "winter"\n'
    (tmp_path / "base.toml").write_text(text, encoding="utf-8")
    runs = "".join(
        f'[[runs]]\nname = "{name}"\n{values}\n'
        for name, values in {
            "as it is": "",
            "own": "set.network.speeds.primary = 70\nset.costs.office_types.small.staff = 3",
            "default": 'set.network.speeds = "default"',
        }.items()
    ).replace("as it is", "as-it-is")
    path = _write(tmp_path, runs)
    path.write_text(path.read_text(encoding="utf-8").replace('"announced_only"', '"base.toml"'))
    sweep = read_sweep(path)
    dumped = [run.file.scenario.model_dump(mode="json") for run in sweep.runs]
    assert [each["network"]["speeds"] for each in dumped] == [
        "winter",
        {"based_on": "winter", "primary": 70.0},
        "default",
    ]
    assert dumped[1]["costs"] == {"office_types": {"small": {"staff": 3}}}


def test_a_class_that_is_none_is_told_with_the_sweep(tmp_path: Path) -> None:
    sweep = read_sweep(_write(tmp_path, "[grid]\nnetwork.speeds.primry = [70, 80]\n"))
    with pytest.raises(InputError, match=r"mine\.toml .*: network\.speeds\.primry") as caught:
        check_sweep(sweep, data_folder())
    assert len(caught.value.faults) == 2
