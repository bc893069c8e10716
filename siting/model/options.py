"""What can be decided: which site is open, as what kind of office, from which phase on."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from siting.common.types import Bools, Floats, Ints
from siting.model.instance import Instance

# The kind of an office that exists already, and of all where there are no office types.
PLAIN = -1


@dataclass(frozen=True)
class OfficeType:
    """A kind of office that a new site can get.

    Parameters
    ----------
    name : str
        What it is called; unique.
    annual_cost, one_off_cost : float
        Money a year, and once. They replace the site's own.
    capacity : float
        People it can serve; inf if it never fills up.
    """

    name: str
    annual_cost: float
    one_off_cost: float = 0.0
    capacity: float = np.inf


@dataclass(frozen=True, eq=False)
class Options:
    """The binary decisions. At most one option of a site is chosen; it is shut if none is.

    Parameters
    ----------
    instance : Instance
    site, kind, phase : ndarray of int, shape (options,)
        The site, the office type (-1 if it has none), and the first phase in which it is open.
    new : ndarray of bool, shape (options,)
        True if the site is not open already.
    annual_cost, one_off_cost : ndarray of float, shape (options,)
        What the option costs; for an existing site, what it costs today.
    capacity : ndarray of float, shape (options,)
        People it can serve; inf if it never fills up.
    lower, upper : ndarray of float, shape (options,)
        1 in ``lower`` if the option is forced, 0 in ``upper`` if it is forbidden.
    """

    instance: Instance
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

    def keys(self) -> list[tuple[str, int, int]]:
        """Return for each option the label of its site, its kind and its phase."""
        names = [self.instance.site_ids[site] for site in self.site]
        return list(zip(names, self.kind.tolist(), self.phase.tolist(), strict=True))

    def sites_of(self, chosen: Bools) -> Bools:
        """Return which sites are open, shape (sites,)."""
        opened = np.zeros(len(self.instance.site_ids), dtype=np.bool_)
        opened[self.site[chosen]] = True
        return opened


def make_options(
    instance: Instance,
    *,
    may_shut: Bools,
    capacity: Floats,
    types: Sequence[OfficeType],
    phases: int,
) -> Options:
    """Return the options of an instance."""
    kinds = range(len(types)) if types else [PLAIN]
    choices = [
        (site, kind, phase)
        for site, exists in enumerate(instance.existing.tolist())
        for kind, phase in ([(PLAIN, 0)] if exists else product(kinds, range(phases)))
    ]
    site, kind, phase = np.array(choices, dtype=np.int64).reshape(-1, 3).T

    def of_kind(own: Floats, typed: list[float]) -> Floats:
        # The entry of PLAIN is the last, and is not used where there is no type.
        values: Floats = np.where(kind == PLAIN, own[site], np.array([*typed, 0.0])[kind])
        return values

    fixed = instance.existing & ~may_shut
    return Options(
        instance=instance,
        site=site,
        kind=kind,
        phase=phase,
        new=~instance.existing[site],
        annual_cost=of_kind(instance.annual_cost, [each.annual_cost for each in types]),
        one_off_cost=of_kind(instance.one_off_cost, [each.one_off_cost for each in types]),
        capacity=of_kind(capacity, [each.capacity for each in types]),
        lower=fixed[site].astype(np.float64),
        upper=np.ones(len(site)),
    )
