"""Coverage of very many clients, which come block by block and are not kept: one line a size.

Run it with `python -m tools.benchmarks.coverage [CLIENTS SITES P]`; without them it takes a million
clients and 1,000 sites for p = 20, and 20 million and 100. Points are spread evenly over a square
of 30 by 30 as in Cordeau, Furini and Ljubić, European Journal of Operational Research 275 (2019).
"""

import sys
import time
from collections.abc import Iterator

import numpy as np
from scipy.spatial.distance import cdist

from siting.common.types import Floats
from siting.model import Coverage, Limits, covered_instance, solve
from siting.studies.benchmark.run import peak_megabytes

SIDE, RADIUS, SEED = 30.0, 3.25, 1
BLOCK = 20_000
LIMIT = 600.0
SIZES = ((1_000_000, 1_000, 20), (20_000_000, 100, 20))


def blocks(clients: int, sites: int) -> Iterator[tuple[Floats, Floats]]:
    """Make the distances of some clients at a time, and from 1 to 100 people at each."""
    rng = np.random.default_rng(SEED)
    at = rng.uniform(0, SIDE, (sites, 2))
    for begin in range(0, clients, BLOCK):
        size = min(BLOCK, clients - begin)
        here = rng.uniform(0, SIDE, (size, 2))
        yield cdist(here, at), rng.integers(1, 101, size).astype(np.float64)


def main(sizes: tuple[tuple[int, int, int], ...]) -> None:
    """Merge and solve each size, and tell what it took."""
    for clients, sites, most in sizes:
        began = time.perf_counter(), time.process_time()
        instance = covered_instance(blocks(clients, sites), RADIUS)
        merged = time.process_time() - began[1]
        limits = Limits(new_sites_max=most)
        found = solve(instance, Coverage(RADIUS), limits, time_limit=LIMIT, ties=False)
        wall, cpu = time.perf_counter() - began[0], time.process_time() - began[1]
        sys.stdout.write(
            f"{clients:,} clients x {sites:,} sites, p = {most}: {len(instance.weights):,} sets of "
            f"sites, merged in {merged:.1f} s of processor time; {found.status}, "
            f"{found.objective:,.0f} people of at most {found.bound:,.0f}, gap {found.gap:.2e}; "
            f"{cpu:.1f} s of processor time ({wall:.1f} s), {peak_megabytes():,.0f} MB\n"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    given = tuple(int(each) for each in sys.argv[1:4])
    main(((given[0], given[1], given[2]),) if given else SIZES)
