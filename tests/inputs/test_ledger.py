"""The ledger knows every file, and notices when one is not what it was."""

import json
import shutil
from pathlib import Path

import pytest
from frictionless import Package

from siting.common.errors import InputError
from siting.inputs.ledger import LEDGER, check_data, refresh_ledger


@pytest.fixture
def copy(data: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(data, tmp_path / "data"))


def _faults(folder: Path) -> str:
    with pytest.raises(InputError) as caught:
        check_data(folder)
    return str(caught.value)


def test_the_shipped_data_are_in_order(data: Path) -> None:
    named = [line.partition(": ")[0] for line in check_data(data)]
    assert named == sorted(path.name for path in data.iterdir() if path.name != LEDGER)


def test_what_is_measured_is_filled_in(data: Path, copy: Path) -> None:
    shipped = (data / LEDGER).read_bytes()
    package = json.loads(shipped)
    for item in package["resources"]:
        item.update(dict.fromkeys(item.keys() & {"hash", "bytes", "version", "schema"}, ""))
    (copy / LEDGER).write_text(json.dumps(package), encoding="utf-8")
    assert "the file is not the listed one" in _faults(copy)
    refresh_ledger(copy)
    assert (copy / LEDGER).read_bytes() == shipped


def test_frictionless_accepts_the_ledger_by_itself(data: Path) -> None:
    # Enough rows to meet every type; siting data check reads them all.
    assert Package(str(data / LEDGER)).validate(limit_rows=5000).valid


def test_every_file_has_origin_licence_version_and_checksum(data: Path) -> None:
    package = json.loads((data / LEDGER).read_text(encoding="utf-8"))
    files = {path.name for path in data.iterdir()} - {LEDGER}
    assert {resource["path"] for resource in package["resources"]} == files
    for resource in package["resources"]:
        assert resource["version"]
        assert resource["hash"].startswith("sha256:")
        assert resource["sources"][0]["title"]
        assert resource["licenses"][0]["title"]


def test_a_changed_a_missing_and_a_strange_file_are_all_reported(copy: Path) -> None:
    demand = copy / "demand.csv"
    demand.write_text(demand.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    (copy / "costs.toml").unlink()
    (copy / "stray.csv").write_text("a\n", encoding="utf-8")
    faults = _faults(copy)
    assert "demand.csv: sha256" in faults
    assert "costs.toml" in faults
    assert "stray.csv" in faults


def test_a_wrong_value_is_reported_with_its_row(copy: Path) -> None:
    path = copy / "offices_2019.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace("documented", "certain", 1), encoding="utf-8"
    )
    assert "column evidence = 'certain': must be one of documented, deduced, assumed" in _faults(
        copy
    )


def test_an_assumption_needs_a_rating(copy: Path) -> None:
    path = copy / "assumptions.toml"
    text = path.read_text(encoding="utf-8").replace('rating = "red"\n', "", 1)
    path.write_text(text.replace('rating = "amber"', 'rating = "blue"', 1), encoding="utf-8")
    faults = _faults(copy)
    assert "rating is missing" in faults
    assert "'blue': no such rating" in faults


def test_without_a_ledger_nothing_can_be_trusted(copy: Path) -> None:
    (copy / LEDGER).unlink()
    assert "there is no data ledger" in _faults(copy)
