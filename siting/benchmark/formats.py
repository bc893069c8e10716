"""Read OR-Library and TSPLIB files as instances."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from siting.errors import Fault, InputError
from siting.model import Instance, Limits, Mean, Objective, Worst
from siting.sizes import TEXT, refuse_large
from siting.types import Floats

type Problem = Literal["p-median", "p-center", "capacitated"]


@dataclass(frozen=True)
class Benchmark:
    """An instance with its objective and limits.

    Parameters
    ----------
    name : str
        The file.
    problem : {"p-median", "p-center", "capacitated"}
    p : int or None
        Number of sites.
    instance : Instance
    objective : Objective
    limits : Limits
    """

    name: str
    problem: Problem
    p: int | None
    instance: Instance
    objective: Objective
    limits: Limits


def read_benchmark(path: Path, problem: Problem | None = None, p: int | None = None) -> Benchmark:
    """Read a file, whose format is told by its content.

    Parameters
    ----------
    path : Path
        OR-Library pmed or cap, or TSPLIB with points.
    problem : {"p-median", "p-center", "capacitated"}, optional
        "capacitated" for cap files, otherwise "p-median".
    p : int, optional
        Number of sites; by default what a pmed file says.

    Returns
    -------
    Benchmark
        The instance, with the optimum that was published for it if that is known.

    Raises
    ------
    InputError
        If the file is none of these, or p is missing.
    """
    refuse_large(path, TEXT)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError([_fault(path, "file", f"cannot be read ({error})")]) from error
    if "NODE_COORD_SECTION" in text:
        return _with_p(path, problem or "p-median", p, _points(text))
    try:
        numbers = np.array(text.split(), dtype=np.float64)
    except ValueError as error:
        raise InputError([_fault(path, "content", "is not a known format")]) from error
    if len(numbers) > PMED_HEADER and len(numbers) == PMED_HEADER + 3 * int(numbers[1]):
        listed = int(numbers[2])
        return _with_p(path, problem or "p-median", p or listed, _pmed(numbers))
    if len(numbers) > CAP_HEADER and len(numbers) == _cap_size(numbers):
        return _cap(path, numbers)
    raise InputError([_fault(path, "content", "is neither a pmed nor a cap nor a TSPLIB file")])


PMED_HEADER = 3
CAP_HEADER = 2


def _fault(path: Path, key: str, problem: str) -> Fault:
    return Fault(path.name, key, None, problem, "See the formats of OR-Library and TSPLIB.")


def _with_p(path: Path, problem: Problem, p: int | None, distances: Floats) -> Benchmark:
    if p is None or not 1 <= p <= len(distances):
        raise InputError([_fault(path, "p", f"is not from 1 to {len(distances)}")])
    instance = Instance.from_matrix(distances, np.ones(len(distances)))
    objective: Objective = Worst() if problem == "p-center" else Mean()
    return Benchmark(path.name, problem, p, instance, objective, Limits(new_sites_max=p))


def _pmed(numbers: Floats) -> Floats:
    """Return all shortest paths. Where an edge occurs twice, its last line holds."""
    count = int(numbers[0])
    edges = numbers[PMED_HEADER:].reshape(-1, 3)
    last = {(int(min(a, b)), int(max(a, b))): cost for a, b, cost in edges.tolist()}
    ends = np.array(list(last)) - 1
    costs = np.fromiter(last.values(), dtype=np.float64)
    graph = csr_array((costs, (ends[:, 0], ends[:, 1])), shape=(count, count))
    paths: Floats = dijkstra(graph, directed=False)
    return paths


def _points(text: str) -> Floats:
    """Return the distances between points, rounded down."""
    body = text.split("NODE_COORD_SECTION")[1].split("EOF", maxsplit=1)[0]
    x, y = np.array(body.split(), dtype=np.float64).reshape(-1, 3)[:, 1:].T
    distances: Floats = np.floor(np.hypot(np.subtract.outer(x, x), np.subtract.outer(y, y)))
    return distances


def _cap_size(numbers: Floats) -> int:
    sites, customers = int(numbers[0]), int(numbers[1])
    return CAP_HEADER + 2 * sites + customers * (1 + sites)


def _cap(path: Path, numbers: Floats) -> Benchmark:
    """Return a capacitated problem: fixed costs plus serving costs, demand may be split."""
    sites = int(numbers[0])
    capacity, fixed = numbers[CAP_HEADER : CAP_HEADER + 2 * sites].reshape(sites, 2).T
    customers = numbers[CAP_HEADER + 2 * sites :].reshape(-1, 1 + sites)
    demand, costs = customers[:, 0], customers[:, 1:]
    instance = Instance.from_matrix(costs / demand[:, None], demand, annual_cost=fixed)
    room = dict(zip(instance.site_ids, capacity.tolist(), strict=True))
    return Benchmark(
        path.name, "capacitated", None, instance, Mean(cost_weight=1.0), Limits(capacity=room)
    )
