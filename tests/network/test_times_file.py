from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from siting.common.errors import InputError
from siting.network.times_file import read_travel_times

PAIRS = "from,to,minutes\na,x,1\na,y,2.5\nb,x,inf\nb,y,0\nc,x,9\na,z,7\n"
NO_FLOOR = np.zeros(2)


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
    times = read_travel_times(path, ("b", "a"), ("y", "x"), np.array([0.0, 2.0]))
    assert times.minutes.toarray().tolist() == [[0, 0], [2.5, 2]]
    # The way from b to x is missing, not free.
    assert times.minutes.nnz == 3


def test_every_fault_has_its_place(tmp_path: Path) -> None:
    path = _write(tmp_path, "from,to,minutes\na,x,-1\na,x,2\nb,x,3\n")
    with pytest.raises(InputError) as caught:
        read_travel_times(path, ("a", "b"), ("x", "y"), NO_FLOOR)
    assert [fault.key for fault in caught.value.faults] == [
        *("row 2, column minutes", "row 3, columns from, to", "columns from, to")
    ]
    assert "2 of 4 pairs are missing: a to y, b to y" in str(caught.value)


@pytest.mark.parametrize("value", ["nan", "", "soon"])
def test_minutes_that_are_none(tmp_path: Path, value: str) -> None:
    path = _write(tmp_path, f"from,to,minutes\na,x,{value}\nb,x,1\n")
    with pytest.raises(InputError, match="row 2, column minutes"):
        read_travel_times(path, ("a", "b"), ("x",), NO_FLOOR)


def test_labels_stay_texts(tmp_path: Path) -> None:
    path = _write(tmp_path, "from,to,minutes\n0114,0010,5\n")
    times = read_travel_times(path, ("0114",), ("0010",), np.zeros(1))
    assert times.minutes.toarray().tolist() == [[5]]
