"""Instances whose answers are certified, and what their certificates say."""

import gzip
import json
from collections.abc import Iterator
from typing import Any, Literal

import numpy as np

from siting.model import (
    Closing,
    Cost,
    Coverage,
    Equity,
    Instance,
    Lexicographic,
    Limits,
    Mean,
    Objective,
    OfficeType,
    Phase,
    Quota,
    Target,
    solve,
)
from siting.results.certificate import (
    certificate_bytes,
)


def read(packed: bytes) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(gzip.decompress(packed), parse_float=str)
    return content


def certificate_of(
    instance: Instance,
    objective: Objective,
    limits: Limits,
    method: Literal["decomposition"] | None = None,
) -> dict[str, Any]:
    solution = solve(instance, objective, limits, certificate=True, method=method)
    assert solution.certificate is not None
    return read(certificate_bytes(solution.certificate))


def made(seed: int, clients: int = 25, sites: int = 14, unit: float = 1.0) -> Instance:
    """Return an instance whose relaxation is seldom whole."""
    rng = np.random.default_rng(seed)
    minutes = rng.integers(1, 60, size=(clients, sites)) * unit
    return Instance.from_matrix(
        minutes,
        rng.integers(1, 100, size=clients),
        existing=np.arange(sites) < 2,
        annual_cost=rng.integers(2, 9, size=sites) * 0.7,
        one_off_cost=rng.integers(1, 5, size=sites),
        site_ids=[f"s{number}" for number in range(sites)],
        site_groups={"region": [f"r{number % 3}" for number in range(sites)]},
        client_groups={"county": [f"c{number % 2}" for number in range(clients)]},
    )


MANY: list[tuple[Objective, Limits]] = [
    (Mean(), Limits(annual_budget=9.1)),
    (Mean(), Limits(new_sites_max=4)),
    (Mean(cost_weight=31.7), Limits()),
    (Mean(), Limits(annual_budget=11, one_off_budget=7, max_new_per_group={"region": 1})),
    (Mean(), Limits(new_sites_max=4, at_least_one_per_group=("region",), max_time=55)),
    (Mean(), Limits(new_sites_max=5, quotas=[Quota("region", ("r1",), 2, 3)])),
    (Mean(), Limits(new_sites_max=3, closing=Closing(("s0", "s1"), 1, 2))),
    (Mean(), Limits(phases=[Phase("a", 6, years=2), Phase("b", 10, years=3)])),
    (Mean(), Limits(annual_budget=9, office_types=[OfficeType("s", 1.5), OfficeType("l", 2.5)])),
    (Coverage(9), Limits(new_sites_max=3)),
    (Coverage(12), Limits(annual_budget=9.1, phases=[Phase("a", 5), Phase("b")])),
    (Equity(kappa=-0.1), Limits(new_sites_max=3)),
    (Equity(epsilon=-0.5), Limits(annual_budget=9.1)),
    (Cost([Target(0.8, 15)]), Limits()),
    (Cost([Target(0.6, 12, "county"), Target(0.95, 40)]), Limits(new_sites_max=9)),
    (Lexicographic([(Coverage(12), 0.05), (Mean(), 0.0)]), Limits(new_sites_max=4)),
    (
        Lexicographic([(Cost([Target(0.8, 15)]), 0.2), (Equity(kappa=-0.1), 0.05), (Mean(), 0.0)]),
        Limits(new_sites_max=7),
    ),
]

NAMES = [f"{number} {each.__class__.__name__}" for number, (each, _) in enumerate(MANY)]


def places(content: dict[Any, Any] | list[Any]) -> Iterator[tuple[Any, Any]]:
    """Give where each number of a certificate stands."""
    pairs = content.items() if isinstance(content, dict) else enumerate(content)
    for key, value in pairs:
        if isinstance(value, dict | list):
            yield from places(value)
        elif key != "kind" and value is not None:
            yield content, key
