"""Turn an instance, an objective and limits into the flat program that is solved."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from siting.model.limits import Limit
from siting.model.limits.base import site_mask
from siting.model.limits.sites import ForceShut
from siting.model.objectives import minutes
from siting.model.options import Options, plain_options
from siting.model.presolve import (
    drop_forbidden_pairs,
    drop_useless_options,
    merge_services,
    prune_pairs,
    tighten,
)
from siting.model.program import Functional, Program

if TYPE_CHECKING:
    from siting.model.instance import Instance


@dataclass(frozen=True, eq=False)
class Built:
    """A program and what its options stand for.

    Parameters
    ----------
    options : Options
    program : Program
        As small as it gets.
    pairs : int
        Pairs there were before anything was pruned.
    """

    options: Options
    program: Program
    pairs: int


def build(instance: "Instance", parts: Sequence[Limit], *, reduce: bool = True) -> Built:
    """Return the program of the mean travel time under the limits.

    Parameters
    ----------
    instance : Instance
    parts : sequence of Limit
    reduce : bool
        Whether to prune pairs, drop candidates and merge clients. Tests compare both.
    """
    options = _options(instance, parts)
    populated = np.flatnonzero(instance.weights)
    weights = instance.weights[populated]
    program = Program(
        lower=options.lower,
        upper=options.upper,
        rows=tuple(row for part in parts for row in part.rows(instance, options)),
        times=instance.times[populated],
        fallback=np.full(len(populated), np.inf),
        people=weights,
        must_serve=True,
        goal=Functional(np.zeros(len(options)), weights, minutes),
    )
    pairs = int(program.times.nnz)
    program = drop_forbidden_pairs(tighten(program))
    if reduce:
        program = prune_pairs(program, np.isinf(options.capacity))
        program = drop_useless_options(program)
        program, _ = merge_services(program)
    return Built(options, program, pairs)


def _options(instance: "Instance", parts: Sequence[Limit]) -> Options:
    options = plain_options(instance)
    shut = [site for part in parts if isinstance(part, ForceShut) for site in part.sites]
    # The row of the limit forbids them; here they only stop being open whatever is decided.
    kept = np.where(site_mask(instance, shut)[options.site], 0.0, options.lower)
    return replace(options, lower=kept)
