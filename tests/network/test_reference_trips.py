from pathlib import Path

import pytest

from siting.common.errors import InputError
from siting.common.package import data_folder
from siting.network.routes import read_reference_trips

HEADER = "from,from_lon,from_lat,to,to_lon,to_lat"


def test_the_trips_that_ship() -> None:
    trips = read_reference_trips(data_folder() / "reference_trips.csv")
    assert len(trips) == 12
    assert [trip.minutes for trip in trips if trip.minutes is not None] == [306, 364]
    assert all(trip.km is not None for trip in trips)


def test_length_and_time_may_be_left_out(tmp_path: Path) -> None:
    path = tmp_path / "trips.csv"
    path.write_text(f"{HEADER},minutes\nA,18,59,B,17,60,75\nA,18,59,C,16,60,\n")
    known = [(trip.end, trip.km, trip.minutes) for trip in read_reference_trips(path)]
    assert known == [("B", None, 75), ("C", None, None)]


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "trips.csv"
    path.write_text(f"{HEADER},minutes\n,18,59,B,x,60,75\nA,18,59,C,16,60,soon\n")
    with pytest.raises(InputError) as caught:
        read_reference_trips(path)
    assert {(fault.key, fault.value) for fault in caught.value.faults} == {
        ("row 2, column from", ""),
        ("row 2, column to_lon", "x"),
        ("row 3, column minutes", "soon"),
    }


def test_missing_columns_and_files_are_told(tmp_path: Path) -> None:
    path = tmp_path / "trips.csv"
    with pytest.raises(InputError, match="no such file"):
        read_reference_trips(path)
    path.write_text("from,to\nA,B\n")
    with pytest.raises(InputError) as caught:
        read_reference_trips(path)
    assert len(caught.value.faults) == 4
