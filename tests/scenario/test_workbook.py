"""A whole scenario in one workbook: the same tables and keys as a TOML file."""

import datetime as dt
import random
import shutil
import tomllib
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from siting.common.errors import Fault, InputError
from siting.common.package import scenario_folder
from siting.pipeline.export import export_table
from siting.pipeline.prepare import check
from siting.pipeline.run import run
from siting.results.write import write_result
from siting.scenario.figures import Annual, SpeedTable, StaffRule
from siting.scenario.file import read_scenario
from siting.scenario.schema import table_models
from siting.scenario.workbook import LISTS
from siting.studies.rerun import rerun
from tests.support.books import ABOUT, as_book, write_book
from tests.support.cli import Call

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "nullia"
SHIPPED = sorted(scenario_folder().glob("*.toml"))


def _silent(_: str) -> None:
    """Say nothing."""


def _faults(path: Path) -> dict[str, Fault]:
    """What is wrong with a workbook, by key."""
    file = read_scenario(path)
    try:
        check(file)
    except InputError as error:
        return {fault.key: fault for fault in error.faults}
    return {}


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
    found = _faults(path)
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
    found = _faults(write_book(tmp_path / "mine.xlsx", named, {"quotas": quotas[:2]}))
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


def _rows(path: Path) -> list[list[Any]]:
    """A CSV file as rows of a sheet: numbers as numbers, all else as texts."""
    table = pd.read_csv(path, dtype={"municipality_code": str, "county_code": str})
    return [[*table.columns], *table.astype(object).where(table.notna(), None).to_numpy().tolist()]


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """The example of another country with all its tables in one workbook."""
    folder = tmp_path / "nullia"
    shutil.copytree(EXAMPLE, folder)
    content = tomllib.loads((folder / "nullia.toml").read_text(encoding="utf-8"))
    names = {"demand": "file", "offices": "existing", "candidates": "file", "regions": "file"}
    sheets = {name: _rows(folder / content[name].pop(key)) for name, key in names.items()}
    for name in sheets:
        (folder / f"{name}.csv").unlink()
    return as_book(content, folder / "whole.xlsx", sheets)


def test_tables_stand_on_sheets_beside_it(whole: Path, tmp_path: Path) -> None:
    plain, ours = (run(each, progress=_silent) for each in (EXAMPLE / "nullia.toml", whole))
    assert set(ours.manifest["inputs"]) == {
        "whole.xlsx",
        "roads.graphml",
        "costs.toml",
        "speeds.toml",
    }
    demand = ours.manifest["scenario"]["demand"]
    assert (demand["file"], demand["sheet"]) == ("whole.xlsx", "demand")
    for name, table in plain.tables.items():
        pd.testing.assert_frame_equal(table, ours.tables[name])
    folder = write_result(ours, tmp_path / "results")
    assert rerun(folder, relative_to=whole.parent, progress=_silent).same
    book = openpyxl.load_workbook(whole)
    book["demand"].cell(2, 4).value = 7
    book.save(whole)
    with pytest.raises(InputError, match=r"whole\.xlsx: sha256 .*another one now"):
        rerun(folder, relative_to=whole.parent, progress=_silent)


def test_times_stand_on_a_sheet_too(whole: Path) -> None:
    out = export_table("times", read_scenario(whole), whole.with_name("times.xlsx"), _silent)
    book, times = openpyxl.load_workbook(whole), openpyxl.load_workbook(out).worksheets[0]
    sheet = book.create_sheet("times")
    for row in times.iter_rows(values_only=True):
        sheet.append(row)
    book.save(whole)
    file = read_scenario(whole)
    assert (file.scenario.travel_times.file, file.scenario.travel_times.sheet) == (
        whole.name,
        "times",
    )
    plain, ours = (run(each, progress=_silent) for each in (EXAMPLE / "nullia.toml", file))
    for name, table in plain.tables.items():
        pd.testing.assert_frame_equal(table, ours.tables[name], rtol=0, atol=1e-9)


def test_a_fault_in_a_table_names_its_sheet_and_row(whole: Path) -> None:
    book = openpyxl.load_workbook(whole)
    book["demand"].cell(3, 4).value = -5
    book["offices"].cell(2, 2).value = None
    book["candidates"].cell(2, 1).value = book["candidates"].cell(3, 1).value
    book.save(whole)
    told = [str(fault) for fault in _faults(whole).values()]
    for sheet, place in {
        "demand": "row 3, column people = ",
        "offices": "row 2, column office = ''",
        "candidates": "row 2, column id = ",
    }.items():
        assert any(f"whole.xlsx, sheet {sheet}: {place}" in each for each in told), told


def test_a_sheet_without_rows_is_not_there(tmp_path: Path) -> None:
    heads: dict[str, list[tuple[Any, ...]]]
    heads = {"offices": [("Kontor", "Kommun")], "demand": [("id",)], "quotas": [("group",)]}
    file = read_scenario(write_book(tmp_path / "mine.xlsx", ABOUT, heads))
    assert file.faults == ()
    assert file.scenario.offices.existing == "offices_2019"


def test_offices_by_name_stand_beside_their_scenario(call: Call, tmp_path: Path) -> None:
    offices = [("Kontor", "Kommun", "Ort"), ("A", "Storuman", "Tärnaby"), ("B", "Umeå", None)]
    write_book(tmp_path / "mine.xlsx", ABOUT, {"offices": offices})
    done = call("check", "mine.xlsx")
    assert done.returncode == 0
    assert "row 2: A lies at Tärnaby (Storuman)" in done.stdout
    write_book(tmp_path / "mine.xlsx", ABOUT, {"offices": [*offices, ("C", "", "Kil")]})
    done = call("run", "mine.xlsx")
    assert done.returncode == 2
    assert "mine.xlsx, sheet offices: row 4, column Ort = 'Kil'" in done.stderr


def test_a_sheet_and_a_key_for_the_same_table_clash(tmp_path: Path) -> None:
    offices = [("Kontor", "Kommun"), ("A", "Storuman")]
    keys = {**ABOUT, "offices.existing": "other.csv"}
    (fault,) = read_scenario(write_book(tmp_path / "mine.xlsx", keys, {"offices": offices})).faults
    assert "it stands in sheet scenario, row 7 too" in fault.problem


def test_a_title_above_the_header_of_a_sheet_is_passed_over(tmp_path: Path) -> None:
    offices = [("Våra kontor", None), ("Kontor", "Kommun"), ("A", "Storuman")]
    keys = {**ABOUT, "offices.header_row": 2}
    file = read_scenario(write_book(tmp_path / "mine.xlsx", keys, {"offices": offices}))
    assert check(file) == ("row 3: A lies at Storuman (Storuman)",)


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("Quotas", "Did you mean quotas?"),
        ("ofices", "Did you mean offices?"),
        ("Kontor", "Sheets are scenario, times, demand"),
        ("kandidater", "Did you mean candidates?"),
    ],
)
def test_a_sheet_of_another_name_is_not_passed_over(tmp_path: Path, name: str, remedy: str) -> None:
    rows = [("Kontor", "Kommun"), ("A", "Storuman")]
    (fault,) = read_scenario(write_book(tmp_path / "mine.xlsx", ABOUT, {name: rows})).faults
    assert (fault.key, fault.problem) == (f"sheet {name}", "a scenario has no such sheet")
    assert fault.remedy.startswith(remedy)
    assert fault.remedy.endswith("For notes begin it with _.")
    for free in (f"_{name}", "Blad1"):
        heads = rows if free.startswith("_") else rows[:1]
        assert not read_scenario(write_book(tmp_path / "m.xlsx", ABOUT, {free: heads})).faults


_TEXTS = ("", " ", "[1,", "{a", '"', "=1+1", "#DIV/0!", "none", ";", "[[1]]")
_ODD: tuple[Any, ...] = (*_TEXTS, -1, 1e300, True, dt.time(3))


@pytest.mark.parametrize("seed", range(4))
def test_no_cell_ends_in_a_traceback(tmp_path: Path, seed: int) -> None:
    """Keys and lists with whatever a cell can hold are read or told of."""
    rng = random.Random(seed)  # noqa: S311 - a fixed seed, and no secret
    keys = [f"{table}.{key}" for table, each in table_models().items() for key in each.model_fields]
    heads = ["group", "labels", "min", "share", "each", "kind", "targets", "name", None, 7, "value"]
    for number in range(25):
        given = {key: rng.choice(_ODD) for key in rng.sample(keys, 3)}
        head = rng.sample(heads, 4)
        rows: list[list[Any]] = [head, *([rng.choice(_ODD) for _ in head] for _ in range(2))]
        sheets = dict.fromkeys(rng.sample([*LISTS], 2), rows)
        path = write_book(tmp_path / f"{number}.xlsx", {**ABOUT, **given}, sheets)
        for fault in read_scenario(path).faults:
            assert fault.file == str(path)
            assert fault.key.startswith("sheet ")
            assert fault.remedy
