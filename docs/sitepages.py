"""What the site says that other files of the repository hold: schema, data, documents.

A page asks for a part with a line such as <!-- part: scenario --> or <!-- file: SECURITY.md -->,
which is filled in while the site is built, so that nothing can be out of date.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_origin

from siting.common.toml import Table, table_of
from siting.scenario.schema import Scenario, table_models

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
HOMES = {
    "README.md": "index.md",
    "data/README.md": "data.md",
    "results/README.md": "results.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "CHANGELOG.md": "changelog.md",
    "docs": "index.md",
}
"""Documents of the repository, and the page that holds each."""
_WISH = re.compile(r"^<!-- (part|file): (\S+) -->$", re.MULTILINE)
_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^(`{3,}|:{3,})")


def filled(page: str, text: str) -> str:
    """Return a page with the parts that it asks for, and links that hold on the site.

    Parameters
    ----------
    page : str
        Its name, without ending.
    text : str
        What stands in its file.
    """
    text = _with_links(text, DOCS)
    if page == "index":
        text = text.replace("<!-- part: others -->", "\n".join(_others(text)))
    return _WISH.sub(lambda found: _part(found[1], found[2]), text)


def _part(kind: str, name: str) -> str:
    if kind == "part":
        return "\n".join(PARTS[name]())
    path = ROOT / name
    if not path.is_file():
        return ""
    _, _, body = path.read_text(encoding="utf-8").partition("\n")
    return _with_links(body, path.parent)


def _others(index: str) -> Iterator[str]:
    """Pages that the index does not name itself."""
    named = {"index", *index.split("\n")}
    yield from (path.stem for path in sorted(DOCS.glob("*.md")) if path.stem not in named)


def _with_links(text: str, folder: Path) -> str:
    """Links as they have to be in docs/: to a page, to another host, or none but the words."""
    lines, fence = [], ""
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[0]
        elif mark and line.strip() == fence:
            fence = ""
        keep = fence or line.startswith("    ")
        lines.append(line if keep else _LINK.sub(lambda found: _link(found, folder), line))
    return "\n".join(lines)


def _link(found: re.Match[str], folder: Path) -> str:
    words, target = found.groups()
    if re.match(r"[a-z]+:|#", target):
        return found[0]
    file, _, anchor = target.partition("#")
    path = (folder / file).resolve()
    inside = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else file
    home = HOMES.get(inside.rstrip("/")) or inside.removeprefix("docs/")
    if (DOCS / home).is_file() and "/" not in home:
        return f"[{words}]({home}{'#' if anchor else ''}{anchor})"
    if found.string.startswith("|") or inside in words:
        return words
    return f"{words} (`{inside}`)"


def _scenario_tables() -> Iterator[str]:
    definitions = Scenario.model_json_schema()["$defs"]
    for name, model in table_models().items():
        several = isinstance(Scenario.model_fields[name].default, tuple)
        heading = f"[[{name}]]" if several else f"[{name}]"
        yield from _table(heading, model, definitions, level=2)


def _table(
    heading: str, model: type[Table], definitions: Mapping[str, Any], level: int
) -> Iterator[str]:
    definition = definitions[model.__name__]
    yield from (f"{'#' * level} `{heading}`", "", definition["description"].replace("\n", " "), "")
    yield from ("| key | value | default | meaning |", "|---|---|---|---|")
    required = definition.get("required", ())
    for key, entry in definition["properties"].items():
        default = "**needed**" if key in required else _default(entry.get("default"))
        meaning = " ".join(entry["description"].split()).replace("|", "\\|")
        yield f"| `{key}` | {_value(entry, definitions)} | {default} | {meaning} |"
    yield ""
    for key, field in model.model_fields.items():
        if (inner := table_of(field.annotation)) is not None:
            name = f"{heading.strip('[]')}.{key}"
            yield from _table(_heading(name, field.annotation), inner, definitions, level + 1)


def _heading(name: str, annotation: object) -> str:
    """How a table within a table is headed: alone, in a list, or with a name of its own."""
    if get_origin(annotation) is dict:
        return f"[{name}.NAME]"
    return f"[{name}]" if annotation is table_of(annotation) else f"[[{name}]]"


def _default(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, dict):
        return "empty"
    return f"`{json.dumps(value, ensure_ascii=False)}`" if value not in ([], {}) else "empty"


def _value(entry: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """The values that a key takes, in words."""
    if options := [each for each in entry.get("anyOf", ()) if each.get("type") != "null"]:
        return ", or ".join(_value(option, definitions) for option in options)
    if "enum" in entry:
        return ", ".join(f"`{value}`" for value in entry["enum"])
    if entry.get("type") == "array":
        inner = entry["items"]
        return "list of tables, below" if "$ref" in inner else f"list: {_value(inner, definitions)}"
    if entry.get("type") == "object":
        inner = entry["additionalProperties"]
        each = f"table: {_value(inner, definitions)} for each name"
        return "table of tables, below" if "$ref" in inner else each
    words = {
        "": "table, below",
        "string": "text",
        "integer": "whole number",
        "number": "number",
        "boolean": "true, false",
    }
    word = "date" if entry.get("format") == "date" else words[entry.get("type", "")]
    return ", ".join((word, *_bounds(entry)))


def _bounds(entry: Mapping[str, Any]) -> Iterator[str]:
    signs = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    yield from (f"{sign} {entry[key]:,.10g}" for key, sign in signs.items() if key in entry)


def _assumptions() -> Iterator[str]:
    listed = tomllib.loads((ROOT / "data" / "assumptions.toml").read_text(encoding="utf-8"))
    yield from ("| rating | assumption | value | source | effect |", "|---|---|---|---|---|")
    for entry in listed["assumption"]:
        cells = (entry[key].replace("|", "\\|") for key in ("what", "value", "source", "effect"))
        yield f"| {entry['rating']} | {' | '.join(cells)} |"


def _ledger() -> Iterator[str]:
    ledger = json.loads((ROOT / "data" / "datapackage.json").read_text(encoding="utf-8"))
    for table in ledger["resources"]:
        fields = table.get("schema", {}).get("fields", ())
        if not fields:
            continue
        yield from (f"### {table['path']}", "", f"{table['title']}.", "")
        yield f"*Origin:* {'; '.join(source['title'] for source in table['sources'])}.  "
        yield f"*Licence:* {'; '.join(licence['title'] for licence in table['licenses'])}.  "
        yield from (f"*Version:* {table['version']}, `{table['hash'][:19]}…`", "")
        yield from ("| column | type | meaning |", "|---|---|---|")
        for field in fields:
            meaning = field.get("description", "").replace("|", "\\|")
            yield f"| `{field['name']}` | {field['type']} | {meaning} |"
        yield ""


PARTS = {"scenario": _scenario_tables, "assumptions": _assumptions, "ledger": _ledger}
