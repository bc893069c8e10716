"""The first half of a run: from a scenario file to the problem that the model solves."""

import logging
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from siting.common.package import data_folder
from siting.common.signals import Cancel, Progress, heeding
from siting.common.types import Bools, RoadNetwork, TravelTimes
from siting.inputs.costs import read_costs
from siting.inputs.read import with_user_files
from siting.inputs.select import Inputs, points
from siting.network.cache import cached_travel_times
from siting.network.connectors import refuse_far_places
from siting.network.load import load_road_network, network_files, no_network
from siting.network.matrix import Workers
from siting.network.near import StayingOpen, only_near
from siting.network.speeds import FALLBACK, read_speeds
from siting.network.times_file import read_travel_times
from siting.pipeline.check import checked_inputs, needs_network, network_source, user_times
from siting.pipeline.problem import Problem, build_problem, dense, staying_open
from siting.scenario.file import AnyScenario, ScenarioFile, as_scenario_file

# What a user has to hear about even where nobody watches the progress.
_LOG = logging.getLogger("siting")


def prepare(
    scenario: AnyScenario,
    *,
    data: Path | str | None = None,
    workers: Workers = None,
    progress: Progress = print,
    cancel: Cancel | None = None,
) -> Problem:
    """Read tables and roads, compute travel times and put the problem together.

    Parameters
    ----------
    scenario : ScenarioFile, Path, str or mapping
        From `siting.read_scenario`, or what that takes.
    data : Path or str, optional
        The data folder; the one that ships if not given.
    workers : int or str, optional
        Who computes travel times: so many processes, or the workers of the Dask scheduler at this
        address.
    progress : callable
        Told what is being done, a line at a time.
    cancel : callable, optional
        Asked between two steps whether to end.

    Returns
    -------
    Problem
        All that solving needs.

    Raises
    ------
    InputError
        With everything that is wrong with the scenario or its files.
    InterruptError
        If it was cancelled.
    """
    progress = heeding(progress, cancel)
    started, file, folder = time.perf_counter(), as_scenario_file(scenario), data_folder(data)
    inputs = checked_inputs(file, folder)
    network = _network(file, folder, progress)
    given, classes = file.scenario.network.speeds.kph, network.speeds.get("classes", ())
    for name in sorted(given.keys() - {FALLBACK, *classes}):
        _LOG.warning("network.speeds.%s has no say: %s has no such roads", name, network.source)
    have_network = time.perf_counter()
    staying = staying_open(file.scenario, inputs)
    times = _times(file, network, inputs, workers, progress, staying=staying)
    too_near = _too_near(file, inputs, network, workers)
    matrix = time.perf_counter() - have_network
    seconds = {"network": have_network - started, "matrix": matrix}
    costs, files = read_costs(folder, file), files_of(file, inputs, folder)
    return build_problem(
        file, inputs, network, times, too_near, costs=costs, files=files, seconds=seconds
    )


def travel_times(
    file: ScenarioFile,
    inputs: Inputs,
    folder: Path,
    progress: Progress,
    staying: StayingOpen | None = None,
) -> TravelTimes:
    """Read roads and compute travel times, of inputs that have been read already.

    All of them, unless it is said what stays open.
    """
    return _times(file, _network(file, folder, progress), inputs, None, progress, staying=staying)


def files_of(file: ScenarioFile, inputs: Inputs, folder: Path) -> dict[str, Path]:
    """Every file that a run of a scenario reads, by the name that its manifest gives it."""
    own = user_times(file)
    roads = (
        network_files(network_source(file), folder) if own is None or needs_network(file) else {}
    )
    files = {**inputs.files, "costs.toml": folder / "costs.toml"}
    return with_user_files(files, *roads.values(), *(own.parts if own else ()))


def check(scenario: AnyScenario, *, data: Path | str | None = None) -> tuple[str, ...]:
    """Check a scenario and every file it names, without computing or solving anything.

    Parameters
    ----------
    scenario : ScenarioFile, Path, str or mapping
        From `siting.read_scenario`, or what that takes.
    data : Path or str, optional
        The data folder; the one that ships if not given.

    Returns
    -------
    tuple of str
        How many candidates each name of a municipality means.

    Raises
    ------
    InputError
        With everything that is wrong.
    """
    file, folder = as_scenario_file(scenario), data_folder(data)
    inputs = checked_inputs(file, folder)
    own = user_times(file)
    if own or network_source(file) != "shipped":
        network = _network(file, folder, lambda _: None)
        if own:
            _times(file, network, inputs, None, lambda _: None)
    return inputs.meanings


def _network(file: ScenarioFile, folder: Path, progress: Progress) -> RoadNetwork:
    own, asked = user_times(file), file.scenario.network.speeds
    if own and not needs_network(file):
        return no_network(own.path)
    progress("Reading the road network")
    speeds = read_speeds(folder, asked.based_on, asked.kph, asked.limits)
    network = load_road_network(
        network_source(file), speeds=speeds, limit_km=_limit_km(file), data=folder
    )
    for note in (line for line in network.log if "turn bans" in line or "links left out" in line):
        _LOG.warning("Roads of %s, %s", network.source, note)
    return network


def _limit_km(file: ScenarioFile) -> float | None:
    """How far a place may lie from every road; the cells that ship are where people do live."""
    asked, cells = file.scenario.network.limit_km, file.scenario.demand.points == "grid_1km"
    return np.inf if asked is None and cells and file.scenario.demand.file is None else asked


def _times(  # noqa: PLR0913 - all that times depend on, who computes them, and which can matter
    file: ScenarioFile,
    network: RoadNetwork,
    inputs: Inputs,
    workers: Workers,
    progress: Progress,
    *,
    staying: StayingOpen | None = None,
) -> TravelTimes:
    progress("Computing travel times")
    sites = points(inputs.offices, "office_id") + points(inputs.candidates, "locality_code")
    floor = inputs.demand["inside_minutes"].to_numpy(dtype=np.float64)
    homes, wanted = points(inputs.demand, "demand_id"), file.scenario.travel_times
    if own := user_times(file):
        strict, gaps = wanted.plausible == "check", wanted.missing == "unreachable"
        times = read_travel_times(own, homes, sites, floor, strict=strict, gaps=gaps)
        if staying is None or not staying.any:
            return times
        return replace(times, minutes=only_near(times.minutes, staying))
    people = inputs.demand["people"].to_numpy()
    if _limit_km(file) is None:
        refuse_far_places(network, homes, sites, people)
    return cached_travel_times(
        network,
        homes,
        sites,
        floor_minutes=floor,
        staying=staying,
        engine=wanted.engine,
        workers=workers,
        note=_LOG.warning,
        progress=lambda done, every: progress(f"Computing travel times: {done:,} of {every:,}"),
    )


def _too_near(file: ScenarioFile, inputs: Inputs, network: RoadNetwork, workers: Workers) -> Bools:
    limit = file.scenario.candidates.none_within_minutes
    if limit is None:
        return np.zeros(len(inputs.candidates), dtype=np.bool_)
    offices = inputs.offices[~inputs.offices["shut"]]
    candidates = points(inputs.candidates, "locality_code")
    times = cached_travel_times(
        network, candidates, points(offices, "office_id"), workers=workers, note=_LOG.warning
    )
    near: Bools = dense(times.minutes).min(axis=1, initial=np.inf) < limit
    return near
