"""Name a smallest set of limits that cannot hold together."""

from collections.abc import Sequence

import numpy as np

from siting.model.formulation import make_formulation
from siting.model.instance import Instance
from siting.model.limits import Limit, Limits
from siting.model.objectives import Cost, Single, Target
from siting.model.program import Functional
from siting.model.solving.methods import solve_flat
from siting.model.solving.search import Search
from siting.model.solving.targets import target_ceilings

EVERYONE = "everyone reaches an open site"


def clashing_limits(
    instance: Instance, limits: Limits, objectives: Sequence[Single], search: Search
) -> tuple[tuple[str, str], ...]:
    """Return name and sentence of limits and targets that clash, none of which can be spared.

    The deletion filter: each is left out in turn, for good if the rest still clash. Source:
    Chinneck and Dravnieks, ORSA Journal on Computing 3 (1991).
    """
    targets = [t for each in objectives if isinstance(each, Cost) for t in each.targets]
    serves_all = any(each.serves_all for each in objectives)
    # What may be left out: each limit, each target, and the wish that everyone is served.
    wishes: list[Limit | Target | str] = [
        *limits.parts(),
        *targets,
        *([EVERYONE] if serves_all else []),
    ]
    kept = list(wishes)
    # From the last to the first, so that of several such sets the one with budgets, numbers and
    # named sites is given, which is what a user can change most easily.
    for wish in reversed(wishes):
        without = [other for other in kept if other is not wish]
        if not _feasible(instance, limits, without, search):
            kept = without
    return tuple((_name(wish), _sentence(wish)) for wish in kept)


def _name(wish: Limit | Target | str) -> str:
    if isinstance(wish, str):
        return "everyone_served"
    return wish.name if isinstance(wish, Limit) else "target"


def _sentence(wish: Limit | Target | str) -> str:
    return wish if isinstance(wish, str) else wish.sentence()


def _feasible(instance: Instance, limits: Limits, wishes: Sequence[object], search: Search) -> bool:
    """Tell whether the wishes can hold together; what is not decided in time counts as yes."""
    parts = [wish for wish in wishes if isinstance(wish, Limit)]
    targets = [wish for wish in wishes if not isinstance(wish, Limit | str)]
    formulation = make_formulation(instance, limits, parts, serve_all=EVERYONE in wishes)
    ceilings = target_ceilings(formulation, [Cost(targets)]) if targets else []  # type: ignore[arg-type] # what is neither limit nor text is a target
    nothing = Functional(np.zeros(len(formulation.options)), np.zeros_like(formulation.weights))
    program, _ = formulation.with_goal(nothing, ceilings)
    return solve_flat(program, search).state != "infeasible"
