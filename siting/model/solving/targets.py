"""Targets: shares of people to be reached in time, in the nation or in each group."""

from collections.abc import Iterator, Sequence

import numpy as np

from siting.common.errors import InfeasibleError
from siting.common.types import Bools, Floats
from siting.model.formulation import Formulation
from siting.model.objectives import Cost, Coverage, Single, Target, beyond
from siting.model.program import Ceiling
from siting.model.sparse import row_minima

# People by which a target may be missed without being broken: rounding in sums of weights.
LEEWAY = 1e-9


def target_ceilings(formulation: Formulation, objectives: Sequence[Single]) -> list[Ceiling]:
    """Return the targets of the objectives as ceilings on the people beyond them.

    They hold in the last phase.
    """
    targets = [
        target for single in objectives if isinstance(single, Cost) for target in single.targets
    ]
    ceilings, impossible = [], []
    for target in targets:
        for label, members in _groups(formulation, target):
            weights, people, lost = _counted(formulation, members)
            most = _reachable(formulation, target, weights) / people if people else 1.0
            if most < target.share - LEEWAY:
                share = f"at most {100 * most:.4g} % can be reached"
                impossible.append(("target", f"{target.sentence(label)}, where {share}"))
            allowed = (1 - target.share) * people - lost + LEEWAY * max(1.0, people)
            functional = formulation.functional(beyond(target.within), weights)
            ceilings.append(Ceiling(functional, max(allowed, 0.0)))
    if impossible:
        raise InfeasibleError(impossible)
    return ceilings


def out_of_reach(formulation: Formulation, objectives: Sequence[Single]) -> tuple[str, ...]:
    """Return the clients with people whom no site reaches, or not in the time asked for."""
    times = [target.within for o in objectives if isinstance(o, Cost) for target in o.targets]
    times += [single.within for single in objectives if isinstance(single, Coverage)]
    instance = formulation.instance
    nearest = row_minima(instance.times)
    beyond_all = (nearest > min(times, default=np.finfo(np.float64).max)) & (instance.weights > 0)
    return tuple(instance.client_ids[client] for client in np.flatnonzero(beyond_all))


def _groups(formulation: Formulation, target: Target) -> Iterator[tuple[str, Bools]]:
    """Yield the label and the clients of each group that a target holds for."""
    if target.each is None:
        yield "", np.ones(len(formulation.client_weights), dtype=np.bool_)
        return
    of_client = np.asarray(formulation.instance.client_groups[target.each], dtype=np.str_)
    for label in sorted(set(of_client.tolist())):
        yield f"in {target.each} {label}", of_client == label


def _counted(formulation: Formulation, members: Bools) -> tuple[Floats, float, float]:
    """Return weights of the last phase's services, all people, and those without a service."""
    last = formulation.periods == formulation.periods.max(initial=0)
    weights = np.where(
        last & members[formulation.clients], formulation.client_weights[formulation.clients], 0.0
    )
    people = float(formulation.client_weights[members].sum())
    return weights, people, people - float(weights.sum())


def _reachable(formulation: Formulation, target: Target, weights: Floats) -> float:
    """Return the people who are reached in time if every site that may open does."""
    program = formulation.program
    minutes = program.nearest(program.upper > 0)
    return float(weights[minutes <= target.within].sum())
