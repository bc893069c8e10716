"""`make results` writes every scenario of a folder, and one table of them all."""

from pathlib import Path

import pytest

from siting.results.result import read_result
from tools.make_results import make_results

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "nullia"


def test_every_scenario_gets_a_folder_and_a_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.make_results.scenario_folder", lambda: EXAMPLE)
    made = list(make_results(tmp_path))
    assert made == [tmp_path / "nullia", tmp_path / "README.md"]
    assert (tmp_path / "nullia" / "briefing.sv.html").is_file()
    result = read_result(tmp_path / "nullia")
    lines = made[-1].read_text(encoding="utf-8").splitlines()
    [row] = [line for line in lines if "](nullia" in line]
    assert f"| {result.manifest['status']} | {len(result.tables['sites'])} |" in row
