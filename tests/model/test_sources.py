"""Times that are asked for by and by give the answers of the whole matrix."""

from functools import partial
from typing import Any, Literal

import numpy as np
import pytest
from scipy.sparse import csr_array

from siting.model import (
    Closing,
    Cost,
    Coverage,
    Equity,
    Instance,
    KDTree,
    Known,
    Lexicographic,
    Limits,
    Mean,
    Objective,
    OfficeType,
    Phase,
    Quota,
    Solution,
    Target,
    Worst,
    covered_instance,
    listed_instance,
    solve,
)
from siting.model import sources as module
from siting.studies.benchmark.formats import Rounding, _apart, _rounded


def points(seed: int, count: int = 24) -> np.ndarray[Any, Any]:
    """Points of which some are at the same place, and many at the same distances."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 12, (count, 2)).astype(np.float64) * 10


def whole(at: np.ndarray[Any, Any], sites: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    apart: np.ndarray[Any, Any] = np.floor(np.sqrt(((at[:, None] - sites[None]) ** 2).sum(axis=2)))
    return apart


ASKED: dict[str, tuple[Objective, Limits]] = {
    "mean": (Mean(), Limits(new_sites_max=4)),
    "fixed charge": (Mean(cost_weight=3.0), Limits()),
    "coverage": (Coverage(25), Limits(new_sites_max=2)),
    "worst": (Worst(), Limits(new_sites_max=3)),
    "equity": (Equity(kappa=-0.02), Limits(annual_budget=300)),
    "cost": (Cost([Target(0.8, 30)]), Limits()),
    "in order": (Lexicographic([(Coverage(30), 0.0), (Mean(), 0.0)]), Limits(new_sites_max=3)),
    "farthest": (Mean(), Limits(new_sites_max=9, max_time=70)),
    "quota": (Mean(), Limits(new_sites_max=4, quotas=[Quota("side", ("east",), least=3)])),
    "phases": (Mean(), Limits(phases=[Phase("a", opened_max=2), Phase("b", opened_max=2)])),
    "kinds": (
        Mean(),
        Limits(annual_budget=300, office_types=[OfficeType("s", 60, 5), OfficeType("l", 90, 9)]),
    ),
}


def solved(instance: Instance, name: str, method: Literal["classic", "decomposition"]) -> Solution:
    objective, limits = ASKED[name]
    return solve(instance, objective, limits, method=method)


@pytest.mark.parametrize("method", ["classic", "decomposition"])
@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("seed", range(3))
def test_matrix_table_and_tree_give_the_same(
    name: str,
    method: Literal["classic", "decomposition"],
    seed: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "FIRST_LISTED", 2)
    at, sites = points(seed), points(seed + 100, 15)
    given: dict[str, Any] = {
        "weights": 1 + np.arange(len(at)) % 5,
        "annual_cost": 50 + np.arange(15) * 3,
        "site_groups": {"side": ["east", "west", "west"] * 5},
        "existing": np.arange(15) < seed,
    }
    matrix = whole(at, sites)
    dense = solved(Instance.from_matrix(matrix, **given), name, method)
    listed = listed_instance(Known(csr_array_of(matrix)), **given)
    tree = listed_instance(KDTree(at, sites, partial(_rounded, "EUC_2D", "down")), **given)
    for instance in (listed, tree):
        found = solved(instance, name, method)
        assert found.objective == pytest.approx(dense.objective, rel=1e-9)
        assert found.status == dense.status
        assert found.open_sites == dense.open_sites
        assert np.array_equal(found.assignment, dense.assignment)


def csr_array_of(matrix: np.ndarray[Any, Any]) -> csr_array:
    """Return a whole matrix as a sparse one, its zeros kept."""
    count, width = matrix.shape
    columns = np.tile(np.arange(width), count)
    return csr_array((matrix.ravel(), columns, np.arange(count + 1) * width), shape=matrix.shape)


def test_sites_that_close_and_far_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_LISTED", 2)
    at, sites = points(7), points(8, 12)
    matrix = whole(at, sites)
    matrix[matrix > 70] = np.inf
    kept = np.isfinite(matrix)
    sparse = csr_array(
        (matrix[kept], np.nonzero(kept)[1], np.concatenate([[0], np.cumsum(kept.sum(axis=1))])),
        shape=matrix.shape,
    )
    given: dict[str, Any] = {"weights": np.ones(len(at)), "existing": np.ones(12)}
    limits = Limits(closing=Closing(tuple(f"{n:02d}" for n in range(12)), least=7))
    dense = solve(Instance.from_matrix(matrix, **given), Coverage(40), limits)
    listed = solve(listed_instance(Known(sparse), **given), Coverage(40), limits)
    assert listed.open_sites == dense.open_sites
    assert np.array_equal(listed.assignment, dense.assignment)
    assert listed.unreached == dense.unreached


@pytest.mark.parametrize("kind", ["EUC_2D", "CEIL_2D", "ATT"])
@pytest.mark.parametrize("rounding", ["down", "nearest"])
def test_the_tree_rounds_as_the_file_asks(kind: str, rounding: Rounding) -> None:
    at = np.vstack([points(1, 40), np.random.default_rng(2).uniform(0, 99, (40, 2))])
    matrix = _apart(kind, np.column_stack([np.arange(80), at]), rounding)
    tree = KDTree(at, at, partial(_rounded, kind, rounding))
    for count in (1, 2, 7, 79, 80, 200):
        rows, floor = tree.nearest(np.arange(80), count)
        assert np.array_equal(
            rows.toarray()[rows.toarray() > 0], matrix[(matrix < floor[:, None]) & (matrix > 0)]
        )
        assert np.array_equal(np.diff(rows.indptr), (matrix < floor[:, None]).sum(axis=1))
        assert np.isinf(floor).all() == (count >= 80)


def test_memory_grows_with_what_the_proof_touches() -> None:
    at = np.random.default_rng(3).uniform(0, 1000, (1500, 2))
    instance = listed_instance(KDTree(at, at, np.sqrt), np.ones(1500))
    assert instance.times.nnz <= 64 * 1500
    found = solve(instance, Mean(), Limits(new_sites_max=300), gap=0.01, ties=False)
    assert found.status == "optimal" or found.gap <= 0.01
    assert found.pairs < 0.1 * 1500**2


@pytest.mark.parametrize("seed", range(5))
def test_coverage_of_merged_clients_is_that_of_all(seed: int) -> None:
    rng = np.random.default_rng(seed)
    minutes = rng.integers(0, 60, (60, 9)).astype(np.float64)
    minutes[minutes > 50] = np.inf
    people = rng.integers(1, 9, 60).astype(np.float64)
    blocks = [(minutes[at : at + 7], people[at : at + 7]) for at in range(0, 60, 7)]
    sparse = [(csr_array_of(block), weights) for block, weights in blocks]
    whole = solve(Instance.from_matrix(minutes, people), Coverage(20), Limits(new_sites_max=2))
    for given in (blocks, sparse):
        merged = covered_instance(given, 20)
        found = solve(merged, Coverage(20), Limits(new_sites_max=2))
        assert found.objective == whole.objective
        assert found.open_sites == whole.open_sites
        assert merged.weights.sum() == people.sum()
        assert len(merged.weights) == len(np.unique(minutes <= 20, axis=0))
