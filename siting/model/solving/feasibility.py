"""Targets for shares of people, and a smallest set of limits that cannot hold together."""

from collections.abc import Sequence

import numpy as np

from siting.common.errors import ClashingLimit, InfeasibleError
from siting.common.types import Bools, Floats
from siting.model.formulation import Formulation, make_formulation
from siting.model.instance import Instance
from siting.model.limits.base import Limit
from siting.model.limits.limits import Limits
from siting.model.objectives import Single, Target, beyond, targets_of
from siting.model.program import Ceiling
from siting.model.solving.methods import solve_flat
from siting.model.solving.search import Search

# People by which a target may be missed without being broken: rounding in sums of weights.
LEEWAY = 1e-9

EVERYONE = ClashingLimit("everyone_served", "everyone reaches an open site")
type Wish = Limit | Target | ClashingLimit
"""What may be left out: a limit, a target, or that everyone is served."""


def target_ceilings(formulation: Formulation, targets: Sequence[Target]) -> list[Ceiling]:
    """Return targets as ceilings on the people beyond them in the last phase."""
    ceilings, impossible = [], []
    minutes = formulation.program.nearest(formulation.program.upper > 0)
    for target in targets:
        for label, members in _groups(formulation, target):
            weights, people, lost = _counted(formulation, members)
            reachable = float(weights[minutes <= target.within].sum())
            most = reachable / people if people else 1.0
            if most < target.share - LEEWAY:
                impossible.append(target.clash(label, float(f"{100 * most:.4g}")))
            allowed = (1 - target.share) * people - lost + LEEWAY * max(1.0, people)
            functional = formulation.functional(beyond(target.within), weights)
            ceilings.append(Ceiling(functional, max(allowed, 0.0)))
    if impossible:
        raise InfeasibleError(impossible)
    return ceilings


def _groups(formulation: Formulation, target: Target) -> list[tuple[str, Bools]]:
    """Return the label and the clients of each group that a target holds for."""
    instance = formulation.instance
    of_client = np.full(len(instance.weights), "")
    if target.each is not None:
        of_client = np.asarray(instance.client_groups[target.each], dtype=np.str_)
    return [(label, of_client == label) for label in np.unique(of_client).tolist()]


def _counted(formulation: Formulation, members: Bools) -> tuple[Floats, float, float]:
    """Return weights of the last phase's services, all people, and those without a service."""
    everyone, last = formulation.instance.weights, formulation.periods.max(initial=0)
    counted = (formulation.periods == last) & members[formulation.clients]
    weights = np.where(counted, everyone[formulation.clients], 0.0)
    people = float(everyone[members].sum())
    return weights, people, people - float(weights.sum())


def clashing_limits(
    instance: Instance, limits: Limits, objectives: Sequence[Single], search: Search
) -> tuple[ClashingLimit, ...]:
    """Return limits and targets that clash, none of which can be spared.

    The deletion filter: each is left out in turn, for good if the rest still clash. Source:
    Chinneck and Dravnieks, ORSA Journal on Computing 3 (1991).
    """
    serves_all = any(each.serves_all for each in objectives)
    kept: list[Wish] = [*limits.parts(), *targets_of(objectives), *([EVERYONE] * serves_all)]
    # From the last to the first, so that of several such sets the one with budgets, numbers and
    # named sites is given, which is what a user can change most easily.
    for wish in reversed(kept.copy()):
        without = [other for other in kept if other is not wish]
        if not _feasible(instance, limits, without, search):
            kept = without
    return tuple(wish if isinstance(wish, ClashingLimit) else wish.clash() for wish in kept)


def _feasible(instance: Instance, limits: Limits, wishes: Sequence[Wish], search: Search) -> bool:
    """Tell whether the wishes can hold together; what is not decided in time counts as yes."""
    parts = [wish for wish in wishes if isinstance(wish, Limit)]
    targets = [wish for wish in wishes if isinstance(wish, Target)]
    formulation = make_formulation(instance, limits, parts, serve_all=EVERYONE in wishes)
    program = formulation.of_any_answer(target_ceilings(formulation, targets))
    return solve_flat(program, search).state != "infeasible"
