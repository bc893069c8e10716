"""Classic model, decomposition and brute force agree, for every objective and limits in pairs."""

from collections.abc import Callable
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.strategies import SearchStrategy

from siting.errors import InfeasibleError
from siting.model import Equity, Instance, Limits, Objective, Solution, solve

type Problem = tuple[Instance, Objective, Limits]
type BestValue = Callable[[Instance, Objective, Limits], float]


def in_own_unit(least: float, problem: Problem) -> float:
    """Return the least of what is minimised, as the objective reports it."""
    instance, objective, _ = problem
    people = instance.weights.sum()
    if isinstance(objective, Equity):
        return float(np.log(least / people) / -objective.kappa) if objective.kappa else np.nan
    return float(people - least) if objective.sense == "max" else least  # type: ignore[union-attr] # none is lexicographic


def answer(problem: Problem, method: Literal["classic", "decomposition"]) -> Solution | None:
    try:
        return solve(*problem, method=method, ties=False)
    except InfeasibleError:
        return None


@pytest.mark.parametrize("method", ["classic", "decomposition"])
def test_agrees_with_brute_force(
    best_value: BestValue,
    problems: SearchStrategy[Problem],
    method: Literal["classic", "decomposition"],
) -> None:
    @settings(max_examples=300)
    @given(problems)
    def check(problem: Problem) -> None:
        least = best_value(*problem)
        found = answer(problem, method)
        if found is None:
            assert np.isinf(least)
            return
        assert found.status == "optimal"
        expected = in_own_unit(least, problem)
        assert found.objective == pytest.approx(expected, rel=1e-6, abs=1e-6)

    check()
