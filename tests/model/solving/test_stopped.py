"""What a search that was stopped at once says: something true, and where it can, an answer."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.common.errors import InfeasibleError
from siting.model import (
    Closing,
    Coverage,
    Equity,
    Instance,
    Lexicographic,
    Limits,
    Mean,
    Objective,
    OfficeType,
    Phase,
    Worst,
    solve,
)
from tests.model.brute_force import best_of
from tests.model.problems import OBJECTIVES, SETS_OF_LIMITS, Problem, problems

# Over before the first solver is called, on every machine.
AT_ONCE = 1e-9
any_problem = st.tuples(st.sampled_from(list(OBJECTIVES)), st.sampled_from(SETS_OF_LIMITS)).flatmap(
    lambda drawn: problems(*drawn)
)


@settings(max_examples=60)
@given(any_problem, st.sampled_from(["classic", "decomposition", None]))
def test_objective_bound_and_status_are_true_whatever_was_found(
    problem: Problem, method: str | None
) -> None:
    right = best_of(*problem)
    best = [] if right is None else right.values
    try:
        found = solve(*problem, time_limit=AT_ONCE, method=method)  # type: ignore[arg-type] # one of them
    except InfeasibleError:
        assert not best
        return
    for stage in found.stages[: len(best)]:
        sign = -1 if stage.sense == "max" else 1
        meets = stage.objective is not None and abs(stage.objective - stage.bound) <= max(
            1e-9, 1e-6 * abs(stage.objective)
        )
        assert (stage.status == "optimal") == meets
        if stage is found.stages[0]:
            assert sign * stage.bound <= sign * best[0] + 1e-6 * max(1, abs(best[0]))
            if stage.objective is not None:
                assert sign * stage.objective >= sign * best[0] - 1e-6 * max(1, abs(best[0]))
    assert not best or found.status != "optimal" or found.objective is not None
    assert (found.status == "unknown") == (found.objective is None)


def town() -> Instance:
    rng = np.random.default_rng(6)
    homes, offices = rng.uniform(0, 60, (80, 2)), rng.uniform(0, 60, (30, 2))
    return Instance.from_matrix(
        np.hypot(*(homes[:, None] - offices[None]).transpose(2, 0, 1)),
        rng.integers(1, 50, 80),
        existing=np.arange(30) < 4,
        annual_cost=rng.integers(1, 9, 30),
        site_ids=[str(site) for site in range(30)],
    )


@pytest.mark.parametrize("objective", [
    Mean(), Coverage(8), Worst(), Equity(),
    Lexicographic([(Coverage(8), 0.0), (Worst(), 0.1), (Mean(), 0.0)]),
])  # fmt: skip
@pytest.mark.parametrize("limits", [
    Limits(new_sites_max=5),
    Limits(annual_budget=20, closing=Closing(("0", "1"), 1, 2)),
    Limits(new_sites_max=5, capacity={str(site): 300 for site in range(30)}),
    Limits(new_sites_max=5, office_types=[OfficeType("small", 1, 1, 90), OfficeType("big", 3, 2)]),
    Limits(phases=[Phase("first", opened_max=2), Phase("second", annual_budget=12)]),
])  # fmt: skip
def test_there_is_an_answer_and_a_bound_even_so(objective: Objective, limits: Limits) -> None:
    best = solve(town(), objective, limits, ties=False)
    found = solve(town(), objective, limits, time_limit=AT_ONCE)
    assert found.objective is not None
    assert best.objective is not None
    assert found.reason in {"time_limit", "proved"}
    assert math.isfinite(found.bound)
    if found.sense == "max":
        assert found.objective <= best.objective + 1e-6 <= found.bound + 2e-6
    elif not isinstance(objective, Lexicographic):
        assert found.bound - 2e-6 <= best.objective - 1e-6 <= found.objective
