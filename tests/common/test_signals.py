"""A process ends soon on a signal, even where a library does not return."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.clusters import wait_until

_SWALLOWED = """
import sys, time
while True:
    try:
        print("busy", flush=True)
        time.sleep(60)
    except BaseException:
        pass
"""
# A market split problem, over which branch and bound takes hours.
_SOLVER = """
import numpy as np, pulp
from siting.model import Solver
from siting.model.solving.solvers import SolverTask, run
from siting.model.solving.search import Search
problem = pulp.LpProblem()
split = [problem.add_variable(f"x{i}", cat="Binary") for i in range(40)]
problem += pulp.lpSum(split)
for row in np.random.default_rng(1).integers(0, 100, (5, 40)):
    problem += pulp.lpSum(int(w) * x for w, x in zip(row, split)) == int(row.sum() // 2)
print("busy", flush=True)
run(SolverTask(problem, 0.0, Search(Solver(), 1e-9, None)))
print("solved", flush=True)
"""
_WRITING = """
import time
from pathlib import Path
from siting.common.files import replace_folder
def fill(place):
    (place / "half").touch()
    print("busy", flush=True)
    while True:
        try:
            time.sleep(60)
        except BaseException:
            pass
replace_folder(Path("target"), fill)
"""
_CHILD = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("busy", child.pid, flush=True)
child.wait()
"""


def _interrupted(code: str, number: int, folder: Path) -> tuple[int, str, str]:
    # Whoever calls the tests in the background may have made them deaf to Ctrl-C.
    heard = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_DFL)\n"
    listening = (
        f"{heard}from siting.common import signals\nwith signals.listening():\n    exec(CODE)\n"
    )
    command = [sys.executable, "-c", f"CODE = {code!r}\n{listening}"]
    process = subprocess.Popen(  # noqa: S603 - our own program
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    assert first.startswith("busy")
    process.send_signal(number)
    out, err = process.communicate(timeout=50)
    return process.returncode, first + out, err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("code", [_SWALLOWED, _SOLVER, _WRITING], ids=["kept", "solver", "files"])
def test_it_ends_in_one_line(code: str, number: signal.Signals, tmp_path: Path) -> None:
    returned, out, err = _interrupted(code, number, tmp_path)
    assert returned == 128 + number
    assert err == f"Stopped by {number.name}; nothing is half-written.\n"
    assert "solved" not in out
    assert [path.name for path in tmp_path.iterdir()] in ([], [".target.lock"])


def test_processes_that_it_has_started_end_with_it(tmp_path: Path) -> None:
    returned, out, _ = _interrupted(_CHILD, signal.SIGTERM, tmp_path)
    assert returned == 143
    wait_until(lambda: _has_ended(int(out.split()[1])))


def _has_ended(pid: int) -> bool:
    """Whether a process is gone, or a zombie that its new parent has not yet collected."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except (ProcessLookupError, FileNotFoundError):
        return True
    return state.rpartition(")")[2].split()[0] == "Z"
