"""Check a scenario together with every file that it names, before any work starts."""

from collections.abc import Iterator
from pathlib import Path

from siting.common.errors import Fault, InputError, gathering, near_matches, refuse_all
from siting.common.tables.file import TableFile
from siting.inputs.costs import read_costs
from siting.inputs.read import TableReader, read_tables
from siting.inputs.schema import OPTIONAL_LEVELS
from siting.inputs.select import Inputs, select_inputs
from siting.network.speeds import read_speeds, speed_profiles
from siting.scenario.file import ScenarioFile, placed
from siting.scenario.limits import guarantees
from siting.scenario.paths import idle_sheets, outside, own_tables
from siting.scenario.schema import Candidates, Scenario


def checked_inputs(file: ScenarioFile, folder: Path, read: TableReader = read_tables) -> Inputs:
    """Read the tables that a scenario asks for."""
    try:
        return _checked(file, folder, read)
    except InputError as error:
        raise InputError(placed(error.faults, file.path, file.places)) from error


def _checked(file: ScenarioFile, folder: Path, read: TableReader) -> Inputs:
    others = [*file.faults, *_user_faults(file), *idle_sheets(file)]
    with gathering(others):
        others += _kind_faults(file, folder)
    # Nothing that may not be read is looked at, not even whether it is there.
    if refused := outside(file, folder):
        raise InputError([*others, *refused])
    others += (*_speed_faults(file, folder), *_network_faults(file))
    try:
        inputs, faults = select_inputs(file, folder, read)
    except InputError as error:
        raise InputError([*others, *error.faults]) from error
    left = (*_none_left(file, inputs), *_room_faults(file, inputs))
    refuse_all([*others, *faults, *_level_faults(file, inputs.levels), *left])
    return inputs


def network_source(file: ScenarioFile) -> str | Path:
    """The road network of a scenario: "shipped", or a path."""
    source = file.scenario.network.source
    return source if source == "shipped" else file.path.parent / source


def user_times(file: ScenarioFile) -> TableFile | None:
    """The table with the travel times of a scenario, if it has one."""
    return own_tables(file).get("travel_times.file")


def needs_network(file: ScenarioFile) -> bool:
    """Whether a road network has a say in the answer to a scenario."""
    return user_times(file) is None or file.scenario.candidates.none_within_minutes is not None


def _user_faults(file: ScenarioFile) -> Iterator[Fault]:
    """What of a scenario has no meaning beside files of its own."""
    scenario = file.scenario
    candidates = scenario.candidates
    if candidates.file and candidates.min_population != Candidates().min_population:
        problem = "every row of candidates.file is a candidate, whatever its population"
        remedy = "Leave min_population out, and the small places out of the file."
        yield _fault(file, "candidates.min_population", candidates.min_population, problem, remedy)
    if scenario.regions.file is None:
        return
    if scenario.demand.weight != "population":
        problem = "the shares that it needs are known for Sweden only"
        remedy = "Count those people alone in column people of demand.file."
        yield _fault(file, "demand.weight", scenario.demand.weight, problem, remedy)
    if needs_network(file) and scenario.network.source == "shipped":
        problem = "regions.file is given, so the roads of Sweden are not used"
        remedy = "Name a network that 'siting network build' wrote, or travel_times.file."
        yield _fault(file, "network.source", "shipped", problem, remedy)


def _level_faults(file: ScenarioFile, levels: frozenset[str]) -> Iterator[Fault]:
    for key, level in _levels_used(file.scenario):
        if level in OPTIONAL_LEVELS and level not in levels:
            problem = f"regions.file has no such level ({level})"
            remedy = "Leave it out, or add the columns of that level; see docs/own_files.md."
            yield _fault(file, key, level, problem, remedy)


def _levels_used(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Each key of a scenario that is about groups, with what it groups by."""
    objective = scenario.objective
    yield from guarantees(scenario).items()
    for number, quota in enumerate(scenario.limits.quotas):
        yield f"limits.quotas.{number}.group", quota.group
    for number, target in enumerate(objective.targets):
        yield f"objective.targets.{number}.each", target.each
    for place, stage in enumerate(objective.order):
        for number, target in enumerate(stage.targets):
            yield f"objective.order.{place}.targets.{number}.each", target.each


def _none_left(file: ScenarioFile, inputs: Inputs) -> Iterator[Fault]:
    """Every table of a result compares with the network of today, which has to be one."""
    if inputs.offices["shut"].all():
        problem, remedy = "no existing office stays open to compare with", "Leave one of them open."
        yield _fault(file, "offices.shut", list(file.scenario.offices.shut), problem, remedy)


def _room_faults(file: ScenarioFile, inputs: Inputs) -> Iterator[Fault]:
    """Kinds of offices say themselves how many people they serve."""
    kinds, given = file.scenario.office_types.use, inputs.candidates.get("capacity")
    if kinds and given is not None and given.notna().any():
        problem = "the candidates have a column capacity, and a kind brings its own"
        remedy = "Leave the kinds out, or the column."
        yield _fault(file, "office_types.use", list(kinds), problem, remedy)


def _speed_faults(file: ScenarioFile, folder: Path) -> Iterator[Fault]:
    wanted, profiles = file.scenario.network.speeds, speed_profiles(folder)
    if wanted.based_on not in profiles:
        remedy = f"Known: {', '.join(profiles)}."
        yield _fault(file, "network.speeds", wanted.based_on, "no such profile", remedy)
        return
    profile, problem = read_speeds(folder, wanted.based_on), "no such class of road"
    for name in sorted(wanted.kph.keys() - profile.kph.keys()):
        remedy = near_matches(name, profile.kph) or f"Known: {', '.join(profile.kph)}."
        yield _fault(file, f"network.speeds.{name}", wanted.kph[name], problem, remedy)
    if wanted.limits and profile.limits is None:
        problem, remedy = "this profile uses no speed limits", 'Write based_on = "limits".'
        yield _fault(file, "network.speeds.limits", wanted.based_on, problem, remedy)


def _network_faults(file: ScenarioFile) -> Iterator[Fault]:
    source, own = network_source(file), user_times(file)
    if isinstance(source, Path) and not source.is_file():
        remedy = 'Write "shipped", or a path relative to the scenario file.'
        yield _fault(file, "network.source", str(source), "no such file", remedy)
    if own and not own.path.is_file():
        remedy = "Write a path relative to the scenario file, or leave the key out."
        yield _fault(file, "travel_times.file", str(own.path), "no such file", remedy)


def _kind_faults(file: ScenarioFile, folder: Path) -> Iterator[Fault]:
    wanted, known = file.scenario.office_types, read_costs(folder, file).office_types
    named = {"use": wanted.use, "min": wanted.min, "max": wanted.max}
    for key, names in named.items():
        for name in names:
            if name not in (known if key == "use" else wanted.use):
                remedy = f"Known: {', '.join(known)}; min and max name kinds in use."
                yield _fault(file, f"office_types.{key}", name, "no such kind of office", remedy)


def _fault(file: ScenarioFile, key: str, value: object, problem: str, remedy: str) -> Fault:
    return Fault(str(file.path), key, value, problem, remedy)
