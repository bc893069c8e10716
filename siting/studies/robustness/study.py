"""The picks over many plausible draws: how often each stays, what drives it, what is regretted."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from siting.common.errors import StoppedError
from siting.common.package import data_folder
from siting.common.parallel import worker_context
from siting.common.signals import Cancel, Progress, heeding
from siting.common.types import Bools, Floats
from siting.model import Solution, Task, solve
from siting.results.result import Result
from siting.results.schema import CORE
from siting.scenario.file import AnyScenario, ScenarioFile, as_scenario_file
from siting.studies.offices import ALSO_READ, redraw_of
from siting.studies.robustness.solve import (
    Draw,
    Realisation,
    Shared,
    SolvedDraw,
    compute_shared,
    drawn_assumptions,
    make_draws,
    solve_draws,
)
from siting.studies.study import refuse

_COST_BANDS = ("low", "middle", "high")


def robustness(  # noqa: PLR0913 - all but one are named and have defaults
    scenario: AnyScenario,
    *,
    draws: int = 200,
    seed: int = 1,
    workers: int = 1,
    rule: bool = True,
    data: Path | None = None,
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
        Processes to solve them in; the result does not depend on it.
    rule : bool
        Whether no office is drawn where one was announced, proposed or ordered later.
    data : Path, optional
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
    file, folder = _accepted(as_scenario_file(scenario)), data or data_folder()
    if workers > 1:
        worker_context()
    context, shared = compute_shared(file, folder, progress)
    made = make_draws(shared, redraw_of(context.problem, folder, rule=rule), draws, seed)
    progress("Solving the scenario as it stands")
    main = _best(shared.task).new_sites
    solved, interrupted = solve_draws(shared, made, workers, progress)
    if not solved:
        raise StoppedError("It was interrupted before any draw was finished; nothing was written.")
    progress("Comparing the answers")
    facts: dict[str, object] = {"draws_asked": draws, "draws_done": len(solved)}
    facts |= {"interrupted": interrupted, "seed": seed, "rule": rule}
    facts |= {"speeds": sorted(shared.minutes), "assumptions": drawn_assumptions(folder)}
    return context.study("robustness", facts, _tables(shared, solved, main), also=ALSO_READ)


def _best(task: Task) -> Solution:
    return solve(task.instance, task.objective, task.limits, solver=task.solver)


def _accepted(file: ScenarioFile) -> ScenarioFile:
    """A scenario of which everything can be carried over to other offices and costs."""
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
    remedy = "Draw worlds for a scenario without it; limits on number, money and groups are fine."
    refuse(file, asked, "is not carried over to other offices and costs", remedy)
    return file


def _tables(
    shared: Shared, solved: Sequence[SolvedDraw], main: tuple[str, ...]
) -> dict[str, pd.DataFrame]:
    realisations = [each.realisation for each in solved]
    draws = [realisation.draw for realisation in realisations]
    factors = _factors(draws)
    table = _draws(draws, solved)
    answered = [number for number, each in enumerate(solved) if not np.isnan(each.mean)]
    sets = list(dict.fromkeys([main, *(solved[number].picks for number in answered)]))
    chosen = [realisations[number] for number in answered]
    best = np.array([solved[number].mean for number in answered])
    means = _means(shared, chosen, sets)
    keeps = np.array([[_keeps(shared, each, picks) for each in chosen] for picks in sets])
    table.loc[answered, "main_regret"] = np.where(keeps[0], means[0] - best, np.nan)
    table.loc[answered, "main_keeps_limits"] = keeps[0]
    return {
        "sites": _frequencies(shared, realisations, factors, solved, main),
        "sets": _sets(shared, sets, regrets(means, best, keeps, main=0)),
        "factors": _by_factor(factors, solved, main),
        "draws": table,
    }


def _sets(shared: Shared, sets: Sequence[tuple[str, ...]], table: pd.DataFrame) -> pd.DataFrame:
    """The regrets with the places of each set; the first is the main answer."""
    named = shared.sites.set_index("code")["place"]
    picks = ["; ".join(sorted(named[list(each)])) for each in sets]
    return table.assign(main=np.arange(len(sets)) == 0, picks=picks)


def _factors(draws: Sequence[Draw]) -> pd.DataFrame:
    cost = pd.Series([draw.cost_factor for draw in draws])
    bands = (cost.rank(method="first") - 1) * len(_COST_BANDS) // len(cost)
    return pd.DataFrame(
        {
            "speeds": [draw.speeds for draw in draws],
            "weight": [draw.weight for draw in draws],
            "min_population": [f"{draw.min_population:05d}" for draw in draws],
            "cost": [_COST_BANDS[int(band)] for band in bands],
        }
    )


def _draws(draws: Sequence[Draw], solved: Sequence[SolvedDraw]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "draw": [each.number for each in solved],
            "speeds": [draw.speeds for draw in draws],
            "weight": [draw.weight for draw in draws],
            "min_population": [draw.min_population for draw in draws],
            "cost_factor": [draw.cost_factor for draw in draws],
            "offices": ["; ".join(draw.offices) for draw in draws],
            "status": [each.status for each in solved],
            "mean": [each.mean for each in solved],
            "picks": ["; ".join(each.picks) for each in solved],
            "main_regret": np.nan,
            "main_keeps_limits": False,
        }
    )


def _means(
    shared: Shared, realisations: Sequence[Realisation], sets: Sequence[tuple[str, ...]]
) -> Floats:
    codes = shared.sites["code"].to_numpy()
    columns = [np.isin(codes, picks) for picks in sets]
    times = {
        profile: np.array([minutes[:, each].min(axis=1, initial=np.inf) for each in columns])
        for profile, minutes in shared.minutes.items()
    }
    before = np.array([each.before for each in realisations])
    weights = [shared.weights[each.draw.weight] for each in realisations]
    return means_of_sets(times, before, [each.draw.speeds for each in realisations], weights)


def _keeps(shared: Shared, realisation: Realisation, picks: tuple[str, ...]) -> bool:
    """Whether a set of picks keeps to the number and the money of a draw."""
    most, annual, one_off = shared.task.limits.means()
    chosen: Bools = np.isin(shared.sites["code"].to_numpy(), picks) & ~realisation.present
    return bool(
        chosen.sum() <= most
        and realisation.annual[chosen].sum() <= annual + 1e-6
        and realisation.one_off[chosen].sum() <= one_off + 1e-6
    )


def _frequencies(
    shared: Shared,
    realisations: Sequence[Realisation],
    factors: pd.DataFrame,
    solved: Sequence[SolvedDraw],
    main: tuple[str, ...],
) -> pd.DataFrame:
    sites = shared.sites
    ever = sites["code"].isin({code for each in solved for code in each.picks} | set(main))
    shown = sites[ever.to_numpy()]
    picks = np.array([np.isin(shown["code"].to_numpy(), each.picks) for each in solved])
    nearer = np.array([each.nearer[ever.to_numpy()] for each in realisations], dtype=np.float64)
    table = frequencies(picks, factors, {"offices": nearer})
    columns = ["code", "place", "municipality_code", "municipality", "forced"]
    described = (
        shown[columns].reset_index(drop=True).assign(main=shown["code"].isin(main).to_numpy())
    )
    joined = pd.concat([described, table], axis=1)
    return joined.sort_values(["share", "code"], ascending=[False, True]).reset_index(drop=True)


def _by_factor(
    factors: pd.DataFrame, solved: Sequence[SolvedDraw], main: tuple[str, ...]
) -> pd.DataFrame:
    """How many of the main answer's picks are kept at each level of each factor."""
    kept = np.array([len(set(each.picks) & set(main)) / max(1, len(main)) for each in solved])
    size = np.array([len(each.picks) for each in solved], dtype=np.float64)
    rows = [
        {
            "factor": name,
            "level": level,
            "draws": int(at.sum()),
            "picks": size[at].mean(),
            "main_kept": kept[at].mean(),
        }
        for name in factors
        for level in sorted(set(factors[name]))
        for at in [(factors[name] == level).to_numpy()]
    ]
    return pd.DataFrame(rows)


def frequencies(picks: Bools, factors: pd.DataFrame, own: Mapping[str, Floats]) -> pd.DataFrame:
    """How often each site is picked, and which factor says most about it."""
    rows = []
    for site in range(picks.shape[1]):
        picked = picks[:, site].astype(np.float64)
        levels = {str(name): factors[name].to_numpy() for name in factors}
        for name, figures in own.items():
            high = figures[:, site] > np.median(figures[:, site])
            levels[name] = np.where(high, "high", "low")
        parts = {name: eta_squared(picked, level) for name, level in levels.items()}
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


def eta_squared(values: Floats, levels: "np.ndarray[tuple[int], np.dtype[np.str_]]") -> float:
    """The share of the variance of values that lies between levels (Pearson 1905)."""
    total = float(((values - values.mean()) ** 2).sum())
    if total == 0:
        return 0.0
    means = pd.Series(values).groupby(levels).transform("mean").to_numpy()
    return float(((means - values.mean()) ** 2).sum() / total)


def _levels(picked: Floats, levels: "np.ndarray[tuple[int], np.dtype[np.str_]]") -> str:
    shares = pd.Series(picked).groupby(levels).mean()
    return ", ".join(f"{level} {share:.0%}" for level, share in shares.items())


def means_of_sets(
    times: Mapping[str, Floats], before: Floats, speeds: Sequence[str], weights: Sequence[Floats]
) -> Floats:
    """Mean minutes of each set of picks in each draw."""
    columns = [
        np.minimum(times[profile], present) @ people / people.sum()
        for profile, present, people in zip(speeds, before, weights, strict=True)
    ]
    return np.column_stack(columns)


def regrets(means: Floats, best: Floats, keeps: Bools, main: int) -> pd.DataFrame:
    """What each set of picks is regretted, over the draws whose limits it keeps to."""
    regret = np.where(keeps, means - best, np.nan)
    kept = keeps.sum(axis=1)
    some = kept > 0
    table = pd.DataFrame({"worlds_kept": kept, "mean_regret": np.nan, "greatest_regret": np.nan})
    table.loc[some, "mean_regret"] = np.nanmean(regret[some], axis=1)
    table.loc[some, "greatest_regret"] = np.nanmax(regret[some], axis=1)
    fit = some & (kept >= kept[main])
    least = table["greatest_regret"].where(fit).min()
    return table.assign(least_greatest=fit & (table["greatest_regret"] <= least))
