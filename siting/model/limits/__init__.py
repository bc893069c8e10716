"""The limits an answer must keep to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from siting.model.limits.base import Limit, LimitUse, Row
from siting.model.limits.budget import AnnualBudget, OneOffBudget
from siting.model.limits.count import NewSitesMax, NewSitesMin
from siting.model.limits.groups import AtLeastOnePerGroup, MaxNewPerGroup
from siting.model.limits.sites import ForceOpen, ForceShut

__all__ = ["Limit", "LimitUse", "Limits", "Row"]


@dataclass(frozen=True)
class Limits:
    """What an answer must keep to. Without any, every site would open.

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
    force_open, force_shut : sequence of str
        Sites. An existing site that is forced shut is closed from the start.
    """

    new_sites_max: int | None = None
    new_sites_min: int | None = None
    annual_budget: float | None = None
    one_off_budget: float | None = None
    max_new_per_group: Mapping[str, int] = field(default_factory=dict)
    at_least_one_per_group: Sequence[str] = ()
    force_open: Sequence[str] = ()
    force_shut: Sequence[str] = ()

    def parts(self) -> tuple[Limit, ...]:
        """Return one object for each limit that is set."""
        alone: list[Limit | None] = [
            None if self.new_sites_max is None else NewSitesMax(self.new_sites_max),
            None if self.new_sites_min is None else NewSitesMin(self.new_sites_min),
            None if self.annual_budget is None else AnnualBudget(self.annual_budget),
            None if self.one_off_budget is None else OneOffBudget(self.one_off_budget),
            ForceOpen(tuple(self.force_open)) if self.force_open else None,
            ForceShut(tuple(self.force_shut)) if self.force_shut else None,
        ]
        ceilings = [MaxNewPerGroup(group, most) for group, most in self.max_new_per_group.items()]
        floors = [AtLeastOnePerGroup(group) for group in self.at_least_one_per_group]
        return (*(limit for limit in alone if limit is not None), *ceilings, *floors)
