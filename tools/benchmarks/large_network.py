"""Time and memory of a made network of a country's size, a line a stage.

The network is a grid of streets 500 m apart, a fifth of the cross streets kept, each link a way of
its own; ``--nodes`` sets its size. Every stage runs in a process of its own, so that its greatest
memory can be told.

With ``--country`` the extract is like that of all of Sweden: the grid is drawn out over the
country, streets have bends, ids are spread as widely as those of OpenStreetMap, and most of the
file is houses. It is fetched from a server on this machine and built, and the main scenario is run:

    python -m tools.benchmarks.large_network --country
"""

import argparse
import hashlib
import json
import multiprocessing
import os
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import osmium

from siting.common.package import data_folder
from siting.common.types import Points
from siting.network.link_times import arcs_of
from siting.network.load import load_road_network
from siting.network.matrix import travel_times
from siting.network.osm.build import build_from_file, save_network
from siting.network.osm.download import Patience
from siting.network.osm.fetch import download_extract, find_extract
from siting.network.speeds import read_speeds
from siting.pipeline.run import run
from siting.results.write import write_result
from siting.scenario.file import read_scenario

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


_JUNCTIONS, _BENDS, _OTHERS = 1_200_000, 6, 16
"""Of a country: its junctions, nodes along each street, and nodes of houses for each junction."""
_STRIDE, _HOUSE = 10_000, 16
_BOX = (10.9, 55.3, 24.2, 69.1)


def make_country(path: Path) -> None:
    """Write an extract of the size and the make of Sweden's."""
    side = int(_JUNCTIONS**0.5)
    west, south, east, north = _BOX
    step = ((east - west) / side, (north - south) / side)
    rng = np.random.default_rng(1)
    kept = rng.random((2, side * side)) < [[1.0], [_CROSS]]
    kept[0, side - 1 :: side] = False
    kept[1, -side:] = False
    new = osmium.osm.mutable
    with osmium.SimpleWriter(path, overwrite=True) as writer:
        for node, off in enumerate(rng.uniform(0, 1, (side * side, 2)).tolist()):
            lon, lat = west + step[0] * (node % side), south + step[1] * (node // side)
            first = 1 + node * _STRIDE
            writer.add_node(new.Node(id=first, location=(lon, lat)))
            for way in np.flatnonzero(kept[:, node]).tolist():
                for bend in range(1, _BENDS + 1):
                    place = [lon, lat]
                    place[way] += step[way] * bend / (_BENDS + 1)
                    place[1 - way] += step[1 - way] * 0.1 * off[way] * (bend % 2)
                    number = first + way * 10 + bend
                    writer.add_node(new.Node(id=number, location=(place[0], place[1])))
            for other in range(_OTHERS):
                place = [lon + step[0] * off[0] + other * 3e-5 * off[1], lat + step[1] * off[1]]
                writer.add_node(new.Node(id=first + 100 + other, location=(place[0], place[1])))
        for node in range(side * side):
            first = 1 + node * _STRIDE
            for way in np.flatnonzero(kept[:, node]).tolist():
                bends = range(first + way * 10 + 1, first + way * 10 + _BENDS + 1)
                refs = [first, *bends, first + _STRIDE * (side if way else 1)]
                tags = {"highway": _CLASSES[node % len(_CLASSES)], "maxspeed": "70"}
                tags |= {"name": f"Street {node}", "surface": "asphalt"}
                writer.add_way(new.Way(id=10 * first + way, nodes=refs, tags=tags))
            for house in range(0, _OTHERS, _HOUSE):
                refs = [*range(first + 100 + house, first + 100 + min(house + _HOUSE, _OTHERS))]
                tags = {"building": "yes", "addr:housenumber": str(node)}
                writer.add_way(new.Way(id=10 * first + 2 + house, nodes=refs, tags=tags))


class _Files(SimpleHTTPRequestHandler):
    """Gives files, and keeps silent."""

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


class _Server(ThreadingHTTPServer):
    """Takes it that a client looks at the head of an answer and leaves."""

    def handle_error(self, *_: object) -> None:
        """Nobody reads it."""


def _fetch(folder: Path) -> dict[str, float]:
    server = _Server(("127.0.0.1", 0), partial(_Files, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    offer = find_extract("made.osm.pbf", "", url, Patience())
    download_extract(offer, folder / "fetched.osm.pbf", lambda _: None)
    (folder / "fetched.osm.pbf").unlink()
    return {"extract_mb": offer.size / 1e6}


def _run(folder: Path) -> dict[str, float]:
    os.environ["SITING_CACHE_DIR"] = str(folder / "cache")
    roads = f"network.source={folder / 'made.parquet'}"
    file = read_scenario("remaining_offices", [roads], allow=[folder])
    result = run(file, progress=lambda _: None)
    write_result(result, folder)
    cached = sum(path.stat().st_size for path in (folder / "cache").iterdir())
    made = (folder / "made.parquet").stat().st_size
    return {"network_mb": made / 1e6, "cache_mb": cached / 1e6}


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
    found |= {"cpu_s": time.process_time()}
    queue.put(json.dumps(found))


def main() -> None:
    """Print one line a stage."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--nodes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--graphml-up-to", type=int, default=100_000)
    parser.add_argument("--country", action="store_true")
    arguments = parser.parse_args()
    for nodes in [_JUNCTIONS] if arguments.country else arguments.nodes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            extract = folder / "made.osm.pbf"
            if arguments.country:
                make_country(extract)
                with extract.open("rb") as file:
                    digest = hashlib.file_digest(file, "md5").hexdigest()
                (folder / "made.osm.pbf.md5").write_text(digest)
                _tell(nodes, [_fetch, _build, _load, _run], folder)
            else:
                make_extract(extract, nodes)
                more = [_graphml, _load_graphml] if nodes <= arguments.graphml_up_to else []
                _tell(nodes, [_build, _load, _matrix, *more], folder)


def _tell(nodes: int, stages: list[Callable[[Path], dict[str, float]]], folder: Path) -> None:
    """Print one line a stage, each in a process of its own."""
    context = multiprocessing.get_context("spawn")
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
