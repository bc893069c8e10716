"""The commands around a frontier and a comparison, as a user calls them."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from tests.support.cli import Call


@pytest.mark.long
def test_a_frontier_leaves_tables_and_a_page_and_can_be_compared(
    call: Call, tmp_path: Path
) -> None:
    done = call("run", "announced_only", "--frontier", "3..5")
    assert done.returncode == 0, done.stderr
    assert "Frontier: 3 steps, 2 possible, 2 proved." in done.stdout
    folder = tmp_path / "results" / "announced_only"
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["frontier"] == {"first": 3, "last": 5, "keep_budget": False}
    assert pd.read_csv(folder / "frontier.csv")["step"].tolist() == [0, 3, 4, 5]
    page = (folder / "explorer.html").read_bytes()
    assert call("explore", "announced_only").returncode == 0
    assert (folder / "explorer.html").read_bytes() == page
    shutil.copytree(folder, tmp_path / "results" / "other")
    manifest["network_fingerprint"] = "another"
    path = tmp_path / "results" / "other" / "manifest.json"
    path.write_text(json.dumps(manifest), encoding="utf-8")
    refused = call("compare", "announced_only", "other")
    assert refused.returncode == 2
    assert "network_fingerprint" in refused.stderr
    assert "--anyway" in refused.stderr
    asked = ("compare", "announced_only", "other", "--anyway", "--out", "side by side")
    compared, swedish = call(*asked), call(*asked, "--lang", "sv")
    assert compared.returncode == 0, compared.stderr
    assert "The whole country" in compared.stdout
    assert "Hela landet" in swedish.stdout
    assert "comparison.sv.html" in compared.stdout.splitlines()[-11]
    assert (tmp_path / "side by side" / "comparison.sv.html").is_file()


def test_faults_of_range_and_result_are_told_before_any_work(call: Call) -> None:
    done = call("run", "announced_only", "--frontier", "5-3")
    assert done.returncode == 2
    assert "--frontier = '5-3': is no range" in done.stderr
    done = call("compare", "nothing", "neither")
    assert done.returncode == 2
    assert "not a result" in done.stderr
    assert "Traceback" not in done.stderr
