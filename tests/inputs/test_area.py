"""Scenarios that look at a part of the country."""

import io
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from siting.common.errors import InputError
from siting.common.package import data_folder
from siting.pipeline.prepare import check, prepare
from siting.pipeline.run import run
from siting.report.briefing import read_background, write_up
from siting.report.formats.terminal import print_document
from siting.report.summary import summary
from siting.scenario.file import find_scenario, read_scenario
from tests.support.times import every_time

DALARNA = 'area.counties=["Dalarnas län"]'
PLAIN = ("offices.open=[]", "limits.fa_region_guarantee=false", "limits.new_offices_max=3")


def _silent(_: str) -> None:
    """Say nothing."""


def test_people_and_candidates_outside_are_left_out_and_offices_are_not() -> None:
    file = read_scenario(find_scenario("remaining_offices"), [DALARNA, *PLAIN])
    problem = prepare(file, progress=_silent)
    inputs = problem.inputs
    assert set(inputs.demand["municipality_code"].str[:2]) == {"20"}
    assert set(inputs.candidates["municipality_code"].str[:2]) == {"20"}
    assert len(inputs.offices) == 113
    own = inputs.offices["municipality_code"].str[:2] == "20"
    times = every_time(problem)[:, : len(inputs.offices)]
    # For some in Dalarna the nearest office lies outside the county.
    assert (times[:, ~own].min(axis=1) < times[:, own].min(axis=1)).any()


def test_an_answer_for_a_county() -> None:
    file = read_scenario(find_scenario("remaining_offices"), [DALARNA, *PLAIN])
    result = run(file, progress=_silent)
    assert result.manifest["status"] == "optimal"
    sites = result.tables["sites"]
    assert 0 < len(sites) <= 3
    assert set(sites["municipality_code"].str[:2]) == {"20"}
    municipalities = result.tables["municipalities"]
    assert len(municipalities) == 15
    assert (
        municipalities["population"].sum()
        == prepare(file, progress=_silent).inputs.demand["people"].sum()
    )


def test_the_words_are_about_the_area() -> None:
    file = read_scenario(find_scenario("remaining_offices"), [DALARNA, *PLAIN])
    result = run(file, progress=_silent)
    console = Console(file=io.StringIO(), width=100, highlight=False)
    print_document(summary(result, Path("folder")), console)
    page = str(console.file.getvalue()) if isinstance(console.file, io.StringIO) else ""
    assert "minutes by which the mean\nof the area rises" in page
    assert "national" not in page
    background = read_background(data_folder())
    for language, words in {
        "en": ("The whole area", "the mean travel time of the area rises"),
        "sv": ("Hela området", "medelrestiden i området stiger"),
    }.items():
        said = str(write_up(result, background, language))
        assert all(word in said for word in words)
        assert "national mean" not in said
        assert "medelrestiden i landet" not in said


def test_names_codes_and_counties_add_up() -> None:
    wanted = ['area.municipalities=["Mora", "2029"]', 'area.counties=["09"]']
    file = read_scenario(find_scenario("remaining_offices"), [*wanted, *PLAIN])
    inputs = prepare(file, progress=_silent).inputs
    assert np.unique(inputs.demand["municipality_code"]).tolist() == ["0980", "2029", "2062"]


def test_unknown_names_are_answered_with_near_ones() -> None:
    wanted = ['area.municipalities=["Moora"]', 'area.counties=["Dalarna lan"]']
    with pytest.raises(InputError) as caught:
        check(read_scenario(find_scenario("remaining_offices"), wanted))
    assert {fault.key for fault in caught.value.faults} == {"area.municipalities", "area.counties"}
    assert "Mora" in str(caught.value)
    assert "Dalarnas län" in str(caught.value)


def test_a_forced_office_outside_is_an_error() -> None:
    file = read_scenario(find_scenario("remaining_offices"), [DALARNA])
    with pytest.raises(InputError) as caught:
        check(file)
    # Of the four announced only Vansbro lies in Dalarna.
    assert {fault.value for fault in caught.value.faults} == {"Storuman", "Torsby", "Åsele"}
