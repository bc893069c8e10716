"""What a sweep is worth when workers die, the scheduler is lost, the disk is full, or on Ctrl-C."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.project.reliability.faults import fault
from tests.support.clusters import HASTE, dask_cluster, wait_until

pytestmark = pytest.mark.long  # it starts schedulers and workers

SWEEP = """
[sweep]
title = "A small sweep"
source = "None"
rationale = "To be disturbed."
base = "remaining_offices"

[grid]
area.counties = [["Gotlands län"]]
offices.open = [[]]
limits.fa_region_guarantee = [false]

[[runs]]
name = "none"
set.limits.new_offices_max = 0
[[runs]]
name = "impossible"
set.limits.new_offices_min = 2
[[runs]]
name = "one"
set.limits.new_offices_max = 1
[[runs]]
name = "far"
set.objective.kind = "worst"
[[runs]]
name = "cheap"
set.limits.annual_budget_msek = 1
[[runs]]
name = "two"
set.limits.new_offices_max = 2
[[runs]]
name = "three"
set.limits.new_offices_max = 3
[[runs]]
name = "dear"
set.limits.annual_budget_msek = 5
[[runs]]
name = "dearer"
set.limits.annual_budget_msek = 10
"""
RUNS = 9
"""So many that some are left when a worker, the scheduler and the sweep itself have been ended."""


class Folder:
    """A folder with the sweep, in which the command is called."""

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "small.toml").write_text(SWEEP, encoding="utf-8")
        self.results = path / "results" / "small"

    def start(self, *options: str) -> subprocess.Popen[str]:
        return subprocess.Popen(  # noqa: S603 - our own program with arguments of our own
            [sys.executable, "-m", "siting", "sweep", "small.toml", *options],
            cwd=self.path,
            env={**os.environ, **HASTE},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def call(self, *options: str) -> tuple[int, str, str]:
        return _ended(self.start(*options))

    def finished(self) -> dict[str, int]:
        """Each finished run and when it was written."""
        files = self.results.glob("runs/[a-z]*/manifest.json")
        return {path.parent.name: path.stat().st_mtime_ns for path in files}

    def tables(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.results.glob("sweep.*")}

    def wait_for(self, count: int) -> None:
        wait_until(lambda: len(self.finished()) >= count)


def _ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=200)
    assert "Traceback" not in err
    return process.returncode, out, err


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    folder = Folder(tmp_path_factory.mktemp("undisturbed"))
    code, out, err = folder.call("--workers", "1")
    assert (code, err) == (0, ""), out
    assert f"{RUNS} runs: 1 infeasible, {RUNS - 1} optimal." in out
    return folder


def test_the_table_says_what_each_run_came_to(undisturbed: Folder) -> None:
    frame = pd.read_parquet(undisturbed.results / "sweep.parquet").set_index("name")
    assert len(frame) == RUNS
    table: dict[str, dict[str, Any]] = frame.to_dict("index")  # type: ignore[assignment] # names
    assert table["none"]["mean_after"] == table["none"]["mean_before"]
    assert table["one"]["new_offices"] == 1
    assert table["one"]["mean_after"] < table["none"]["mean_after"]
    assert table["far"]["max_after"] <= frame["max_after"].min()
    assert table["cheap"]["annual_msek"] <= 1
    assert table["impossible"]["status"] == "infeasible"
    assert "limits.new_offices_min" in table["impossible"]["error"]
    assert "seconds" not in " ".join(frame.columns)
    sites = pd.read_csv(undisturbed.results / "runs" / "one" / "sites.csv", dtype=str)
    assert table["one"]["sites"] == sites["locality_code"].item()
    manifest = json.loads((undisturbed.results / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["finished"]


@fault(
    "A worker or the scheduler of a sweep is lost, or a sweep is stopped",
    "both are killed while a sweep runs; then SIGINT is sent to all of its processes",
    "finished runs are kept, exit code 4 or 130, and a line says how to go on; `--resume` makes "
    "the rest and the same table, byte for byte",
)
def test_whatever_happens_on_the_way_the_table_is_the_same(
    undisturbed: Folder, tmp_path: Path
) -> None:
    folder = Folder(tmp_path)
    _lose_worker_and_scheduler(folder)
    code, _, err = folder.call()
    assert code == 2
    assert "a sweep that is not finished stands there" in err
    _interrupt(folder)
    kept = folder.finished()
    code, out, err = folder.call("--resume", "--workers", "1")
    assert (code, err) == (0, "")
    assert f"{len(kept)} of them were there already." in out
    assert kept.items() < folder.finished().items()
    assert folder.tables() == undisturbed.tables()
    assert [*folder.results.rglob(".*")] == []


def _lose_worker_and_scheduler(folder: Folder) -> None:
    with dask_cluster(folder.path) as cluster:
        process = folder.start("--scheduler", cluster.address)
        folder.wait_for(1)
        cluster.workers[0].kill()
        folder.wait_for(2)
        cluster.scheduler.kill()
        code, _, err = _ended(process)
    assert code == 4
    assert err.startswith("The connection to the Dask scheduler tcp://")
    assert "with --resume makes the others" in err
    assert folder.tables() == {}


def _interrupt(folder: Folder) -> None:
    before = folder.finished()
    process = folder.start("--resume", "--workers", "1")
    folder.wait_for(len(before) + 1)
    # To every process, as a terminal does.
    os.killpg(process.pid, signal.SIGINT)
    code, _, err = _ended(process)
    assert code == 130
    made = folder.finished()
    assert before.items() < made.items()
    assert err.startswith(f"Interrupted. {len(made)} of {RUNS} runs are finished and kept in")


@pytest.fixture
def full_disk(undisturbed: Folder, tmp_path: Path) -> Iterator[Folder]:
    """The sweep without two of its runs, on a disk with no room for more."""
    folder = Folder(tmp_path)
    shutil.copytree(undisturbed.results, folder.results)
    runs, aside = folder.results / "runs", tmp_path / "aside"
    for name in ("one", "cheap"):
        shutil.rmtree(runs / name)
    runs.rename(aside)
    runs.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(runs)]
    mounted = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - as above
    if mounted.returncode:
        pytest.skip("a small disk can be mounted only by the administrator")
    try:
        shutil.copytree(aside, runs, dirs_exist_ok=True)
        # Room for the first files of a run, and not for all.
        free = shutil.disk_usage(runs).free
        (runs / "filler").write_bytes(bytes(free - 12_288))
        yield folder
    finally:
        subprocess.run(["umount", str(runs)], check=True)  # noqa: S603, S607 - as above


def test_on_a_full_disk_nothing_is_half_written(undisturbed: Folder, full_disk: Folder) -> None:
    before = full_disk.finished()
    code, out, err = full_disk.call("--resume", "--workers", "1")
    assert (code, err) == (4, "")
    assert f"{RUNS} runs: 2 failed, 1 infeasible, {RUNS - 3} optimal." in out
    assert "- one: failed: it could not be written: " in out
    assert "No space left on device" in out
    assert full_disk.finished() == before
    assert [*full_disk.results.rglob(".*")] == []
    (full_disk.results / "runs" / "filler").unlink()
    code, _, err = full_disk.call("--resume", "--workers", "1")
    assert (code, err) == (0, "")
    assert full_disk.tables() == undisturbed.tables()


def test_all_finished_leaves_nothing_to_do_and_needs_no_cluster(undisturbed: Folder) -> None:
    before, tables = undisturbed.finished(), undisturbed.tables()
    code, out, _ = undisturbed.call("--resume", "--scheduler", "tcp://127.0.0.1:1")
    assert code == 0
    assert f"{RUNS} of them were there already." in out
    assert undisturbed.finished() == before
    assert undisturbed.tables() == tables
