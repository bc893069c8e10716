"""What the government really decided beside what the model would have: rounds and tables."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from siting.common.errors import Fault, InputError
from siting.common.signals import Cancel, Progress, heeding
from siting.common.types import Bools, Floats
from siting.model import Instance
from siting.pipeline.problem import Problem
from siting.results.result import Result
from siting.scenario.file import AnyScenario, ScenarioFile, as_scenario_file
from siting.studies.hindcast.solve import (
    Contest,
    RoundComparison,
    compare_with_best,
    misallocation,
    overlap,
)
from siting.studies.offices import (
    ALSO_READ,
    Round,
    codes_of_seats,
    pairs_that_matter,
    present_sites,
    read_decisions,
    redraw_of,
    rounds_of,
)
from siting.studies.study import open_study


def hindcast(  # noqa: PLR0913 - all but one are named and have defaults
    scenario: AnyScenario,
    *,
    draws: int = 0,
    seed: int = 1,
    data: Path | None = None,
    progress: Progress = print,
    cancel: Cancel | None = None,
) -> Result:
    """Hold the real decisions against the model.

    People, roads, candidates and the first offices are the scenario's; its limits and the offices
    that it forces open are not used.

    Parameters
    ----------
    scenario : ScenarioFile, Path, str or mapping
        As `siting.read_scenario` takes it, or what that gave.
    draws : int
        Plausible office tables of 2019 over which the range of the overlap is given, with and
        without the rule that none has an office where one was ordered later.
    seed : int
        The same seed draws the same tables.
    data : Path, optional
        The data folder; the one that ships if not given.
    progress : callable
        Told what is being done.
    cancel : callable, optional
        Asked between two steps whether to end.

    Returns
    -------
    Result
        Tables rounds, ranges (with draws), measures, choices, not_scored, counties and assignment.

    Raises
    ------
    InputError
        With everything that is wrong with the scenario or its files.
    InterruptError
        If it was cancelled.
    """
    progress = heeding(progress, cancel)
    file = as_scenario_file(scenario)
    _refuse_outside_sweden(file)
    context = open_study(file, data, progress)
    problem, folder = context.problem, context.folder
    past = Past.of(problem)
    decisions = read_decisions(folder)
    played = []
    for each in rounds_of(decisions, pd.Series(past.offices)):
        progress(f"Deciding {each.month} anew")
        played.append((each, compare_with_best(past.contest(each))))
    ranges = {}
    if draws:
        drawn = pd.DataFrame(_overlaps(past, problem, folder, Sample(draws, seed), progress))
        ranges = {"ranges": _ranges(drawn)}
    progress("Placing the offices of each county anew")
    tables = _tables(past, played) | ranges | {"counties": past.counties()}
    return context.study("hindcast", {"draws": draws, "seed": seed}, tables, also=ALSO_READ)


def _refuse_outside_sweden(file: ScenarioFile) -> None:
    if value := file.scenario.regions.file:
        why, remedy = "the decisions are those about Sweden", "Use a scenario for Sweden."
        raise InputError([Fault(str(file.path), "regions.file", value, why, remedy)])


@dataclass(frozen=True, eq=False)
class Past:
    """The sites among which offices were and could be.

    Parameters
    ----------
    problem : Problem
    weights : ndarray of float, shape (demand points,)
    seats : mapping of str to str
        Municipality to the code of the candidate that stands for its seat.
    offices : tuple of str
        Municipality of each office of the first network.
    """

    problem: Problem
    weights: Floats
    seats: Mapping[str, str]
    offices: tuple[str, ...]

    @classmethod
    def of(cls, problem: Problem) -> "Past":
        """Make it from a problem scenario."""
        sites = problem.sites
        offices = sites.loc[sites["existing"] & sites["allowed"], "municipality_code"]
        return cls(problem, problem.inputs.weights, codes_of_seats(problem), tuple(offices))

    def contest(self, each: Round) -> Contest:
        """What the model is given in a round."""
        sites = self.problem.sites
        codes, places = sites["code"].to_numpy(), sites["municipality_code"].to_numpy()
        had = Counter([*self.offices, *each.earlier])
        earlier = [self.seats[place] for place in each.earlier]
        present = present_sites(sites, self.seats, self.offices) | np.isin(codes, earlier)
        if each.kind == "close":
            alone = present & np.array([had[place] == 1 for place in places])
            real = tuple(codes[alone & np.isin(places, each.scored)])
            may_close = tuple(codes[alone])
            instance = self._instance(self.problem.minutes, present, present)
            return Contest(instance, opens=False, real=real, may_close=may_close)
        real = tuple(self.seats[place] for place in each.scored)
        without = np.array([had[place] == 0 for place in places])
        free = (~sites["existing"] & sites["allowed"]).to_numpy() & without
        chosen = present | free | np.isin(codes, real)
        times = pairs_that_matter(self.problem.minutes, present)
        return Contest(self._instance(times, chosen, present), opens=True, real=real)

    def _instance(self, times: Floats | csr_array, chosen: Bools, present: Bools) -> Instance:
        sites = self.problem.sites[chosen]
        return Instance.from_matrix(
            times[:, chosen],
            self.weights,
            existing=present[chosen],
            client_ids=tuple(self.problem.demand["demand_id"]),
            site_ids=tuple(sites["code"]),
            site_groups={"municipality": tuple(sites["municipality_code"])},
        )

    def counties(self) -> pd.DataFrame:
        """How far the first network is from the best with as many offices in each county."""
        sites, demand = self.problem.sites, self.problem.demand
        allowed = sites["allowed"].to_numpy()
        table = misallocation(
            self.problem.minutes[:, allowed],
            self.weights,
            sites["existing"].to_numpy()[allowed],
            demand["county_code"],
            sites.loc[allowed, "county_code"].reset_index(drop=True),
        )
        names = dict(zip(demand["county_code"], demand["county"], strict=True))
        table.insert(1, "county", table["region"].map(names))
        return table.rename(columns={"region": "county_code"})


@dataclass(frozen=True)
class Sample:
    """How many office tables are drawn, from which seed."""

    draws: int
    seed: int


def _overlaps(
    past: Past, problem: Problem, folder: Path, sample: Sample, progress: Progress
) -> Iterator[dict[str, object]]:
    """The overlap, and what chance alone would give, for each office table drawn."""
    decisions = read_decisions(folder)
    for rule in (True, False):
        redraw = redraw_of(problem, folder, rule=rule)
        for number, stream in enumerate(np.random.SeedSequence(sample.seed).spawn(sample.draws)):
            said = "with" if rule else "without"
            progress(f"Office table {number + 1} of {sample.draws}, {said} the rule")
            drawn = replace(past, offices=redraw.draw(np.random.default_rng(stream)))
            for each in rounds_of(decisions, pd.Series(drawn.offices)):
                yield {"month": each.month, "rule": rule, **overlap(drawn.contest(each))}


def _ranges(drawn: pd.DataFrame) -> pd.DataFrame:
    """Least, middle and greatest of each figure over the draws."""
    table = drawn.groupby(["month", "rule"]).agg(["min", "median", "max"])
    table.columns = ["_".join(names) for names in table.columns.to_flat_index()]
    table.insert(0, "draws", drawn.groupby(["month", "rule"]).size())
    return table.reset_index()


def _tables(past: Past, played: list[tuple[Round, RoundComparison]]) -> dict[str, pd.DataFrame]:
    names = dict(
        zip(
            past.problem.demand["municipality_code"],
            past.problem.demand["municipality"],
            strict=True,
        )
    )
    place = past.problem.sites.set_index("code")["place"]
    choices = _stacked({r.month: c.choices for r, c in played})
    choices.insert(2, "municipality", choices["municipality_code"].map(names))
    choices["place"] = choices.pop("site").map(place)
    rounds = [{"month": r.month, "kind": r.kind, **c.summary} for r, c in played]
    not_scored = [
        {"month": r.month, "kind": r.kind, "municipality_code": code, "municipality": names[code]}
        for r, _ in played
        for code in r.not_scored
    ]
    return {
        "rounds": pd.DataFrame(rounds),
        "measures": _stacked({r.month: c.measures for r, c in played}),
        "choices": choices,
        "not_scored": pd.DataFrame(not_scored),
        "assignment": _stacked({r.month: _assignment(past, r, c) for r, c in played}),
    }


def _assignment(past: Past, each: Round, comparison: RoundComparison) -> pd.DataFrame:
    table = past.problem.demand[["demand_id", "municipality_code"]].assign(weight=past.weights)
    codes = np.array(past.contest(each).instance.site_ids)
    for name, columns in comparison.site.items():
        table[f"minutes_{name}"] = comparison.minutes[name]
        table[f"office_{name}"] = codes[columns]
    return table


def _stacked(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """One table under the other, with the month in front."""
    for month, table in tables.items():
        table.insert(0, "month", month)
    return pd.concat(tables.values(), ignore_index=True)
