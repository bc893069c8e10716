"""Positions are known by their values, whatever their columns are called."""

import logging
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from siting.common.errors import InputError
from siting.inputs.positions import position_columns
from siting.inputs.read import UserFiles
from tests.support.table_files import POINTS, located

KNOWN = pd.DataFrame({"code": ["0114", "0180"]})
SWEDEN = UserFiles(KNOWN, "data/municipalities.csv", outside_sweden=False)
ABROAD = UserFiles(KNOWN, "regions.csv", outside_sweden=True)


def _metres(folder: Path, east: str, north: str, crs: int = 3006) -> Path:
    """A table with two columns of metres."""
    points = located(crs).geometry
    table = POINTS.drop(columns=["lon", "lat"]).assign(**{north: points.y, east: points.x})
    table.to_csv(folder / "t.csv", index=False)
    return folder / "t.csv"


def _refused(path: Path, files: UserFiles = SWEDEN) -> str:
    with pytest.raises(InputError) as caught:
        files.demand(path)
    (fault,) = caught.value.faults
    return str(fault)


@pytest.mark.parametrize(
    ("east", "north"),
    [
        ("e", "n"),
        ("E", "N"),
        ("x", "y"),
        ("Y", "X"),  # as Swedish surveyors name them: x goes north
        ("easting", "northing"),
        ("Easting", "Northing"),
        ("SWEREF99TM_E", "SWEREF99TM_N"),
        ("E_SWEREF99TM", "N_SWEREF99TM"),
        ("x_koord", "y_koord"),
        ("POINT_X", "POINT_Y"),
        ("x-koordinat", "y-koordinat"),
        ("Öst", "Nord"),
        ("ostkoordinat", "nordkoordinat"),
    ],
)
def test_metres_are_known_and_converted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, east: str, north: str
) -> None:
    with caplog.at_level(logging.WARNING):
        found = SWEDEN.demand(_metres(tmp_path, east, north))
    pd.testing.assert_frame_equal(found[["lon", "lat"]], POINTS[["lon", "lat"]], rtol=1e-9)
    (told,) = caplog.messages
    assert told.endswith(f"{east} goes east and {north} north, in SWEREF 99 TM")


@pytest.mark.parametrize(
    ("lon", "lat"),
    [("longitude", "latitude"), ("Lon", "Lat"), ("lng", "lat"), ("x", "y"), ("Y", "X")],
)
def test_degrees_are_known_by_other_names(tmp_path: Path, lon: str, lat: str) -> None:
    POINTS.rename(columns={"lon": lon, "lat": lat}).to_csv(tmp_path / "t.csv", index=False)
    found = SWEDEN.demand(tmp_path / "t.csv")
    pd.testing.assert_frame_equal(found[["lon", "lat"]], POINTS[["lon", "lat"]], rtol=1e-12)


@pytest.mark.parametrize(("east", "north"), [("lon", "lat"), ("lat", "lon"), ("Lon", "Lat")])
def test_metres_under_the_names_of_degrees_are_told_in_one_line(
    tmp_path: Path, east: str, north: str
) -> None:
    said = _refused(_metres(tmp_path, east, north))
    assert "hold metres in SWEREF 99 TM and no degrees. Call the columns e and n, and" in said


@pytest.mark.parametrize(
    ("crs", "system"),
    [
        (3021, "RT 90"),
        (3011, "a regional zone of SWEREF 99"),
        (3035, "ETRS89-LAEA"),
        (3857, "Web Mercator"),
    ],
)
@pytest.mark.parametrize(("east", "north"), [("e", "n"), ("lon", "lat"), ("y", "x")])
def test_other_systems_are_refused_by_name(
    tmp_path: Path, crs: int, system: str, east: str, north: str
) -> None:
    said = _refused(_metres(tmp_path, east, north, crs))
    assert f"hold no degrees, but metres in {system}" in said
    assert "SWEREF 99 TM (e, n), or name a GeoPackage" in said


def test_what_lies_nowhere_in_sweden_is_refused(tmp_path: Path) -> None:
    table = POINTS.rename(columns={"lon": "x", "lat": "y"}).assign(x=7.5, y=9.5)
    table.assign(x=[3e7] * 3).to_csv(tmp_path / "t.csv", index=False)
    assert "columns x, y" in _refused(tmp_path / "t.csv")


def test_one_row_that_is_wrong_is_told_by_its_row(tmp_path: Path) -> None:
    path = _metres(tmp_path, "e", "n")
    table = pd.read_csv(path, dtype=str)
    table.loc[1, "n"] = "0"
    table.to_csv(path, index=False)
    assert "row 3, column lat" in _refused(path)
    table.loc[1, "n"] = "tolv"
    table.loc[2, "people"] = "-3"
    table.to_csv(path, index=False)
    with pytest.raises(InputError) as caught:
        SWEDEN.demand(path)
    assert [fault.key for fault in caught.value.faults] == [
        "row 3, column n",
        "row 4, column people",
    ]


@pytest.mark.parametrize(("east", "north"), [("e", "n"), ("x", "y"), ("lon", "lat")])
def test_metres_of_another_country_are_refused(tmp_path: Path, east: str, north: str) -> None:
    said = _refused(_metres(tmp_path, east, north, 3067), ABROAD)
    assert "are not known to be degrees" in said
    assert "Call degrees lon and lat; convert metres to degrees" in said


def test_a_geopackage_states_the_system_of_another_country(tmp_path: Path) -> None:
    located(3067).to_file(tmp_path / "t.gpkg")
    found = ABROAD.demand(tmp_path / "t.gpkg")
    pd.testing.assert_frame_equal(found[["lon", "lat"]], POINTS[["lon", "lat"]], rtol=1e-9)


def test_every_kind_of_table_reads_points(tmp_path: Path) -> None:
    table = located(3006).rename(columns={"id": "office_id"}).assign(office="a", name="b", id="c")
    table = table.assign(id=["c1", "c2", "c3"])
    table.to_file(tmp_path / "t.gpkg")
    for read in (SWEDEN.offices, SWEDEN.candidates):
        found = read(tmp_path / "t.gpkg")
        pd.testing.assert_frame_equal(found[["lon", "lat"]], POINTS[["lon", "lat"]], rtol=1e-9)


def test_names_that_are_no_position_are_left() -> None:
    assert position_columns(["id", "name", "n", "year"]) == ()
    assert position_columns(["x", "y", "lat", "lon"]) == ("lon", "lat")
    assert position_columns(["e", "n", "x", "y"]) == ("e", "n")
    assert isinstance(located(3006), gpd.GeoDataFrame)


@pytest.mark.parametrize(
    ("pair", "at"),
    [
        (("Longitud", "Latitud"), ("18,06", "59,33")),
        (("e", "n"), ("674032,5", "6580822,25")),
        (("e", "n"), ("674 032", "6 580 822")),
        (("x", "y"), ("674\u00a0032", "6\u00a0580\u00a0822")),
    ],
)
@pytest.mark.parametrize("people", ["1 500", "1 500,5", "1\u202f500"])
def test_a_swedish_spreadsheet_names_and_parts_as_it_likes(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    pair: tuple[str, str],
    at: tuple[str, str],
    people: str,
) -> None:
    rows = (("id", *pair, "people", "municipality_code"), ("a", *at, people, "0180"))
    (tmp_path / "t.csv").write_text("\n".join(map(";".join, rows)), encoding="utf-8")
    table = SWEDEN.demand(tmp_path / "t.csv")
    assert int(table["people"].iloc[0]) == 1500
    assert table["lon"].iloc[0] == pytest.approx(18.06, abs=0.01)
    assert table["lat"].iloc[0] == pytest.approx(59.33, abs=0.04)
    assert "decimal commas" in caplog.messages[-1]


def test_decimal_commas_of_positions_alone_are_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    text = "id;Longitud;Latitud;people;municipality_code\na;18,06;59,33;10;0180\n"
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    SWEDEN.demand(tmp_path / "t.csv")
    assert caplog.messages[-1].endswith("semicolons between the columns, decimal commas")
