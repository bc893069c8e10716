"""Several years decided together: what opens stays open, and each has its own means."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from siting.common.errors import Fault
from siting.model.instance import Instance
from siting.model.limits.base import Limit, Row, count_row
from siting.model.limits.numbers import spending_row
from siting.model.options import Options


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
    """The means of each phase."""

    name = "phases"
    phases: tuple[Phase, ...]

    def sentence(self) -> str:
        """Return what the limit says, in plain words."""
        return f"the budgets of the phases {', '.join(phase.name for phase in self.phases)}"

    def faults(self, instance: Instance) -> Iterable[Fault]:  # noqa: ARG002 - the same for each limit
        """Return what is wrong with the limit itself."""
        names = [phase.name for phase in self.phases]
        if len(set(names)) < len(names):
            yield Fault("limits", self.name, names, "names occur twice", "Give each its own.")
        for phase in self.phases:
            if not phase.years > 0:
                yield Fault(
                    "limits", f"phases.{phase.name}.years", phase.years, "is not positive",
                    "Give the years that it lasts.",
                )  # fmt: skip

    def rows(self, instance: Instance, options: Options) -> Iterator[Row]:  # noqa: ARG002 - the same for each limit
        """Return the limit as rows over the options."""
        for number, phase in enumerate(self.phases):
            opened, running = options.phase == number, options.phase <= number
            if phase.annual_budget is not None:
                yield spending_row(
                    f"{phase.name} annual_budget", options.new & running,
                    options.annual_cost, phase.annual_budget,
                )  # fmt: skip
            if phase.one_off_budget is not None:
                yield spending_row(
                    f"{phase.name} one_off_budget", options.new & opened,
                    options.one_off_cost, phase.one_off_budget,
                )  # fmt: skip
            if phase.opened_max is not None:
                yield count_row(
                    f"{phase.name} opened_max", options.new & opened, upper=phase.opened_max
                )
