"""The picks over many plausible worlds, as tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from siting.common.errors import StoppedError
from siting.common.package import data_folder
from siting.common.parallel import worker_context
from siting.common.signals import Progress
from siting.common.types import Bools, Floats
from siting.model import solve
from siting.results.result import Result
from siting.scenario.file import ScenarioFile
from siting.studies.offices import ALSO_READ, redraw_of
from siting.studies.robustness.solve import Drawn, draw_worlds, solve_worlds
from siting.studies.robustness.statistics import frequencies, means_of_sets, regrets
from siting.studies.robustness.worlds import Ground, Scene, World, drawn_assumptions, lay_ground
from siting.studies.study import refuse

_COST_BANDS = ("low", "middle", "high")


@dataclass(frozen=True)
class Asked:
    """How many worlds are drawn, and how.

    Parameters
    ----------
    draws : int
    seed : int
    workers : int
        Processes; the result does not depend on it.
    rule : bool
        Whether no office is drawn where one was announced, proposed or ordered later.
    """

    draws: int
    seed: int
    workers: int = 1
    rule: bool = True


def robustness(
    file: ScenarioFile, asked: Asked, *, data: Path | None = None, progress: Progress = print
) -> Result:
    """Solve a scenario in many plausible worlds.

    Parameters
    ----------
    file : ScenarioFile
        Its objective is the mean, and its limits are those on new offices.
    asked : Asked
        What to vary, and how far.
    data : Path, optional
        The data folder; the one that ships if not given.
    progress : callable
        Told what is being done.

    Returns
    -------
    Result
        Tables sites, sets, factors and draws.

    Raises
    ------
    InputError
        With everything that is wrong with the scenario or its files.
    StoppedError
        If it is interrupted before any draw is finished.
    """
    _refuse(file)
    folder = data or data_folder()
    if asked.workers > 1:
        worker_context()
    opening, ground = lay_ground(file, folder, progress)
    redraw = redraw_of(opening.problem, folder, rule=asked.rule)
    worlds = draw_worlds(ground, redraw, asked.draws, asked.seed)
    progress("Solving the scenario as it stands")
    main = solve(
        ground.task.instance, ground.task.objective, ground.task.limits, solver=ground.task.solver
    ).new_sites
    drawn, interrupted = solve_worlds(ground, worlds, asked.workers, progress)
    if not drawn:
        raise StoppedError("It was interrupted before any draw was finished; nothing was written.")
    progress("Comparing the answers")
    tables = _tables(ground, drawn, main)
    told = {
        "draws_asked": asked.draws,
        "draws_done": len(drawn),
        "interrupted": interrupted,
        "seed": asked.seed,
        "rule": asked.rule,
        "speeds": sorted(ground.minutes),
        "assumptions": drawn_assumptions(folder),
    }
    return opening.study("robustness", told, tables, also=ALSO_READ)


def _refuse(file: ScenarioFile) -> None:
    """Say what of a scenario cannot be carried over to other offices and costs."""
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


def _tables(
    ground: Ground, drawn: Sequence[Drawn], main: tuple[str, ...]
) -> dict[str, pd.DataFrame]:
    scenes = [each.scene for each in drawn]
    worlds = [scene.world for scene in scenes]
    factors = _factors(worlds)
    draws = _draws(worlds, drawn)
    solved = [number for number, each in enumerate(drawn) if not np.isnan(each.mean)]
    sets = list(dict.fromkeys([main, *(drawn[number].picks for number in solved)]))
    chosen = [scenes[number] for number in solved]
    best = np.array([drawn[number].mean for number in solved])
    means = _means(ground, chosen, sets)
    keeps = np.array([[_keeps(ground, each, picks) for each in chosen] for picks in sets])
    draws.loc[solved, "main_regret"] = np.where(keeps[0], means[0] - best, np.nan)
    draws.loc[solved, "main_keeps_limits"] = keeps[0]
    return {
        "sites": _frequencies(ground, scenes, factors, drawn, main),
        "sets": _sets(ground, sets, regrets(means, best, keeps, main=0)),
        "factors": _by_factor(factors, drawn, main),
        "draws": draws,
    }


def _sets(ground: Ground, sets: Sequence[tuple[str, ...]], table: pd.DataFrame) -> pd.DataFrame:
    """The regrets with the places of each set; the first is the main answer."""
    named = ground.sites.set_index("code")["place"]
    picks = ["; ".join(sorted(named[list(each)])) for each in sets]
    return table.assign(main=np.arange(len(sets)) == 0, picks=picks)


def _factors(worlds: Sequence[World]) -> pd.DataFrame:
    cost = pd.Series([world.cost_factor for world in worlds])
    bands = (cost.rank(method="first") - 1) * len(_COST_BANDS) // len(cost)
    return pd.DataFrame(
        {
            "speeds": [world.speeds for world in worlds],
            "weight": [world.weight for world in worlds],
            "min_population": [f"{world.min_population:05d}" for world in worlds],
            "cost": [_COST_BANDS[int(band)] for band in bands],
        }
    )


def _draws(worlds: Sequence[World], drawn: Sequence[Drawn]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "draw": [each.number for each in drawn],
            "speeds": [world.speeds for world in worlds],
            "weight": [world.weight for world in worlds],
            "min_population": [world.min_population for world in worlds],
            "cost_factor": [world.cost_factor for world in worlds],
            "offices": ["; ".join(world.offices) for world in worlds],
            "status": [each.status for each in drawn],
            "mean": [each.mean for each in drawn],
            "picks": ["; ".join(each.picks) for each in drawn],
            "main_regret": np.nan,
            "main_keeps_limits": False,
        }
    )


def _means(ground: Ground, scenes: Sequence[Scene], sets: Sequence[tuple[str, ...]]) -> Floats:
    codes = ground.sites["code"].to_numpy()
    columns = [np.isin(codes, picks) for picks in sets]
    times = {
        profile: np.array([minutes[:, each].min(axis=1, initial=np.inf) for each in columns])
        for profile, minutes in ground.minutes.items()
    }
    before = np.array([each.before for each in scenes])
    weights = [ground.weights[each.world.weight] for each in scenes]
    return means_of_sets(times, before, [each.world.speeds for each in scenes], weights)


def _keeps(ground: Ground, scene: Scene, picks: tuple[str, ...]) -> bool:
    """Whether a set of picks keeps to the number and the money of a world."""
    most, annual, one_off = ground.task.limits.means()
    chosen: Bools = np.isin(ground.sites["code"].to_numpy(), picks) & ~scene.present
    return bool(
        chosen.sum() <= most
        and scene.annual[chosen].sum() <= annual + 1e-6
        and scene.one_off[chosen].sum() <= one_off + 1e-6
    )


def _frequencies(
    ground: Ground,
    scenes: Sequence[Scene],
    factors: pd.DataFrame,
    drawn: Sequence[Drawn],
    main: tuple[str, ...],
) -> pd.DataFrame:
    sites = ground.sites
    ever = sites["code"].isin({code for each in drawn for code in each.picks} | set(main))
    shown = sites[ever.to_numpy()]
    picks = np.array([np.isin(shown["code"].to_numpy(), each.picks) for each in drawn])
    nearer = np.array([each.nearer[ever.to_numpy()] for each in scenes], dtype=np.float64)
    table = frequencies(picks, factors, {"offices": nearer})
    columns = ["code", "place", "municipality_code", "municipality", "forced"]
    described = (
        shown[columns].reset_index(drop=True).assign(main=shown["code"].isin(main).to_numpy())
    )
    joined = pd.concat([described, table], axis=1)
    return joined.sort_values(["share", "code"], ascending=[False, True]).reset_index(drop=True)


def _by_factor(
    factors: pd.DataFrame, drawn: Sequence[Drawn], main: tuple[str, ...]
) -> pd.DataFrame:
    """How many of the main answer's picks are kept at each level of each factor."""
    kept = np.array([len(set(each.picks) & set(main)) / max(1, len(main)) for each in drawn])
    size = np.array([len(each.picks) for each in drawn], dtype=np.float64)
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
