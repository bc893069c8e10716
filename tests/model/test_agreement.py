"""Classic model, decomposition and brute force agree: every objective, limits alone and in pairs.

Of each objective with each limit alone and each pair, SITING_EXAMPLES problems are drawn: one,
unless `make fuzz` asks for more. The pairs are left to the long run.
"""

import os
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Literal

import pytest
from hypothesis import given, settings

from siting.common.errors import InfeasibleError
from siting.model import Solution, solve
from siting.model.solving.search import PACKAGES
from tests.model.brute_force import best_values
from tests.model.problems import LIMITS, OBJECTIVES, SETS_OF_LIMITS, Problem, problems

EXAMPLES = int(os.environ.get("SITING_EXAMPLES", "1"))
ALONE, PAIRS = SETS_OF_LIMITS[: 1 + len(LIMITS)], SETS_OF_LIMITS[1 + len(LIMITS) :]
type Way = tuple[str, Literal["classic", "decomposition"]]


def answer(problem: Problem, way: Way) -> Solution | None:
    try:
        return solve(*problem, solver=way[0], method=way[1], ties=False)
    except InfeasibleError:
        return None


def agree(problem: Problem, *ways: Way) -> None:
    best = best_values(*problem)
    for way in ways:
        found = answer(problem, way)
        if found is None:
            assert not best
            continue
        assert found.status == "optimal"
        values = [stage.objective for stage in found.stages]
        # Later stages rest on ceilings that hold to the solvers' tolerance.
        assert values[: len(best)] == pytest.approx(best, rel=1e-5, abs=1e-5)
        assert values[0] == pytest.approx(best[0], rel=1e-6, abs=1e-6)
        if found.splits:
            # Where sites can fill up, the classic model solves it, whichever way was asked for.
            break


def try_on(objective: str, sets_of_limits: Sequence[tuple[str, ...]], *ways: Way) -> None:
    """Draw problems with each set of limits and compare."""

    def check(problem: Problem) -> None:
        agree(problem, *ways)

    for names in sets_of_limits:
        settings(max_examples=EXAMPLES)(given(problems(objective, names))(check))()


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_agrees_with_brute_force(objective: str) -> None:
    try_on(objective, ALONE, ("highs", "classic"), ("highs", "decomposition"))


@pytest.mark.long
@pytest.mark.parametrize("objective", OBJECTIVES)
def test_agrees_with_brute_force_under_pairs_of_limits(objective: str) -> None:
    try_on(objective, PAIRS, ("highs", "classic"), ("highs", "decomposition"))


@pytest.mark.parametrize("solver", ["cbc", "scip"])
@pytest.mark.parametrize("objective", OBJECTIVES)
def test_other_solvers_agree_with_brute_force(objective: str, solver: str) -> None:
    if not find_spec(PACKAGES[solver]):
        pytest.skip(f"the package {PACKAGES[solver]} is not installed")
    # Every limit alone: more is the model's business, which they take as HiGHS does.
    try_on(objective, ALONE, (solver, "classic"))
