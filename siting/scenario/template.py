"""Write a scenario file to start from: every key with its meaning and its default."""

import datetime as dt
import json
import shlex
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

from siting.common.errors import Fault, InputError, refuse_all
from siting.common.files import write_file
from siting.common.toml import Table
from siting.scenario.file import read_scenario
from siting.scenario.schema import About, Scenario, table_models

_WIDTH = 96


def write_starter(name: str, source: Path | None) -> Path:
    """Write NAME.toml into the current folder."""
    path = Path(f"{name.removesuffix('.toml')}.toml")
    scenario = None
    if source is not None:
        file = read_scenario(source)
        refuse_all(file.faults)
        about = _about(path.stem, file.name)
        scenario = file.scenario.model_copy(update={"scenario": about})
    if path.exists():
        problem, remedy = "the file exists already", "Choose another name, or another folder."
        raise InputError([Fault(str(path), "NAME", name, problem, remedy)])
    text = "\n".join(_lines(path.stem, scenario)) + "\n"
    return write_file(path, text.encode(), option="NAME")


def _about(name: str, source: str) -> About:
    """What a scenario begun from another says of itself until its author says more."""
    return About.model_construct(  # a name that no text may hold is a fault when the file is read
        title=f"{name} (from {source})",
        author="…",
        date=_today(),
        source=f"As in {source} but for what is changed here",
        rationale=f"Begun from {source}. Say why this is asked, and what its figures are and are "
        "not.",
    )


def _lines(name: str, scenario: Scenario | None) -> Iterator[str]:
    file = shlex.quote(f"{name}.toml")
    yield "# A scenario of siting. Lines that begin with # are remarks; a key that stands behind #"
    yield f"# has its default value. Check the file with:  siting check {file}"
    for table, model in table_models().items():
        yield ""
        yield from _comment(model.__doc__ or "")
        content = getattr(scenario, table) if scenario else None
        if isinstance(content, tuple) or _is_list(table):
            yield from _repeated(table, model, content or ())
        else:
            yield f"[{table}]"
            yield from _keys(model, content)


def _is_list(name: str) -> bool:
    return isinstance(Scenario.model_fields[name].default, tuple)


def _repeated(name: str, model: type[Table], rows: Iterable[Table]) -> Iterator[str]:
    """A table that may occur several times; as a remark where it does not occur."""
    if not rows:
        yield f"# [[{name}]]"
        for key, field in model.model_fields.items():
            yield from _comment(f"{key}: {field.description or ''}")
    for row in rows:
        yield f"[[{name}]]"
        yield from _keys(model, row)


def _keys(model: type[Table], values: Table | None) -> Iterator[str]:
    for key, field in model.model_fields.items():
        yield from _comment(field.description or "")
        yield _line(key, values, required=field.is_required(), default=field.default)


def _line(key: str, values: Table | None, *, required: bool, default: object) -> str:
    value = getattr(values, key, default)
    if required and values is None:
        return f"{key} = {_today() if key == 'date' else '"…"'}"
    if not required and value == default:
        shown = "…" if default is None else _toml(default)
        return f"# {key} = {shown}"
    return f"{key} = {_toml(value)}"


def _today() -> dt.date:
    return dt.datetime.now(tz=dt.UTC).date()


def _comment(text: str) -> Iterator[str]:
    for line in textwrap.wrap(" ".join(text.split()), _WIDTH - 2):
        yield f"# {line}"


def _toml(value: object) -> str:
    """A value as TOML: JSON has the same texts, numbers and truth values."""
    if isinstance(value, Table):
        return _toml(value.model_dump(exclude_defaults=True))
    if isinstance(value, dict):
        pairs = ", ".join(f"{key} = {_toml(item)}" for key, item in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, str) and "\n" in value and '"""' not in value:
        escaped = value.replace("\\", "\\\\")
        return f'"""\n{escaped}"""'
    return json.dumps(value, ensure_ascii=False) if _is_plain(value) else str(value)


def _is_plain(value: object) -> bool:
    return isinstance(value, str | bool | int | float)
