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
_TABLES = {
    "ids": "Write the ids of points, offices and candidates, with names and positions.",
    "times": "Write the travel times in the form that [travel_times] file is read in.",
}


def _add_table(kind: str, meaning: str) -> None:
    @export_app.command(kind, help=meaning)
    def export(
        scenario: options.ScenarioArgument,
        *,
        out: Annotated[Path, Option(metavar="FILE", help="A new file: .csv, .xlsx or .parquet.")],
        overrides: options.Overrides = None,
        allow: options.Allow = None,
    ) -> None:
        from siting.pipeline.export import export_table

        file = siting.read_scenario(scenario, overrides or (), allow=allow or ())
        with options.progress_on_terminal() as progress:
            typer.echo(str(export_table(kind, file, out, progress)))


for name, what in _TABLES.items():
    _add_table(name, what)


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
