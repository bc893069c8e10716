"""Every fault in a file of one's own is named: file, row, column, value and remedy."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from siting.common.errors import Fault, InputError
from siting.inputs.read import UserFiles, read_regions

SWEDISH = pd.DataFrame({"code": ["0114", "0180"]})
GRID = "id,lon,lat,people,municipality_code\na,17.9,59.5,10,0114\nb,18.0,59.4,20.5,0180\n"


@pytest.fixture
def sweden() -> UserFiles:
    return UserFiles(SWEDISH, "data/municipalities.csv", outside_sweden=False)


@pytest.fixture
def elsewhere() -> UserFiles:
    return UserFiles(pd.DataFrame({"code": ["01", "02"]}), "regions.csv", outside_sweden=True)


def _write(folder: Path, text: str, name: str = "own.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def _faults(read: Callable[[Path], object], path: Path) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        read(path)
    return caught.value.faults


def test_a_grid_needs_four_columns(tmp_path: Path, sweden: UserFiles) -> None:
    text = "id,lon,lat,people\na,17.9,59.5,10\nb,18.07,59.33,20\nc,18.0,59.4,0\n"
    table = sweden.demand(_write(tmp_path, text))
    assert table["demand_id"].tolist() == ["a", "b"]
    assert table["municipality_code"].tolist() == ["0114", "0180"]
    assert table["people"].dtype == "int64"
    assert table["inside_minutes"].tolist() == [0, 0]


@pytest.mark.parametrize("name", ["own.csv", "own.xlsx", "own.parquet"])
def test_every_form_reads_alike(tmp_path: Path, sweden: UserFiles, name: str) -> None:
    plain = sweden.demand(_write(tmp_path, GRID, "plain.csv"))
    raw = pd.read_csv(tmp_path / "plain.csv", dtype={"municipality_code": str})
    if name.endswith("xlsx"):
        raw.to_excel(tmp_path / name, index=False)
    elif name.endswith("parquet"):
        raw.to_parquet(tmp_path / name, index=False)
    else:
        raw.to_csv(tmp_path / name, index=False)
    pd.testing.assert_frame_equal(sweden.demand(tmp_path / name), plain)


@pytest.mark.parametrize(
    ("old", "new", "key", "problem", "remedy"),
    [
        ("0114", "114", "row 2, column municipality_code", "no such municipality", "Write 0114"),
        ("0180", "0181", "row 3, column municipality_code", "no such municipality", "0180"),
        ("10,", "-10,", "row 2, column people", "must not be negative", "Correct it"),
        ("10,", "inf,", "row 2, column people", "not a number", "Write a number"),
        ("10,", ",", "row 2, column people", "not a number", "Write a number"),
        ("b,", "a,", "column id", "appears in more than one row", "Give each"),
        ("17.9,", "2.35,", "row 2, column lon", "outside Sweden (10 to 25)", "Correct it"),
        ("59.5", "95.9", "row 2, column lat", "outside Sweden (55 to 70)", "Correct it"),
        ("people", "persons", "column people", "the column is missing", "Add a column"),
        ("a,17.9", ",17.9", "row 2, column id", "must not be empty", "Correct it"),
    ],
)
def test_each_fault_is_named(  # noqa: PLR0913, PLR0917 - one parameter a part of the fault
    tmp_path: Path, sweden: UserFiles, old: str, new: str, key: str, problem: str, remedy: str
) -> None:
    path = _write(tmp_path, GRID.replace(old, new, 1))
    faults = _faults(sweden.demand, path)
    fault = next(fault for fault in faults if key in fault.key)
    assert fault.file == str(path)
    assert problem in fault.problem
    assert remedy in fault.remedy


def test_swapped_columns_are_one_fault(tmp_path: Path, sweden: UserFiles) -> None:
    faults = _faults(sweden.demand, _write(tmp_path, GRID.replace("lon,lat", "lat,lon")))
    assert [fault.problem for fault in faults] == ["longitude and latitude are swapped"]


def test_a_point_at_sea_belongs_to_no_municipality(tmp_path: Path, sweden: UserFiles) -> None:
    text = "id,lon,lat,people\na,17.9,59.5,10\nb,19.9,58.4,20\n"
    faults = _faults(sweden.demand, _write(tmp_path, text))
    assert [fault.key for fault in faults] == ["row 3, columns lon, lat"]
    assert "outside every municipality" in faults[0].problem


def test_nobody_anywhere_is_a_fault(tmp_path: Path, sweden: UserFiles) -> None:
    text = GRID.replace("20.5", "0").replace(",10,", ",0,")
    assert "nobody" in _faults(sweden.demand, _write(tmp_path, text))[0].problem


def test_candidates_may_bring_staff_and_costs(tmp_path: Path, elsewhere: UserFiles) -> None:
    head = "id,name,lon,lat,municipality_code"
    plain = elsewhere.candidates(_write(tmp_path, f"{head}\np,P,0,0,01\n"))
    assert plain[["staff", "population"]].to_numpy().tolist() == [[0, 0]]
    text = f"{head},staff,annual_cost_msek\np,P,0,0,01,,1.5\nq,Q,0,0,02,3,\n"
    table = elsewhere.candidates(_write(tmp_path, text))
    assert table["staff"].tolist() == [0, 3]
    assert table["annual_cost_msek"].isna().tolist() == [False, True]
    faults = _faults(elsewhere.candidates, _write(tmp_path, text.replace(",3,", ",2.5,")))
    assert "whole number" in faults[0].problem


def test_another_country_has_to_name_municipalities(tmp_path: Path, elsewhere: UserFiles) -> None:
    faults = _faults(elsewhere.demand, _write(tmp_path, "id,lon,lat,people\na,0,0,5\n"))
    assert [fault.key for fault in faults] == ["column municipality_code"]
    assert "regions.csv lists the codes" in faults[0].problem


def test_a_level_needs_both_its_columns(tmp_path: Path) -> None:
    text = "municipality_code,municipality,county_code\n01,A,x\n"
    faults = _faults(read_regions, _write(tmp_path, text))
    assert [fault.key for fault in faults] == ["column county"]


def test_levels_that_are_not_there_are_empty(tmp_path: Path) -> None:
    table = read_regions(_write(tmp_path, "municipality_code,municipality\n01,A\n"))
    assert table[["code", "name", "fa_code", "county"]].to_numpy().tolist() == [["01", "A", "", ""]]
