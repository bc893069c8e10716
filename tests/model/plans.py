"""Every plan that keeps to the limits, by trying them all, without any of the model's own code."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from siting.common.types import Bools, Floats
from siting.model import Instance, Limits

# A plan gives each site its type and phase, or None if it is shut.
type Plan = tuple[tuple[int, int] | None, ...]


@dataclass(frozen=True)
class Plans:
    """The plans of an instance under limits."""

    instance: Instance
    limits: Limits

    def __iter__(self) -> Iterator[Plan]:
        kinds = range(max(1, len(self.limits.office_types)))
        phases = range(max(1, len(self.limits.phases)))
        fresh = [None, *itertools.product(kinds, phases)]
        states = [[None, (0, 0)] if old else fresh for old in self.instance.existing]
        return (plan for plan in itertools.product(*states) if self._keeps(plan))

    @cached_property
    def _ids(self) -> list[str]:
        return list(self.instance.site_ids)

    @cached_property
    def _groups_of_sites(self) -> dict[str, np.ndarray]:
        return {name: np.array(of) for name, of in self.instance.site_groups.items()}

    @staticmethod
    def opened(plan: Plan) -> Bools:
        return np.array([state is not None for state in plan])

    def costs(self, plan: Plan, what: str) -> Floats:
        own = getattr(self.instance, what)
        types = self.limits.office_types
        return np.array(
            [
                0.0 if s is None else getattr(types[s[0]], what) if types and not old else own[j]
                for j, (s, old) in enumerate(zip(plan, self.instance.existing, strict=True))
            ]
        )

    def money(self, plan: Plan) -> float:
        """Return what the new sites cost a year, less what closing saves."""
        is_open, existing = self.opened(plan), self.instance.existing
        spent = float(self.costs(plan, "annual_cost")[~existing].sum())
        return spent - float(self.instance.annual_cost[existing & ~is_open].sum())

    def room(self, plan: Plan) -> Floats:
        types, known = self.limits.office_types, self.limits.capacity
        return np.array(
            [
                types[s[0]].capacity if s and types and not old else known.get(site, np.inf)
                for s, old, site in zip(plan, self.instance.existing, self._ids, strict=True)
            ]
        )

    def rank(self, plan: Plan) -> tuple[float, float, list[int]]:
        """Return what the tie rule goes by: number of new sites, their cost, their labels."""
        is_open = self.opened(plan)
        new = is_open & ~self.instance.existing
        order = np.argsort(np.array(self._ids))
        cost = float((self.costs(plan, "annual_cost") * new).sum())
        return float(new.sum()), cost, [-int(o) for o in is_open[order]]

    def _keeps(self, plan: Plan) -> bool:
        is_open, new = self.opened(plan), self.opened(plan) & ~self.instance.existing
        return (
            self._sites(is_open)
            and self._counts(plan, new)
            and self._budgets(plan, new)
            and self._groups(is_open, new)
            and self._apart(new)
            and self._differs(is_open)
        )

    @cached_property
    def _closable(self) -> Bools:
        closing = self.limits.closing
        return np.isin(self._ids, closing.sites if closing else ())

    def _sites(self, is_open: Bools) -> bool:
        limits, existing, closing = self.limits, self.instance.existing, self.limits.closing
        shut = np.isin(self._ids, list(limits.force_shut))
        closed = (self._closable & ~is_open).sum()
        return bool(
            (is_open | ~existing | shut | self._closable).all()
            and not (is_open & shut).any()
            and is_open[np.isin(self._ids, list(limits.force_open))].all()
            and (closing is None or closing.least <= closed <= (closing.most or len(is_open)))
        )

    def _counts(self, plan: Plan, new: Bools) -> bool:
        limits = self.limits
        names = [each.name for each in limits.office_types]
        of_type = [names[s[0]] for s, fresh in zip(plan, new, strict=True) if s and fresh and names]
        return bool(
            (limits.new_sites_max is None or new.sum() <= limits.new_sites_max)
            and (limits.new_sites_min is None or new.sum() >= limits.new_sites_min)
            and all(
                _between(least, of_type.count(name), most)
                for name, (least, most) in limits.type_quotas.items()
            )
        )

    def _budgets(self, plan: Plan, new: Bools) -> bool:
        limits = self.limits
        annual = self.costs(plan, "annual_cost") * new
        once = self.costs(plan, "one_off_cost") * new
        phase = np.array([-1 if s is None else s[1] for s in plan])
        closed = self.instance.existing & ~self.opened(plan)
        saved = float(self.instance.annual_cost[closed].sum()) * limits.closing_frees_budget
        return (
            _within(limits.annual_budget, annual.sum() - saved)
            and _within(limits.one_off_budget, once.sum())
            and all(
                _within(each.annual_budget, annual[(phase >= 0) & (phase <= number)].sum())
                and _within(each.one_off_budget, once[phase == number].sum())
                and _within(each.opened_max, float((new & (phase == number)).sum()))
                for number, each in enumerate(limits.phases)
            )
        )

    def _groups(self, is_open: Bools, new: Bools) -> bool:
        groups = self._groups_of_sites
        return (
            all(
                new[groups[name] == label].sum() <= most
                for name, most in self.limits.max_new_per_group.items()
                for label in set(groups[name])
            )
            and all(
                is_open[groups[name] == label].any()
                for name in self.limits.at_least_one_per_group
                for label in set(groups[name])
            )
            and all(
                is_open[groups[name] == label].any()
                for name, labels in self.limits.at_least_one_in.items()
                for label in labels
            )
            and all(
                _between(quota.least, int(new[np.isin(groups[quota.group], quota.labels)].sum()),
                         quota.most)
                for quota in self.limits.quotas
            )
        )  # fmt: skip

    def _apart(self, new: Bools) -> bool:
        spacing = self.limits.spacing
        if spacing is None:
            return True
        near = spacing.distances.toarray() * (1 - np.eye(len(new)))
        both = np.outer(new, new) & (near > 0) & (near < spacing.least)
        return not both.any()

    def _differs(self, is_open: Bools) -> bool:
        shut = np.isin(self._ids, list(self.limits.force_shut))
        free = ~self.instance.existing | self._closable | shut
        return all(
            sum((free & (is_open != np.isin(self._ids, sites))).sum() for sites in each.answers)
            >= each.least
            for each in self.limits.different
        )


def _within(limit: float | None, used: float) -> bool:
    return limit is None or used <= limit + 1e-9


def _between(least: int | None, count: int, most: int | None) -> bool:
    return (least or 0) <= count and (most is None or count <= most)
