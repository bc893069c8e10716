"""What the README shows is what comes out."""

import io
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from siting.report.console import print_result
from siting.report.result import RunResult

README = Path(__file__).resolve().parents[1] / "README.md"


def shown_by_run(result: RunResult) -> str:
    """What `siting run` prints, on a page of 80 columns."""
    stream = io.StringIO()
    folder = Path("results") / result.name
    print_result(result, folder, Console(file=stream, width=80, highlight=False))
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()).strip()


def test_the_output_in_the_readme_is_what_came_out(solved: Callable[..., RunResult]) -> None:
    text = README.read_text(encoding="utf-8")
    block = text.split("```\n")[1]
    assert block.strip() == shown_by_run(solved("remaining_offices"))


def test_every_command_in_the_readme_exists() -> None:
    from typer.main import get_command  # noqa: PLC0415 - only this test needs it

    from siting.cli import app  # noqa: PLC0415 - only this test needs it

    commands = set(get_command(app).commands)  # type: ignore[attr-defined]  # a group
    text = README.read_text(encoding="utf-8")
    named = {
        row.split("`siting ")[1].split("`")[0].split()[0]
        for row in text.splitlines()
        if row.startswith("| `siting ")
    }
    assert named <= commands
