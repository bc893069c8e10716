"""What can be decided: which site is open, as what kind of office, from which phase on."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from siting.types import Bools, Floats, Ints

if TYPE_CHECKING:
    from siting.model.instance import Instance


@dataclass(frozen=True, eq=False)
class Options:
    """The binary decisions. At most one option of a site is chosen; it is shut if none is.

    Parameters
    ----------
    site, kind, phase : ndarray of int, shape (options,)
        The site, the office type, and the first phase in which it is open.
    new : ndarray of bool, shape (options,)
        True if the site is not open already.
    annual_cost, one_off_cost : ndarray of float, shape (options,)
        What the option costs; for an existing site, what it costs today.
    capacity : ndarray of float, shape (options,)
        People it can serve; inf if it never fills up.
    lower, upper : ndarray of float, shape (options,)
        1 in ``lower`` if the option is forced, 0 in ``upper`` if it is forbidden.
    """

    site: Ints
    kind: Ints
    phase: Ints
    new: Bools
    annual_cost: Floats
    one_off_cost: Floats
    capacity: Floats
    lower: Floats
    upper: Floats

    def __len__(self) -> int:
        return len(self.site)


def plain_options(instance: "Instance") -> Options:
    """Return one option a site: open, from the start; existing sites are forced."""
    count = len(instance.site_ids)
    return Options(
        site=np.arange(count),
        kind=np.zeros(count, dtype=np.int64),
        phase=np.zeros(count, dtype=np.int64),
        new=~instance.existing,
        annual_cost=instance.annual_cost,
        one_off_cost=instance.one_off_cost,
        capacity=np.full(count, np.inf),
        lower=instance.existing.astype(np.float64),
        upper=np.ones(count),
    )
