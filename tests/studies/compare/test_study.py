"""Runs side by side: figures, differences, and what cannot be compared."""

from dataclasses import replace

import pandas as pd
import pytest

from siting.common.errors import InputError, InterruptError
from siting.results.result import Result
from siting.studies.compare.study import compare


def _run(name: str, mean: float, picks: dict[str, int], **limits: object) -> Result:
    manifest = {
        "inputs": {"demand.csv": "d" * 64, "municipalities.csv": "m" * 64},
        "network_fingerprint": "n" * 64,
        "scenario": {
            "scenario": {"title": name, "rationale": name},
            "demand": {"weight": "population"},
            "limits": limits,
            "offices": {"open": ["Åsele", "Torsby"] if limits else []},
            "phases": [{"name": "one", "years": 2.0}, {"name": name}] if limits else [],
        },
    }
    sites = pd.DataFrame(
        {
            "rank": list(picks.values()),
            "locality_code": list(picks),
            "locality": [f"place {code}" for code in picks],
            "municipality": "Ort",
            "fa_region": "Region",
            "annual_cost_msek": 1.4,
        }
    )
    measures = pd.DataFrame({"measure": ["mean"], "before": [20.0], "after": [mean]})
    people = pd.DataFrame(
        {"demand_id": ["1", "2", "3"], "people": [5, 10, 20], "minutes_after": [9.0, mean, 30.0]}
    )
    regions = {
        table: pd.DataFrame({code: ["1"], label: ["Ett"], "population": [35], "mean_after": [mean]})
        for table, code, label in (
            ("counties", "county_code", "county"),
            ("fa_regions", "fa_code", "fa_region"),
            ("municipalities", "municipality_code", "municipality"),
        )
    }
    tables = {"sites": sites, "access": measures, "assignment": people, **regions}
    return Result(name, "run", manifest, tables)


FIRST = _run("first", 10.0, {"a": 1, "b": 2}, new_offices_max=2)
SECOND = _run("second", 12.5, {"b": 1, "c": 2}, new_offices_max=3)
THIRD = _run("third", 8.0, {"b": 1})


def test_measures_and_regions_carry_differences_from_the_first() -> None:
    comparison = compare([FIRST, SECOND, THIRD])
    row = comparison.measures.iloc[0]
    assert row["before"] == 20
    assert [row["first"], row["second"], row["third"]] == [10, 12.5, 8]
    assert comparison.differences == ("second - first", "third - first")
    for table in (comparison.measures, *comparison.regions.values()):
        assert table["second - first"].tolist() == [2.5]
        assert table["third - first"].tolist() == [-2]


def test_picks_say_which_site_is_in_which_run() -> None:
    picks = compare([FIRST, SECOND, THIRD]).picks
    assert "index" not in picks
    assert picks["locality_code"].tolist() == ["b", "a", "c"]
    assert picks["runs"].tolist() == [3, 1, 1]
    assert picks["second"].fillna(0).tolist() == [1, 0, 2]


def test_only_keys_that_differ_are_listed_as_text() -> None:
    table = compare([FIRST, SECOND, THIRD]).scenarios
    assert table.to_numpy().tolist() == [
        ["limits.new_offices_max", "2", "3", ""],
        ["offices.open", "Åsele, Torsby", "Åsele, Torsby", ""],
        ["phases.1.name", "one", "one", ""],
        ["phases.1.years", "2.0", "2.0", ""],
        ["phases.2.name", "first", "second", ""],
    ]


def test_people_are_counted_by_whether_their_trip_is_shorter() -> None:
    people = compare([FIRST, SECOND, THIRD]).people.set_index("run")
    assert people["people_longer"].tolist() == [0, 10, 0]
    assert people["people_shorter"].tolist() == [0, 0, 10]
    assert people["annual_cost_msek"].tolist() == pytest.approx([2.8, 2.8, 1.4])


def test_a_comparison_tells_its_steps_and_can_be_cancelled() -> None:
    heard: list[str] = []
    compare([FIRST, SECOND], progress=heard.append)
    assert heard == ["Reading the results", "Holding them against the first"]
    with pytest.raises(InterruptError):
        compare([FIRST, SECOND], cancel=lambda: True)


def test_equal_names_are_told_apart() -> None:
    assert compare([FIRST, FIRST, FIRST]).names == ("first", "first (2)", "first (3)")


def _changed(key: str, value: object) -> Result:
    return replace(SECOND, manifest={**SECOND.manifest, key: value})


OTHERS = {
    "inputs.demand.csv": _changed("inputs", {**SECOND.manifest["inputs"], "demand.csv": "x" * 64}),
    "network_fingerprint": _changed("network_fingerprint", "x" * 64),
    "scenario.demand.weight": _changed(
        "scenario", {**SECOND.manifest["scenario"], "demand": {"weight": "age_75_plus"}}
    ),
}


@pytest.mark.parametrize("key", OTHERS)
def test_another_demand_or_network_is_refused_unless_told(key: str) -> None:
    with pytest.raises(InputError) as caught:
        compare([FIRST, OTHERS[key]])
    assert [fault.key for fault in caught.value.faults] == [key]
    assert "--anyway" in caught.value.faults[0].remedy
    assert [fault.key for fault in compare([FIRST, OTHERS[key]], anyway=True).obstacles] == [key]


def test_people_are_not_counted_where_demand_points_differ() -> None:
    trips = SECOND.tables["assignment"].assign(demand_id=["1", "2", "4"])
    other = replace(SECOND, tables={**SECOND.tables, "assignment": trips})
    assert compare([FIRST, other]).people["people_longer"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "at least two results are compared. Name two or more results."),
        (7, "at most six results are compared. Name six or fewer results."),
    ],
)
def test_one_run_or_seven_are_refused(count: int, said: str) -> None:
    with pytest.raises(InputError, match=said):
        compare([FIRST] * count)
