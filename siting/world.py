"""One plausible world: other offices, speeds, costs, people and candidates than the scenario's."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from siting.analysis.task import Task
from siting.inputs.assumptions import ASSUMPTIONS, assumed
from siting.inputs.costs import Costs
from siting.inputs.staff import people_nearer, staff_by_rule
from siting.model import Instance
from siting.types import Bools, Floats, Ints

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
        """Read it from the assumptions log.

        Parameters
        ----------
        folder : Path
            The data folder.

        Returns
        -------
        Self
            From the assumptions drawn_costs and drawn_candidates.

        Raises
        ------
        InputError
            If the log cannot be read, or lacks one of them.
        """
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
        As in `siting.problem.Problem`, in the order of ``minutes``, with population (0 for
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


def present_sites(sites: pd.DataFrame, seats: Mapping[str, str], offices: tuple[str, ...]) -> Bools:
    """Which sites are offices, if these municipalities have one for each time they are named.

    Offices of the table come first, in its order; more than it has stand at the seat.

    Parameters
    ----------
    sites : DataFrame
        code, municipality_code, existing, allowed; one row a site.
    seats : mapping of str to str
        Municipality to the code of the candidate that stands for its seat.
    offices : tuple of str
        Municipality of each office.

    Returns
    -------
    ndarray of bool, shape (sites,)
        True for an office; several more than the table has stand at the seat as one.
    """
    left = Counter(offices)
    rows = zip(sites["municipality_code"], sites["existing"] & sites["allowed"], strict=True)
    present = np.zeros(len(sites), dtype=np.bool_)
    for place, (municipality, existing) in enumerate(rows):
        if existing and left[municipality]:
            left[municipality] -= 1
            present[place] = True
    at_seat = [seats[municipality] for municipality, count in left.items() if count]
    return present | np.isin(sites["code"].to_numpy(), at_seat)


def scene_of(ground: Ground, world: World) -> Scene:
    """Work out a world's offices, present times and costs.

    Costs follow the staff rule with the offices and roads of the world itself.

    Parameters
    ----------
    ground : Ground
        What all worlds share.
    world : World
        What was drawn.

    Returns
    -------
    Scene
        Minutes at the speeds of the world, costs in MSEK with its factor.
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
    """The scenario's problem in a world.

    Parameters
    ----------
    ground : Ground
        What all worlds share.
    scene : Scene
        Of the world.

    Returns
    -------
    Task
        Its sites are the offices of the world, and the candidates that are large enough in it or
        always are.
    """
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


def pairs_that_matter(minutes: Floats, present: Bools) -> csr_array:
    """Each demand point's nearest office, and the candidates that are nearer to it.

    Where no office closes or fills up, no other pair is ever used.

    Parameters
    ----------
    minutes : ndarray of float, shape (demand points, sites)
        From each demand point to each site.
    present : ndarray of bool, shape (sites,)
        Sites that are offices.

    Returns
    -------
    csr_array
        Minutes of the pairs, shape (demand points, sites).
    """
    offices = np.flatnonzero(present)
    nearest = offices[minutes[:, offices].argmin(axis=1)]
    rows = np.arange(len(minutes))
    nearer = (minutes < minutes[rows, nearest][:, None]) & ~present
    nearer[rows, nearest] = True
    row, column = np.nonzero(nearer)
    return csr_array((minutes[row, column], (row, column)), shape=minutes.shape)
