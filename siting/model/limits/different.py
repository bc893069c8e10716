"""Answers that differ from others."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from siting.errors import Fault
from siting.model.limits.base import Limit, LimitUse, Row, site_mask, unknown_sites
from siting.types import Bools, Floats

if TYPE_CHECKING:
    from siting.model.instance import Instance
    from siting.model.options import Options


@dataclass(frozen=True)
class Different(Limit):
    r"""So many sites open or shut otherwise than in other answers, summed over these.

        sum over answers S of (sum_{j in S} (1 - y_j) + sum_{j not in S} y_j) >= least

    over the sites that may be open or shut. With one answer and ``least`` 1 it is the no-good cut
    of Balas and Jeroslow, SIAM Journal on Applied Mathematics 23 (1972).

    Parameters
    ----------
    answers : tuple of tuple of str
        For each, all sites that are open in the end.
    least : int
        Least sum of such sites.
    """

    name = "different"
    answers: tuple[tuple[str, ...], ...]
    least: int = 1

    def sentence(self) -> str:
        """Return what the limit says, in plain words."""
        return f"at least {self.least} sites otherwise than in {len(self.answers)} other answers"

    def faults(self, instance: "Instance") -> Iterable[Fault]:
        """Return what is wrong with the limit itself."""
        named = [site for sites in self.answers for site in sites]
        return unknown_sites(self.name, named, instance)

    def rows(self, instance: "Instance", options: "Options") -> Iterator[Row]:
        """Return the limit as rows over the options."""
        signs: Floats = np.zeros(len(options))
        constant, free = 0, options.lower == 0
        for sites in self.answers:
            within = site_mask(instance, sites)[options.site]
            signs += np.where(free, np.where(within, -1.0, 1.0), 0.0)
            constant += len(set(options.site[free & within]))
        columns = np.flatnonzero(signs)
        yield Row("", columns, signs[columns], lower=float(self.least - constant))

    def use(self, instance: "Instance", options: "Options", chosen: Bools) -> LimitUse | None:  # noqa: ARG002 - the same for each limit
        """Return nothing: no part of it is used up."""
        return None
