"""What a person judged about holes and detached parts of the raw road file."""

import math
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SAME_PLACE_KM = 1.0
_KM_PER_DEGREE = 111.2


@dataclass(frozen=True)
class Verdict:
    """A reviewed hole or detached part.

    Parameters
    ----------
    near : str
        The place that it lies near.
    accepted : bool
        A hole is closed; a detached part is reached over land.
    why : str
        The reason.
    """

    near: str
    accepted: bool
    why: str


class Review:
    """The judgements of a file such as ``data/road_joins.toml``.

    Parameters
    ----------
    path : pathlib.Path
        TOML file with the tables ``hole`` and ``detached``.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            tables = tomllib.load(file)
        self._holes: list[dict[str, Any]] = tables["hole"]
        self._detached: list[dict[str, Any]] = tables["detached"]

    def hole(self, ref: str, lon: float, lat: float) -> Verdict | None:
        """Return the verdict on a hole in a road at this position, if there is one.

        Parameters
        ----------
        ref : str
            Number of the road.
        lon, lat : float
            WGS 84, degrees.

        Returns
        -------
        Verdict or None
            The first in the file within 1 km; None if no hole of that road was reviewed there.
        """
        for entry in self._holes:
            if entry["ref"] == ref and _same_place(entry, lon, lat):
                return Verdict(entry["near"], entry["close"], entry["why"])
        return None

    def detached(self, lon: float, lat: float) -> Verdict | None:
        """Return the verdict on the tie of a detached part, if there is one.

        Parameters
        ----------
        lon, lat : float
            WGS 84, degrees.

        Returns
        -------
        Verdict or None
            The first in the file within 1 km; None if none was reviewed there.
        """
        for entry in self._detached:
            if _same_place(entry, lon, lat):
                return Verdict(entry["near"], entry["over"] == "land", entry["why"])
        return None


def _same_place(entry: dict[str, Any], lon: float, lat: float) -> bool:
    east = (entry["lon"] - lon) * math.cos(math.radians(lat))
    return math.hypot(east, entry["lat"] - lat) * _KM_PER_DEGREE < _SAME_PLACE_KM
