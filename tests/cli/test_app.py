"""The command line as a user calls it: what it prints, writes and exits with."""

import io
import json
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from siting.report.formats.terminal import print_document
from siting.report.summary import summary
from siting.report.words import texts
from siting.results.result import read_result
from tests.support.cli import Call, call_anew

FIVE_MISTAKES = """
[scenario]
title = "Five mistakes"
author = "A user"
date = 2026-01-01
source = "None"
rationale = "To see them all at once."
[offices]
open = ["Storumann"]
existing = "my_offices.csv"
[objective]
kind = "fastest"
[limits]
new_office_max = 3
annual_budget_msek = -5
"""


def test_run_prints_picks_measures_limits_status_and_files(tmp_path: Path) -> None:
    done = call_anew(tmp_path, "run", "announced_only")
    assert done.returncode == 0, done.stderr
    for part in (
        "The four announced offices alone",
        "4 new offices, in order of what leaving each out would cost",
        "Storuman *",
        "Mean travel time",
        "Use of the limits",
        "Answer: optimal, proved",
        "58 documented, 47 assumed, 8 deduced",
        f"Files: {Path('results/announced_only')}",
    ):
        assert part in done.stdout
    assert done.stderr == ""
    files = {path.name for path in (tmp_path / "results" / "announced_only").iterdir()}
    assert {"manifest.json", "sites.csv", "access.csv", "assignment.parquet"} <= files


def test_quiet_prints_only_where_the_files_are(call: Call) -> None:
    done = call("run", "announced_only", "--no-brief", "--quiet", "--results", "out")
    assert done.stdout == f"{Path('out/announced_only')}\n"


@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_run_is_told_in_either_language(call: Call, tmp_path: Path, language: str) -> None:
    done = call("run", "announced_only", "--no-brief", "--lang", language)
    assert done.returncode == 0, done.stderr
    result = read_result(tmp_path / "results" / "announced_only")
    stream = io.StringIO()
    console = Console(file=stream, width=80, highlight=False)
    print_document(summary(result, Path("results/announced_only"), language), console)
    assert done.stdout == stream.getvalue()
    assert texts(language)["terminal"]["use_of_limits"] in done.stdout


def test_an_override_is_logged_as_old_and_new(call: Call, tmp_path: Path) -> None:
    done = call("run", "announced_only", "--no-brief", "--set", "limits.new_offices_max=6")
    assert "with limits.new_offices_max: 4 -> 6" in done.stdout
    manifest = json.loads((tmp_path / "results/announced_only/manifest.json").read_text())
    assert manifest["overrides"] == ["limits.new_offices_max: 4 -> 6"]
    assert manifest["scenario"]["limits"]["new_offices_max"] == 6


def test_five_mistakes_are_reported_at_once(call: Call, tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text(FIVE_MISTAKES, encoding="utf-8")
    for command in ("run", "check"):
        done = call(command, "bad.toml")
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
        assert done.stderr.startswith("5 faults in the input:")
        for key, remedy in {
            "offices.open = 'Storumann'": "Did you mean Storuman",
            "offices.existing = 'my_offices.csv'": "Write a path relative to the scenario file",
            "objective.kind = 'fastest'": "It means: mean:",
            "limits.new_office_max = 3": "Did you mean new_offices_max",
            "limits.annual_budget_msek = -5": "It means: Most annual cost",
        }.items():
            line = next(line for line in done.stderr.splitlines() if key in line)
            assert "bad.toml" in line
            assert remedy in line
    assert not (tmp_path / "results" / "bad").exists()


def test_a_budget_below_what_is_forced_is_infeasible_with_that_reason(call: Call) -> None:
    done = call("run", "announced_only", "--set", "limits.annual_budget_msek=5")
    assert done.returncode == 3
    assert "limits.annual_budget_msek: new offices cost at most 5.0 MSEK a year" in done.stderr
    assert "offices.open: Torsby, Vansbro, Storuman, Åsele must open" in done.stderr
    assert "fa_region" not in done.stderr


def test_what_is_stopped_before_proof_is_written_and_marked(call: Call, tmp_path: Path) -> None:
    done = call("run", "remaining_offices", "--no-brief", "--time-limit", "0.01")
    assert done.returncode == 4, done.stdout + done.stderr
    assert "not proved" in (done.stdout + done.stderr).lower()
    manifest = tmp_path / "results" / "remaining_offices" / "manifest.json"
    if manifest.exists():
        assert json.loads(manifest.read_text())["status"] == "feasible"


def test_a_gap_that_was_asked_for_and_reached_is_a_success(call: Call) -> None:
    done = call("run", "remaining_offices", "--no-brief", "--gap", "0.2")
    assert done.returncode == 0
    assert "Answer: " in done.stdout


def test_an_unknown_scenario_names_near_ones(call: Call) -> None:
    done = call("run", "remaining_ofices")
    assert done.returncode == 2
    assert "Did you mean remaining_offices?" in done.stderr


def test_shipped_scenarios_have_no_faults(call: Call) -> None:
    done = call("check", "remaining_offices", "announced_only", "fa_guarantee_only")
    assert done.returncode == 0
    assert done.stdout.count("no faults") == 3


def test_a_check_tells_how_many_candidates_a_municipality_means(call: Call) -> None:
    call("new-scenario", "mine", "--from", "remaining_offices")
    path = next(Path.cwd().glob("*.toml"))
    text = path.read_text(encoding="utf-8")
    barred = text.replace("[candidates]\n", '[candidates]\nexclude = ["gislaved"]\n')
    path.write_text(barred, encoding="utf-8")
    done = call("check", str(path))
    assert done.returncode == 0
    assert 'candidates.exclude: "gislaved" means 5 of the candidates' in done.stdout


@pytest.mark.parametrize("options", [(), ("--from", "remaining_offices")])
def test_a_new_scenario_is_valid_as_written_and_never_overwrites(
    call: Call, tmp_path: Path, options: tuple[str, ...]
) -> None:
    assert call("new-scenario", "mine", *options).returncode == 0
    text = (tmp_path / "mine.toml").read_text(encoding="utf-8")
    assert "annual_budget_msek" in text
    assert '\nauthor = "…"\n' in text
    assert "\n# title_sv = …\n" in text
    assert "\n# rationale_sv = …\n" in text
    assert call("check", "mine.toml").returncode == 0
    again = call("new-scenario", "mine")
    assert again.returncode == 2
    assert "exists already" in again.stderr
    assert (tmp_path / "mine.toml").read_text(encoding="utf-8") == text


@pytest.mark.long
def test_a_scenario_started_from_another_gives_the_same_answer(call: Call, tmp_path: Path) -> None:
    call("new-scenario", "mine", "--from", "announced_only")
    call("run", "mine", "--no-brief", "--quiet")
    call("run", "announced_only", "--no-brief", "--quiet")
    mine, theirs = (
        pd.read_csv(tmp_path / "results" / name / "sites.csv")
        for name in ("mine", "announced_only")
    )
    pd.testing.assert_frame_equal(mine, theirs)


def test_a_folder_that_holds_something_else_is_left_alone(call: Call, tmp_path: Path) -> None:
    precious = tmp_path / "results" / "announced_only" / "thesis.txt"
    precious.parent.mkdir(parents=True)
    precious.write_text("years of work", encoding="utf-8")
    done = call("run", "announced_only")
    assert done.returncode == 2
    assert "something that is no result stands there" in done.stderr
    assert precious.read_text(encoding="utf-8") == "years of work"


def test_a_run_replaces_its_result_and_leaves_what_is_not_its_own(
    call: Call, tmp_path: Path
) -> None:
    folder = tmp_path / "results" / "announced_only"
    assert call("run", "announced_only", "--no-brief", "--quiet").returncode == 0
    (folder / "my notes").mkdir()
    for name in ("my notes/1.txt", "notes.csv", "briefing.sv.docx", "explorer.html"):
        (folder / name).write_text("mine", encoding="utf-8")
    assert call("run", "announced_only", "--no-brief", "--quiet").returncode == 0
    assert (folder / "my notes" / "1.txt").read_text(encoding="utf-8") == "mine"
    assert (folder / "notes.csv").read_text(encoding="utf-8") == "mine"
    # They tell of the answer that was there before.
    assert not (folder / "briefing.sv.docx").exists()
    assert not (folder / "explorer.html").exists()


@pytest.mark.long
def test_an_office_table_of_ones_own_replaces_the_shipped_one(
    call: Call, tmp_path: Path, data: Path
) -> None:
    offices = pd.read_csv(data / "offices_2019.csv", dtype=str, keep_default_na=False)
    columns = ["office_id", "municipality_code", "office", "lon", "lat"]
    offices.loc[offices["municipality_code"] != "2584", columns].to_csv(
        tmp_path / "mine.csv", index=False
    )
    mine = f"offices.existing={tmp_path / 'mine.csv'}"
    done = call("run", "announced_only", "--set", mine, "--allow", str(tmp_path))
    assert done.returncode == 3
    assert "at least one office in every FA region" in done.stderr


def test_network_info_prints_trips_with_their_deviations(call: Call) -> None:
    done = call("network", "info")
    assert done.returncode == 0
    assert "Stockholm - Göteborg" in done.stdout
    assert "hole closed near Örnsköldsvik (road E4)" in done.stdout


def test_data_check_lists_every_file(call: Call) -> None:
    done = call("data", "check")
    assert done.returncode == 0
    assert "demand.csv: Demand points" in done.stdout
    assert done.stdout.endswith("No faults.\n")


def test_data_build_names_every_missing_raw_file(call: Call) -> None:
    done = call("data", "build", "--raw", "nowhere")
    assert done.returncode == 2
    assert done.stderr.startswith("12 faults")


def test_version_and_schema(call: Call) -> None:
    assert call("--version").stdout.startswith("siting 0.")
    assert json.loads(call("schema").stdout)["additionalProperties"] is False


def test_the_commands_of_a_new_scenario_can_be_pasted(call: Call, tmp_path: Path) -> None:
    printed = call("new-scenario", "mitt försök å").stdout
    assert printed.endswith("siting run 'mitt försök å.toml'\n")
    text = (tmp_path / "mitt försök å.toml").read_text(encoding="utf-8")
    assert "siting check 'mitt försök å.toml'\n" in text
