"""Name a smallest set of limits that cannot hold together."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from siting.errors import InfeasibleError
from siting.model.build import build
from siting.model.classic import solve_classic
from siting.model.limits import Limit
from siting.model.program import Functional
from siting.model.solvers import Search

if TYPE_CHECKING:
    from siting.model.instance import Instance

EVERYONE = "everyone reaches an open site"


def clashing_limits(
    instance: "Instance", parts: Sequence[Limit], search: Search
) -> InfeasibleError:
    """Return the error that names limits that clash, none of which can be spared.

    The deletion filter: each limit is left out in turn, for good if the rest still clash. Source:
    Chinneck and Dravnieks, ORSA Journal on Computing 3 (1991).
    """
    kept, served = list(parts), True
    if not _feasible(instance, kept, search, served=False):
        served = False
    # From the last to the first, so that of several such sets the one with budgets, numbers and
    # named sites is given, which is what a user can change most easily.
    for part in reversed(parts):
        without = [other for other in kept if other is not part]
        if not _feasible(instance, without, search, served=served):
            kept = without
    clash = {part.name: part.sentence() for part in kept}
    return InfeasibleError({**clash, "everyone_served": EVERYONE} if served else clash)


def _feasible(
    instance: "Instance", parts: Sequence[Limit], search: Search, *, served: bool
) -> bool:
    """Tell whether the limits can hold together; what is not decided in time counts as yes."""
    program = build(instance, parts).program
    nothing = Functional(np.zeros_like(program.lower), np.zeros_like(program.fallback))
    question = replace(program, goal=nothing, must_serve=program.must_serve and served)
    return solve_classic(question, search).state != "infeasible"
