"""The command that repeats a run."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from siting.cli_trust import Allow, progress_on_terminal

# Commands import what they need when they are called, so that --help answers at once.
# ruff: noqa: PLC0415

DIFFERS = 5


def rerun(  # noqa: PLR0913 - one parameter an option
    result: Annotated[
        str, typer.Argument(metavar="RESULT", help="A result's folder, or its name in results/.")
    ],
    *,
    results: Annotated[
        Path | None, typer.Option(help="Write the new result into this folder.")
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            help="What the paths in the scenario are relative to. Default: the folder of the "
            "shipped scenario of that name, else the one you are in."
        ),
    ] = None,
    allow: Allow = None,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Go on though input files differ.")
    ] = False,
    table: Annotated[
        Path | None, typer.Option(help="Write every cell that differs to this CSV file.")
    ] = None,
) -> None:
    """Repeat a run from its manifest and say which figures differ."""
    from siting.aside import write_file
    from siting.report.cells import as_csv
    from siting.report.rerun import print_rerun
    from siting.report.result import find_result
    from siting.report.write import check_target, write_result
    from siting.rerun import rerun as repeat

    old = find_result(result)
    if results is not None:
        _refuse_same(old, check_target(old.absolute().name, results))
    with progress_on_terminal() as progress:
        made = repeat(
            old, relative_to=folder, allow=tuple(allow or ()), anyway=anyway, progress=progress
        )
    console = Console(highlight=False)
    for fault in made.other_inputs:
        console.print(f"Another input: {fault.file}", soft_wrap=True, markup=False)
    print_rerun(made.found, made.lacking, made.versions, console)
    if table is not None:
        write_file(table, as_csv(made.found.cells), option="--table")
    if results is not None:
        written = write_result(made.result, results)
        console.print(f"Files: {written}", soft_wrap=True, markup=False)
    if not made.same:
        raise typer.Exit(DIFFERS)


def _refuse_same(old: Path, new: Path) -> None:
    from siting.errors import Fault, InputError

    if old.resolve() == new.resolve():
        problem = "the result to compare with stands there"
        remedy = "Choose another folder, so that both are kept."
        raise InputError([Fault("command line", "--results", str(new.parent), problem, remedy)])
