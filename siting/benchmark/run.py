"""Solve benchmarks and say what came of it, one row each."""

import csv
import dataclasses
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from siting.benchmark.formats import Benchmark
from siting.errors import Fault, InputError
from siting.model import Solver, solve

if sys.platform != "win32":
    import resource

# In bytes where the system counts so, in kilobytes otherwise.
PEAK_UNIT = 1 if sys.platform == "darwin" else 1024
PEER = Path(__file__).with_name("peer.py")


@dataclass(frozen=True)
class BenchmarkRow:
    """What a solve of a benchmark came to.

    Parameters
    ----------
    file, problem : str
    p : int or None
    objective : float or None
        Weighted sum, radius, or total cost; None if no answer was found.
    bound, gap : float
    status : str
        "optimal", "feasible" or "unknown"; what a peer says of itself is marked "claimed".
    seconds : float
        From the instance to the answer.
    peak_mb : float
        Greatest memory of the process so far.
    solver : str
    """

    file: str
    problem: str
    p: int | None
    objective: float | None
    bound: float
    gap: float
    status: str
    seconds: float
    peak_mb: float
    solver: str


def run_benchmark(
    benchmark: Benchmark, *, time_limit: float | None = None, solver: Solver | str = "highs"
) -> BenchmarkRow:
    """Solve a benchmark. Ties are left alone, as any optimal answer will do.

    Parameters
    ----------
    benchmark : Benchmark
        What to solve.
    time_limit : float, optional
        Seconds.
    solver : Solver or str
        Its name, or one that was made for it.

    Returns
    -------
    BenchmarkRow
        Objective, bound, seconds and memory.
    """
    solution = solve(
        benchmark.instance,
        benchmark.objective,
        benchmark.limits,
        time_limit=time_limit,
        solver=solver,
        ties=False,
    )
    name = solver if isinstance(solver, str) else solver.name
    return BenchmarkRow(
        benchmark.name,
        benchmark.problem,
        benchmark.p,
        solution.objective,
        solution.bound,
        solution.gap,
        solution.status,
        solution.seconds,
        peak_megabytes(),
        f"siting {name}",
    )


def run_peer(benchmark: Benchmark, *, python: Path, time_limit: float) -> BenchmarkRow:
    """Solve a p-median or p-center benchmark with spopt, in an environment of its own.

    Parameters
    ----------
    benchmark : Benchmark
        What to solve.
    python : Path
        Interpreter of an environment that has spopt.
    time_limit : float
        Seconds.

    Returns
    -------
    BenchmarkRow
        The same of spopt.

    Raises
    ------
    InputError
        If spopt has no such problem, or it does not run.
    """
    if benchmark.p is None:
        raise InputError(
            [
                Fault(
                    benchmark.name, "problem", benchmark.problem, "is not compared", "Leave it out."
                )
            ]
        )
    with tempfile.TemporaryDirectory() as folder:
        arrays = Path(folder) / "instance.npz"
        np.savez(
            arrays,
            times=benchmark.instance.times.toarray(),
            weights=benchmark.instance.weights,
            existing=benchmark.instance.existing,
        )
        command = [str(python), str(PEER), str(arrays), benchmark.problem, str(benchmark.p)]
        done = subprocess.run(  # noqa: S603 - the interpreter is the user's own, the rest ours
            [*command, str(time_limit)], capture_output=True, text=True, check=False
        )
    if done.returncode != 0:
        problem = done.stderr.strip().splitlines()[-1:] or ["no message"]
        raise InputError(
            [Fault("--peer-python", "spopt", str(python), problem[0], "Make it: make bench-peers.")]
        )
    value, said, seconds, peak = done.stdout.split()[-4:]
    objective = None if value == "none" else float(value)
    return BenchmarkRow(
        benchmark.name, benchmark.problem, benchmark.p, objective, -np.inf, np.inf,
        f"claimed {said}", float(seconds), float(peak), "spopt",
    )  # fmt: skip


def peak_megabytes() -> float:
    """Return the greatest memory of this process so far."""
    if sys.platform == "win32":
        return float("nan")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * PEAK_UNIT / 2**20


def write_rows(rows: Iterable[BenchmarkRow], path: Path) -> None:
    """Write rows as CSV."""
    names = [field.name for field in dataclasses.fields(BenchmarkRow)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(dataclasses.astuple(row) for row in rows)
