"""Roads that were reported to be read wrongly with other tools, from the map to the answer."""

import logging
import os
import shutil
from pathlib import Path

import pytest

from siting.common.package import data_folder
from siting.network.osm.build import build_from_file, save_network
from siting.network.speeds import read_speeds
from siting.pipeline.run import run
from siting.results.result import Result

SHARED = Path(os.environ.get("SITING_SHARED", Path(__file__).parents[3] / "shared"))


def _run(name: str, folder: Path) -> tuple[Result, str]:
    case = SHARED / "cases" / name
    if not case.is_dir():
        pytest.skip(f"needs {case}")
    place = Path(shutil.copytree(case, folder / "case"))
    notes = ""
    if (place / "roads.osm").exists():
        built = build_from_file(place / "roads.osm", "drive")
        save_network(built, place / "roads.parquet", read_speeds(data_folder()))
        notes = built.about["notes"]
    return run(place / "s.toml", progress=lambda _: None), notes


@pytest.mark.parametrize(
    ("name", "office", "minutes", "notes"),
    [
        ("01-barrier", "Open road", 16.0, "barriers that cut a way: 1 bollard"),
        ("07-directional-access", "By road", 8.0, "none"),
        ("07b-oneway-mv", "By road", 8.0, "none"),
        ("10-maxspeed", "By road", 7.4, "speed limits ignored: 1 5000"),
        ("13-graphml-duration", "By road", 8.0, ""),
        ("17-josm-deleted", "By road", 8.0, "none"),
    ],
)
def test_cases_that_were_reported(
    tmp_path: Path, name: str, office: str, minutes: float, notes: str
) -> None:
    result, told = _run(name, tmp_path)
    assert told == notes
    assert result.tables["sites"]["locality"].tolist() == [office]
    mean = result.tables["municipalities"]["mean_after"].item()
    assert mean == pytest.approx(minutes, abs=0.05)


def test_a_ferry_for_vehicles_and_people_takes_cars(tmp_path: Path) -> None:
    result, _ = _run("05-ferry-vehicle", tmp_path)
    trips = result.tables["assignment"].set_index("demand_id")
    assert trips.loc["isle", "office_after"] == "quay"
    assert trips.loc["isle", "minutes_after"] == pytest.approx(37.1, abs=0.05)


def test_ids_below_zero_are_read(tmp_path: Path) -> None:
    result, notes = _run("11-negative-ids", tmp_path)
    assert notes == "none"
    assert result.tables["sites"]["locality"].tolist() == ["East"]


def test_turn_bans_are_told_by_the_build_and_the_run(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "siting"):
        _, notes = _run("08-turn", tmp_path)
    assert notes == "turn bans not kept: 1 no_left_turn"
    assert [notes in line for line in caplog.messages] == [True]


def test_links_for_no_car_are_told_in_the_run(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _run("13-graphml-duration", tmp_path)
    place = tmp_path / "case"
    graph = (place / "roads.graphml").read_text()
    (place / "roads.graphml").write_text(graph.replace(">unclassified<", ">cycleway<"))
    text = (place / "roads.graphml").read_text()
    (place / "roads.graphml").write_text(text.replace('"d10">ferry<', '"d10">bicycle<'))
    with caplog.at_level(logging.WARNING, "siting"):
        result = run(place / "s.toml", progress=lambda _: None)
    assert result.tables["sites"]["locality"].tolist() == ["By road"]
    (line,) = caplog.messages
    assert "links left out as no car may drive them: 2 cycleway" in line
