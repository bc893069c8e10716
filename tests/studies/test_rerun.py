"""A run made again from its manifest gives the same figures, or says which differ."""

import importlib.metadata
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from typer import testing

from siting.cli.app import app
from siting.common.errors import Fault, InputError
from siting.pipeline.run import run
from siting.pipeline.steps import Frontier
from siting.results.certificate import verify
from siting.results.result import Result, read_result
from siting.results.write import write_result
from siting.scenario.file import read_scenario
from siting.studies.rerun import Rerun, differences, rerun, tell_rerun

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "nullia"


def _rerun(folder: Path, *options: str) -> testing.Result:
    return testing.CliRunner().invoke(app, ["rerun", str(folder), *options])


def _fault(done: testing.Result) -> str:
    assert isinstance(done.exception, InputError), done.output
    return str(done.exception)


@pytest.fixture(scope="module")
def nullia() -> Result:
    """A run with a frontier, on files of its own."""
    file = read_scenario(EXAMPLE / "nullia.toml")
    return run(file, frontier=Frontier.of_offices(1, 2), progress=lambda _: None)


@pytest.fixture
def kept(nullia: Result, tmp_path: Path) -> Path:
    """Its folder, and beside it one with its files."""
    shutil.copytree(EXAMPLE, tmp_path / "files")
    return write_result(nullia, tmp_path / "results")


@pytest.fixture
def files(kept: Path) -> Path:
    return kept.parents[1] / "files"


def test_a_result_that_ships_is_what_comes_out_today() -> None:
    done = _rerun(ROOT / "results" / "announced_only")
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert "Not compared: assignment.parquet (not kept with the result)" in lines
    assert lines[-1].startswith("Nothing differs: 7 tables, ")


def test_a_result_in_hand_is_taken_as_it_is(nullia: Result, kept: Path, files: Path) -> None:
    tables = {**nullia.tables, "access": nullia.tables["access"].assign(after=0.0)}
    again = partial(rerun, relative_to=str(files), progress=lambda _: None)
    made = again(nullia)
    assert made.same
    assert made.lacking == {"run.json": "machine"}
    read = again(read_result(kept))
    assert (read.same, read.found.figures) == (True, made.found.figures)
    changed = again(replace(nullia, tables=tables))
    assert set(changed.found.cells["file"]) == {"access.csv"}
    assert set(changed.found.cells["old"]) == {"0.000000"}


def test_a_result_elsewhere_with_its_frontier(kept: Path, files: Path) -> None:
    done = _rerun(kept, "--folder", str(files))
    assert done.exit_code == 0, done.output
    said, last = done.output.splitlines()[-2:]
    assert said == "Not compared: run.json (seconds and the version of Python)"
    # Six tables, three of the frontier, the assignment and the manifest.
    assert last.startswith("Nothing differs: 11 tables, ")


def test_a_run_with_a_certificate_is_made_again_with_one(files: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    result = run(read_scenario(EXAMPLE / "nullia.toml"), certificate=True, progress=lambda _: None)
    assert result.certificate
    # The last digits of a certificate are the machine's.
    manifest = dict(result.manifest) | {"certificate": {"sha256": "0", "instance_sha256": "0"}}
    made = rerun(replace(result, manifest=manifest), relative_to=files)
    assert made.same
    assert verify(str(write_result(made.result, again)))


def test_each_cell_that_differs_is_named(kept: Path, files: Path, tmp_path: Path) -> None:
    access = pd.read_csv(kept / "access.csv", dtype=str)
    before = access.loc[0, "after"]
    access.loc[0, "after"] = "1.000001"
    access.to_csv(kept / "access.csv", index=False)
    manifest = json.loads((kept / "manifest.json").read_text(encoding="utf-8"))
    mean = manifest["objective"]
    manifest["objective"] = mean + 1e-9
    manifest["versions"]["scipy"] = "0.1"
    (kept / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assignment = pd.read_parquet(kept / "assignment.parquet")
    minutes = float(assignment["minutes_after"].iloc[3])
    changed = [
        minutes * (1 + 1e-15) if row == 3 else old
        for row, old in enumerate(assignment["minutes_after"])
    ]
    assignment = assignment.assign(minutes_after=changed)
    assignment.to_parquet(kept / "assignment.parquet", index=False)
    table = tmp_path / "differences.csv"
    done = _rerun(kept, "--folder", str(files), "--table", str(table))
    assert done.exit_code == 5, done.output
    now = importlib.metadata.version("scipy")
    assert f"Another version: scipy 0.1 then, {now} now\n" in done.output
    assert "3 cells differ: 11 tables" in done.output
    found = pd.read_csv(table, dtype=str)
    assert list(found) == ["file", "row", "column", "old", "new"]
    access_row = ["access.csv", "mean", "after", "1.000001", before]
    assert access_row in found.to_numpy().tolist()
    manifest_row = [
        "manifest.json",
        "objective",
        "value",
        json.dumps(mean + 1e-9),
        json.dumps(mean),
    ]
    assert manifest_row in found.to_numpy().tolist()
    (point,) = found[found["file"] == "assignment.parquet"].to_dict("records")
    assert point["row"] == assignment.loc[3, "demand_id"]
    assert (point["column"], float(point["new"])) == ("minutes_after", minutes)


def test_other_inputs_stop_it_before_it_solves_unless_told_otherwise(
    kept: Path, files: Path
) -> None:
    demand = pd.read_csv(files / "demand.csv", dtype=str)
    people = demand["people"].astype(int)
    people[0] += 1000
    demand = demand.assign(people=people)
    demand.to_csv(files / "demand.csv", index=False)
    options = ("--folder", str(files))
    said = _fault(_rerun(kept, *options))
    assert f"{files / 'demand.csv'}: sha256" in said
    assert said.count("sha256 = ") == 1
    done = _rerun(kept, *options, "--anyway")
    assert done.exit_code == 5, done.output
    assert f"Another input: {files / 'demand.csv'}" in done.output
    assert "cells differ" in done.output


def test_the_new_result_can_be_kept_but_not_over_the_old(kept: Path, files: Path) -> None:
    options = ("--folder", str(files))
    done = _rerun(kept, *options, "--results", str(kept.parent))
    assert "the result to compare with stands there" in _fault(done)
    again = kept.parents[1] / "again"
    assert _rerun(kept, *options, "--results", str(again)).exit_code == 0
    for path in kept.iterdir():
        if path.name != "run.json":
            assert (again / "nullia" / path.name).read_bytes() == path.read_bytes()


def test_what_a_manifest_names_is_held_to_folders_too(kept: Path, files: Path) -> None:
    path = kept / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["scenario"]["demand"]["file"] = "../results/nullia/sites.csv"
    path.write_text(json.dumps(manifest), encoding="utf-8")
    assert "lies outside the folder" in _fault(_rerun(kept, "--folder", str(files)))


@pytest.mark.parametrize(
    "change",
    [
        lambda manifest: manifest.pop("scenario"),
        lambda manifest: manifest["scenario"].pop("scenario"),
        lambda manifest: manifest["scenario"].update(unknown={"key": 1}),
        lambda manifest: manifest.update(frontier={"first": "x"}),
        lambda manifest: manifest.update(inputs=None),
        lambda manifest: manifest.pop("versions"),
    ],
)
def test_a_manifest_that_is_none_is_a_fault(
    kept: Path, files: Path, change: Callable[[dict[str, object]], object]
) -> None:
    path = kept / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    change(manifest)
    path.write_text(json.dumps(manifest), encoding="utf-8")
    _fault(_rerun(kept, "--folder", str(files)))


def test_a_folder_that_holds_no_result_is_a_fault(tmp_path: Path) -> None:
    assert "not a result" in _fault(_rerun(tmp_path))


SITES = pd.DataFrame(
    {"rank": ["1", "2"], "code": ["0114", "0115"], "name": ["Väsby", ""], "minutes": ["1.5", "2"]}
)


def _rows(old: pd.DataFrame, new: pd.DataFrame) -> list[list[str]]:
    return differences({"sites.csv": old}, {"sites.csv": new}).cells.to_numpy().tolist()


def test_equal_tables_have_no_differences() -> None:
    found = differences({"sites.csv": SITES, "old.csv": SITES}, {"sites.csv": SITES.copy()})
    assert found.cells.empty
    assert (found.tables, found.figures) == (1, 6)


def test_the_order_of_rows_is_none() -> None:
    assert _rows(SITES, SITES.iloc[::-1].reset_index(drop=True)) == []


def test_the_least_change_of_a_cell_is_one() -> None:
    changed = SITES.assign(minutes=["1.5", "2.0"])
    assert _rows(SITES, changed) == [["sites.csv", "0115", "minutes", "2", "2.0"]]


def test_a_row_more_shifts_no_other() -> None:
    more = pd.DataFrame({"rank": ["3"], "code": ["0001"], "name": ["A"], "minutes": ["9"]})
    found = _rows(SITES, pd.concat([more, SITES], ignore_index=True))
    assert {row[1] for row in found} == {"0001"}
    assert [row[2:] for row in found] == [
        ["rank", "", "3"],
        ["code", "", "0001"],
        ["name", "", "A"],
        ["minutes", "", "9"],
    ]


def test_a_column_more_is_one() -> None:
    found = _rows(SITES, SITES.assign(new=["x", "y"]))
    assert [row[1:] for row in found] == [["0114", "new", "", "x"], ["0115", "new", "", "y"]]


def test_steps_of_a_frontier_name_rows_together_with_codes() -> None:
    steps = pd.concat([SITES.assign(step="1"), SITES.assign(step="2")], ignore_index=True)
    changed = steps.assign(minutes=["1.5", "2", "1.5", "3"])
    assert _rows(steps, changed) == [["sites.csv", "2 0115", "minutes", "2", "3"]]


def test_the_step_alone_names_the_rows_of_a_frontier() -> None:
    steps = pd.DataFrame({"step": ["0", "1", "2"], "mean": ["20", "15", "12"]})
    changed = steps.iloc[1:].assign(mean=["15", "11"]).reset_index(drop=True)
    assert _rows(steps, changed)[0] == ["sites.csv", "0", "step", "0", ""]
    assert _rows(steps, changed)[2] == ["sites.csv", "2", "mean", "12", "11"]


def test_the_differences_of_all_tables_are_numbered_on() -> None:
    old, new = {"a.csv": SITES, "b.csv": SITES}, SITES.assign(name=["Väsby", "Ort"])
    cells = differences(old, {"b.csv": new, "a.csv": new}).cells
    assert cells["file"].to_dict() == {0: "a.csv", 1: "b.csv"}


def test_rows_without_a_name_are_counted_as_an_editor_does() -> None:
    old, new = pd.DataFrame({"x": ["a", "a"]}), pd.DataFrame({"x": ["a", "b"]})
    assert _rows(old, new) == [["sites.csv", "3", "x", "a", "b"]]


def test_empty_tables() -> None:
    assert _rows(SITES.head(0), SITES.head(0)) == []
    assert len(_rows(SITES.head(0), SITES)) == 7


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            [
                "Another input: demand.csv",
                "Another version: numpy 1.0 then, none now",
                "Another version: scipy none then, 2.0 now",
                "Another version: siting 0.1 then, 0.2 now",
                "Not compared: offices.csv (not kept with the result)",
                "Not compared: run.json (seconds and the version of Python)",
                "Nothing differs: 0 tables, 0 figures.",
            ],
        ),
        (
            "sv",
            [
                "En annan indatafil: demand.csv",
                "En annan version: numpy 1.0 då, ingen nu",
                "En annan version: scipy ingen då, 2.0 nu",
                "En annan version: siting 0.1 då, 0.2 nu",
                "Inte jämfört: offices.csv (finns inte kvar bland resultatets filer)",
                "Inte jämfört: run.json (sekunder och version av Python)",
                "Ingenting skiljer sig: 0 tabeller, 0 siffror.",
            ],
        ),
    ],
)
def test_every_line_of_the_page_is_in_its_language(language: str, said: list[str]) -> None:
    versions = {"numpy": ("1.0", ""), "scipy": ("", "2.0"), "siting": ("0.1", "0.2")}
    lacking = {"offices.csv": "not_kept", "run.json": "machine"}
    other = Fault("demand.csv", "sha256", "a", "the file is another one now", "Put it back.")
    result = Result("x", "run", {}, {})
    made = Rerun(result, differences({}, {}), lacking, versions, (other,))
    assert [getattr(block, "text", "") for block in tell_rerun(made, language).blocks] == said
