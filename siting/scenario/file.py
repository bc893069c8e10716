"""Read a scenario file, apply overrides, and collect everything that is wrong with it."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from siting.common.errors import Fault, InputError, near_matches
from siting.common.package import scenario_folder
from siting.common.toml import faults_of, lists_to_tuples, read_toml, toml_value
from siting.scenario.figures import as_table
from siting.scenario.schema import About, Scenario
from siting.scenario.user import default_network
from siting.scenario.workbook import BOOKS, MAIN, read_book

NONE = "none"
"""The value of an override that takes a key back to its default."""
NAME = r"\w[\w.=,+-]*"
"""What a folder of results can be called."""
_ONCE = "Write each key once, in a row with its table, key and value."
_NO_KEY = "there is no table.key=value in it"


@dataclass(frozen=True)
class ScenarioFile:
    """A scenario together with where it came from.

    Parameters
    ----------
    name : str
        File name without ending; results go to a folder of this name.
    path : Path
        The file; paths in the scenario are relative to its folder.
    scenario : Scenario
        What it says, after overrides.
    overrides : tuple of str
        One "key: old -> new" for each ``--set``.
    faults : tuple of Fault
        What is wrong with it; what the faults name stands at its default in `scenario`, so that
        the rest can be checked too.
    allow : tuple of Path
        Folders that files may be read from, besides its own and the data folder.
    places : mapping of str to str
        Of a workbook, the sheet and row in which each key stands.
    """

    name: str
    path: Path
    scenario: Scenario
    overrides: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    allow: tuple[Path, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)


def find_scenario(name: str) -> Path:
    """The scenario file that a user means: a path, one that ships, or one in the current folder.

    Parameters
    ----------
    name : str
        A path, or a name without .toml. Of a shipped scenario and a file in the current folder
        that have this name, the shipped one is meant.

    Returns
    -------
    Path
        The file; whether one stands at a path that was given is seen when it is read.

    Raises
    ------
    InputError
        If there is no such scenario, and it is no path or one that is nearly a scenario's name.
    """
    path = Path(name)
    shipped = {each.stem: each for each in sorted(scenario_folder().glob("*.toml"))}
    here = {each.stem: each for each in sorted(Path().glob("*.toml"))}
    for found in (path, shipped.get(name), here.get(name)):
        if found is not None and found.is_file():
            return found
    is_toml = path.suffix in (".toml", *BOOKS)
    known = (*shipped, *(each.name if path.suffix else stem for stem, each in here.items()))
    remedy = near_matches(name, known)
    # Reading it says what is wrong with a path.
    if is_toml and (path.parent != Path() or not remedy):
        return path
    remedy = remedy or f"Shipped: {', '.join(shipped)}; or give a path."
    problem = "no such file" if is_toml else "no such scenario"
    raise InputError([Fault("command line", "SCENARIO", name, problem, remedy)])


type Folders = Path | str | Sequence[Path | str]
"""Folders that files may be read from, or one."""
type AnyScenario = ScenarioFile | Path | str | Mapping[str, Any]
"""A scenario that is read, its path or name, or its content."""


def as_paths(allow: Folders) -> tuple[Path, ...]:
    """Folders as paths."""
    return tuple(map(Path, [allow] if isinstance(allow, Path | str) else allow))


def as_scenario_file(scenario: AnyScenario) -> ScenarioFile:
    """A scenario as it is, or read."""
    return scenario if isinstance(scenario, ScenarioFile) else read_scenario(scenario)


def read_scenario(
    scenario: Path | str | Mapping[str, Any],
    overrides: Sequence[str] = (),
    values: Mapping[str, Any] | None = None,
    *,
    allow: Folders = (),
    name: str = "",
) -> ScenarioFile:
    """Read a scenario file and apply overrides; what is wrong with it is kept in `faults`.

    Parameters
    ----------
    scenario : Path, str or mapping
        A TOML file or workbook; a path or name as `find_scenario` takes it; or what one would say,
        whose paths are then relative to the current folder and whose date may be a text.
    overrides : sequence of str
        Each ``table.key=value``, the value as TOML or as a bare word; ``none`` takes the key
        back to its default.
    values : mapping of str to object, optional
        More overrides, applied before: values as TOML gives them, by table.key.
    allow : sequence of Path or str
        Folders that files of the scenario may be read from, besides its own and the data folder.
    name : str
        What its results are called; that of the file if not given, and "scenario" without a file.

    Returns
    -------
    ScenarioFile
        The scenario with its faults; `refuse_faults` raises them.

    Raises
    ------
    InputError
        If the file cannot be read at all.
    """
    log, faults = [], [*_missing_folders(as_paths(allow)), *_unfit_name(name)]
    places: dict[str, str] = {}
    if isinstance(scenario, Mapping):
        path, content = Path("scenario"), _with_date(lists_to_tuples(scenario))
    else:
        path = find_scenario(scenario) if isinstance(scenario, str) else scenario
        is_book = path.suffix.lower() in BOOKS
        content = _read_book(path, places, faults) if is_book else read_toml(path)
    for key, value in (values or {}).items():
        try:
            log.append(_apply(key, value, content))
        except ValueError as error:
            faults.append(Fault(str(path), key, value, str(error), "Write it as table.key."))
    for override in overrides:
        try:
            log.append(_apply(*_parse(override), content))
        except ValueError as error:
            remedy = "Write --set table.key=value, such as --set limits.new_offices_max=20."
            faults.append(Fault("--set", "override", override, str(error), remedy))
    # Workers of a cluster may have been started in another folder.
    allowed = tuple(each.absolute() for each in (*as_paths(allow), *_default_roads(content, log)))
    checked, more = _validate(content, str(path))
    given = {override.partition("=")[0].strip() for override in overrides}
    every = (*faults, *placed((_blamed(fault, given) for fault in more), path, places))
    return ScenarioFile(name or path.stem, path, checked, tuple(log), every, allowed, places)


def _default_roads(content: dict[str, Any], log: list[str]) -> list[Path]:
    """Let the default network, if there is one, be meant where a scenario names none."""
    named = not isinstance(roads := content.get("network", {}), dict) or "source" in roads
    if named or (chosen := default_network()) == "shipped":
        return []
    log.append(_apply("network.source", chosen, content))
    return [Path(chosen)]


def _read_book(path: Path, places: dict[str, str], faults: list[Fault]) -> dict[str, Any]:
    """What a workbook says; where its keys stand and what is wrong with them is added."""
    content: dict[str, Any] = {}
    entries, unread = read_book(path)
    faults += unread
    for key, value, place in entries:
        *way, name = key.split(".")
        problem = f"it stands in {places[key]} too" if key in places else ""
        section: Any = content if all((*way, name)) else None
        places.setdefault(key, place)
        for step in () if value is None else way:
            section = section.setdefault(step, {}) if isinstance(section, dict) else None
        if not isinstance(section, dict):
            problem = "it is no key with its table before it"
        elif value is not None and not problem:
            section[name] = value
        if problem:
            faults.append(Fault(str(path), f"{place}, {key}", value, problem, _ONCE))
    return _with_date(content)


def placed(faults: Iterable[Fault], path: Path, places: Mapping[str, str]) -> Iterator[Fault]:
    """The faults of a workbook with the sheet and row in which their keys stand."""
    for fault in faults:
        steps = fault.key.split(".")
        ways = (".".join(steps[:count]) for count in range(len(steps), 0, -1))
        place = next((places[way] for way in ways if way in places), f"sheet {MAIN}")
        here = places and fault.file == str(path) and not fault.key.startswith("sheet ")
        yield replace(fault, key=f"{place}, {fault.key}") if here else fault


def _unfit_name(name: str) -> Iterator[Fault]:
    """The fault of a name that no folder of results can have; none is given as ""."""
    if name and not re.fullmatch(NAME, name):
        remedy = "Write letters, digits and the signs . = , + - _ only."
        yield Fault("scenario", "name", name, "no folder can be called so", remedy)


def _with_date(content: dict[str, Any]) -> dict[str, Any]:
    """The content of a scenario with its date as such, where it is a text as in a manifest."""
    with suppress(KeyError, TypeError, ValueError):
        content["scenario"]["date"] = dt.date.fromisoformat(content["scenario"]["date"])
    return content


def _missing_folders(folders: Iterable[Path]) -> Iterator[Fault]:
    for folder in folders:
        if not folder.is_dir():
            remedy = "Name the folder that holds the files."
            yield Fault("command line", "--allow", str(folder), "there is no such folder", remedy)


def _blamed(fault: Fault, given: set[str]) -> Fault:
    """The fault with --set for its file, where the value came from there."""
    ours = any(
        f"{key}.".startswith(f"{fault.key}.") or fault.key.startswith(f"{key}.") for key in given
    )
    return replace(fault, file="--set") if ours else fault


def _parse(override: str) -> tuple[str, Any]:
    """The key and the value of "table.key=value"."""
    key, sign, text = override.partition("=")
    if not sign:
        raise ValueError(_NO_KEY)
    return key.strip(), toml_value(text)


def _apply(key: str, value: Any, content: dict[str, Any]) -> str:  # noqa: ANN401 - any TOML value
    """Set one key in place, or take it out where the value is none; give "key: old -> new"."""
    *way, name = key.split(".")
    if not (way and name and all(way)):
        raise ValueError(_NO_KEY)
    section: Any = content
    default: Any = Scenario.model_construct()
    for step in way:
        found = section.get(step, {})
        # Speeds may be named by their profile.
        section[step] = section = as_table(found) if step == "speeds" else found
        default = getattr(default, step, None)
        if not isinstance(section, dict):
            raise ValueError(f"{step} is not a table")  # noqa: TRY004 - the user's mistake, not ours
    old = section.pop(name, getattr(default, name, None))
    if value != NONE:
        section[name] = lists_to_tuples(value)  # a copy, as the next override may go into it
    return f"{key}: {old!r} -> {value!r}"


def _validate(content: dict[str, Any], file: str) -> tuple[Scenario, tuple[Fault, ...]]:
    """Check against the schema; where it does not fit, fall back to defaults and say so."""
    faults: tuple[Fault, ...] = ()
    kept: Mapping[str, Any] = content
    # What is left without the faulty keys may be incomplete; then whole tables fall away.
    for depth in (2, 1):
        try:
            return _to_scenario(kept), faults
        except ValidationError as error:
            faults = faults or faults_of(error, file, Scenario)
            kept = _without(kept, {tuple(item["loc"][:depth]) for item in error.errors()})
    return _to_scenario(kept), faults


def _to_scenario(content: Mapping[str, Any]) -> Scenario:
    return Scenario.model_validate(lists_to_tuples(content))


def _without(content: Mapping[str, Any], bad: set[tuple[Any, ...]]) -> dict[str, Any]:
    """Drop what is wrong, and stand in for what cannot be left out."""
    kept = {
        table: {key: item for key, item in section.items() if (table, key) not in bad}
        for table, section in content.items()
        if isinstance(section, Mapping) and table in Scenario.model_fields and (table,) not in bad
    }
    stand_in = dict.fromkeys(About.model_fields, "?") | {"date": dt.date(1, 1, 1)}
    return {**kept, "scenario": stand_in | kept.get("scenario", {})}
