"""Make instances of any size that are shaped like a thinly peopled country."""

import numpy as np
from scipy.sparse import csr_array

from siting.common.errors import Fault, InputError
from siting.common.types import Floats
from siting.model import Instance, Limits, Mean
from siting.studies.benchmark.formats import Benchmark

# Kilometres from side to side, as Sweden is long and narrow.
EXTENT = np.array([450.0, 1500.0])
# Clusters of towns, as many as Sweden has functional labour-market regions.
CLUSTERS = 60
# Roads are longer than the straight line by about this, at about a kilometre a minute.
DETOUR = 1.3


def synthetic(
    *, clients: int, candidates: int, existing: int, p: int | None, seed: int
) -> Benchmark:
    """Make a clustered p-median instance.

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
