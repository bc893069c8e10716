"""The best value of every objective by trying everything, written apart from the model."""

from collections.abc import Callable
from dataclasses import dataclass, field

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
    Worst,
)
from tests.model.plans import Plan, Plans
from tests.model.reference import Cap, Serving

type Single = Mean | Coverage | Worst | Equity | Cost
ROUNDING = 1e-9


@dataclass
class BruteForce:
    """All plans of a problem, of which each stage leaves those that are good enough."""

    instance: Instance
    limits: Limits
    objectives: list[Single]
    plans: Plans = field(init=False)
    radius: float = np.inf
    caps: list[tuple[Callable[[Serving], Floats], float, Single | None]] = field(
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

        def beyond(serving: Serving) -> Floats:
            last = np.tile(weights[self.counted], len(self.years)) * (
                serving.phase == serving.phase.max(initial=0)
            )
            return np.asarray((serving.times > within) * last[:, None])

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
        """Clients with people; with a worst case, only those whom some site reaches at all."""
        counted = self.instance.weights > 0
        if any(isinstance(each, Worst) for each in self.objectives):
            counted &= np.isfinite(self.dense).any(axis=1)
        return counted

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

    def serving(self, plan: Plan) -> Serving:
        limits, years, dense = self.limits, self.years, self.dense[self.counted]
        if limits.max_time is not None:
            dense = np.where(dense <= limits.max_time, dense, np.inf)
        dense = np.where(dense <= self.radius, dense, np.inf)
        opened = [[s is not None and s[1] <= number for s in plan] for number in range(len(years))]
        fills = self._may_fill
        every_one = any(not isinstance(each, Coverage | Cost) for each in self.objectives)
        phase = np.repeat(np.arange(len(years)), len(dense))
        return Serving(
            np.vstack([np.where(running, dense, np.inf) for running in opened]),
            np.tile(self.instance.weights[self.counted], len(years)),
            (years / years.sum())[phase],
            phase,
            self.plans.room(plan),
            must=fills or limits.max_time is not None or every_one,
            fills=fills,
        )

    def least(self, plan: Plan, single: Single) -> float:
        """Return the least that a plan can bring what is minimised to; inf if it does not serve."""
        serving = self.serving(plan)
        caps: list[Cap] = [
            (matrix(serving), most - (self.fixed(plan, of) if of else 0.0))
            for matrix, most, of in self.caps
        ]
        if isinstance(single, Worst):
            return serving.radius(caps)
        value = serving.least(serving.weighted(self.cost_of(single)), caps)
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
            return lambda times: np.exp(-kappa * times)
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
        if isinstance(single, Worst):
            self.radius = best * (1 + tolerance)
            return best
        reported = self.in_own_unit(single, best)
        self._cap_stage(single, self._allowed(single, reported, tolerance))
        return reported

    def _cap_stage(self, single: Single, most: float) -> None:
        if isinstance(single, Cost):
            self.left = [plan for plan in self.left if self.fixed(plan, single) <= most + ROUNDING]
            return
        most += ROUNDING * max(1.0, abs(most))
        self.caps.append((lambda serving: serving.weighted(self.cost_of(single)), most, single))

    def in_own_unit(self, single: Single, least: float) -> float:
        people = float(self.instance.weights[self.counted].sum())
        if isinstance(single, Coverage):
            return people - least
        if isinstance(single, Equity):
            return float(np.log(least / people)) / -self.kappa(single)
        return least

    def _allowed(self, single: Single, best: float, tolerance: float) -> float:
        people = float(self.instance.weights[self.counted].sum())
        if isinstance(single, Coverage):
            return people - best * (1 - tolerance)
        if isinstance(single, Equity):
            return people * float(np.exp(-self.kappa(single) * best * (1 + tolerance)))
        return best + tolerance * abs(best)


def best_values(instance: Instance, objective: Objective, limits: Limits) -> list[float]:
    """Return the best of each stage in its own unit; empty if no plan will do."""
    listed = list(objective.stages) if isinstance(objective, Lexicographic) else [(objective, 0.0)]
    trial = BruteForce(instance, limits, [single for single, _ in listed])
    values = [trial.stage(single, tolerance) for single, tolerance in listed]
    return [] if np.isinf(values).any() else values


def best_answer(instance: Instance, limits: Limits) -> tuple[float, tuple[str, ...]] | None:
    """Return the least total time and the open sites that the tie rule gives, or None."""
    trial = BruteForce(instance, limits, [Mean()])
    values = {plan: trial.least(plan, Mean()) for plan in trial.left}
    least = min(values.values(), default=np.inf)
    if np.isinf(least):
        return None
    tied = [plan for plan, value in values.items() if value <= least + ROUNDING * abs(least)]
    is_open = trial.plans.opened(min(tied, key=trial.plans.rank))
    return least, tuple(sorted(np.array(instance.site_ids)[is_open].tolist()))
