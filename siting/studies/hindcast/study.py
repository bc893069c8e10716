"""What the government really decided beside what the model would have: rounds and tables."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from siting.common.errors import Fault, InputError
from siting.common.package import data_folder
from siting.common.signals import Cancel, Progress, heeding
from siting.common.types import Bools
from siting.model import Instance
from siting.network.near import StayingOpen, only_near
from siting.pipeline.prepare import travel_times
from siting.pipeline.problem import Problem, dense
from siting.results.result import Result
from siting.scenario.file import AnyScenario, ScenarioFile, as_scenario_file
from siting.studies.defaults import TABLE_DRAWS
from siting.studies.hindcast.solve import (
    Contest,
    RoundComparison,
    compare_with_best,
    misallocation,
    overlap,
)
from siting.studies.offices import (
    Round,
    also_read,
    codes_of_seats,
    present_sites,
    read_decisions,
    redraw_of,
    rounds_of,
)
from siting.studies.study import open_study, study_result


def hindcast(  # noqa: PLR0913 - all but one are named and have defaults
    scenario: AnyScenario,
    *,
    draws: int = TABLE_DRAWS,
    seed: int = 1,
    data: Path | str | None = None,
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
    data : Path or str, optional
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
    problem, folder = open_study(file, data, progress), data_folder(data)
    past = Past.of(problem, folder, progress)
    played = []
    for each in past.rounds():
        progress(f"Deciding {each.month} anew")
        played.append((each, compare_with_best(past.contest(each))))
    tables = _tables(past, played)
    if draws:
        streams = np.random.SeedSequence(seed).spawn(draws)
        tables["ranges"] = _ranges(pd.DataFrame(_overlaps(past, streams, progress)))
    progress("Placing the offices of each county anew")
    tables["counties"] = past.counties()
    facts = {"draws": draws, "seed": seed}
    return study_result(problem, "hindcast", facts, tables, also=also_read(folder))


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
    folder : Path
        The data folder.
    decisions : DataFrame
        As in decisions.csv.
    seats : mapping of str to str
        Municipality to the code of the candidate that stands for its seat.
    offices : tuple of str
        Municipality of each office of the first network.
    minutes : scipy.sparse.csr_array, shape (demand points, sites)
        Of every pair.
    """

    problem: Problem
    folder: Path
    decisions: pd.DataFrame
    seats: Mapping[str, str]
    offices: tuple[str, ...]
    minutes: csr_array

    @classmethod
    def of(cls, problem: Problem, folder: Path, progress: Progress = lambda _: None) -> "Past":
        """Take it from the scenario, with the times to every site: other offices are tried."""
        sites = problem.sites
        offices = sites.loc[sites["existing"] & sites["allowed"], "municipality_code"]
        decisions = read_decisions(folder)
        minutes = travel_times(problem.file, problem.inputs, folder, progress).minutes
        return cls(problem, folder, decisions, codes_of_seats(problem), tuple(offices), minutes)

    def rounds(self) -> tuple[Round, ...]:
        """What was decided, as seen from these offices."""
        return rounds_of(self.decisions, pd.Series(self.offices))

    def contest(self, each: Round) -> Contest:
        """What the model is given in a round."""
        sites = self.problem.sites
        codes, places = sites["code"].to_numpy(), sites["municipality_code"].to_numpy()
        had = Counter([*self.offices, *each.earlier])
        count = np.array([had[place] for place in places])
        earlier = [self.seats[place] for place in each.earlier]
        present = present_sites(sites, self.seats, self.offices) | np.isin(codes, earlier)
        if each.kind == "close":
            alone = present & (count == 1)
            real = tuple(codes[alone & np.isin(places, each.scored)])
            instance = self._instance(self.minutes, present, present)
            return Contest(instance, opens=False, real=real, may_close=tuple(codes[alone]))
        real = tuple(self.seats[place] for place in each.scored)
        free = (~sites["existing"] & sites["allowed"]).to_numpy() & (count == 0)
        times = only_near(self.minutes, StayingOpen.only(present))
        instance = self._instance(times, present | free | np.isin(codes, real), present)
        return Contest(instance, opens=True, real=real)

    def _instance(self, times: csr_array, chosen: Bools, present: Bools) -> Instance:
        sites = self.problem.sites[chosen]
        return Instance.from_matrix(
            times[:, np.flatnonzero(chosen)],
            self.problem.inputs.weights,
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
            dense(self.minutes)[:, allowed],
            self.problem.inputs.weights,
            sites["existing"].to_numpy()[allowed],
            demand["county_code"],
            sites.loc[allowed, "county_code"].reset_index(drop=True),
        )
        names = dict(zip(demand["county_code"], demand["county"], strict=True))
        table.insert(1, "county", table["region"].map(names))
        return table.rename(columns={"region": "county_code"})


def _overlaps(
    past: Past, streams: Sequence[np.random.SeedSequence], progress: Progress
) -> Iterator[dict[str, object]]:
    """The overlap, and what chance alone would give, for each office table drawn."""
    for rule, said in ((True, "with"), (False, "without")):
        redraw = redraw_of(past.problem, past.folder, rule=rule)
        for number, stream in enumerate(streams, start=1):
            progress(f"Office table {number} of {len(streams)}, {said} the rule")
            drawn = replace(past, offices=redraw.draw(np.random.default_rng(stream)))
            for each in drawn.rounds():
                contest = drawn.contest(each)
                found = overlap(contest, contest.best())
                yield {"month": each.month, "rule": rule, **found}


def _ranges(drawn: pd.DataFrame) -> pd.DataFrame:
    """Least, middle and greatest of each figure over the draws."""
    by_round = drawn.drop(columns="eligible").groupby(["month", "rule"])
    table = by_round.agg(["min", "median", "max"])
    table.columns = ["_".join(names) for names in table.columns.to_flat_index()]
    table.insert(0, "draws", by_round.size())
    return table.reset_index()


def _tables(past: Past, played: list[tuple[Round, RoundComparison]]) -> dict[str, pd.DataFrame]:
    demand = past.problem.demand
    names = dict(zip(demand["municipality_code"], demand["municipality"], strict=True))
    choices = _stacked({r.month: c.choices for r, c in played})
    choices.insert(2, "municipality", choices["municipality_code"].map(names))
    choices["place"] = choices.pop("site").map(past.problem.sites.set_index("code")["place"])
    rounds = [{"month": r.month, "kind": r.kind, **c.summary} for r, c in played]
    not_scored = [
        {"month": r.month, "kind": r.kind, "municipality_code": code, "municipality": names[code]}
        for r, _ in played
        for code in r.not_scored
    ]
    people = demand[["demand_id", "municipality_code"]].assign(weight=past.problem.inputs.weights)
    return {
        "rounds": pd.DataFrame(rounds),
        "measures": _stacked({r.month: c.measures for r, c in played}),
        "choices": choices,
        "not_scored": pd.DataFrame(not_scored),
        "assignment": _stacked({r.month: people.join(c.assignment) for r, c in played}),
    }


def _stacked(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """One table under the other, with the month in front."""
    return pd.concat(tables, names=["month"]).reset_index("month").reset_index(drop=True)
