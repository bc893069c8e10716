"""Frontiers and fronts on the whole of Sweden, and the command as a user calls it."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

import siting.cli.studies
import siting.common.package
from siting.common.errors import InputError
from siting.pipeline.steps import Frontier, read_over
from siting.report.formats.terminal import print_document
from siting.results.result import Result
from siting.results.write import write_result
from siting.scenario.file import find_scenario, read_scenario
from siting.studies.frontier.page import tell_frontier
from siting.studies.frontier.study import Tradeoff, frontier, read_tradeoff
from tests.support.pages import lines, lines_of


def shown(study: Result) -> str:
    stream = io.StringIO()
    print_document(tell_frontier(study), Console(file=stream, width=100))
    return stream.getvalue()


def at(study: Result, step: float) -> "pd.Series[Any]":
    table = study.tables["frontier"]
    return table[table["step"] == step].iloc[0]


@pytest.fixture(scope="module")
def steps() -> Result:
    file = read_scenario(find_scenario("remaining_offices"))
    return frontier(file, Frontier("new_offices", (3, 28, 29)), progress=lambda _: None)


def test_the_page_in_docs_shows_these_steps(steps: Result) -> None:
    page = lines_of("frontier")
    lost = "29: Bengtsfors; instead Billingsfors (Bengtsfors), Årjäng."
    found = lines(shown(steps))
    assert "3 impossible" in found
    assert lost in found
    assert lost in page
    assert next(line for line in found if line.startswith("29 29")) in page, "make docs-output"


def test_the_steps_are_told_in_swedish_too(steps: Result) -> None:
    stream = io.StringIO()
    print_document(tell_frontier(steps, "sv"), Console(file=stream, width=100))
    assert "Det bästa med högst så många nya kontor" in stream.getvalue()
    assert "bevisat" in stream.getvalue()


def test_a_step_says_which_earlier_picks_it_gives_up(steps: Result) -> None:
    before, after = (set(at(steps, step)["sites"].split(";")) for step in (28, 29))
    assert not at(steps, 29)["nested"]
    assert set(at(steps, 29)["dropped"].split(";")) == before - after
    assert steps.manifest["proved"]
    assert at(steps, 3)["clash"]


@pytest.mark.long
def test_more_money_is_never_worse_and_the_number_is_lifted() -> None:
    file = read_scenario(find_scenario("announced_only"))
    study = frontier(file, Frontier("annual_budget", (7.0, 12.5)), progress=lambda _: None)
    table = study.tables["frontier"]
    assert at(study, 12.5)["mean"] < at(study, 7)["mean"]
    assert (table["annual_cost_msek"] <= table["step"]).all()
    assert at(study, 12.5)["new_offices"] > 4
    kept = frontier(file, Frontier("annual_budget", (12.5,), keep=True), progress=lambda _: None)
    assert kept.tables["frontier"]["new_offices"].max() == 4


def test_the_best_mean_has_the_shortest_longest_way_as_the_page_says(tmp_path: Path) -> None:
    file = read_scenario(find_scenario("remaining_offices"))
    study = frontier(file, Tradeoff("worst"), progress=lambda _: None)
    text = shown(study)
    assert set(lines(text)) <= lines_of("frontier"), "make docs-output"
    point = study.tables["frontier"].iloc[1]
    assert point["second"] == pytest.approx(point["max"])
    assert point["objective"] == pytest.approx(point["mean"])
    folder = write_result(study, tmp_path)
    siting.cli.studies.draw_if_possible(study, folder)
    first = (folder / "frontier.svg").read_bytes()
    siting.cli.studies.draw_if_possible(study, folder)
    assert (folder / "frontier.svg").read_bytes() == first
    assert (folder / "frontier.png").stat().st_size > 1000


@pytest.mark.long
def test_a_sample_trades_the_mean_for_people_within() -> None:
    file = read_scenario(find_scenario("announced_only"), ["limits.new_offices_max=6"])
    study = frontier(file, Tradeoff("coverage", 45, 3), progress=lambda _: None)
    table = study.tables["frontier"]
    assert study.manifest["sample"]
    assert table["efficient"].iloc[1:].all()
    assert (np.diff(table["objective"].iloc[1:]) > 0).all()
    assert (np.diff(table["second"]) < 0).all()
    people = study.manifest["people"]
    assert (1 - table["second"] / people).tolist() == pytest.approx(table["share45"].tolist())
    assert "a sample of the front" in shown(study)


def test_what_cannot_be_traded_is_refused() -> None:
    file = read_scenario(find_scenario("targets_norway"))
    with pytest.raises(InputError, match=r"objective\.kind"):
        frontier(file, Tradeoff("worst"), progress=lambda _: None)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("new_offices=4..7", (4, 5, 6, 7)),
        ("new_offices=4..10..3", (4, 7, 10)),
        ("annual_budget=20..21..0.5", (20, 20.5, 21)),
        ("annual_budget=20,55.5", (20, 55.5)),
    ],
)
def test_a_range_of_a_limit_is_read(text: str, values: tuple[float, ...]) -> None:
    assert read_over(text) == Frontier(text.partition("=")[0], values)


@pytest.mark.parametrize(
    "text",
    ["4..40", "offices=4..40", "new_offices=4..5..0.5", "new_offices=0..3", "annual_budget=a",
     "annual_budget=30,20", "annual_budget=20..inf", "annual_budget=1..2..0", "new_offices="],
)  # fmt: skip
def test_what_is_no_range_of_a_limit_is_a_fault(text: str) -> None:
    with pytest.raises(InputError) as caught:
        read_over(text)
    assert caught.value.faults[0].key == "--over"


def test_what_is_no_pair_of_aims_is_a_fault() -> None:
    assert read_tradeoff("mean,coverage", 30, 5) == Tradeoff("coverage", 30, 5)
    with pytest.raises(InputError, match="mean,worst"):
        read_tradeoff("worst,mean", None, None)
    with pytest.raises(InputError, match="--within"):
        read_tradeoff("mean,worst", 30, None)


def test_one_of_the_two_questions_must_be_asked() -> None:
    with pytest.raises(InputError, match="--over, --tradeoff"):
        siting.cli.studies.frontier("announced_only")
    with pytest.raises(InputError, match="--over, --tradeoff"):
        siting.cli.studies.frontier(
            "announced_only", over="new_offices=4..5", tradeoff="mean,worst"
        )


def test_without_the_extra_a_line_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(siting.common.package, "find_spec", lambda _: None)
    siting.cli.studies.draw_if_possible(
        Result("x", "frontier", {}, {"frontier": pd.DataFrame()}), tmp_path
    )
    assert "No picture was drawn." in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
