"""The published instances against their published optima: a table and a page.

Run it with `python -m tools.benchmarks.published BENCH docs`, where BENCH holds optima.csv and the
files that it names; it writes benchmarks.csv and benchmarks.md. Each row is solved in a process of
its own and kept as soon as it is known: called again, the command goes on with the rows that
benchmarks.csv does not have (delete it to begin anew). Where spopt has the problem and the instance
is small enough for it, spopt solves it right after, under the same limit. With `--draw` the page is
written again from what benchmarks.csv holds. It ends with 1 if a row contradicts its optimum.
"""

import csv
import multiprocessing
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from siting.studies.benchmark.formats import Benchmark, ProblemKind, Rounding, read_benchmark
from siting.studies.benchmark.run import run_benchmark, run_peer

PEER = Path(".venv-peers/bin/python")
# Seconds for each solve, where spopt is asked too and where it is not.
LIMIT_WITH_PEER = 30.0
LIMIT = 120.0
# spopt has no problem with split demand, and makes a variable of each pair of points: with more
# points than this it mostly ran into the limit.
NOT_ASKED = ("cap",)
MOST_POINTS = 200
# Published as p-centers with TSPLIB's own rounding; p-medians of TSPLIB's points are rounded down.
NEAREST = ("pr226", "pr264")
# What the table of optima calls the problems that a file does not tell by itself.
KINDS: dict[str, ProblemKind] = {
    "p-center": "p-center", "capacitated single source": "single-source",
}  # fmt: skip
# What `make bench-records` solves.
TOO_LARGE = ("rl5934", "sw24978")
NOT_TRIED = "not tried"
# The published values have three decimals.
ROUNDING = 1e-3
COLUMNS = (
    "file", "problem", "p", "optimum", "objective", "bound", "gap", "status", "seconds", "peak_mb",
    "limit", "spopt_objective", "spopt_status", "spopt_seconds", "spopt_peak_mb",
    "published_seconds", "published_by",
)  # fmt: skip
HEAD = """# Published instances

Instances of [OR-Library](https://people.brunel.ac.uk/~mastjjb/jeb/info.html) (pmed: p-median and
p-center on networks; cap: warehouses with capacities) and of TSPLIB (p-median and p-center on
points), with the optima that are published for them. `make bench-published` solves them row by row,
goes on where it was interrupted, and writes this page and [benchmarks.csv](benchmarks.csv), which
has bounds, gaps and memory too. A row stands as it was solved last, which may be before the last
change of the code; without its line in benchmarks.csv it is solved again. *Not tried* are the
largest instances, which `make bench-records` solves one by one. *Capacitated single source* are
warehouses of which each customer takes one.

*Proved* says that the bound met the objective to 1e-6. *Seconds* run from the travel times in
memory to the answer, on one machine with two cores while other work ran on it: read them to a
factor of two. *spopt* is spopt 0.8 with its own solver (CBC) in the same run, on the same matrix
and under the same limit; *ratio* is its time over ours. A dash says that it gave no answer within
twice the limit, and a blank that it was not asked: it has no problem with split demand, and it
makes a variable of each pair of points, so that only files of up to 200 points were given to it.
What spopt found is measured anew on the matrix. The limit was 30 seconds where both were asked, and
120 otherwise. *Published seconds* are those of the publication that the table of optima names, on
its machine; *ours to theirs* compares machines as well as programs.
"""


def rounding(row: dict[str, str]) -> Rounding:
    """Return how the distances are rounded with which a row of optima.csv was published."""
    center = row["problem"] == "p-center" and Path(row["file"]).stem in NEAREST
    return "nearest" if center else "down"


def known_of(row: dict[str, str]) -> dict[str, object]:
    """Return what a row of optima.csv tells."""
    return {
        "file": row["file"], "problem": row["problem"], "p": row["p"], "optimum": row["optimum"],
        "published_seconds": _seconds(row["seconds"]), "published_by": row["by"],
    }  # fmt: skip


def solved_alone(row: dict[str, str], instance: Benchmark, limit: float) -> dict[str, object]:
    """Return a row with what siting makes of it."""
    own = run_benchmark(instance, time_limit=limit)
    return known_of(row) | {
        "objective": own.objective, "bound": own.bound, "gap": own.gap, "status": own.status,
        "seconds": round(own.seconds, 3), "peak_mb": round(own.peak_mb), "limit": limit,
    }  # fmt: skip


def solve_one(task: tuple[dict[str, str], Path]) -> dict[str, object]:
    """Solve a row of optima.csv, and with spopt where it is asked."""
    row, bench = task
    if Path(row["file"]).stem in TOO_LARGE:
        return known_of(row) | {"status": NOT_TRIED}
    problem = KINDS.get(row["problem"])
    p = int(row["p"]) if row["p"] else None
    instance = read_benchmark(bench / row["file"], problem, p, rounding(row))
    kind = row["file"].split("/")[0]
    asked = kind not in NOT_ASKED and len(instance.instance.client_ids) <= MOST_POINTS
    limit = LIMIT_WITH_PEER if asked else LIMIT
    solved = solved_alone(row, instance, limit)
    if not asked or not PEER.exists():
        return solved
    peer = run_peer(instance, python=PEER, time_limit=limit)
    return solved | {
        "spopt_objective": peer.objective,
        "spopt_status": peer.status,
        "spopt_seconds": round(peer.seconds, 3),
        "spopt_peak_mb": round(peer.peak_mb) if peer.peak_mb > 0 else None,
    }


def _seconds(text: str) -> float | None:
    """Published seconds; none where nothing is told, or a limit that was reached."""
    return None if not text or "limit" in text else float(text)


def _key(row: dict[str, str]) -> tuple[str, ...]:
    return row["file"], row["problem"], row["p"]


def _rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def measure(
    bench: Path,
    path: Path,
    wanted: Callable[[dict[str, str]], bool] = lambda _: True,
    solve: Callable[[tuple[dict[str, str], Path]], dict[str, object]] = solve_one,
) -> None:
    """Solve every row that is wanted and not kept yet, keep it, and say how it went."""
    kept = {_key(row) for row in _rows(path)} if path.exists() else set()
    rows = [row for row in _rows(bench / "optima.csv") if wanted(row) and _key(row) not in kept]
    tasks = [(row, bench) for row in rows]
    context = multiprocessing.get_context("spawn")
    with (
        path.open("a", encoding="utf-8", newline="") as file,
        context.Pool(1, maxtasksperchild=1) as pool,
    ):
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        if not kept:
            writer.writeheader()
        for solved in pool.imap(solve, tasks, chunksize=1):
            writer.writerow(solved)
            file.flush()
            sys.stdout.write(
                f"{solved['file']} {solved['problem']} {solved['p']}: {solved['status']} "
                f"{solved.get('objective')} ({solved['optimum']}) in {solved.get('seconds')} s; "
                f"spopt {solved.get('spopt_status', 'not asked')} "
                f"{solved.get('spopt_seconds', '')}\n"
            )
            sys.stdout.flush()


def faults(table: pd.DataFrame) -> list[str]:
    """Return what contradicts the published optima: all of these are minima."""
    below = table["objective"] < table["optimum"] - ROUNDING
    above = (table["status"] == "optimal") & (table["objective"] > table["optimum"] + ROUNDING)
    bound = table["bound"] > table["optimum"] + ROUNDING
    return [
        f"{row.file} {row.problem} p={row.p}: {row.objective}, bound {row.bound}, {row.status}; "
        f"published {row.optimum}"
        for row in table[below | above | bound].itertuples()
    ]


def page(table: pd.DataFrame) -> str:
    """Return the page: one line a row, and before them what they come to."""
    head = (
        *("file", "problem", "p", "published", "found", "proved", "seconds"),
        *("spopt found", "spopt seconds", "ratio", "published seconds", "ours to theirs"),
    )
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * 3 + "---:|" * (len(head) - 3)]
    lines += [f"| {' | '.join(_cells(row))} |" for _, row in table.iterrows()]
    return "\n".join((HEAD, _summary(table), "", *lines, ""))


def _summary(table: pd.DataFrame) -> str:
    not_tried = table[table["status"] == NOT_TRIED]
    table = table[table["status"] != NOT_TRIED]
    proved = table["status"] == "optimal"
    theirs = (table["seconds"] / table["published_seconds"])[proved].dropna()
    met = (table["objective"] - table["optimum"]).abs() <= ROUNDING
    asked = table["spopt_status"].notna()
    answered = table[asked & table["spopt_objective"].notna()]
    right = (answered["spopt_objective"] - answered["optimum"]).abs() <= ROUNDING
    ratio = answered["spopt_seconds"] / answered["seconds"]
    open_rows = [f"{row.file} p = {row.p}" for row in table[~proved].itertuples()]
    return (
        f"Of {len(table)} rows {int(proved.sum())} are proved and {int(met.sum())} meet the "
        f"published value; {len(faults(table))} contradict it."
        + (f" Not proved within the limit: {', '.join(open_rows)}." if open_rows else "")
        + (f" {len(not_tried)} more were not tried." if len(not_tried) else "")
        + (
            f" Where seconds are published and ours is proved ({len(theirs)} rows), ours are "
            f"{np.exp(np.log(theirs).mean()):.2g} times theirs in the geometric mean."
            if len(theirs)
            else ""
        )
        + f" spopt was asked {int(asked.sum())} times, answered {len(answered)} times, "
        f"{int(right.sum())} of these with the optimum; its time was {ratio.median():,.0f} times "
        f"ours in the middle (from {ratio.min():,.1f} to {ratio.max():,.0f})."
    )


def _cells(row: "pd.Series[Any]") -> tuple[str, ...]:
    if row["status"] == NOT_TRIED:
        proved = NOT_TRIED
    else:
        proved = "yes" if row["status"] == "optimal" else f"no, gap {row['gap']:.2%}"
    asked, answered = pd.notna(row["spopt_status"]), pd.notna(row["spopt_objective"])
    peer = ("", "", "")
    if answered:
        ratio = row["spopt_seconds"] / row["seconds"]
        peer = (_number(row["spopt_objective"]), f"{row['spopt_seconds']:.2f}", f"{ratio:,.1f}")
    elif asked:
        peer = ("–", f"{row['spopt_seconds']:.0f}", "–")  # noqa: RUF001 - a dash for people
    return (
        str(row["file"]).split("/")[-1],
        str(row["problem"]),
        "" if pd.isna(row["p"]) else str(row["p"]),
        _number(row["optimum"]),
        _number(row["objective"]),
        proved,
        "" if pd.isna(row["seconds"]) else f"{row['seconds']:.2f}",
        *peer,
        "" if pd.isna(row["published_seconds"]) else f"{row['published_seconds']:,g}",
        _ratio(row),
    )


def _ratio(row: "pd.Series[Any]") -> str:
    ratio = row["seconds"] / row["published_seconds"]
    return f"{ratio:.2g}" if row["status"] == "optimal" and pd.notna(ratio) else ""


def _number(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:,.3f}".removesuffix(".000")  # noqa: RUF001 - a dash for people


def read_table(path: Path) -> pd.DataFrame:
    """Read benchmarks.csv."""
    return pd.read_csv(path, dtype={"p": "Int64"})


def main(bench: Path, folder: Path, *, draw_only: bool) -> None:
    """Measure, unless only the page is wanted, and write it."""
    path = folder / "benchmarks.csv"
    if not draw_only:
        measure(bench, path)
    table = read_table(path)
    (folder / "benchmarks.md").write_text(page(table), encoding="utf-8")
    wrong = faults(table)
    if wrong:
        raise SystemExit("\n".join(wrong))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), draw_only="--draw" in sys.argv)
