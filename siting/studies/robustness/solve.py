"""Draw worlds and solve each, in one process or several, with the same result."""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array

from siting.common.errors import InfeasibleError
from siting.common.parallel import starting_workers, worker_context
from siting.common.signals import Stop, keeping_what_is_done
from siting.common.types import Floats
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
    answers = _alone(ground, worlds) if workers == 1 else _together(ground, worlds, workers)
    try:
        with keeping_what_is_done():
            for drawn in answers:
                done.append(drawn)
                progress(f"Draw {len(done)} of {len(worlds)}")
    except (KeyboardInterrupt, Stop):
        return _in_order(done), True
    return _in_order(done), False


def _in_order(done: Sequence[Drawn]) -> tuple[Drawn, ...]:
    return tuple(sorted(done, key=lambda drawn: drawn.number))


def _alone(ground: Ground, worlds: Sequence[World]) -> Iterator[Drawn]:
    for number, world in enumerate(worlds):
        yield solve_world(ground, number, world)


def _together(ground: Ground, worlds: Sequence[World], workers: int) -> Iterator[Drawn]:
    with tempfile.TemporaryDirectory() as folder:
        files = _on_disk(ground.minutes, Path(folder))
        pool = ProcessPoolExecutor(
            workers,
            mp_context=worker_context(),
            initializer=_begin,
            initargs=(_small(ground), files),
        )
        try:
            with starting_workers():
                left = {pool.submit(_of_ground, *each) for each in enumerate(worlds)}
            while left:
                ready, left = wait(left, return_when=FIRST_COMPLETED)
                for future in ready:
                    yield future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _small(ground: Ground) -> Ground:
    """The ground without its large arrays, of which workers have the times from files."""
    instance = ground.task.instance
    empty = replace(instance, times=csr_array(instance.times.shape))
    return replace(ground, minutes={}, task=replace(ground.task, instance=empty))


def _on_disk(minutes: Mapping[str, Floats], folder: Path) -> dict[str, Path]:
    """Write travel times where every worker can read them without a copy of its own."""
    files = {profile: folder / f"{number}.npy" for number, profile in enumerate(minutes)}
    for profile, path in files.items():
        np.save(path, minutes[profile], allow_pickle=False)
    return files


_SHARED: dict[str, Ground] = {}
"""The ground of a worker process, sent once instead of with every world."""


def _begin(ground: Ground, files: Mapping[str, Path]) -> None:
    minutes = {
        profile: np.load(path, mmap_mode="r", allow_pickle=False) for profile, path in files.items()
    }
    _SHARED["ground"] = replace(ground, minutes=minutes)


def _of_ground(number: int, world: World) -> Drawn:
    return solve_world(_SHARED["ground"], number, world)
