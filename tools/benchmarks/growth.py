"""How time and memory grow with clients, candidates and p: a table and a plot.

Run it with `python -m tools.benchmarks.growth docs`; it writes growth.csv, growth.md and growth.png
there. Each size is solved in a process of its own, so that the peak memory is its own. With
`--draw` it only draws again what growth.csv holds.
"""

import multiprocessing
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from siting.studies.benchmark.formats import synthetic
from siting.studies.benchmark.run import BenchmarkRow, run_benchmark, write_rows

TIME_LIMIT = 600.0
# clients, candidates, existing, p: one of them grows at a time.
SIZES = [
    *((clients, 500, 113, 30) for clients in (1_000, 5_000, 20_000, 50_000)),
    *((10_000, candidates, 113, 30) for candidates in (250, 500, 1_000, 2_000)),
    *((10_000, 500, 113, p) for p in (5, 10, 20, 40, 80)),
    (20_000, 2_000, 113, 30),
    (100_000, 2_000, 113, 30),
    (1_000, 1_000, 0, 20),
    (2_000, 2_000, 0, 20),
]


SERIES = {
    "clients": "candidates == 500 and p == 30",
    "candidates": "clients == 10000 and p == 30",
    "p": "clients == 10000 and candidates == 500",
}
HEAD = """# How time and memory grow

Made instances (`siting benchmark synthetic`, seed 1), clustered as towns are, solved by
`make bench` to a proved optimum, each in a process of its own. Seconds are those of one machine
with two cores, while other work ran on it: read the growth and not the level.

![Seconds and memory by clients, candidates and p](growth.png)
"""


def solve_one(size: tuple[int, int, int, int]) -> BenchmarkRow:
    clients, candidates, existing, p = size
    made = synthetic(clients=clients, candidates=candidates, existing=existing, p=p, seed=1)
    return run_benchmark(made, time_limit=TIME_LIMIT)


def measure() -> Iterator[BenchmarkRow]:
    """Solve every size and say how it went."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1, maxtasksperchild=1) as pool:
        for row in pool.imap(solve_one, SIZES, chunksize=1):
            sys.stdout.write(f"{row.file} p={row.p}: {row.status} in {row.seconds:.1f} s, ")
            sys.stdout.write(f"{row.peak_mb:.0f} MB\n")
            yield row


def write_page(table: pd.DataFrame, folder: Path) -> None:
    """Write the measurements as a Markdown table and as a plot."""
    columns = ["clients", "candidates", "existing", "p", "status", "seconds", "peak_mb"]
    shown = table[columns]
    lines = [f"| {' | '.join(columns)} |", "|---|---|---|---|---|---|---|"]
    shown = shown.assign(
        seconds=shown["seconds"].map("{:.1f}".format),
        peak_mb=shown["peak_mb"].map("{:,.0f}".format),
    )
    lines += [f"| {' | '.join(row)} |" for row in shown.astype(str).to_numpy()]
    (folder / "growth.md").write_text("\n".join((HEAD, *lines, "")), encoding="utf-8")
    figure = Figure(figsize=(9, 6), layout="constrained")
    for row, (unit, label) in enumerate((("seconds", "seconds"), ("peak_mb", "peak MB"))):
        for column, (name, kept) in enumerate(SERIES.items()):
            part = table.query(kept).drop_duplicates(name).sort_values(name)
            axes = figure.add_subplot(2, 3, 3 * row + column + 1)
            axes.plot(part[name], part[unit], marker="o", color="#0b4f8a")
            axes.set_xlabel(f"{name} ({kept.replace('==', '=').replace(' and', ',')})", fontsize=7)
            axes.set_ylabel(label)
            axes.set_ylim(0, 1.1 * part[unit].max())
            axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(folder / "growth.png", dpi=110, metadata={"Software": None})


def read_table(path: Path) -> pd.DataFrame:
    """Read growth.csv, with the sizes taken from the names of the instances."""
    table = pd.read_csv(path)
    sizes = table["file"].str.extract(r"-(?P<clients>\d+)x(?P<candidates>\d+)-(?P<existing>\d+)-")
    return table.join(sizes.astype(int))


def main(folder: Path, *, draw_only: bool) -> None:
    """Measure, unless only the drawing is wanted, and write table and plot."""
    path = folder / "growth.csv"
    if not draw_only:
        write_rows(measure(), path)
    write_page(read_table(path), folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]), draw_only="--draw" in sys.argv)
