"""Plausible draws of a scenario and the best answer of each, in one process or several."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from siting.common.errors import InfeasibleError, InterruptError
from siting.common.parallel import each_made
from siting.common.signals import Progress, Stop, keeping_what_is_done
from siting.common.types import Bools, Floats, Ints
from siting.inputs.assumptions import ASSUMPTIONS, assumed
from siting.inputs.costs import Costs, people_nearer, staff_by_rule
from siting.model import Instance, Task
from siting.model.instance import nearest_minutes
from siting.network.near import StayingOpen, only_near
from siting.network.speeds import read_speeds, speed_profiles
from siting.pipeline.check import checked_inputs
from siting.pipeline.prepare import travel_times
from siting.pipeline.problem import SITE_GROUPS, Problem
from siting.scenario.file import ScenarioFile
from siting.studies.offices import Redraw, codes_of_seats, present_sites, redraw_of
from siting.studies.study import open_study


@dataclass(frozen=True)
class Draw:
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


@dataclass(frozen=True, eq=False)
class Shared:
    """What all draws share; computed once.

    Parameters
    ----------
    task : Task
        The scenario as it stands: its limits, objective and solver.
    sites : DataFrame
        As in `siting.pipeline.problem.Problem`, in the order of ``minutes``, with population (0 for
        offices) and always (candidates under every rule).
    minutes : mapping of str to scipy.sparse.csr_array, shape (demand points, sites)
        Speed profile to travel times, of the pairs that can matter in some draw.
    weights : mapping of str to ndarray of float, shape (demand points,)
        Kind of weight to the persons who count.
    people : ndarray of float, shape (demand points,)
        Residents, for the staff rule.
    seats : mapping of str to str
        Municipality to the code of the candidate that stands for its seat.
    costs : Costs
    cost_factors : tuple of float and float
        Range of the factor on every cost figure, drawn evenly; an assumption.
    min_populations : tuple of int
        Residents from which a locality is a candidate, drawn from these; an assumption.
    """

    task: Task
    sites: pd.DataFrame
    minutes: Mapping[str, csr_array]
    weights: Mapping[str, Floats]
    people: Floats
    seats: Mapping[str, str]
    costs: Costs
    cost_factors: tuple[float, float]
    min_populations: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Realisation:
    """What a draw comes to, before it is solved.

    Parameters
    ----------
    draw : Draw
    present : ndarray of bool, shape (sites,)
        Sites that are offices in it.
    before : ndarray of float, shape (demand points,)
        Minutes to the nearest of them.
    nearer : ndarray of int, shape (sites,)
        People nearer to each candidate than to every office; 0 for offices of the table.
    annual, one_off : ndarray of float, shape (sites,)
        Costs of each candidate, MSEK; 0 for offices.
    """

    draw: Draw
    present: Bools
    before: Floats
    nearer: Ints
    annual: Floats
    one_off: Floats


def realise(shared: Shared, draw: Draw) -> Realisation:
    """Work out a draw's offices, present times and costs.

    Costs follow the staff rule with the offices and roads of the draw itself.
    """
    minutes = shared.minutes[draw.speeds]
    new = ~shared.sites["existing"].to_numpy()
    present = present_sites(shared.sites, shared.seats, draw.offices)
    before = nearest_minutes(minutes, present)
    nearer, staff = np.zeros((2, len(new)), dtype=np.int64)
    nearer[new] = people_nearer(shared.people, before, minutes)[new]
    municipality = shared.sites.loc[new, "municipality_code"]
    staff[new] = staff_by_rule(nearer[new], municipality, shared.costs.staff_rule)
    annual, one_off = (
        np.where(new & ~present, np.round(msek * draw.cost_factor, 6), 0.0)
        for msek in (shared.costs.annual_msek(staff), shared.costs.one_off_msek(staff))
    )
    return Realisation(draw, present, before, nearer, annual, one_off)


def task_of(shared: Shared, realisation: Realisation) -> Task:
    """The scenario's problem in a draw."""
    sites, draw = shared.sites, realisation.draw
    enough = (sites["population"] >= draw.min_population) | sites["always"]
    may_open = (~sites["existing"] & sites["allowed"] & enough).to_numpy()
    chosen = np.flatnonzero(realisation.present | may_open)
    described = sites.iloc[chosen]
    near = only_near(shared.minutes[draw.speeds], StayingOpen.only(realisation.present))
    instance = Instance.from_matrix(
        near[:, chosen],
        shared.weights[draw.weight],
        existing=realisation.present[chosen],
        annual_cost=realisation.annual[chosen],
        one_off_cost=realisation.one_off[chosen],
        client_ids=shared.task.instance.client_ids,
        site_ids=tuple(described["code"]),
        site_groups={name: tuple(described[column]) for name, column in SITE_GROUPS.items()},
        client_groups=shared.task.instance.client_groups,
    )
    return replace(shared.task, instance=instance)


WEIGHTS = ("population", "age_75_plus", "no_tertiary")


def compute_shared(file: ScenarioFile, folder: Path, progress: Progress) -> tuple[Problem, Shared]:
    """Compute what all draws share: travel times once for each speed profile, and weights."""
    problem = open_study(file, folder, progress)
    seats, own = codes_of_seats(problem), file.scenario.network.speeds
    # Only these offices are there in every draw.
    certain = redraw_of(problem, folder, rule=False).certain
    staying, minutes = StayingOpen.only(present_sites(problem.sites, seats, certain)), {}
    base = read_speeds(folder, own.based_on).kph
    for profile in dict.fromkeys([own.based_on, *speed_profiles(folder)]):
        progress(f"Travel times at speeds {profile}")
        # Speeds of one's own change as those of their class do.
        other = read_speeds(folder, profile).kph
        kph = {n: v * (other.get(n, base[n]) / base[n]) for n, v in own.kph.items()}
        new = own.model_copy(update={"based_on": profile, **kph})
        changed = _changed(file, "network", speeds=new)
        times = travel_times(changed, problem.inputs, folder, progress, staying)
        minutes[profile] = times.minutes
    weights = {
        kind: checked_inputs(_changed(file, "demand", weight=kind), folder).weights
        for kind in WEIGHTS
    }
    shared = Shared(
        task=problem.task,
        sites=_sites(problem, seats),
        minutes=minutes,
        weights=weights,
        people=problem.demand["people"].to_numpy(dtype=np.float64),
        seats=seats,
        costs=problem.costs,
        cost_factors=(problem.costs.drawn.least, problem.costs.drawn.most),
        min_populations=tuple(assumed(folder / ASSUMPTIONS, "drawn_candidates")["min_populations"]),
    )
    return problem, shared


def _changed(file: ScenarioFile, table: str, **values: object) -> ScenarioFile:
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


@dataclass(frozen=True)
class SolvedDraw:
    """The best answer of one draw.

    Parameters
    ----------
    status : str
        optimal, feasible, unknown, or infeasible.
    mean : float
        Minutes per person who counts; NaN without an answer.
    picks : tuple of str
        New sites.
    realisation : Realisation
        What the draw came to.
    """

    status: str
    mean: float
    picks: tuple[str, ...]
    realisation: Realisation = field(compare=False, repr=False)


def make_draws(shared: Shared, redraw: Redraw, count: int, seed: int) -> tuple[Draw, ...]:
    """Draw so many; each has a random stream of its own, so that none depends on the others."""
    return tuple(
        Draw(
            speeds=str(rng.choice(sorted(shared.minutes))),
            weight=str(rng.choice(sorted(shared.weights))),
            min_population=int(rng.choice(shared.min_populations)),
            cost_factor=round(float(rng.uniform(*shared.cost_factors)), 3),
            offices=redraw.draw(rng),
        )
        for rng in map(np.random.default_rng, np.random.SeedSequence(seed).spawn(count))
    )


def solve_draw(shared: Shared, draw: Draw) -> SolvedDraw:
    """Find the best answer of a draw."""
    realisation = realise(shared, draw)
    task = task_of(shared, realisation)
    try:
        solution = task.solve()
    except InfeasibleError:
        return SolvedDraw("infeasible", np.nan, (), realisation)
    value = np.nan if solution.objective is None else task.per_person(solution.objective)
    return SolvedDraw(solution.status, value, solution.new_sites, realisation)


def solve_draws(
    shared: Shared, draws: Sequence[Draw], workers: int, progress: Progress
) -> tuple[Mapping[int, SolvedDraw], bool]:
    """Solve every draw, by number; on Ctrl-C or a cancel, give those that are finished."""
    done: dict[int, SolvedDraw] = {}
    interrupted = False
    try:
        with keeping_what_is_done():
            for number, solved in each_made(solve_draw, draws, shared, workers=workers):
                done[number] = solved
                progress(f"Draw {len(done)} of {len(draws)}")
    except (KeyboardInterrupt, Stop, InterruptError):
        interrupted = True
    return dict(sorted(done.items())), interrupted
