"""Travel times that no car can have: in another unit, or standing for no way."""

import logging
from collections.abc import Iterator
from itertools import takewhile

import numpy as np

from siting.common.errors import Fault
from siting.common.tables.file import AnyTable
from siting.common.types import Bools, Floats

type Ends = tuple[tuple[str, ...], tuple[str, ...]]
"""The labels of rows and of columns."""
LOG = logging.getLogger("siting")

_APART_KM = 5.0
"""Between places nearer than this the way may be many times the straight line."""
_QUICKEST, _SLOWEST = 60 / 200, 60 / 3
"""Minutes that a kilometre takes at 200 km/h, and at 3."""
_UNITS = {"hours": (0.005, 0.3), "seconds": (25, 900), "metres": (900, 4e3), "ms": (4e3, 1e6)}
"""What a kilometre takes, from and to, in other units."""
_NINES, _WEEK = 999, 7 * 24 * 60
_ANY = 'If they are right, as on foot, write plausible = "off" under [travel_times].'


def pairs_of(where: Bools, ends: Ends) -> list[str]:
    """The first five pairs that are marked in a matrix."""
    pairs = np.argwhere(where)[:6].tolist()
    return [
        *(f"{ends[0][row]} to {ends[1][at]}" for row, at in pairs[:5]),
        *("…" for _ in pairs[5:]),
    ]


def implausible(file: AnyTable, minutes: Floats, km: Floats, ends: Ends) -> Iterator[Fault]:
    """What no car can drive; single pairs are told only, as those may be right."""
    apart = (km > _APART_KM) & np.isfinite(minutes)
    held = [*_stand_ins(minutes, km), *[0.0] * bool((minutes[apart] == 0).any())]
    for value in held:
        pairs = pairs_of((minutes == value) & (apart | (value > 0)), ends)
        problem = f"seems to stand for no way, at {', '.join(pairs)}"
        yield Fault(str(file), "minutes", value, problem, f"Write inf there. {_ANY}")
    apart &= (minutes > 0) & ~np.isin(minutes, held)
    per_km = np.divide(minutes, km, out=np.ones_like(km), where=apart)
    middle = float(np.median(per_km[apart])) if apart.any() else 1.0
    odd = (per_km < _QUICKEST) | (per_km > _SLOWEST)
    if not _QUICKEST <= middle <= _SLOWEST:
        units = [name for name, (low, high) in _UNITS.items() if low <= middle < high]
        problem = "is the median speed over pairs more than 5 km apart, so these are no minutes"
        remedy = (
            f"Write minutes; these are likely {units[0]}." if units else "Check unit and positions."
        )
        yield Fault(str(file), "minutes", f"{60 / middle:.2g} km/h", problem, f"{remedy} {_ANY}")
    elif odd.any():
        text = "%s: %d pairs make less than 3 or more than 200 km/h (%s). Check them. %s"
        LOG.warning(text, file, odd.sum(), ", ".join(pairs_of(odd, ends)), _ANY)


def _stand_ins(minutes: Floats, km: Floats) -> list[float]:
    """The greatest values, from the top on as long as they stand for no way."""
    values, counts = np.unique(minutes[np.isfinite(minutes)], return_counts=True)

    def stands_for_none(place: int) -> bool:
        """It is much too great and repeated, or is all nines, or leaves all others far behind."""
        value, below, many = values[place], values[max(place - 1, 0)], counts[place] > 1
        away = km[minutes == value]
        slow = bool(((value > _SLOWEST * away) & ((away > _APART_KM) | (value >= _WEEK))).any())
        if value >= _NINES and {*f"{value:.10g}"} <= {"9", "."}:
            return many or slow or bool(value >= 10 * below)
        leap = 2 * below if many else max(_WEEK, 10 * below)
        return slow and place > 0 and bool(value >= leap)

    return [float(values[top]) for top in takewhile(stands_for_none, range(len(values))[::-1])]
