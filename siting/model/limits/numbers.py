"""How many new sites may open, and what they may cost, in all and in each phase."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from siting.common.errors import Fault
from siting.common.types import Bools
from siting.model.instance import Instance
from siting.model.limits.base import Count, Limit, LimitUse
from siting.model.options import Options
from siting.model.program import Row, sum_row


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

    def rows(self, options: Options) -> Iterator[Row]:
        """Return the limit as rows over the options."""
        closable = self._closable(options)
        counted = options.new | closable
        most = self.money + _total(options, closable)
        yield sum_row("", counted, options.annual_cost, upper=most)

    def use(self, options: Options, chosen: Bools) -> LimitUse | None:
        """Return what is spent, net of what closing saves where that counts."""
        row = next(self.rows(options))
        used = row.used(chosen) - _total(options, self._closable(options))
        return self.used(self.money, used, self.money - used)

    def _closable(self, options: Options) -> Bools:
        closable: Bools = ~options.new & (options.lower == 0) & self.frees
        return closable


def _total(options: Options, counted: Bools) -> float:
    return float(options.annual_cost[counted].sum())


@dataclass(frozen=True)
class OneOffBudget(Limit):
    """What it costs once to open new sites, forced ones included.

    Parameters
    ----------
    money : float
        The most that may be spent, in the unit of the sites' costs.
    """

    name = "one_off_budget"
    money: float

    def sentence(self) -> str:
        """Return what the limit says, in plain words."""
        return f"opening new sites costs at most {self.money:g}"

    def rows(self, options: Options) -> Iterator[Row]:
        """Return the limit as rows over the options."""
        yield sum_row("", options.new, options.one_off_cost, upper=self.money)


@dataclass(frozen=True)
class NewSites(Count):
    """At least or at most so many new sites in all.

    Parameters
    ----------
    name : str
        The field of `Limits` that asks for it.
    least, most : int, optional
        Least and greatest number of them to open.
    """

    name: str
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True)
class Phase:
    """A stretch of time with means of its own.

    Parameters
    ----------
    name : str
        What it is called, such as a year; unique.
    annual_budget : float, optional
        Money a year for all new sites that are open by then.
    one_off_budget : float, optional
        Money for those that open in this phase.
    opened_max : int, optional
        Number of new sites that open in this phase.
    years : float
        How long it lasts; the objective is the mean over all years.
    """

    name: str
    annual_budget: float | None = None
    one_off_budget: float | None = None
    opened_max: int | None = None
    years: float = 1.0


@dataclass(frozen=True)
class Phases(Limit):
    """The means of each phase.

    Parameters
    ----------
    phases : tuple of Phase
        In their order.
    """

    name = "phases"
    phases: tuple[Phase, ...]

    def sentence(self) -> str:
        """Return what the limit says, in plain words."""
        return f"the budgets of the phases {self.facts()['names']}"

    def facts(self) -> Mapping[str, object]:
        """Return what the phases are called."""
        return {"names": ", ".join(phase.name for phase in self.phases)}

    def faults(self, instance: Instance) -> Iterable[Fault]:  # noqa: ARG002 - the same for each limit
        """Return what is wrong with the limit itself."""
        names = [phase.name for phase in self.phases]
        if len(set(names)) < len(names):
            yield Fault("limits", self.name, names, "names occur twice", "Give each its own.")
        for phase in self.phases:
            if not phase.years > 0:
                key, remedy = f"phases.{phase.name}.years", "Give the years that it lasts."
                yield Fault("limits", key, phase.years, "is not positive", remedy)

    def rows(self, options: Options) -> Iterator[Row]:
        """Return the limit as rows over the options."""
        for number, phase in enumerate(self.phases):
            opened = options.new & (options.phase == number)
            running = options.new & (options.phase <= number)
            for kind, most, counted, figure in (
                ("annual_budget", phase.annual_budget, running, options.annual_cost),
                ("one_off_budget", phase.one_off_budget, opened, options.one_off_cost),
                ("opened_max", phase.opened_max, opened, 1.0),
            ):
                if most is not None:
                    row = sum_row(phase.name, counted, figure, upper=most)
                    yield replace(row, kind=kind)
