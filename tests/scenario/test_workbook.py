"""A whole scenario in one workbook: the same tables and keys as a TOML file."""

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from siting.common.errors import InputError
from siting.common.package import scenario_folder
from siting.pipeline.run import run
from siting.results.write import write_result
from siting.scenario.figures import Annual, SpeedTable, StaffRule
from siting.scenario.file import read_scenario
from siting.studies.rerun import rerun
from tests.support.books import ABOUT, as_book, book_faults, write_book
from tests.support.cli import Call

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "nullia"
SHIPPED = sorted(scenario_folder().glob("*.toml"))


def _silent(_: str) -> None:
    """Say nothing."""


@pytest.mark.parametrize("toml", SHIPPED, ids=lambda path: path.stem)
def test_a_workbook_says_what_the_file_says(toml: Path, tmp_path: Path) -> None:
    content = tomllib.loads(toml.read_text(encoding="utf-8"))
    book = as_book(content, tmp_path / f"{toml.stem}.xlsx")
    file = read_scenario(book)
    assert file.faults == ()
    assert file.scenario == read_scenario(toml).scenario
    assert file.name == toml.stem


def test_a_run_of_it_gives_the_same_answer_and_can_be_made_again(tmp_path: Path) -> None:
    content = tomllib.loads((scenario_folder() / "announced_only.toml").read_text("utf-8"))
    book = as_book(content, tmp_path / "mine.xlsx")
    plain, ours = (run(each, progress=lambda _: None) for each in ("announced_only", book))
    assert ours.name == "mine"
    assert ours.manifest["scenario"] == plain.manifest["scenario"]
    assert ours.manifest["inputs"] == plain.manifest["inputs"]
    for name, table in plain.tables.items():
        assert table.equals(ours.tables[name])
    folder = write_result(ours, tmp_path / "results")
    assert rerun(folder, progress=lambda _: None).same


def test_it_is_named_on_the_command_line_as_a_file_is(call: Call, tmp_path: Path) -> None:
    write_book(tmp_path / "mine.xlsx", {**ABOUT, "limits.new_offices_max": 2}, {})
    done = call("check", "mine.xlsx")
    assert (done.returncode, done.stdout) == (0, "mine.xlsx: no faults\n")
    done = call("export", "ids", "mine.xlsx", "--out", "ids.csv")
    assert done.returncode == 0
    done = call("new-scenario", "again", "--from", "mine.xlsx")
    assert done.returncode == 0
    assert read_scenario("again.toml").scenario.limits.new_offices_max == 2
    done = call("check", "mine.xlsx", "--allow", "nowhere")
    assert done.returncode == 2


def test_an_override_goes_before_the_workbook(tmp_path: Path) -> None:
    path = write_book(tmp_path / "mine.xlsx", {**ABOUT, "limits.new_offices_max": 2}, {})
    file = read_scenario(path, ["limits.new_offices_max=7", "limits.annual_budget_msek=x"])
    assert file.scenario.limits.new_offices_max == 7
    assert file.overrides[0] == "limits.new_offices_max: 2 -> 7"
    (fault,) = file.faults
    assert (fault.file, fault.key) == ("--set", "limits.annual_budget_msek")


@pytest.mark.parametrize(
    ("key", "cell", "value"),
    [
        ("offices.open", "Storuman; Torsby", ("Storuman", "Torsby")),
        ("offices.open", "Storuman", ("Storuman",)),
        ("offices.open", '["Storuman", "Torsby"]', ("Storuman", "Torsby")),
        ("area.counties", "01;Dalarnas län", ("01", "Dalarnas län")),
        ("area.counties", 20, ("20",)),
        ("limits.new_offices_max", 4.0, 4),
        ("limits.new_offices_max", "4", 4),
        ("limits.annual_budget_msek", "55.5", 55.5),
        ("limits.annual_budget_msek", 55, 55.0),
        ("limits.fa_region_guarantee", True, True),
        ("limits.fa_region_guarantee", "true", True),
        ("objective.kind", " equity ", "equity"),
        ("network.limit_km", 2.5, 2.5),
        ("scenario.source", "none", "none"),
        ("scenario.title", 2026, "2026"),
        ("scenario.date", "2026-05-02", dt.date(2026, 5, 2)),
        ("office_types.use", "small; flexi", ("small", "flexi")),
        ("office_types.min", "{small = 5}", {"small": 5}),
        ("office_types.min.small", 5, {"small": 5}),
        ("network.source", "roads.parquet", "roads.parquet"),
        ("costs.annual.msek_per_staff", 0.9, Annual(msek_per_staff=0.9)),
        ("costs.staff_rule", "{least_staff = 3}", StaffRule(least_staff=3)),
        ("network.speeds", "winter", SpeedTable(based_on="winter")),
        ("network.speeds.primary", 70, SpeedTable.model_validate({"primary": 70})),
    ],
)
def test_a_cell_is_taken_as_the_key_wants_it(
    tmp_path: Path, key: str, cell: object, value: object
) -> None:
    needed = {"office_types.min": {"office_types.use": "small"}}.get(key[:16], {})
    file = read_scenario(write_book(tmp_path / "mine.xlsx", {**ABOUT, **needed, key: cell}, {}))
    assert file.faults == ()
    found: Any = file.scenario
    for step in key.split(".")[:2]:
        found = getattr(found, step)
    assert found == value


def test_lists_of_tables_stand_on_sheets_of_their_own(tmp_path: Path) -> None:
    sheets: dict[str, list[tuple[Any, ...]]] = {
        "quotas": [
            ("group", "labels", "min", "max"),
            ("skr_group", "C8; C9", 20, None),
            (None, None, None, None),
            ("county", 20, None, 4),
        ],
        "phases": [("name", "years"), (2021, 2), ("2022", 1.5)],
        "targets": [("share", "within_minutes", "each"), (0.9, 45, "county")],
        "_Anteckningar": [("vad", "som helst"), (1, 2)],
    }
    path = write_book(tmp_path / "mine.xlsx", {**ABOUT, "objective.kind": "cost"}, sheets)
    file = read_scenario(path)
    assert file.faults == ()
    first, second = file.scenario.limits.quotas
    assert (first.group, first.labels, first.min, first.max) == (
        "skr_group",
        ("C8", "C9"),
        20,
        None,
    )
    assert (second.labels, second.min, second.max) == (("20",), None, 4)
    assert [(each.name, each.years) for each in file.scenario.phases] == [
        ("2021", 2),
        ("2022", 1.5),
    ]
    assert file.scenario.objective.targets[0].within_minutes == 45


def test_faults_name_sheet_row_and_key_all_at_once(tmp_path: Path) -> None:
    keys = {
        **ABOUT,
        "offices.open": "Storumann",
        "limits.new_office_max": 3,
        "limits.annual_budget_msek": "5,5",
        "objective.kind": "fastest",
        "candidates.exclude": 114,
        "offices.any_of": "Storuman; Kirunna",
        "demand.file": "../afar.csv",
    }
    quotas = [("group", "labels", "min"), ("county", "Dalarne", 1), ("parish", "x", 1)]
    path = write_book(tmp_path / "mine.xlsx", keys, {"quotas": quotas})
    found = book_faults(path)
    told = {
        "sheet scenario, row 8, limits.new_office_max": "Did you mean new_offices_max",
        "sheet scenario, row 9, limits.annual_budget_msek": "Write 5.5",
        "sheet scenario, row 10, objective.kind": "It means: mean",
        "sheet scenario, row 13, demand.file": "Move it",
        "sheet quotas, row 3, limits.quotas.1.group": "It means: What is grouped",
    }
    assert {*found} == {*told}
    assert all(remedy in found[key].remedy for key, remedy in told.items())
    assert {fault.file for fault in found.values()} == {str(path)}
    right = {"demand.file": None, "objective.kind": "mean", "limits.new_office_max": None}
    named = {**keys, **right, "limits.annual_budget_msek": 5.5}
    found = book_faults(write_book(tmp_path / "mine.xlsx", named, {"quotas": quotas[:2]}))
    told = {
        "sheet scenario, row 7, offices.open": "Did you mean Storuman",
        "sheet scenario, row 11, candidates.exclude": "Write 0114",
        "sheet scenario, row 12, offices.any_of": "Did you mean Kiruna",
        "sheet quotas, row 2, limits.quotas.0.labels": "Did you mean Dalarnas län",
    }
    assert {*found} == {*told}
    assert all(remedy in found[key].remedy for key, remedy in told.items())


def test_a_key_that_is_missing_is_asked_for_on_the_sheet(tmp_path: Path) -> None:
    keys = {key: cell for key, cell in ABOUT.items() if key != "scenario.author"}
    (fault,) = read_scenario(write_book(tmp_path / "mine.xlsx", keys, {})).faults
    assert fault.key == "sheet scenario, scenario.author"
    assert fault.problem == "the key is missing"


@pytest.mark.parametrize(
    ("rows", "key", "problem"),
    [
        (
            [("limits", "new_offices_max", 3), ("limits", "new_offices_max", 4)],
            "sheet scenario, row 8, limits.new_offices_max",
            "it stands in sheet scenario, row 7 too",
        ),
        ([("", "new_offices_max", 3)], "sheet scenario, row 7, .new_offices_max", "it is no key"),
        ([("limits", None, 3)], "sheet scenario, row 7, limits.", "it is no key"),
        (
            [("network", "speeds", "winter"), ("network", "speeds.a.b", 3)],
            "sheet scenario, row 8, network.speeds.a.b",
            "it is no key",
        ),
        ([("nosuch", "key", 3)], "sheet scenario, nosuch", "there is no such key"),
    ],
)
def test_a_row_that_cannot_be_taken_is_told(
    tmp_path: Path, rows: list[tuple[Any, ...]], key: str, problem: str
) -> None:
    path = write_book(tmp_path / "mine.xlsx", ABOUT, {})
    book = openpyxl.load_workbook(path)
    for row in rows:
        book["scenario"].append(row)
    book.save(path)
    (fault,) = read_scenario(path).faults
    assert fault.key == key
    assert problem in fault.problem


def test_a_workbook_that_is_no_scenario_says_so(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["table", "key", "value"])
    book.create_sheet("Kontor")
    book.save(tmp_path / "other.xlsx")
    with pytest.raises(InputError, match=r"no sheet scenario with the columns .*Sheet, Kontor"):
        read_scenario(tmp_path / "other.xlsx")
    (tmp_path / "text.xlsx").write_text("table,key,value\n", encoding="utf-8")
    with pytest.raises(InputError, match="it is no workbook"):
        read_scenario(tmp_path / "text.xlsx")
    with pytest.raises(InputError, match="No such file"):
        read_scenario("nowhere.xlsx")


def test_titles_may_have_other_columns_between_and_behind(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "scenario"
    sheet.append(["meaning", "value", "key", "unit", "table"])
    for key, cell in {**ABOUT, "limits.max_minutes": 90}.items():
        table, _, name = key.partition(".")
        sheet.append(["x", cell, name, "min", table])
    book.save(tmp_path / "mine.xlsx")
    assert read_scenario(tmp_path / "mine.xlsx").scenario.limits.max_minutes == 90
