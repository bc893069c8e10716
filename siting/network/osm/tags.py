"""What the tags of a way in OpenStreetMap mean for a car."""

import math
import re
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from siting.network.speeds import limit_kph

type Roads = Literal["main", "drive", "all"]

_MAIN = ("motorway", "trunk", "primary", "secondary", "tertiary")
_STREETS = ("unclassified", "residential", "living_street", "road")
_MAIN_LINKS = frozenset({*_MAIN, *(f"{name}_link" for name in _MAIN)})
CLASSES: Final[Mapping[Roads, frozenset[str]]] = {
    "main": _MAIN_LINKS,
    "drive": _MAIN_LINKS.union(_STREETS),
    "all": _MAIN_LINKS.union(_STREETS, {"service"}),
}
"""The values of ``highway`` that ``--roads`` picks: main roads; all public streets; and service
roads as well."""
FERRY: Final = "ferry"

_CLOSED = frozenset({"no", "private", "agricultural", "forestry", "delivery", "emergency"})
_ONE_WAY = frozenset({"yes", "true", "1"})
_AGAINST = frozenset({"-1", "reverse"})
_LANES_OFF = frozenset({"parking_aisle", "driveway", "parking", "private", "emergency_access"})
_CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d{2})")
_ISO = re.compile(r"PT?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?", re.IGNORECASE)


class Way(NamedTuple):
    """A way that a car may use.

    Parameters
    ----------
    highway : str
        Class of the road, or ``ferry``.
    ref, name : str
        Number and name, "" where there is none.
    forward, backward : bool
        May it be driven in the order of its nodes, and against it?
    limit_forward, limit_backward : float
        Speed limit in km/h, NaN where not known.
    duration : float
        Minutes that a ferry takes, NaN where not known.
    """

    highway: str
    ref: str
    name: str
    forward: bool
    backward: bool
    limit_forward: float
    limit_backward: float
    duration: float


def read_way(tags: Mapping[str, str], roads: Roads) -> Way | None:
    """Interpret the tags of a way."""
    ferry = tags.get("route") == FERRY
    highway = FERRY if ferry else tags.get("highway", "")
    if not (_takes_cars(tags) if ferry else highway in CLASSES[roads]) or _is_closed(tags):
        return None
    forward, backward = _directions(tags, highway)
    limit = tags.get("maxspeed", "")
    return Way(
        highway=highway,
        ref=tags.get("ref", ""),
        name=tags.get("name", ""),
        forward=forward,
        backward=backward,
        limit_forward=limit_kph(tags.get("maxspeed:forward", limit)),
        limit_backward=limit_kph(tags.get("maxspeed:backward", limit)),
        duration=duration_minutes(tags.get("duration", "")) if ferry else math.nan,
    )


def duration_minutes(text: str) -> float:
    """Read a duration."""
    text = text.strip()
    if text.isdecimal():
        return float(text) or math.nan
    if found := _CLOCK.fullmatch(text):
        first, middle, last = found.groups()
        hours, minutes, seconds = (first, middle, last) if first else (middle, last, 0)
        return (60 * int(hours) + int(minutes) + int(seconds) / 60) or math.nan
    if text and (found := _ISO.fullmatch(text)):
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return (60 * hours + minutes + seconds / 60) or math.nan
    return math.nan


def _takes_cars(tags: Mapping[str, str]) -> bool:
    """A ferry takes cars unless its tags speak of people on foot or bicycle only."""
    answers = [tags.get(key) for key in ("motorcar", "motor_vehicle")]
    if any(answers):
        return True  # what they say is for `_is_closed` to judge
    return not any(tags.get(key) in {"yes", "designated"} for key in ("foot", "bicycle"))


def _is_closed(tags: Mapping[str, str]) -> bool:
    if tags.get("area") == "yes" or tags.get("service") in _LANES_OFF:
        return True
    # The tag for the narrowest group that holds cars decides.
    for key in ("motorcar", "motor_vehicle", "vehicle", "access"):
        if key in tags:
            return tags[key] in _CLOSED
    return False


def _directions(tags: Mapping[str, str], highway: str) -> tuple[bool, bool]:
    rule = tags.get("oneway", "")
    if rule in _AGAINST:
        return False, True
    implied = highway == "motorway" or tags.get("junction") in {"roundabout", "circular"}
    one_way = rule in _ONE_WAY or (implied and rule != "no")
    return True, not one_way
