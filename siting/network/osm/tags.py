"""What the tags of a way in OpenStreetMap mean for a car."""

import math
import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from siting.network.connectors import NO_STOP
from siting.network.osm.access import NEAREST, Notes, Tags, clauses, parts, season, verdict
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
_LABELS = ("ref", "name")
_LIKE_CARS = frozenset({"car", "cars", "motorcar", "vehicle", "vehicles", "bus", "hgv", "goods"})
_TAKEN = ("foot", "bicycle", "bus", "hgv", "goods")

_AT_TIMES = "ways closed as they are open at times only"
_ONE_WAY_KEYS = (*(f"oneway:{key}" for key in NEAREST[:-1]), "oneway")
_ONE_WAY = frozenset({"yes", "true", "1"})
_LIMITS = ("maxspeed", "maxspeed:forward", "maxspeed:backward")
_AGAINST = frozenset({"-1", "reverse"})
_LANES_OFF = frozenset({"parking_aisle", "driveway", "parking", "private", "emergency_access"})
_NUMBER = re.compile(r"\d+(\.\d+)?(e-\d+)?")
_CLOCK = re.compile(r"(\d+):(\d{2})(?::(\d{2}))?")
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
    through : bool
        Whether no place is tied to its midst, as to that of a motorway, a bridge or a tunnel.
    """

    highway: str
    ref: str
    name: str
    forward: bool
    backward: bool
    limit_forward: float
    limit_backward: float
    duration: float
    through: bool


def read_way(tags: Tags, roads: Roads, notes: Notes | None = None) -> Way | None:
    """Interpret the tags of a way, and note what its builder should hear of."""
    # Many ways have the same tags but for their names, and rules are read once for all of them.
    rules = frozenset(item for item in tags.items() if item[0] not in _LABELS)
    way, met = _read_rules(rules, roads)
    (Counter() if notes is None else notes).update(met)
    return way and way._replace(ref=tags.get("ref", ""), name=tags.get("name", ""))


@lru_cache(maxsize=2**16)
def _read_rules(rules: frozenset[tuple[str, str]], roads: Roads) -> tuple[Way | None, Notes]:
    """A way without its labels, and what was met."""
    tags, notes = dict(rules), Counter[tuple[str, str]]()
    ferry = tags.get("route") == FERRY
    highway = FERRY if ferry else tags.get("highway", "")
    fits = _takes_cars(tags) if ferry else highway in CLASSES[roads]
    if not fits or tags.get("area") == "yes" or tags.get("service") in _LANES_OFF:
        return None, notes
    forward, backward = _open_directions(tags, highway, notes)
    if not (forward or backward):
        return None, notes
    minutes = duration_minutes(tags.get("duration", "")) if ferry else math.nan
    through = is_through({**tags, "highway": highway})
    limits = _limits(tags, notes)
    return Way(highway, "", "", forward, backward, *limits, minutes, through), notes


def is_through(tags: Mapping[str, object]) -> bool:
    """Whether nobody joins a way in its midst: a motorway, a road like one, a bridge, a tunnel."""
    named = (tags.get(key, "no") for key in ("bridge", "tunnel", "motorroad"))
    return str(tags.get("highway")) in NO_STOP or any(value != "no" for value in named)


def duration_minutes(text: str) -> float:
    """Read a duration."""
    text = text.strip()
    if _NUMBER.fullmatch(text):
        return float(text) or math.nan
    found = _CLOCK.fullmatch(text) or _ISO.fullmatch(text)
    hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    return 60 * hours + minutes + seconds / 60 or math.nan


def _takes_cars(tags: Tags) -> bool:
    """A ferry takes cars unless its tags speak of people on foot or bicycle, or of goods, only."""
    if any(verdict(tags, way) != "silent" for way in ("forward", "backward")):
        return True  # what they say is for `_open_directions` to judge
    taken = {key for key in _TAKEN if tags.get(key) in {"yes", "designated", "permissive"}}
    taken.update(part for part in parts(tags.get("cargo", "")) if part != "no")
    return not taken or not taken.isdisjoint(_LIKE_CARS)


def _open_directions(tags: Tags, highway: str, notes: Notes) -> tuple[bool, bool]:
    """Whether cars may at any time drive along a way, and against it."""
    rules = [_directions(tags, rule, highway) for rule in _one_way_rules(tags)]
    said = [verdict(tags, way) for way in ("forward", "backward")]
    allowed = zip(zip(*rules, strict=True), said, strict=True)
    forward, backward = (all(rule) and word in {"open", "silent"} for rule, word in allowed)
    if by_season := season(tags) and (forward or backward):
        forward = backward = False
    if by_season or "at times" in said or len(set(rules)) > 1:
        notes[_AT_TIMES, "season" if by_season else "condition"] += 1
    return forward, backward


def _one_way_rules(tags: Tags) -> list[str]:
    """Every rule about one-way traffic that holds at some time, of the tag nearest to cars."""
    key = next((key for key in _ONE_WAY_KEYS if key in tags or f"{key}:conditional" in tags), "")
    at_times = [value for value, _ in clauses(tags.get(f"{key}:conditional", ""))]
    rules = [tags.get(key, "").strip().lower(), *at_times]
    return ["yes", "-1"] if "reversible" in rules else rules


def _directions(tags: Tags, rule: str, highway: str) -> tuple[bool, bool]:
    if rule in _AGAINST:
        return False, True
    implied = highway == "motorway" or tags.get("junction") in {"roundabout", "circular"}
    return True, not (rule in _ONE_WAY or (implied and rule != "no"))


def _limits(tags: Tags, notes: Notes) -> tuple[float, float]:
    """Speed limits in each direction; what cannot be a limit is as if it were not there."""
    known = {key: kph for key in _LIMITS if key in tags and (kph := limit_kph(tags[key])) > 0}
    every = (part.strip() for key in _LIMITS if key in tags for part in tags[key].split(";"))
    odd = (part for part in every if part and math.isnan(limit_kph(part)))
    notes.update(("speed limits ignored", part) for part in odd)
    plain = known.get("maxspeed", math.nan)
    return known.get("maxspeed:forward", plain), known.get("maxspeed:backward", plain)
