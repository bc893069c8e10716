"""Solve benchmarks and say what came of it, one row each."""

import csv
import dataclasses
import io
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from siting.common.errors import Fault, InputError
from siting.common.files import write_file
from siting.model import solve
from siting.report.document import Document
from siting.report.tables import Formats, study_grid
from siting.report.words import shortest, study_texts
from siting.results.certificate import certificate_bytes
from siting.studies.benchmark.formats import Benchmark

if sys.platform != "win32":
    import resource

# In bytes where the system counts so, in kilobytes otherwise.
PEAK_UNIT = 1 if sys.platform == "darwin" else 1024
PEER = Path(__file__).with_name("peer.py")
# So many times its limit a peer may take in all, building its model included.
PATIENCE = 2.0


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
    benchmark: Benchmark, *, time_limit: float | None = None, certificate: Path | None = None
) -> BenchmarkRow:
    """Solve a benchmark. Ties are left alone, as any optimal answer will do."""
    asked = (benchmark.instance, benchmark.objective, benchmark.limits)
    wanted = certificate is not None
    solution = solve(*asked, time_limit=time_limit, ties=False, certificate=wanted)
    if certificate is not None and solution.certificate is not None:
        write_file(certificate, certificate_bytes(solution.certificate), option="--certificate")
    return BenchmarkRow(
        benchmark.name, benchmark.problem, benchmark.p, solution.objective, solution.bound,
        solution.gap, solution.status, solution.seconds, peak_megabytes(), "siting highs",
    )  # fmt: skip


def run_peer(benchmark: Benchmark, *, python: Path, time_limit: float) -> BenchmarkRow:
    """Solve a p-median or p-center benchmark with spopt, in an environment of its own.

    spopt hands the limit to its solver, which may go on long after it. What has not come back after
    `PATIENCE` times the limit is ended and counts as no answer.
    """
    name, problem, p = benchmark.name, benchmark.problem, benchmark.p
    if p is None:
        raise InputError([Fault(name, "problem", problem, "is not compared", "Leave it out.")])
    instance = benchmark.instance
    with tempfile.TemporaryDirectory() as folder:
        arrays = Path(folder) / "instance.npz"
        times = instance.times.toarray()
        np.savez(arrays, times=times, weights=instance.weights, existing=instance.existing)
        command = [str(python), str(PEER), str(arrays), problem, str(p), str(time_limit)]
        value, status, seconds, peak = _ask(command, PATIENCE * time_limit)
    objective = None if value == "none" else float(value)
    claimed = (f"claimed {status}", seconds, peak, "spopt")
    return BenchmarkRow(name, problem, p, objective, -np.inf, np.inf, *claimed)


def _ask(command: list[str], patience: float) -> tuple[str, str, float, float]:
    """Run the peer; give the value and the status that it prints, seconds and peak megabytes."""
    began = time.perf_counter()
    # A group of its own, so that the solver that spopt starts can be ended with it.
    with subprocess.Popen(  # noqa: S603 - the interpreter is the user's own, the rest ours
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            out, complaint = process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            _end(process)
            return "none", "none", time.perf_counter() - began, float("nan")
    if process.returncode != 0:
        problem = (complaint.strip().splitlines() or ["no message"])[-1]
        fault = Fault("--peer-python", "spopt", command[0], problem, "Make it: make bench-peers.")
        raise InputError([fault])
    value, status, seconds, peak = out.split()[-4:]
    return value, status, float(seconds), float(peak)


def _end(process: "subprocess.Popen[str]") -> None:
    """End a process and, where the system knows groups, what it has started."""
    if sys.platform == "win32":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)


def peak_megabytes() -> float:
    """Return the greatest memory of this process so far."""
    if sys.platform == "win32":
        return float("nan")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * PEAK_UNIT / 2**20


def write_rows(rows: Iterable[BenchmarkRow], path: Path) -> None:
    """Write rows as CSV."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(field.name for field in dataclasses.fields(BenchmarkRow))
    writer.writerows(dataclasses.astuple(row) for row in rows)
    write_file(path, text.getvalue().encode(), option="--csv")


_COLUMNS: Formats = {
    **dict.fromkeys(("file", "solver", "problem", "status"), "text"),
    "p": 0,
    "objective": 3,
    "bound": 3,
    "gap": "number",
    "seconds": 2,
    "peak_mb": 0,
}


def tell_benchmark(rows: Iterable[BenchmarkRow], language: str = "en") -> Document:
    """Put into words what each solve came to."""
    words, table = study_texts("benchmark", language), pd.DataFrame(map(vars, rows))
    shown = table.assign(
        file=table["file"].map(lambda file: Path(file).name),
        status=table["status"].replace(words["statuses"]),
        gap=table["gap"].map(lambda gap: shortest(gap, language)),
    )
    return Document(language, "", (study_grid("solved", shown, _COLUMNS, words),))
