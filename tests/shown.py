"""What `siting run` shows, as the README holds it."""

import io
from pathlib import Path

from rich.console import Console

from siting.report.console import print_result
from siting.report.result import RunResult

README = Path(__file__).resolve().parents[1] / "README.md"
FENCE = "```\n"


def shown_by_run(result: RunResult) -> str:
    """The output on a page of 80 columns."""
    stream = io.StringIO()
    folder = Path("results") / result.name
    print_result(result, folder, Console(file=stream, width=80, highlight=False))
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()).strip()
