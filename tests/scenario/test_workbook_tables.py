"""Tables on sheets beside the scenario of the same workbook."""

import datetime as dt
import random
import shutil
import tomllib
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from siting.common.errors import InputError
from siting.common.package import scenario_folder
from siting.pipeline.export import export_table
from siting.pipeline.prepare import check
from siting.pipeline.run import run
from siting.results.write import write_result
from siting.scenario.file import read_scenario
from siting.scenario.schema import table_models
from siting.scenario.workbook import LISTS
from siting.studies.rerun import rerun
from tests.support.books import ABOUT, as_book, book_faults, write_book
from tests.support.cli import Call

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "nullia"
SHIPPED = sorted(scenario_folder().glob("*.toml"))


def _silent(_: str) -> None:
    """Say nothing."""


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
    told = [str(fault) for fault in book_faults(whole).values()]
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
