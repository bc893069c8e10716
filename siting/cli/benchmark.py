"""siting benchmark: published or made instances, solved and timed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from typer import Argument, Option

from siting.cli import options

if TYPE_CHECKING:
    from siting.studies.benchmark.run import BenchmarkRow


# The model is loaded only when a benchmark is called, so that other commands start at once.
# ruff: noqa: PLC0415

MADE = "synthetic"
_PEER_SECONDS = 600.0
# What a peer says of itself is none of these.
UNPROVED = ("feasible", "unknown")


def benchmark(  # noqa: PLR0913 - one parameter an option
    files: Annotated[
        list[str], Argument(metavar="FILE…", help=f"OR-Library or TSPLIB files, or {MADE}.")
    ],
    *,
    problem: Annotated[
        Literal["p-median", "p-center", "capacitated", "single-source"] | None,
        Option(help="Default: what the file holds."),
    ] = None,
    p: Annotated[int | None, Option(help="Sites to open; default: the file's.")] = None,
    distance: Annotated[Literal["down", "nearest"], Option(help="Rounding of EUC_2D.")] = "down",
    time_limit: Annotated[float | None, Option(help="Seconds for each solve.")] = None,
    certificate: Annotated[
        Path | None, Option(help="Write a proof of the only file to this one; ends in .json.gz.")
    ] = None,
    csv: Annotated[Path | None, Option(help="Write the rows to this file too.")] = None,
    against: Annotated[Literal["spopt"] | None, Option(help="Solve with this program too.")] = None,
    peer_python: Annotated[Path, Option(help="Python of the environment that has it.")] = Path(
        ".venv-peers/bin/python"
    ),
    clients: Annotated[int, Option(help=f"{MADE}: number of clients.")] = 1000,
    candidates: Annotated[int, Option(help=f"{MADE}: number of candidates.")] = 200,
    existing: Annotated[int, Option(help=f"{MADE}: number of existing sites.")] = 0,
    seed: Annotated[int, Option(help=f"{MADE}: seed of the made instance.")] = 1,
    language: options.Language = "en",
) -> None:
    """Solve instances with published optima, or a made one, and print objective, bound and time.

    Distances of TSPLIB files are those of EUC_2D, CEIL_2D, ATT, GEO and EXPLICIT; nothing else of
    TSPLIB is read. The way from a point to itself is 0.

    Ends with 4 if an answer of siting is not proved.
    """
    from siting.studies.benchmark.formats import read_benchmark, synthetic
    from siting.studies.benchmark.run import run_benchmark, run_peer, tell_benchmark, write_rows

    if certificate is not None and len(files) > 1:
        options.refuse("--certificate", str(certificate), "is for one file", "Name one.")
    size = {"clients": clients, "candidates": candidates, "existing": existing}
    instances = [
        synthetic(**size, p=p, seed=seed)
        if name == MADE
        else read_benchmark(Path(name), problem, p, distance)
        for name in files
    ]
    rows: list[BenchmarkRow] = []
    for instance in instances:
        rows.append(run_benchmark(instance, time_limit=time_limit, certificate=certificate))
        if against is not None:
            limit = _PEER_SECONDS if time_limit is None else time_limit
            rows.append(run_peer(instance, python=peer_python, time_limit=limit))
    options.show(tell_benchmark(rows, language), width=120)
    if csv is not None:
        write_rows(rows, csv)
    options.end_unless(proved=not any(row.status in UNPROVED for row in rows))
