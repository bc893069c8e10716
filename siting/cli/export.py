"""The commands that write what a scenario rests on into files: `siting export …`."""

from pathlib import Path
from typing import Annotated, Literal

import typer
from typer import Argument, Option

import siting
from siting.cli import options
from siting.common.package import data_folder

# Commands import what they need when they are called, so that --help answers at once.
# ruff: noqa: PLC0415

export_app = typer.Typer(help="Write what a scenario rests on into files.", no_args_is_help=True)


@export_app.command("ids", help="Write the ids of points, offices and candidates.")
@export_app.command("times", help="Write travel times as [travel_times] file is read.")
def export(
    context: typer.Context,
    scenario: options.ScenarioArgument,
    *,
    out: Annotated[Path, Option(metavar="FILE", help="A new file: .csv, .xlsx or .parquet.")],
    overrides: options.Overrides = None,
    allow: options.Allow = None,
) -> None:
    """Write the table that a command is called after."""
    from siting.pipeline.export import export_table

    file = siting.read_scenario(scenario, overrides or (), allow=allow or ())
    with options.progress_on_terminal() as progress:
        typer.echo(str(export_table(str(context.info_name), file, out, progress)))


def template(
    kind: Annotated[
        Literal["scenario", "offices", "demand", "candidates", "costs"], Argument(help="What for.")
    ],
    *,
    out: Annotated[Path, Option(metavar="FILE", help="A new file: .xlsx.")],
    language: options.Language = "en",
) -> None:
    """Write an Excel file to fill in, with notes, lists to choose from and examples."""
    from siting.report.forms import write_template

    typer.echo(str(write_template(kind, out, language, data_folder())))
