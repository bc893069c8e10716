"""The tables that ship are those that the build makes, to the last byte."""

from pathlib import Path

import pytest

from siting.pipeline.build import build_data

HAND_WRITTEN = (
    "README.md",
    "assumptions.toml",
    "costs.toml",
    "datapackage.json",
    "decisions_later.csv",
    "office_districts.csv",
    "road_islands.csv",
    "road_joins.toml",
    "speeds.toml",
)


@pytest.mark.long
def test_the_build_gives_the_bytes_that_ship(raw: Path, data: Path, tmp_path: Path) -> None:
    made = tmp_path / "data"
    made.mkdir()
    for name in HAND_WRITTEN:
        (made / name).write_bytes((data / name).read_bytes())
    build_data(raw, made)
    names = {path.name for path in data.iterdir()}
    assert {path.name for path in made.iterdir()} == names
    differing = [name for name in names if (made / name).read_bytes() != (data / name).read_bytes()]
    assert differing == []
