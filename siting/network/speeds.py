"""Speed profiles: how fast a car goes on each class of road, and speed limits as tagged."""

import difflib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from siting.common.errors import Fault, InputError
from siting.common.toml import PositiveFloat, Table, faults_of, read_toml

_MPH, _KNOT = 1.609344, 1.852
_UNITS = {"": 1.0, "km/h": 1.0, "kmh": 1.0, "kph": 1.0, "mph": _MPH, "knots": _KNOT}
_NUMBER = re.compile(r"(\d+(?:[.,]\d+)?)\s*(km/h|kmh|kph|mph|knots)?")
_WALK = 7.0
ZONES: Final = {
    # Trafikförordning (1998:1276) chapter 3 section 17: 50 in towns, 70 outside them; 110 is the
    # base limit of Swedish motorways.
    "SE:urban": 50.0,
    "SE:rural": 70.0,
    "SE:motorway": 110.0,
    # The neighbours' general limits, for networks that cross the border.
    "NO:urban": 50.0,
    "NO:rural": 80.0,
    "FI:urban": 50.0,
    "FI:rural": 80.0,
    "FI:motorway": 120.0,
    "DK:urban": 50.0,
    "DK:rural": 80.0,
    "DK:motorway": 130.0,
}
"""SpeedLimits in km/h that a tag names instead of giving a number."""


def limit_kph(value: object) -> float:
    """Read a speed limit."""
    if isinstance(value, int | float):
        return float(value) if value > 0 else math.nan
    if isinstance(value, list | tuple):
        return _mean([limit_kph(item) for item in value])
    return _of_text(str(value))


@cache
def _of_text(text: str) -> float:
    return _mean([_single(part.strip()) for part in re.split(r"[;|]", text)])


def _single(text: str) -> float:
    if text in ZONES:
        return ZONES[text]
    if text == "walk":
        return _WALK
    found = _NUMBER.fullmatch(text)
    if found is None:
        return math.nan
    kph = float(found[1].replace(",", ".")) * _UNITS[found[2] or ""]
    return kph or math.nan


def _mean(limits: list[float]) -> float:
    known = [limit for limit in limits if not math.isnan(limit)]
    return sum(known) / len(known) if known else math.nan


_FILE = "speeds.toml"
_FALLBACK = "unclassified"
"""The class whose speed holds for roads of a class that a profile does not know."""
_WORDS = {"source", "rating"}
# What a profile says of nothing but itself; everything else can be taken over from another.
_OWN = {"title", "based_on", "factor"}


class SpeedLimits(Table):
    """How a profile uses speed limits; where a limit is not known the class of the road decides.

    Time is lost at the end of a link, at junctions of three neighbours or more.
    """

    factor: PositiveFloat
    """Mean speed over speed limit."""
    junction_seconds: PositiveFloat
    """Seconds lost at each junction."""
    urban_kph: PositiveFloat
    """Links driven at this or slower lose time at junctions, km/h."""
    source: str | None = None
    """Where the figures come from."""
    rating: str | None = None
    """How far they can be trusted."""


@dataclass(frozen=True)
class Speeds:
    """One profile of ``data/speeds.toml``.

    Parameters
    ----------
    profile : str
        Its name.
    kph : mapping of str to float
        Mean speed by road class, km/h.
    waiting_minutes : mapping of str to float
        Minutes added to each link of a class; classes without waiting are left out.
    access : mapping of str to float
        ``radius_km``, ``detour``, ``kph``, ``water_kph`` and ``far_km`` of the ties of places, and
        ``limit_km`` where there is one.
    limits : SpeedLimits or None
        How speed limits are used; None where classes alone decide.
    """

    profile: str
    kph: Mapping[str, float]
    waiting_minutes: Mapping[str, float]
    access: Mapping[str, float]
    limits: SpeedLimits | None = field(default=None)


def speed_profiles(folder: Path) -> tuple[str, ...]:
    """Names of the speed profiles in ``speeds.toml`` of a data folder."""
    return tuple(_read(folder))


def read_speeds(folder: Path, profile: str = "default") -> Speeds:
    """Read one speed profile."""
    profiles = _read(folder)
    table = _whole(folder / _FILE, profiles, profile)
    classes = table["class"]
    return Speeds(
        profile=profile,
        kph={name: float(row["kph"]) for name, row in classes.items()},
        waiting_minutes={
            name: float(row["waiting_minutes"])
            for name, row in classes.items()
            if "waiting_minutes" in row
        },
        access=_figures(table["access"]),
        limits=SpeedLimits(**table["limits"]) if "limits" in table else None,
    )


class _RoadClass(Table):
    kph: PositiveFloat
    """Mean speed of a car, km/h."""
    waiting_minutes: PositiveFloat | None = None
    """Minutes added once where a link of the class is boarded."""
    source: str | None = None
    """Where the figures come from."""
    rating: str | None = None
    """How far they can be trusted."""


class _AccessTable(Table):
    radius_km: PositiveFloat
    """Places are tied to every point of the network within this."""
    detour: PositiveFloat
    """Length of a tie over land, in straight lines."""
    kph: PositiveFloat
    """Speed on a tie over land, km/h."""
    water_kph: PositiveFloat
    """Speed on a tie over water, km/h."""
    far_km: PositiveFloat
    """A place farther from every road is reported."""
    limit_km: PositiveFloat | None = None
    """A place farther from every road is not tied at all."""
    most_streets: Annotated[int, Field(ge=1, le=1000)]
    """Most ties of a place in a network of streets."""
    source: str | None = None
    """Where the figures come from."""
    rating: str | None = None
    """How far they can be trusted."""


class _ProfileTable(Table):
    title: str | None = None
    """What the profile is."""
    based_on: str | None = None
    """The profile that what is not said here is taken from."""
    factor: PositiveFloat = 1.0
    """Factor on the speeds of roads taken from it, not of ferries."""
    classes: dict[str, _RoadClass] = Field(default={})
    """Speeds by class of road."""
    access: _AccessTable | None = None
    """How places are tied to the network."""
    limits: SpeedLimits | None = None
    """How speed limits are used, where a network knows them."""

    @model_validator(mode="after")
    def _stands_alone(self) -> Self:
        if self.based_on is None and self.access is None:
            raise ValueError("a profile that is based on no other needs a table access")
        if self.based_on is None and _FALLBACK not in self.classes:
            raise ValueError(f"a profile that is based on no other needs class.{_FALLBACK}")
        return self


_PROFILES = TypeAdapter(dict[str, _ProfileTable])


def _read(folder: Path) -> dict[str, Any]:
    """The profiles, each checked by itself."""
    path = folder / _FILE
    profiles = read_toml(path)
    renamed = {
        name: {("classes" if key == "class" else key): value for key, value in table.items()}
        if isinstance(table, dict)
        else table
        for name, table in profiles.items()
    }
    try:
        _PROFILES.validate_python(renamed)
    except ValidationError as error:
        faults = faults_of(error, str(path), _ProfileTable)
        raise InputError(
            replace(fault, key=fault.key.replace(".classes", ".class")) for fault in faults
        ) from error
    return profiles


def _whole(path: Path, profiles: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Fill in what a profile takes over from the one that it is based on."""
    if name not in profiles:
        raise InputError([_unknown(path, name, list(profiles))])
    table = profiles[name]
    if "based_on" not in table:
        return dict(table)
    base = _whole(
        path, {key: row for key, row in profiles.items() if key != name}, table["based_on"]
    )
    taken = {key: base[key] for key in base.keys() - _OWN}
    own = table.get("class", {})
    factor = table.get("factor", 1.0)
    classes = {
        key: own.get(key, row if "waiting_minutes" in row else {**row, "kph": row["kph"] * factor})
        for key, row in base["class"].items()
    }
    return {**taken, **table, "class": {**own, **classes}}


def _unknown(path: Path, profile: str, known: list[str]) -> Fault:
    near = difflib.get_close_matches(profile, known) or known
    remedy = (
        f"Choose one of: {', '.join(near)}." if near else "Restore the file; it has no profile."
    )
    return Fault(str(path), "network.speeds", profile, "there is no such speed profile", remedy)


def _figures(row: Mapping[str, Any]) -> dict[str, float]:
    return {key: float(value) for key, value in row.items() if key not in _WORDS}
