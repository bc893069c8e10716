"""How time and memory grow with clients, candidates and p: one row a size, as CSV.

Run it with `python tests/benchmarks/growth.py OUT.csv`. Each size is solved in a process of its
own, so that the peak memory is its own.
"""

import multiprocessing
import sys
from pathlib import Path

from siting.benchmark import BenchmarkRow, run_benchmark, synthetic, write_rows

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


def solve_one(size: tuple[int, int, int, int]) -> BenchmarkRow:
    clients, candidates, existing, p = size
    made = synthetic(clients=clients, candidates=candidates, existing=existing, p=p, seed=1)
    return run_benchmark(made, time_limit=TIME_LIMIT)


def main(out: Path) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Pool(1, maxtasksperchild=1) as pool:
        rows = []
        for row in pool.imap(solve_one, SIZES, chunksize=1):
            rows.append(row)
            sys.stdout.write(f"{row.file} p={row.p}: {row.status} in {row.seconds:.1f} s, ")
            sys.stdout.write(f"{row.peak_mb:.0f} MB\n")
            write_rows(rows, out)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
