"""The largest published instances, one at a time, without a matrix: records.csv.

Run it with `python -m tools.benchmarks.records BENCH docs`; called again, it goes on with the rows
that records.csv does not have. Rows that are proved elsewhere come first, then the open ones.
"""

import sys
from pathlib import Path

from siting.studies.benchmark.formats import read_benchmark
from tools.benchmarks.published import TOO_LARGE, faults, measure, read_table, solved_alone

# Seconds for each row.
LIMIT = 7_200.0
# The least p of each file that is a record to reach, and those that are open still.
PROVED_FROM = {"rl5934": 300, "sw24978": 1_000}
OPEN = {("sw24978", 500), ("sw24978", 250)}


def is_wanted(row: dict[str, str]) -> bool:
    """Tell whether a row is a record that is proved elsewhere."""
    name = Path(row["file"]).stem
    return name in TOO_LARGE and int(row["p"]) >= PROVED_FROM[name]


def is_open(row: dict[str, str]) -> bool:
    """Tell whether a row is one that nobody has proved."""
    name = Path(row["file"]).stem
    return name in TOO_LARGE and (name, int(row["p"])) in OPEN


def solve_record(task: tuple[dict[str, str], Path]) -> dict[str, object]:
    """Solve a row by itself."""
    row, bench = task
    instance = read_benchmark(bench / row["file"], "p-median", int(row["p"]))
    return solved_alone(row, instance, LIMIT)


def main(bench: Path, folder: Path) -> None:
    """Solve what is wanted, then what is open, and refuse what contradicts the published values."""
    path = folder / "records.csv"
    for wanted in (is_wanted, is_open):
        measure(bench, path, wanted, solve_record)
    if wrong := faults(read_table(path)):
        raise SystemExit("\n".join(wrong))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
