"""The results that ship are those that the code gives; after a wanted change: make results."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from siting.cli.app import app
from siting.common.errors import InputError
from siting.common.package import scenario_folder
from siting.report.words import LANGUAGES
from siting.results.result import CSV_TABLES, Result, read_result
from siting.results.write import write_result
from siting.studies.compare.study import compare
from tools.make_results import SAMPLE, overview

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "results"
SHIPPED = sorted(path.stem for path in scenario_folder().glob("*.toml"))
_CODES = ("code", "locality_code", "municipality_code", "fa_code", "county_code")


def _read(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / f"{name}.csv", dtype=dict.fromkeys(_CODES, str))


@pytest.mark.parametrize(
    "name",
    [name if name == SAMPLE else pytest.param(name, marks=pytest.mark.long) for name in SHIPPED],
)
def test_the_tables_that_ship_are_those_of_a_run(
    solved: Callable[..., Result], name: str, tmp_path: Path
) -> None:
    folder = write_result(solved(name), tmp_path)
    for table in CSV_TABLES:
        kept, made = _read(RESULTS / name, table), _read(folder, table)
        pd.testing.assert_frame_equal(kept, made, atol=2e-6, rtol=1e-9, obj=f"{name}/{table}")


def test_the_overview_is_that_of_the_results_that_ship() -> None:
    made = overview(read_result(RESULTS / name) for name in SHIPPED)
    assert (RESULTS / "README.md").read_text(encoding="utf-8") == made


def test_what_ships_is_small_and_as_git_keeps_it() -> None:
    names = {"manifest.json", *(f"{table}.csv" for table in CSV_TABLES)}
    sample = {f"briefing.{language}.html" for language in LANGUAGES}
    if not (ROOT / ".git").exists():
        pytest.skip("this is no clone, but the files of one")
    command = ["git", "ls-files", "-z", "results"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S603 - git, with arguments of our own
    kept = {Path(name) for name in listed.split("\0") if name}
    wanted = {Path("results") / scenario / name for scenario in SHIPPED for name in names}
    wanted.add(Path("results/office_types/capacity.csv"))  # the one with kinds that fill up
    wanted |= {Path("results") / SAMPLE / name for name in sample}
    assert kept == {Path("results/README.md"), *wanted}
    assert sum((ROOT / path).stat().st_size for path in kept) < 1_500_000


@pytest.mark.long
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sample_is_the_briefing_of_its_tables(language: str, tmp_path: Path) -> None:
    kept, made = RESULTS / SAMPLE, tmp_path / SAMPLE
    shutil.copytree(kept, made, ignore=shutil.ignore_patterns("*.html", "*.parquet", "run.json"))
    done = CliRunner().invoke(app, ["brief", str(made), "--lang", language])
    assert done.exit_code == 0, done.output
    assert _without_pictures(made, language) == _without_pictures(kept, language), "make results"


def _without_pictures(folder: Path, language: str) -> str:
    """A briefing but for its maps, whose bytes depend on the fonts of a machine."""
    page = (folder / f"briefing.{language}.html").read_text(encoding="utf-8")
    return re.sub(r"base64,[^\"]*", "", page)


@pytest.fixture
def cloned(tmp_path: Path) -> Path:
    """A result as a fresh clone holds it."""
    left_out = shutil.ignore_patterns("*.parquet", "run.json", "briefing.*", "maps")
    return shutil.copytree(RESULTS / "announced_only", tmp_path / "announced_only", ignore=left_out)


def test_a_briefing_and_a_comparison_can_be_made_from_what_ships(cloned: Path) -> None:
    done = CliRunner().invoke(app, ["brief", str(cloned), "--format", "html", "--lang", "sv"])
    assert done.exit_code == 0, done.output
    assert (cloned / "briefing.sv.html").is_file()
    people = compare([read_result(cloned), read_result(cloned)]).people
    assert people["people_shorter"].isna().all()
    done = CliRunner().invoke(app, ["brief", str(cloned), "--format", "gpkg", "--lang", "sv"])
    assert isinstance(done.exception, InputError)
    assert done.exception.faults[0].value == "assignment.parquet"
