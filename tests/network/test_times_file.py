"""Travel times from a file: long, or as a matrix, and what no car can drive."""

import logging
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from siting.common.errors import Fault, InputError
from siting.common.types import Floats, Points, TravelTimes
from siting.network.connectors import EARTH_KM
from siting.network.times_file import read_travel_times

PAIRS = "from,to,minutes\na,x,1\na,y,2.5\nb,x,inf\nb,y,0\nc,x,9\na,z,7\n"


def _here(*ids: str) -> Points:
    """Places that all lie at one spot."""
    return Points(ids, np.zeros(len(ids)), np.zeros(len(ids)))


def _along(km: dict[str, float]) -> Points:
    """Places so many kilometres east of the origin, on the equator."""
    east = np.degrees(np.array([*km.values()]) / EARTH_KM)
    return Points(tuple(km), east, np.zeros(len(km)))


def _read(  # noqa: PLR0913 -- as the function has them
    path: Path,
    homes: Points,
    sites: Points,
    floor: Floats | None = None,
    *,
    strict: bool = True,
    gaps: bool = False,
) -> TravelTimes:
    none = np.zeros(len(homes)) if floor is None else floor
    return read_travel_times(path, homes, sites, none, strict=strict, gaps=gaps)


def _faults(path: Path, homes: Points, sites: Points, *, gaps: bool = False) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        _read(path, homes, sites, gaps=gaps)
    return caught.value.faults


def _write(folder: Path, text: str) -> Path:
    path = folder / "times.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_the_pairs_that_are_needed_are_read(tmp_path: Path, suffix: str) -> None:
    path = _write(tmp_path, PAIRS)
    if suffix == "parquet":
        pd.read_csv(path).to_parquet(tmp_path / "times.parquet")
        path = tmp_path / "times.parquet"
    times = _read(path, _here("b", "a"), _here("y", "x"), np.array([0.0, 2.0]))
    assert times.minutes.toarray().tolist() == [[0, 0], [2.5, 2]]
    # The way from b to x is missing, not free.
    assert times.minutes.nnz == 3


def test_every_fault_has_its_place(tmp_path: Path) -> None:
    path = _write(tmp_path, "from,to,minutes\na,x,-1\na,x,2\nb,x,3\n")
    faults = _faults(path, _here("a", "b"), _here("x", "y"))
    assert [fault.key for fault in faults] == [
        *("row 2, column minutes", "row 3, columns from, to", "columns from, to")
    ]
    assert "2 of 4 pairs are missing: a to y, b to y" in faults[-1].problem


@pytest.mark.parametrize("value", ["nan", "", "soon", "NULL", "n/a", "-", "1e20", "3.4028e+38"])
def test_minutes_that_are_none_name_inf(tmp_path: Path, value: str) -> None:
    path = _write(tmp_path, f"from,to,minutes\na,x,{value}\nb,x,1\n")
    (fault,) = _faults(path, _here("a", "b"), _here("x"))
    assert fault.key == "row 2, column minutes"
    assert "write inf" in fault.remedy


def test_labels_stay_texts(tmp_path: Path) -> None:
    path = _write(tmp_path, "from,to,minutes\n0114,0010,5\n")
    times = _read(path, _here("0114"), _here("0010"))
    assert times.minutes.toarray().tolist() == [[5]]


HOMES = _along({"d1": 0, "d2": 17, "d3": 34})
SITES = _along({"o": -28, "c1": 3, "c2": 20, "c3": 35})
MINUTES = np.array([[30, 4, 21, 36], [45, 16, 5, 19], [62, 33, 16, 3]], dtype=float)


def _long(folder: Path, minutes: Floats) -> Path:
    rows = [
        f"{home},{site},{float(minutes[row, column])!r}"
        for row, home in enumerate(HOMES.ids)
        for column, site in enumerate(SITES.ids)
    ]
    return _write(folder, "\n".join(["from,to,minutes", *rows, ""]))


def _wide(folder: Path, minutes: Floats, corner: str = "", name: str = "times.csv") -> Path:
    path = folder / name
    table = pd.DataFrame(minutes, columns=SITES.ids)
    table.insert(0, corner, HOMES.ids)
    if path.suffix == ".csv":
        table.to_csv(path, index=False)
    elif path.suffix == ".xlsx":
        table.to_excel(path, index=False)
    else:
        table.to_parquet(path)
    return path


def test_times_that_a_car_has_are_taken(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert (_read(_long(tmp_path, MINUTES), HOMES, SITES).minutes.toarray() == MINUTES).all()
    assert not caplog.records


@pytest.mark.parametrize(
    ("factor", "unit"),
    [(60, "seconds"), (1 / 60, "hours"), (60_000, "ms"), (1 / 30, "hours"), (90, "seconds")],
)
def test_another_unit_is_refused_by_name(tmp_path: Path, factor: float, unit: str) -> None:
    (fault,) = _faults(_long(tmp_path, MINUTES * factor), HOMES, SITES)
    assert f"likely {unit}" in fault.remedy
    assert "km/h" in str(fault.value)
    assert 'plausible = "off"' in fault.remedy


def test_lengths_in_metres_are_refused_by_name(tmp_path: Path) -> None:
    metres = np.abs(np.subtract.outer([0, 17, 34], [-28, 3, 20, 35])) * 1300.0
    (fault,) = _faults(_long(tmp_path, metres), HOMES, SITES)
    assert "likely metres" in fault.remedy


@pytest.mark.parametrize("factor", [60, 1 / 60, 13])
def test_on_foot_anything_is_taken(tmp_path: Path, factor: float) -> None:
    times = _read(_long(tmp_path, MINUTES * factor), HOMES, SITES, strict=False)
    assert np.allclose(times.minutes.toarray(), MINUTES * factor)


def test_a_walk_of_five_kilometres_an_hour_is_no_fault(tmp_path: Path) -> None:
    km = np.abs(np.subtract.outer([0, 17, 34], [-28, 3, 20, 35]))
    _read(_long(tmp_path, km * 12.0), HOMES, SITES)


@pytest.mark.parametrize("value", [4294967.295, 9999, 999, 99999.99, 1e9, 86400, 35791394.1, 1440])
@pytest.mark.parametrize("places", [[(2, 0), (2, 1), (2, 2)], [(0, 3), (2, 0)]])
def test_a_value_that_stands_for_no_way_is_refused(
    tmp_path: Path, value: float, places: list[tuple[int, int]]
) -> None:
    minutes = MINUTES.copy()
    minutes[tuple(zip(*places, strict=True))] = value
    (fault,) = _faults(_long(tmp_path, minutes), HOMES, SITES)
    assert (fault.key, fault.value) == ("minutes", value)
    assert "Write inf" in fault.remedy
    for row, column in places:
        assert f"{HOMES.ids[row]} to {SITES.ids[column]}" in fault.problem


def test_two_such_values_and_a_zero_are_all_told(tmp_path: Path) -> None:
    minutes = MINUTES.copy()
    minutes[0, :2], minutes[1, 2:], minutes[2, 0] = 9999, 1e8, 0
    faults = _faults(_long(tmp_path, minutes), HOMES, SITES)
    assert [fault.value for fault in faults] == [1e8, 9999, 0]


def test_most_pairs_without_a_way_do_not_make_it_another_unit(tmp_path: Path) -> None:
    minutes = np.where(MINUTES > 16, 9999, MINUTES)
    (fault,) = _faults(_long(tmp_path, minutes), HOMES, SITES)
    assert fault.value == 9999


def test_a_single_value_of_weeks_is_one_too(tmp_path: Path) -> None:
    minutes = MINUTES.copy()
    minutes[2, 0] = 4294967.295
    assert [fault.value for fault in _faults(_long(tmp_path, minutes), HOMES, SITES)] == [
        4294967.295
    ]


@pytest.mark.parametrize("place", [(0, 0), (1, 3), (2, 1)])
def test_no_minutes_between_places_far_apart_are_refused(
    tmp_path: Path, place: tuple[int, int]
) -> None:
    minutes = MINUTES.copy()
    minutes[place] = 0
    (fault,) = _faults(_long(tmp_path, minutes), HOMES, SITES)
    assert (fault.key, fault.value) == ("minutes", 0)
    assert "Write inf" in fault.remedy


def test_no_minutes_at_one_place_are_right(tmp_path: Path) -> None:
    minutes = MINUTES.copy()
    minutes[0, 1] = minutes[1, 2] = minutes[2, 3] = 0  # 1 to 3 km
    _read(_long(tmp_path, minutes), HOMES, SITES)


@pytest.mark.parametrize("value", [2.0, 1300.0, 0.1])
def test_a_single_pair_that_no_car_drives_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, value: float
) -> None:
    minutes = MINUTES.copy()
    minutes[2, 0] = value
    with caplog.at_level(logging.WARNING, "siting"):
        assert _read(_long(tmp_path, minutes), HOMES, SITES).minutes.toarray()[2, 0] == value
    assert "1 pairs" in caplog.text
    assert "d3 to o" in caplog.text


@pytest.mark.parametrize("name", ["times.csv", "times.xlsx", "times.parquet"])
@pytest.mark.parametrize("corner", ["id", "from"])
def test_a_matrix_is_read(tmp_path: Path, name: str, corner: str) -> None:
    minutes = MINUTES.copy()
    minutes[2, 0] = np.inf
    path = _wide(tmp_path, minutes, corner, name)
    found = _read(path, HOMES, SITES).minutes
    assert found.nnz == 11
    assert (found.toarray() == np.where(minutes < np.inf, minutes, 0)).all()


def test_a_matrix_without_a_name_in_its_corner_is_read(tmp_path: Path) -> None:
    path = _write(tmp_path, ",o,c1,c2,c3\nd1,30,4,21,36\nd2,45,16,5,19\nd3,62,33,16,3\n")
    assert (_read(path, HOMES, SITES).minutes.toarray() == MINUTES).all()


def test_faults_of_a_matrix_name_its_cells(tmp_path: Path) -> None:
    path = _write(tmp_path, "id,o,c1,c2,c3\nd1,30,-4,21,36\nd2,45,16,5,19\nd2,62,33,16,3\n")
    keys = [fault.key for fault in _faults(path, HOMES, SITES)]
    assert keys[:2] == ["row 2, column c1", "row 4, columns from, to"]
    path = _write(tmp_path, "id,o,c1,c2,c3\nd1,30,4,,36\nd2,45,16,5,19\nd3,62,33,16,x\n")
    keys = [fault.key for fault in _faults(path, HOMES, SITES)]
    assert keys == ["row 2, column c2", "row 4, column c3"]


def test_what_a_matrix_lacks_is_told(tmp_path: Path) -> None:
    path = _write(tmp_path, "id,o,c1,c2\nd1,30,4,21\nd2,45,16,5\nd3,62,33,16\n")
    (fault,) = _faults(path, HOMES, SITES)
    assert "3 of 12 pairs are missing: d1 to c3, d2 to c3, d3 to c3" in fault.problem


@pytest.mark.parametrize(
    "text",
    [
        "id,p,q,r,s\nd1,30,4,21,36\n",
        "id,o,c1,c2,c3\nu,30,4,21,36\nv,45,16,5,19\n",
        "origin,destination,seconds,metres\nd1,o,3,4\n",
    ],
)
def test_a_table_of_another_shape_says_how_to_make_it_long(tmp_path: Path, text: str) -> None:
    fault, *others = _faults(_write(tmp_path, text), HOMES, SITES)
    assert [other.key for other in others] == ["column from", "column to", "column minutes"]
    assert "from, to, minutes" in fault.remedy
    assert text.partition(",")[0] in str(fault.value)


def _turned(folder: Path, *, wide: bool) -> Path:
    long = pd.read_csv(_long(folder, MINUTES)).rename(columns={"from": "to", "to": "from"})
    path = folder / "turned.csv"
    if wide:
        pd.DataFrame(MINUTES.T, index=list(SITES.ids), columns=HOMES.ids).to_csv(path)
    else:
        long.to_csv(path, index=False)
    return path


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("gaps", [False, True])
def test_from_and_to_exchanged_says_so(tmp_path: Path, *, wide: bool, gaps: bool) -> None:
    (fault,) = _faults(_turned(tmp_path, wide=wide), HOMES, SITES, gaps=gaps)
    assert "exchanged" in fault.problem
    assert "Exchange" in fault.remedy


def test_most_rows_exchanged_say_so_too(tmp_path: Path) -> None:
    path = _turned(tmp_path, wide=False)
    path.write_text(path.read_text(encoding="utf-8") + "d1,o,30\n", encoding="utf-8")
    text = path.read_text(encoding="utf-8").replace("to,from,minutes", "to,from,minutes")
    path.write_text(text.replace("d1,o,30.0\n", "o,d1,30\n", 1), encoding="utf-8")
    (fault,) = _faults(path, HOMES, SITES)
    assert "exchanged" in fault.problem


def test_a_matrix_cut_at_a_limit(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    near = pd.read_csv(_long(tmp_path, MINUTES)).query("minutes <= 20")
    near.to_csv(tmp_path / "near.csv", index=False)
    (fault,) = _faults(tmp_path / "near.csv", HOMES, SITES)
    assert 'missing = "unreachable"' in fault.remedy
    times = _read(tmp_path / "near.csv", HOMES, SITES, gaps=True).minutes
    assert times.nnz == (MINUTES <= 20).sum()
    # Nothing is that near to o, which may be spelt otherwise as well.
    assert "no row: o" in caplog.text


def test_a_file_of_other_places_is_not_one_cut_at_a_limit(tmp_path: Path) -> None:
    path = _write(tmp_path, "from,to,minutes\nu,v,5\n")
    (fault,) = _faults(path, HOMES, SITES, gaps=True)
    assert "12 of 12 pairs are missing" in fault.problem
    zeros = _write(tmp_path, "from,to,minutes\n114,o,5\nb,o,5\n")
    keys = [fault.key for fault in _faults(zeros, _here("0114", "b"), _here("o"), gaps=True)]
    assert keys == ["columns from, to", "row 2, column from"]


@pytest.mark.parametrize("name", ["times.csv", "times.xlsx", "times.parquet"])
def test_empty_cells_of_a_matrix_cut_at_a_limit_have_no_way(tmp_path: Path, name: str) -> None:
    minutes = np.where(MINUTES > 40, np.nan, MINUTES)
    path = _wide(tmp_path, minutes, "id", name)
    assert {fault.key for fault in _faults(path, HOMES, SITES)} == {
        "row 3, column o",
        "row 4, column o",
    }
    found = _read(path, HOMES, SITES, gaps=True).minutes
    assert (found.toarray() == np.nan_to_num(minutes)).all()
    assert found.nnz == 10


@pytest.mark.parametrize("value", [4294967.295, 9999, 1e9])
def test_what_stands_for_no_way_is_found_in_a_town_too(tmp_path: Path, value: float) -> None:
    homes, sites = _along({"a": 0, "b": 1}), _along({"x": 0.5, "y": 2})
    path = _write(tmp_path, f"from,to,minutes\na,x,2\na,y,4\nb,x,{value}\nb,y,{value}\n")
    assert [fault.value for fault in _faults(path, homes, sites)] == [value]


def test_an_island_near_a_town_is_right(tmp_path: Path) -> None:
    homes, sites = _along({"a": 0, "b": 1}), _along({"x": 0.5, "y": 2})
    path = _write(tmp_path, "from,to,minutes\na,x,2\na,y,4\nb,x,150\nb,y,150\n")
    _read(path, homes, sites)


def test_seconds_with_a_value_for_no_way_are_told_as_both(tmp_path: Path) -> None:
    seconds = MINUTES * 60
    seconds[2, :2] = 999999
    faults = _faults(_long(tmp_path, seconds), HOMES, SITES)
    assert faults[0].value == 999999
    assert "likely seconds" in faults[1].remedy


@pytest.mark.parametrize("value", [999.0, 9999.0, 999.9])
def test_a_single_value_of_nines_far_above_all_others_is_one_too(
    tmp_path: Path, value: float
) -> None:
    minutes = MINUTES.copy()
    minutes[2, 0] = value
    assert minutes.max() == value
    assert [fault.value for fault in _faults(_long(tmp_path, minutes), HOMES, SITES)] == [value]
