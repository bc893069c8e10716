"""Options that several commands share, progress on the terminal, and exit codes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

ScenarioArgument = Annotated[
    str,
    typer.Argument(
        metavar="SCENARIO",
        help="Path of a scenario file, or the name of one that ships or lies here.",
    ),
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
STOPPED = 4


@contextmanager
def progress_on_terminal() -> Iterator[Callable[[str], None]]:
    """Show what is being done while it is done, on a terminal; elsewhere keep silent."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    with console.status("Starting") as status:
        yield status.update
