"""Published instances of location problems, and made ones, to measure the model on."""

from siting.benchmark.formats import Benchmark, read_benchmark
from siting.benchmark.run import BenchmarkRow, run_benchmark, run_peer, write_rows
from siting.benchmark.synthetic import synthetic

__all__ = [
    "Benchmark",
    "BenchmarkRow",
    "read_benchmark",
    "run_benchmark",
    "run_peer",
    "synthetic",
    "write_rows",
]
