"""What each table must look like: those in data/, and files of the user's own."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from siting.common.errors import CONTROL
from siting.common.levels import LEVELS
from siting.common.tables.columns import (
    NOT_NEGATIVE,
    POSITIVE,
    ColumnSpec,
    Rule,
    read_columns,
    unique,
    within,
)

type Bounds = tuple[float, float, float, float]
type Columns = Mapping[str, ColumnSpec]

SWEDEN = (10.0, 55.0, 25.0, 70.0)
"""West, south, east and north of the positions that a file for Sweden may hold, degrees."""
EARTH = (-180.0, -90.0, 180.0, 90.0)

_FILLED = Rule(lambda texts: texts.str.contains(r"\S"), "must not be empty")
_PLAIN = Rule(lambda texts: ~texts.str.contains(CONTROL), "a control character stands in it")
_NO_EXAMPLE = Rule(
    lambda texts: ~texts.str.match("(?:EXAMPLE|EXEMPEL) [0-9]:"),
    "is an example that the template came with",
    "Delete the row.",
)
_FOUR_DIGITS = Rule(
    lambda texts: texts.str.fullmatch("[0-9]{4}"), "a code has four digits, such as 0114", digits=4
)
_MONTH = Rule(
    lambda texts: texts.str.fullmatch("[0-9]{4}-(0[1-9]|1[0-2])"), "a month looks like 2021-05"
)
_SHARE = within(0, 1, "a share lies between 0 and 1")
_WHOLE = Rule(lambda numbers: numbers % 1 == 0, "must be a whole number")

GRADES = ("documented", "deduced", "assumed")
"""How well the place of an office is founded."""


def _text(meaning: str) -> ColumnSpec:
    return ColumnSpec(meaning, rules=(_FILLED, _PLAIN, _NO_EXAMPLE))


def _id(meaning: str) -> ColumnSpec:
    return ColumnSpec(meaning, rules=(unique(), _FILLED, _PLAIN, _NO_EXAMPLE))


def _one_of(meaning: str, *values: str) -> ColumnSpec:
    rule = Rule(lambda texts: texts.isin(values), f"must be one of {', '.join(values)}")
    return ColumnSpec(meaning, rules=(rule,))


def _code(meaning: str, *rules: Rule) -> ColumnSpec:
    return ColumnSpec(meaning, rules=(*rules, _FOUR_DIGITS))


def _whole(meaning: str, rule: Rule = NOT_NEGATIVE) -> ColumnSpec:
    return ColumnSpec(meaning, "integer", (rule,))


def _number(meaning: str, *rules: Rule, empty: bool = False) -> ColumnSpec:
    return ColumnSpec(meaning, "number", rules or (NOT_NEGATIVE,), also=("",) if empty else ())


def _large(meaning: str, *rules: Rule, empty: bool = False) -> ColumnSpec:
    return replace(_number(meaning, *rules, empty=empty), thousands=True)


def _position(bounds: Bounds = SWEDEN, start: str = "", of: str = "") -> dict[str, ColumnSpec]:
    west, south, east, north = bounds
    where = "Sweden" if bounds == SWEDEN else "the Earth"
    axes = (("lon", "longitude", west, east), ("lat", "latitude", south, north))
    return {
        f"{start}{name}": _number(
            f"{word}{of}, WGS 84, degrees",
            within(low, high, f"{word} outside {where} ({low:g} to {high:g})"),
        )
        for name, word, low, high in axes
    }


_OFFICES = {
    "office_id": _id("office"),
    "municipality_code": _code("municipality"),
    "municipality": _text("municipality"),
    "office": _text("name of the office"),
    **_position(),
    "position": _text("what the position is"),
    "evidence": _one_of("documented by a source, deduced, or assumed", *GRADES),
    "source": ColumnSpec("row of sources.csv, or an address"),
    "source_date": ColumnSpec("when the source was written"),
}
_DECISIONS: Columns = {
    "month": ColumnSpec("month of the decision", rules=(_MONTH,)),
    "municipality_code": _code("municipality"),
    "municipality": _text("municipality"),
    "decision": _one_of(
        "what was decided", "announced", "opened", "proposed", "ordered", "closing decided"
    ),
    "detail": ColumnSpec("remarks"),
    "source": _text("row of sources.csv"),
}


TABLES: Mapping[str, Columns] = {
    "municipalities": {
        "code": _code("municipality code, a string: 0114 is not 114", unique()),
        "name": _text("municipality"),
        "county": _text("county"),
        "fa_code": _text("functional labour-market region (FA15), code"),
        "fa_name": _text("functional labour-market region (FA15)"),
        "population_2019": _whole("residents on 2019-12-31", POSITIVE),
        "share_75plus_2017": _number("share of all residents aged 75 or older, 2017-12-31", _SHARE),
        "share_tertiary_2017": _number(
            "share of residents aged 16 to 74 with tertiary education, 2017", _SHARE
        ),
        "land_km2": _number("land area about 2016, km2", POSITIVE),
        "skr_group_2017": _text("municipality group of SKR 2017, code"),
        "skr_group_name_2017": _text("municipality group of SKR 2017"),
        "seat": _text("town where the municipality is run from"),
        **_position(start="seat_", of=" of the seat's centre"),
        "seat_source": _text("where the seat's position comes from"),
        "land_border": ColumnSpec("land border with NO or FI: roads across it are missing"),
    },
    "localities": {
        "code": _id("locality code of 2020"),
        "name": _text("locality"),
        "municipality_code": _code("the municipality it is listed in"),
        "population_2020": _whole("residents in 2020, all municipalities it reaches into"),
        "area_km2": _number("area, km2", POSITIVE),
        **_position(),
        "position": _text("what the position is: seat, GeoNames town centre, or centroid"),
    },
    "demand": {
        "demand_id": _id("demand point"),
        "kind": _one_of(
            "how the people were placed; see data/README.md", "locality", "crossing", "rural"
        ),
        "name": _text("locality, or the municipality for rural points"),
        "municipality_code": _code("municipality where the people are registered"),
        "people": _whole("residents on 2019-12-31, whole persons", POSITIVE),
        **_position(),
        "inside_minutes": _number("least minutes of a trip, the time inside the place itself"),
    },
    "demand_grid_1km": {
        "demand_id": _id("cell, by the km of its south-western corner in EPSG:3035"),
        "municipality_code": _code("municipality that its centre lies in"),
        "people": _whole("residents on 2019-12-31, whole persons", POSITIVE),
        **_position(of=" of its centre"),
    },
    "candidates": {
        "locality_code": _id("locality code, or S + municipality code for a seat"),
        "locality": _text("place"),
        "municipality_code": _code("municipality"),
        "population": _whole("residents of the locality in 2020, 0 for a seat that is none"),
        **_position(),
        "people_nearer": _whole("people nearer to it than to every office of 2019"),
        "staff": _whole("staff by the rule in costs.toml", POSITIVE),
    },
    "offices_2019": _OFFICES
    | {
        "existed_2019": _one_of(
            "does the source say that it existed in 2019?", "stated", "implied", "not stated"
        ),
        "note": ColumnSpec("remarks"),
    },
    "offices_2024": _OFFICES
    | {
        "note": ColumnSpec("remarks"),
        "since": _text("2019, or the month in which it was announced or ordered"),
    },
    "office_districts": {
        "month": ColumnSpec("month of the decision", rules=(_MONTH,)),
        "municipality_code": _code("municipality"),
        "office": _text("district of the office"),
        **_position(),
        "source": _text("row of sources.csv, or an address"),
        "note": ColumnSpec("remarks"),
    },
    "decisions": _DECISIONS,
    "decisions_later": _DECISIONS,
    "network_counts": {
        "month": ColumnSpec("month", rules=(_MONTH,)),
        "offices": _text("how many offices there were, as it is told"),
        "municipalities": ColumnSpec("how many municipalities had one"),
        "source": _text("where it is told"),
    },
    "office_facts": {
        "municipality_code": ColumnSpec("municipality; empty where it is about the country"),
        "place": _text("place"),
        "date": _text("when it was so"),
        "fact": _text("what is told"),
        "strength": _text("what follows from it"),
        "url": ColumnSpec("where it is told"),
    },
    "reference_trips": {
        "from": _text("town"),
        **_position(start="from_"),
        "to": _text("town"),
        **_position(start="to_"),
        "km": _number("length of the fastest way, km", POSITIVE),
        "minutes": _number("driving time, minutes", POSITIVE, empty=True),
        "source": _text("how far the figure can be trusted"),
    },
    "sources": {
        "id": _id("short name used in the other tables"),
        "what": _text("what it gives"),
        "reference": _text("where it was published"),
        "licence or terms": _text("licence or terms"),
        "accessed": _text("month of access"),
        "note": ColumnSpec("known faults and remarks"),
    },
}
"""Every table that ships, by file name without ending; the road tables are in network/."""

OPTIONAL_LEVELS = {
    name: tuple(filter(None, (level.code, level.name)))
    for name, level in LEVELS.items()
    if name != "municipality"
} | {"category": ("seat_lon", "seat_lat")}
"""Groupings that a file of regions may leave out, and the columns that each of them needs."""


def table_path(name: str, folder: Path) -> Path:
    """Where one of the tables that ship lies."""
    return folder / f"{name}.{'parquet' if name == 'demand_grid_1km' else 'csv'}"


def read_table(name: str, folder: Path) -> pd.DataFrame:
    """Read one of the tables that ship."""
    return read_columns(table_path(name, folder), TABLES[name], strict=True)


def demand_columns(bounds: Bounds) -> Columns:
    """Where people live."""
    return {
        "id": _id("demand point"),
        **_position(bounds),
        "people": _large("people who live there"),
        **_optional(
            municipality_code=_text("municipality"),
            name=_text("what the point is called"),
            kind=_text("how the people were placed"),
            inside_minutes=_number("least minutes of a trip, the time inside the place itself"),
        ),
    }


_CAPACITY = _large("people it can serve", empty=True)


def office_columns(bounds: Bounds) -> Columns:
    """The offices there are."""
    return {
        "office_id": _id("office"),
        "office": _text("name of the office"),
        **_position(bounds),
        **_optional(
            municipality_code=_text("municipality"),
            evidence=_one_of("how well it is founded", *GRADES),
            capacity=_CAPACITY,
        ),
    }


def named_office_columns(heads: Mapping[str, str]) -> Columns:
    """Offices that are placed by name, by what a header calls the columns."""
    given = {name: replace(each, also=("",)) for name, each in office_columns(SWEDEN).items()}
    named = {**given, **dict.fromkeys(("municipality", "locality"), ColumnSpec())}
    named["evidence"] = _one_of("how well it is founded, or nothing", *GRADES, "")
    del named["municipality_code"]
    optional = {heads.get(name, name): each for name, each in named.items()}
    return {**_optional(**optional), heads.get("office", "office"): given["office"]}


def candidate_columns(bounds: Bounds) -> Columns:
    """Where a new office may open."""
    return {
        "id": _id("candidate"),
        "name": _text("place"),
        **_position(bounds),
        **_optional(
            municipality_code=_text("municipality"),
            population=_large("residents of the place", NOT_NEGATIVE, _WHOLE),
            staff=_large("members of staff", NOT_NEGATIVE, _WHOLE, empty=True),
            annual_cost_msek=_large("cost a year, millions", empty=True),
            one_off_cost_msek=_large("cost once, millions", empty=True),
            capacity=_CAPACITY,
        ),
    }


def region_columns() -> Columns:
    """The municipalities of a country."""
    levels = {name: _text(name) for pair in OPTIONAL_LEVELS.values() for name in pair}
    return {
        "municipality_code": _id("municipality"),
        "municipality": _text("name of the municipality"),
        **_optional(**{**levels, **_position(EARTH, "seat_", " of its seat")}),
    }


def _optional(**columns: ColumnSpec) -> Columns:
    return {name: replace(column, required=False) for name, column in columns.items()}
