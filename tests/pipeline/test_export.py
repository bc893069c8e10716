"""What a scenario rests on, as tables that can be filled in and read back."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from siting.common.errors import InputError
from siting.common.tables.read import read_cells
from siting.pipeline.export import export_table
from siting.pipeline.run import run
from siting.results.result import Result
from siting.scenario.file import ScenarioFile, find_scenario, read_scenario
from tests.support.cli import Call

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "nullia"
COUNTY = ['area.counties=["Jämtlands län"]', "limits.new_offices_max=2", "offices.open=[]"]


def _silent(_: str) -> None:
    """Say nothing."""


@pytest.fixture
def nullia(tmp_path: Path) -> Path:
    """A copy of the example to change."""
    shutil.copytree(EXAMPLE, tmp_path / "nullia")
    return tmp_path / "nullia" / "nullia.toml"


def _mine(scenario: str, folder: Path, *overrides: str) -> ScenarioFile:
    """A shipped scenario in a folder of one's own, with times from a file there."""
    path = Path(shutil.copy(find_scenario(scenario), folder / "mine.toml"))
    return read_scenario(path, overrides)


def _same(one: Result, other: Result) -> None:
    for name, table in one.tables.items():
        pd.testing.assert_frame_equal(table, other.tables[name], rtol=0, atol=1e-9)
    assert one.manifest["objective"] == pytest.approx(other.manifest["objective"], abs=1e-9)


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet"])
def test_times_that_are_exported_give_the_same_answer(tmp_path: Path, ending: str) -> None:
    plain = _mine("announced_only", tmp_path, *COUNTY)
    out = export_table("times", plain, tmp_path / f"times.{ending}", _silent)
    named = f'travel_times.file="{out.name}"'
    again = _mine("announced_only", tmp_path, *COUNTY, named)
    first, second = run(plain, progress=_silent), run(again, progress=_silent)
    _same(first, second)
    assert out.name in second.manifest["inputs"]


@pytest.mark.long
@pytest.mark.parametrize(
    ("scenario", "ending"),
    [("announced_only", "csv"), ("closing_2025", "parquet"), ("targets_norway", "parquet")],
)
def test_times_of_the_whole_country_give_the_same_answer(
    tmp_path: Path, scenario: str, ending: str, solved: Callable[..., Result]
) -> None:
    out = export_table("times", read_scenario(scenario), tmp_path / f"times.{ending}", _silent)
    again = _mine(scenario, tmp_path, f'travel_times.file="{out.name}"')
    _same(solved(scenario), run(again, progress=_silent))


def test_where_there_is_no_way_it_says_inf_and_is_read_back(nullia: Path) -> None:
    text = nullia.with_name("demand.csv").read_text(encoding="utf-8")
    first, *rest = text.splitlines()
    place = first.split(",").index("lon")
    cells = rest[0].split(",")
    cells[0], cells[place] = "afar", "9.5"
    far = "\n".join([first, *rest, ",".join(cells)])
    nullia.with_name("demand.csv").write_text(far, encoding="utf-8")
    asked = ['objective.kind="coverage"', "objective.within_minutes=30", "network.limit_km=20"]
    plain = read_scenario(nullia, asked)
    for ending in ("csv", "xlsx", "parquet"):
        out = export_table("times", plain, nullia.with_name(f"times.{ending}"), _silent)
        again = read_scenario(nullia, [*asked, f'travel_times.file="{out.name}"'])
        _same(run(plain, progress=_silent), run(again, progress=_silent))
    rows = nullia.with_name("times.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0] == "from,to,minutes"
    lost = [row for row in rows if row.startswith("afar,")]
    assert lost
    assert all(row.endswith(",inf") for row in lost)


def test_ids_are_those_that_a_file_of_times_needs(call: Call, nullia: Path) -> None:
    folder = nullia.parent
    assert call("export", "ids", str(nullia), "--out", "ids.csv").stdout == "ids.csv\n"
    assert call("export", "times", str(nullia), "--out", "times.csv").returncode == 0
    ids, times = (pd.read_csv(f"{name}.csv", dtype=str) for name in ("ids", "times"))
    assert [*ids] == [
        *("column", "id", "kind", "name", "municipality_code", "municipality", "lon", "lat")
    ]
    for column in ("from", "to"):
        assert {*ids.loc[ids["column"] == column, "id"]} == {*times[column]}
    offices = pd.read_csv(folder / "offices.csv", dtype=str)
    named = ids[ids["kind"] == "office"].set_index("id")["name"]
    assert named[offices["office_id"]].tolist() == offices["office"].tolist()
    assert {*ids["kind"]} == {"demand", "office", "candidate"}
    assert ids["municipality"].notna().all()
    assert pd.to_numeric(ids["lon"]).between(-10, 10).all()


def test_ids_keep_their_zeros_in_every_form(tmp_path: Path) -> None:
    tables = []
    for ending in ("csv", "xlsx", "parquet"):
        file = read_scenario("announced_only", COUNTY)
        out = export_table("ids", file, tmp_path / f"ids.{ending}", _silent)
        tables.append(read_cells(out).cells)
        assert tables[-1]["municipality_code"].str.fullmatch("[0-9]{4}").all()
    assert tables[0]["id"].tolist() == tables[1]["id"].tolist() == tables[2]["id"].tolist()


def test_a_file_that_is_there_is_not_replaced(call: Call, nullia: Path, tmp_path: Path) -> None:
    kept = tmp_path / "times.csv"
    kept.write_text("filled in\n", encoding="utf-8")
    for kind in ("ids", "times"):
        done = call("export", kind, str(nullia), "--out", "times.csv")
        assert done.returncode == 2
        assert "the file exists already. Choose another name" in done.stderr
    assert kept.read_text(encoding="utf-8") == "filled in\n"


@pytest.mark.parametrize("name", ["times.ods", "times", "times.txt", "times.csv.gz"])
def test_an_ending_that_is_not_written_is_refused(call: Call, nullia: Path, name: str) -> None:
    done = call("export", "times", str(nullia), "--out", name)
    assert done.returncode == 2
    assert "Use .csv or .xlsx or .parquet." in done.stderr
    assert not Path(name).exists()


def test_a_folder_that_is_not_there_is_told(call: Call, nullia: Path) -> None:
    done = call("export", "ids", str(nullia), "--out", "nowhere/ids.csv")
    assert done.returncode == 2
    assert "--out" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_wrong_with_the_scenario_is_told(call: Call, nullia: Path) -> None:
    text = nullia.read_text(encoding="utf-8").replace("new_offices_max", "new_office_max")
    nullia.write_text(text, encoding="utf-8")
    done = call("export", "ids", str(nullia), "--out", "ids.csv")
    assert done.returncode == 2
    assert "Did you mean new_offices_max" in done.stderr


def test_times_that_no_sheet_can_hold_are_refused_with_the_way_out(
    nullia: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("siting.pipeline.export._LONGEST_SHEET", 4)
    with pytest.raises(InputError, match=r"a sheet holds 4 rows\. Write \.parquet or \.csv"):
        export_table("times", read_scenario(nullia), nullia.with_name("times.xlsx"), _silent)
    assert not nullia.with_name("times.xlsx").exists()
    export_table("times", read_scenario(nullia), nullia.with_name("times.csv"), _silent)


@pytest.mark.parametrize("label", ["=1+1", "-7", "@home", "+46"])
def test_an_id_that_a_spreadsheet_takes_for_a_formula_goes_to_parquet_only(
    nullia: Path, label: str
) -> None:
    path = nullia.with_name("demand.csv")
    head, first, *rest = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([head, f"{label},{first.partition(',')[2]}", *rest]), "utf-8")
    for ending in ("csv", "xlsx"):
        with pytest.raises(InputError, match=r"taken for a formula\. Write \.parquet"):
            export_table("ids", read_scenario(nullia), nullia.with_name(f"x.{ending}"), _silent)
    out = export_table("times", read_scenario(nullia), nullia.with_name("t.parquet"), _silent)
    assert label in {*pd.read_parquet(out)["from"]}
    again = read_scenario(nullia, [f'travel_times.file="{out.name}"'])
    _same(run(read_scenario(nullia), progress=_silent), run(again, progress=_silent))


def test_a_name_that_looks_like_a_formula_is_guarded(nullia: Path) -> None:
    path = nullia.with_name("offices.csv")
    table = pd.read_csv(path, dtype=str)
    table.loc[0, "office"] = "=1+1"
    table.to_csv(path, index=False)
    out = export_table("ids", read_scenario(nullia), nullia.with_name("ids.csv"), _silent)
    assert ",'=1+1," in out.read_text(encoding="utf-8")
