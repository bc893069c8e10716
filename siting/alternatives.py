"""The answers that are nearly as good as the best, as tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from siting.analysis.alternatives import Answer, best_answers, diverse_answers
from siting.describe import Progress
from siting.opening import open_scenario
from siting.report.study import Study
from siting.scenario_file import ScenarioFile


@dataclass(frozen=True)
class Wanted:
    """Which alternatives are wanted.

    Parameters
    ----------
    within : float
        How much worse than the best they may be, as a share of it.
    count : int
        Most of the best answers.
    diverse : int
        Most of the answers that differ as much as possible, the best among them.
    """

    within: float
    count: int
    diverse: int


def alternatives(
    file: ScenarioFile, wanted: Wanted, *, data: Path | None = None, progress: Progress = print
) -> Study:
    """Find the best distinct answers of a scenario, and a diverse set of them.

    Parameters
    ----------
    file : ScenarioFile
        The scenario with the faults found so far.
    wanted : Wanted
        How many, and how much worse they may be.
    data : Path, optional
        The data folder; the one that ships if not given.
    progress : callable
        Told what is being done.

    Returns
    -------
    Study
        Tables answers and sites.

    Raises
    ------
    InputError
        With everything that is wrong with the scenario or its files.
    InfeasibleError
        If its limits cannot hold together.
    """
    opening = open_scenario(file, data, progress)
    task = opening.task
    best, complete = best_answers(task, wanted.within, wanted.count, progress)
    diverse = tuple(diverse_answers(task, best[0], wanted.within, wanted.diverse, progress))
    listed = [*(("best", each) for each in best), *(("diverse", each) for each in diverse)]
    places = opening.prepared.problem.sites.set_index("code")
    rows = [
        {
            "kind": kind,
            **_row(answer, best[0], places),
            "objective": task.per_person(answer.objective),
        }
        for kind, answer in listed
    ]
    table = pd.DataFrame(rows)
    table.insert(1, "number", table.groupby("kind").cumcount() + 1)
    table["worse"] = (table["objective"] / table["objective"].iloc[0] - 1).abs()
    asked = {"within": wanted.within, "count": wanted.count, "diverse": wanted.diverse}
    tables = {"answers": table, "sites": _sites(best, diverse, places)}
    return opening.study("alternatives", {**asked, "complete": complete}, tables)


def _row(answer: Answer, first: Answer, places: pd.DataFrame) -> dict[str, object]:
    mine, theirs = answer.changes(), first.changes()
    new = list(answer.new_sites)
    return {
        "new_offices": len(new),
        "annual_cost_msek": places.loc[new, "annual_cost_msek"].sum(),
        "differences": len(mine ^ theirs),
        "only_here": "; ".join(_names(mine - theirs, places)),
        "only_in_best": "; ".join(_names(theirs - mine, places)),
        "proved": answer.proved,
    }


def _names(codes: frozenset[str], places: pd.DataFrame) -> list[str]:
    return sorted(
        place if place == municipality else f"{place} ({municipality})"
        for place, municipality in places.loc[list(codes), ["place", "municipality"]].to_numpy()
    )


def _sites(best: Sequence[Answer], diverse: Sequence[Answer], places: pd.DataFrame) -> pd.DataFrame:
    """Every site that some answer opens or closes, and in how many of them."""
    codes = sorted({code for answer in (*best, *diverse) for code in answer.changes()})
    columns = ["place", "municipality_code", "municipality", "forced"]
    table = places.loc[codes, columns].reset_index()
    for name, answers in (("in_best", best), ("in_diverse", diverse)):
        table[name] = [sum(code in each.changes() for each in answers) for code in codes]
        table[f"{name}_share"] = table[name] / len(answers)
    order = ["in_best", "in_diverse", "code"]
    return table.sort_values(order, ascending=[False, False, True]).reset_index(drop=True)
