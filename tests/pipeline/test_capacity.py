"""Offices that fill up, from the tables of a scenario to what is told of people."""

from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from siting.common.errors import InfeasibleError, InputError
from siting.common.package import data_folder
from siting.pipeline.prepare import prepare
from siting.pipeline.run import run
from siting.report.briefing import read_background, write_up
from siting.report.document import Document
from siting.report.formats.terminal import print_document
from siting.report.summary import summary
from siting.results.result import Result, read_result
from siting.results.write import write_result
from siting.scenario.file import read_scenario
from siting.studies.frontier.study import frontier

TABLES = {
    "regions.csv": "municipality_code,municipality\n01,Alpha\n02,Beta\n",
    "demand.csv": (
        "id,lon,lat,people,municipality_code\n"
        "d1,15.0,60.0,500,01\nd2,15.3,60.0,300,01\nd3,15.6,60.0,200,02\nd4,15.9,60.0,100,02\n"
    ),
    "offices.csv": (
        "office_id,office,municipality_code,lon,lat,capacity\n"
        "o,Office,01,14.5,60.0,350\np,Post,02,15.9,60.1,\n"
    ),
    "candidates.csv": (
        "id,name,lon,lat,municipality_code,staff,annual_cost_msek,capacity\n"
        "c1,One,15.05,60.0,01,2,1,400\nc2,Two,15.35,60.0,01,2,1,\n"
    ),
    "times.csv": (
        "from,to,minutes\n"
        "d1,o,30\nd2,o,45\nd3,o,50\nd4,o,inf\nd1,p,90\nd2,p,80\nd3,p,70\nd4,p,inf\n"
        "d1,c1,4\nd2,c1,16\nd3,c1,30\nd4,c1,inf\nd1,c2,21\nd2,c2,5\nd3,c2,14\nd4,c2,inf\n"
    ),
    "s.toml": (
        '[scenario]\ntitle = "t"\ntitle_sv = "t"\nauthor = "t"\ndate = 2026-01-01\nsource = "s"\n'
        'rationale = "r"\nrationale_sv = "r"\n'
        '[regions]\nfile = "regions.csv"\n[demand]\nfile = "demand.csv"\n'
        '[offices]\nexisting = "offices.csv"\n[candidates]\nfile = "candidates.csv"\n'
        '[travel_times]\nfile = "times.csv"\n[limits]\nnew_offices_max = 1\n'
        '[objective]\nkind = "coverage"\nwithin_minutes = 20\n'
        "[capacity]\nexisting_people = 50\n"
    ),
}


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    for name, text in TABLES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path / "s.toml"


def ran(scenario: Path, *overrides: str) -> Result:
    return run(read_scenario(scenario, overrides), progress=lambda _: None)


def as_text(document: Document, width: int) -> str:
    console = Console(file=StringIO(), width=width)
    print_document(document, console)
    assert isinstance(console.file, StringIO)
    return " ".join(console.file.getvalue().split())


def change(scenario: Path, name: str, old: str, new: str) -> None:
    path = scenario.with_name(name)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_column_goes_before_what_the_scenario_says_of_all(scenario: Path) -> None:
    problem = prepare(read_scenario(scenario), progress=lambda _: None)
    assert problem.limits.capacity == {"o": 350.0, "p": 50.0, "c1": 400.0}
    assert not problem.limits.single_source
    overrides = ["capacity.new_people=70", "capacity.single_source=true"]
    problem = prepare(read_scenario(scenario, overrides), progress=lambda _: None)
    assert problem.limits.capacity == {"o": 350.0, "p": 50.0, "c1": 400.0, "c2": 70.0}
    assert problem.limits.single_source


def test_people_served_without_room_and_out_of_reach_are_told(
    scenario: Path, tmp_path: Path
) -> None:
    result = ran(scenario, "candidates.exclude=['c2']")
    # One takes 400 within 20 minutes; Office takes 350 more, Post 50; 100 reach nothing.
    assert result.manifest["objective"] == 400
    table = result.tables["capacity"].set_index("municipality")
    assert table.loc["Beta", "out_of_reach"] == 100
    assert table["people"].tolist() == [800, 300]
    assert result.manifest["served"] == {
        "people": 1100, "served": 800, "without_room": 200, "out_of_reach": 100,
    }  # fmt: skip
    parts = table[["served", "without_room", "out_of_reach"]].sum(axis=1)
    assert (parts == table["people"]).all()
    assert result.manifest["not_counted"] == 300
    assert result.tables["offices"]["people_nearest"].sum() == 800
    folder = write_result(result, tmp_path / "results")
    back = read_result(folder)
    assert back.tables["capacity"].equals(result.tables["capacity"])
    background = read_background(data_folder(None))
    for language, said in (("en", "200 find no room"), ("sv", "200 får inte plats")):
        assert said in as_text(summary(back, folder, language), width=100)
        text = as_text(write_up(back, background, language), width=100)
        assert said in text
        assert "Beta" in text


def test_everyone_is_served_where_there_is_room(scenario: Path) -> None:
    result = ran(scenario, "capacity.existing_people=none", "objective.within_minutes=20")
    assert result.manifest["served"]["without_room"] == 0
    assert result.manifest["served"]["out_of_reach"] == 100
    assert np.isfinite(result.tables["access"]["after"]).all()


def test_too_little_room_for_all_is_a_clash(scenario: Path) -> None:
    change(scenario, "times.csv", "d4,c1,inf", "d4,c1,40")
    asked = ['objective.kind="mean"', "objective.within_minutes=none", "candidates.exclude=['c2']"]
    with pytest.raises(InfeasibleError) as caught:
        ran(scenario, *asked)
    assert "capacity" in {each.key for each in caught.value.clash}


def test_nobody_is_split_where_that_is_asked_for(scenario: Path) -> None:
    result = ran(scenario, "capacity.single_source=true", "candidates.exclude=['c2']")
    # The 500 of d1 find room nowhere; One takes the 300 of d2, Office the 200 of d3.
    assert result.manifest["objective"] == 300
    assert result.manifest["served"]["served"] == 500
    assert result.manifest["served"]["without_room"] == 500


@pytest.mark.parametrize("table", ["offices.csv", "candidates.csv"])
@pytest.mark.parametrize("wrong", ["-1", "many", "1e400"])
def test_a_capacity_that_is_none_is_told_with_its_cell(
    scenario: Path, table: str, wrong: str
) -> None:
    old = "60.0,350\n" if table == "offices.csv" else "2,1,400\n"
    change(scenario, table, old, f"{old.rpartition(',')[0]},{wrong}\n")
    with pytest.raises(InputError, match=r"row 2, column capacity") as caught:
        ran(scenario)
    assert table in str(caught.value)


def test_kinds_and_a_column_for_the_candidates_are_refused(scenario: Path) -> None:
    with pytest.raises(InputError, match=r"office_types\.use.*column capacity"):
        ran(scenario, "office_types.use=['small']")


def test_studies_that_carry_no_capacity_over_refuse_the_column(scenario: Path) -> None:
    change(scenario, "s.toml", "[capacity]\nexisting_people = 50\n", "")
    with pytest.raises(InputError, match="offices that fill up"):
        frontier(scenario, "mean,worst", progress=lambda _: None)
