"""Small instances, and the answer to them by trying everything."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st

from siting.model import Instance, Limits
from siting.types import Bools, Floats

settings.register_profile("siting", deadline=None, derandomize=True)
settings.load_profile("siting")


@dataclass(frozen=True)
class BruteForce:
    """Every way to open sites that keeps to the limits on sites."""

    instance: Instance
    limits: Limits

    def nearest(self, is_open: Bools) -> Floats:
        dense = np.full(self.instance.times.shape, np.inf)
        times = self.instance.times.tocoo()
        dense[times.row, times.col] = times.data
        return dense[:, is_open].min(axis=1, initial=np.inf)

    def answers(self) -> Iterator[Bools]:
        for picked in itertools.product([False, True], repeat=len(self.instance.site_ids)):
            is_open = np.array(picked, dtype=np.bool_)
            if self.keeps(is_open):
                yield is_open

    def keeps(self, is_open: Bools) -> bool:
        instance, limits = self.instance, self.limits
        ids = np.array(instance.site_ids)
        shut = np.isin(ids, list(limits.force_shut))
        new = is_open & ~instance.existing
        return bool(
            (is_open | ~instance.existing | shut).all()
            and not (is_open & shut).any()
            and is_open[np.isin(ids, list(limits.force_open))].all()
            and (limits.new_sites_max is None or new.sum() <= limits.new_sites_max)
            and (limits.new_sites_min is None or new.sum() >= limits.new_sites_min)
            and self._within(limits.annual_budget, float(instance.annual_cost @ new))
            and self._within(limits.one_off_budget, float(instance.one_off_cost @ new))
            and self._groups(is_open, new)
        )

    @staticmethod
    def _within(limit: float | None, used: float) -> bool:
        return limit is None or used <= limit + 1e-9

    def _groups(self, is_open: Bools, new: Bools) -> bool:
        groups = {name: np.array(of) for name, of in self.instance.site_groups.items()}
        return all(
            new[groups[name] == label].sum() <= most
            for name, most in self.limits.max_new_per_group.items()
            for label in set(groups[name])
        ) and all(
            is_open[groups[name] == label].any()
            for name in self.limits.at_least_one_per_group
            for label in set(groups[name])
        )

    def total(self, is_open: Bools) -> float:
        peopled = self.instance.weights > 0
        return float(self.instance.weights[peopled] @ self.nearest(is_open)[peopled])

    def rank(self, is_open: Bools) -> tuple[float, float, list[int]]:
        new = is_open & ~self.instance.existing
        order = np.argsort(np.array(self.instance.site_ids))
        return (
            float(new.sum()),
            float(self.instance.annual_cost @ new),
            [-int(o) for o in is_open[order]],
        )

    def best(self) -> Bools | None:
        """Return the answer of least total time that the tie rule names."""
        answers = [a for a in self.answers() if np.isfinite(self.total(a))]
        if not answers:
            return None
        least = min(map(self.total, answers))
        tied = [a for a in answers if self.total(a) <= least + 1e-9 * abs(least)]
        return min(tied, key=self.rank)


@pytest.fixture
def best_answer() -> Callable[[Instance, Limits], tuple[float, tuple[str, ...]] | None]:
    """Return a function that tries everything; it gives the total time and the open sites."""

    def find(instance: Instance, limits: Limits) -> tuple[float, tuple[str, ...]] | None:
        trial = BruteForce(instance, limits)
        best = trial.best()
        if best is None:
            return None
        return trial.total(best), tuple(sorted(np.array(instance.site_ids)[best].tolist()))

    return find


@st.composite
def _instances(draw: st.DrawFn) -> Instance:
    """Draw up to 6 clients and 6 sites, with ties, zero weights and unreachable pairs."""
    clients, sites = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    minutes = st.one_of(
        st.integers(0, 6).map(float), st.just(np.inf), st.integers(0, 6000).map(lambda n: n / 100)
    )
    times = draw(st.lists(minutes, min_size=clients * sites, max_size=clients * sites))
    weights = draw(st.lists(st.integers(0, 5), min_size=clients, max_size=clients).filter(any))
    costs = st.lists(st.integers(0, 4), min_size=sites, max_size=sites)
    labels = st.lists(st.sampled_from("ab"), min_size=sites, max_size=sites)
    return Instance.from_matrix(
        np.array(times).reshape(clients, sites),
        weights,
        existing=draw(st.lists(st.booleans(), min_size=sites, max_size=sites)),
        annual_cost=draw(costs),
        one_off_cost=draw(costs),
        site_ids=draw(st.permutations("uvwxyz").map(lambda ids: ids[:sites])),
        site_groups={"region": draw(labels)},
    )


@st.composite
def _limits(draw: st.DrawFn, instance: Instance) -> Limits:
    """Draw limits of which each is set now and then."""
    some_sites = st.lists(st.sampled_from(instance.site_ids), max_size=2, unique=True)
    maybe = st.none() | st.integers(0, 6)
    return Limits(
        new_sites_max=draw(maybe),
        new_sites_min=draw(st.none() | st.integers(0, 2)),
        annual_budget=draw(maybe),
        one_off_budget=draw(maybe),
        max_new_per_group=draw(st.just({}) | st.just({"region": 1})),
        at_least_one_per_group=draw(st.just(()) | st.just(("region",))),
        force_open=draw(st.just([]) | some_sites),
        force_shut=draw(st.just([]) | some_sites),
    )


@st.composite
def _problems(draw: st.DrawFn) -> tuple[Instance, Limits]:
    instance = draw(_instances())
    return instance, draw(_limits(instance))


@pytest.fixture
def problems() -> st.SearchStrategy[tuple[Instance, Limits]]:
    """Return a strategy for instances with limits."""
    return _problems()


@pytest.fixture
def line() -> Callable[..., Instance]:
    """Return a maker of an instance on a line: clients and sites at positions, minutes apart."""

    def make(clients: list[float], sites: list[float], **rest: object) -> Instance:
        times = np.abs(np.subtract.outer(np.array(clients), np.array(sites)))
        weights = rest.pop("weights", np.ones(len(clients)))
        return Instance.from_matrix(times, weights, **rest)  # type: ignore[arg-type] # rest is for from_matrix

    return make
