"""Published instances of location problems, and made ones, to measure the model on."""

from siting.studies.benchmark.formats import Benchmark, read_benchmark
from siting.studies.benchmark.run import BenchmarkRow, run_benchmark, run_peer, write_rows
from siting.studies.benchmark.synthetic import synthetic

__all__ = [
    "Benchmark",
    "BenchmarkRow",
    "read_benchmark",
    "run_benchmark",
    "run_peer",
    "synthetic",
    "write_rows",
]
