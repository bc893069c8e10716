"""Plausible worlds: other offices, speeds, costs, people and candidates than the scenario's."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np
import pandas as pd

from siting.common.signals import Progress
from siting.common.types import Bools, Floats, Ints
from siting.inputs.assumptions import ASSUMPTIONS, assumed, read_assumptions
from siting.inputs.costs import Costs, people_nearer, staff_by_rule
from siting.model import Instance, Task
from siting.network.speeds import speed_profiles
from siting.pipeline.check import checked_inputs
from siting.pipeline.problem import Problem, dense
from siting.pipeline.run import travel_times
from siting.scenario.file import ScenarioFile
from siting.studies.offices import codes_of_seats, pairs_that_matter, present_sites
from siting.studies.study import Opening, open_scenario

_GROUPS = {
    "municipality": "municipality_code",
    "county": "county_code",
    "fa_region": "fa_code",
    "skr_group": "skr_group",
    "category": "category",
}


@dataclass(frozen=True)
class World:
    """What is different in one draw.

    Parameters
    ----------
    speeds : str
        Speed profile.
    weight : str
        Whose travel counts.
    min_population : int
        Residents from which a locality is a candidate.
    cost_factor : float
        On every cost figure.
    offices : tuple of str
        Municipality of each existing office.
    """

    speeds: str
    weight: str
    min_population: int
    cost_factor: float
    offices: tuple[str, ...]


@dataclass(frozen=True)
class Spread:
    """How far worlds may lie from the scenario; all are assumptions.

    Parameters
    ----------
    costs : tuple of float and float
        Range of the factor on every cost figure, drawn evenly.
    min_populations : tuple of int
        Residents from which a locality is a candidate, drawn from these; seats always are.
    """

    costs: tuple[float, float]
    min_populations: tuple[int, ...]

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read it from the assumptions log."""
        path = folder / ASSUMPTIONS
        factor = assumed(path, "drawn_costs")
        residents = assumed(path, "drawn_candidates")["min_populations"]
        return cls((factor["least"], factor["most"]), tuple(residents))


@dataclass(frozen=True, eq=False)
class Ground:
    """What all worlds share; computed once.

    Parameters
    ----------
    task : Task
        The scenario as it stands: its limits, objective and solver.
    sites : DataFrame
        As in `siting.pipeline.problem.Problem`, in the order of ``minutes``, with population (0 for
        offices) and always (candidates under every rule).
    minutes : mapping of str to ndarray of float, shape (demand points, sites)
        Speed profile to travel times.
    weights : mapping of str to ndarray of float, shape (demand points,)
        Kind of weight to the persons who count.
    people : ndarray of float, shape (demand points,)
        Residents, for the staff rule.
    seats : mapping of str to str
        Municipality to the code of the candidate that stands for its seat.
    costs : Costs
    spread : Spread
    """

    task: Task
    sites: pd.DataFrame
    minutes: Mapping[str, Floats]
    weights: Mapping[str, Floats]
    people: Floats
    seats: Mapping[str, str]
    costs: Costs
    spread: Spread


@dataclass(frozen=True, eq=False)
class Scene:
    """What a world comes to, before it is solved.

    Parameters
    ----------
    world : World
    present : ndarray of bool, shape (sites,)
        Sites that are offices in it.
    before : ndarray of float, shape (demand points,)
        Minutes to the nearest of them.
    nearer : ndarray of int, shape (sites,)
        People nearer to each candidate than to every office; 0 for offices of the table.
    annual, one_off : ndarray of float, shape (sites,)
        Costs of each candidate, MSEK; 0 for offices.
    """

    world: World
    present: Bools
    before: Floats
    nearer: Ints
    annual: Floats
    one_off: Floats


def scene_of(ground: Ground, world: World) -> Scene:
    """Work out a world's offices, present times and costs.

    Costs follow the staff rule with the offices and roads of the world itself.
    """
    minutes = ground.minutes[world.speeds]
    existing = ground.sites["existing"].to_numpy()
    present = present_sites(ground.sites, ground.seats, world.offices)
    before: Floats = minutes[:, present].min(axis=1)
    nearer = np.zeros(len(existing), dtype=np.int64)
    nearer[~existing] = people_nearer(ground.people, before, minutes[:, ~existing])
    annual, one_off = _costs(ground, nearer, ~existing & ~present, world.cost_factor)
    return Scene(world, present, before, nearer, annual, one_off)


def _costs(ground: Ground, nearer: Ints, priced: Bools, factor: float) -> tuple[Floats, Floats]:
    new = ~ground.sites["existing"].to_numpy()
    staff = np.zeros(len(nearer), dtype=np.int64)
    municipality = ground.sites.loc[new, "municipality_code"]
    staff[new] = staff_by_rule(nearer[new], municipality, ground.costs.staff_rule)
    annual = np.round(ground.costs.annual(staff) * factor, 6)
    one_off = np.round(ground.costs.one_off(staff) * factor, 6)
    return np.where(priced, annual, 0.0), np.where(priced, one_off, 0.0)


def task_in(ground: Ground, scene: Scene) -> Task:
    """The scenario's problem in a world."""
    sites, world = ground.sites, scene.world
    enough = (sites["population"] >= world.min_population) | sites["always"]
    may_open = (~sites["existing"] & sites["allowed"] & enough).to_numpy()
    chosen = scene.present | may_open
    described = sites[chosen]
    instance = Instance.from_matrix(
        pairs_that_matter(ground.minutes[world.speeds], scene.present)[:, chosen],
        ground.weights[world.weight],
        existing=scene.present[chosen],
        annual_cost=scene.annual[chosen],
        one_off_cost=scene.one_off[chosen],
        client_ids=ground.task.instance.client_ids,
        site_ids=tuple(described["code"]),
        site_groups={name: tuple(described[column]) for name, column in _GROUPS.items()},
        client_groups=ground.task.instance.client_groups,
    )
    return replace(ground.task, instance=instance)


WEIGHTS = ("population", "age_75_plus", "no_tertiary")


def lay_ground(file: ScenarioFile, folder: Path, progress: Progress) -> tuple[Opening, Ground]:
    """Compute what all worlds share: travel times once for each speed profile, and weights."""
    opening = open_scenario(file, folder, progress)
    problem = opening.problem
    minutes = {file.scenario.network.speeds: problem.minutes}
    for profile in speed_profiles(folder):
        if profile not in minutes:
            progress(f"Travel times at speeds {profile}")
            changed = _changed(file, "network", speeds=profile)
            minutes[profile] = dense(travel_times(changed, problem.inputs, folder, progress))
    weights = {
        kind: checked_inputs(_changed(file, "demand", weight=kind), folder).weights
        for kind in WEIGHTS
    }
    seats = codes_of_seats(problem)
    ground = Ground(
        task=opening.task,
        sites=_sites(problem, seats),
        minutes=minutes,
        weights=weights,
        people=problem.demand["people"].to_numpy(dtype=np.float64),
        seats=seats,
        costs=problem.costs,
        spread=Spread.read(folder),
    )
    return opening, ground


def _changed(file: ScenarioFile, table: str, **values: str) -> ScenarioFile:
    """The scenario with some keys of one of its tables changed."""
    part = getattr(file.scenario, table).model_copy(update=values)
    return replace(file, scenario=file.scenario.model_copy(update={table: part}))


def _sites(problem: Problem, seats: Mapping[str, str]) -> pd.DataFrame:
    sites = problem.sites.reset_index(drop=True)
    residents = problem.inputs.candidates.set_index("locality_code")["population"]
    always = {*seats.values(), *problem.inputs.named}
    return sites.assign(
        population=sites["code"].map(residents).fillna(0).astype(np.int64),
        always=sites["code"].isin(always),
    )


def drawn_assumptions(folder: Path) -> list[dict[str, str]]:
    """What is assumed of the worlds, from the assumptions log."""
    entries = read_assumptions(folder / ASSUMPTIONS)
    return [entry for entry in entries if entry["id"].startswith("drawn_")]
