"""Excel files to fill in: what they hold, and that what is filled in is read."""

import re
from itertools import pairwise
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl.utils import range_boundaries
from openpyxl.workbook import Workbook

from siting.common.errors import InputError
from siting.inputs.costs import read_costs
from siting.inputs.read import UserFiles
from siting.inputs.schema import GRADES, read_table
from siting.report.forms import write_template
from siting.report.words import key_meanings, texts
from siting.scenario.file import read_scenario
from siting.scenario.schema import Scenario
from siting.scenario.workbook import LISTS
from tests.support.books import ABOUT
from tests.support.cli import Call

KINDS = ("offices", "demand", "candidates")
CHOSEN = {"offices": 3, "demand": 1, "candidates": 1}


def _made(kind: str, folder: Path, language: str, data: Path) -> Workbook:
    return openpyxl.load_workbook(write_template(kind, folder / "t.xlsx", language, data))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["sv", "en"])
def test_each_column_has_its_note_and_its_list(
    tmp_path: Path, data: Path, kind: str, language: str
) -> None:
    book, words = _made(kind, tmp_path, language, data), texts(language)["template"]
    sheet = book[kind]
    assert book.sheetnames == [kind, words["notes"], words["lists"]]
    told = {row[0]: row[1] for row in book[words["notes"]].iter_rows(2, values_only=True)}
    for cell in sheet[1]:
        assert cell.comment.text == told[cell.value]
        assert len(told[cell.value]) > 10
    chosen = sheet.data_validations.dataValidation
    assert len(chosen) == CHOSEN[kind]
    for each in chosen:
        assert (each.type, each.errorStyle) == ("list", "warning")
        for sheet_name, cells in re.findall(r"(\w+)!(\$\w\$\d+:\$\w\$\d+)", each.formula1):
            column, first, other, last = range_boundaries(cells)
            assert column == other
            listed = [book[sheet_name].cell(row, column).value for row in range(first, last + 1)]
            assert len({*listed}) == 290
            assert book[sheet_name].cell(last + 1, column).value is None


def test_localities_to_choose_from_are_those_of_the_municipality_beside(
    tmp_path: Path, data: Path
) -> None:
    """What the formula of the list counts on: the localities of each stand together."""
    book = _made("offices", tmp_path, "sv", data)
    rows = [row[2:4] for row in book["_listor"].iter_rows(2, values_only=True) if row[3]]
    owners = [owner for owner, _ in rows]
    assert sum(one != other for one, other in pairwise(owners)) == 289
    municipalities = read_table("municipalities", data)
    assert {*owners} == {*municipalities["name"]}
    assert {*zip(municipalities["name"], municipalities["seat"], strict=True)} <= {*rows}
    formulas = [each.formula1 for each in book["offices"].data_validations.dataValidation]
    assert formulas[1].startswith("OFFSET(_listor!$D$1, MATCH($B2, _listor!$C:$C, 0)-1, 0, ")
    assert formulas[2] == f'"{",".join(GRADES)}"'


@pytest.mark.parametrize("kind", ["demand", "candidates"])
def test_codes_that_are_typed_stay_texts(tmp_path: Path, data: Path, kind: str) -> None:
    sheet = _made(kind, tmp_path, "en", data)[kind]
    heads = {cell.value: cell.column_letter for cell in sheet[1]}
    for name, letter in heads.items():
        form = sheet.column_dimensions[letter].number_format
        assert form == ("@" if name in ("id", "municipality_code") else "General")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["sv", "en"])
def test_examples_that_are_left_are_refused_and_what_is_filled_in_is_read(
    tmp_path: Path, data: Path, kind: str, language: str
) -> None:
    path = write_template(kind, tmp_path / "t.xlsx", language, data)
    own = UserFiles(
        read_table("municipalities", data),
        "data/municipalities.csv",
        outside_sweden=False,
        localities=lambda: read_table("localities", data),
    )
    read = getattr(own, kind)
    with pytest.raises(InputError) as caught:
        read(path)
    assert [fault.key.partition(",")[0] for fault in caught.value.faults] == ["row 2", "row 3"]
    for fault in caught.value.faults:
        assert (fault.problem, fault.remedy) == (
            "is an example that the template came with",
            "Delete the row.",
        )
    book = openpyxl.load_workbook(path)
    for row in (2, 3):
        book[kind].cell(row, 1).value = f"mine {row}"
    book.save(path)
    table = read(path)
    assert len(table) == 2
    assert table["municipality_code"].tolist()[0] == "2421"


@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_template_is_written_from_the_command_line(call: Call, language: str) -> None:
    done = call("template", "offices", "--out", "mine.xlsx", "--lang", language)
    assert (done.returncode, done.stdout) == (0, "mine.xlsx\n")
    head = pd.read_excel("mine.xlsx").columns[:3].tolist()
    named = {"sv": ["Kontor", "Kommun", "Ort"], "en": ["Office", "Municipality", "Locality"]}
    assert head == named[language]
    again = call("template", "offices", "--out", "mine.xlsx")
    assert again.returncode == 2
    assert "the file exists already" in again.stderr


@pytest.mark.parametrize("name", ["mine.csv", "mine.xls", "mine"])
def test_another_ending_is_refused(call: Call, name: str) -> None:
    done = call("template", "demand", "--out", name)
    assert done.returncode == 2
    assert "its ending says another kind of file. Use .xlsx." in done.stderr


@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_whole_scenario_has_every_key_and_is_valid_as_written(
    call: Call, tmp_path: Path, language: str
) -> None:
    done = call("template", "scenario", "--out", "mine.xlsx", "--lang", language)
    assert done.returncode == 0, done.stderr
    assert call("check", "mine.xlsx").stdout == "mine.xlsx: no faults\n"
    file, book = read_scenario("mine.xlsx"), openpyxl.load_workbook(tmp_path / "mine.xlsx")
    assert file.scenario == Scenario(scenario=file.scenario.scenario)
    rows = [row[:4] for row in book["scenario"].iter_rows(2, values_only=True)]
    keys = {f"{table}.{key}" for table, key, _, _ in rows}
    assert {"limits.annual_budget_msek", "offices.open", "objective.kind", "solver.gap"} <= keys
    assert all(meaning for _, _, _, meaning in rows)
    assert {*LISTS, "offices", "demand", "candidates"} <= {*book.sheetnames}
    assert [cell.value for cell in book["quotas"][1]] == ["group", "labels", "min", "max"]
    for row in book["scenario"].iter_rows(2):
        if row[1].value == "new_offices_max":
            row[2].value = 12
    book["quotas"].append(["county", "Dalarnas län; 21", None, 3])
    book.save(tmp_path / "mine.xlsx")
    limits = read_scenario("mine.xlsx").scenario.limits
    assert limits.new_offices_max == 12
    assert limits.quotas[0].labels == ("Dalarnas län", "21")


def test_no_key_of_a_list_stands_on_the_sheet_of_single_keys(tmp_path: Path, data: Path) -> None:
    sheet = _made("scenario", tmp_path, "en", data)["scenario"]
    keys = {f"{row[0]}.{row[1]}" for row in sheet.iter_rows(2, values_only=True)}
    assert keys.isdisjoint(LISTS.values())
    assert "phases." not in keys


def test_every_swedish_meaning_is_that_of_a_key(tmp_path: Path, data: Path) -> None:
    told = key_meanings("sv")
    keys = {
        f"{row[0]}.{row[1]}": row[3]
        for row in _made("scenario", tmp_path, "sv", data)["scenario"].iter_rows(
            2, values_only=True
        )
    }
    costs = {key for key in told if key.startswith("costs.")}
    assert {*told} - costs <= {*keys}
    assert all(keys[key] == meaning for key, meaning in told.items() if key in keys)
    # What is new may be told in English until somebody has put it into Swedish.
    assert len({*keys} - {*told}) <= len(keys) / 10
    assert key_meanings("en") == {}


@pytest.mark.parametrize("language", ["sv", "en"])
def test_costs_stand_by_the_keys_of_a_scenario(tmp_path: Path, data: Path, language: str) -> None:
    book = _made("costs", tmp_path, language, data)
    sheet = book["scenario"]
    rows = {row[1]: row for row in sheet.iter_rows(2, values_only=True)}
    assert {row[0] for row in rows.values()} == {"costs"}
    assert rows["annual.msek_per_staff"][2] == 0.7
    assert rows["office_types.small.staff"][2] == 2
    assert not [key for key in rows if key.endswith(("rating", "source"))]
    assert all(len(row[3]) > 10 for row in rows.values())
    for key, cell in ABOUT.items():
        sheet.append([*key.partition(".")[::2], cell])
    book.save(tmp_path / "mine.xlsx")
    file = read_scenario(tmp_path / "mine.xlsx")
    assert file.faults == ()
    assert read_costs(data, file).model_dump() == read_costs(data).model_dump()
    for row in sheet.iter_rows(2):
        if row[1].value == "annual.msek_per_staff":
            row[2].value = 0.9
    book.save(tmp_path / "mine.xlsx")
    assert read_costs(data, read_scenario(tmp_path / "mine.xlsx")).annual.msek_per_staff == 0.9
