"""How many new sites may open, and what they may cost, a year and once."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from siting.common.types import Bools, Floats
from siting.model.instance import Instance
from siting.model.limits.base import Limit, LimitUse, Row, count_row
from siting.model.options import Options


def spending_row(label: str, counted: Bools, cost: Floats, upper: float) -> Row:
    """Return the row that sums the cost of the counted options."""
    columns = np.flatnonzero(counted & (cost != 0))
    return Row(label, columns, cost[columns], upper=upper)


@dataclass(frozen=True)
class AnnualBudget(Limit):
    """What new sites cost a year, forced ones included; existing ones cost nothing.

    Parameters
    ----------
    money : float
    frees : bool
        Whether what closing an existing site saves may be spent as well.
    """

    name = "annual_budget"
    money: float
    frees: bool = False

    def sentence(self) -> str:
        """Return what the limit says, in plain words."""
        less = ", less what closing saves," if self.frees else ""
        return f"new sites{less} cost at most {self.money:g} a year"

    def rows(self, instance: Instance, options: Options) -> Iterator[Row]:  # noqa: ARG002 - the same for each limit
        """Return the limit as rows over the options."""
        closable = self._closable(options)
        saved = float(options.annual_cost[closable].sum())
        counted = options.new | closable
        yield spending_row("", counted, options.annual_cost, self.money + saved)

    def use(self, instance: Instance, options: Options, chosen: Bools) -> LimitUse | None:
        """Return what is spent, net of what closing saves where that counts."""
        row = next(iter(self.rows(instance, options)))
        saved = float(options.annual_cost[self._closable(options)].sum())
        used = row.used(chosen) - saved
        return LimitUse(self.name, self.sentence(), "", self.money, used, self.money - used)

    def _closable(self, options: Options) -> Bools:
        closable: Bools = ~options.new & (options.lower == 0) & self.frees
        return closable


@dataclass(frozen=True)
class OneOffBudget(Limit):
    """What it costs once to open new sites, forced ones included."""

    name = "one_off_budget"
    money: float

    def sentence(self) -> str:
        """Return what the limit says, in plain words."""
        return f"opening new sites costs at most {self.money:g}"

    def rows(self, instance: Instance, options: Options) -> Iterator[Row]:  # noqa: ARG002 - the same for each limit
        """Return the limit as rows over the options."""
        yield spending_row("", options.new, options.one_off_cost, self.money)


@dataclass(frozen=True)
class NewSitesMax(Limit):
    """At most so many new sites; forced ones count."""

    name = "new_sites_max"
    count: int

    def sentence(self) -> str:
        """Return what the limit says, in plain words."""
        return f"at most {self.count} new"

    def rows(self, instance: Instance, options: Options) -> Iterator[Row]:  # noqa: ARG002 - the same for each limit
        """Return the limit as rows over the options."""
        yield count_row("", options.new, upper=self.count)


@dataclass(frozen=True)
class NewSitesMin(Limit):
    """At least so many new sites; forced ones count."""

    name = "new_sites_min"
    count: int

    def sentence(self) -> str:
        """Return what the limit says, in plain words."""
        return f"at least {self.count} new"

    def rows(self, instance: Instance, options: Options) -> Iterator[Row]:  # noqa: ARG002 - the same for each limit
        """Return the limit as rows over the options."""
        yield count_row("", options.new, lower=self.count)
