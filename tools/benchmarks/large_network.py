"""Time and memory of a made network of a country's size, a line a stage.

The network is a grid of streets 500 m apart, a fifth of the cross streets kept, each link a way of
its own; ``--nodes`` sets its size. Every stage runs in a process of its own, so that its greatest
memory can be told.
"""

import argparse
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import osmium

from siting.common.package import data_folder
from siting.common.types import Points
from siting.network.link_times import arcs_of
from siting.network.load import load_road_network
from siting.network.matrix import travel_times
from siting.network.osm.build import build_from_file, save_network
from siting.network.speeds import read_speeds

_STEP_LON, _STEP_LAT = 0.009, 0.0045
_CLASSES = ("primary", "secondary", "tertiary", "unclassified")
_CROSS = 0.2012


def make_extract(path: Path, nodes: int) -> None:
    """Write an extract with 2.4 arcs a node."""
    side = int(nodes**0.5)
    rng = np.random.default_rng(1)
    number = np.arange(side * side).reshape(side, side) + 1
    along = np.stack([number[:, :-1].ravel(), number[:, 1:].ravel()], axis=1)
    across = np.stack([number[:-1].ravel(), number[1:].ravel()], axis=1)
    across = across[np.sort(rng.permutation(len(across))[: int(_CROSS * len(across))])]
    with osmium.SimpleWriter(path, overwrite=True) as writer:
        for node in range(side * side):
            place = (12 + _STEP_LON * (node % side), 58 + _STEP_LAT * (node // side))
            writer.add_node(osmium.osm.mutable.Node(id=node + 1, location=place))
        for way, ends in enumerate(np.concatenate([along, across]).tolist(), start=1):
            tags = {"highway": _CLASSES[way % len(_CLASSES)], "maxspeed": "70"}
            writer.add_way(osmium.osm.mutable.Way(id=way, nodes=ends, tags=tags))


def _build(folder: Path) -> dict[str, float]:
    built = build_from_file(folder / "made.osm.pbf", "drive")
    save_network(built, folder / "made.parquet", read_speeds(data_folder()))
    return {"nodes": len(built.streets.nodes), "arcs": len(built.streets.links)}


def _graphml(folder: Path) -> dict[str, float]:
    built = build_from_file(folder / "made.osm.pbf", "drive")
    save_network(built, folder / "made.graphml", read_speeds(data_folder()))
    return {}


def _load(folder: Path) -> dict[str, float]:
    load_road_network(folder / "made.parquet")
    return {}


def _load_graphml(folder: Path) -> dict[str, float]:
    load_road_network(folder / "made.graphml")
    return {}


def _matrix(folder: Path) -> dict[str, float]:
    network = load_road_network(folder / "made.parquet")
    rng = np.random.default_rng(2)
    arcs = arcs_of(network.roads)
    places = np.stack([arcs.lon, arcs.lat], axis=1)
    low, high = places.min(axis=0), places.max(axis=0)

    def scattered(count: int, label: str) -> Points:
        at = rng.uniform(low, high, (count, 2))
        return Points(tuple(f"{label}{row}" for row in range(count)), at[:, 0], at[:, 1])

    demand, candidates = scattered(5000, "d"), scattered(800, "c")
    started = time.perf_counter()
    times = travel_times(network, demand, candidates, limit=60.0)
    return {"matrix_alone_s": time.perf_counter() - started, "pairs": times.minutes.nnz}


def _measured(
    stage: Callable[[Path], dict[str, float]], folder: Path, queue: "multiprocessing.Queue[str]"
) -> None:
    started = time.perf_counter()
    found = stage(folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    found |= {"seconds": time.perf_counter() - started, "peak_gb": peak}
    queue.put(json.dumps(found))


def main() -> None:
    """Print one line a stage."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--nodes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--graphml-up-to", type=int, default=100_000)
    arguments = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    for nodes in arguments.nodes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            make_extract(folder / "made.osm.pbf", nodes)
            stages = [_build, _load, _matrix]
            if nodes <= arguments.graphml_up_to:
                stages += [_graphml, _load_graphml]
            for stage in stages:
                queue: multiprocessing.Queue[str] = context.Queue()
                process = context.Process(target=_measured, args=(stage, folder, queue))
                process.start()
                found = json.loads(queue.get())
                process.join()
                figures = " ".join(f"{key} {value:,.2f}" for key, value in found.items())
                sys.stdout.write(f"{nodes:,} {stage.__name__.strip('_')}: {figures}\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
