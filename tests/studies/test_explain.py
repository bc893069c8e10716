import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from siting.common.errors import InputError
from siting.report.formats.terminal import print_document
from siting.results.result import Result
from siting.studies.explain import explain, tell_explanation
from tests.support.pages import lines, lines_of

SCENARIO = ("announced_only", "limits.new_offices_max=6")


@pytest.fixture(scope="module")
def result(solved: Callable[..., Result]) -> Result:
    return solved(*SCENARIO)


def told(result: Result, site: str) -> tuple[Result, str]:
    study = explain(result, site, folder=Path(), progress=lambda _: None)
    stream = io.StringIO()
    print_document(tell_explanation(study), Console(file=stream, width=120))
    return study, stream.getvalue()


@pytest.mark.long
def test_a_pick_is_worth_what_the_answer_without_it_loses(result: Result) -> None:
    picks = result.tables["sites"]
    pick = picks[~picks["forced"]].iloc[0]
    study, shown = told(result, pick["locality_code"])
    figures = study.manifest
    assert figures["open"]
    assert figures["objective"] == pytest.approx(result.manifest["objective"])
    # Without it another place may open, so it costs no more than leaving it out alone.
    assert 0 < figures["other_way_worse_by"] <= pick["loss_if_left_out_minutes"] + 1e-9
    people = study.tables["people"]
    saved = people["person_minutes"].sum() / 10_327_589
    assert saved == pytest.approx(figures["other_way_worse_by"], abs=1e-9)
    assert f"{pick['locality']} ({pick['municipality']}) is open." in shown
    limits = study.tables["limits"].set_index(["name", "change"])
    assert limits["gain"].loc[[("new_offices_max", "one more")]].item() > 0


@pytest.mark.long
def test_a_place_left_out_names_what_it_would_displace(result: Result) -> None:
    study, shown = told(result, "Kumla")
    assert not study.manifest["open"]
    changes = study.tables["changes"].set_index("change")["place"]
    assert changes["opens"] == "Kumla"
    assert changes["shuts"] in set(result.tables["sites"]["locality"])
    assert "Then would not open: " in shown


@pytest.mark.long
def test_a_new_office_where_one_stands_already_is_told_from_it(result: Result) -> None:
    study, shown = told(result, "Norrtälje")
    assert study.manifest["offices_there"] == ["o012"]
    assert shown.startswith(
        "There is an office of today in Norrtälje already (o012); this is about a new one.\n"
        "Norrtälje (Norrtälje) is not open.\n"
    )
    study, shown = told(result, "o012")
    assert study.manifest["offices_there"] == []
    assert shown.startswith("Norrtälje (Norrtälje) is open.\n")


@pytest.mark.long
def test_a_place_that_must_be_open_says_which_limit_holds_it(result: Result) -> None:
    study, shown = told(result, "Storuman")
    assert study.manifest["other_way_worse_by"] is None
    assert "Storuman is shut; limits.fa_region_guarantee: at least one office" in shown


def test_an_unknown_place_and_a_changed_result_are_refused(result: Result) -> None:
    with pytest.raises(InputError, match="Did you mean Gislaved"):
        told(result, "Gislavd")
    picks = result.tables["sites"]
    changed = replace(result, tables={**result.tables, "sites": picks.iloc[1:]})
    with pytest.raises(InputError, match="Run the scenario again"):
        told(changed, "Gislaved")


def test_the_page_in_docs_shows_this_output(shipped: Callable[[str], Result]) -> None:
    _, shown = told(shipped("remaining_offices"), "Kumla")
    assert set(lines(shown)) <= lines_of("explain"), "make docs-output"
