"""What people bring in other forms: workbooks as scenarios, office lists, times that cannot be."""

import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd

from siting.common.errors import InputError
from siting.common.types import Points
from siting.inputs.read import UserFiles
from siting.network.times_file import read_travel_times
from siting.scenario.file import read_scenario
from tests.project.faulty.case import Case, Row, text_of
from tests.project.faulty.mutations import as_bytes
from tests.project.faulty.scenarios import HEAD, keys_by_kind

_CELLS: Mapping[str, tuple[Any, ...]] = {
    "integer": (2.5, -1, "three", True, "3,5", 10**12),
    "number": ("12,5", "nan", True, "a lot", -1e300),
    "boolean": ("perhaps", 2, 0.5),
    "enum": ("zzz", 3),
    "date": ("tomorrow", 3, True),
}
"""Cells that a key of the kind cannot have."""
_TEXTS = {key: value.strip('"') for key, value in HEAD.items()}


def _book(rows: list[tuple[Any, ...]], others: Mapping[str, list[Row]] | None = None) -> bytes:
    book = openpyxl.Workbook()
    main = book.active
    main.title = "scenario"
    for row in (
        ("table", "key", "value"),
        *(("scenario", *each) for each in _TEXTS.items()),
        *rows,
    ):
        main.append(row)
    for name, lines in (others or {}).items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _read_book(folder: Path) -> None:
    file = read_scenario(folder / "mine.xlsx")
    if file.faults:
        raise InputError(file.faults)


def _case(what: str, content: bytes, key: str, value: str = "", remedy: str = "") -> Case:
    return Case(
        f"mine.xlsx: {what}", {"mine.xlsx": content}, _read_book, "mine.xlsx", key, value, remedy
    )


def workbook_cases() -> Iterator[Case]:
    """A scenario in a workbook: keys with cells that they cannot have, and sheets that are none."""
    for table, key, kind in keys_by_kind():
        place = f"{table}.{key}"
        for cell in () if table == "scenario" else _CELLS.get(kind, ()):
            shown = "" if isinstance(cell, float | int) else cell[:2]
            yield _case(f"{place} = {cell!r}", _book([(table, key, cell)]), place, shown)
        wrong = f"{key}x"
        yield _case(f"{place}x", _book([(table, wrong, 1)]), f"{table}.{wrong}", "no such key")
    for name in _TEXTS:
        rest = {key: value for key, value in _TEXTS.items() if key != name}
        book = _book([])
        again = openpyxl.load_workbook(io.BytesIO(book))
        again["scenario"].delete_rows(2, len(_TEXTS))
        for each in rest.items():
            again["scenario"].append(("scenario", *each))
        out = io.BytesIO()
        again.save(out)
        yield _case(f"no {name}", out.getvalue(), f"scenario.{name}", "missing")
    for name, meant in (("quota", "quotas"), ("Demands", "demand"), ("phase", "phases")):
        sheet = {name: [["a"], ["b"]]}
        yield _case(f"a sheet {name}", _book([], sheet), f"sheet {name}", name, meant)
    for name, lines in _LISTS.items():
        yield _case(f"{name}, {lines}", _book([], {name: lines}), *_KEYS[name])
    yield _case("no workbook", b"PK\x03\x04 no workbook", "file", "no workbook")
    yield _case("empty", b"", "file", "no workbook")
    yield _case("cut off", _book([])[:-200], "file", "no workbook")


_LISTS: Mapping[str, list[Row]] = {
    "quotas": [["group", "labels", "min"], ["land", "01", "1"]],
    "targets": [["share", "within_minutes"], ["90", "45"]],
    "order": [["kind"], ["best"]],
    "phases": [["name", "years"], ["a", "0"]],
}
_KEYS: Mapping[str, tuple[str, str]] = {
    "quotas": ("limits.quotas.0.group", "land"),
    "targets": ("objective.targets.0.share", "90"),
    "order": ("objective.order.0.kind", "best"),
    "phases": ("phases.0.years", "0"),
}

_PLACES = pd.DataFrame(
    {
        "code": ["0114", "0180", "2480"],
        "name": ["Upplands Väsby", "Stockholm", "Umeå"],
        "seat": ["Upplands Väsby", "Stockholm", "Umeå"],
        "seat_lon": [17.911, 18.069, 20.26],
        "seat_lat": [59.518, 59.329, 63.828],
    }
)
_TOWNS = pd.DataFrame(
    {
        "code": ["0114TB1", "0180TC1", "2480TC1", "2480TB2", "0114TB2"],
        "name": ["Upplands Väsby", "Stockholm", "Umeå", "Sävar", "Sävar"],
        "municipality_code": ["0114", "0180", "2480", "2480", "0114"],
        "population_2020": [40_000, 1_600_000, 90_000, 3_000, 300],
        "lon": [17.911, 18.069, 20.26, 20.55, 17.9],
        "lat": [59.518, 59.329, 63.828, 63.9, 59.5],
    }
)


def _offices(folder: Path) -> object:
    known = _PLACES.assign(county="", county_code="", fa_code="", fa_name="")
    own = UserFiles(
        known, "data/municipalities.csv", outside_sweden=False, localities=lambda: _TOWNS
    )
    return own.offices(next(folder.glob("offices.*")))


_LISTED = {
    "Umea": ("column Kommun", "Umea", "Umeå"),
    "Umeåå": ("column Kommun", "Umeåå", "Umeå"),
    "Atlantis": ("column Kommun", "Atlantis", ""),
    "114": ("column Kommun", "114", "0114"),
    "0115": ("column Kommun", "0115", ""),
    "Stokholm": ("column Kommun", "Stokholm", "Stockholm"),
    "Upplands-Väsby": ("column Kommun", "Upplands-Väsby", "Upplands Väsby"),
    "Umeå;Savar": ("column Ort", "Savar", "Sävar"),
    "Umeå;Atlantis": ("column Ort", "Atlantis", ""),
    "Stockholm;Sävar": ("column Ort", "Sävar", ""),
    ";Sävar": ("column Ort", "Sävar", ""),
    ";Stokholm": ("column Ort", "Stokholm", "Stockholm"),
    ";": ("row 2", "", "Write the municipality"),
}
"""Municipality and locality of a row, with key, value and remedy of its fault."""


def office_list_cases() -> Iterator[Case]:
    """Offices by municipality and locality, in CSV with commas, in a Swedish one and in books."""
    for row, (key, value, remedy) in _LISTED.items():
        town, _, place = row.partition(";")
        lines = [["Kontor", "Kommun", "Ort"], ["Ett", town, place], ["Två", "Stockholm", ""]]
        table = pd.DataFrame(lines[1:], columns=lines[0])
        files = {
            "offices.csv": text_of(lines).encode(),
            "offices.CSV": text_of(lines).replace(",", ";").encode("cp1252"),
            **{f"offices.{form}": as_bytes(table, form) for form in ("xlsx", "ods")},
        }
        for name, content in files.items():
            yield Case(f"{name}: {row}", {name: content}, _offices, name, key, value, remedy)


_LON, _LAT = np.array([11.0, 13.0, 15.0, 17.0, 12.0, 16.0]), np.full(6, 59.0)
_HOMES = Points(("d1", "d2", "d3"), _LON[:3], _LAT[:3])
_SITES = Points(("o1", "o2", "c1"), _LON[3:], _LAT[3:])


def _times(folder: Path) -> object:
    path = next(folder.glob("minutes.*"))
    return read_travel_times(path, _HOMES, _SITES, np.zeros(3), strict=True, gaps=False)


_PAIRS = [
    (home, site, float(round(abs(east - to) * 57.3, 3)))
    for home, east in zip(_HOMES.ids, _HOMES.lon, strict=True)
    for site, to in zip(_SITES.ids, _SITES.lon, strict=True)
]
"""Minutes at about 60 km/h."""


def _minutes(factor: float = 1, places: tuple[int, ...] = (), instead: float | str = "") -> str:
    """The minutes times a factor, with something else at some places."""
    lines = [
        f"{home},{site},{instead if number in places else right * factor}"
        for number, (home, site, right) in enumerate(_PAIRS)
    ]
    return "\n".join(["from,to,minutes", *lines, ""])


_STAND_INS = (-1, -9999, 9999, 99999, 999999.0, 4294967.295, 65535, 1e20, 1e9, 0)
_UNITS = {"hours": 1 / 60, "seconds": 60, "metres": 1000, "ms": 60_000}


def _in_forms(what: str, text: str, key: str, value: str = "", remedy: str = "") -> Iterator[Case]:
    """The same table as CSV, workbook and Parquet."""
    table = pd.read_csv(io.StringIO(text))
    contents = {"csv": text.encode()}
    for form in ("xlsx", "parquet"):
        out = io.BytesIO()
        table.to_excel(out, index=False) if form == "xlsx" else table.to_parquet(out, index=False)
        contents[form] = out.getvalue()
    for form, content in contents.items():
        name = f"minutes.{form}"
        yield Case(f"{name}: {what}", {name: content}, _times, name, key, value, remedy)


def times_cases() -> Iterator[Case]:
    """Travel times in another unit, and values that stand for no way."""
    for unit, factor in _UNITS.items():
        yield from _in_forms(f"in {unit}", _minutes(factor), "minutes", "km/h", unit)
    for value in _STAND_INS:
        for places in ((0, 4), (2, 3, 7), (1, 5, 6, 8), (0, 2, 8), (3, 7)):
            text = _minutes(1, places, value)
            yield from _in_forms(f"{value} at {places}", text, "minutes", "", "inf")
    swapped = _minutes().replace("from,to", "to,from")
    yield from _in_forms("from and to exchanged", swapped, "columns from, to")
    for empty in ("", "NA", "null", "-"):
        name, content = "minutes.csv", _minutes(1, (3,), empty).encode()
        files = {name: content}
        yield Case(f"{name}: {empty!r}", files, _times, name, "column minutes", empty, "inf")


def brought_cases() -> Iterator[Case]:
    """All of this module."""
    yield from workbook_cases()
    yield from office_list_cases()
    yield from times_cases()
