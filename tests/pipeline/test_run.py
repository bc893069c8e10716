"""The whole way on the whole of Sweden."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from siting.common.errors import InterruptError
from siting.pipeline.check import checked_inputs
from siting.pipeline.prepare import prepare
from siting.pipeline.run import run
from siting.results.result import Result, read_result
from siting.results.write import write_result
from siting.scenario.file import find_scenario, read_scenario

type Solved = Callable[..., Result]

MAIN = "remaining_offices"


@pytest.fixture(scope="module")
def main(solved: Solved) -> Result:
    return solved(MAIN)


def test_the_main_answer_is_proved_and_keeps_to_its_limits(main: Result) -> None:
    manifest, sites = main.manifest, main.tables["sites"]
    assert (manifest["status"], manifest["reason"]) == ("optimal", "proved")
    assert manifest["gap"] <= 1e-6
    assert manifest["ties_decided"]
    assert len(sites) <= 32
    assert sites["annual_cost_msek"].sum() <= 55
    assert sites["municipality_code"].is_unique
    assert set(sites.loc[sites["forced"], "locality"]) == {"Storuman", "Torsby", "Vansbro", "Åsele"}
    used = manifest["limits"]["annual_budget_msek"]
    assert used["used"] == pytest.approx(sites["annual_cost_msek"].sum())
    assert used["slack"] == pytest.approx(55 - used["used"])


def test_the_objective_is_the_mean_of_the_assignment(main: Result) -> None:
    people = main.tables["assignment"]["people"]
    mean = np.average(main.tables["assignment"]["minutes_after"], weights=people)
    assert main.manifest["objective"] == pytest.approx(mean, rel=1e-12)
    assert main.tables["access"].set_index("measure").loc["mean", "after"] == pytest.approx(mean)


def test_nobody_is_lost_and_nobody_is_worse_off(main: Result) -> None:
    assignment = main.tables["assignment"]
    assert assignment["people"].sum() == 10_327_589
    assert np.isfinite(assignment["minutes_before"]).all()
    assert (assignment["minutes_after"] <= assignment["minutes_before"]).all()
    for table, rows in {"municipalities": 290, "fa_regions": 60, "counties": 21}.items():
        assert len(main.tables[table]) == rows
        assert main.tables[table]["population"].sum() == 10_327_589


def test_what_the_sites_save_adds_up(main: Result) -> None:
    assignment, sites = main.tables["assignment"], main.tables["sites"]
    saved = assignment["people"] @ (assignment["minutes_before"] - assignment["minutes_after"])
    assert sites["person_minutes_saved"].sum() == pytest.approx(saved)
    assert sites["rank"].tolist() == list(range(1, len(sites) + 1))
    assert sites["loss_if_left_out_minutes"].is_monotonic_decreasing


SITE_COLUMNS = """rank phase locality_code locality municipality_code municipality fa_code
fa_region office_type forced staff annual_cost_msek people_nearest person_minutes_saved
loss_if_left_out_minutes"""
REGION_COLUMNS = """population mean_before mean_after worst_before worst_after share30_before
share30_after share45_before share45_after share60_before share60_after"""
ASSIGNMENT_COLUMNS = """demand_id municipality_code kind people minutes_before office_before
minutes_after office_after"""
MEASURES = "mean median p90 p95 max share30 share45 share60 ede gini"


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("sites", SITE_COLUMNS),
        ("municipalities", f"municipality_code municipality {REGION_COLUMNS}"),
        ("fa_regions", f"fa_code fa_region {REGION_COLUMNS}"),
        ("counties", f"county_code county {REGION_COLUMNS}"),
        ("access", "measure before after change"),
        ("assignment", ASSIGNMENT_COLUMNS),
    ],
)
def test_tables_have_the_columns_that_others_build_on(
    main: Result, table: str, columns: str
) -> None:
    assert " ".join(main.tables[table].columns) == " ".join(columns.split())


def test_access_has_the_measures_that_others_build_on(main: Result) -> None:
    assert " ".join(main.tables["access"]["measure"]) == MEASURES


def test_without_the_budget_other_places_are_picked(main: Result, solved: Solved) -> None:
    free = solved(MAIN, "limits.annual_budget_msek=none")
    assert set(free.tables["sites"]["locality_code"]) != set(main.tables["sites"]["locality_code"])
    assert free.manifest["objective"] < main.manifest["objective"]


def test_more_offices_are_never_worse(main: Result, solved: Solved) -> None:
    fewer = solved(MAIN, "limits.new_offices_max=20")
    assert fewer.manifest["objective"] > main.manifest["objective"]


def test_the_guarantee_alone_finds_the_four_regions(shipped: Callable[[str], Result]) -> None:
    sites = shipped("fa_guarantee_only").tables["sites"]
    assert set(sites["fa_region"]) == {"Storuman", "Torsby", "Vansbro", "Åsele"}
    assert not sites["forced"].any()


def _saved_where_an_office_is_inside(result: Result, data: Path) -> float:
    """Person-minutes saved for localities that have an office within their own f_i."""
    demand = pd.read_csv(data / "demand.csv", dtype={"municipality_code": str})
    assignment = result.tables["assignment"].set_index("demand_id")
    places = demand[demand["kind"] == "locality"].set_index("demand_id")
    trips = assignment.loc[places.index]
    near = trips["minutes_before"] <= places["inside_minutes"] + 1e-9
    saved = trips["people"] * (trips["minutes_before"] - trips["minutes_after"])
    return float(saved[near].sum())


def test_no_pick_wins_by_lying_on_its_own_demand_point(
    main: Result, solved: Solved, data: Path, tmp_path: Path
) -> None:
    assert _saved_where_an_office_is_inside(main, data) == 0
    # The same check finds something once the time inside a place is taken away.
    bare = Path(shutil.copytree(data, tmp_path / "data"))
    demand = pd.read_csv(data / "demand.csv", dtype=str, keep_default_na=False)
    demand.assign(inside_minutes="0").to_csv(bare / "demand.csv", index=False)
    assert _saved_where_an_office_is_inside(solved(MAIN, data=bare), data) > 0


def test_two_runs_leave_the_same_bytes_but_for_the_times(main: Result, tmp_path: Path) -> None:
    file = read_scenario(find_scenario(MAIN))
    again = run(file, progress=lambda _: None)
    folders = [
        write_result(result, tmp_path / side) for side, result in (("a", main), ("b", again))
    ]
    for path in folders[0].iterdir():
        twin = folders[1] / path.name
        if path.name == "run.json":
            first, second = (json.loads(p.read_text(encoding="utf-8")) for p in (path, twin))
            assert first.keys() == second.keys() == {"python", "seconds"}
        else:
            digests = {hashlib.sha256(p.read_bytes()).hexdigest() for p in (path, twin)}
            assert len(digests) == 1, path.name


def test_a_result_reads_back_as_it_was_written(main: Result, tmp_path: Path) -> None:
    back = read_result(write_result(main, tmp_path))
    assert back.manifest == main.manifest
    for name, table in main.tables.items():
        pd.testing.assert_frame_equal(back.tables[name], table, check_dtype=False, atol=1e-6)


def test_the_decisions_of_later_years_are_never_read(
    main: Result, data: Path, tmp_path: Path, solved: Solved
) -> None:
    without = Path(shutil.copytree(data, tmp_path / "data"))
    (without / "decisions.csv").unlink()
    result = solved(MAIN, data=without)
    pd.testing.assert_frame_equal(result.tables["sites"], main.tables["sites"])


def test_manifest_names_every_input_with_its_checksum(main: Result, data: Path) -> None:
    inputs = main.manifest["inputs"]
    for name in (
        "demand.csv",
        "candidates.csv",
        "offices_2019.csv",
        "road_links.csv",
        "costs.toml",
    ):
        assert inputs[name] == hashlib.sha256((data / name).read_bytes()).hexdigest()
    size = main.manifest["size"]
    assert size["pairs_kept"] < size["pairs"] < 100_000
    assert main.manifest["seconds"].keys() == {"network", "matrix", "solve", "total"}


@pytest.mark.parametrize("weight", ["age_75_plus", "no_tertiary"])
def test_other_weights_are_persons_of_that_group(solved: Solved, weight: str) -> None:
    result = solved("announced_only", f"demand.weight={weight}")
    assert result.manifest["objective_unit"] != "minutes per resident"
    assert result.tables["municipalities"]["population"].sum() == 10_327_589


def test_staff_by_the_rule_here_equals_the_staff_that_ships(data: Path) -> None:
    """Computed at run time, from the tables, as for offices or roads of one's own."""
    file = read_scenario(find_scenario(MAIN), ["candidates.include=['Boliden']"])
    problem = prepare(file, progress=lambda _: None)
    shipped = pd.read_csv(data / "candidates.csv").set_index("locality_code")["staff"]
    sites = problem.sites.set_index("code")["staff"]
    common = shipped.index.intersection(sites.index)
    assert len(common) == len(shipped)
    assert (sites[common] == shipped).all()


def test_candidates_near_an_office_can_be_ruled_out_unless_named() -> None:
    overrides = ["candidates.none_within_minutes=60", 'offices.open=["Kumla"]']
    file = read_scenario(find_scenario(MAIN), overrides)
    problem = prepare(file, progress=lambda _: None)
    sites = problem.sites
    allowed = sites[~sites["existing"] & sites["allowed"]]
    assert "Kumla" in set(allowed["place"])
    assert len(allowed) < 100
    everything = read_scenario(find_scenario(MAIN), ["candidates.none_within_minutes=0.001"])
    problem = prepare(everything, progress=lambda _: None)
    assert problem.sites["allowed"].sum() > 700


def test_excluded_shut_and_included_places_are_obeyed(data: Path) -> None:
    overrides = ['candidates.exclude=["Gislaved (Gislaved)"]', 'offices.shut=["o001", "Kiruna"]']
    inputs = checked_inputs(read_scenario(find_scenario(MAIN), overrides), data)
    excluded = inputs.candidates[inputs.candidates["excluded"]]
    assert excluded["locality"].tolist() == ["Gislaved"]
    assert set(inputs.offices.loc[inputs.offices["shut"], "office"]) == {"Huddinge", "Kiruna"}


def test_who_loses_an_office_counts_for_the_staff_of_candidates_near_it(data: Path) -> None:
    as_it_is, without = (
        prepare(read_scenario(find_scenario(MAIN), changes), data=data, progress=lambda _: None)
        for changes in ([], ['offices.shut=["Luleå"]'])
    )
    sites, after = as_it_is.sites, without.sites
    more = after["staff"] > sites["staff"]
    assert set(sites.loc[more, "municipality"]) == {"Boden", "Kalix", "Luleå", "Piteå", "Älvsbyn"}
    assert after.loc[~more, "staff"].tolist() == sites.loc[~more, "staff"].tolist()


def test_who_cancels_is_asked_while_it_is_solved() -> None:
    said: list[str] = []
    asked: list[None] = []

    def cancel() -> bool:
        if said[-1:] == ["Solving"]:
            asked.append(None)
        return len(asked) == 3

    with pytest.raises(InterruptError, match=r"Cancelled\."):
        run(MAIN, progress=said.append, cancel=cancel)
    assert said[-1] == "Solving"


def test_who_cancels_is_asked_between_two_steps() -> None:
    said: list[str] = []
    with pytest.raises(InterruptError, match=r"Cancelled\."):
        run(MAIN, progress=said.append, cancel=lambda: said == ["Reading the road network"])
    assert said == ["Reading the road network"]
    with pytest.raises(InterruptError):
        prepare(MAIN, progress=said.append, cancel=lambda: True)
