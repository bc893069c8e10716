"""The limits an answer must keep to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from siting.model.limits.base import Limit
from siting.model.limits.groups import AtLeastOnePerGroup, MaxNewPerGroup, Quota, TypeQuota
from siting.model.limits.numbers import AnnualBudget, NewSites, OneOffBudget, Phase, Phases
from siting.model.limits.sites import (
    Capacity,
    Closing,
    Different,
    ForceOpen,
    ForceShut,
    MaxTime,
    Spacing,
)
from siting.model.options import OfficeType


@dataclass(frozen=True)
class Limits:
    """What an answer must keep to, and what new sites can become.

    Parameters
    ----------
    new_sites_max, new_sites_min : int, optional
        Number of new sites; forced ones count.
    annual_budget, one_off_budget : float, optional
        Money for new sites, forced ones included. Existing sites cost nothing in them.
    max_new_per_group : mapping of str to int
        Name of a grouping of sites to the greatest number of new sites in each group.
    at_least_one_per_group : sequence of str
        Groupings of which each group needs an open site; existing ones count. Where the clients
        are grouped by the same name, groups without any site are held to it too.
    at_least_one_in : mapping of str to sequence of str
        Name of a grouping to those of its groups that need an open site.
    force_open, force_shut : sequence of str
        Sites. An existing site that is forced shut is closed from the start.
    quotas : sequence of Quota
        Least or greatest number of new sites in some groups together.
    closing : Closing, optional
        Existing sites that may close.
    closing_frees_budget : bool
        Whether what closing saves may be spent within the annual budget.
    spacing : Spacing, optional
        Least distance between new sites.
    max_time : float, optional
        Minutes; no one is sent further.
    capacity : mapping of str to float
        Site to the people it can serve, existing sites too; the others never fill up. People may
        be split between sites, and then do not always go to the nearest.
    single_source : bool
        Where sites fill up, whether all of a client go to one site.
    office_types : sequence of OfficeType
        What new sites can become, chosen for each; they replace the sites' own costs and
        capacities.
    type_quotas : mapping of str to tuple of (int or None, int or None)
        Office type to the least and greatest number of it.
    phases : sequence of Phase
        Stretches of time, decided together. A new site opens in one and stays open. The other
        limits hold for all phases together; guarantees hold at the end.
    different : sequence of Different
        Other answers that this one must differ from.
    """

    new_sites_max: int | None = None
    new_sites_min: int | None = None
    annual_budget: float | None = None
    one_off_budget: float | None = None
    max_new_per_group: Mapping[str, int] = field(default_factory=dict)
    at_least_one_per_group: Sequence[str] = ()
    at_least_one_in: Mapping[str, Sequence[str]] = field(default_factory=dict)
    force_open: Sequence[str] = ()
    force_shut: Sequence[str] = ()
    quotas: Sequence[Quota] = ()
    closing: Closing | None = None
    closing_frees_budget: bool = False
    spacing: Spacing | None = None
    max_time: float | None = None
    capacity: Mapping[str, float] = field(default_factory=dict)
    single_source: bool = False
    office_types: Sequence[OfficeType] = ()
    type_quotas: Mapping[str, tuple[int | None, int | None]] = field(default_factory=dict)
    phases: Sequence[Phase] = ()
    different: Sequence[Different] = ()

    def parts(self) -> tuple[Limit, ...]:
        """Return one object for each limit that is set."""
        return tuple(part for part in self._parts() if part is not None)

    def means(self) -> tuple[float, float, float]:
        """Return the most new sites, money a year and money once; inf where there is no limit."""
        given = (self.new_sites_max, self.annual_budget, self.one_off_budget)
        sites, annual, one_off = (np.inf if most is None else most for most in given)
        return sites, annual, one_off

    def _parts(self) -> Iterator[Limit | None]:
        if self.new_sites_max is not None:
            yield NewSites("new_sites_max", most=self.new_sites_max)
        if self.new_sites_min is not None:
            yield NewSites("new_sites_min", least=self.new_sites_min)
        if self.annual_budget is not None:
            yield AnnualBudget(self.annual_budget, self.closing_frees_budget)
        yield None if self.one_off_budget is None else OneOffBudget(self.one_off_budget)
        yield ForceOpen(tuple(self.force_open)) if self.force_open else None
        yield ForceShut(tuple(self.force_shut)) if self.force_shut else None
        yield from (MaxNewPerGroup(group, most) for group, most in self.max_new_per_group.items())
        yield from (AtLeastOnePerGroup(group) for group in self.at_least_one_per_group)
        for group, labels in self.at_least_one_in.items():
            yield from (AtLeastOnePerGroup(group, label) for label in labels)
        yield from self.quotas
        yield from self._type_quotas()
        yield self.closing
        yield self.spacing
        yield None if self.max_time is None else MaxTime(self.max_time)
        if self.capacity or self.single_source:
            yield Capacity(tuple(self.capacity.items()), self.single_source)
        yield Phases(tuple(self.phases)) if self.phases else None
        yield from self.different

    def _type_quotas(self) -> Iterator[Limit]:
        names = [each.name for each in self.office_types]
        for name, (least, most) in self.type_quotas.items():
            # An unknown type has the index -2, which no option has; its faults say so.
            kind = names.index(name) if name in names else -2
            yield TypeQuota(kind, name, least, most)
