"""Speed limits as OpenStreetMap writes them."""

import math
import re
from functools import cache
from typing import Final

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
"""Limits in km/h that a tag names instead of giving a number."""


def limit_kph(value: object) -> float:
    """Read a speed limit.

    Parameters
    ----------
    value : object
        A number (km/h); a text such as ``50``, ``30 mph``, ``SE:rural``, ``walk``, or several of
        these divided by ``;`` or ``|``; or a list of any of these.

    Returns
    -------
    float
        km/h, the mean of several; NaN where it says nothing that can be used (``none``,
        ``signals``, an unknown zone).
    """
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
