"""Pages whose commands are run in their order: python -m tools.play_pages writes what comes out.

A page holds blocks of two kinds. ```console has lines "$ command", each with what it printed under
it; ```toml that begins with "# in FILE" is what the reader types into that file, a line for the key
of the same name, or for the one named behind "# was:".
"""

import contextlib
import datetime as dt
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

from siting.cli import app as cli
from tests.support.pages import DOCS, FENCE, README, tidy

PAGES = ("tutorial", "errors")
WIDTH = "80"
DAY = dt.date(2026, 11, 27)
"""When the scenario of the tutorial was written; it shows in what differs between two results."""
MAKE_RUN = "make run"
"""Not run here, for it makes an environment: its output is that of the README, held by a test."""
TELL = ' || echo "exit code $?"'
WAS = " # was: "
BLOCK = re.compile(r"```(?P<kind>console|toml)\n(?P<text>.*?)```\n", re.DOTALL)
_EDIT = re.compile(r"# in (?P<file>\S+)\n(?P<lines>.*)", re.DOTALL)


def played(page: str, folder: Path) -> str:
    """Return a page with what its commands print when they are run in a folder, in their order."""
    for needed in ("results/remaining_offices", "docs/examples/nullia"):
        shutil.copytree(README.parent / needed, folder / needed)
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    with (
        contextlib.chdir(folder),
        mock.patch.dict(os.environ, {"COLUMNS": WIDTH}),
        mock.patch("siting.scenario.template._today", return_value=DAY),
    ):
        return BLOCK.sub(_block, text)


def _block(found: re.Match[str]) -> str:
    if found["kind"] == "toml":
        if (edit := _EDIT.fullmatch(found["text"])) is not None:
            _type(Path(edit["file"]), edit["lines"].splitlines())
        return found[0]
    return f"```console\n{''.join(_shown(found['text']))}```\n"


def _shown(text: str) -> Iterator[str]:
    """Yield the commands of a block, each with what it prints now."""
    for line in text.splitlines():
        if line.startswith("$ "):
            yield f"{line}\n"
            yield output(line.removeprefix("$ "))


def output(command: str) -> str:
    """Return what a command prints; one that fails must be followed by the line that tells so."""
    telling = command.endswith(TELL)
    words = shlex.split(command.removesuffix(TELL))
    if command == MAKE_RUN:
        return README.read_text(encoding="utf-8").split(FENCE)[1]
    code, printed = _siting(words) if words[0] == "siting" else _other(words)
    if code and not telling:
        raise AssertionError(f"{command} ended with {code}:\n{printed}")
    return f"{tidy(printed)}\n" + (f"exit code {code}\n" if code else "")


def _siting(words: list[str]) -> tuple[int, str]:
    """Run the command line in this process, which spares the seconds of loading it."""
    printed = io.StringIO()
    with (
        mock.patch.object(sys, "argv", words),
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
    ):
        try:
            cli.main()
        except SystemExit as end:
            return int(end.code or 0), printed.getvalue()
    return 0, printed.getvalue()


def _other(words: list[str]) -> tuple[int, str]:
    done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603 - of our own page
    return done.returncode, done.stdout + done.stderr


def _type(path: Path, lines: list[str]) -> None:
    """Do to a file what a reader does who follows the page."""
    text = path.read_text(encoding="utf-8")
    for line in lines:
        new, _, was = line.partition(WAS)
        old = was or f"{new.split(' = ')[0]} = "
        found = re.search(rf"^{re.escape(old)}.*$", text, re.MULTILINE)
        assert found is not None, f"{path} has no line that begins with {old}"
        text = text[: found.start()] + new + text[found.end() :]
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    for name in sys.argv[1:] or PAGES:
        with tempfile.TemporaryDirectory() as scratch:
            path = DOCS / f"{name}.md"
            path.write_text(played(name, Path(scratch)), encoding="utf-8")
