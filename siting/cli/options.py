"""Options that several commands share, progress on the terminal, refusals and exit codes."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer
from rich.console import Console
from typer import Argument, Option

from siting.common.errors import Fault, InputError, InterruptError, MissingExtraError, StoppedError
from siting.common.package import require_report
from siting.common.signals import Progress

if TYPE_CHECKING:
    from siting.report.document import Document

ScenarioArgument = Annotated[
    str,
    Argument(
        metavar="SCENARIO",
        help="Path of a scenario file, or the name of one that ships or lies here.",
    ),
]
ResultArgument = Annotated[
    str, Argument(metavar="RESULT", help="A result's folder, or its name in results/.")
]
Overrides = Annotated[
    list[str] | None,
    Option("--set", metavar="KEY=VALUE", help="Override a key (none: its default)."),
]
Allow = Annotated[
    list[Path] | None,
    Option("--allow", metavar="FOLDER", help="Let the scenario name files in this folder too."),
]
Results = Annotated[Path, Option(help="Folder of all results.")]
RESULTS = Path("results")
Roads = Annotated[
    Literal["main", "drive", "all"],
    Option("--roads", help="Main roads; all public streets; service roads as well."),
]
Timeout = Annotated[float, Option("--timeout", help="Seconds before a server counts as stuck.")]
Tries = Annotated[int, Option("--tries", min=1, help="How often to ask a server.")]
Language = Annotated[Literal["sv", "en"], Option("--lang", help="Language of what is printed.")]


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


def show(document: "Document", width: int | None = None) -> None:
    """Print a document on the terminal."""
    from siting.report.formats.terminal import print_document  # noqa: PLC0415 - loaded when needed

    print_document(document, Console(highlight=False, width=width))


def agree(question: str) -> None:
    """Ask whether to go on, on a terminal; elsewhere nobody can be asked."""
    if not sys.stdin.isatty():
        refuse("--yes", None, f"nobody can be asked: {question.rstrip('?')}", "If so, add --yes.")
    if not typer.confirm(question):
        raise InterruptError("Nothing was downloaded.")


def end_unless(*, proved: bool) -> None:
    """End with the exit code of an answer without its proof, if that is missing."""
    if not proved:
        raise typer.Exit(StoppedError.exit_code)


def refuse(option: str, value: object, problem: str, remedy: str) -> NoReturn:
    """Say what is wrong with an option."""
    raise InputError([Fault("command line", option, value, problem, remedy)])
