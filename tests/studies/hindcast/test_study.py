"""The hindcast on the whole of Sweden, reproduced from its assignment tables alone."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from siting.pipeline.prepare import prepare
from siting.pipeline.problem import Problem
from siting.report.formats.terminal import print_document
from siting.results.result import Result
from siting.results.write import write_result
from siting.scenario.file import find_scenario, read_scenario
from siting.studies.hindcast.page import tell_hindcast
from siting.studies.hindcast.study import hindcast
from tests.support.pages import lines, lines_of
from tests.support.times import every_time

pytestmark = pytest.mark.long  # every round of decisions, for the nation

MONTHS = ("2020-06", "2021-05", "2025-04")
SIDES = ("before", "real", "best")


@pytest.fixture(scope="module")
def study() -> Result:
    file = read_scenario(find_scenario("remaining_offices"))
    return hindcast(file, draws=1, progress=lambda _: None)


@pytest.fixture(scope="module")
def problem(study: Result) -> Problem:
    """The travel times, which the study has left in the cache."""
    file = read_scenario(find_scenario(study.manifest["name"]))
    return prepare(file, progress=lambda _: None)


@pytest.fixture(params=MONTHS)
def month(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def of(study: Result, table: str, month: str) -> pd.DataFrame:
    found = study.tables[table]
    return found[found["month"] == month]


def test_measures_are_those_of_the_assignment_table(study: Result, month: str) -> None:
    people = of(study, "assignment", month)
    assert people["weight"].sum() == 10_327_589
    share = people["weight"].to_numpy() / people["weight"].sum()
    before = people["minutes_before"].to_numpy()
    kappa = -(share @ before) / (share @ before**2)
    measures = of(study, "measures", month).set_index("measure")
    for side in SIDES:
        times = people[f"minutes_{side}"].to_numpy()
        own = {
            "mean": share @ times,
            "max": times.max(),
            "ede": -np.log(share @ np.exp(-kappa * times)) / kappa,
            **{f"share{limit}": share[times <= limit].sum() for limit in (30, 45, 60)},
        }
        for name, value in own.items():
            assert measures.loc[name, side] == pytest.approx(value, rel=1e-9), (name, side)


def test_what_was_reached_is_that_of_the_assignment_table(study: Result, month: str) -> None:
    people = of(study, "assignment", month)
    mean = {s: np.average(people[f"minutes_{s}"], weights=people["weight"]) for s in SIDES}
    summary = of(study, "rounds", month).iloc[0]
    real, best = mean["real"] - mean["before"], mean["best"] - mean["before"]
    assert best <= real + 1e-12
    assert summary["real"] == pytest.approx(real)
    assert summary["possible"] == pytest.approx(best)
    expected = real / best if summary["kind"] == "open" else best / real
    assert summary["reached"] == pytest.approx(expected)
    assert summary["overlap_expected"] == pytest.approx(
        summary["number"] ** 2 / summary["eligible"]
    )


def test_the_choices_are_those_that_the_assignment_tables_show(study: Result, month: str) -> None:
    """The offices that appear, or are gone, between the columns of the assignment table."""
    people = of(study, "assignment", month)
    seen = {side: set(people[f"office_{side}"]) for side in SIDES}
    choices, summary = of(study, "choices", month), of(study, "rounds", month).iloc[0]
    for side, by in (("real", "government"), ("best", "model")):
        assert choices["chosen_by"].isin(["both", by]).sum() == summary["number"]
        gained = len(seen[side] - seen["before"])
        lost = len(seen["before"] - seen[side])
        assert (gained if summary["kind"] == "open" else lost) == summary["number"]
    assert (choices["chosen_by"] == "both").sum() == summary["overlap"]


def test_a_choice_is_worth_what_the_mean_changes_without_it(
    study: Result, month: str, problem: Problem
) -> None:
    """From the travel times and the offices that the assignment table shows, and nothing else."""
    people = of(study, "assignment", month)
    codes, minutes = problem.sites["code"].to_numpy(), every_time(problem)
    choices = of(study, "choices", month).set_index("municipality_code")
    place = dict(zip(codes, problem.sites["municipality_code"], strict=True))
    before = set(people["office_before"])
    opens = of(study, "rounds", month)["kind"].item() == "open"
    for side in ("real", "best"):
        # An old office may be nobody's nearest beside a new one, and is open all the same.
        after = set(people[f"office_{side}"]) | (before if opens else set())
        for code in before ^ after:
            without = np.isin(codes, list(after ^ {code}))
            times = minutes[:, without].min(axis=1)
            rise = np.average(times - people[f"minutes_{side}"], weights=people["weight"])
            worth = choices.loc[place[code], f"{side}_worth"]
            assert worth == pytest.approx(abs(rise), abs=1e-9), (side, code)


def test_the_other_way_costs_no_more_than_the_real_choice(study: Result) -> None:
    """With one office ordered, its worth is the whole gain."""
    choices = of(study, "choices", "2020-06").set_index("chosen_by")
    summary = of(study, "rounds", "2020-06").iloc[0]
    assert choices.loc["government", "municipality"] == "Ulricehamn"
    assert choices.loc["government", "real_worth"] == pytest.approx(-summary["real"])
    rise = summary["real"] - summary["possible"]
    assert choices.loc["government", "other_way_minutes"] <= rise + 1e-12


def test_rounds_have_the_numbers_of_the_decisions(study: Result) -> None:
    rounds = study.tables["rounds"].set_index("month")
    assert rounds["number"].tolist() == [1, 17, 9]
    assert study.tables["not_scored"]["month"].value_counts().to_dict() == {
        "2020-06": 3,
        "2021-05": 11,
        "2025-04": 2,
    }
    assert (rounds["reached"].between(0, 1)).all()


def test_without_the_rule_fewer_places_are_left_to_be_scored(study: Result) -> None:
    ranges = study.tables["ranges"]
    second = ranges[ranges["month"] == "2021-05"]
    ruled, free = second[second["rule"]], second[~second["rule"]]
    assert second["draws"].tolist() == [1, 1]
    # With the rule, no drawn table has an office in any of the 17 municipalities.
    assert ruled["number_min"].item() >= 17
    assert free["number_min"].item() <= 17
    assert (second["overlap_max"] <= second["number_max"]).all()


def test_near_misses_are_cheap_and_never_shared(study: Result) -> None:
    choices = study.tables["choices"]
    near = choices[choices["near_miss"]]
    assert 0 < len(near) < len(choices)
    assert (near["chosen_by"] != "both").all()
    assert (choices["other_way_minutes"] >= -1e-9).all()


def test_counties_are_never_better_than_their_best(study: Result) -> None:
    counties = study.tables["counties"]
    assert len(counties) == 21
    assert counties["offices"].sum() == 113
    assert (counties["distance_minutes"] >= 0).all()
    assert counties["distance_minutes"].max() > 1


def test_the_page_says_what_it_is_not(study: Result, tmp_path: Path) -> None:
    stream = io.StringIO()
    print_document(tell_hindcast(study), Console(file=stream, width=100))
    shown = stream.getvalue()
    assert "Travel time was not the only motive" in shown
    assert "The overlap is no evidence" in shown
    assert "Ulricehamn" in shown
    folder = write_result(study, tmp_path)
    files = {path.name for path in folder.iterdir()}
    assert files == {
        "manifest.json", "run.json", "assignment.parquet",
        "rounds.csv", "ranges.csv", "measures.csv", "choices.csv", "not_scored.csv", "counties.csv",
    }  # fmt: skip
    rounds = pd.read_csv(folder / "rounds.csv")
    assert rounds["number"].tolist() == [1, 17, 9]


def test_the_page_in_docs_shows_this_output(study: Result) -> None:
    """But for the ranges, which take more draws than a test can."""
    stream = io.StringIO()
    tables = {name: table for name, table in study.tables.items() if name != "ranges"}
    print_document(tell_hindcast(replace(study, tables=tables)), Console(file=stream, width=100))
    missing = [line for line in lines(stream.getvalue()) if line not in lines_of("hindcast")]
    assert not missing, "make docs-output"
