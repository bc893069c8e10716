"""Small instances, and the answer to them by trying everything."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import csr_array

from siting.model import (
    Closing,
    Cost,
    Coverage,
    Equity,
    Instance,
    Lexicographic,
    Limits,
    Mean,
    Objective,
    OfficeType,
    Phase,
    Quota,
    Spacing,
    Target,
    Worst,
)
from siting.types import Bools, Floats

settings.register_profile("siting", deadline=None, derandomize=True, database=None)
settings.load_profile("siting")

# A plan gives each site its type and phase, or None if it is shut.
type Plan = tuple[tuple[int, int] | None, ...]
KAPPA = -0.05


@dataclass(frozen=True)
class BruteForce:
    """Every plan that keeps to the limits, written without any of the model's own code."""

    instance: Instance
    limits: Limits

    @property
    def years(self) -> Floats:
        return np.array([phase.years for phase in self.limits.phases] or [1.0])

    def dense(self) -> Floats:
        dense = np.full(self.instance.times.shape, np.inf)
        times = self.instance.times.tocoo()
        dense[times.row, times.col] = times.data
        return dense

    def plans(self) -> Iterator[Plan]:
        kinds = range(max(1, len(self.limits.office_types)))
        fresh = [None, *itertools.product(kinds, range(len(self.years)))]
        states = [[None, (0, 0)] if old else fresh for old in self.instance.existing]
        return (plan for plan in itertools.product(*states) if self.keeps(plan))

    def opened(self, plan: Plan) -> Bools:
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

    def keeps(self, plan: Plan) -> bool:
        is_open, new = self.opened(plan), self.opened(plan) & ~self.instance.existing
        return (
            self._sites(is_open)
            and self._counts(plan, new)
            and self._budgets(plan, new)
            and self._groups(is_open, new)
            and self._apart(new)
        )

    def _sites(self, is_open: Bools) -> bool:
        limits, existing = self.limits, self.instance.existing
        ids = np.array(self.instance.site_ids)
        shut, closing = np.isin(ids, list(limits.force_shut)), limits.closing
        closable = np.isin(ids, closing.sites) if closing else np.zeros(len(ids), dtype=np.bool_)
        closed = (closable & ~is_open).sum()
        return bool(
            (is_open | ~existing | shut | closable).all()
            and not (is_open & shut).any()
            and is_open[np.isin(ids, list(limits.force_open))].all()
            and (closing is None or closing.least <= closed <= (closing.most or len(ids)))
        )

    def _counts(self, plan: Plan, new: Bools) -> bool:
        limits = self.limits
        names = [each.name for each in limits.office_types]
        of_type = [names[s[0]] for s, fresh in zip(plan, new, strict=True) if s and fresh and names]
        return bool(
            (limits.new_sites_max is None or new.sum() <= limits.new_sites_max)
            and (limits.new_sites_min is None or new.sum() >= limits.new_sites_min)
            and all(
                (least or 0) <= of_type.count(name) <= (99 if most is None else most)
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
        groups = {name: np.array(of) for name, of in self.instance.site_groups.items()}
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
                (quota.least or 0)
                <= new[np.isin(groups[quota.group], quota.labels)].sum()
                <= (99 if quota.most is None else quota.most)
                for quota in self.limits.quotas
            )
        )

    def _apart(self, new: Bools) -> bool:
        spacing = self.limits.spacing
        if spacing is None:
            return True
        near = spacing.distances.toarray() * (1 - np.eye(len(new)))
        both = np.outer(new, new) & (near > 0) & (near < spacing.least)
        return not both.any()

    def served(self, plan: Plan, objective: Objective) -> list[Floats]:
        """Return minutes from peopled clients to the sites open in each phase, and None."""
        dense = self.dense()
        farthest = self.limits.max_time
        if farthest is not None:
            dense = np.where(dense <= farthest, dense, np.inf)
        counted = self.instance.weights > 0
        if self._worst_first(objective):
            counted &= np.isfinite(self.dense()).any(axis=1)
        phases = []
        for number in range(len(self.years)):
            running = [s is not None and s[1] <= number for s in plan]
            phases.append(np.where(running, dense, np.inf)[counted])
        return phases

    def people(self, objective: Objective) -> Floats:
        counted = self.instance.weights > 0
        if self._worst_first(objective):
            counted &= np.isfinite(self.dense()).any(axis=1)
        return self.instance.weights[counted]

    @staticmethod
    def _worst_first(objective: Objective) -> bool:
        stages = objective.stages if isinstance(objective, Lexicographic) else [(objective, 0)]
        return any(isinstance(single, Worst) for single, _ in stages)

    def room(self, plan: Plan) -> Floats:
        types, known = self.limits.office_types, self.limits.capacity
        return np.array(
            [
                types[s[0]].capacity if s and types and not old else known.get(site, np.inf)
                for s, old, site in zip(
                    plan, self.instance.existing, self.instance.site_ids, strict=True
                )
            ]
        )

    def value(self, plan: Plan, objective: Objective) -> float:
        """Return what is minimised; inf if the plan cannot serve as it must."""
        fills = bool(self.limits.capacity) or any(
            np.isfinite(each.capacity) for each in self.limits.office_types
        )
        must = (
            fills or self.limits.max_time is not None or not isinstance(objective, Coverage | Cost)
        )
        phases = self.served(plan, objective)
        if must and any(np.isinf(times.min(axis=1, initial=np.inf)).any() for times in phases):
            return np.inf
        serving = Serving(phases, self.people(objective), self.room(plan), must, fills)
        if isinstance(objective, Worst):
            return max(serving.radius(times) for times in phases)
        if isinstance(objective, Cost):
            return self._cost(plan, objective, serving)
        values = [serving.least(_costs(objective, times), times) for times in phases]
        return float(self.years / self.years.sum() @ np.array(values))

    def _cost(self, plan: Plan, objective: Cost, serving: "Serving") -> float:
        new = self.opened(plan) & ~self.instance.existing
        closed = self.instance.existing & ~self.opened(plan)
        money = float((self.costs(plan, "annual_cost") * new).sum())
        money -= float(self.instance.annual_cost[closed].sum())
        counted = self.instance.weights > 0
        ceilings = []
        for target in objective.targets:
            of = self.instance.client_groups.get(target.each or "", ("all",) * len(counted))
            for label in sorted(set(of)):
                members = (np.array(of) == label)[counted]
                whole = float(serving.people[members].sum())
                ceilings.append((members, target.within, (1 - target.share) * whole + 1e-9))
        reached = serving.reaches(serving.phases[-1], ceilings)
        return money if reached and all(serving.reaches(t, []) for t in serving.phases) else np.inf

    def rank(self, plan: Plan) -> tuple[float, float, list[int]]:
        is_open = self.opened(plan)
        new = is_open & ~self.instance.existing
        order = np.argsort(np.array(self.instance.site_ids))
        cost = float((self.costs(plan, "annual_cost") * new).sum())
        return float(new.sum()), cost, [-int(o) for o in is_open[order]]


def _within(limit: float | None, used: float) -> bool:
    return limit is None or used <= limit + 1e-9


def _costs(objective: Objective, times: Floats) -> Floats:
    if isinstance(objective, Coverage):
        return (times > objective.within).astype(np.float64)
    if isinstance(objective, Equity):
        return np.exp(-KAPPA * times)
    return times


@dataclass(frozen=True)
class Serving:
    """Who can be sent where: to the nearest, or wherever there is room."""

    phases: list[Floats]
    people: Floats
    room: Floats
    must: bool
    fills: bool

    def least(self, costs: Floats, times: Floats) -> float:
        if not self.fills:
            return float(self.people @ costs.min(axis=1, initial=np.inf))
        reached = np.where(np.isfinite(times), costs, np.inf)
        found = _transport(reached, self.people, self.room, [])
        return np.inf if found is None else found

    def radius(self, times: Floats) -> float:
        if not self.fills:
            return float(times.min(axis=1, initial=np.inf).max(initial=0))
        for radius in np.unique(times[np.isfinite(times)]):
            if np.isfinite(self.least(np.zeros_like(times), np.where(times <= radius, 0, np.inf))):
                return float(radius)
        return np.inf

    def reaches(self, times: Floats, ceilings: list[tuple[Bools, float, float]]) -> bool:
        if self.fills:
            rows = [
                ((times > within) * members[:, None] * self.people[:, None], most)
                for members, within, most in ceilings
            ]
            near = np.where(np.isfinite(times), 0.0, np.inf)
            return _transport(near, self.people, self.room, rows) is not None
        nearest = times.min(axis=1, initial=np.inf)
        return not (self.must and np.isinf(nearest).any()) and all(
            self.people[members & (nearest > within)].sum() <= most
            for members, within, most in ceilings
        )


def _transport(
    costs: Floats, people: Floats, room: Floats, ceilings: list[tuple[Floats, float]]
) -> float | None:
    """Return the least cost of sending everyone somewhere with room, by a plain LP."""
    clients, sites = costs.shape
    usable = np.isfinite(costs)
    serve = np.kron(np.eye(clients), np.ones(sites))
    load = np.kron(people, np.eye(sites))[np.isfinite(room)]
    rows = [load, *(matrix.ravel()[None, :] for matrix, _ in ceilings)]
    result = linprog(
        (np.where(usable, costs, 0.0) * people[:, None]).ravel(),
        A_ub=np.vstack(rows) if rows else None,
        b_ub=[*room[np.isfinite(room)], *(most for _, most in ceilings)],
        A_eq=serve,
        b_eq=np.ones(clients),
        bounds=[(0, 1 if can else 0) for can in usable.ravel()],
    )
    return result.fun if result.status == 0 else None


@pytest.fixture
def best_answer() -> Callable[[Instance, Limits], tuple[float, tuple[str, ...]] | None]:
    """Return a function that tries everything; it gives the total time and the open sites."""

    def find(instance: Instance, limits: Limits) -> tuple[float, tuple[str, ...]] | None:
        trial = BruteForce(instance, limits)
        values = {plan: trial.value(plan, Mean()) for plan in trial.plans()}
        least = min(values.values(), default=np.inf)
        if np.isinf(least):
            return None
        tied = [plan for plan, value in values.items() if value <= least + 1e-9 * abs(least)]
        best = trial.opened(min(tied, key=trial.rank))
        return least, tuple(sorted(np.array(instance.site_ids)[best].tolist()))

    return find


@pytest.fixture
def best_value() -> Callable[[Instance, Objective, Limits], float]:
    """Return a function that tries everything; it gives the least of what is minimised, or inf."""

    def find(instance: Instance, objective: Objective, limits: Limits) -> float:
        trial = BruteForce(instance, limits)
        return min((trial.value(plan, objective) for plan in trial.plans()), default=np.inf)

    return find


@st.composite
def _instances(draw: st.DrawFn, most_sites: int = 6) -> Instance:
    """Draw few clients and sites, with ties, zero weights and unreachable pairs."""
    clients, sites = draw(st.integers(1, 6)), draw(st.integers(1, most_sites))
    minutes = st.one_of(
        st.integers(0, 6).map(float),
        st.just(np.inf),
        st.integers(0, 6000).map(lambda number: number / 100),
    )
    times = draw(st.lists(minutes, min_size=clients * sites, max_size=clients * sites))
    weights = draw(st.lists(st.integers(0, 5), min_size=clients, max_size=clients).filter(any))
    costs = st.lists(st.integers(0, 4), min_size=sites, max_size=sites)
    groups = [st.lists(st.sampled_from("ab"), min_size=n, max_size=n) for n in (sites, clients)]
    return Instance.from_matrix(
        np.array(times).reshape(clients, sites),
        weights,
        existing=draw(st.lists(st.booleans(), min_size=sites, max_size=sites)),
        annual_cost=draw(costs),
        one_off_cost=draw(costs),
        site_ids=draw(st.permutations("uvwxyz").map(lambda ids: ids[:sites])),
        site_groups={"region": draw(groups[0])},
        client_groups={"county": draw(groups[1])},
    )


def _one_limit(instance: Instance) -> dict[str, st.SearchStrategy[Any]]:
    """Return a strategy for each limit."""
    sites = list(instance.site_ids)
    old = [site for site, is_old in zip(sites, instance.existing, strict=True) if is_old]
    some = st.lists(st.sampled_from(sites), max_size=2, unique=True)
    number, maybe = st.integers(0, 3), st.none() | st.integers(0, 5)
    space = st.lists(
        st.sampled_from([0.0, 1.0, 2.0]), min_size=len(sites) ** 2, max_size=len(sites) ** 2
    )
    return {
        "new_sites_max": number,
        "new_sites_min": number,
        "annual_budget": st.integers(0, 8),
        "one_off_budget": st.integers(0, 8),
        "max_new_per_group": st.just({"region": 1}),
        "at_least_one_per_group": st.just(("region",)),
        "force_open": some,
        "force_shut": some,
        "quotas": st.builds(
            lambda least, most: [Quota("region", instance.site_groups["region"][:1], least, most)],
            number,
            maybe,
        ),
        "closing": st.just(None)
        if not old
        else st.builds(
            lambda sites, least: Closing(tuple(sites), min(least, len(sites)), len(sites)),
            st.lists(st.sampled_from(old), min_size=1, unique=True),
            st.integers(0, 1),
        ),
        "spacing": space.map(
            lambda values: Spacing(1.5, csr_array(np.array(values).reshape(len(sites), len(sites))))
        ),
        "max_time": st.integers(0, 60),
        "capacity": st.dictionaries(st.sampled_from(sites), st.integers(0, 12)),
        "office_types": st.lists(
            st.builds(OfficeType, st.just(""), number, number, st.sampled_from([2.0, 5.0, np.inf])),
            min_size=1, max_size=2,
        ).map(lambda types: [OfficeType(n, t.annual_cost, t.one_off_cost, t.capacity)
                             for n, t in zip(("small", "large"), types, strict=False)]),
        "phases": st.lists(
            st.builds(Phase, st.just(""), maybe, maybe, maybe, st.integers(1, 2)),
            min_size=1, max_size=2,
        ).map(lambda phases: [
            Phase(n, p.annual_budget, p.one_off_budget, p.opened_max, p.years)
            for n, p in zip(("first", "second"), phases, strict=False)
        ]),
    }  # fmt: skip


@st.composite
def _limits(draw: st.DrawFn, instance: Instance, at_most: int = 2) -> Limits:
    """Draw no limit, one alone, or two together."""
    known = _one_limit(instance)
    names = draw(st.lists(st.sampled_from(sorted(known)), max_size=at_most, unique=True))
    return Limits(**{name: draw(known[name]) for name in names})


OBJECTIVES: list[Objective] = [
    Mean(),
    Coverage(5),
    Worst(),
    Equity(kappa=KAPPA),
    Cost([Target(0.6, 5)]),
    Cost([Target(0.5, 6, "county"), Target(0.9, 30)]),
]


@st.composite
def _problems(draw: st.DrawFn) -> tuple[Instance, Objective, Limits]:
    instance = draw(_instances(most_sites=4))
    return instance, draw(st.sampled_from(OBJECTIVES)), draw(_limits(instance))


@st.composite
def _mean_problems(draw: st.DrawFn) -> tuple[Instance, Limits]:
    instance = draw(_instances())
    known = _one_limit(instance)
    plain = ["new_sites_max", "new_sites_min", "annual_budget", "one_off_budget", "force_open",
             "force_shut", "max_new_per_group", "at_least_one_per_group", "quotas"]  # fmt: skip
    names = draw(st.lists(st.sampled_from(plain), max_size=4, unique=True))
    return instance, Limits(**{name: draw(known[name]) for name in names})


@pytest.fixture
def mean_problems() -> st.SearchStrategy[tuple[Instance, Limits]]:
    """Return a strategy for instances with linear limits."""
    return _mean_problems()


@pytest.fixture
def problems() -> st.SearchStrategy[tuple[Instance, Objective, Limits]]:
    """Return a strategy for instances with any objective and limits alone and in pairs."""
    return _problems()


@pytest.fixture
def line() -> Callable[..., Instance]:
    """Return a maker of an instance on a line: clients and sites at positions, minutes apart."""

    def make(clients: list[float], sites: list[float], **rest: object) -> Instance:
        times = np.abs(np.subtract.outer(np.array(clients), np.array(sites)))
        weights = rest.pop("weights", np.ones(len(clients)))
        return Instance.from_matrix(times, weights, **rest)  # type: ignore[arg-type] # rest is for from_matrix

    return make
