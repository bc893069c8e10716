"""The command for many runs."""

from typing import Annotated

import typer
from rich.console import Console

from siting.cli_trust import RESULTS, STOPPED, Allow, Results, progress_on_terminal
from siting.errors import Fault, InputError

# Commands import what they need when they are called, so that --help answers at once.
# ruff: noqa: PLC0415

_WORKERS = 2


def sweep(  # noqa: PLR0913 - one parameter an option
    name: Annotated[
        str, typer.Argument(metavar="SWEEP", help="Path of a sweep file, or a shipped one's name.")
    ],
    *,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help=f"Processes of this machine; default {_WORKERS}."),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Dask scheduler whose workers make the runs instead."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Keep finished runs and make the missing ones.")
    ] = False,
    allow: Allow = None,
    results: Results = RESULTS,
) -> None:
    """Run a scenario with many values of some keys, and put the answers into one table."""
    if workers and scheduler:
        remedy = "Leave out one of them: workers of a Dask cluster are started with it."
        problem = "a scheduler has workers of its own"
        raise InputError([Fault("command line", "--workers", workers, problem, remedy)])
    from siting.report.sweep import print_sweep
    from siting.sweep import find_sweep, read_sweep, run_sweep

    asked = read_sweep(find_sweep(name), allow=allow or ())
    with progress_on_terminal() as progress:
        swept = run_sweep(
            asked,
            results,
            workers=workers or _WORKERS,
            scheduler=scheduler,
            resume=resume,
            progress=progress,
        )
    console = Console(highlight=False)
    print_sweep(asked.about.title, swept.table, console)
    if resume:
        console.print(f"{swept.kept} of them were there already.")
    console.print(f"Files: {swept.folder}", soft_wrap=True, markup=False)
    if not swept.settled:
        raise typer.Exit(STOPPED)
