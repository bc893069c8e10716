"""Other answers that are nearly as good: the best of them, and some as different as possible."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from siting.analysis.task import Task
from siting.errors import InfeasibleError
from siting.model import Different, Limits, Solution


@dataclass(frozen=True)
class Answer:
    """One answer of several.

    Parameters
    ----------
    open_sites : tuple of str
        All that are open in the end.
    new_sites, closed_sites : tuple of str
        What it changes.
    objective : float
        In the unit of `siting.model.Solution`.
    proved : bool
        Whether it is proved that none comes before it: for the best answers, that no other not yet
        listed is better; for diverse ones, that none differs more from those before it.
    """

    open_sites: tuple[str, ...]
    new_sites: tuple[str, ...]
    closed_sites: tuple[str, ...]
    objective: float
    proved: bool

    @classmethod
    def of(cls, solution: Solution, objective: float) -> "Answer":
        """Take it from a solution.

        Parameters
        ----------
        solution : Solution
            One that has an answer.
        objective : float
            Its objective, in the unit of `siting.model.Solution`.

        Returns
        -------
        Answer
            Proved if the solution is optimal.
        """
        proved = solution.status == "optimal"
        sites = (solution.open_sites, solution.new_sites, solution.closed_sites)
        return cls(*sites, objective, proved)

    def changes(self) -> frozenset[str]:
        """The sites that it opens or closes."""
        return frozenset(self.new_sites) | frozenset(self.closed_sites)


def best_answers(
    task: Task, within: float, count: int, progress: Callable[[str], None] = lambda _: None
) -> tuple[tuple[Answer, ...], bool]:
    """Return the best distinct answers, best first.

    Each is solved for with all before it forbidden, so that none better is missing.

    Parameters
    ----------
    task : Task
        What is asked.
    within : float
        How much worse than the best they may be, as a share of it.
    count : int
        Most answers.
    progress : callable
        Told what is being done.

    Returns
    -------
    tuple of Answer
        Best first.
    bool
        Whether these are all there are within the tolerance.

    Raises
    ------
    InfeasibleError
        If there is no answer at all.
    """
    found: list[Answer] = []
    while len(found) < count:
        progress(f"Answer {len(found) + 1} of {count}")
        solution = _next(task, found)
        if solution is None or solution.objective is None:
            return tuple(found), True
        if found and beyond(found[0].objective, solution.objective, within):
            return tuple(found), solution.status == "optimal"
        found.append(Answer.of(solution, solution.objective))
    return tuple(found), False


def _next(task: Task, found: Sequence[Answer]) -> Solution | None:
    if not found:
        return task.solve()
    distinct = (Different((answer.open_sites,)) for answer in found)
    return _solved(task, replace(task.limits, different=(*task.limits.different, *distinct)))


def beyond(best: float, value: float, within: float) -> bool:
    """Whether a value is farther from the best than a share of it allows.

    Parameters
    ----------
    best, value : float
        Objectives, in one unit.
    within : float
        The share, not negative.

    Returns
    -------
    bool
        False at the limit itself, give or take rounding.
    """
    return abs(value - best) > within * abs(best) * (1 + 1e-9)


def diverse_answers(
    task: Task,
    first: Answer,
    within: float,
    count: int,
    progress: Callable[[str], None] = lambda _: None,
) -> Iterator[Answer]:
    """Yield answers that differ as much as possible from all before them.

    The greatest number of differences is found by halving: the best answer with at least so many
    is within the tolerance or not.

    Parameters
    ----------
    task : Task
        What is asked.
    first : Answer
        The best; it is yielded first.
    within : float
        How much worse than the best they may be, as a share of it.
    count : int
        Most answers.
    progress : callable
        Told what is being done.

    Yields
    ------
    Answer
        The next answer, as far from those before it as the tolerance allows.
    """
    found = [first]
    yield first
    while len(found) < count:
        progress(f"Different answer {len(found)} of {count - 1}")
        answer = _farthest(task, found, within)
        if answer is None:
            return
        found.append(answer)
        yield answer


def _farthest(task: Task, found: Sequence[Answer], within: float) -> Answer | None:
    """The best of the answers with the most differences that keep to the tolerance."""
    best, proved = None, True
    distinct = tuple(Different((answer.open_sites,)) for answer in found)
    low, high = 0, _most(task, found)
    while low < high:
        least = (low + high + 1) // 2
        apart = Different(tuple(answer.open_sites for answer in found), least)
        limits = replace(task.limits, different=(*task.limits.different, *distinct, apart))
        solution = _solved(task, limits)
        if solution is None or solution.objective is None:
            high = least - 1
        elif beyond(found[0].objective, solution.objective, within):
            high, proved = least - 1, proved and solution.status == "optimal"
        else:
            low, best = least, Answer.of(solution, solution.objective)
    return best and replace(best, proved=proved)


def _most(task: Task, found: Sequence[Answer]) -> int:
    """A number of differences that no answer exceeds."""
    most_new = task.limits.new_sites_max
    if most_new is None:
        most_new = int((~task.instance.existing).sum())
    closing = task.limits.closing
    most_closed = len(closing.sites) if closing else 0
    return sum(len(answer.changes()) + most_new + most_closed for answer in found)


def _solved(task: Task, limits: Limits) -> Solution | None:
    try:
        return task.solve(limits)
    except InfeasibleError:
        return None
