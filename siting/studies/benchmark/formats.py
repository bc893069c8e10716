"""Where benchmarks come from: files of OR-Library and TSPLIB, or made ones of any size."""

import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from siting.common.errors import Fault, InputError
from siting.common.file_limits import TEXT, refuse_large
from siting.common.tables.hints import GREATEST, number_problem
from siting.common.types import Floats, Ints
from siting.model import Instance, KDTree, Limits, Mean, Objective, Worst, listed_instance

type Rounding = Literal["down", "nearest"]
type ProblemKind = Literal["p-median", "p-center", "capacitated", "single-source"]


@dataclass(frozen=True)
class Benchmark:
    """An instance with its objective and limits.

    Parameters
    ----------
    name : str
        The file.
    problem : {"p-median", "p-center", "capacitated", "single-source"}
    p : int or None
        Number of sites.
    instance : Instance
    objective : Objective
    limits : Limits
    """

    name: str
    problem: ProblemKind
    p: int | None
    instance: Instance
    objective: Objective
    limits: Limits


def read_benchmark(
    path: Path,
    problem: ProblemKind | None = None,
    p: int | None = None,
    distance: Rounding = "down",
) -> Benchmark:
    """Read a file, whose format is told by its content; EUC_2D alone is rounded as asked."""
    refuse_large(path, TEXT)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise _refused(path, "file", path.name, f"cannot be read ({error})") from error
    if "_SECTION" in text:
        return _with_p(path, problem, p, _tsplib(path, text, distance))
    numbers = _numbers(path, text.split())
    if len(numbers) > PMED_HEADER and len(numbers) == PMED_HEADER + 3 * numbers[1]:
        count, _, listed = _counts(path, numbers[:PMED_HEADER])
        given = listed if p is None else p
        return _with_p(path, problem, given, _pmed(path, numbers, count))
    if len(numbers) > CAP_HEADER and len(numbers) == _cap_size(*numbers[:CAP_HEADER]):
        return _cap(path, numbers, problem)
    text = f"has {len(numbers):,} numbers, which fit neither a pmed nor a cap file by their header"
    raise _refused(path, "content", numbers[:3].tolist(), text)


PMED_HEADER = 3
CAP_HEADER = 2
_MOST_POINTS = 20_000
"""A matrix of more points than this does not fit into the memory of an ordinary machine."""
_MANY_POINTS = 3_500
"""From so many on, points in the plane are asked for by and by."""


def _refused(path: Path, key: str, value: object, problem: str) -> InputError:
    remedy = "See the formats of OR-Library and TSPLIB, or fetch the file again."
    return InputError([Fault(str(path), key, value, problem, remedy)])


def _numbers(path: Path, words: list[str]) -> Floats:
    """Turn words into finite numbers, or say which of them is none."""
    numbers = np.empty(len(words))
    for place, word in enumerate(words):
        try:
            numbers[place] = float(word)
        except ValueError:
            numbers[place] = np.nan
        if not abs(numbers[place]) < GREATEST:
            problem, _ = number_problem(word)
            raise _refused(path, f"number {place + 1}", word, problem)
    return numbers


def _counts(path: Path, header: Floats, most: float = _MOST_POINTS) -> list[int]:
    if (header % 1 != 0).any() or (header < 1).any():
        raise _refused(path, "header", header.tolist(), "is not whole numbers from 1")
    if header[0] > most:
        raise _refused(path, "header", header[0], f"has more than {most:,} points")
    return [int(number) for number in header]


def _with_p(
    path: Path, asked: ProblemKind | None, p: int | None, given: Floats | KDTree
) -> Benchmark:
    problem = _fitting(path, asked, "p-median", "p-center")
    count = given.shape[0]
    if p is None or not 1 <= p <= count:
        raise _refused(path, "p", p, f"is not from 1 to {count}; --p says it")
    if isinstance(given, KDTree):
        instance = listed_instance(given, np.ones(count))
    else:
        instance = Instance.from_matrix(given, np.ones(count))
    objective: Objective = Worst(then_mean=False) if problem == "p-center" else Mean()
    return Benchmark(path.name, problem, p, instance, objective, Limits(new_sites_max=p))


def _pmed(path: Path, numbers: Floats, count: int) -> Floats:
    """Return all shortest paths. Where an edge occurs twice, its last line holds."""
    last: dict[tuple[int, int], float] = {}
    edges = numbers[PMED_HEADER:].reshape(-1, 3).tolist()
    for row, (a, b, cost) in enumerate(edges, start=1):
        if a % 1 or b % 1 or not (1 <= a <= count and 1 <= b <= count):
            raise _refused(path, f"edge {row}", (a, b), f"ends at no vertex from 1 to {count}")
        if cost < 0:
            raise _refused(path, f"edge {row}", cost, "must not be negative")
        last[int(min(a, b)), int(max(a, b))] = cost
    ends = np.array(list(last)) - 1
    costs = np.fromiter(last.values(), dtype=np.float64)
    graph = csr_array((costs, (ends[:, 0], ends[:, 1])), shape=(count, count))
    paths: Floats = dijkstra(graph, directed=False)
    return paths


_TYPES = "EUC_2D|CEIL_2D|ATT|GEO|EXPLICIT"
_ORDERS = r"FULL_MATRIX|(UPPER|LOWER)(_DIAG)?_(ROW|COL)"
_SECTIONS = {"NODE_COORD_SECTION", "EDGE_WEIGHT_SECTION", "DISPLAY_DATA_SECTION"}


def _tsplib(path: Path, text: str, rounding: Rounding) -> Floats | KDTree:
    """Return the distances that EDGE_WEIGHT_TYPE asks for, 0 from a point to itself."""
    head, sections = _sections(path, re.split(r"^\s*EOF\b", text, flags=re.MULTILINE)[0])
    kind, form = head.get("EDGE_WEIGHT_TYPE", "EUC_2D"), head.get("EDGE_WEIGHT_FORMAT", "")
    for key, value, read in (("TYPE", kind, _TYPES), ("FORMAT", form, _ORDERS)):
        if (key == "TYPE" or kind == "EXPLICIT") and not re.fullmatch(read, value):
            raise _refused(path, f"EDGE_WEIGHT_{key}", value, f"is not read; what is: {read}")
    section = "EDGE_WEIGHT_SECTION" if kind == "EXPLICIT" else "NODE_COORD_SECTION"
    numbers = _numbers(path, sections.get(section, "").split())
    listed = head.get("DIMENSION", str(len(numbers) // 3 or 1))
    plane = kind not in {"EXPLICIT", "GEO"}
    (count,) = _counts(path, _numbers(path, [listed]), np.inf if plane else _MOST_POINTS)
    entries = _entries(form, count) if kind == "EXPLICIT" else np.indices((count, 3))
    if len(numbers) != entries[0].size:
        problem = f"has {len(numbers):,} numbers, not the {entries[0].size:,} of DIMENSION {count}"
        raise _refused(path, section, len(numbers), problem)
    if kind == "EXPLICIT":
        distances = np.zeros((count, count))
        # The second holds where a file gives both.
        distances[entries[::-1]] = distances[entries] = numbers
    elif plane and count > _MANY_POINTS:
        points = numbers.reshape(-1, 3)[:, 1:]
        return KDTree(points, points, partial(_rounded, kind, rounding))
    else:
        distances = _apart(kind, numbers.reshape(-1, 3), rounding)
    np.fill_diagonal(distances, 0.0)
    return distances


def _sections(path: Path, text: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the lines of the head, and the text of each section."""
    head, *parts = re.split(r"^\s*(\w+_SECTION)\b[ :]*", text, flags=re.MULTILINE)
    for name in sorted({*parts[::2]} - _SECTIONS):
        raise _refused(path, name, None, "holds what siting does not read")
    lines = re.findall(r"^\s*(\w+)[ \t]*:[ \t]*(.*?)\s*$", head, re.MULTILINE)
    return dict(lines), dict(zip(parts[::2], parts[1::2], strict=True))


def _entries(form: str, count: int) -> tuple[Ints, ...]:
    """Return row and column of each number of a matrix."""
    offset = 0 if "_DIAG_" in form else 1
    if form == "FULL_MATRIX":
        return tuple(np.indices((count, count)).reshape(2, -1))
    if form.startswith("UPPER") == form.endswith("ROW"):
        return np.triu_indices(count, offset)
    return np.tril_indices(count, -offset)


def _apart(kind: str, points: Floats, rounding: Rounding) -> Floats:
    """Return the distances between points, as TSPLIB has them but for the rounding of EUC_2D."""
    x, y = points[:, 1:].T
    if kind == "GEO":
        # Degrees and minutes, and pi as TSPLIB has it.
        x, y = 3.141592 / 180 * (np.trunc(points) + np.fmod(points, 1) * 5 / 3)[:, 1:].T
        turn = np.cos(np.subtract.outer(y, y))
        along, across = np.cos(np.subtract.outer(x, x)), np.cos(np.add.outer(x, x))
        cosine = ((1 + turn) * along - (1 - turn) * across) / 2
        exact = 6378.388 * np.arccos(np.clip(cosine, -1, 1)) + 1
    else:
        squares = np.subtract.outer(x, x) ** 2 + np.subtract.outer(y, y) ** 2
        return _rounded(kind, rounding, squares)
    rounded: Floats = np.floor(exact)
    return rounded


def _rounded(kind: str, rounding: Rounding, squares: Floats) -> Floats:
    """Return distances in the plane from their squares."""
    exact = np.sqrt(squares / 10 if kind == "ATT" else squares)
    whole = np.floor(exact + 0.5) if rounding == "nearest" else np.floor(exact)
    rounded: Floats = whole if kind == "EUC_2D" else np.ceil(exact)
    return rounded


def _cap_size(sites: float, customers: float) -> float:
    return CAP_HEADER + 2 * sites + customers * (1 + sites)


def _cap(path: Path, numbers: Floats, asked: ProblemKind | None) -> Benchmark:
    """Return a capacitated problem: fixed costs plus serving costs, demand split or not."""
    problem = _fitting(path, asked, "capacitated", "single-source")
    sites, _ = _counts(path, numbers[:CAP_HEADER])
    if (numbers < 0).any():
        place = int(np.flatnonzero(numbers < 0)[0])
        raise _refused(path, f"number {place + 1}", numbers[place], "must not be negative")
    capacity, fixed = numbers[CAP_HEADER : CAP_HEADER + 2 * sites].reshape(sites, 2).T
    customers = numbers[CAP_HEADER + 2 * sites :].reshape(-1, 1 + sites)
    demand, costs = customers[:, 0], customers[:, 1:]
    if (demand == 0).any():
        place = int(np.flatnonzero(demand == 0)[0])
        raise _refused(path, f"customer {place + 1}", 0.0, "has no demand")
    instance = Instance.from_matrix(costs / demand[:, None], demand, annual_cost=fixed)
    room = dict(zip(instance.site_ids, capacity.tolist(), strict=True))
    limits = Limits(capacity=room, single_source=problem == "single-source")
    return Benchmark(path.name, problem, None, instance, Mean(cost_weight=1.0), limits)


def _fitting(path: Path, asked: ProblemKind | None, *known: ProblemKind) -> ProblemKind:
    """Return the problem that is asked for, if the file can be one, or else the first."""
    if asked is not None and asked not in known:
        raise _refused(
            path, "problem", asked, f"is not in this file, which is {' or '.join(known)}"
        )
    return asked or known[0]


# Kilometres from side to side, as Sweden is long and narrow.
EXTENT = np.array([450.0, 1500.0])
# Clusters of towns, as many as Sweden has functional labour-market regions.
CLUSTERS = 60
# Roads are longer than the straight line by about this, at about a kilometre a minute.
DETOUR = 1.3


def synthetic(
    *, clients: int, candidates: int, existing: int, p: int | None, seed: int
) -> Benchmark:
    """Make a clustered p-median instance, shaped like a thinly peopled country.

    Clusters differ in size as towns do; clients and candidates lie around their centres, existing
    sites nearer to these.
    """
    if p is None:
        remedy = "Say how many sites to open, such as --p 30."
        raise InputError([Fault("command line", "--p", None, "the option is missing", remedy)])
    rng = np.random.default_rng(seed)
    centres = rng.uniform(0, 1, (CLUSTERS, 2)) * EXTENT
    size = rng.pareto(1.0, CLUSTERS) + 1
    share = size / size.sum()

    def around(count: int, spread: float, even: float) -> Floats:
        likely = even / CLUSTERS + (1 - even) * share
        cluster = rng.choice(CLUSTERS, count, p=likely / likely.sum())
        places: Floats = centres[cluster] + rng.normal(0, spread, (count, 2))
        return places

    homes = around(clients, 40, 0.5)
    sites = np.vstack([around(existing, 15, 0.8), around(candidates, 40, 0.5)])
    people = np.ceil((rng.pareto(1.1, clients) + 1) * 50)
    instance = Instance.from_matrix(
        _minutes(homes, sites), people, existing=np.arange(len(sites)) < existing
    )
    name = f"synthetic-{clients}x{candidates}-{existing}-{seed}"
    return Benchmark(name, "p-median", p, instance, Mean(), Limits(new_sites_max=p))


def _minutes(homes: Floats, sites: Floats) -> csr_array:
    """Return all times, block by block, so that no dense matrix of the whole is held."""
    data = np.empty(len(homes) * len(sites))
    for start in range(0, len(homes), 1000):
        part = homes[start : start + 1000]
        block = np.hypot(*(part[:, None, :] - sites[None, :, :]).transpose(2, 0, 1)) * DETOUR
        data[start * len(sites) : (start + len(part)) * len(sites)] = block.ravel()
    columns = np.tile(np.arange(len(sites), dtype=np.int32), len(homes))
    starts = np.arange(len(homes) + 1) * len(sites)
    return csr_array((data, columns, starts), shape=(len(homes), len(sites)))
