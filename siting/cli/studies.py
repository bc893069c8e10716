"""The commands that study a result: how far it can be trusted, repeated and varied."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

import siting
from siting.cli import options
from siting.scenario.limits import VARIED_HELP
from siting.studies.defaults import BEST, DIVERSE, DRAWS, TABLE_DRAWS, WITHIN, WORKERS, WORSE_BY

if TYPE_CHECKING:
    from siting.report.document import Document
    from siting.results.result import Result

# Commands import what they need when they are called, so that --help answers at once.
# ruff: noqa: PLC0415


def _make(
    name: str,
    results: Path,
    find: Callable[..., "Result"],
    tell: Callable[["Result", str], "Document"],
    language: str,
) -> "Result":
    """Make a study and leave it, with its folder kept from other processes meanwhile."""
    from siting.results.write import claim

    with claim(name, results):
        with options.progress_on_terminal() as progress:
            study = find(progress=progress)
        _leave(study, results, tell(study, language))
    return study


def _leave(study: "Result", results: Path, document: "Document") -> None:
    """Write a study, print it, and say where its files are."""
    folder = siting.write_result(study, results)
    options.show(document)
    typer.echo(f"\nFiles: {folder}")


def hindcast(  # noqa: PLR0913 - one parameter an option
    scenario: options.ScenarioArgument = "remaining_offices",
    *,
    draws: Annotated[
        int, Option(min=0, help="Office tables to draw for the range of the overlap.")
    ] = TABLE_DRAWS,
    seed: Annotated[int, Option(min=0, help="The same seed draws the same tables.")] = 1,
    overrides: options.Overrides = None,
    allow: options.Allow = None,
    results: options.Results = options.RESULTS,
    language: options.Language = "en",
) -> None:
    """Hold what the government really decided against the best of the same number."""
    from siting.studies.hindcast.page import tell_hindcast

    file = siting.read_scenario(scenario, overrides or (), allow=allow or ())
    find = partial(siting.hindcast, file, draws=draws, seed=seed)
    _make(f"{file.name}-hindcast", results, find, tell_hindcast, language)


def alternatives(  # noqa: PLR0913 - one parameter an option
    scenario: options.ScenarioArgument,
    *,
    within: Annotated[
        str, Option(help="How much worse than the best they may be, such as 1%.")
    ] = f"{WORSE_BY:.0%}",
    count: Annotated[int, Option(min=1, help="How many of the best.")] = BEST,
    diverse: Annotated[
        int, Option(min=1, help="How many that differ as much as possible.")
    ] = DIVERSE,
    overrides: options.Overrides = None,
    allow: options.Allow = None,
    results: options.Results = options.RESULTS,
    language: options.Language = "en",
) -> None:
    """Find the answers that are nearly as good, and what they share."""
    from siting.studies.alternatives import tell_alternatives

    share = read_share("--within", within)
    file = siting.read_scenario(scenario, overrides or (), allow=allow or ())
    find = partial(siting.alternatives, file, within=share, count=count, diverse=diverse)
    _make(f"{file.name}-alternatives", results, find, tell_alternatives, language)


def explain(  # noqa: PLR0913 - one parameter an option
    result: options.ResultArgument,
    *,
    site: Annotated[str, Option(help="A place or an existing office: name or code.")],
    folder: Annotated[
        Path | None, Option(help="What the paths in the scenario are relative to.")
    ] = None,
    allow: options.Allow = None,
    results: options.Results = options.RESULTS,
    language: options.Language = "en",
) -> None:
    """Say why a place is in a result, or not, and what the other way would cost."""
    from siting.studies.explain import tell_explanation

    with options.progress_on_terminal() as progress:
        study = siting.explain(
            result, site, folder=folder, allow=tuple(allow or ()), progress=progress
        )
    _leave(study, results, tell_explanation(study, language))


def robustness(  # noqa: PLR0913 - one parameter an option
    scenario: options.ScenarioArgument,
    *,
    draws: Annotated[int, Option(min=1, help="How many draws to make.")] = DRAWS,
    seed: Annotated[int, Option(min=0, help="The same seed makes the same draws.")] = 1,
    workers: Annotated[int, Option(min=1, help="Processes to solve them in.")] = WORKERS,
    rule: Annotated[
        bool, Option(help="Draw no office where one was announced, proposed or ordered later.")
    ] = True,
    overrides: options.Overrides = None,
    allow: options.Allow = None,
    results: options.Results = options.RESULTS,
    language: options.Language = "en",
) -> None:
    """Solve a scenario in many plausible draws: what stays, what drives the rest, regret."""
    from siting.studies.robustness.page import tell_robustness

    file = siting.read_scenario(scenario, overrides or (), allow=allow or ())
    find = partial(siting.robustness, file, draws=draws, seed=seed, workers=workers, rule=rule)
    study = _make(f"{file.name}-robustness", results, find, tell_robustness, language)
    options.end_unless(proved=not study.manifest["interrupted"])


def frontier(  # noqa: PLR0913 - one parameter an option
    scenario: options.ScenarioArgument,
    *,
    over: Annotated[str | None, Option(metavar="LIMIT=A..B[..STEP]", help=VARIED_HELP)] = None,
    tradeoff: Annotated[
        str | None, Option(metavar="AIMS", help="mean,worst, mean,equity or mean,coverage.")
    ] = None,
    keep: Annotated[
        bool, Option("--keep", help="Of number and money, hold the one that does not vary too.")
    ] = False,
    within: Annotated[
        float | None,
        Option(min=0, help=f"Minutes of coverage; else the scenario's, or {WITHIN:g}."),
    ] = None,
    points: Annotated[
        int | None, Option(min=2, help="A sample of at most so many points of the front.")
    ] = None,
    overrides: options.Overrides = None,
    allow: options.Allow = None,
    results: options.Results = options.RESULTS,
    language: options.Language = "en",
) -> None:
    """Show what more offices or more money bring, or what another aim costs in the mean."""
    from siting.pipeline.steps import read_over
    from siting.results.write import claim
    from siting.studies.frontier.page import tell_frontier
    from siting.studies.frontier.study import read_tradeoff

    if (over is None) == (tradeoff is None):
        remedy = "Give one: --over new_offices=4..40, or --tradeoff mean,worst."
        problem = "one of them is needed, and not both"
        options.refuse("--over, --tradeoff", None, problem, remedy)
    file = siting.read_scenario(scenario, overrides or (), allow=allow or ())
    asked = read_over(over, keep=keep) if over else read_tradeoff(str(tradeoff), within, points)
    name, find = f"{file.name}-{asked.name}", partial(siting.frontier, file, asked)
    with claim(name, results) as folder:
        study = _make(name, results, find, tell_frontier, language)
        draw_if_possible(study, folder)
    options.end_unless(proved=study.manifest["proved"])


def draw_if_possible(study: "Result", folder: Path) -> None:
    """Draw the curve; where the packages for it are missing say so in a line, and leave it."""
    if options.can_report("No picture was drawn."):
        from siting.studies.frontier.curve import write_curve

        write_curve(study, folder)


def read_share(option: str, text: str) -> float:
    """A share from "1%" or "0.01"."""
    number, percent, rest = text.strip().partition("%")
    try:
        share = float(number) / (100 if percent else 1)
    except ValueError:
        share = -1.0
    if rest or not 0 <= share < 1:
        options.refuse(option, text, "is not a share", "Write 1% or 0.01.")
    return share


DIFFERS = 5


def rerun(  # noqa: PLR0913 - one parameter an option
    result: options.ResultArgument,
    *,
    results: Annotated[Path | None, Option(help="Write the new result into this folder.")] = None,
    folder: Annotated[
        Path | None,
        Option(
            help="What the paths in the scenario are relative to. Default: the folder of the "
            "shipped scenario of that name, else the one you are in."
        ),
    ] = None,
    allow: options.Allow = None,
    anyway: Annotated[bool, Option("--anyway", help="Go on though input files differ.")] = False,
    table: Annotated[
        Path | None, Option(help="Write every cell that differs to this CSV file.")
    ] = None,
    language: options.Language = "en",
) -> None:
    """Repeat a run from its manifest and say which figures differ."""
    from siting.common.files import write_file
    from siting.results.csv import as_csv
    from siting.results.result import find_result
    from siting.results.write import check_target
    from siting.studies.rerun import tell_rerun

    old = find_result(result)
    if results is not None:
        _refuse_same(old, check_target(old.absolute().name, results))
    with options.progress_on_terminal() as progress:
        made = siting.rerun(
            old, relative_to=folder, allow=tuple(allow or ()), anyway=anyway, progress=progress
        )
    options.show(tell_rerun(made, language))
    if table is not None:
        write_file(table, as_csv(made.found.cells), option="--table")
    if results is not None:
        typer.echo(f"Files: {siting.write_result(made.result, results)}")
    if not made.same:
        raise typer.Exit(DIFFERS)


def _refuse_same(old: Path, new: Path) -> None:
    if old.resolve() == new.resolve():
        problem = "the result to compare with stands there"
        remedy = "Choose another folder, so that both are kept."
        options.refuse("--results", str(new.parent), problem, remedy)


def sweep(  # noqa: PLR0913 - one parameter an option
    name: Annotated[
        str, Argument(metavar="SWEEP", help="Path of a sweep file, or a shipped one's name.")
    ],
    *,
    workers: Annotated[
        int | None, Option(min=1, help=f"Processes of this machine; default {WORKERS}.")
    ] = None,
    scheduler: Annotated[
        str | None,
        Option(metavar="ADDRESS", help="Dask scheduler whose workers make the runs instead."),
    ] = None,
    resume: Annotated[
        bool, Option("--resume", help="Keep finished runs and make the missing ones.")
    ] = False,
    allow: options.Allow = None,
    results: options.Results = options.RESULTS,
    language: options.Language = "en",
) -> None:
    """Run a scenario with many values of some keys, and put the answers into one table."""
    if workers and scheduler:
        remedy = "Leave out one of them: workers of a Dask cluster are started with it."
        options.refuse("--workers", workers, "a scheduler has workers of its own", remedy)
    from siting.studies.sweep.file import read_sweep
    from siting.studies.sweep.table import tell_sweep

    asked = read_sweep(name, allow=allow or ())
    with options.progress_on_terminal() as progress:
        swept = siting.sweep(
            asked,
            results,
            workers=workers or WORKERS,
            scheduler=scheduler,
            resume=resume,
            progress=progress,
        )
    options.show(tell_sweep(asked.about.title, swept.table, language))
    if resume:
        typer.echo(f"{swept.kept} of them were there already.")
    typer.echo(f"Files: {swept.folder}")
    options.end_unless(proved=swept.settled)
