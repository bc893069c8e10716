"""The answers that are nearly as good as the best: found, put into tables, and told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from siting.common.errors import InfeasibleError
from siting.common.signals import Cancel, Progress, heeding
from siting.model import Different, Task
from siting.report.document import Block, Document, Figure, Paragraph
from siting.report.tables import Formats, records, study_grid
from siting.report.words import shortest, study_texts
from siting.results.result import Result
from siting.scenario.file import AnyScenario
from siting.studies.defaults import BEST, DIVERSE, WORSE_BY
from siting.studies.study import open_study, study_result


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

    def changes(self) -> frozenset[str]:
        """The sites that it opens or closes."""
        return frozenset(self.new_sites) | frozenset(self.closed_sites)


def best_answers(
    task: Task, within: float, count: int, progress: Progress = lambda _: None
) -> tuple[tuple[Answer, ...], bool]:
    """Return the best distinct answers, best first.

    Each is solved for with all before it forbidden, so that none better is missing.
    """
    found: list[Answer] = []
    while len(found) < count:
        progress(f"Answer {len(found) + 1} of {count}")
        answer = _solved(task, found)
        if answer is None:
            return tuple(found), True
        if found and beyond(found[0].objective, answer.objective, within):
            return tuple(found), answer.proved
        found.append(answer)
    return tuple(found), False


def _solved(task: Task, found: Sequence[Answer], *more: Different) -> Answer | None:
    """The best answer unlike those found; None if there is none."""
    distinct = (Different((answer.open_sites,)) for answer in found)
    limits = replace(task.limits, different=(*task.limits.different, *distinct, *more))
    try:
        best = task.solve(limits)
    except InfeasibleError:
        if not found:
            raise
        return None
    if best.objective is None:
        return None
    sites = (best.open_sites, best.new_sites, best.closed_sites)
    return Answer(*sites, best.objective, best.status == "optimal")


def beyond(best: float, value: float, within: float) -> bool:
    """Whether a value is farther from the best than a share of it allows."""
    return abs(value - best) > within * abs(best) * (1 + 1e-9)


def diverse_answers(
    task: Task, first: Answer, within: float, count: int, progress: Progress = lambda _: None
) -> Iterator[Answer]:
    """Yield answers that differ as much as possible from all before them.

    The greatest number of differences is found by halving: the best answer with at least so many
    is within the tolerance or not.
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
    low, high = 0, _most(task, found)
    while low < high:
        least = (low + high + 1) // 2
        apart = Different(tuple(answer.open_sites for answer in found), least)
        answer = _solved(task, found, apart)
        if answer is None:
            high = least - 1
        elif beyond(found[0].objective, answer.objective, within):
            high, proved = least - 1, proved and answer.proved
        else:
            low, best = least, answer
    return best and replace(best, proved=proved)


def _most(task: Task, found: Sequence[Answer]) -> int:
    """A number of differences that no answer exceeds."""
    most_new = int(min(task.limits.means()[0], float((~task.instance.existing).sum())))
    closing = task.limits.closing
    most_closed = len(closing.sites) if closing else 0
    return sum(len(answer.changes()) + most_new + most_closed for answer in found)


def alternatives(  # noqa: PLR0913 - all but one are named and have defaults
    scenario: AnyScenario,
    *,
    within: float = WORSE_BY,
    count: int = BEST,
    diverse: int = DIVERSE,
    data: Path | str | None = None,
    progress: Progress = print,
    cancel: Cancel | None = None,
) -> Result:
    """Find the best distinct answers of a scenario, and a diverse set of them.

    Parameters
    ----------
    scenario : ScenarioFile, Path, str or mapping
        As `siting.read_scenario` takes it, or what that gave.
    within : float
        How much worse than the best they may be, as a share of it.
    count : int
        Most of the best answers.
    diverse : int
        Most of the answers that differ as much as possible, the best among them.
    data : Path or str, optional
        The data folder; the one that ships if not given.
    progress : callable
        Told what is being done.
    cancel : callable, optional
        Asked between two steps whether to end.

    Returns
    -------
    Result
        Tables answers and sites.

    Raises
    ------
    InputError
        With everything that is wrong with the scenario or its files.
    InfeasibleError
        If its limits cannot hold together.
    InterruptError
        If it was cancelled.
    """
    progress = heeding(progress, cancel)
    problem = open_study(scenario, data, progress)
    task = problem.task
    best, complete = best_answers(task, within, count, progress)
    different = tuple(diverse_answers(task, best[0], within, diverse, progress))
    answers, places = {"best": best, "diverse": different}, problem.sites.set_index("code")
    facts = {"within": within, "count": count, "diverse": diverse, "complete": complete}
    tables = {"answers": _answers(answers, places, task), "sites": _sites(answers, places)}
    return study_result(problem, "alternatives", facts, tables)


def _answers(
    answers: Mapping[str, Sequence[Answer]], places: pd.DataFrame, task: Task
) -> pd.DataFrame:
    """One row an answer: what it changes, and how much worse than the best it is."""
    best = answers["best"][0]
    table = pd.DataFrame(
        {"kind": kind, **_row(answer, best, places, task)}
        for kind, several in answers.items()
        for answer in several
    )
    table.insert(1, "number", table.groupby("kind").cumcount() + 1)
    table["worse"] = (table["objective"] / table["objective"].iloc[0] - 1).abs()
    return table


def _row(answer: Answer, first: Answer, places: pd.DataFrame, task: Task) -> dict[str, object]:
    mine, theirs = answer.changes(), first.changes()
    new = list(answer.new_sites)
    return {
        "new_offices": len(new),
        "annual_cost_msek": places.loc[new, "annual_cost_msek"].sum(),
        "differences": len(mine ^ theirs),
        "only_here": "; ".join(_names(mine - theirs, places)),
        "only_in_best": "; ".join(_names(theirs - mine, places)),
        "proved": answer.proved,
        "objective": task.per_person(answer.objective),
    }


def _names(codes: frozenset[str], places: pd.DataFrame) -> list[str]:
    return sorted(
        place if place == municipality else f"{place} ({municipality})"
        for place, municipality in places.loc[list(codes), ["place", "municipality"]].to_numpy()
    )


def _sites(answers: Mapping[str, Sequence[Answer]], places: pd.DataFrame) -> pd.DataFrame:
    """Every site that some answer opens or closes, and in how many of them."""
    changes = {kind: [each.changes() for each in several] for kind, several in answers.items()}
    codes = sorted({code for several in changes.values() for each in several for code in each})
    columns = ["place", "municipality_code", "municipality", "forced"]
    table = places.loc[codes, columns].reset_index()
    for kind, several in changes.items():
        table[f"in_{kind}"] = [sum(code in each for each in several) for code in codes]
        table[f"in_{kind}_share"] = table[f"in_{kind}"] / len(several)
    order = ["in_best", "in_diverse", "code"]
    return table.sort_values(order, ascending=[False, False, True]).reset_index(drop=True)


_COLUMNS: Formats = {
    "number": "text",
    "objective": 4,
    "worse": "figure",
    "new_offices": 0,
    "annual_cost_msek": 1,
    "differences": 0,
}


def tell_alternatives(study: Result, language: str = "en") -> Document:
    """Put into words the best answers, the diverse ones, and what they share."""
    words, facts = study_texts("alternatives", language), study.manifest
    answers, sites = study.tables["answers"], study.tables["sites"]
    best, diverse = (answers[answers["kind"] == kind] for kind in ("best", "diverse"))
    within = shortest(100 * float(f"{facts['within']:.3g}"), language)
    proof = "all" if facts["complete"] else "no_better"
    proof = words["proofs"][proof if best["proved"].all() else "missing"]
    blocks: list[Block] = [*_listed("best", best, words)]
    blocks.append(Paragraph(proof.format(within=shortest(100 * facts["within"], language))))
    blocks += _listed("diverse", diverse, words, within=within)
    if not diverse["proved"].all():
        blocks.append(Paragraph(words["not_farthest"]))
    for kind, listed in (("best", best), ("diverse", diverse)):
        shared = sites.loc[sites[f"in_{kind}_share"] == 1, "place"]
        names = ", ".join(shared) or words["none"]
        line = words["shared"][kind].format(count=len(listed), places=len(shared), names=names)
        blocks.append(Paragraph(line, "lead"))
    return Document(language, "", tuple(blocks))


def _listed(
    kind: str, answers: pd.DataFrame, words: Mapping[str, Any], **facts: str
) -> Iterator[Block]:
    worse = answers["worse"].map(lambda share: Figure(share, "share", 3, "%"))
    yield study_grid(kind, answers.assign(worse=worse), _COLUMNS, words, **facts)
    for row in records(answers):
        if row["only_here"] or row["only_in_best"]:
            here, there = (row[key] or words["nothing"] for key in ("only_here", "only_in_best"))
            yield Paragraph(words["line"].format(number=row["number"], here=here, there=there))
