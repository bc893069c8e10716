"""The build on a small made-up road file, and on the real one where it lies at hand."""

import os
from collections.abc import Iterable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pyproj import Transformer
from shapely import LineString

from siting.common.package import data_folder
from siting.common.types import Points
from siting.network.shipped.build import build_road_tables, write_road_tables
from siting.network.shipped.tables import LINKS, LOG, NODES, RoadTables

EAST, NORTH = 500_000.0, 6_500_000.0
PRIMARY = {"src": "ap030", "rtt": 14, "rte": None, "ltn": 1}
TOWNS = Points(("Town",), np.array([15.0]), np.array([58.6]))
TABLES = (NODES, LINKS, LOG)


def _line(*places: tuple[float, float]) -> LineString:
    """Places in kilometres from a corner."""
    return LineString([(EAST + 1000 * x, NORTH + 1000 * y) for x, y in places])


def _write_raw(path: Path, roads: Iterable[dict[str, object]]) -> Path:
    rows = [{**PRIMARY, "rtn": None, **row} for row in roads]
    gpd.GeoDataFrame(rows, crs=3006).to_file(path, layer="roads")
    pieces = [_line((0, 0), (0, -8)), _line((0, -8), (0, -30))]
    ferries = gpd.GeoDataFrame({"route": ["Here-There", "Here-There"]}, geometry=pieces, crs=3006)
    ferries.to_file(path, layer="ferries")
    return path


def _position(x: float, y: float) -> tuple[float, float]:
    to_degrees = Transformer.from_crs(3006, 4326, always_xy=True)
    lon, lat = to_degrees.transform(EAST + 1000 * x, NORTH + 1000 * y)
    return lon, lat


def _review(folder: Path, *, close: bool = True, over: str = "land") -> None:
    hole, part = _position(5, 0), _position(40, 1)
    (folder / "road_joins.toml").write_text(
        f"""
        [[hole]]
        ref = "7"
        near = "Town"
        lon = {hole[0]}
        lat = {hole[1]}
        close = {str(close).lower()}
        why = "looked at"

        [[detached]]
        near = "Hamlet"
        lon = {part[0]}
        lat = {part[1]}
        over = "{over}"
        why = "looked at"
        """
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "speeds.toml").write_bytes((data_folder() / "speeds.toml").read_bytes())
    _review(tmp_path)
    return tmp_path


# Road 7 has a hole from 4 to 6 km; the way around it is 40 km long.
WITH_HOLE: list[dict[str, object]] = [
    {"rtn": "7", "geometry": _line((0, 0), (4, 0))},
    {"rtn": "7", "geometry": _line((6, 0), (10, 0))},
    {"geometry": _line((4, 0), (4, 19), (6, 19), (6, 0))},
]


def _build(folder: Path, roads: Iterable[dict[str, object]]) -> RoadTables:
    """Without waypoints, so that links have the lengths of the roads above."""
    raw = _write_raw(folder / "raw.gpkg", roads)
    return build_road_tables(raw, TOWNS, folder, longest_m=1e6)


def test_ends_within_60_m_are_one_junction(folder: Path) -> None:
    near = [{"geometry": _line((0, 0), (4, 0))}, {"geometry": _line((4.05, 0), (9, 0))}]
    apart = [{"geometry": _line((0, 0), (4, 0))}, {"geometry": _line((4.07, 0), (9, 0))}]
    assert (_build(folder, near)[LINKS]["kind"] == "road").sum() == 2
    assert len(_build(folder, near)[NODES]) == 4
    assert len(_build(folder, apart)[NODES]) == 5


def test_a_line_is_cut_where_another_ends_on_it(folder: Path) -> None:
    tables = _build(
        folder, [{"geometry": _line((0, 0), (9, 0))}, {"geometry": _line((3, 0.02), (3, 7))}]
    )
    roads = tables[LINKS][tables[LINKS]["kind"] == "road"]
    assert sorted(roads["length_m"]) == pytest.approx([3000, 6000, 6980], abs=1)


def test_a_line_that_only_crosses_is_not_cut(folder: Path) -> None:
    tables = _build(
        folder, [{"geometry": _line((0, 0), (9, 0))}, {"geometry": _line((3, -7), (3, 7))}]
    )
    roads = tables[LINKS][tables[LINKS]["kind"] == "road"]
    assert sorted(roads["length_m"]) == pytest.approx([9000, 14000], abs=1)


def test_pieces_of_a_ferry_are_one_crossing(folder: Path) -> None:
    links = _build(folder, WITH_HOLE)[LINKS]
    ferry = links[links["kind"] == "ferry"]
    assert ferry[["highway", "name", "length_m"]].to_numpy().tolist() == [
        ["sea_ferry", "Here-There", 30_000.0]
    ]


def test_a_hole_judged_sound_is_closed_and_logged(folder: Path) -> None:
    tables = _build(folder, WITH_HOLE)
    joins = tables[LINKS][tables[LINKS]["kind"] == "join"]
    assert joins[["length_m", "highway", "ref"]].to_numpy().tolist() == [[2000.0, "primary", "7"]]
    assert tables[LOG].iloc[0][["repair", "ref", "near"]].tolist() == ["hole closed", "7", "Town"]
    assert tables[LOG].iloc[0][["gap_m", "network_m"]].tolist() == ["2000", "40000"]


def test_a_hole_judged_to_cross_water_stays_open(folder: Path) -> None:
    _review(folder, close=False)
    tables = _build(folder, WITH_HOLE)
    assert "join" not in set(tables[LINKS]["kind"])
    assert tables[LOG]["repair"].tolist() == ["hole left open"]


def test_a_hole_that_nobody_judged_stays_open(folder: Path) -> None:
    renumbered = [{**row, "rtn": "8"} if "rtn" in row else row for row in WITH_HOLE]
    tables = _build(folder, renumbered)
    assert "join" not in set(tables[LINKS]["kind"])
    assert "Nobody" in tables[LOG]["why"].iloc[0]


@pytest.mark.parametrize(("gap", "detour"), [(2.0, 6.5), (8.5, 60.0)])
def test_what_is_no_hole_is_not_joined(folder: Path, gap: float, detour: float) -> None:
    # The way around is short (6.5 km for a gap of 2 km), or the gap is wide.
    side = (detour - gap) / 2
    around = _line((4, 0), (4, side), (4 + gap, side), (4 + gap, 0))
    roads: list[dict[str, object]] = [
        {"rtn": "7", "geometry": _line((0, 0), (4, 0))},
        {"rtn": "7", "geometry": _line((4 + gap, 0), (20, 0))},
        {"geometry": around},
    ]
    assert len(_build(folder, roads)[LOG]) == 0


@pytest.mark.parametrize(
    ("over", "length", "highway"), [("land", 2600.0, "access"), ("water", 2000.0, "water")]
)
def test_a_detached_part_is_tied(folder: Path, over: str, length: float, highway: str) -> None:
    _review(folder, over=over)
    roads: list[dict[str, object]] = [
        {"geometry": _line((0, 0), (40, 0))},
        {"geometry": _line((40, 2), (44, 2))},
    ]
    tables = _build(folder, roads)
    tie = tables[LINKS][tables[LINKS]["kind"] == f"{over}_tie"]
    assert tie[["length_m", "highway"]].to_numpy().tolist() == [[length, highway]]
    assert tables[LOG]["near"].tolist() == ["Hamlet"]


def test_road_classes_and_numbers(folder: Path) -> None:
    roads: list[dict[str, object]] = [
        {"rtt": 16, "ltn": 2, "rte": "E6#E20", "rtn": "E6#E20", "geometry": _line((0, 0), (1, 0))},
        {"rtt": 16, "geometry": _line((1, 0), (3, 0))},
        {"rte": "E4", "rtn": "E4", "geometry": _line((3, 0), (6, 0))},
        {"rtn": "40", "geometry": _line((6, 0), (10, 0))},
        {"rtt": 15, "geometry": _line((10, 0), (15, 0))},
        {"rtt": 984, "geometry": _line((15, 0), (21, 0))},
        {
            "src": "ap500",
            "rtt": -32768,
            "rte": "N/A",
            "rtn": "N/A",
            "geometry": _line((21, 0), (28, 0)),
        },
    ]
    links = _build(folder, roads)[LINKS]
    found = links[links["kind"] != "ferry"].sort_values("length_m")
    assert found["highway"].tolist() == [
        *("motorway", "trunk", "trunk", "primary", "secondary", "tertiary", "unclassified")
    ]
    assert found["ref"].tolist() == ["E20;E6", "", "E4", "40", "", "", ""]
    assert found["kind"].tolist() == ["road"] * 6 + ["connector"]


def test_junctions_keep_their_numbers_and_waypoints_follow(folder: Path) -> None:
    plain = _build(folder, WITH_HOLE)
    tables = build_road_tables(folder / "raw.gpkg", TOWNS, folder)
    assert set(plain[NODES]["kind"]) == {"junction"}
    pd.testing.assert_frame_equal(tables[NODES].iloc[: len(plain[NODES])], plain[NODES])
    assert set(tables[NODES]["kind"].iloc[len(plain[NODES]) :]) == {"waypoint"}
    assert tables[LINKS]["length_m"].sum() == pytest.approx(plain[LINKS]["length_m"].sum())


def test_the_order_of_the_raw_rows_does_not_matter(folder: Path) -> None:
    outputs = []
    for name, roads in (("first", WITH_HOLE), ("second", WITH_HOLE[::-1])):
        (folder / name).mkdir()
        write_road_tables(_build(folder, roads), folder / name)
        outputs.append([(folder / name / table).read_bytes() for table in TABLES])
    assert outputs[0] == outputs[1]


def test_the_real_file_gives_the_committed_bytes(tmp_path: Path) -> None:
    shared = Path(os.environ.get("SITING_SHARED", Path(__file__).parents[4] / "shared"))
    raw = shared / "raw" / "egm2019_roads.gpkg"
    if not raw.is_file():
        pytest.skip("the raw road file is not at hand (SITING_SHARED)")
    seats = pd.read_csv(data_folder() / "municipalities.csv", dtype={"code": str})
    towns = Points(tuple(seats["code"]), seats["seat_lon"].to_numpy(), seats["seat_lat"].to_numpy())
    write_road_tables(build_road_tables(raw, towns), tmp_path)
    for name in TABLES:
        assert (tmp_path / name).read_bytes() == (data_folder() / name).read_bytes(), name
