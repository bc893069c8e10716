"""What the new sites may cost, a year and once."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from siting.model.limits.base import Limit, Row

if TYPE_CHECKING:
    from siting.model.instance import Instance
    from siting.model.options import Options
    from siting.types import Floats


def spending_row(label: str, options: "Options", cost: "Floats", upper: float) -> Row:
    """Return the row that sums the cost of the new options."""
    columns = np.flatnonzero(options.new & (cost != 0))
    return Row(label, columns, cost[columns], upper=upper)


@dataclass(frozen=True)
class AnnualBudget(Limit):
    """What new sites cost a year, forced ones included; existing ones cost nothing."""

    name = "annual_budget"
    money: float

    def sentence(self) -> str:
        """Return what the limit says, in plain words."""
        return f"new sites cost at most {self.money:g} a year"

    def rows(self, instance: "Instance", options: "Options") -> Iterator[Row]:  # noqa: ARG002 - the same for each limit
        """Return the limit as rows over the options."""
        yield spending_row("", options, options.annual_cost, self.money)


@dataclass(frozen=True)
class OneOffBudget(Limit):
    """What it costs once to open new sites, forced ones included."""

    name = "one_off_budget"
    money: float

    def sentence(self) -> str:
        """Return what the limit says, in plain words."""
        return f"opening new sites costs at most {self.money:g}"

    def rows(self, instance: "Instance", options: "Options") -> Iterator[Row]:  # noqa: ARG002 - the same for each limit
        """Return the limit as rows over the options."""
        yield spending_row("", options, options.one_off_cost, self.money)
