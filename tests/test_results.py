"""The results that ship are those that the code gives; after a wanted change: make results."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from siting.report.overview import overview
from siting.report.result import CSV_TABLES, RunResult
from siting.report.write import write_result
from siting.shipped import scenario_folder

RESULTS = Path(__file__).resolve().parents[1] / "results"
SHIPPED = sorted(path.stem for path in scenario_folder().glob("*.toml"))
_CODES = ("code", "locality_code", "municipality_code", "fa_code", "county_code")


def _read(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / f"{name}.csv", dtype=dict.fromkeys(_CODES, str))


@pytest.mark.parametrize("name", SHIPPED)
def test_the_tables_that_ship_are_those_of_a_run(
    solved: Callable[..., RunResult], name: str, tmp_path: Path
) -> None:
    folder = write_result(solved(name), tmp_path)
    for table in CSV_TABLES:
        kept, made = _read(RESULTS / name, table), _read(folder, table)
        pd.testing.assert_frame_equal(kept, made, atol=2e-6, rtol=1e-9, obj=f"{name}/{table}")
    for language in ("sv", "en"):
        assert (RESULTS / name / f"briefing.{language}.html").is_file()


def test_the_overview_that_ships_is_that_of_the_runs(solved: Callable[..., RunResult]) -> None:
    made = overview(solved(name) for name in SHIPPED)
    assert (RESULTS / "README.md").read_text(encoding="utf-8") == made


def test_what_ships_is_small() -> None:
    files = (path for name in SHIPPED for path in (RESULTS / name).iterdir())
    kept = [path.stat().st_size for path in files if path.suffix in {".csv", ".html", ".json"}]
    assert sum(kept) < 6_000_000
