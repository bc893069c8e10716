"""Tables are read from whatever spreadsheets and GIS write, or refused with the way out."""

import json
import logging
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from siting.common.errors import InputError
from siting.common.tables.columns import ColumnSpec, read_columns
from siting.common.tables.file import TableFile
from siting.common.tables.read import read_cells
from siting.inputs.schema import SWEDEN, demand_columns
from tests.support.table_files import POINTS, located, rows_of, short_names, write_ods, write_xlsx

DEMAND = demand_columns(SWEDEN)
TITLE = [["Befolkning 2025"], [], *rows_of()]


def _read(table: TableFile | Path) -> pd.DataFrame:
    return read_columns(table, DEMAND).reset_index(drop=True)[list(POINTS.columns)]


def _same(table: TableFile | Path) -> None:
    pd.testing.assert_frame_equal(_read(table), POINTS, check_dtype=False, rtol=1e-9)


def _refused(table: TableFile | Path) -> str:
    with pytest.raises(InputError) as caught:
        read_columns(table, DEMAND)
    assert all(fault.remedy for fault in caught.value.faults)
    return str(caught.value)


# Workbooks


@pytest.mark.parametrize("name", ["t.xlsx", "t.xlsm", "t.ods", "T.XLSX"])
def test_a_sheet_and_a_header_row_are_named(tmp_path: Path, name: str) -> None:
    write = write_ods if name.endswith("ods") else write_xlsx
    path = write(tmp_path / name, {"Info": [["Källa: SCB"]], "Data": TITLE, "Sist": rows_of()})
    _same(TableFile(path, "Data", 3))
    _same(TableFile(path, "Sist"))
    said = _refused(path)
    assert "They stand in row 3 of the sheet Data (or Sist). Under the key" in said
    assert 'write sheet = "Data" and header_row = 3.' in said
    assert said.count("\n") == 0
    assert "the sheets or layers Info, Data, Sist" in _refused(TableFile(path, "Dta"))
    assert "Did you mean Data" in _refused(TableFile(path, "Dta"))
    assert "the sheet has 1 rows" in _refused(TableFile(path, "Info", 5))


def test_rows_are_counted_as_the_sheet_shows_them(tmp_path: Path) -> None:
    rows = [*TITLE, ["d4", 18.1, 59.3, "tolv", "0180"]]
    for path in (
        write_xlsx(tmp_path / "t.xlsx", {"A": rows}),
        write_ods(tmp_path / "t.ods", {"A": rows}),
    ):
        assert "row 7, column people = 'tolv'" in _refused(TableFile(path, "", 3))
    text = "\n".join(",".join(map(str, row)) for row in rows)
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    assert "row 7, column people = 'tolv'" in _refused(TableFile(path, "", 3))
    assert "They stand in row 3. Under the key of the file, write header_row = 3." in _refused(path)


def test_a_sheet_that_lacks_one_column_names_the_others(tmp_path: Path) -> None:
    short = [row[:3] for row in rows_of()]
    said = _refused(write_xlsx(tmp_path / "t.xlsx", {"A": short, "B": [["x"]]}))
    assert "column people = None: the column is missing; the file has id, lon, lat" in said
    assert "The file has the sheets A, B." in said


def test_a_number_of_a_workbook_is_no_thousand(tmp_path: Path) -> None:
    table = POINTS.assign(people=[1.234, 2.125, 7.5])[:2]
    for name, write in {"t.xlsx": write_xlsx, "t.ods": write_ods}.items():
        path = write(tmp_path / name, {"A": rows_of(table)})
        assert _read(path)["people"].tolist() == [1.234, 2.125]
    texts = table.assign(people=["1.234", "2.125"])
    assert "it can mean 1234 or 1.234" in _refused(
        write_xlsx(tmp_path / "u.xlsx", {"A": rows_of(texts)})
    )


# Files of a GIS


@pytest.mark.parametrize("crs", [4326, 3006, 3021, 32633, 3857])
@pytest.mark.parametrize("name", ["t.gpkg", "t.geojson", "t.shp", "t.parquet", "t.geoparquet"])
def test_points_are_read_in_any_system_that_is_stated(tmp_path: Path, name: str, crs: int) -> None:
    path, table = tmp_path / name, located(crs)
    if "parquet" in name:
        table.to_parquet(path)
    else:
        (short_names(table) if name == "t.shp" else table).to_file(path)
    found = _read(path)
    assert found["municipality_code"].tolist() == ["0114", "0180", "0180"]
    pd.testing.assert_frame_equal(found, POINTS, check_dtype=False, rtol=1e-7)


def test_a_layer_is_named_where_there_are_more(tmp_path: Path) -> None:
    path = tmp_path / "t.gpkg"
    located().to_file(path, layer="now")
    gpd.GeoDataFrame({"a": [1]}, geometry=[None], crs=4326).to_file(path, layer="layer_styles")
    _same(path)
    located(3006).to_file(path, layer="then")
    assert "the sheets or layers now, then" in _refused(path)
    _same(TableFile(path, "then"))
    assert "Did you mean then" in _refused(TableFile(path, "them"))


def test_one_point_in_a_multipoint_is_a_point(tmp_path: Path) -> None:
    table = located(3006)
    several = table.set_geometry([shapely.MultiPoint([point]) for point in table.geometry])
    several.to_file(tmp_path / "t.gpkg")
    pd.testing.assert_frame_equal(_read(tmp_path / "t.gpkg"), POINTS, check_dtype=False, rtol=1e-7)
    two = table.set_geometry([shapely.MultiPoint([point, (0, 0)]) for point in table.geometry])
    two.to_file(tmp_path / "u.gpkg")
    assert "one point a row is wanted" in _refused(tmp_path / "u.gpkg")


def test_what_holds_no_points_is_refused_with_the_way_out(tmp_path: Path) -> None:
    table = located(3006)
    table.set_geometry(table.buffer(500)).to_file(tmp_path / "squares.gpkg")
    assert "it holds Polygon, and one point a row is wanted" in _refused(tmp_path / "squares.gpkg")
    assert "Centroids" in _refused(tmp_path / "squares.gpkg")
    with pytest.warns(UserWarning, match="not provided"):
        short_names(located(None)).to_file(tmp_path / "bare.shp")
    assert "does not state the coordinate system" in _refused(tmp_path / "bare.shp")
    lost = table.set_geometry([None, *table.geometry[1:]], crs=3006)
    lost.to_file(tmp_path / "lost.gpkg")
    assert "row 1, column lon" in _refused(tmp_path / "lost.gpkg")
    squares = POINTS.merge(table.set_geometry(table.buffer(500))[["id", "geometry"]], on="id")
    gpd.GeoDataFrame(squares, crs=3006).to_file(tmp_path / "cells.gpkg")
    _same(tmp_path / "cells.gpkg")


def test_columns_that_a_shapefile_has_cut_are_known(tmp_path: Path) -> None:
    columns = {name: ColumnSpec() for name in ("annual_cost_msek", "one_off_cost_msek", "name")}
    table = gpd.GeoDataFrame(
        {"annual_cos": ["1"], "ONE_OFF_CO": ["2"], "NAME": ["Åre"]},
        geometry=[shapely.Point(18, 59)],
        crs=4326,
    )
    table.to_file(tmp_path / "t.shp")
    found = read_columns(tmp_path / "t.shp", columns)
    assert found.iloc[0].tolist() == ["1", "2", "Åre"]


def test_a_shapefile_is_all_its_files(tmp_path: Path) -> None:
    short_names(located()).to_file(tmp_path / "t.shp")
    names = [path.name for path in TableFile(tmp_path / "t.shp").parts]
    assert {"t.shp", "t.dbf", "t.shx", "t.prj"} <= {*names}
    assert TableFile(tmp_path / "t.gpkg").parts == [tmp_path / "t.gpkg"]


@pytest.mark.parametrize("ending", [".dbf", ".shx"])
def test_a_shapefile_that_lacks_a_file_is_refused(tmp_path: Path, ending: str) -> None:
    short_names(located()).to_file(tmp_path / "t.shp")
    (tmp_path / f"t{ending}").unlink()
    assert "Put all files of the Shapefile beside it" in _refused(tmp_path / "t.shp")


def test_geojson_of_other_writers_is_read(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    features = json.loads(located().to_json())["features"]
    for feature in features:
        feature["id"] = feature["properties"].pop("id")
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    _same(path)


@pytest.mark.parametrize("name", ["t.gpkg", "t.shp", "t.geojson", "t.json"])
def test_no_other_format_hides_under_an_ending(tmp_path: Path, name: str) -> None:
    located().to_file(tmp_path / "real.gpkg")
    path = tmp_path / name
    path.write_text(
        '<OGRVRTDataSource><OGRVRTLayer name="real"><SrcDataSource>'
        f"{tmp_path / 'real.gpkg'}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>",
        encoding="utf-8",
    )
    assert "it is no ." in _refused(path) or "the file is no table" in _refused(path)


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("t.xls", "save it as XLSX"),
        ("t.numbers", "save it as XLSX"),
        ("t.kml", "as a GeoPackage"),
        ("t.dbf", "Name the file .shp"),
        ("t.zip", "Unpack it"),
        ("t.sav", "Save it as CSV"),
    ],
)
def test_what_is_not_read_is_refused_by_name(tmp_path: Path, name: str, remedy: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    said = _refused(tmp_path / name)
    assert f"{name[1:]} files are not read" in said
    assert remedy in said


@pytest.mark.parametrize("name", ["t.csv", "t.parquet", "t.shp", "t.geojson"])
def test_a_sheet_of_a_file_without_sheets_is_refused(tmp_path: Path, name: str) -> None:
    assert "Leave the key sheet out." in _refused(TableFile(tmp_path / name, "Data"))


# Only what is needed


def test_a_broken_column_elsewhere_does_no_harm(tmp_path: Path) -> None:
    more: dict[str, Any] = {"note": ["#REF!", "x", "1,5"], "twice": 1, "twice ": 2, "": "y"}
    table = POINTS.assign(**more)
    table.to_csv(tmp_path / "t.csv", index=False)
    write_xlsx(tmp_path / "t.xlsx", {"A": rows_of(table)})
    write_ods(tmp_path / "t.ods", {"A": rows_of(table)})
    days = pd.Series(["9999-12-31", None, "0001-01-01"]).astype("datetime64[s]")
    nested: Any = [{"a": [1]}, None, {"a": []}]
    POINTS.assign(day=days, nested=nested).to_parquet(tmp_path / "t.parquet")
    located().assign(blob=[b"\0", b"\1", None]).to_file(tmp_path / "t.gpkg")
    for name in ("t.csv", "t.xlsx", "t.ods", "t.parquet", "t.gpkg"):
        _same(tmp_path / name)
    assert list(read_cells(tmp_path / "t.parquet", choose=lambda _: ["id"]).cells) == ["id"]


def test_a_needed_column_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    rows = [[*row, row[3]] for row in rows_of()]
    rows[0][-1] = "people\u00a0"
    assert "column people = 'people': appears 2 times" in _refused(
        write_xlsx(tmp_path / "t.xlsx", {"A": rows})
    )


def test_signs_that_control_do_no_harm_in_columns_that_are_not_read(tmp_path: Path) -> None:
    POINTS.assign(note="a\x07b").to_csv(tmp_path / "t.csv", index=False)
    _same(tmp_path / "t.csv")
    POINTS.assign(id=["a\x07b", "c", "d"]).to_csv(tmp_path / "t.csv", index=False)
    assert "U+0007 stands in it" in _refused(tmp_path / "t.csv")


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx", "t.ods"])
def test_empty_rows_at_the_end_do_no_harm(tmp_path: Path, name: str) -> None:
    rows, path = [*rows_of(), ["", " ", "\u00a0", "", ""], [" "] * 5], tmp_path / name
    if name == "t.csv":
        path.write_text("\n".join(";".join(map(str, row)) for row in rows), encoding="utf-8")
    else:
        (write_ods if name == "t.ods" else write_xlsx)(path, {"A": rows})
    _same(path)


# CSV from Swedish spreadsheets


def _swedish(path: Path, separator: str = ";", encoding: str = "cp1252", **more: str) -> Path:
    table = POINTS.assign(id=["Åre", "Växjö", "d3"]).astype(str)
    for name in ("lon", "lat", "people"):
        table[name] = table[name].str.removesuffix(".0").str.replace(".", ",")
    table = table.assign(**more)
    table.to_csv(path, sep=separator, index=False, encoding=encoding, lineterminator="\r\n")
    return path


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig"])
@pytest.mark.parametrize("separator", [";", "\t", ","])
def test_a_swedish_file_is_read_and_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, separator: str, encoding: str
) -> None:
    path = _swedish(tmp_path / "t.csv", separator, encoding)
    with caplog.at_level(logging.WARNING):
        found = _read(path)
    pd.testing.assert_frame_equal(
        found, POINTS.assign(id=["Åre", "Växjö", "d3"]), check_dtype=False
    )
    (told,) = caplog.messages
    assert ("the letters of Windows-1252" in told) == (encoding == "cp1252")
    assert ("semicolons" in told) == (separator == ";")
    assert ("tabs" in told) == (separator == "\t")
    assert told.endswith("decimal commas")


def test_a_plain_file_is_not_told_of(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    POINTS.to_csv(tmp_path / "t.csv", index=False)
    with caplog.at_level(logging.WARNING):
        _same(tmp_path / "t.csv")
    assert caplog.messages == []


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u202f", "\u2009"])
def test_spaces_part_thousands_in_a_swedish_file(tmp_path: Path, space: str) -> None:
    path = _swedish(tmp_path / "t.csv", encoding="utf-8", people=f"12{space}400,5")
    assert _read(path)["people"].tolist() == [12400.5] * 3


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("17,91", "17.91"), "it has a decimal comma"),
        (("412", "4.12"), "it has a decimal comma"),
        ((";0114", ",0114"), "the row has 4 fields, and the header 5"),
        (("412", "4;12"), "the row has 6 fields, and the header 5"),
        (("Åre", "Ã…re"), ""),
    ],
)
def test_a_file_that_is_not_swedish_throughout_is_refused(
    tmp_path: Path, change: Sequence[str], said: str
) -> None:
    path = _swedish(tmp_path / "t.csv")
    path.write_bytes(path.read_bytes().replace(change[0].encode("cp1252"), change[1].encode()))
    assert (said or "not UTF-8") in _refused(path)


@pytest.mark.parametrize("encoding", ["cp850", "cp437", "mac_roman", "utf-16"])
def test_other_encodings_are_refused(tmp_path: Path, encoding: str) -> None:
    path = _swedish(tmp_path / "t.csv", encoding=encoding)
    assert "not UTF-8" in _refused(path)


@pytest.mark.parametrize("cell", ["1,500", "1.500", "12,000", "999.999", "-1,250"])
def test_what_may_part_thousands_is_refused_with_both_readings(tmp_path: Path, cell: str) -> None:
    whole, part = cell.replace(",", "").replace(".", ""), cell.replace(",", ".")
    for separator in (",", ";"):
        POINTS.assign(people=cell).to_csv(tmp_path / "t.csv", index=False, sep=separator)
        assert f"it can mean {whole} or {part}. Write {whole} or " in _refused(tmp_path / "t.csv")


def test_what_can_be_written_instead_is_read(tmp_path: Path) -> None:
    for cell, value in {"1234": 1234, "1.2340": 1.234, "1.5": 1.5}.items():
        POINTS.assign(people=cell).to_csv(tmp_path / "t.csv", index=False)
        assert _read(tmp_path / "t.csv")["people"].tolist() == [value] * 3
    mixed = POINTS.assign(people=["1.500", "0.250", "12"])
    mixed.to_csv(tmp_path / "t.csv", index=False)
    assert _read(tmp_path / "t.csv")["people"].tolist() == [1.5, 0.25, 12]
    POINTS.assign(people="1,234,567").to_csv(tmp_path / "t.csv", index=False)
    assert "Write 1234567." in _refused(tmp_path / "t.csv")


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("1 500", "1500"),
        ("12\u00a0000,5", "12000.5"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1'500", "1500"),
        ("1\u2019500.25", "1500.25"),
        ("1 234 567", "1234567"),
        ("1.234.567,8", "1234567.8"),
    ],
)
def test_the_number_is_told_that_is_meant(tmp_path: Path, cell: str, meant: str) -> None:
    POINTS.assign(people=cell).to_csv(tmp_path / "t.csv", index=False)
    assert f"Write {meant}, with a point and no s" in _refused(tmp_path / "t.csv")


# Texts are made alike


@pytest.mark.parametrize(
    "written", [" Åre by", "Åre\u00a0by ", "A\u030are  by", "\ufeffÅre\u200b\tby", "Åre\u2009by\n"]
)
def test_texts_are_made_alike(tmp_path: Path, written: str) -> None:
    table = POINTS.assign(id=[written, "d2", "d3"])
    table.to_csv(tmp_path / "t.csv", index=False)
    table.to_parquet(tmp_path / "t.parquet")
    write_xlsx(tmp_path / "t.xlsx", {"A": rows_of(table)})
    located(table=table).to_file(tmp_path / "t.gpkg")
    for name in ("t.csv", "t.parquet", "t.xlsx", "t.gpkg"):
        assert _read(tmp_path / name)["id"].tolist()[0] == "Åre by"


def test_names_of_columns_are_made_alike(tmp_path: Path) -> None:
    table = POINTS.rename(columns={"people": " people\u00a0", "id": "\ufeffid"})
    table.to_csv(tmp_path / "t.csv", index=False)
    write_xlsx(tmp_path / "t.xlsx", {"A": rows_of(table)})
    for name in ("t.csv", "t.xlsx"):
        _same(tmp_path / name)


def test_an_index_that_was_saved_is_a_column(tmp_path: Path) -> None:
    POINTS.set_index("id").to_parquet(tmp_path / "t.parquet")
    _same(tmp_path / "t.parquet")


def test_a_copy_elsewhere_reads_the_same(tmp_path: Path) -> None:
    path = _swedish(tmp_path / "t.csv")
    shutil.copy(path, tmp_path / "t.txt")
    pd.testing.assert_frame_equal(_read(path), _read(tmp_path / "t.txt"))
