"""What is to be least or greatest."""

from dataclasses import dataclass
from typing import ClassVar

from siting.types import Floats


@dataclass(frozen=True)
class Mean:
    r"""Least total travel time: the p-median.

    minimise sum_i w_i min over open j of t_ij. Source: Hakimi, Operations Research 12 (1964).
    Everyone must reach an open site.
    """

    kind: ClassVar[str] = "mean"
    sense: ClassVar[str] = "min"


type Objective = Mean


def minutes(times: Floats) -> Floats:
    """Return the times themselves."""
    return times
