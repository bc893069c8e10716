"""What files of one's own must look like; docs/own_files.md says the same to users."""

from collections.abc import Iterable

from pandera.pandas import Check, Column, DataFrameSchema

from siting.errors import CONTROL

SWEDEN = (10.0, 55.0, 25.0, 70.0)
"""West, south, east and north of the positions that a file for Sweden may hold, degrees."""
EARTH = (-180.0, -90.0, 180.0, 90.0)

_NOT_NEGATIVE = Check.ge(0, error="must not be negative")
_WHOLE = Check(lambda column: column % 1 == 0, error="must be a whole number")


def demand_schema(bounds: tuple[float, float, float, float]) -> DataFrameSchema:
    """Where people live.

    Parameters
    ----------
    bounds : tuple of float
        West, south, east and north of the positions allowed, degrees: `SWEDEN` or `EARTH`.

    Returns
    -------
    DataFrameSchema
        id, lon, lat and people are needed; columns that it does not know are let through.
    """
    return _schema(
        {
            "id": _label("demand point", unique=True),
            **_position(bounds),
            "people": _number("people who live there"),
        },
        {
            "municipality_code": _label("municipality"),
            "name": _label("what the point is called"),
            "kind": _label("how the people were placed"),
            "inside_minutes": _number("least minutes of a trip, the time inside the place itself"),
        },
    )


def office_schema(bounds: tuple[float, float, float, float]) -> DataFrameSchema:
    """The offices there are.

    Parameters
    ----------
    bounds : tuple of float
        West, south, east and north of the positions allowed, degrees: `SWEDEN` or `EARTH`.

    Returns
    -------
    DataFrameSchema
        office_id, office, lon and lat are needed; columns that it does not know are let through.
    """
    return _schema(
        {
            "office_id": _label("office", unique=True),
            "office": _label("name of the office"),
            **_position(bounds),
        },
        {
            "municipality_code": _label("municipality"),
            "evidence": _grade("how well it is founded"),
        },
    )


def candidate_schema(bounds: tuple[float, float, float, float]) -> DataFrameSchema:
    """Where a new office may open.

    Parameters
    ----------
    bounds : tuple of float
        West, south, east and north of the positions allowed, degrees: `SWEDEN` or `EARTH`.

    Returns
    -------
    DataFrameSchema
        id, name, lon and lat are needed; columns that it does not know are let through.
    """
    money = {
        "annual_cost_msek": _number("cost a year, millions", empty=True),
        "one_off_cost_msek": _number("cost once, millions", empty=True),
    }
    return _schema(
        {
            "id": _label("candidate", unique=True),
            "name": _label("place"),
            **_position(bounds),
        },
        {
            "municipality_code": _label("municipality"),
            "population": _number("residents of the place", _NOT_NEGATIVE, _WHOLE),
            "staff": _number("members of staff", _NOT_NEGATIVE, _WHOLE, empty=True),
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
            "seat_lon": _number("longitude of its seat, degrees", Check.in_range(west, east)),
            "seat_lat": _number("latitude of its seat, degrees", Check.in_range(south, north)),
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


def _number(description: str, *checks: Check, empty: bool = False) -> Column:
    checked = list(checks or (_NOT_NEGATIVE,))
    return Column(float, checked, coerce=True, nullable=empty, description=description)


def _position(bounds: Iterable[float]) -> dict[str, Column]:
    west, south, east, north = bounds
    where = "Sweden" if (west, south, east, north) == SWEDEN else "the Earth"
    return {
        name: _number(
            f"{word}, WGS 84, degrees",
            Check.in_range(low, high, error=f"{word} outside {where} ({low:g} to {high:g})"),
        )
        for name, word, low, high in (
            ("lon", "longitude", west, east),
            ("lat", "latitude", south, north),
        )
    }
