"""The command line called as a user does, but within this process: nothing is loaded again."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from siting.cli.app import main

type Call = Callable[..., subprocess.CompletedProcess[str]]


def calls_in(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Call:
    """Give what calls `siting` with some arguments in a folder."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "80")

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        monkeypatch.setattr(sys, "argv", ["siting", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        code = ended.value.code
        assert isinstance(code, int)
        return subprocess.CompletedProcess(arguments, code, printed.out, printed.err)

    return call


def call_anew(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Call `siting` as a process of its own."""
    return subprocess.run(  # noqa: S603 - our own program with arguments of our own
        [sys.executable, "-m", "siting", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
