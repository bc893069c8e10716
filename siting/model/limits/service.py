"""How far people may be sent, and how many a site can serve."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from siting.common.errors import Fault
from siting.common.types import Floats
from siting.model.instance import Instance
from siting.model.limits.base import Limit, unknown_sites


@dataclass(frozen=True)
class MaxTime(Limit):
    """No one is sent further than this many minutes."""

    name = "max_time"
    minutes: float

    def sentence(self) -> str:
        """Return what the limit says, in plain words."""
        return f"no one is sent further than {self.minutes:g} minutes"


@dataclass(frozen=True)
class Capacity(Limit):
    """How many people each site can serve. Demand may be split between sites.

    Parameters
    ----------
    sites : tuple of (str, float)
        Label and people; sites that are not named never fill up.
    """

    name = "capacity"
    sites: tuple[tuple[str, float], ...]

    def sentence(self) -> str:
        """Return what the limit says, in plain words."""
        return "no site serves more people than its capacity"

    def faults(self, instance: Instance) -> Iterable[Fault]:
        """Return what is wrong with the limit itself."""
        yield from unknown_sites(self.name, [site for site, _ in self.sites], instance)
        wrong = [(site, people) for site, people in self.sites if not people >= 0]
        if wrong:
            yield Fault("limits", self.name, wrong, "is not 0 or more", "Give people.")

    def of_sites(self, instance: Instance) -> Floats:
        """Return the people each site can serve."""
        known = dict(self.sites)
        return np.array([known.get(site, np.inf) for site in instance.site_ids])
