"""The commands that say how far an answer can be trusted."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from siting.errors import Fault, InputError, MissingExtraError
from siting.scenario_file import find_scenario, read_scenario

if TYPE_CHECKING:
    from siting.report.study import Study

# Commands import what they need when they are called, so that --help answers at once.
# ruff: noqa: PLC0415

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


def register(app: typer.Typer) -> None:
    """Add the commands of this module to an app."""
    app.command()(hindcast)
    app.command()(alternatives)
    app.command()(explain)
    app.command()(robustness)
    app.command()(frontier)


@contextmanager
def progress_on_terminal() -> Iterator[Callable[[str], None]]:
    """Show what is being done while it is done, on a terminal; elsewhere keep silent."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    with console.status("Starting") as status:
        yield status.update


def _leave(study: "Study", results: Path, show: Callable[["Study", Console], None]) -> None:
    """Write a study, print it, and say where its files are."""
    from siting.report.write import write_study

    folder = write_study(study, results)
    console = Console(highlight=False)
    show(study, console)
    console.print(f"\nFiles: {folder}", soft_wrap=True, markup=False)


def hindcast(  # noqa: PLR0913 - one parameter an option
    scenario: ScenarioArgument = "remaining_offices",
    *,
    draws: Annotated[
        int, typer.Option(min=0, help="Office tables to draw for the range of the overlap.")
    ] = 20,
    seed: Annotated[int, typer.Option(min=0, help="The same seed draws the same tables.")] = 1,
    overrides: Overrides = None,
    allow: Allow = None,
    results: Results = RESULTS,
) -> None:
    """Hold what the government really decided against the best of the same number."""
    from siting.hindcast import hindcast as play
    from siting.report.hindcast import print_hindcast
    from siting.report.write import claim

    file = read_scenario(find_scenario(scenario), overrides or (), allow=allow or ())
    with claim(f"{file.name}-hindcast", results):
        with progress_on_terminal() as progress:
            study = play(file, draws=draws, seed=seed, progress=progress)
        _leave(study, results, print_hindcast)


def alternatives(  # noqa: PLR0913 - one parameter an option
    scenario: ScenarioArgument,
    *,
    within: Annotated[
        str, typer.Option(help="How much worse than the best they may be, such as 1%.")
    ] = "1%",
    count: Annotated[int, typer.Option(min=1, help="How many of the best.")] = 10,
    diverse: Annotated[
        int, typer.Option(min=1, help="How many that differ as much as possible.")
    ] = 4,
    overrides: Overrides = None,
    allow: Allow = None,
    results: Results = RESULTS,
) -> None:
    """Find the answers that are nearly as good, and what they share."""
    from siting.alternatives import Wanted
    from siting.alternatives import alternatives as find
    from siting.report.alternatives import print_alternatives
    from siting.report.write import claim

    wanted = Wanted(_share("--within", within), count, diverse)
    file = read_scenario(find_scenario(scenario), overrides or (), allow=allow or ())
    with claim(f"{file.name}-alternatives", results):
        with progress_on_terminal() as progress:
            study = find(file, wanted, progress=progress)
        _leave(study, results, print_alternatives)


def explain(
    result: Annotated[
        str, typer.Argument(metavar="RESULT", help="A result's folder, or its name in results/.")
    ],
    *,
    site: Annotated[str, typer.Option(help="A place or an existing office: name or code.")],
    folder: Annotated[
        Path | None, typer.Option(help="What the paths in the scenario are relative to.")
    ] = None,
    allow: Allow = None,
    results: Results = RESULTS,
) -> None:
    """Say why a place is in a result, or not, and what the other way would cost."""
    from siting.explain import About, explain_site
    from siting.report.explain import print_explanation
    from siting.report.result import find_result, read_result

    about = About(read_result(find_result(result)), site, folder, tuple(allow or ()))
    with progress_on_terminal() as progress:
        study = explain_site(about, progress=progress)
    _leave(study, results, print_explanation)


def robustness(  # noqa: PLR0913 - one parameter an option
    scenario: ScenarioArgument,
    *,
    draws: Annotated[int, typer.Option(min=1, help="How many worlds to draw.")] = 200,
    seed: Annotated[int, typer.Option(min=0, help="The same seed draws the same worlds.")] = 1,
    workers: Annotated[int, typer.Option(min=1, help="Processes to solve them in.")] = 2,
    rule: Annotated[
        bool,
        typer.Option(help="Draw no office where one was announced, proposed or ordered later."),
    ] = True,
    overrides: Overrides = None,
    allow: Allow = None,
    results: Results = RESULTS,
) -> None:
    """Solve a scenario in many plausible worlds: what stays, what drives the rest, regret."""
    from siting.report.robustness import print_robustness
    from siting.report.write import claim
    from siting.robustness import Asked
    from siting.robustness import robustness as run_draws

    file = read_scenario(find_scenario(scenario), overrides or (), allow=allow or ())
    with claim(f"{file.name}-robustness", results):
        with progress_on_terminal() as progress:
            study = run_draws(file, Asked(draws, seed, workers, rule), progress=progress)
        _leave(study, results, print_robustness)
    if study.manifest["interrupted"]:
        raise typer.Exit(STOPPED)


def frontier(  # noqa: PLR0913 - one parameter an option
    scenario: ScenarioArgument,
    *,
    over: Annotated[
        str | None,
        typer.Option(
            metavar="LIMIT=A..B[..STEP]",
            help="new_offices=4..40, annual_budget=20..80..5 (MSEK), or values with commas.",
        ),
    ] = None,
    tradeoff: Annotated[
        str | None,
        typer.Option(metavar="AIMS", help="mean,worst, mean,equity or mean,coverage."),
    ] = None,
    keep: Annotated[
        bool,
        typer.Option("--keep", help="Of number and money, hold the one that does not vary too."),
    ] = False,
    within: Annotated[
        float | None, typer.Option(min=0, help="Minutes of coverage; else the scenario's, or 45.")
    ] = None,
    points: Annotated[
        int | None, typer.Option(min=2, help="A sample of at most so many points of the front.")
    ] = None,
    overrides: Overrides = None,
    allow: Allow = None,
    results: Results = RESULTS,
) -> None:
    """Show what more offices or more money bring, or what another aim costs in the mean."""
    from siting.analysis.frontier import read_over
    from siting.frontier import frontier as vary
    from siting.frontier import read_tradeoff
    from siting.frontier import tradeoff as trade
    from siting.report.frontier import print_frontier
    from siting.report.write import claim

    if (over is None) == (tradeoff is None):
        remedy = "Give one: --over new_offices=4..40, or --tradeoff mean,worst."
        problem = "one of them is needed, and not both"
        raise InputError([Fault("command line", "--over, --tradeoff", None, problem, remedy)])
    file = read_scenario(find_scenario(scenario), overrides or (), allow=allow or ())
    if over is not None:
        values = read_over(over, keep=keep)
        name, find = values.limit, partial(vary, file, values)
    else:
        asked = read_tradeoff(str(tradeoff), within, points)
        name, find = f"mean-{asked.second}", partial(trade, file, asked)
    with claim(f"{file.name}-frontier-{name}", results) as folder:
        with progress_on_terminal() as progress:
            study = find(progress=progress)
        _leave(study, results, print_frontier)
        _draw_if_possible(study, folder)
    if not study.manifest["proved"]:
        raise typer.Exit(STOPPED)


def _draw_if_possible(study: "Study", folder: Path) -> None:
    """Draw the curve; where the packages for it are missing say so in a line, and leave it."""
    from siting.report.extra import require_report

    try:
        require_report()
    except MissingExtraError as error:
        typer.echo(f"No picture was drawn. {error}", err=True)
        return
    from siting.aside import write_file
    from siting.report.curve import draw_curve
    from siting.report.maps import drawn

    picture = drawn(draw_curve(study), study.name)
    write_file(folder / "frontier.png", picture.png)
    write_file(folder / "frontier.svg", picture.svg)


def _share(option: str, text: str) -> float:
    """A share from "1%" or "0.01"."""
    number, percent, rest = text.strip().partition("%")
    try:
        share = float(number) / (100 if percent else 1)
    except ValueError:
        share = -1.0
    if rest or not 0 <= share < 1:
        raise InputError(
            [Fault("command line", option, text, "is not a share", "Write 1% or 0.01.")]
        )
    return share
