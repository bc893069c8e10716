"""The commands. Each reads its arguments, calls one function and prints what it gives."""

import shlex
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from typer import Argument, Option

import siting
from siting.cli import options
from siting.cli.benchmark import benchmark
from siting.cli.export import export_app, template
from siting.cli.network import network_app
from siting.cli.studies import alternatives, explain, frontier, hindcast, rerun, robustness, sweep
from siting.common.errors import Fault, InfeasibleError, InputError, SitingError, refuse_all
from siting.common.package import data_folder, require_report

# Commands import what they need when they are called, so that --help and a faulty scenario
# answer at once instead of after seconds of loading.
# ruff: noqa: PLC0415

app = typer.Typer(
    help="Choose where public service offices should open, by road travel time and with proof.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
data_app = typer.Typer(help="Make and check the tables in data/.", no_args_is_help=True)
app.add_typer(data_app, name="data")
app.add_typer(network_app, name="network")
app.add_typer(export_app, name="export")
for command in (hindcast, alternatives, explain, robustness, frontier, benchmark, sweep, rerun):
    app.command()(command)
app.command()(template)


def main() -> None:
    """Run the command line; turn errors that are the user's to fix into text and exit code."""
    try:
        app()
    except SitingError as error:
        _explain(error)
        sys.exit(error.exit_code)
    except OSError as error:
        # What no other place has put into better words: a full disk, missing rights.
        where = f"{error.filename}: " if error.filename else ""
        _explain(SitingError(f"{where}{error.strerror or error}. Nothing is half-written."))
        sys.exit(SitingError.exit_code)


def _explain(error: SitingError) -> None:
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    if isinstance(error, InputError):
        count = len(error.faults)
        console.print(f"{count} fault{'s' if count > 1 else ''} in the input:", markup=False)
        for fault in error.faults:
            console.print(f"- {fault}", markup=False)
    elif isinstance(error, InfeasibleError):
        console.print("No answer satisfies all limits. These clash:", markup=False)
        for limit in error.clash:
            console.print(f"- {limit.key}: {limit.sentence}", markup=False)
    else:
        console.print(str(error), markup=False)


def _show_version(*, wanted: bool) -> None:
    if wanted:
        typer.echo(f"siting {version('siting')}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    show_version: Annotated[
        bool, Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Take the options that hold for no command in particular."""


@app.command()
def run(  # noqa: PLR0913 - one parameter an option
    scenario: options.ScenarioArgument,
    *,
    overrides: options.Overrides = None,
    allow: options.Allow = None,
    results: options.Results = options.RESULTS,
    time_limit: Annotated[
        float | None, Option(help="Stop solving after this many seconds.")
    ] = None,
    gap: Annotated[
        float | None, Option(help="Stop when this near to the best, such as 0.01 for 1 %.")
    ] = None,
    frontier: Annotated[
        str | None,
        Option(metavar="A..B", help="Solve for A to B new offices too; adds explorer.html."),
    ] = None,
    keep_budget: Annotated[
        bool, Option("--keep-budget", help="Hold the frontier to the budgets.")
    ] = False,
    scheduler: Annotated[
        str | None,
        Option(metavar="ADDRESS", help="Dask scheduler whose workers find travel times."),
    ] = None,
    certificate: Annotated[
        bool, Option("--certificate", help="Write a proof too; siting verify checks it.")
    ] = False,
    quiet: Annotated[bool, Option("--quiet", help="Print only where the files are.")] = False,
    brief: Annotated[bool, Option(help="Write maps and the briefing as HTML too.")] = True,
    language: options.Language = "en",
) -> None:
    """Solve a scenario and write its results."""
    from siting.common.parallel import check_cluster
    from siting.pipeline.steps import read_frontier
    from siting.report.summary import summary
    from siting.results.write import claim

    limits = {"solver.time_limit_s": time_limit, "solver.gap": gap}
    given = [f"{key}={value}" for key, value in limits.items() if value is not None]
    file = siting.read_scenario(scenario, [*(overrides or ()), *given], allow=allow or ())
    steps = read_frontier(frontier, keep_budget=keep_budget) if frontier else None
    with claim(file.name, results), options.progress_on_terminal(quiet=quiet) as progress:
        if scheduler:
            check_cluster(scheduler)
        result = siting.run(
            file, frontier=steps, workers=scheduler, certificate=certificate, progress=progress
        )
        folder = siting.write_result(result, results)
        if brief:
            progress("Writing the briefing")
            _brief_if_possible(result, folder)
    if quiet:
        typer.echo(str(folder))
    else:
        options.show(summary(result, folder, language))
    options.end_unless(proved=result.settled)


def _brief_if_possible(result: "siting.Result", folder: Path) -> None:
    """Write the briefing; where its packages are missing say so in a line, and leave it."""
    if not options.can_report("No briefing was written."):
        return
    from siting.studies.companions import trust_by_language

    trust = trust_by_language(result, folder)
    siting.write_briefing(result, folder, trust=trust)
    if "frontier" in result.tables and not result.outside_sweden:
        _write_explorer(folder)


def _write_explorer(folder: Path) -> Path:
    """Write the explorer page of a result from its files and the studies beside it."""
    from siting.report.explorer.page import write_explorer
    from siting.studies.companions import picked_shares, read_companions

    result = siting.read_result(folder)
    return write_explorer(result, folder, picked_shares(read_companions(result, folder)))


@app.command("brief")
def write_brief(
    result: options.ResultArgument,
    *,
    formats: Annotated[
        str, Option("--format", help="html, docx, xlsx, pdf, gpkg; several with commas.")
    ] = "html",
    languages: Annotated[str, Option("--lang", help="sv, en; several with a comma.")] = "sv,en",
) -> None:
    """Write maps and the briefing of a result into its folder."""
    from siting.results.result import find_result
    from siting.results.write import holding

    require_report()
    from siting.studies.companions import trust_by_language

    folder = find_result(result)
    left = siting.read_result(folder)
    with holding(folder):
        written = siting.write_briefing(
            left,
            folder,
            formats=[name.strip() for name in formats.split(",")],
            languages=[name.strip() for name in languages.split(",")],
            trust=trust_by_language(left, folder),
        )
    for path in written:
        typer.echo(str(path))


@app.command()
def check(
    scenarios: Annotated[
        list[str], Argument(metavar="SCENARIO…", help="Paths or names of shipped ones.")
    ],
    *,
    allow: options.Allow = None,
) -> None:
    """Check scenario files, without solving them."""
    faults: list[Fault] = []
    for scenario in scenarios:
        try:
            file = siting.read_scenario(scenario, allow=allow or ())
            meanings = siting.check(file)
            typer.echo("\n  ".join((f"{file.path}: no faults", *meanings)))
        except InputError as error:
            faults += error.faults
    refuse_all(faults)


@app.command()
def verify(
    target: Annotated[
        str, Argument(metavar="RESULT|CERTIFICATE", help="A result, or a certificate by itself.")
    ],
    *,
    language: options.Language = "en",
) -> None:
    """Check the certificate of a result, in exact arithmetic and without any solver.

    Ends with 1 if what it claims does not follow.
    """
    from siting.report.summary import proofs

    for line in proofs(siting.verify(target), language):
        typer.echo(line)


@app.command()
def explore(result: options.ResultArgument) -> None:
    """Write explorer.html, a page with a map and a slider, into the folder of a result."""
    from siting.results.result import find_result

    require_report()
    typer.echo(str(_write_explorer(find_result(result))))


@app.command()
def compare(
    results: Annotated[
        list[str], Argument(metavar="RESULT…", help="Two to six, by folder or name.")
    ],
    *,
    out: Annotated[Path, Option(help="Folder for the pages and tables.")] = Path(
        "results/comparison"
    ),
    anyway: Annotated[
        bool, Option("--anyway", help="Compare even other demand or another network.")
    ] = False,
    language: options.Language = "en",
) -> None:
    """Put two to six results side by side, the others against the first."""
    require_report()
    from siting.studies.compare.page import tell_comparison

    with options.progress_on_terminal() as progress:
        comparison = siting.compare(results, anyway=anyway, progress=progress)
    options.show(tell_comparison(comparison, language))
    for path in siting.write_comparison(comparison, out):
        typer.echo(str(path))


@app.command("new-scenario")
def new_scenario(
    name: Annotated[str, Argument(help="Name of the new scenario.")],
    *,
    source: Annotated[
        str | None, Option("--from", metavar="SCENARIO", help="Start from this scenario.")
    ] = None,
) -> None:
    """Write a commented scenario file to start from."""
    from siting.scenario.template import write_starter

    path = write_starter(name, siting.find_scenario(source) if source else None)
    typer.echo(f"Wrote {path}. Edit it, then: siting run {shlex.quote(str(path))}")


@data_app.command("build")
def data_build(
    raw: Annotated[Path, Option(help="Folder of the raw tables and the raw road file.")],
    *,
    data: Annotated[Path | None, Option(help="The data folder.")] = None,
) -> None:
    """Make the tables in data/ from the raw ones."""
    from siting.pipeline.build import build_data

    for line in build_data(raw, data_folder(data)):
        typer.echo(line)


@data_app.command("check")
def data_check(*, data: Annotated[Path | None, Option(help="The data folder.")] = None) -> None:
    """Check every table and the data ledger."""
    from siting.inputs.ledger import check_data

    for line in check_data(data_folder(data)):
        typer.echo(line)
    typer.echo("No faults.")


@app.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors that check while one types."""
    from siting.scenario.schema import json_schema

    typer.echo(json_schema(), nl=False)
