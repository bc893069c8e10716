"""The figures of the page are those of the result's tables."""

import json
import re
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from siting.report.explorer.page import NATION, explorer_page, payload
from siting.report.maps.sweden import outlines
from siting.results.measures import MEASURES
from siting.results.result import Result

SIX_MEGABYTES = 6_000_000
NASTY = ['</script><b>&"', "=1+1", "+1", "-1", "@a", "x" * 80, "<!--", "/*SCRIPT*/ /*DATA*/", "NA"]


def _data(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    content: dict[str, Any] = json.loads(found[1])
    return content


@pytest.fixture(scope="module")
def content(stepped: Result) -> dict[str, Any]:
    return payload(stepped, outlines(), {})


def test_the_steps_carry_the_figures_of_the_frontier(
    stepped: Result, content: dict[str, Any]
) -> None:
    table = stepped.tables["frontier"].set_index("step")
    assert (
        [step["number"] for step in content["steps"]] == table.index.tolist() == [0, 2, 3, 4, 5, 6]
    )
    for step in content["steps"]:
        row = table.loc[step["number"]]
        assert (step["status"], step["reason"]) == (row["status"], row["reason"])
        if step["status"] != "infeasible":
            assert step["nation"] == [round(row[name], digits) for name, digits in NATION.items()]
            assert step["new"] == row["new_offices"]
            assert ";".join(step["closed"]) == row["closed"]
            assert step["cost"] == pytest.approx(row["annual_cost_msek"], abs=0.05)


def test_the_steps_carry_their_offices_and_municipalities(
    stepped: Result, content: dict[str, Any]
) -> None:
    offices = stepped.tables["frontier_sites"]
    regions = stepped.tables["frontier_municipalities"]
    for step in content["steps"]:
        here = offices[offices["step"] == step["number"]]
        if step["status"] == "infeasible":
            assert here.empty
            continue
        assert [site[1] for site in step["sites"]] == here["locality"].tolist()
        assert [site[7] for site in step["sites"]] == here["people_nearest"].tolist()
        means = regions.loc[regions["step"] == step["number"], "mean_after"]
        assert step["regions"]["mean"] == means.round(1).tolist()


def test_the_own_answer_and_the_present_are_those_of_the_tables(
    stepped: Result, content: dict[str, Any]
) -> None:
    table = stepped.tables["municipalities"]
    assert content["present"]["regions"]["mean"] == table["mean_before"].round(1).tolist()
    assert content["own"]["regions"]["share30"] == table["share30_after"].round(3).tolist()
    change = (table["mean_after"] - table["mean_before"]).round(1)
    assert content["own"]["regions"]["change"] == change.tolist()
    assert content["own"]["cost"] == pytest.approx(
        stepped.tables["sites"]["annual_cost_msek"].sum()
    )


def test_a_step_below_the_number_forced_says_what_clashes(content: dict[str, Any]) -> None:
    impossible = [step for step in content["steps"] if step["status"] == "infeasible"]
    assert [step["number"] for step in impossible] == [2, 3]
    assert all(set(step["clash"]) == {"new_offices_max", "offices.open"} for step in impossible)


def test_a_step_names_the_offices_that_close(stepped: Result) -> None:
    frontier = stepped.tables["frontier"].copy()
    codes = [row[2] for row in payload(stepped, outlines(), {})["offices"]]
    frontier.loc[frontier["step"] == 5, "closed"] = ";".join(codes[:2])
    tables = {**stepped.tables, "frontier": frontier}
    steps = payload(replace(stepped, tables=tables), outlines(), {})["steps"]
    assert [step.get("closed", []) for step in steps] == [[], [], [], [], codes[:2], []]


def test_the_page_is_small_and_the_same_every_time(stepped: Result) -> None:
    page = explorer_page(stepped, {})
    assert len(page.encode()) < SIX_MEGABYTES
    assert page == explorer_page(stepped, {})


def test_a_run_without_a_frontier_has_a_page_too(stepped: Result) -> None:
    tables = {name: t for name, t in stepped.tables.items() if not name.startswith("frontier")}
    assert _data(explorer_page(replace(stepped, tables=tables), {}))["steps"] == []


def test_names_stay_names(stepped: Result) -> None:
    def renamed(table: pd.DataFrame, column: str) -> pd.DataFrame:
        names = (NASTY * len(table))[: len(table)]
        return table.assign(**{column: names})

    tables = {
        **stepped.tables,
        "municipalities": renamed(stepped.tables["municipalities"], "municipality"),
        "sites": renamed(stepped.tables["sites"], "locality"),
    }
    page = explorer_page(replace(stepped, name=NASTY[0], tables=tables), {})
    assert page.count("</script>") == explorer_page(stepped, {}).count("</script>")
    content = _data(page)
    assert [row[1] for row in content["municipalities"][: len(NASTY)]] == NASTY
    assert content["name"] == NASTY[0]


def test_every_municipality_is_drawn_where_it_lies() -> None:
    drawing = outlines()
    assert len(drawing.municipalities) == 290
    stockholm = drawing.locate(pd.DataFrame({"lon": [18.06871], "lat": [59.32938]}))
    ((x, y),) = stockholm[["x", "y"]].to_numpy().tolist()
    east, north = drawing.left + 100 * x, drawing.top - 100 * y
    # Stockholm in SWEREF 99 TM, from its longitude and latitude.
    assert east == pytest.approx(674_600, abs=300)
    assert north == pytest.approx(6_580_900, abs=300)
    numbers = [
        int(number) for number in re.findall(r"M(\d+) (\d+)", drawing.municipalities["0180"])[0]
    ]
    assert abs(numbers[0] - x) < 200
    assert abs(numbers[1] - y) < 200


def test_the_page_is_handed_its_measures_with_their_decimals(content: dict[str, Any]) -> None:
    assert {name for name, _, _ in content["measures"]} == set(MEASURES)
    for name, digits, is_share in content["measures"]:
        assert (digits, is_share) == (MEASURES[name].digits, MEASURES[name].unit == "share")
        assert NATION[name] == digits + 2 * is_share
