"""How much faster the Parquet form of a network loads than its GraphML form, in one run."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from siting.common.package import data_folder
from siting.common.types import RoadNetwork
from siting.network.load import load_road_network
from siting.network.osm.build import build_from_file, save_network
from siting.network.speeds import read_speeds
from tools.benchmarks.large_network import make_extract

_RUNS = 3


def _least_seconds(path: Path, *, graph: bool) -> float:
    """The shortest of a few loads, with the graph where it is asked for."""

    def once() -> float:
        started = time.perf_counter()
        network: RoadNetwork = load_road_network(path)
        if graph:
            _ = network.graph
        return time.perf_counter() - started

    return min(once() for _ in range(_RUNS))


def main() -> None:
    """Print seconds of each form and how they compare."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--nodes", type=int, nargs="+", default=[10_000, 100_000])
    for nodes in parser.parse_args().nodes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            make_extract(folder / "made.osm.pbf", nodes)
            built = build_from_file(folder / "made.osm.pbf", "drive")
            for form in ("graphml", "parquet"):
                save_network(built, folder / f"made.{form}", read_speeds(data_folder()))
            slow = _least_seconds(folder / "made.graphml", graph=True)
            fast = _least_seconds(folder / "made.parquet", graph=False)
            whole = _least_seconds(folder / "made.parquet", graph=True)
        sys.stdout.write(
            f"{nodes:,} nodes: GraphML {slow:.2f} s; Parquet {fast:.3f} s, {slow / fast:.0f} times "
            f"as fast; with its graph {whole:.2f} s, {slow / whole:.1f} times\n"
        )


if __name__ == "__main__":
    main()
