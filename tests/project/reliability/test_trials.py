"""Runs that are killed, stopped, started at once, or made in unusual surroundings."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.project.reliability.faults import fault

ROOT = Path(__file__).resolve().parents[3]

pytestmark = [
    pytest.mark.long,  # dozens of runs, each a process
    pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked"),
]


@pytest.fixture(scope="module")
def tried() -> dict[str, Any]:
    """All trials, few of each; SITING_KILLS and SITING_SIGNALS give other numbers."""
    kills, signals = os.environ.get("SITING_KILLS", "4"), os.environ.get("SITING_SIGNALS", "4")
    command = [sys.executable, "-m", "tests.project.reliability.trials"]
    done = subprocess.run(  # noqa: S603 - our own program
        [*command, "--kills", kills, "--signals", signals],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@fault(
    "A run is killed with kill -9",
    "at random moments of a run, half of them while it writes; `make soak` tries 300 in Sweden",
    "what stands in the folder of results is whole; the next run gives, byte for byte, the result "
    "of an undisturbed run, and leaves nothing beside it",
)
def test_after_a_kill_the_next_run_is_right(tried: dict[str, Any]) -> None:
    killed = tried["killed"]
    assert killed["kills"] >= 1
    assert killed["while_writing"] >= 1
    assert (killed["damaged"], killed["wrong_after"], killed["left_over"]) == ([], [], [])


@fault(
    "A run is stopped: Ctrl-C (SIGINT) or SIGTERM",
    "at random moments of a run, and within a solver or a library that does not return; "
    "`make soak` tries 60 and measures how long they take",
    "it ends with exit code 130 or 143 and one plain line, and so do the processes that it has "
    "started; the older result stays whole, nothing is left beside it. `siting robustness` and "
    "`siting sweep` first keep what is finished",
)
def test_a_signal_ends_a_run_in_one_line(tried: dict[str, Any]) -> None:
    stopped = tried["signalled"]
    assert stopped["codes"].keys() <= {"SIGINT 130", "SIGTERM 143"}
    assert sum(stopped["codes"].values()) == stopped["sent"] >= 2
    assert set(stopped["lines"]) <= {
        "",  # the command was over, and its process about to leave
        "Stopped by SIGINT; nothing is half-written.\n",
        "Stopped by SIGTERM; nothing is half-written.\n",
    }
    assert (stopped["damaged"], stopped["left_over"]) == ([], [])


@fault(
    "Eight runs of the same result at once",
    "eight processes of one scenario, with one folder of results",
    "one writes, and the others say in one line which process does, exit code 2; the result is "
    "right",
)
def test_of_runs_of_one_result_one_writes(tried: dict[str, Any]) -> None:
    same = tried["same"]
    assert set(same["codes"]) <= {0, 2}
    assert 0 in same["codes"]
    assert 2 in same["codes"]
    for line in same["said"]:
        assert " is being written by process " in line
        assert line.count("\n") == 1
    assert (same["wrong"], same["left_over"]) == ([], [])


@fault(
    "Eight runs of different results at once",
    "eight processes with a folder of results each, and one empty cache",
    "all are right",
)
def test_runs_of_different_results_do_not_meet(tried: dict[str, Any]) -> None:
    different = tried["different"]
    assert different["codes"] == [0] * 8
    assert (different["wrong"], different["left_over"]) == ([], [])


@fault(
    "The clock jumps",
    "it jumps by up to four months, back or forth, at every look",
    "the result is the same, byte for byte: dates come from the scenario, durations from a clock "
    "that only goes forward",
)
def test_no_figure_depends_on_the_clock(tried: dict[str, Any]) -> None:
    assert tried["clock"] == {"code": 0, "err": "", "wrong": []}


@fault(
    "A locale with a decimal comma",
    "the process runs in sv_SE.UTF-8, set for all libraries",
    "the result is the same, byte for byte",
)
def test_a_decimal_comma_changes_nothing(tried: dict[str, Any]) -> None:
    if tried["comma"] is None:
        pytest.skip("the system cannot make the locale sv_SE.UTF-8")
    assert tried["comma"] == {"code": 0, "err": "", "wrong": []}


@fault(
    "Windows line ends, a byte order mark, paths with spaces and å ä ö",
    "every table and the scenario of the example country get both, in such a folder",
    "all tables of the result are the same, byte for byte",
)
def test_files_of_windows_and_swedish_paths_are_read(tried: dict[str, Any]) -> None:
    assert tried["windows"] == {"code": 0, "err": "", "wrong": []}


def test_a_result_whose_run_was_killed_in_the_swap_is_read(tried: dict[str, Any]) -> None:
    assert tried["swap"] == []
