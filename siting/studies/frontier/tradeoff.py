"""What a second aim costs in the mean: the exact front of the two, by the epsilon constraint.

The mean is made least under a limit on the second aim; then the limit is drawn tighter than what
came out, and so on to the best that the second aim can be. Source: Haimes, Lasdon and Wismer, IEEE
Transactions on Systems, Man, and Cybernetics 1 (1971).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from siting.common.equity import kolm_pollak_ede, kolm_pollak_kappa
from siting.common.errors import StoppedError
from siting.common.signals import Progress
from siting.common.types import Bools, Floats
from siting.model import Coverage, Equity, Lexicographic, Mean, NoWorse, Solution, Task, Worst
from siting.model.instance import nearest_minutes

type Second = Worst | Equity | Coverage

EDE_STEP = 0.001
"""Minutes by which two answers must differ in the EDE to be told apart."""
PEOPLE_STEP = 1.0
"""People by which two answers must differ in coverage to be told apart."""
SOLVER_PEOPLE = 4e-6
"""The same as a part of the people beyond, where that is more: what solvers can tell apart."""
SAME_MEAN = 1e-9
"""Means that differ by no more than this, relative, are the same."""


@dataclass(frozen=True)
class Aims:
    """The two aims of a network.

    Parameters
    ----------
    mean : float
        Minutes per person who counts.
    second : float
        The second aim as a burden: minutes of the worst off, EDE, or people beyond.
    """

    mean: float
    second: float


@dataclass(frozen=True)
class Point(Aims):
    """An answer on the front, or on the way to it.

    Parameters
    ----------
    solution : Solution
        The least mean with a second aim no worse.
    bound, gap : float
        What is proved of the mean.
    efficient : bool
        Whether it is proved that no answer is better in one and as good in the other.
    """

    solution: Solution
    bound: float
    gap: float
    efficient: bool = False


@dataclass(frozen=True)
class Front:
    """Answers of which none is as good as another in both aims.

    Parameters
    ----------
    points : tuple of Point
        The least mean first, the best second aim last.
    present : Aims
        Those of the network before.
    sample : bool
        Whether there may be others between them.
    step : float
        By how much answers must differ in the second aim to be told apart; 0 if any difference
        counts.
    """

    points: tuple[Point, ...]
    present: Aims
    sample: bool
    step: float


def solve_front(
    task: Task, second: Second, most: int | None = None, progress: Progress = print
) -> Front:
    """Find the answers of which none is as good as another in the mean and in a second aim.

    Without ``most`` the front is whole. For the worst case it is so exactly: each limit lies just
    below a travel time that came out. Coverage is stepped through by one person, which is exact
    where people are whole numbers and fewer than 250,000 are beyond; `Front.step` says where the
    solver needs more. The EDE is stepped through by `EDE_STEP`: answers that differ by less may
    stand for one another. Every mean is proved as `siting.model.Solution` says.
    """
    chase = _Chase.of(task, second)
    progress("Finding the ends of the front")
    first, last = chase.least_mean(None), chase.best_second()
    if most is None:
        found = _whole(chase, first, last, progress)
    else:
        found = _sampled(chase, first, last, most, progress)
    points = _undominated([*found, last])
    step = max(chase.step(point.second) for point in points)
    return Front(points, chase.aims(task.instance.existing), most is not None, step)


@dataclass(frozen=True, eq=False)
class _Chase:
    """The mean against a second aim, in one task."""

    task: Task
    second: Second

    @classmethod
    def of(cls, task: Task, second: Second) -> "_Chase":
        chase = cls(task, second)
        if isinstance(second, Equity) and second.kappa is None:
            kappa = kolm_pollak_kappa(*chase.minutes(task.instance.existing), second.epsilon)
            chase = cls(task, replace(second, kappa=kappa))
        return chase

    def minutes(self, opened: Bools) -> tuple[Floats, Floats]:
        """Minutes to these sites of those who count, and how many they are."""
        instance = self.task.instance
        counted = (instance.weights > 0) & (np.diff(instance.times.indptr) > 0)
        return nearest_minutes(instance.times, opened)[counted], instance.weights[counted]

    def step(self, burden: float) -> float:
        """By how much another answer must be better than a burden to be told apart."""
        match self.second:
            case Worst():
                return 0.0
            case Coverage():
                return max(PEOPLE_STEP, SOLVER_PEOPLE * burden)
            case Equity():
                return EDE_STEP

    def below(self, burden: float) -> float:
        """The limit that rules a burden out, and lets through what is a step better."""
        if isinstance(self.second, Worst):
            return float(np.nextafter(burden, -np.inf))
        weights = self.task.instance.weights
        whole = isinstance(self.second, Coverage) and (weights == np.rint(weights)).all()
        return burden - self.step(burden) / (2 if whole else 1)

    def least_mean(self, most: float | None, start: Sequence[str] = ()) -> Point:
        """The least mean with a burden of at most so much, sought from these new sites on."""
        limits, under = self.task.limits, list[NoWorse]()
        if isinstance(self.second, Worst):
            limits = limits if most is None else replace(limits, max_time=most)
        elif most is not None:
            covers = isinstance(self.second, Coverage)
            people = float(self.task.instance.weights.sum())
            under = [NoWorse(self.second, people - most if covers else most)]
        aimed = replace(self.task, objective=Mean(), limits=limits)
        return self._point(aimed.solve(under=under, start=start))

    def best_second(self) -> Point:
        """The least burden, and with it the least mean; both are proved."""
        objective = Lexicographic([(self.second, 0.0), (Mean(), 0.0)])
        point = self._point(replace(self.task, objective=objective).solve())
        return replace(point, efficient=point.solution.status == "optimal")

    def _point(self, solution: Solution) -> Point:
        if solution.objective is None:
            raise StoppedError(
                "Not proved, and no answer was found in the time allowed; nothing was written."
            )
        instance = self.task.instance
        aims = self.aims(np.isin(instance.site_ids, solution.open_sites))
        proof = next(stage for stage in reversed(solution.stages) if stage.kind == "mean")
        bound = proof.bound / float(instance.weights.sum())
        return Point(aims.mean, aims.second, solution, bound, proof.gap)

    def aims(self, opened: Bools) -> Aims:
        """The two aims with these sites open."""
        minutes, people = self.minutes(opened)
        match self.second:
            case Worst():
                burden = float(minutes.max())
            case Coverage(within=within):
                burden = float(people[minutes > within].sum())
            case Equity(kappa=kappa):
                burden = kolm_pollak_ede(minutes, people, kappa or 0.0)
        return Aims(float(np.average(minutes, weights=people)), burden)


def _whole(chase: _Chase, first: Point, last: Point, progress: Progress) -> Iterator[Point]:
    """Go along the front; that the next point has a greater mean proves the one before."""
    point, limit = first, first.second
    while (limit := chase.below(min(point.second, limit))) >= last.second:
        progress(f"Following the front: {point.second:.6g}, to {last.second:.6g}")
        after = chase.least_mean(limit, point.solution.new_sites)
        if after.mean > point.mean * (1 + SAME_MEAN):
            yield _proved(point, after)
        point = after
    yield _proved(point, last)


def _sampled(
    chase: _Chase, first: Point, last: Point, most: int, progress: Progress
) -> Iterator[Point]:
    """Take even steps, and go on from each point to the last that has the same mean."""
    for number, limit in enumerate(np.linspace(first.second, last.second, most)[:-1]):
        progress(f"Sampling the front: {number + 1} of {most}")
        point = first if number == 0 else chase.least_mean(float(limit), first.solution.new_sites)
        yield next(_whole(chase, point, last, lambda _: None))


def _proved(point: Point, after: Point) -> Point:
    """A point, with whether it and what rules out a better one are both proved."""
    statuses = {point.solution.status, after.solution.status}
    return replace(point, efficient=statuses == {"optimal"})


def _undominated(points: Sequence[Point]) -> tuple[Point, ...]:
    """The points, least mean first, without those that another is as good as in both aims."""
    kept: list[Point] = []
    for point in sorted(points, key=lambda each: (each.mean, each.second)):
        if not kept or point.second < kept[-1].second:
            kept.append(point)
    return tuple(kept)
