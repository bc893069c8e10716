"""What is to be least or greatest, alone, one after the other, or bounded by another."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np

from siting.common.equity import EPSILON, kolm_pollak_ede, kolm_pollak_kappa
from siting.common.errors import ClashingLimit, Fault, InputError
from siting.common.types import Floats
from siting.model.formulation import Formulation
from siting.model.instance import Instance, nearest_minutes
from siting.model.program import Ceiling, Functional, Transform


class _Single:
    """What the objectives have in common, unless they say otherwise."""

    sense: ClassVar[Literal["min", "max"]] = "min"
    serves_all: ClassVar[bool] = True

    def faults(self, instance: Instance) -> Iterator[Fault]:  # noqa: ARG002 - for those that have parameters
        """Return what is wrong with the objective."""
        return iter(())

    def report(self, value: float, formulation: Formulation) -> float:  # noqa: ARG002 - it is the value
        """Return a value of the functional in the unit of the objective."""
        return value

    def functional_at(self, value: float, formulation: Formulation) -> float:  # noqa: ARG002 - it is the value
        """Return the value of the functional where the objective has this one."""
        return value


@dataclass(frozen=True)
class Mean(_Single):
    r"""Least total travel time: the p-median.

        minimise sum_i w_i min over open j of t_ij

    Everyone must reach an open site. Source: Hakimi, Operations Research 12 (1964). With a weight
    on costs it is the fixed-charge location problem (Balinski, Management Science 12, 1965):

        minimise sum_i w_i min over open j of t_ij + cost_weight sum over new j of f_j

    Parameters
    ----------
    cost_weight : float
        Weighted minutes that a unit of annual cost is worth; 0 leaves costs to the limits.
    """

    cost_weight: float = 0.0
    kind: ClassVar[str] = "mean"

    def faults(self, instance: Instance) -> Iterator[Fault]:  # noqa: ARG002 - the same for each objective
        """Return what is wrong with the objective."""
        if not self.cost_weight >= 0:
            yield Fault("objective", "cost_weight", self.cost_weight, "is negative", "Give 0.")

    def functional(self, formulation: Formulation) -> Functional:
        """Return the weighted minutes plus, by its weight, what new sites cost a year."""
        costs = np.where(formulation.options.new, formulation.options.annual_cost, 0.0)
        return replace(formulation.functional(minutes), linear=self.cost_weight * costs)


@dataclass(frozen=True)
class Coverage(_Single):
    r"""Most people within so many minutes, these included.

        maximise sum_i w_i z_i,  z_i <= sum over j with t_ij <= T of y_j,  z_i <= 1

    solved as the least number of people beyond. Source: Church and ReVelle, Papers of the
    Regional Science Association 32 (1974); merging and cuts after Cordeau, Furini and Ljubić,
    European Journal of Operational Research 275 (2019).

    Parameters
    ----------
    within : float
        Minutes.
    """

    within: float
    kind: ClassVar[str] = "coverage"
    sense: ClassVar[Literal["min", "max"]] = "max"
    serves_all: ClassVar[bool] = False

    def faults(self, instance: Instance) -> Iterator[Fault]:  # noqa: ARG002 - the same for each objective
        """Return what is wrong with the objective."""
        if not self.within >= 0:
            yield Fault("objective", "within", self.within, "is negative", "Give minutes.")

    def functional(self, formulation: Formulation) -> Functional:
        """Return the number of people beyond."""
        return formulation.functional(beyond(self.within))

    def report(self, value: float, formulation: Formulation) -> float:
        """Return the people within."""
        return max(0.0, float(formulation.weights.sum()) - value)

    # One is all people less the other.
    functional_at = report


@dataclass(frozen=True)
class Worst(_Single):
    r"""Least time of the one who has furthest: the p-center.

        minimise max_i min over open j of t_ij

    over the people whom some site can reach. Followed by `Mean` at the radius found, since the rest
    would be arbitrary. Source: Minieka, SIAM Review 12 (1970), for the search by set cover; Gaar
    and Sinnl, INFORMS Journal on Optimization 4 (2022).

    Parameters
    ----------
    then_mean : bool
        Whether the mean follows. Without it any answer within the radius will do.
    """

    then_mean: bool = True
    kind: ClassVar[str] = "worst"


@dataclass(frozen=True)
class Equity(_Single):
    r"""Least equally distributed equivalent of the travel times, after Kolm and Pollak.

    That of `kolm_pollak_ede`, with epsilon < 0 since times are a burden. Minimised through its
    linear proxy sum_i w_i (exp(-kappa t_i) - 1), scaled by exp(kappa c), with c the EDE of a known
    answer. Source: Sheriff and Maguire, Ecological Economics 171 (2020); Logan et al., Cities 112
    (2021); Horton et al., arXiv 2401.15452 (2024), for the proxy.

    Parameters
    ----------
    epsilon : float
        Aversion to inequality, below 0.
    kappa : float, optional
        Per minute, below 0; in place of what epsilon and the present times give.
    """

    epsilon: float = EPSILON
    kappa: float | None = None
    kind: ClassVar[str] = "equity"

    def faults(self, instance: Instance) -> Iterator[Fault]:
        """Return what is wrong with the objective."""
        key, value = ("epsilon", self.epsilon) if self.kappa is None else ("kappa", self.kappa)
        if self.kappa is None and not _anyone_travels(instance):
            missing = "there is no present network from which anyone travels"
            yield Fault("objective", "kappa", None, missing, "Give kappa.")
        elif not value < 0:
            yield Fault("objective", key, value, "is not below 0", "Give a number below it.")

    def rate(self, formulation: Formulation) -> float:
        """Return kappa."""
        if self.kappa is not None:
            return self.kappa
        present, weights = formulation.present, formulation.instance.weights
        reached = np.isfinite(present) & (weights > 0)
        return kolm_pollak_kappa(present[reached], weights[reached], self.epsilon)

    def functional(self, formulation: Formulation) -> Functional:
        """Return the linear proxy, counted from the formulation's centre."""
        return formulation.functional(_kolm_pollak(self.rate(formulation), formulation.centre))

    def of_minutes(self, minutes: Floats, formulation: Formulation) -> float:
        """Return the EDE of the minutes of each service, however great they are."""
        return kolm_pollak_ede(minutes, formulation.weights, self.rate(formulation))

    def report(self, value: float, formulation: Formulation) -> float:
        """Return the EDE in minutes."""
        kappa, centre = self.rate(formulation), formulation.centre
        mean = value / float(formulation.weights.sum()) + np.exp(kappa * centre)
        return max(0.0, centre - float(np.log(mean)) / kappa) if mean > 0 else 0.0

    def functional_at(self, value: float, formulation: Formulation) -> float:
        """Return the proxy where the EDE is so many minutes."""
        costs = _kolm_pollak(self.rate(formulation), formulation.centre)
        return float(formulation.weights.sum() * costs(np.array(value)))


@dataclass(frozen=True)
class Target:
    """A share of all people of the nation, or of each group, within so many minutes.

    Parameters
    ----------
    share : float
        From 0 to 1.
    within : float
        Minutes.
    each : str, optional
        A grouping of clients, of which each group must reach the share; the nation without.
    """

    share: float
    within: float
    each: str | None = None

    def clash(self, label: str = "", reachable: float | None = None) -> ClashingLimit:
        """Return the target as one of the limits that clash, for one group or for each.

        So many per cent can be reached at most, where that is too few.
        """
        more = "" if reachable is None else f", where at most {reachable:g} % can be reached"
        facts = {"percent": 100 * self.share, "minutes": self.within, "reachable": reachable}
        template = f"{100 * self.share:g} % within {self.within:g} minutes in {{}}{more}"
        if label:
            sentence = template.format(f"{self.each} {label}")
            return ClashingLimit("target", sentence, self.each or "", (label,), template, facts)
        sentence = template.format(f"each {self.each}" if self.each else "all")
        return ClashingLimit("target", sentence, self.each or "", facts=facts)


@dataclass(frozen=True)
class Cost(_Single):
    r"""Least annual cost that reaches targets.

        minimise sum_j f_j y_j  subject to  sum over i in g of w_i z_i >= share W_g

    with z_i as in `Coverage`. People whom no site reaches in time count as not reached. Existing
    sites that may close cost what closing them saves. Source: Toregas et al., Operations Research
    19 (1971), for covering at least cost.

    Parameters
    ----------
    targets : sequence of Target
        What must be reached, all of it.
    """

    targets: Sequence[Target]
    kind: ClassVar[str] = "cost"
    serves_all: ClassVar[bool] = False

    def faults(self, instance: Instance) -> Iterator[Fault]:
        """Return what is wrong with the objective."""
        for share in (target.share for target in self.targets):
            if not 0 <= share <= 1:
                yield Fault("objective", "share", share, "is not a share", "Give 0 to 1.")
        for each in (target.each for target in self.targets):
            if each not in {None, *instance.client_groups}:
                unknown = "unknown grouping of clients"
                yield Fault("objective", "each", each, unknown, "Name one.")

    def functional(self, formulation: Formulation) -> Functional:
        """Return the annual cost of new sites, and of existing ones that may close."""
        options = formulation.options
        counted = options.new | (options.lower == 0)
        linear = np.where(counted, options.annual_cost, 0.0)
        return Functional(linear, np.zeros_like(formulation.weights))

    def report(self, value: float, formulation: Formulation) -> float:
        """Return the cost of the new sites less what closing saves."""
        return value - self._savings(formulation)

    def functional_at(self, value: float, formulation: Formulation) -> float:
        """Return the cost with all that closing could save added to it."""
        return value + self._savings(formulation)

    @staticmethod
    def _savings(formulation: Formulation) -> float:
        options = formulation.options
        return float(options.annual_cost[~options.new & (options.lower == 0)].sum())


type Summed = Mean | Coverage | Equity | Cost
type Single = Summed | Worst


def minutes(times: Floats) -> Floats:
    """Return the times themselves."""
    return times


def beyond(within: float) -> Transform:
    """Return the cost that is 1 for times beyond, and 0 up to and including ``within``."""

    def cost(times: Floats) -> Floats:
        return (times > within).astype(np.float64)

    return cost


def _anyone_travels(instance: Instance) -> bool:
    """Tell whether anyone reaches an existing site in more than no time."""
    present = nearest_minutes(instance.times, instance.existing)[instance.weights > 0]
    return bool((np.isfinite(present) & (present > 0)).any())


def _kolm_pollak(kappa: float, centre: float) -> Transform:
    @np.errstate(over="ignore")
    def cost(times: Floats) -> Floats:
        costs: Floats = np.exp(-kappa * (times - centre)) - np.exp(kappa * centre)
        return costs

    return cost


@dataclass(frozen=True)
class Lexicographic:
    """Objectives in order of importance.

    Parameters
    ----------
    stages : sequence of (objective, float)
        Each objective and how much worse, relative to its best, the later ones may make it.

    Raises
    ------
    InputError
        If there is none, or a tolerance is not 0 or more.
    """

    stages: Sequence[tuple[Single, float]]

    def __post_init__(self) -> None:
        wrong = [tolerance for _, tolerance in self.stages if not tolerance >= 0]
        if wrong or not self.stages:
            problem = "a tolerance is not 0 or more" if wrong else "there is no objective"
            remedy = "Give at least one objective, and tolerances of 0 or more."
            raise InputError([Fault("objective", "stages", wrong, problem, remedy)])


@dataclass(frozen=True)
class NoWorse:
    """Another objective that an answer may make no worse than a value.

    Parameters
    ----------
    objective : Mean, Coverage, or Equity
        For the worst case there is `Limits.max_time`.
    value : float
        In the unit in which the objective is given.
    """

    objective: Mean | Coverage | Equity
    value: float

    def ceiling(self, formulation: Formulation) -> Ceiling:
        """Return it as a limit on what the objective minimises."""
        return ceiling_at(self.objective, self.value, formulation)

    def clash(self) -> ClashingLimit:
        """Return it as one of the limits that clash."""
        than = "less" if self.objective.sense == "max" else "more"
        sentence = f"{self.objective.kind} is no {than} than {self.value:.6g}"
        return ClashingLimit("no_worse", sentence)


def ceiling_at(
    objective: Summed, value: float, formulation: Formulation, leeway: float = 0.0
) -> Ceiling:
    """Return the limit on what an objective minimises that keeps it no worse than a value.

    The leeway is relative, and of all people where it is they who are counted.
    """
    # What is exponential is counted from the limit, so that nothing in the sum is far above it.
    formulation = replace(formulation, centre=value)
    limit = objective.functional_at(value, formulation)
    scale = float(formulation.weights.sum()) if objective.sense == "max" else abs(limit)
    return Ceiling(objective.functional(formulation), limit + leeway * scale)


type Objective = Single | Lexicographic


def targets_of(objectives: Sequence[Single]) -> list[Target]:
    """Return the targets of all objectives."""
    return [target for each in objectives if isinstance(each, Cost) for target in each.targets]
