"""A run uses the costs and speeds that its scenario gives, and says which it used."""

import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from siting.common.package import data_folder
from siting.common.types import Floats
from siting.network.cache import cache_folder
from siting.pipeline.prepare import prepare
from siting.pipeline.problem import Problem, dense
from siting.pipeline.run import run
from siting.report.briefing import read_background
from siting.report.tables import assumptions, in_use
from siting.results.result import Result, read_result
from siting.results.write import write_result
from siting.scenario.file import find_scenario, read_scenario
from siting.studies.compare.study import compare
from siting.studies.rerun import rerun
from tests.support.cli import Call

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "nullia"
LANGUAGES = ("en", "sv")


def _silent(_: str) -> None:
    pass


def _prepared(*overrides: str, name: str = "announced_only") -> Problem:
    return prepare(read_scenario(find_scenario(name), overrides), progress=_silent)


def _nearest(problem: Problem) -> Floats:
    nearest: Floats = dense(problem.minutes).min(axis=1)
    return nearest


@cache
def _nullia(*overrides: str) -> Result:
    return run(read_scenario(EXAMPLE / "nullia.toml", overrides), progress=_silent)


@pytest.fixture(scope="module")
def shipped() -> Problem:
    return _prepared()


def test_costs_of_candidates_follow_the_scenario(shipped: Problem) -> None:
    changed = _prepared(
        "costs.annual.msek_per_staff=0.8",
        "costs.annual.msek_per_office=0.5",
        "costs.one_off.msek_per_office=3",
        "costs.one_off.msek_per_staff=0.1",
    )
    new = ~shipped.sites["existing"]
    staff = shipped.sites.loc[new, "staff"].astype(float)
    found = changed.sites.loc[new]
    assert found["staff"].tolist() == staff.tolist()
    np.testing.assert_allclose(found["annual_cost_msek"], 0.5 + 0.8 * staff, atol=1e-9)
    np.testing.assert_allclose(found["one_off_cost_msek"], 3 + 0.1 * staff, atol=1e-9)
    np.testing.assert_allclose(shipped.sites.loc[new, "annual_cost_msek"], 0.7 * staff, atol=1e-9)


@pytest.mark.long
@pytest.mark.parametrize(("people", "least"), [(12909, 2), (5000, 1), (40000.5, 3), (1e9, 1)])
def test_staff_follows_the_rule_of_the_scenario(people: float, least: int) -> None:
    keys = (f"people_per_staff={people}", f"least_staff={least}")
    rule = [f"costs.staff_rule.{key}" for key in keys]
    found = _prepared(*rule).sites
    table = pd.read_csv(data_folder() / "candidates.csv", dtype={"municipality_code": str})
    greatest = table.groupby("municipality_code")["people_nearer"].max()
    new = found[~found["existing"]]
    wanted = np.maximum(np.ceil(new["municipality_code"].map(greatest) / people), least)
    assert new["staff"].tolist() == wanted.astype(int).tolist()
    if people == 12909:
        staff = table.set_index("locality_code")["staff"]
        assert new["staff"].tolist() == new["code"].map(staff).tolist()


def test_kinds_of_offices_follow_the_scenario() -> None:
    large = "{staff = 9, annual_msek = 0.1, one_off_msek = 4, visits_per_year = 30000}"
    asked = ['office_types.use=["large", "small"]', f"costs.office_types.large={large}"]
    result = _nullia(*asked, "limits.annual_budget_msek=none")
    sites = result.tables["sites"]
    assert set(sites["office_type"]) == {"large"}
    assert set(sites["staff"]) == {9}
    assert result.manifest["cost"]["annual_msek"] == pytest.approx(0.2)
    dear = ["costs.office_types.large.annual_msek=50", "limits.annual_budget_msek=10"]
    assert set(_nullia(*asked, *dear).tables["sites"]["office_type"]) == {"small"}


@pytest.mark.long
def test_times_follow_the_speeds_of_the_scenario_and_caches_tell_them_apart(
    shipped: Problem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SITING_CACHE_DIR", str(tmp_path / "cache"))
    asked = {
        "as it is": ("network.speeds.primary=75",),
        "faster": ("network.speeds.primary=80",),
        "slower": ("network.speeds.primary=74.5",),
        "winter": ("network.speeds=winter",),
        "own winter": ("network.speeds=winter", "network.speeds.primary=80"),
        "ferry": ("network.speeds.ferry=30",),
    }
    found = {name: _prepared(*overrides) for name, overrides in asked.items()}
    prints = {name: problem.network.fingerprint for name, problem in found.items()}
    assert prints["as it is"] == shipped.network.fingerprint
    assert len(set(prints.values())) == len(asked)
    assert len(list(cache_folder().glob("times-*"))) == len(asked)
    minutes = {name: _nearest(problem) for name, problem in found.items()}
    assert (minutes["as it is"] == _nearest(shipped)).all()
    assert (minutes["faster"] <= minutes["as it is"] + 1e-9).all()
    assert (minutes["faster"] < minutes["as it is"] - 1e-3).any()
    assert (minutes["slower"] >= minutes["as it is"] - 1e-9).all()
    assert (minutes["own winter"] <= minutes["winter"] + 1e-9).all()
    # The same times come out of the cache, and without one.
    assert (_nearest(_prepared(*asked["own winter"])) == minutes["own winter"]).all()
    monkeypatch.setenv("SITING_CACHE_DIR", str(tmp_path / "other"))
    assert (_nearest(_prepared(*asked["own winter"])) == minutes["own winter"]).all()


def test_speeds_that_no_road_has_are_told(caplog: pytest.LogCaptureFixture) -> None:
    _nullia("network.speeds.residential=30", "network.speeds.primary=80")
    assert "network.speeds.residential has no say" in caplog.text
    assert "primary" not in caplog.text


@pytest.mark.long
def test_figures_of_speed_limits_follow_the_scenario() -> None:
    asked = ["network.speeds=limits"]
    plain = _prepared(*asked).network.speeds["limits"]
    assert plain == {"factor": 0.9, "junction_seconds": 6.0, "delayed_up_to_kph": 50.0}
    own = _prepared(*asked, "network.speeds.limits.junction_seconds=20")
    assert own.network.speeds["limits"] == plain | {"junction_seconds": 20}
    assert _nearest(own).mean() > _nearest(_prepared(*asked)).mean()


@pytest.fixture(scope="module")
def own() -> Result:
    return _nullia(
        "network.speeds.primary=62.5",
        "costs.annual.msek_per_staff=0.8",
        "costs.office_types.flexi.staff=2",
        "closing.saving_msek_per_office=4.5",
        "limits.max_new_per_municipality=2",
    )


def test_the_manifest_says_what_was_used(own: Result, tmp_path: Path) -> None:
    folder = write_result(own, tmp_path)
    used = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["assumed"]
    assert used["costs"]["annual"] == {"msek_per_staff": 0.8, "msek_per_office": 0.0}
    assert used["costs"]["office_types"]["flexi"]["staff"] == 2
    assert used["speeds"]["profile"] == "default"
    assert (used["speeds"]["kph"]["primary"], used["speeds"]["kph"]["trunk"]) == (62.5, 85.0)
    assert used["speeds"]["limits"] is None
    assert read_result(folder).manifest["assumed"] == used


def _rows(result: Result, language: str) -> dict[str, dict[str, str]]:
    log = read_background(data_folder()).assumptions
    said = in_use(log, result.manifest, language)
    return {entry["id"]: row for entry, row in zip(log, said, strict=True)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_ships_is_told_as_the_log_has_it(language: str) -> None:
    suffix = "_sv" if language == "sv" else ""
    log = read_background(data_folder()).assumptions
    rows = _rows(_nullia(), language)
    for entry in log:
        row = rows[entry["id"]]
        assert row["mark"] == entry["rating"], row
        assert row["value"].split() == entry[f"value{suffix}"].split()
        assert row["source"] == entry[f"source{suffix}"]


def test_rows_of_assumptions_are_written_from_what_was_used(own: Result) -> None:
    english, swedish = (_rows(own, language) for language in LANGUAGES)
    assert english["annual_cost"]["value"].startswith("0.8 MSEK per member of staff")
    assert swedish["annual_cost"]["value"].startswith("0,8 mnkr per anställd")
    assert "0.7 MSEK per member of staff" in english["annual_cost"]["source"]
    assert "RiR" not in english["annual_cost"]["source"]
    assert english["speeds"]["value"].endswith("profile default; primary 62.5 km/h")
    assert swedish["speeds"]["value"].endswith("profilen default; primary 62,5 km/h")
    assert "flexi: staff 2, 0.7 MSEK a year" in english["office_kinds"]["value"]
    assert "flexi: anställda 2, 0,7 mnkr per år" in swedish["office_kinds"]["value"]
    assert english["closing_saves"]["value"] == "4.5 MSEK a year"
    assert english["one_per_municipality"]["value"] == "2"
    changed = {name for name, row in english.items() if row["mark"] == "own"}
    assert changed == {
        *("annual_cost", "speeds", "office_kinds", "closing_saves", "one_per_municipality")
    }
    assert [row["rating"] for row in (english["speeds"], swedish["speeds"])] == ["own", "egen"]
    assert english["visits"]["rating"] == "red"


RED = {
    "offices_assumed": None,
    "annual_cost": "costs.annual.msek_per_office=0.4",
    "staff_rule": "costs.staff_rule.people_per_staff=9000",
    "one_off_cost": "costs.one_off.msek_per_staff=0.3",
    "speed_limits": "network.speeds.limits.factor=0.8",
    "office_kinds": "costs.office_types.medium.visits_per_year=20000",
    "visits": "costs.visits.visits_per_inhabitant=0.4",
    "closing_saves": "closing.saving_msek_per_office=4",
    "drawn_costs": "costs.drawn.least=0.7",
}
"""What changes each assumption that is rated red; offices come from a file of one's own."""


def test_every_assumption_that_is_rated_red_can_be_changed_in_a_scenario() -> None:
    log = read_background(data_folder()).assumptions
    assert {entry["id"] for entry in log if entry["rating"] == "red"} == set(RED)
    result = _nullia("network.speeds=limits", *filter(None, RED.values()))
    for language in LANGUAGES:
        rows = _rows(result, language)
        for name, override in RED.items():
            assert rows[name]["mark"] == ("own" if override else "red"), rows[name]
    # Those about offices go where the table is the user's own, as this one is.
    told = [row["what"] for row in assumptions(result, log, "en").rows]
    assert not any("113 offices" in str(what) for what in told)


def test_every_red_figure_of_the_data_folder_has_a_key() -> None:
    costs = tomllib.loads((data_folder() / "costs.toml").read_text(encoding="utf-8"))
    flat = {
        f"costs.{group}.{key}": value
        for group, keys in costs.items()
        for key, value in keys.items()
        if key not in {"rating", "source"} and not isinstance(value, dict)
    }
    flat |= {
        f"costs.office_types.{kind}.{key}": value
        for kind, keys in costs["office_types"].items()
        for key, value in keys.items()
        if key != "rating"
    }
    speeds = tomllib.loads((data_folder() / "speeds.toml").read_text(encoding="utf-8"))
    flat |= {
        f"network.speeds.limits.{key}": value
        for key, value in speeds["limits"]["limits"].items()
        if key not in {"rating", "source"}
    }
    classes = speeds["default"]["class"]
    flat |= {f"network.speeds.{name}": row["kph"] for name, row in classes.items()}
    overrides = [f"{key}={value}" for key, value in flat.items()]
    assert len(overrides) > 30
    assert not read_scenario(EXAMPLE / "nullia.toml", overrides).faults


def test_a_rerun_gives_the_same_and_older_results_are_run_and_told(
    own: Result, tmp_path: Path
) -> None:
    folder = write_result(own, tmp_path / "new")
    assert rerun(folder, relative_to=EXAMPLE, progress=_silent).same
    older = write_result(_nullia("network.speeds=winter"), tmp_path / "old")
    path = older / "manifest.json"
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    assert manifest["scenario"]["network"]["speeds"] == "winter"
    del manifest["assumed"], manifest["scenario"]["costs"]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    assert rerun(older, relative_to=EXAMPLE, progress=_silent).same
    row = _rows(read_result(older), "en")["annual_cost"]
    assert (row["value"][:8], row["mark"]) == ("0.7 MSEK", "red")


def test_runs_side_by_side_differ_in_these_keys(own: Result) -> None:
    both = compare([_nullia(), own], anyway=True, progress=_silent)
    last = both.scenarios.set_index("key")[both.names[1]]
    assert last[["costs.annual.msek_per_staff", "network.speeds.primary"]].tolist() == [
        "0.8",
        "62.5",
    ]


@pytest.mark.long
def test_the_briefing_tells_them_in_every_format(call: Call, tmp_path: Path) -> None:
    asked = ["--set", "costs.annual.msek_per_staff=0.8", "--set", "network.speeds.primary=80"]
    done = call("run", str(EXAMPLE / "nullia.toml"), *asked)
    assert done.returncode == 0, done.stderr
    for form in ("html", "docx", "xlsx", "pdf"):
        assert call("brief", "nullia", "--format", form, "--lang", "sv").returncode == 0
    text = (tmp_path / "results/nullia/briefing.sv.html").read_text(encoding="utf-8")
    assert "0,8 mnkr per anställd" in text
    assert '<span class="mark own">egen</span>' in text
    assert "--set costs.annual.msek_per_staff=0.8 --set network.speeds.primary=80" in text
