"""Options that several commands share, progress on the terminal, and exit codes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from siting.common.errors import MissingExtraError, StoppedError
from siting.common.package import require_report
from siting.common.signals import Progress

ScenarioArgument = Annotated[
    str,
    typer.Argument(
        metavar="SCENARIO",
        help="Path of a scenario file, or the name of one that ships or lies here.",
    ),
]
ResultArgument = Annotated[
    str, typer.Argument(metavar="RESULT", help="A result's folder, or its name in results/.")
]
Overrides = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Override a key (none: its default)."),
]
Allow = Annotated[
    list[Path] | None,
    typer.Option(
        "--allow", metavar="FOLDER", help="Let the scenario name files in this folder too."
    ),
]
Results = Annotated[Path, typer.Option(help="Folder of all results.")]
RESULTS = Path("results")
STOPPED = StoppedError.exit_code
"""The exit code where an answer is there, but not its proof."""


@contextmanager
def progress_on_terminal(*, quiet: bool = False) -> Iterator[Progress]:
    """Show what is being done while it is done, on a terminal; elsewhere keep silent."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda _: None
        return
    with console.status("Starting") as status:
        yield status.update


def can_report(otherwise: str) -> bool:
    """Whether the packages for reports are there; where they are missing, say so in a line."""
    try:
        require_report()
    except MissingExtraError as error:
        typer.echo(f"{otherwise} {error}", err=True)
        return False
    return True


def end_unless(*, proved: bool) -> None:
    """End with the exit code of what is not proved, if it is not."""
    if not proved:
        raise typer.Exit(STOPPED)
