"""Read a scenario file, apply overrides, and collect everything that is wrong with it."""

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from siting.errors import Fault, InputError, near_matches
from siting.scenario import About, Scenario, Table, table_of
from siting.shipped import scenario_folder

NONE = "none"
"""The value of an override that takes a key back to its default."""


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
    """

    name: str
    path: Path
    scenario: Scenario
    overrides: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()


def find_scenario(name: str) -> Path:
    """The scenario file that a user means: a path, or the name of one that ships.

    Raises
    ------
    InputError
        If there is no such file.
    """
    shipped = {path.stem: path for path in sorted(scenario_folder().glob("*.toml"))}
    path = Path(name)
    if path.suffix == ".toml" or path.is_file():
        return path
    if name in shipped:
        return shipped[name]
    remedy = near_matches(name, shipped) or f"Shipped: {', '.join(shipped)}; or give a path."
    raise InputError([Fault("command line", "SCENARIO", name, "no such scenario", remedy)])


def read_scenario(path: Path, overrides: Sequence[str] = ()) -> ScenarioFile:
    """Read a scenario file and apply overrides; what is wrong with it is kept in `faults`.

    Parameters
    ----------
    path : Path
        A TOML file.
    overrides : sequence of str
        Each ``table.key=value``, the value as TOML or as a bare word; ``none`` takes the key
        back to its default.

    Raises
    ------
    InputError
        If the file cannot be read at all.
    """
    content = _parse(path)
    log, faults = [], []
    for override in overrides:
        try:
            log.append(_apply(override, content))
        except ValueError as error:
            remedy = "Write --set table.key=value, such as --set limits.new_offices_max=20."
            faults.append(Fault("--set", "override", override, str(error), remedy))
    scenario, more = _validate(content, str(path))
    return ScenarioFile(path.stem, path, scenario, tuple(log), (*faults, *more))


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        problem = error.strerror if isinstance(error, OSError) else "the file is not UTF-8 text"
        remedy = "Check the path and the rights, and save the file as UTF-8."
        fault = Fault(str(path), "file", path.name, str(problem), remedy)
    except tomllib.TOMLDecodeError as error:
        remedy = 'Each line is key = value, with texts in "quotes" and a point in numbers.'
        fault = Fault(str(path), "file", path.name, f"not valid TOML: {error}", remedy)
    raise InputError([fault])


def _apply(override: str, content: dict[str, Any]) -> str:
    """Set one key in place, or take it out where the value is none; give "key: old -> new"."""
    key, sign, text = override.partition("=")
    table, dot, name = key.strip().partition(".")
    if not (sign and dot and table and name):
        raise ValueError("there is no table.key=value in it")
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text.strip()
    section = content.setdefault(table, {})
    if not isinstance(section, dict):
        raise ValueError(f"{table} is not a table")  # noqa: TRY004 - the user's slip, not ours
    model = Scenario.model_fields.get(table)
    default = getattr(model.default, name, None) if model else None
    old = section.pop(name, default)
    if value != NONE:
        section[name] = value
    return f"{key.strip()}: {old!r} -> {value!r}"


def _validate(content: dict[str, Any], file: str) -> tuple[Scenario, tuple[Fault, ...]]:
    """Check against the schema; where it does not fit, fall back to defaults and say so."""
    try:
        return _to_scenario(content), ()
    except ValidationError as error:
        errors = error.errors()
    faults = tuple(_as_fault(file, dict(item)) for item in errors)
    kept = _without(content, {tuple(item["loc"][:2]) for item in errors})
    return _to_scenario(kept), faults


def _to_scenario(content: Mapping[str, Any]) -> Scenario:
    # Python mode is strict about lists; TOML arrays are the only lists there are.
    return Scenario.model_validate(_lists_to_tuples(content))


def _lists_to_tuples(value: Any) -> Any:  # noqa: ANN401 - any TOML value
    if isinstance(value, Mapping):
        return {key: _lists_to_tuples(item) for key, item in value.items()}
    return tuple(map(_lists_to_tuples, value)) if isinstance(value, list) else value


def _without(content: Mapping[str, Any], bad: set[tuple[Any, ...]]) -> dict[str, Any]:
    """Drop what is wrong, and stand in for what cannot be left out."""
    kept = {
        table: {key: item for key, item in section.items() if (table, key) not in bad}
        for table, section in content.items()
        if isinstance(section, Mapping) and table in Scenario.model_fields and (table,) not in bad
    }
    stand_in = dict.fromkeys(About.model_fields, "?") | {"date": dt.date(1, 1, 1)}
    return {**kept, "scenario": stand_in | kept.get("scenario", {})}


def _as_fault(file: str, error: Mapping[str, Any]) -> Fault:
    location = error["loc"]
    key, last = ".".join(map(str, location)), str(location[-1])
    value = error["input"]
    if error["type"] == "extra_forbidden":
        known = list(_model_at(location[:-1]).model_fields)
        remedy = near_matches(last, known) or f"Known here: {', '.join(known)}."
        return Fault(file, key, value, "there is no such key", remedy)
    if error["type"] == "missing":
        return Fault(file, key, None, "the key is missing", f"Add {last} = …")
    if error["type"] == "value_error":
        return Fault(file, key, "…", str(error["ctx"]["error"]), "Add or correct it.")
    return Fault(file, key, value, error["msg"].lower(), _remedy(location))


def _model_at(location: Sequence[Any]) -> type[Table]:
    """The table at a place in the schema; numbers in the location count rows of a list."""
    model: type[Table] = Scenario
    for step in location:
        field = model.model_fields.get(str(step))
        inner = table_of(field.annotation) if field else None
        model = inner or model
    return model


def _remedy(location: Sequence[Any]) -> str:
    names = [str(step) for step in location if not isinstance(step, int)]
    field = _model_at(names[:-1]).model_fields.get(names[-1])
    if len(names) == 1 or field is None:
        return "Write it as a table: [name] on a line of its own, its keys below."
    return f"It means: {' '.join((field.description or '').split())}"
