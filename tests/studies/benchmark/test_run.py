"""Published files are read by their rules, and their optima are met."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from siting.common.errors import InputError
from siting.model import Instance, Limits, Mean, Worst
from siting.studies.benchmark.formats import Benchmark, ProblemKind, read_benchmark, synthetic
from siting.studies.benchmark.run import BenchmarkRow, run_benchmark, write_rows
from tools.benchmarks.published import rounding

SHARED = Path(os.environ.get("SITING_SHARED", Path(__file__).parents[3] / "../shared"))
OPTIMA = SHARED / "bench" / "optima.csv"
QUICK = ["pmed1.txt", "pmed3.txt", "pmed5.txt", "pmed15.txt", "cap41.txt", "cap91.txt", "pr226.tsp"]


def file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "file.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_of_an_edge_given_twice_the_last_line_holds(tmp_path: Path) -> None:
    path = file(tmp_path, "3 3 1\n1 2 5\n2 3 4\n2 1 7\n")
    benchmark = read_benchmark(path)
    assert benchmark.instance.times.toarray().tolist() == [[0, 7, 11], [7, 0, 4], [11, 4, 0]]
    assert (benchmark.problem, benchmark.p) == ("p-median", 1)
    assert run_benchmark(benchmark).objective == 11
    center = read_benchmark(path, "p-center", 2)
    assert isinstance(center.objective, Worst)
    assert run_benchmark(center).objective == 4


def test_distances_between_points_are_rounded_down(tmp_path: Path) -> None:
    text = "NAME : x\nDIMENSION : 2\nNODE_COORD_SECTION\n1 0 0\n2 1.0e0 1\nEOF\n"
    benchmark = read_benchmark(file(tmp_path, text), p=1)
    assert benchmark.instance.times.toarray().tolist() == [[0, 1], [1, 0]]
    with pytest.raises(InputError, match="is not from 1 to 2"):
        read_benchmark(file(tmp_path, text))


def test_capacitated_costs_are_for_the_whole_demand(tmp_path: Path) -> None:
    # Serving the demand of 4 costs 8 from the first, 40 from the second; the first has room for 3.
    benchmark = read_benchmark(file(tmp_path, "2 1\n3 5\n9 7\n4\n8 40\n"))
    row = run_benchmark(benchmark)
    assert row.objective == pytest.approx(5 + 7 + 0.75 * 8 + 0.25 * 40)
    assert row.problem == "capacitated"


def test_single_source_sends_each_customer_to_one(tmp_path: Path) -> None:
    # The second customer finds no room beside the first, who pays less for being there alone.
    path = file(tmp_path, "2 2\n4 5\n4 7\n3\n6 30\n2\n4 10\n")
    split = run_benchmark(read_benchmark(path))
    row = run_benchmark(read_benchmark(path, "single-source"))
    assert split.objective == pytest.approx(5 + 7 + 6 + 2 + 5)
    assert row.problem == "single-source"
    assert row.objective == pytest.approx(5 + 7 + 6 + 10)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("2 1\n3 5\n9 7\n4\n8 40\n", "p-median"),
        ("2 1\n3 5\n9 7\n4\n8 40\n", "p-center"),
        ("2 1 1\n1 2 5\n", "single-source"),
        ("2 1 1\n1 2 5\n", "capacitated"),
    ],
)
def test_a_problem_that_a_file_does_not_hold_is_refused(
    tmp_path: Path, text: str, problem: ProblemKind
) -> None:
    with pytest.raises(InputError, match=f"problem = '{problem}': is not in this file"):
        read_benchmark(file(tmp_path, text), problem)


@pytest.mark.parametrize("text", ["neither\n", "1 2 3 4\n", ""])
def test_other_files_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match=r"file\.txt"):
        read_benchmark(file(tmp_path, text))


def test_synthetic_instances_are_repeatable_and_clustered() -> None:
    one, same, other = (
        synthetic(clients=300, candidates=40, existing=5, p=3, seed=seed) for seed in (1, 1, 2)
    )
    assert np.array_equal(one.instance.times.data, same.instance.times.data)
    assert not np.array_equal(one.instance.times.data, other.instance.times.data)
    assert one.instance.times.shape == (300, 45)
    assert one.instance.existing.sum() == 5
    row = run_benchmark(one)
    assert row.status == "optimal"
    assert row.peak_mb > 0


def test_rows_are_written_as_csv(tmp_path: Path) -> None:
    instance = Instance.from_matrix(np.array([[2.0]]), [1])
    benchmark = Benchmark("x", "p-median", 1, instance, Mean(), Limits(new_sites_max=1))
    path = tmp_path / "rows.csv"
    write_rows([run_benchmark(benchmark)], path)
    header, row = csv.reader(path.read_text(encoding="utf-8").splitlines())
    assert header == [
        "file", "problem", "p", "objective", "bound", "gap", "status", "seconds", "peak_mb",
        "solver",
    ]  # fmt: skip
    assert row[:7] == ["x", "p-median", "1", "2.0", "2.0", "0.0", "optimal"]
    with pytest.raises(InputError, match=r"gone.*--csv.*No such file or directory"):
        write_rows([], tmp_path / "gone" / "rows.csv")


def published() -> list[dict[str, str]]:
    if not OPTIMA.exists():
        return []
    return list(csv.DictReader(OPTIMA.read_text(encoding="utf-8").splitlines()))


def solved(row: dict[str, str], time_limit: float) -> BenchmarkRow:
    problem: ProblemKind | None = "p-center" if row["problem"] == "p-center" else None
    p = int(row["p"]) if row["p"] else None
    benchmark = read_benchmark(OPTIMA.parent / row["file"], problem, p, rounding(row))
    return run_benchmark(benchmark, time_limit=time_limit)


@pytest.mark.skipif(not OPTIMA.exists(), reason="the published instances are not here")
@pytest.mark.parametrize("name", QUICK)
def test_published_optima_are_proved(name: str) -> None:
    rows = [row for row in published() if Path(row["file"]).name == name]
    assert rows
    for row in rows:
        found = solved(row, time_limit=60)
        assert found.status == "optimal"
        assert found.objective == pytest.approx(float(row["optimum"]), rel=1e-6)
