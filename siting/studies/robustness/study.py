"""The picks over many plausible draws: how often each stays, what drives it, what is regretted."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from siting.common.errors import StoppedError
from siting.common.package import data_folder
from siting.common.parallel import worker_context
from siting.common.signals import Cancel, Progress, heeding
from siting.common.types import Bools, Floats, Ints
from siting.inputs.assumptions import ASSUMPTIONS, read_assumptions
from siting.model.instance import nearest_minutes
from siting.results.result import Result
from siting.scenario.file import AnyScenario, ScenarioFile, as_scenario_file
from siting.studies.defaults import CORE, DRAWS
from siting.studies.offices import also_read, redraw_of
from siting.studies.robustness.solve import (
    Realisation,
    Shared,
    SolvedDraw,
    compute_shared,
    make_draws,
    solve_draw,
    solve_draws,
)
from siting.studies.study import refuse, study_result

_COST_BANDS = ("low", "middle", "high")


# long: half of it says what its parameters mean
def robustness(  # noqa: PLR0913 - all but one are named and have defaults
    scenario: AnyScenario,
    *,
    draws: int = DRAWS,
    seed: int = 1,
    workers: int = 1,
    rule: bool = True,
    data: Path | str | None = None,
    progress: Progress = print,
    cancel: Cancel | None = None,
) -> Result:
    """Solve a scenario in many plausible draws.

    Parameters
    ----------
    scenario : ScenarioFile, Path, str or mapping
        Its objective is the mean, and its limits are those on new offices.
    draws : int
        How many are made.
    seed : int
        The same seed makes the same draws.
    workers : int
        Processes to solve them in; the result does not depend on it. A script that uses more
        than one calls this under ``if __name__ == "__main__":``.
    rule : bool
        Whether no office is drawn where one was announced, proposed or ordered later.
    data : Path or str, optional
        The data folder; the one that ships if not given.
    progress : callable
        Told what is being done.
    cancel : callable, optional
        Asked between two steps whether to end.

    Returns
    -------
    Result
        Tables sites, sets, factors and draws.

    Raises
    ------
    InputError
        With everything that is wrong with the scenario or its files.
    StoppedError
        If it is interrupted before any draw is finished, or cancelled.
    """
    progress = heeding(progress, cancel)
    file, folder = as_scenario_file(scenario), data_folder(data)
    _refuse_what_is_not_carried_over(file)
    if workers > 1:
        worker_context(solve_draw)
    problem, shared = compute_shared(file, folder, progress)
    room = {"offices.existing": bool(problem.limits.capacity)}
    refuse(file, room, "has offices that fill up", "Leave the column capacity out.")
    made = make_draws(shared, redraw_of(problem, folder, rule=rule), draws, seed)
    progress("Solving the scenario as it stands")
    main = shared.task.solve(ties=True).new_sites
    solved, interrupted = solve_draws(shared, made, workers, progress)
    if not solved:
        raise StoppedError("It was interrupted before any draw was finished; nothing was written.")
    progress("Comparing the answers")
    entries = read_assumptions(folder / ASSUMPTIONS)
    facts = {
        "draws_asked": draws,
        "draws_done": len(solved),
        "interrupted": interrupted,
        "seed": seed,
        "rule": rule,
        "speeds": sorted(shared.minutes),
        "assumptions": [entry for entry in entries if entry["id"].startswith("drawn_")],
    }
    tables = _tables(shared, solved, main)
    return study_result(problem, "robustness", facts, tables, also=also_read(folder))


def _refuse_what_is_not_carried_over(file: ScenarioFile) -> None:
    scenario = file.scenario
    asked = {
        "objective.kind": scenario.objective.kind != "mean",
        "closing": scenario.closing.max > 0,
        "limits.spacing_km": scenario.limits.spacing_km is not None,
        "capacity": scenario.capacity != type(scenario.capacity)(),
        "office_types.use": bool(scenario.office_types.use),
        "phases": bool(scenario.phases),
        "regions.file": scenario.regions.file is not None,
        "candidates.file": scenario.candidates.file is not None,
        "travel_times.file": scenario.travel_times.file is not None,
    }
    remedy = "Make draws of a scenario without it; limits on number, money and groups are fine."
    refuse(file, asked, "is not carried over to other offices and costs", remedy)


def _tables(
    shared: Shared, solved: Mapping[int, SolvedDraw], main: tuple[str, ...]
) -> dict[str, pd.DataFrame]:
    draws = _draws(solved)
    factors = _factors(draws)
    answered = draws["mean"].notna().to_numpy()
    some = [each for each in solved.values() if not np.isnan(each.mean)]
    sets = list(dict.fromkeys([main, *(each.picks for each in some)]))
    codes = shared.sites["code"].to_numpy()
    chosen = np.array([np.isin(codes, picks) for picks in sets])
    realisations = [each.realisation for each in some]
    best = np.array([each.mean for each in some])
    means = means_of_sets(shared.minutes, shared.weights, realisations, chosen)
    keeps = _keeps(shared, realisations, chosen)
    draws.loc[answered, "main_regret"] = np.where(keeps[0], means[0] - best, np.nan)
    draws.loc[answered, "main_keeps_limits"] = keeps[0]
    return {
        "sites": _frequencies(shared, factors, list(solved.values()), main),
        "sets": _sets(shared, sets, regrets(means, best, keeps)),
        "factors": _by_factor(factors, solved.values(), main),
        "draws": draws,
    }


def _sets(shared: Shared, sets: Sequence[tuple[str, ...]], table: pd.DataFrame) -> pd.DataFrame:
    """The regrets with the places of each set; the first is the main answer."""
    named = shared.sites.set_index("code")["place"]
    picks = ["; ".join(sorted(named[list(each)])) for each in sets]
    return table.assign(main=np.arange(len(sets)) == 0, picks=picks)


def _draws(solved: Mapping[int, SolvedDraw]) -> pd.DataFrame:
    rows = [
        {"draw": number, **vars(each.realisation.draw), **vars(each)}
        for number, each in solved.items()
    ]
    table = pd.DataFrame(rows).drop(columns="realisation")
    listed = {name: table[name].map("; ".join) for name in ("offices", "picks")}
    return table.assign(**listed, main_regret=np.nan, main_keeps_limits=False)


def _factors(draws: pd.DataFrame) -> pd.DataFrame:
    """At which level of each factor each draw is."""
    bands = (draws["cost_factor"].rank(method="first") - 1) * len(_COST_BANDS) // len(draws)
    return draws[["speeds", "weight"]].assign(
        min_population=draws["min_population"].map("{:05d}".format),
        cost=bands.map(dict(enumerate(_COST_BANDS))),
    )


def _keeps(shared: Shared, realisations: Sequence[Realisation], sets: Bools) -> Bools:
    """Whether each set of picks keeps to the number and the money of each draw."""
    most, annual, one_off = shared.task.limits.means()
    columns = [
        (new.sum(axis=1) <= most)
        & (new @ each.annual <= annual + 1e-6)
        & (new @ each.one_off <= one_off + 1e-6)
        for each in realisations
        for new in [sets & ~each.present]
    ]
    return np.column_stack(columns)


def _frequencies(
    shared: Shared, factors: pd.DataFrame, solved: Sequence[SolvedDraw], main: Collection[str]
) -> pd.DataFrame:
    ever = shared.sites["code"].isin({*main, *(code for each in solved for code in each.picks)})
    columns = ["code", "place", "municipality_code", "municipality", "forced"]
    shown = shared.sites.loc[ever, columns].reset_index(drop=True)
    picks = np.array([shown["code"].isin(each.picks) for each in solved])
    nearer = np.array([each.realisation.nearer[ever] for each in solved])
    table = shown.assign(main=shown["code"].isin(main)).join(frequencies(picks, factors, nearer))
    return table.sort_values(["share", "code"], ascending=[False, True], ignore_index=True)


def _by_factor(
    factors: pd.DataFrame, solved: Collection[SolvedDraw], main: Collection[str]
) -> pd.DataFrame:
    """How many of the main answer's picks are kept at each level of each factor."""
    kept = np.array([len(set(each.picks) & set(main)) / max(1, len(main)) for each in solved])
    size = np.array([len(each.picks) for each in solved], dtype=np.float64)
    rows = [
        (name, level, int(at.sum()), size[at].mean(), kept[at].mean())
        for name in factors
        for level in sorted(set(factors[name]))
        for at in [(factors[name] == level).to_numpy()]
    ]
    return pd.DataFrame(rows, columns=["factor", "level", "draws", "picks", "main_kept"])


def frequencies(picks: Bools, factors: pd.DataFrame, nearer: Ints) -> pd.DataFrame:
    """How often each site is picked, and which factor says most about it.

    Parameters
    ----------
    picks, nearer : ndarray, shape (draws, sites)
        Whether a site is picked, and how many people are nearer to it than to an office.
    factors : DataFrame
        The level of each factor in each draw.
    """
    rows = []
    for picked, people in zip(picks.T.astype(np.float64), nearer.T, strict=True):
        offices = pd.Series(np.where(people > np.median(people), "high", "low"), factors.index)
        levels = factors.assign(offices=offices)
        parts = {str(name): eta_squared(picked, levels[name]) for name in levels}
        driver = max(parts, key=lambda name: parts[name]) if picked.std() > 0 else ""
        rows.append(
            {
                "share": picked.mean(),
                "core": picked.mean() >= CORE,
                "driver": driver,
                "driver_part": parts.get(driver, np.nan),
                "levels": _levels(picked, levels[driver]) if driver else "",
            }
        )
    return pd.DataFrame(rows)


def eta_squared(values: Floats, levels: "pd.Series[str]") -> float:
    """The share of the variance of values that lies between levels (Pearson 1905)."""
    total = float(((values - values.mean()) ** 2).sum())
    if total == 0:
        return 0.0
    means = pd.Series(values).groupby(levels).transform("mean").to_numpy()
    return float(((means - values.mean()) ** 2).sum() / total)


def _levels(picked: Floats, levels: "pd.Series[str]") -> str:
    shares = pd.Series(picked).groupby(levels).mean()
    return ", ".join(f"{level} {share:.0%}" for level, share in shares.items())


def means_of_sets(
    minutes: Mapping[str, csr_array],
    weights: Mapping[str, Floats],
    realisations: Sequence[Realisation],
    sets: Bools,
) -> Floats:
    """Mean minutes of each set of picks, a row of sites each, in each draw."""
    times = {
        profile: np.array([nearest_minutes(table, each) for each in sets])
        for profile, table in minutes.items()
    }
    columns = [
        np.minimum(times[each.draw.speeds], each.before) @ people / people.sum()
        for each in realisations
        for people in [weights[each.draw.weight]]
    ]
    return np.column_stack(columns)


def regrets(means: Floats, best: Floats, keeps: Bools) -> pd.DataFrame:
    """What each set of picks is regretted, over the draws whose limits it keeps to.

    The first is the main answer; one of least regret keeps to the limits as often at least.
    """
    regret = np.where(keeps, means - best, np.nan)
    kept = keeps.sum(axis=1)
    some = kept > 0
    table = pd.DataFrame({"draws_kept": kept, "mean_regret": np.nan, "greatest_regret": np.nan})
    table.loc[some, "mean_regret"] = np.nanmean(regret[some], axis=1)
    table.loc[some, "greatest_regret"] = np.nanmax(regret[some], axis=1)
    fit = some & (kept >= kept[0])
    least = table["greatest_regret"].where(fit).min()
    return table.assign(least_greatest=fit & (table["greatest_regret"] <= least))
