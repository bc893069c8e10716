"""Tables that were reported to be read wrongly with other tools, from the file to the answer."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from siting.common.errors import Fault, InputError
from siting.pipeline.prepare import check, prepare
from siting.pipeline.run import run
from siting.scenario.file import read_scenario
from tests.support.table_files import located, rows_of, short_names, write_ods, write_xlsx
from tests.support.times import every_time

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "nullia"
CODES = dict.fromkeys(("municipality_code", "county_code"), str)
SHARED = Path(os.environ.get("SITING_SHARED", Path(__file__).parents[3] / "shared"))


def _case(name: str) -> Path:
    case = SHARED / "cases" / name / "s.toml"
    if not case.is_file():
        pytest.skip(f"needs {case}")
    return case


@pytest.mark.parametrize(
    "name",
    ["50-geojson", "50-gpkg", "50-xlsm", "50-geoparquet", "53-space-ids", "53b-space-code"],
)
def test_it_is_read(name: str) -> None:
    result = run(_case(name), progress=lambda _: None)
    assert result.tables["sites"]["locality"].tolist() == ["One"]
    assert result.tables["municipalities"]["mean_after"].tolist() == [pytest.approx(13.4)]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("40-xlsx-title", "They stand in row 2 of the sheet Sheet"),
        ("42-xlsx-second-sheet", 'write sheet = "data"'),
        ("48b-sweref-sweden", "hold metres in SWEREF 99 TM and no degrees"),
        ("55e-thousands-comma", "can mean 1500 or 1.500. Write 1500 or 1.5."),
        ("55f-thousands-point", "can mean 1500 or 1.500. Write 1500 or 1.5."),
    ],
)
def test_it_is_refused_with_the_way_out(name: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        run(_case(name), progress=lambda _: None)
    assert said in str(caught.value)
    assert len({fault.problem for fault in caught.value.faults}) == 1


@pytest.fixture
def nullia(tmp_path: Path) -> Path:
    """A copy of the example to change."""
    return Path(shutil.copytree(EXAMPLE, tmp_path / "nullia")) / "nullia.toml"


def _tables(file: Path) -> dict[str, pd.DataFrame]:
    names = ("demand", "offices", "candidates", "regions")
    tables = {name: file.with_name(f"{name}.csv") for name in names}
    return {name: pd.read_csv(path, dtype=CODES) for name, path in tables.items()}


def _answers(file: Path, changes: Sequence[str] = ()) -> dict[str, pd.DataFrame]:
    tables = run(read_scenario(file, changes), progress=lambda _: None).tables
    return {name: tables[name] for name in ("sites", "municipalities", "assignment")}


def _same(found: dict[str, pd.DataFrame], wanted: dict[str, pd.DataFrame]) -> None:
    for name, table in wanted.items():
        pd.testing.assert_frame_equal(found[name], table, rtol=1e-6, check_exact=False)


@pytest.mark.parametrize("ending", ["xlsx", "xlsm", "ods"])
def test_one_workbook_holds_every_table(nullia: Path, ending: str) -> None:
    wanted, book = _answers(nullia), nullia.with_name(f"book.{ending}")
    write = write_ods if ending == "ods" else write_xlsx
    sheets = {
        name: [["Nullia"], [], *rows_of(table.astype(object).where(table.notna(), None))]
        for name, table in _tables(nullia).items()
    }
    write(book, {"Läs mig": [["Hej"]], **sheets})
    changes = []
    for key in ("demand.file", "offices.existing", "candidates.file", "regions.file"):
        table = key.partition(".")[0]
        changes += [f"{key}={book.name}", f"{table}.sheet={table}", f"{table}.header_row=3"]
    _same(_answers(nullia, changes), wanted)
    problem = 'write sheet = "demand" and header_row = 3'
    with pytest.raises(InputError, match=problem):
        check(read_scenario(nullia, [f"demand.file={book.name}"]))


@pytest.mark.parametrize("ending", ["gpkg", "shp", "geojson", "parquet"])
def test_every_table_comes_from_a_gis(nullia: Path, ending: str) -> None:
    wanted, changes = _answers(nullia), []
    keys = {"demand": "demand.file", "offices": "offices.existing", "candidates": "candidates.file"}
    for name, key in keys.items():
        table = located(None if ending == "geojson" else 3395, _tables(nullia)[name])
        path = nullia.with_name(f"{name}.{ending}")
        if ending == "parquet":
            table.to_parquet(path)
        elif ending == "geojson":
            located(4326, _tables(nullia)[name]).to_file(path)
        else:
            (short_names(table) if ending == "shp" else table).to_file(path)
        changes.append(f"{key}={path.name}")
    found = run(read_scenario(nullia, changes), progress=lambda _: None)
    _same({name: found.tables[name] for name in wanted}, wanted)
    assert ("demand.dbf" in found.manifest["inputs"]) == (ending == "shp")


def test_all_files_of_a_shapefile_lie_where_it_may_be_read(nullia: Path, tmp_path: Path) -> None:
    table = _tables(nullia)["demand"]
    short_names(located(4326, table)).to_file(nullia.with_name("demand.shp"))
    nullia.with_name("demand.dbf").rename(tmp_path / "elsewhere.dbf")
    nullia.with_name("demand.dbf").symlink_to(tmp_path / "elsewhere.dbf")
    (fault,) = _faults(nullia, ["demand.file=demand.shp"])
    assert "lies outside the folder of the scenario" in fault.problem


def test_a_swedish_spreadsheet_writes_every_table(nullia: Path) -> None:
    wanted = _answers(nullia)
    for name, table in _tables(nullia).items():
        path = nullia.with_name(f"{name}.csv")
        table.to_csv(path, sep=";", decimal=",", index=False, encoding="cp1252")
    _same(_answers(nullia), wanted)


@pytest.mark.parametrize("ending", ["ods", "xlsx", "csv"])
def test_own_times_come_from_any_table(nullia: Path, ending: str) -> None:
    plain = prepare(read_scenario(nullia), progress=lambda _: None)
    minutes = every_time(plain).round(4).tolist()
    rows = [
        [home, site, minutes[row][column]]
        for row, home in enumerate(plain.times.origins)
        for column, site in enumerate(plain.times.destinations)
    ]
    rows = [["from", "to", "minutes"], *rows]
    path = nullia.with_name(f"times.{ending}")
    if ending == "csv":
        text = "\n".join(";".join(map(str, row)).replace(".", ",") for row in rows)
        path.write_text(text.replace("inf", "Inf"), encoding="cp1252")
    else:
        write = write_ods if ending == "ods" else write_xlsx
        write(path, {"Info": [["x"]], "Tider": [["Restider"], *rows]})
    changes = [f"travel_times.file={path.name}", 'network.source="shipped"']
    if ending != "csv":
        changes += ["travel_times.sheet=Tider", "travel_times.header_row=2"]
    found, wanted = _answers(nullia, changes), _answers(nullia)
    assert found["sites"]["locality"].tolist() == wanted["sites"]["locality"].tolist()


@pytest.mark.parametrize("title", ["Restider", "Restider;;", "Restider 2025;"])
def test_a_title_above_own_times_is_named(nullia: Path, title: str) -> None:
    text = f"{title}\nfrom;to;minutes\np1;o1;1\n"
    nullia.with_name("times.csv").write_text(text, encoding="utf-8")
    faults = _faults(nullia, ["travel_times.file=times.csv"])
    assert any("They stand in row 2" in fault.remedy for fault in faults)
    assert not any("decimal comma" in fault.remedy for fault in faults)


def test_a_sheet_without_a_file_is_refused(nullia: Path) -> None:
    keys = ("demand.file", "candidates.file", "offices.existing", "regions.file", "network.source")
    changes = [f"{key}=none" for key in keys]
    changes += ["demand.sheet=A", "offices.header_row=3", "travel_times.sheet=B"]
    faults = {fault.key: fault for fault in _faults(nullia, changes)}
    assert {"demand.sheet", "offices.header_row", "travel_times.sheet"} <= faults.keys()
    assert "there is no file beside it" in faults["demand.sheet"].problem


def _faults(file: Path, changes: Sequence[str]) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        check(read_scenario(file, changes))
    return caught.value.faults


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            r'"C:\Users\me\demand.csv"',
            'Write / for each backslash: file = "C:/Users/me/demand.csv"',
        ),
        (r'"data\new.csv"', "write / instead"),
        (r'"data\backup.csv"', "write / instead"),
        (r'"..\demand.csv"', "Write / for each backslash"),
        (r"'data\demand.csv'", "with / between folders"),
        (r'"C:\\Users\\me\\demand.csv"', "with / between folders"),
    ],
)
def test_a_backslash_in_a_path_is_named(nullia: Path, name: str, said: str) -> None:
    text = nullia.read_text(encoding="utf-8").replace('file = "demand.csv"', f"file = {name}")
    nullia.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        check(read_scenario(nullia))
    assert said in str(caught.value)
