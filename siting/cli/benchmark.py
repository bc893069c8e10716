"""siting benchmark: published or made instances, solved and timed."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from siting.common.errors import Fault, InputError, StoppedError

if TYPE_CHECKING:
    from siting.studies.benchmark import Benchmark, BenchmarkRow


# The model is loaded only when a benchmark is called, so that other commands start at once.
# ruff: noqa: PLC0415

MADE = "synthetic"
_PEER_SECONDS = 600.0
# What a peer says of itself is none of these.
UNPROVED = ("feasible", "unknown")


class Problem(StrEnum):
    """Kinds of problems that files hold."""

    P_MEDIAN = "p-median"
    P_CENTER = "p-center"
    CAPACITATED = "capacitated"


class Peer(StrEnum):
    """Programs to compare with."""

    SPOPT = "spopt"


@dataclass(frozen=True)
class Size:
    """Size and seed of a made instance."""

    clients: int
    candidates: int
    existing: int
    seed: int


def benchmark(  # noqa: PLR0913 - one parameter an option
    files: Annotated[
        list[str], typer.Argument(metavar="FILE…", help=f"OR-Library or TSPLIB files, or {MADE}.")
    ],
    *,
    problem: Annotated[Problem | None, typer.Option(help="Default: what the file holds.")] = None,
    p: Annotated[int | None, typer.Option(help="Sites to open; default: the file's.")] = None,
    time_limit: Annotated[float | None, typer.Option(help="Seconds for each solve.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the rows to this file too.")] = None,
    against: Annotated[Peer | None, typer.Option(help="Solve with this program too.")] = None,
    peer_python: Annotated[
        Path, typer.Option(help="Python of the environment that has it.")
    ] = Path(".venv-peers/bin/python"),
    clients: Annotated[int, typer.Option(help=f"{MADE}: number of clients.")] = 1000,
    candidates: Annotated[int, typer.Option(help=f"{MADE}: number of candidates.")] = 200,
    existing: Annotated[int, typer.Option(help=f"{MADE}: number of existing sites.")] = 0,
    seed: Annotated[int, typer.Option(help=f"{MADE}: seed of the made instance.")] = 1,
) -> None:
    """Solve instances with published optima, or a made one, and print objective, bound and time.

    Ends with 4 if an answer of siting is not proved.
    """
    from siting.studies.benchmark import run_benchmark, run_peer, write_rows

    size = Size(clients, candidates, existing, seed)
    instances = [_instance(name, problem, p, size) for name in files]
    rows: list[BenchmarkRow] = []
    for instance in instances:
        rows.append(run_benchmark(instance, time_limit=time_limit))
        if against is not None:
            limit = _PEER_SECONDS if time_limit is None else time_limit
            rows.append(run_peer(instance, python=peer_python, time_limit=limit))
    Console(highlight=False, width=120).print(_table(rows))
    if csv is not None:
        write_rows(rows, csv)
    if any(row.status in UNPROVED for row in rows):
        raise typer.Exit(StoppedError.exit_code)


def _instance(name: str, problem: Problem | None, p: int | None, size: Size) -> "Benchmark":
    from siting.studies.benchmark import read_benchmark, synthetic

    if name != MADE:
        return read_benchmark(Path(name), None if problem is None else problem.value, p)
    if p is None:
        remedy = "Say how many sites to open, such as --p 30."
        raise InputError([Fault("command line", "--p", None, "the option is missing", remedy)])
    return synthetic(
        clients=size.clients,
        candidates=size.candidates,
        existing=size.existing,
        p=p,
        seed=size.seed,
    )


def _table(rows: "list[BenchmarkRow]") -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("file", "solver", "problem", "status"):
        table.add_column(name, no_wrap=True)
    for name in ("p", "objective", "bound", "gap", "seconds", "peak MB"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        figures = (
            "" if row.p is None else str(row.p),
            "" if row.objective is None else f"{row.objective:.3f}",
            f"{row.bound:.3f}",
            f"{row.gap:.1e}",
            f"{row.seconds:.2f}",
            f"{row.peak_mb:.0f}",
        )
        table.add_row(Path(row.file).name, row.solver, row.problem, row.status, *figures)
    return table
