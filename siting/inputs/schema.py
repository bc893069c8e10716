"""What each table must look like: those in data/, and files of the user's own."""

from collections.abc import Iterable

from pandera.pandas import Check, Column, DataFrameSchema

from siting.common.errors import CONTROL

CODE_PROBLEM = "a code has four digits, such as 0114"
_FOUR_DIGITS = Check.str_matches(r"^[0-9]{4}\Z", error=CODE_PROBLEM)
_IN_SWEDEN_LON = Check.in_range(10.0, 25.0, error="longitude outside Sweden (10 to 25)")
_IN_SWEDEN_LAT = Check.in_range(55.0, 70.0, error="latitude outside Sweden (55 to 70)")
_SHARE = Check.in_range(0, 1, error="a share lies between 0 and 1")
_NOT_NEGATIVE = Check.ge(0, error="must not be negative")
_POSITIVE = Check.gt(0, error="must be greater than 0")


def _text(description: str, *, empty: bool = False, unique: bool = False) -> Column:
    checks = [] if empty else [Check.str_contains(r"\S", error="must not be empty")]
    return Column(str, checks, nullable=empty, unique=unique, description=description)


def _one_of(values: Iterable[str], description: str) -> Column:
    allowed = list(values)
    check = Check.isin(allowed, error=f"must be one of {', '.join(allowed)}")
    return Column(str, check, description=description)


def _code(description: str, *, unique: bool = False) -> Column:
    return Column(str, _FOUR_DIGITS, unique=unique, description=description)


def _whole(description: str, check: Check = _NOT_NEGATIVE) -> Column:
    return Column(int, check, coerce=True, description=description)


def _number(description: str, check: Check = _NOT_NEGATIVE) -> Column:
    return Column(float, check, coerce=True, description=description)


def _position() -> dict[str, Column]:
    return {
        "lon": _number("longitude, WGS 84, degrees", _IN_SWEDEN_LON),
        "lat": _number("latitude, WGS 84, degrees", _IN_SWEDEN_LAT),
    }


def kind(column: Column) -> str:
    """What a column holds, in the words of the data ledger: string, integer or number."""
    return {"int64": "integer", "float64": "number"}.get(str(column.dtype), "string")


MUNICIPALITIES = DataFrameSchema(
    {
        "code": _code("municipality code, a string: 0114 is not 114", unique=True),
        "name": _text("municipality"),
        "county": _text("county"),
        "fa_code": _text("functional labour-market region (FA15), code"),
        "fa_name": _text("functional labour-market region (FA15)"),
        "population_2019": _whole("residents on 2019-12-31", _POSITIVE),
        "share_75plus_2017": _number("share of all residents aged 75 or older, 2017-12-31", _SHARE),
        "share_tertiary_2017": _number(
            "share of residents aged 16 to 74 with tertiary education, 2017", _SHARE
        ),
        "land_km2": _number("land area about 2016, km2", _POSITIVE),
        "skr_group_2017": _text("municipality group of SKR 2017, code"),
        "skr_group_name_2017": _text("municipality group of SKR 2017"),
        "seat": _text("town where the municipality is run from"),
        "seat_lon": _number("longitude of the seat's centre, WGS 84, degrees", _IN_SWEDEN_LON),
        "seat_lat": _number("latitude of the seat's centre, WGS 84, degrees", _IN_SWEDEN_LAT),
        "seat_source": _text("where the seat's position comes from"),
        "land_border": _text("land border with NO or FI: roads across it are missing", empty=True),
    },
    strict=True,
)

LOCALITIES = DataFrameSchema(
    {
        "code": _text("locality code of 2020", unique=True),
        "name": _text("locality"),
        "municipality_code": _code("the municipality it is listed in"),
        "population_2020": _whole("residents in 2020, all municipalities it reaches into"),
        "area_km2": _number("area, km2", _POSITIVE),
        **_position(),
        "position": _text("what the position is: seat, GeoNames town centre, or centroid"),
    },
    strict=True,
)

DEMAND = DataFrameSchema(
    {
        "demand_id": _text("demand point", unique=True),
        "kind": _one_of(
            ("locality", "crossing", "rural"), "how the people were placed; see data/README.md"
        ),
        "name": _text("locality, or the municipality for rural points"),
        "municipality_code": _code("municipality where the people are registered"),
        "people": _whole("residents on 2019-12-31, whole persons", _POSITIVE),
        **_position(),
        "inside_minutes": _number("least minutes of a trip, the time inside the place itself"),
    },
    strict=True,
)

CANDIDATES = DataFrameSchema(
    {
        "locality_code": _text("locality code, or S + municipality code for a seat", unique=True),
        "locality": _text("place"),
        "municipality_code": _code("municipality"),
        "population": _whole("residents of the locality in 2020, 0 for a seat that is none"),
        **_position(),
        "people_nearer": _whole("people nearer to it than to every office of 2019"),
        "staff": _whole("staff by the rule in costs.toml", _POSITIVE),
    },
    strict=True,
)

OFFICES = DataFrameSchema(
    {
        "office_id": _text("office", unique=True),
        "municipality_code": _code("municipality"),
        "municipality": _text("municipality"),
        "office": _text("name of the office"),
        **_position(),
        "position": _text("what the position is"),
        "evidence": _one_of(
            ("documented", "deduced", "assumed"), "documented by a source, deduced, or assumed"
        ),
        "source": _text("row of sources.csv, or an address", empty=True),
        "source_date": _text("when the source was written", empty=True),
        "existed_2019": _one_of(
            ("stated", "implied", "not stated"), "does the source say that it existed in 2019?"
        ),
        "note": _text("remarks", empty=True),
    },
    strict=True,
)

DECISIONS = DataFrameSchema(
    {
        "month": Column(
            str,
            Check.str_matches(r"^[0-9]{4}-(0[1-9]|1[0-2])\Z", error="a month looks like 2021-05"),
            description="month of the decision",
        ),
        "municipality_code": _code("municipality"),
        "municipality": _text("municipality"),
        "decision": _one_of(
            ("announced", "opened", "proposed", "ordered", "closing decided"), "what was decided"
        ),
        "detail": _text("remarks", empty=True),
        "source": _text("row of sources.csv"),
    },
    strict=True,
)

REFERENCE_TRIPS = DataFrameSchema(
    {
        "from": _text("town"),
        "from_lon": _number("longitude, WGS 84, degrees", _IN_SWEDEN_LON),
        "from_lat": _number("latitude, WGS 84, degrees", _IN_SWEDEN_LAT),
        "to": _text("town"),
        "to_lon": _number("longitude, WGS 84, degrees", _IN_SWEDEN_LON),
        "to_lat": _number("latitude, WGS 84, degrees", _IN_SWEDEN_LAT),
        "km": _number("length of the fastest way, km", _POSITIVE),
        "minutes": Column(
            float, _POSITIVE, nullable=True, coerce=True, description="driving time, minutes"
        ),
        "source": _text("how far the figure can be trusted"),
    },
    strict=True,
)

SOURCES = DataFrameSchema(
    {
        "id": _text("short name used in the other tables", unique=True),
        "what": _text("what it gives"),
        "reference": _text("where it was published"),
        "licence or terms": _text("licence or terms"),
        "accessed": _text("month of access"),
        "note": _text("known faults and remarks", empty=True),
    },
    strict=True,
)

TABLES = {
    "municipalities": MUNICIPALITIES,
    "localities": LOCALITIES,
    "demand": DEMAND,
    "candidates": CANDIDATES,
    "offices_2019": OFFICES,
    "decisions": DECISIONS,
    "reference_trips": REFERENCE_TRIPS,
    "sources": SOURCES,
}
"""Every CSV table that ships, by file name without ending; the road tables are in network/."""

SWEDEN = (10.0, 55.0, 25.0, 70.0)
"""West, south, east and north of the positions that a file for Sweden may hold, degrees."""
EARTH = (-180.0, -90.0, 180.0, 90.0)

_USER_NOT_NEGATIVE = Check.ge(0, error="must not be negative")
_WHOLE = Check(lambda column: column % 1 == 0, error="must be a whole number")


def demand_schema(bounds: tuple[float, float, float, float]) -> DataFrameSchema:
    """Where people live."""
    return _schema(
        {
            "id": _label("demand point", unique=True),
            **_user_position(bounds),
            "people": _user_number("people who live there"),
        },
        {
            "municipality_code": _label("municipality"),
            "name": _label("what the point is called"),
            "kind": _label("how the people were placed"),
            "inside_minutes": _user_number(
                "least minutes of a trip, the time inside the place itself"
            ),
        },
    )


def office_schema(bounds: tuple[float, float, float, float]) -> DataFrameSchema:
    """The offices there are."""
    return _schema(
        {
            "office_id": _label("office", unique=True),
            "office": _label("name of the office"),
            **_user_position(bounds),
        },
        {"municipality_code": _label("municipality"), "evidence": _grade("how well it is founded")},
    )


def candidate_schema(bounds: tuple[float, float, float, float]) -> DataFrameSchema:
    """Where a new office may open."""
    money = {
        "annual_cost_msek": _user_number("cost a year, millions", empty=True),
        "one_off_cost_msek": _user_number("cost once, millions", empty=True),
    }
    return _schema(
        {"id": _label("candidate", unique=True), "name": _label("place"), **_user_position(bounds)},
        {
            "municipality_code": _label("municipality"),
            "population": _user_number("residents of the place", _USER_NOT_NEGATIVE, _WHOLE),
            "staff": _user_number("members of staff", _USER_NOT_NEGATIVE, _WHOLE, empty=True),
            **money,
        },
    )


def region_schema() -> DataFrameSchema:
    """The municipalities of a country."""
    west, south, east, north = EARTH
    return _schema(
        {
            "municipality_code": _label("municipality", unique=True),
            "municipality": _label("name of the municipality"),
        },
        {
            **{name: _label(name) for pair in LEVELS.values() for name in pair},
            "seat_lon": _user_number("longitude of its seat, degrees", Check.in_range(west, east)),
            "seat_lat": _user_number("latitude of its seat, degrees", Check.in_range(south, north)),
        },
    )


LEVELS = {
    "county": ("county_code", "county"),
    "fa_region": ("fa_code", "fa_region"),
    "skr_group": ("skr_group",),
    "category": ("seat_lon", "seat_lat"),
}
"""Groupings that a file of regions may leave out, and the columns that each of them needs."""


def _schema(needed: dict[str, Column], optional: dict[str, Column]) -> DataFrameSchema:
    for column in optional.values():
        column.required = False
    return DataFrameSchema({**needed, **optional}, strict=False)


def _label(description: str, *, unique: bool = False) -> Column:
    checks = [
        Check.str_contains(r"\S", error="must not be empty"),
        Check(lambda texts: ~texts.str.contains(CONTROL), error="a control character stands in it"),
    ]
    return Column(str, checks, unique=unique, description=description)


def _grade(description: str) -> Column:
    grades = ("documented", "deduced", "assumed")
    check = Check.isin(grades, error=f"must be one of {', '.join(grades)}")
    return Column(str, check, description=description)


def _user_number(description: str, *checks: Check, empty: bool = False) -> Column:
    checked = list(checks or (_USER_NOT_NEGATIVE,))
    return Column(float, checked, coerce=True, nullable=empty, description=description)


def _user_position(bounds: Iterable[float]) -> dict[str, Column]:
    west, south, east, north = bounds
    where = "Sweden" if (west, south, east, north) == SWEDEN else "the Earth"
    return {
        name: _user_number(
            f"{word}, WGS 84, degrees",
            Check.in_range(low, high, error=f"{word} outside {where} ({low:g} to {high:g})"),
        )
        for name, word, low, high in (
            ("lon", "longitude", west, east),
            ("lat", "latitude", south, north),
        )
    }
