"""Read TOML files against a schema, and say in the user's words how they differ from it."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from siting.common.errors import Fault, InputError, control_problem, file_fault, near_matches
from siting.common.file_limits import SCENARIO, refuse_large

# Greater numbers are mistyped; a solver would take them for no limit at all.
_GREATEST = 1_000_000_000


def _plain(text: str) -> str:
    if problem := control_problem(text):
        raise ValueError(problem)
    return text


def _path(text: str) -> str:
    if re.search(r"[\t\n\r\b\f]", text):
        raise ValueError(
            "a backslash and the letter behind it stand for another sign; write / instead"
        )
    return _plain(text)


Text = Annotated[str, Field(min_length=1, pattern=r"\S"), AfterValidator(_plain)]
FileName = Annotated[str, Field(min_length=1, pattern=r"\S"), AfterValidator(_path)]
Count = Annotated[int, Field(ge=0, le=_GREATEST)]
NonNegativeFloat = Annotated[float, Field(ge=0, le=_GREATEST)]
PositiveFloat = Annotated[float, Field(gt=0, le=_GREATEST)]


class Table(BaseModel):
    """One table of a scenario file: nothing but the keys below, and never changed."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True, allow_inf_nan=False
    )


def table_of(annotation: object) -> type[Table] | None:
    """The table that a field holds, itself or in a list; None for plain values."""
    for inner in (annotation, *get_args(annotation)):
        if isinstance(inner, type) and issubclass(inner, Table):
            return inner
    return None


_PLACE = re.compile(r"at line (\d+), column (\d+)")
_COMMA = re.compile(r"=\s*([+-]?\d+,\d+)\s*(?:[#,}].*)?$")
_CODE = re.compile(r"[=\[,]\s*(0\d+)\b")
_NUMBER = re.compile(r"[+-]?\d+,\d+")
_SHOWN = 80
_PERCENT = 100


def read_toml(path: Path) -> dict[str, Any]:
    """The content of a TOML file."""
    refuse_large(path, SCENARIO)
    text = ""
    try:
        text = path.read_text(encoding="utf-8-sig")
        return tomllib.loads(text)
    except UnicodeDecodeError as error:
        problem = f"the file is not UTF-8 text (byte {error.start + 1})"
        fault = file_fault(path, problem, "Save the file as UTF-8.")
    except OSError as error:
        problem = str(error.strerror or error)
        fault = file_fault(path, problem, "Check the path and the rights.")
    except tomllib.TOMLDecodeError as error:
        fault = _not_toml(path, text, error)
    except (ValueError, RecursionError) as error:  # too long a number, too deep a list, a bad path
        problem = f"the file is not valid TOML ({error})"
        remedy = "Take out what no scenario has: endless numbers, lists in lists in lists."
        fault = file_fault(path, problem, remedy)
    raise InputError([fault])


def _not_toml(path: Path, text: str, error: tomllib.TOMLDecodeError) -> Fault:
    """The fault of a file that is no TOML, with the line at which reading ended."""
    found = _PLACE.search(str(error))
    line = text.splitlines()[int(found[1]) - 1].strip() if found else text.strip()[-_SHOWN:]
    key = f"line {found[1]}, column {found[2]}" if found else "end of the file"
    remedy = 'Each line is key = value, with texts in "quotes" and a point in numbers.'
    if "twice" in str(error) and line.startswith("["):
        table = line.partition("#")[0].strip()
        remedy = f"The table {table} appears twice: put these keys under the one that is there."
    elif "\\" in line:
        remedy = f"Write / for each backslash: {re.sub(r'\\+', '/', line)[:_SHOWN]}"
    elif comma := _COMMA.search(line):
        remedy = f"Write {comma[1].replace(',', '.')}: numbers have a point, not a comma."
    elif code := _CODE.search(line):
        remedy = f'Write "{code[1]}": a code that begins with 0 stands in quotes.'
    elif line.count('"') % 2:
        remedy = "Close the quotation mark."
    return Fault(str(path), key, line[:_SHOWN], f"not valid TOML: {error}", remedy)


def toml_value(text: str) -> Any:  # noqa: ANN401 - any TOML value
    """A text as a value of TOML, or as a bare word where it is none."""
    try:
        (value,) = tomllib.loads(f"value = {text}").values()  # more than one is no value
    except (ValueError, RecursionError):
        return text.strip()
    return value


def lists_to_tuples(value: Any) -> Any:  # noqa: ANN401 - any TOML value
    """The content with tuples for lists, which is what a strict and frozen schema takes.

    What comes from Python may have paths, and numbers of libraries, besides.
    """
    if isinstance(value, Mapping):
        return {str(key): lists_to_tuples(item) for key, item in value.items()}
    if hasattr(value, "tolist"):
        return lists_to_tuples(value.tolist())
    if isinstance(value, list | tuple | range):
        return tuple(map(lists_to_tuples, value))
    return str(value) if isinstance(value, Path) else value


def flattened(
    value: object, parts_of: Callable[[object], Mapping[Any, object]], path: str = ""
) -> Iterator[tuple[str, object]]:
    """Yield the way to each value that has no parts, with dots between, and the value."""
    parts = parts_of(value)
    if not parts:
        yield path, value
    for key, part in parts.items():
        yield from flattened(part, parts_of, f"{path}.{key}" if path else str(key))


def parts_by_key(value: object) -> Mapping[Any, object]:
    """The parts of a table or a list by key or number; what is neither has none."""
    if isinstance(value, list):
        return dict(enumerate(value))
    return value if isinstance(value, dict) else {}


def read_model[Model: Table](
    path: Path, model: type[Model], given: Mapping[str, Any] | None = None
) -> Model:
    """The content of a TOML file, or what is given in its place, as a schema has it."""
    content = lists_to_tuples(read_toml(path) if given is None else given)
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise InputError(faults_of(error, str(path), model)) from error


def faults_of(error: ValidationError, file: str, root: type[Table]) -> tuple[Fault, ...]:
    """What is wrong with a file."""
    return tuple(_as_fault(file, dict(item), root) for item in error.errors())


def _as_fault(file: str, error: Mapping[str, Any], root: type[Table]) -> Fault:
    location = error["loc"] or ("file",)
    key, last = ".".join(map(str, location)), str(location[-1])
    value = error["input"]
    if error["type"] == "extra_forbidden":
        known = list(_keys(table_at(location[:-1], root)))
        remedy = near_matches(last, known) or f"Known here: {', '.join(known)}."
        return Fault(file, key, value, "there is no such key", remedy)
    if error["type"] == "missing":
        return Fault(file, key, None, "the key is missing", f"Add {last} = …")
    if error["type"] == "value_error":
        remedy = "Add or correct it."
        return Fault(file, key, _short(value), str(error["ctx"]["error"]), remedy)
    hint = _hint(value, error["type"])
    return Fault(file, key, _short(value), error["msg"].lower(), hint + _remedy(location, root))


def _short(value: object) -> object:
    """A value as a fault shows it: whole tables and lists cut short."""
    text = str(value)
    return value if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _hint(value: object, kind: str) -> str:
    """What to write instead, where that is clear."""
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return f"Write {value.strip().replace(',', '.')}: numbers have a point, no comma. "
    if kind == "string_type" and isinstance(value, int | float):
        return f'Write it in quotes, such as "{value}", and a code with its zeros. '
    if kind == "tuple_type" and isinstance(value, str | int | float):
        return "Write a list in [brackets]. "
    if kind == "less_than_equal" and isinstance(value, int | float) and 1 < value <= _PERCENT:
        return f"Write {value / _PERCENT:g}: a share is from 0 to 1. "
    return ""


def _keys(model: type[Table]) -> dict[str, FieldInfo]:
    """The fields of a table by the keys that a file gives them."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def table_at(location: Sequence[Any], root: type[Table]) -> type[Table]:
    """The table at a place in the schema; numbers in the location count rows of a list."""
    model = root
    for step in location:
        field = _keys(model).get(str(step))
        inner = table_of(field.annotation) if field else None
        model = inner or model
    return model


def field_at(names: Sequence[str], root: type[Table]) -> FieldInfo | None:
    """The field of a key and the tables before it; none where there is no such key."""
    return _keys(table_at(names[:-1], root)).get(names[-1])


def _remedy(location: Sequence[Any], root: type[Table]) -> str:
    names = [str(step) for step in location if not isinstance(step, int)]
    fields = [each for end in range(len(names)) if (each := field_at(names[: end + 1], root))]
    if len(names) == 1 or not fields:
        return "Write it as a table: [name] on a line of its own, its keys below."
    # A name within a key that takes any name means what the key does.
    meaning = " ".join((fields[-1].description or "").split())
    return f"It means: {meaning}{'' if meaning.endswith('.') else '.'}"
