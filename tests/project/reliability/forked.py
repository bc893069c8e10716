"""Commands in processes that share one loading of the libraries, so that hundreds can be tried.

The process that forks must have no threads; `tests.project.reliability.trials` is one.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import siting.cli.app
import siting.pipeline.run
import siting.report.formats.terminal
import siting.report.write
from siting.__main__ import main

PATIENCE_S = 120.0


@dataclass(frozen=True)
class Ended:
    """How a process ended: its exit code as a shell shows it, and what it said."""

    code: int
    out: str
    err: str


def nothing() -> None:
    """Change nothing before a command."""


@dataclass
class Process:
    """A process that runs a command of siting, with all that it starts in a group of its own."""

    pid: int
    output: Path
    status: int | None = None

    def ended(self) -> bool:
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.status = status if pid else None
        return self.status is not None

    def listens(self) -> bool:
        """Whether it hears signals already: Linux says which are caught."""
        for line in Path(f"/proc/{self.pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("SigCgt:"):
                return bool(int(line.split()[1], 16) >> (signal.SIGTERM - 1) & 1)
        return False

    def wait(self, until: Callable[[], bool] | None = None, seconds: float = PATIENCE_S) -> None:
        """Wait until it has ended, or until something else holds."""
        end = time.monotonic() + seconds
        while not self.ended() and not (until and until()) and time.monotonic() < end:
            time.sleep(0.001)

    def send(self, number: int) -> None:
        if not self.ended():
            os.kill(self.pid, number)

    def kill(self) -> bool:
        """Kill it and all it has started, as kill -9 does; say whether it was still there."""
        there = not self.ended()
        if there:
            os.killpg(self.pid, signal.SIGKILL)
            self.wait()
        return there

    def end(self) -> Ended:
        self.wait()
        if not self.ended():
            self.kill()
            raise TimeoutError(f"{self.output} has not ended")
        code = os.waitstatus_to_exitcode(self.status or 0)
        said = [(self.output / name).read_text(encoding="utf-8") for name in ("out", "err")]
        return Ended(128 - code if code < 0 else code, *said)


def start(folder: Path, *arguments: str, before: Callable[[], object] = nothing) -> Process:
    """Start a command in a folder; `before` may change its surroundings first."""
    output = folder / f".output-{time.monotonic_ns()}"
    output.mkdir()
    pid = os.fork()
    if pid:
        # Both say so, so that the group is there for whoever needs it first.
        _lead_group(pid)
        return Process(pid, output)
    _lead_group(0)
    # Whoever calls the tests in the background may have made them deaf to Ctrl-C.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.chdir(folder)
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(output / name, os.O_CREAT | os.O_WRONLY, 0o644), number)
    os._exit(_called(arguments, before))


def call(folder: Path, *arguments: str, before: Callable[[], object] = nothing) -> Ended:
    return start(folder, *arguments, before=before).end()


def _lead_group(pid: int) -> None:
    try:
        os.setpgid(pid, pid)
    except OSError:
        return


def _called(arguments: tuple[str, ...], before: Callable[[], object]) -> int:
    try:
        before()
        sys.argv = ["siting", *arguments]
        main()
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else 1 if left.code else 0
    except BaseException:  # noqa: BLE001 - the child must not go on as its parent
        sys.excepthook(*sys.exc_info())
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


LOADED = (siting.cli.app, siting.pipeline.run, siting.report.write, siting.report.formats.terminal)
"""What every command would load by itself."""
