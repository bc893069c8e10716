"""Folders of results that were damaged, edited or made by something else."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from siting.results.result import CSV_TABLES, read_result
from tests.project.faulty.case import Case, changed, head, rows_of, text_of

_SHIPPED = Path(__file__).parents[3] / "results" / "announced_only"
_NAMES = ("manifest.json", *(f"{name}.csv" for name in CSV_TABLES))


def _files() -> dict[str, bytes]:
    return {f"r/{name}": _text(name).encode() for name in _NAMES}


def _text(name: str) -> str:
    """A file of the result; a few rows stand for all municipalities."""
    if name in ("municipalities.csv", "offices.csv"):
        return head(_SHIPPED / name, 4)
    return (_SHIPPED / name).read_text(encoding="utf-8")


def _case(name: str, what: str, content: bytes | str | None, key: str, value: str = "") -> Case:
    files = _files()
    files.pop(f"r/{name}", None)
    if content is not None:
        files[f"r/{name}"] = content if isinstance(content, bytes) else content.encode()
    read = _read
    return Case(f"r/{name}: {what}", files, read, "r", key, value)


def _read(folder: Path) -> object:
    return read_result(folder / "r")


def _manifests() -> Iterator[Case]:
    text = (_SHIPPED / "manifest.json").read_text(encoding="utf-8")
    whole: Mapping[str, Any] = json.loads(text)
    for key in (each for each in whole if each != "method"):
        less = {name: part for name, part in whole.items() if name != key}
        if key != "assumed":  # results of 0.1.0 have none
            yield _case("manifest.json", f"no {key}", json.dumps(less), key, "missing")
        wrong = [1] if not isinstance(whole[key], list) else "x"
        content = json.dumps({**whole, key: wrong})
        yield _case("manifest.json", f"{key} = {wrong}", content, key, str(wrong).strip("[]"))
    for place, value in (
        ("versions.siting", None),
        ("cost.annual_msek", "much"),
        ("size.offices", "113 st"),
        ("summary.people", None),
        ("unreached.people", "none"),
        ("scenario.limits", 3),
        ("scenario.demand", {"weight": "everybody"}),
        ("scenario.scenario", {}),
        ("scenario.objective", {"kind": "best"}),
        ("scenario.nothing", {"kind": "best"}),
        ("objective", "12,4"),
        ("gap", float("nan")),
        ("date", "yesterday"),
    ):
        table, dot, name = place.partition(".")
        part = {**whole[table], name: value} if dot else value
        content = json.dumps({**whole, table: part})
        yield _case("manifest.json", f"{place} = {value}", content, place)
    for what, content, value in (
        ("cut off", text[:-50], "manifest.json"),
        ("empty", "", "manifest.json"),
        ("a list", "[]", "no names and values"),
        ("a text", '"manifest"', "no names and values"),
        ("deep", "[" * 100_000, "manifest.json"),
    ):
        yield _case("manifest.json", what, content, "result", value)
    yield _case("manifest.json", "Latin-1", text.encode("utf-16"), "result", "manifest.json")
    yield _case("manifest.json", "not there", None, "result", "manifest.json")
    study = json.dumps({"name": "x", "study": "robustness", "draws_done": 3})
    yield _case("manifest.json", "a study's", study, "scenario", "missing")
    yield _case("run.json", "cut off", '{"python": ', "result", "run.json")
    yield _case("run.json", "a list", "[]", "result", "run.json")


def _tables() -> Iterator[Case]:
    for table in CSV_TABLES:
        name = f"{table}.csv"
        text = _text(name)
        rows = rows_of(text)
        header = rows[0]
        number = "before" if table == "access" else "mean_after"
        number = "people_nearest" if table == "sites" else number
        for value in ("x", "12,5", "nan", "1 234"):
            content = text_of(changed(rows, 2, number, value))
            yield _case(name, f"{number} = {value!r}", content, f"row 2, column {number}", value)
        for column in dict.fromkeys((header[0], number, header[-1])):
            place = header.index(column)
            short = text_of([fields[:place] + fields[place + 1 :] for fields in rows])
            yield _case(name, f"no {column}", short, f"column {column}", "missing")
        key = {"sites": "locality_code", "access": "measure"}.get(table, header[0])
        twice = text_of([*rows, rows[1]])
        yield _case(name, "a row twice", twice, f"row 2, column {key}", "more than one row")
        yield _case(name, "not there", None, "result", name)
        yield _case(name, "empty", b"", "file", "empty")
        yield _case(name, "semicolons", text.replace(",", ";"), "row 1", "semicolons")
        yield _case(name, "Latin-1", f"{text}Å".encode("latin-1"), "row", "UTF-8")
        yield _case(name, "UTF-16", text.encode("utf-16"), "file", "UTF-16")
        yield _case(name, "a field short", f"{text}a,b\n", "row", "2 fields")
        yield _case(name, "a lost quote", f'{text}"a,b\n', "row", "quotation")
        yield _case(name, "NUL", text.replace("\n", "\n\0", 1), "row 2", "NUL")
    for name, column in (
        ("municipalities.csv", "municipality_code"),
        ("counties.csv", "county_code"),
        ("fa_regions.csv", "fa_code"),
    ):
        rows = rows_of(_text(name))
        code = rows[1][rows[0].index(column)].lstrip("0")
        content = text_of(changed(rows, 2, column, code))
        yield _case(name, f"{column} without its zero", content, f"row 2, column {column}", code)
    rows = rows_of((_SHIPPED / "sites.csv").read_text(encoding="utf-8"))
    content = text_of(changed(rows, 2, "forced", "perhaps"))
    yield _case("sites.csv", "forced = perhaps", content, "row 2, column forced", "perhaps")
    rows = rows_of((_SHIPPED / "access.csv").read_text(encoding="utf-8"))
    content = text_of([rows[0], *rows[2:]])
    yield _case("access.csv", "no mean", content, "column measure", "mean")
    yield _case("assignment.parquet", "no Parquet", b"PAR1", "result", "Parquet")


def result_cases() -> Iterator[Case]:
    """All of this module."""
    yield from _manifests()
    yield from _tables()
