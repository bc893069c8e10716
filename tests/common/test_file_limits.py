"""Files that are too large, that unpack to too much or that hold entities are not read."""

import io
import os
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from siting.common import file_limits as sizes
from siting.common.errors import InputError
from siting.common.file_limits import Most, refuse_large_parquet, refuse_large_workbook
from siting.common.tables.columns import ColumnSpec, label_column, read_columns
from siting.inputs.schema import SWEDEN, demand_columns
from siting.network.osm.extract import read_extract
from siting.network.osm.files import read_network
from siting.results.result import read_result
from siting.scenario.file import read_scenario

BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that a small file exceeds."""
    monkeypatch.setattr(sizes, "UNPACKED_WORKBOOK", 20_000)
    monkeypatch.setattr(sizes, "UNPACKED_PARQUET", 20_000)
    monkeypatch.setattr(sizes, "CELLS", 1000)


def _sparse(path: Path, most: Most) -> Path:
    """A file that says it is too large, and takes no room."""
    with path.open("wb") as file:
        file.truncate(most.size + 1)
    return path


def _read_demand(path: Path) -> object:
    return read_columns(path, demand_columns(SWEDEN))


def _read_times(path: Path) -> object:
    return read_columns(path, {"from": label_column(), "minutes": ColumnSpec(kind="number")})


def _read_drive(path: Path) -> object:
    return read_extract(path, "drive")


@pytest.mark.parametrize(
    ("name", "most", "read"),
    [
        ("mine.toml", sizes.SCENARIO, read_scenario),
        ("demand.csv", sizes.TEXT, _read_demand),
        ("demand.xlsx", sizes.WORKBOOK, _read_demand),
        ("demand.parquet", sizes.PARQUET, _read_demand),
        ("times.csv", sizes.TEXT, _read_times),
        ("times.parquet", sizes.PARQUET, _read_times),
        ("roads.graphml", sizes.GRAPHML, read_network),
        ("roads.parquet", sizes.PARQUET, read_network),
        ("roads.osm.pbf", sizes.EXTRACT, _read_drive),
    ],
)
def test_a_file_that_is_too_large_is_refused_before_it_is_read(
    tmp_path: Path, name: str, most: Most, read: object
) -> None:
    path = _sparse(tmp_path / name, most)
    with pytest.raises(InputError) as caught:
        read(path)  # type: ignore[operator] # each takes a path
    (fault,) = caught.value.faults
    assert fault.file == str(path)
    assert f"{most.size + 1:,} bytes" in fault.problem
    assert f"at most {most.size:,} bytes" in fault.problem
    assert fault.remedy == most.remedy


def test_a_manifest_that_is_too_large_is_refused(tmp_path: Path) -> None:
    _sparse(tmp_path / "manifest.json", sizes.MANIFEST)
    with pytest.raises(InputError, match="a manifest may have at most"):
        read_result(tmp_path)


def test_a_file_as_large_as_its_kind_may_be_passes(tmp_path: Path) -> None:
    path = tmp_path / "whole.csv"
    with path.open("wb") as file:
        file.truncate(sizes.TEXT.size)
    sizes.refuse_large(path, sizes.TEXT)


def test_devices_and_pipes_are_no_files(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    for path in (pipe, Path("/dev/zero")):
        with pytest.raises(InputError, match="is a device or a pipe and no file"):
            _read_demand(path)


@pytest.mark.usefixtures("small")
def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 20_001)
    assert path.stat().st_size < 1000
    with pytest.raises(InputError, match=r"unpacked it has 20,001 bytes.*at most 20,000"):
        _read_demand(path)


def test_a_workbook_with_entities_is_refused_for_them(tmp_path: Path) -> None:
    good = io.BytesIO()
    pd.DataFrame({"id": ["a"]}).to_excel(good, index=False)
    path = tmp_path / "entities.xlsx"
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            text = source.read(name).decode()
            head, root = text.partition("?>")[::2] if text.startswith("<?xml") else ("", text)
            declared = f"{head}?>{BOMB}{root}" if head else BOMB + root
            target.writestr(name, declared if "sheet1" in name else text)
    with pytest.raises(InputError, match="XML entities are refused"):
        _read_demand(path)
    refuse_large_workbook(_plain(tmp_path, good))


def _plain(folder: Path, content: io.BytesIO) -> Path:
    path = folder / "plain.xlsx"
    path.write_bytes(content.getvalue())
    return path


@pytest.mark.usefixtures("small")
def test_a_parquet_file_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.parquet"
    pd.DataFrame({"x": np.arange(900) % 7 * 1.5, "y": np.ones(900)}).to_parquet(path)
    with pytest.raises(InputError, match=r"it has 1,800 values.*at most 1,000 values"):
        refuse_large_parquet(path)
    pd.DataFrame({"x": ["a" * 30_000]}).to_parquet(path)
    assert path.stat().st_size < 20_000
    with pytest.raises(InputError, match=r"unpacked it has [\d,]+ bytes.*at most 20,000"):
        refuse_large_parquet(path)


def test_packed_csv_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "times.csv.gz"
    pd.DataFrame({"from": ["a"], "to": ["b"], "minutes": [1.0]}).to_csv(path, index=False)
    for read in (_read_demand, _read_times):
        with pytest.raises(InputError):
            read(path)
