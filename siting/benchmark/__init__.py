"""Published instances of location problems, and made ones, to measure the model on."""

from siting.benchmark.formats import Benchmark, read_benchmark
from siting.benchmark.synthetic import synthetic

__all__ = ["Benchmark", "read_benchmark", "synthetic"]
