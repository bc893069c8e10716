"""Draw worlds and solve each, in one process or several, with the same result."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from siting.common.errors import InfeasibleError
from siting.common.parallel import each_made
from siting.common.signals import Stop, keeping_what_is_done
from siting.studies.offices import Redraw
from siting.studies.robustness.worlds import Ground, Scene, World, scene_of, task_in


@dataclass(frozen=True)
class Drawn:
    """The best answer of one world.

    Parameters
    ----------
    number : int
        Of the draw, from 0.
    status : str
        optimal, feasible, unknown, or infeasible.
    picks : tuple of str
        New sites.
    mean : float
        Minutes per person who counts; NaN without an answer.
    scene : Scene
        What the world came to.
    """

    number: int
    status: str
    picks: tuple[str, ...]
    mean: float
    scene: Scene = field(compare=False, repr=False)


def draw_worlds(ground: Ground, redraw: Redraw, count: int, seed: int) -> tuple[World, ...]:
    """Draw worlds; each has a stream of chance of its own, so that none depends on the others."""
    streams = np.random.SeedSequence(seed).spawn(count)
    return tuple(_world(ground, redraw, np.random.default_rng(stream)) for stream in streams)


def _world(ground: Ground, redraw: Redraw, chance: np.random.Generator) -> World:
    return World(
        speeds=str(chance.choice(sorted(ground.minutes))),
        weight=str(chance.choice(sorted(ground.weights))),
        min_population=int(chance.choice(ground.spread.min_populations)),
        cost_factor=round(float(chance.uniform(*ground.spread.costs)), 3),
        offices=redraw.draw(chance),
    )


def solve_world(ground: Ground, number: int, world: World) -> Drawn:
    """Find the best answer of a world."""
    scene = scene_of(ground, world)
    task = task_in(ground, scene)
    try:
        solution = task.solve()
    except InfeasibleError:
        return Drawn(number, "infeasible", (), np.nan, scene)
    value = np.nan if solution.objective is None else task.per_person(solution.objective)
    return Drawn(number, solution.status, solution.new_sites, value, scene)


def solve_worlds(
    ground: Ground, worlds: Sequence[World], workers: int, progress: Callable[[str], None]
) -> tuple[tuple[Drawn, ...], bool]:
    """Solve every world; on Ctrl-C, give those that are finished."""
    done: list[Drawn] = []
    answers = each_made(_solve_numbered, list(enumerate(worlds)), ground, workers=workers)
    try:
        with keeping_what_is_done():
            for _, drawn in answers:
                done.append(drawn)
                progress(f"Draw {len(done)} of {len(worlds)}")
    except (KeyboardInterrupt, Stop):
        return _in_order(done), True
    return _in_order(done), False


def _in_order(done: Sequence[Drawn]) -> tuple[Drawn, ...]:
    return tuple(sorted(done, key=lambda drawn: drawn.number))


def _solve_numbered(ground: Ground, numbered: tuple[int, World]) -> Drawn:
    return solve_world(ground, *numbered)
