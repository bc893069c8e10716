"""What an answer leaves to the next solve of nearly the same problem."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from siting.common.types import Floats
from siting.model.options import Options


@dataclass(frozen=True, eq=False)
class Warmth:
    """Where relaxations ended, and the answer: places at which the cuts are worth having.

    Cuts are made anew at these places by the next problem itself, so that they hold whatever has
    changed: limits, objective, people or times.

    Parameters
    ----------
    points : sequence of mapping of (str, int, int) to float
        For each relaxation, and for the answer as the last, the shares that are not 0 of options,
        by site, kind and phase.
    """

    points: tuple[Mapping[tuple[str, int, int], float], ...] = ()

    @classmethod
    def of(cls, options: Options, shares: tuple[Floats, ...]) -> "Warmth":
        """Keep relaxed choices of options."""
        keys = options.keys()
        return cls(
            tuple({keys[at]: float(each[at]) for at in np.flatnonzero(each)} for each in shares)
        )

    def on(self, options: Options) -> tuple[Floats, ...]:
        """Return the shares of other options; 0 for those that were not there."""
        keys = options.keys()
        return tuple(np.array([each.get(key, 0.0) for key in keys]) for each in self.points)
