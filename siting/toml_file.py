"""Read a TOML file and say in the user's words how it differs from its schema."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from siting.errors import Fault, InputError, near_matches
from siting.scenario import Table, table_of
from siting.sizes import SCENARIO, refuse_large


def read_toml(path: Path) -> dict[str, Any]:
    """The content of a TOML file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    dict
        Tables and values by key.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    refuse_large(path, SCENARIO)
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


def lists_to_tuples(value: Any) -> Any:  # noqa: ANN401 - any TOML value
    """The content with tuples for lists, which is what a strict and frozen schema takes."""
    if isinstance(value, Mapping):
        return {key: lists_to_tuples(item) for key, item in value.items()}
    return tuple(map(lists_to_tuples, value)) if isinstance(value, list) else value


def faults_of(error: ValidationError, file: str, root: type[Table]) -> tuple[Fault, ...]:
    """What is wrong with a file.

    Parameters
    ----------
    error : pydantic.ValidationError
        From checking its content.
    file : str
        How faults name it.
    root : type of Table
        The schema it was checked against.

    Returns
    -------
    tuple of Fault
        One fault a mistake, with its key.
    """
    return tuple(_as_fault(file, dict(item), root) for item in error.errors())


def _as_fault(file: str, error: Mapping[str, Any], root: type[Table]) -> Fault:
    location = error["loc"] or ("file",)
    key, last = ".".join(map(str, location)), str(location[-1])
    value = error["input"]
    if error["type"] == "extra_forbidden":
        known = list(_model_at(location[:-1], root).model_fields)
        remedy = near_matches(last, known) or f"Known here: {', '.join(known)}."
        return Fault(file, key, value, "there is no such key", remedy)
    if error["type"] == "missing":
        return Fault(file, key, None, "the key is missing", f"Add {last} = …")
    if error["type"] == "value_error":
        return Fault(file, key, "…", str(error["ctx"]["error"]), "Add or correct it.")
    return Fault(file, key, value, error["msg"].lower(), _remedy(location, root))


def _model_at(location: Sequence[Any], root: type[Table]) -> type[Table]:
    """The table at a place in the schema; numbers in the location count rows of a list."""
    model = root
    for step in location:
        field = model.model_fields.get(str(step))
        inner = table_of(field.annotation) if field else None
        model = inner or model
    return model


def _remedy(location: Sequence[Any], root: type[Table]) -> str:
    names = [str(step) for step in location if not isinstance(step, int)]
    field = _model_at(names[:-1], root).model_fields.get(names[-1])
    if len(names) == 1 or field is None:
        return "Write it as a table: [name] on a line of its own, its keys below."
    return f"It means: {' '.join((field.description or '').split())}"
