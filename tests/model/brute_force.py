"""The best value of every objective by trying everything, written apart from the model."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from siting.common.types import Bools, Floats
from siting.model import (
    Cost,
    Coverage,
    Equity,
    Instance,
    Lexicographic,
    Limits,
    Mean,
    Objective,
    Target,
    Worst,
)
from tests.model.plans import Plan, Plans
from tests.model.reference import Cap, Service

type Single = Mean | Coverage | Worst | Equity | Cost
ROUNDING = 1e-9
# Relative distance from what is good enough at which solvers need not tell plans apart.
NEAR = 1e-5


@dataclass(frozen=True)
class Best:
    """The best of each stage in its own unit, the open sites, whether none is nearly as good."""

    values: list[float]
    sites: tuple[str, ...]
    clear: bool


@dataclass
class BruteForce:
    """All plans of a problem, of which each stage leaves those that are good enough."""

    instance: Instance
    limits: Limits
    objectives: list[Single]
    plans: Plans = field(init=False)
    radius: float = np.inf
    last: dict[Plan, float] = field(default_factory=dict)
    clear: bool = True
    caps: list[tuple[Callable[[Service], Floats], float, Single | None]] = field(
        default_factory=list
    )

    def __post_init__(self) -> None:
        self.plans = Plans(self.instance, self.limits)
        self.left: list[Plan] = list(self.plans)
        targets = [t for each in self.objectives if isinstance(each, Cost) for t in each.targets]
        for target in targets:
            of = np.array(self.instance.client_groups.get(target.each or "", ["all"]))
            of = np.broadcast_to(of, self.instance.weights.shape)
            for label in sorted(set(of)):
                self._cap_target(of == label, target.within, target.share)

    def _cap_target(self, members: Bools, within: float, share: float) -> None:
        weights = np.where(members, self.instance.weights, 0.0)
        lost = float(weights[~self.counted].sum())
        most = (1 - share) * float(weights.sum()) - lost + ROUNDING

        def beyond(service: Service) -> Floats:
            last = np.tile(weights[self.counted], len(self.years)) * (
                service.phase == service.phase.max(initial=0)
            )
            return np.asarray((service.times > within) * last[:, None])

        self.caps.append((beyond, most, None))

    @property
    def years(self) -> Floats:
        return np.array([phase.years for phase in self.limits.phases] or [1.0])

    @property
    def dense(self) -> Floats:
        times = self.instance.times.tocoo()
        dense = np.full(times.shape, np.inf)
        dense[times.row, times.col] = times.data
        return dense

    @property
    def counted(self) -> Bools:
        """Clients with people; with a worst case only those whom some site reaches."""
        counted = self.instance.weights > 0
        worst = any(isinstance(each, Worst) for each in self.objectives)
        if worst:
            counted &= np.isfinite(self.dense).any(axis=1)
        return counted

    @property
    def _every_one(self) -> bool:
        return any(not isinstance(each, Coverage | Cost) for each in self.objectives)

    @property
    def _may_fill(self) -> bool:
        """Whether some site that exists or may open has only so much room."""
        instance, types, known = self.instance, self.limits.office_types, self.limits.capacity
        of_types = [each.capacity for each in types]
        rooms = [
            of_types if types and not old else [known.get(site, np.inf)]
            for site, old in zip(instance.site_ids, instance.existing, strict=True)
        ]
        return bool(np.isfinite(np.concatenate(rooms)).any())

    def service(self, plan: Plan) -> Service:
        limits, years, dense = self.limits, self.years, self.dense[self.counted]
        if limits.max_time is not None:
            dense = np.where(dense <= limits.max_time, dense, np.inf)
        dense = np.where(dense <= self.radius, dense, np.inf)
        opened = [[s is not None and s[1] <= number for s in plan] for number in range(len(years))]
        fills = self._may_fill
        must = limits.max_time is not None or self._every_one
        nowhere = np.full((len(dense), int(fills and not must)), np.inf)
        phase = np.repeat(np.arange(len(years)), len(dense))
        return Service(
            np.vstack(
                [np.hstack([np.where(running, dense, np.inf), nowhere]) for running in opened]
            ),
            np.tile(self.instance.weights[self.counted], len(years)),
            (years / years.sum())[phase],
            phase,
            self.plans.room(plan),
            must=must,
            fills=fills,
            single=limits.single_source,
        )

    def least(self, plan: Plan, single: Single) -> float:
        """Return the least that a plan can bring what is minimised to; inf if it does not serve."""
        service = self.service(plan)
        caps: list[Cap] = [
            (matrix(service), most - (self.fixed(plan, of) if of else 0.0))
            for matrix, most, of in self.caps
        ]
        if isinstance(single, Worst):
            return service.radius(caps)
        value = service.least(service.weighted(self.cost_of(single)), caps)
        return value + self.fixed(plan, single)

    def fixed(self, plan: Plan, single: Single) -> float:
        """Return the part of what is minimised that the plan alone decides."""
        if isinstance(single, Cost):
            return self.plans.money(plan)
        if isinstance(single, Mean):
            new = ~self.instance.existing
            return single.cost_weight * float(self.plans.costs(plan, "annual_cost")[new].sum())
        return 0.0

    def cost_of(self, single: Single) -> Callable[[Floats], Floats]:
        if isinstance(single, Coverage):
            return lambda times: (times > single.within).astype(np.float64)
        if isinstance(single, Equity):
            kappa = self.kappa(single)
            # Far pairs pass what a float holds.
            return lambda times: np.expm1(-kappa * times.astype(np.longdouble))
        if isinstance(single, Cost):
            return np.zeros_like
        return lambda times: times

    def kappa(self, single: Equity) -> float:
        if single.kappa is not None:
            return single.kappa
        present = self.dense[:, self.instance.existing].min(axis=1, initial=np.inf)
        reached = np.isfinite(present) & (self.instance.weights > 0)
        people, times = self.instance.weights[reached], present[reached]
        return single.epsilon * float(people @ times) / float(people @ times**2)

    def stage(self, single: Single, tolerance: float) -> float:
        """Return the best of a stage in its own unit, and keep what is good enough."""
        values = {plan: self.least(plan, single) for plan in self.left}
        best = min(values.values(), default=np.inf)
        if np.isinf(best):
            return np.inf
        reported = self.in_own_unit(single, best)
        most = self._allowed(single, reported, tolerance)
        good = most + ROUNDING * abs(most)
        self.clear &= not any(good < each < most + NEAR * abs(most) for each in values.values())
        self.last = {plan: value for plan, value in values.items() if value <= good}
        if isinstance(single, Worst):
            self.radius = good
        elif isinstance(single, Cost):
            self.left = list(self.last)
        else:
            costs = partial(self._costs, single)
            self.caps.append((costs, good + ROUNDING * self._scale(single), single))
        return reported

    def _costs(self, single: Single, service: Service) -> Floats:
        return service.weighted(self.cost_of(single))

    def _scale(self, single: Single) -> float:
        """Return the sum of which rounding is a part, where it is not that of the costs."""
        return float(self.instance.weights.sum()) if isinstance(single, Coverage) else 0.0

    @property
    def sites(self) -> tuple[str, ...]:
        """The open sites of the best-ranked of the plans that the last stage left."""
        is_open = self.plans.opened(min(self.last, key=self.plans.rank))
        return tuple(sorted(np.array(self.instance.site_ids)[is_open].tolist()))

    def in_own_unit(self, single: Single, least: float) -> float:
        people = float(self.instance.weights[self.counted].sum())
        if isinstance(single, Coverage):
            return people - least
        if isinstance(single, Equity):
            return float(np.log1p(least / people)) / -self.kappa(single)
        return least

    def _allowed(self, single: Single, best: float, tolerance: float) -> float:
        people = float(self.instance.weights[self.counted].sum())
        if isinstance(single, Coverage):
            return people - best * (1 - tolerance)
        if isinstance(single, Equity):
            most = np.longdouble(-self.kappa(single) * best * (1 + tolerance))
            return people * np.expm1(most)  # type: ignore[no-any-return] # a long double
        return best + tolerance * abs(best)


def best_of(instance: Instance, objective: Objective, limits: Limits) -> Best | None:
    """Return the best of each stage, and what the tie rule gives; None if no plan will do."""
    listed = list(objective.stages) if isinstance(objective, Lexicographic) else [(objective, 0.0)]
    listed[-1] = listed[-1][0], 0.0
    if isinstance(listed[-1][0], Worst):
        listed.append((Mean(), 0.0))
    trial = BruteForce(instance, limits, [single for single, _ in listed])
    values = [trial.stage(single, tolerance) for single, tolerance in listed]
    return None if np.isinf(values).any() else Best(values, trial.sites, trial.clear)


def can_hold(
    instance: Instance, limits: Limits, targets: list[Target], service: list[Single]
) -> bool:
    """Tell whether any plan keeps to limits and targets, and serves those that objectives serve."""
    trial = BruteForce(instance, limits, [Cost(targets), *service])
    return any(np.isfinite(trial.least(plan, Cost(targets))) for plan in trial.left)
