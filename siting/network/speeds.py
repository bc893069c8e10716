"""Speed profiles: how fast a car goes on each class of road, and speed limits as tagged."""

import difflib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Self, cast

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from siting.common.errors import Fault, InputError
from siting.common.toml import PositiveFloat, Table, faults_of, read_toml

GREATEST_KPH = 150.0
"""No country posts a greater limit; what a tag says beyond it is a slip."""
_KPH_PER = {"mph": 1.609344, "knots": 1.852}
_NUMBER = re.compile(r"(?:[a-z]{2}:(?:zone:?)?)?(\d+(?:[.,]\d+)?)\s*(km/h|kmh|kph|mph|knots)?")
_LIMITS: Mapping[str, tuple[float, ...]] = {
    # Trafikförordning (1998:1276) chapter 3 section 17: 50 in towns, 70 outside them; 110 is the
    # base limit of Swedish motorways.
    "SE": (50.0, 70.0, 110.0),
    # The neighbours' general limits, for networks that cross the border.
    "NO": (50.0, 80.0),
    "FI": (50.0, 80.0, 120.0),
    "DK": (50.0, 80.0, 130.0),
}
_NAMED = {"walk": 7.0} | {
    f"{country}:{zone}".lower(): kph
    for country, limits in _LIMITS.items()
    for zone, kph in zip(("urban", "rural", "motorway"), limits, strict=False)
}
"""Speed limits in km/h that a tag names instead of giving a number."""


def limit_kph(value: object) -> float:
    """Read a speed limit."""
    if isinstance(value, int | float):
        return float(value) if 0 < value <= GREATEST_KPH else math.nan
    if isinstance(value, list | tuple):
        return _mean([limit_kph(item) for item in value])
    return _of_text(str(value))


@cache
def _of_text(text: str) -> float:
    return _mean([_single(part.strip()) for part in re.split(r"[;|]", text.lower())])


def _single(text: str) -> float:
    if text in _NAMED:
        return _NAMED[text]
    found = _NUMBER.fullmatch(text)
    if found is None:
        return math.nan
    kph = float(found[1].replace(",", ".")) * _KPH_PER.get(found[2], 1.0)
    return kph if 0 < kph <= GREATEST_KPH else math.nan


def _mean(limits: list[float]) -> float:
    known = [limit for limit in limits if not math.isnan(limit)]
    return sum(known) / len(known) if known else math.nan


_FILE = "speeds.toml"
FALLBACK = "unclassified"
"""The class whose speed holds for roads of a class that a profile does not know."""


class SpeedLimits(Table):
    """How a profile uses speed limits; where a limit is not known the class of the road decides.

    Time is lost at the end of a link, at junctions of three neighbours or more.
    """

    factor: PositiveFloat
    """Mean speed over speed limit."""
    junction_seconds: PositiveFloat
    """Seconds lost at each junction."""
    delayed_up_to_kph: PositiveFloat
    """Links driven at this or slower lose time at junctions, km/h."""
    source: str | None = Field(default=None, exclude=True)
    """Where the figures come from."""
    rating: str | None = Field(default=None, exclude=True)
    """How far they can be trusted."""


class AccessFigures(Table):
    """How a profile ties places to the network."""

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
    source: str | None = Field(default=None, exclude=True)
    """Where the figures come from."""
    rating: str | None = Field(default=None, exclude=True)
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
    access : AccessFigures
        How places are tied to the network.
    limits : SpeedLimits or None
        How speed limits are used; None where classes alone decide.
    """

    profile: str
    kph: Mapping[str, float]
    waiting_minutes: Mapping[str, float]
    access: AccessFigures
    limits: SpeedLimits | None = None


class _RoadClass(Table):
    kph: PositiveFloat
    """Mean speed of a car, km/h."""
    waiting_minutes: PositiveFloat | None = None
    """Minutes added once where a link of the class is boarded."""
    source: str | None = Field(default=None, exclude=True)
    """Where the figures come from."""
    rating: str | None = Field(default=None, exclude=True)
    """How far they can be trusted."""

    def slowed(self, factor: float) -> Self:
        """The same road by a factor on speeds, which ferries do not have."""
        return self if self.waiting_minutes else self.model_copy(update={"kph": self.kph * factor})


class _ProfileTable(Table):
    title: str | None = None
    """What the profile is."""
    based_on: str | None = None
    """The profile that what is not said here is taken from."""
    factor: PositiveFloat = 1.0
    """Factor on the speeds of roads taken from it, not of ferries."""
    classes: dict[str, _RoadClass] = Field(default={}, alias="class")
    """Speeds by class of road."""
    access: AccessFigures | None = None
    """How places are tied to the network."""
    limits: SpeedLimits | None = None
    """How speed limits are used, where a network knows them."""

    @model_validator(mode="after")
    def _stands_alone(self) -> Self:
        if self.based_on is None and self.access is None:
            raise ValueError("a profile that is based on no other needs a table access")
        if self.based_on is None and FALLBACK not in self.classes:
            raise ValueError(f"a profile that is based on no other needs class.{FALLBACK}")
        return self


FIGURES = TypeAdapter(Speeds)
"""How a manifest holds them."""
_PROFILES = TypeAdapter(dict[str, _ProfileTable])


type Own = Mapping[Any, float]
_NONE: Own = {}


def speed_profiles(folder: Path) -> tuple[str, ...]:
    """Names of the speed profiles in ``speeds.toml`` of a data folder."""
    return tuple(_read(folder / _FILE))


def read_speeds(
    folder: Path, profile: str = "default", kph: Own = _NONE, limits: Own = _NONE
) -> Speeds:
    """Read one speed profile, some of its speeds and of how it uses limits replaced."""
    path = folder / _FILE
    table = _whole(path, _read(path), profile)
    waiting = {name: row.waiting_minutes for name, row in table.classes.items()}
    return Speeds(
        profile=profile,
        kph={name: row.kph for name, row in table.classes.items()} | {**kph},
        waiting_minutes={name: minutes for name, minutes in waiting.items() if minutes},
        # A profile that is based on no other has it.
        access=cast("AccessFigures", table.access),
        limits=table.limits and table.limits.model_copy(update=limits),
    )


def _read(path: Path) -> dict[str, _ProfileTable]:
    """The profiles, each checked by itself."""
    profiles = read_toml(path)
    try:
        return _PROFILES.validate_python(profiles)
    except ValidationError as error:
        raise InputError(faults_of(error, str(path), _ProfileTable)) from error


def _whole(path: Path, profiles: Mapping[str, _ProfileTable], name: str) -> _ProfileTable:
    """Fill in what a profile takes over from the one that it is based on."""
    if name not in profiles:
        raise InputError([_unknown(path, name, list(profiles))])
    own = profiles[name]
    if own.based_on is None:
        return own
    rest = {key: table for key, table in profiles.items() if key != name}
    base = _whole(path, rest, own.based_on)
    taken = {key: row.slowed(own.factor) for key, row in base.classes.items()}
    found = {
        "classes": {**own.classes, **taken, **own.classes},
        "access": own.access or base.access,
        "limits": own.limits or base.limits,
    }
    return own.model_copy(update=found)


def _unknown(path: Path, profile: str, known: list[str]) -> Fault:
    near = difflib.get_close_matches(profile, known) or known
    remedy = (
        f"Choose one of: {', '.join(near)}." if near else "Restore the file; it has no profile."
    )
    return Fault(str(path), "network.speeds", profile, "there is no such speed profile", remedy)
