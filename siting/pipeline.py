"""The whole way from a scenario file to a result, readable from top to bottom."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from siting.analysis.frontier import Frontier
from siting.describe import Progress, add_frontier, describe
from siting.errors import Fault, InfeasibleError, InputError
from siting.inputs.costs import read_costs
from siting.inputs.selection import Choice, Inputs, points, select_inputs
from siting.manifest import Seconds
from siting.model import Solution, Solver, solve
from siting.network import (
    Workers,
    cached_travel_times,
    load_road_network,
    network_files,
    read_travel_times,
    speed_profiles,
)
from siting.problem import Prepared, dense, pose
from siting.question import clash_in_words, limits_of, objective_of
from siting.report.result import RunResult
from siting.scenario_file import ScenarioFile
from siting.shipped import data_folder
from siting.types import Bools, RoadNetwork, TravelTimes


def run(
    file: ScenarioFile,
    *,
    data: Path | None = None,
    frontier: Frontier | None = None,
    workers: Workers = None,
    progress: Progress = print,
) -> RunResult:
    """Carry out a scenario.

    Parameters
    ----------
    file : ScenarioFile
        From `siting.read_scenario`.
    data : Path, optional
        The data folder; the one that ships if not given.
    frontier : Frontier, optional
        Numbers of new offices to solve the scenario for as well.
    workers : int or str, optional
        Who computes travel times: so many processes, or the workers of the Dask scheduler at this
        address.
    progress : callable
        Told what is being done, a line at a time.

    Returns
    -------
    RunResult
        Tables and manifest; `siting.report.write.write_result` puts them on disk.

    Raises
    ------
    InputError
        With everything that is wrong with the scenario or its files.
    InfeasibleError
        If its limits cannot hold together.
    StoppedError
        If the time limit came before any answer.
    ClusterError
        If the Dask cluster was lost meanwhile.
    """
    started = time.perf_counter()
    prepared, have_network = prepare(file, data=data, workers=workers, progress=progress)
    have_matrix = time.perf_counter()
    progress("Solving")
    solution = answer(prepared)
    seconds = Seconds(started, have_network, have_matrix, time.perf_counter())
    result = describe(prepared, solution, seconds)
    return result if frontier is None else add_frontier(result, prepared, frontier, progress)


def prepare(
    file: ScenarioFile,
    *,
    data: Path | None = None,
    workers: Workers = None,
    progress: Progress = print,
) -> tuple[Prepared, float]:
    """Read tables and roads, compute travel times and pose the problem.

    Returns
    -------
    Prepared
        All that solving needs.
    float
        When the network was there, by `time.perf_counter`.

    Raises
    ------
    InputError
        With everything that is wrong with the scenario or its files.
    """
    folder = data or data_folder()
    inputs = checked_inputs(file, folder)
    wanted = file.scenario.network
    network = _roads(file, folder, progress)
    have_network = time.perf_counter()
    times = _times(file, network, inputs, workers, progress)
    own = _own_times(file)
    defaults = wanted.source == "shipped" and wanted.speeds == "default" and not own
    shipped = inputs.shipped_staff and defaults
    too_near = _too_near(file, inputs, network, workers, progress)
    costs = read_costs(folder)
    closing = file.scenario.closing
    problem = pose(inputs, times, costs, closing, shipped_staff=shipped, too_near=too_near)
    files = files_of(file, inputs, folder)
    return Prepared(file, inputs, network, times, problem, files), have_network


def travel_times(
    file: ScenarioFile, inputs: Inputs, folder: Path, progress: Progress
) -> TravelTimes:
    """Read roads and compute travel times, of inputs that have been read already."""
    return _times(file, _roads(file, folder, progress), inputs, None, progress)


def files_of(file: ScenarioFile, inputs: Inputs, folder: Path) -> dict[str, Path]:
    """Every file that a run of a scenario reads, by the name that its manifest gives it.

    Parameters
    ----------
    file : ScenarioFile
    inputs : Inputs
        Its tables, from `checked_inputs`.
    folder : Path
        The data folder.
    """
    own = _own_times(file)
    files = {**inputs.files, **network_files(_network_source(file), folder)}
    files |= {"costs.toml": folder / "costs.toml"}
    return files | ({own.name: own} if own else {})


def answer(prepared: Prepared) -> Solution:
    """Solve the problem that a scenario poses.

    Raises
    ------
    InfeasibleError
        If its limits cannot hold together.
    """
    scenario, problem = prepared.file.scenario, prepared.problem
    try:
        return solve(
            problem.instance,
            objective_of(scenario),
            limits_of(scenario, problem),
            solver=Solver(scenario.solver.name, threads=scenario.solver.threads),
            time_limit=scenario.solver.time_limit_s,
            gap=scenario.solver.gap,
        )
    except InfeasibleError as error:
        raise InfeasibleError(clash_in_words(error.clash, scenario, problem)) from error


def check(file: ScenarioFile, *, data: Path | None = None) -> None:
    """Check a scenario and everything it names, without solving it.

    Raises
    ------
    InputError
        With everything that is wrong.
    """
    checked_inputs(file, data or data_folder())


def checked_inputs(file: ScenarioFile, folder: Path) -> Inputs:
    """Read the tables that a scenario asks for.

    Raises
    ------
    InputError
        With everything that is wrong with the scenario or its files.
    """
    scenario = file.scenario
    choice = Choice(
        file=file.path,
        weight=scenario.demand.weight,
        existing=scenario.offices.existing,
        open=scenario.offices.open,
        shut=scenario.offices.shut,
        keep=scenario.closing.keep,
        include=scenario.candidates.include,
        exclude=scenario.candidates.exclude,
        min_population=scenario.candidates.min_population,
        counties=scenario.area.counties,
        municipalities=scenario.area.municipalities,
    )
    inputs, faults = select_inputs(choice, folder)
    every = (*file.faults, *faults, *_network_faults(file, folder), *_kind_faults(file, folder))
    if every:
        raise InputError(every)
    return inputs


def _network_faults(file: ScenarioFile, folder: Path) -> list[Fault]:
    wanted, faults = file.scenario.network, []
    profiles = speed_profiles(folder)
    if wanted.speeds not in profiles:
        remedy = f"Known: {', '.join(profiles)}."
        faults.append(_fault(file, "network.speeds", wanted.speeds, "no such profile", remedy))
    source = _network_source(file)
    if isinstance(source, Path) and not source.is_file():
        remedy = 'Write "shipped", or a path relative to the scenario file.'
        faults.append(_fault(file, "network.source", str(source), "no such file", remedy))
    own = _own_times(file)
    if own and not own.is_file():
        remedy = "Write a path relative to the scenario file, or leave the key out."
        faults.append(_fault(file, "travel_times.file", str(own), "no such file", remedy))
    return faults


def _kind_faults(file: ScenarioFile, folder: Path) -> Iterator[Fault]:
    wanted, known = file.scenario.office_types, read_costs(folder).kinds
    named = {"use": wanted.use, "min": wanted.min, "max": wanted.max}
    for key, names in named.items():
        for name in names:
            if name not in (known if key == "use" else wanted.use):
                remedy = f"Known: {', '.join(known)}; min and max name kinds in use."
                yield _fault(file, f"office_types.{key}", name, "no such kind of office", remedy)


def _fault(file: ScenarioFile, key: str, value: str, problem: str, remedy: str) -> Fault:
    return Fault(str(file.path), key, value, problem, remedy)


def _network_source(file: ScenarioFile) -> str | Path:
    source = file.scenario.network.source
    return source if source == "shipped" else file.path.parent / source


def _own_times(file: ScenarioFile) -> Path | None:
    name = file.scenario.travel_times.file
    return None if name is None else file.path.parent / name


def _roads(file: ScenarioFile, folder: Path, progress: Progress) -> RoadNetwork:
    progress("Reading the road network")
    speeds = file.scenario.network.speeds
    return load_road_network(_network_source(file), speeds=speeds, data=folder)


def _times(
    file: ScenarioFile,
    network: RoadNetwork,
    inputs: Inputs,
    workers: Workers,
    progress: Progress,
) -> TravelTimes:
    progress("Computing travel times")
    sites = points(inputs.offices, "office_id") + points(inputs.candidates, "locality_code")
    floor = inputs.demand["inside_minutes"].to_numpy(dtype=np.float64)
    if own := _own_times(file):
        return read_travel_times(own, tuple(inputs.demand["demand_id"]), sites.ids, floor)
    return cached_travel_times(
        network,
        points(inputs.demand, "demand_id"),
        sites,
        floor_minutes=floor,
        engine=file.scenario.travel_times.engine,
        workers=workers,
        note=progress,
        progress=lambda done, every: progress(f"Computing travel times: {done:,} of {every:,}"),
    )


def _too_near(
    file: ScenarioFile,
    inputs: Inputs,
    network: RoadNetwork,
    workers: Workers,
    progress: Progress,
) -> Bools:
    limit = file.scenario.candidates.none_within_minutes
    if limit is None:
        return np.zeros(len(inputs.candidates), dtype=np.bool_)
    offices = inputs.offices[~inputs.offices["shut"]]
    candidates = points(inputs.candidates, "locality_code")
    times = cached_travel_times(
        network, candidates, points(offices, "office_id"), workers=workers, note=progress
    )
    near: Bools = dense(times).min(axis=1, initial=np.inf) < limit
    return near
