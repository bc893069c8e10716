"""Speed profiles: how fast a car goes on each class of road, and off it."""

import difflib
import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from siting.errors import Fault, InputError

_FILE = "speeds.toml"
_WORDS = {"source", "rating"}
# What a profile says of nothing but itself; everything else can be taken over from another.
_OWN = {"title", "based_on", "factor"}


@dataclass(frozen=True)
class Limits:
    """How a profile uses speed limits, where a network knows them.

    Parameters
    ----------
    factor : float
        Mean speed over speed limit; where the limit is not known the class of the road decides.
    junction_seconds : float
        Seconds lost at each junction at the end of a link that is driven at ``urban_kph`` or
        slower; a junction has three neighbours or more.
    urban_kph : float
        km/h.
    """

    factor: float
    junction_seconds: float
    urban_kph: float


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
    limits : Limits or None
        How speed limits are used; None where classes alone decide.
    """

    profile: str
    kph: Mapping[str, float]
    waiting_minutes: Mapping[str, float]
    access: Mapping[str, float]
    limits: Limits | None = field(default=None)


def speed_profiles(folder: Path) -> tuple[str, ...]:
    """Names of the speed profiles in ``speeds.toml`` of a data folder."""
    return tuple(_read(folder))


def read_speeds(folder: Path, profile: str = "default") -> Speeds:
    """Read one speed profile.

    Parameters
    ----------
    folder : pathlib.Path
        Data folder, with ``speeds.toml``.
    profile : str
        Name of a first-level table.

    Returns
    -------
    Speeds
        The profile. One that is ``based_on`` another takes over what it does not say itself; its
        ``factor`` scales the speeds of all roads that it takes over, not those of ferries.

    Raises
    ------
    siting.errors.InputError
        There is no such profile, or a figure is not a positive number.
    """
    profiles = _read(folder)
    table = _whole(profiles, profile)
    if faults := list(_faults(profile, table)):
        raise InputError(faults)
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
        limits=Limits(**_figures(table["limits"])) if "limits" in table else None,
    )


def _read(folder: Path) -> dict[str, Any]:
    with (folder / _FILE).open("rb") as file:
        return tomllib.load(file)


def _whole(profiles: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Fill in what a profile takes over from the one that it is based on."""
    if name not in profiles:
        raise InputError([_unknown(name, list(profiles))])
    table = profiles[name]
    if "based_on" not in table:
        return dict(table)
    base = _whole({key: row for key, row in profiles.items() if key != name}, table["based_on"])
    taken = {key: base[key] for key in base.keys() - _OWN}
    own = table.get("class", {})
    factor = table.get("factor", 1.0)
    if not (isinstance(factor, int | float) and factor > 0):
        raise InputError([_not_positive(f"{name}.factor", factor)])
    classes = {
        key: own.get(key, row if "waiting_minutes" in row else {**row, "kph": row["kph"] * factor})
        for key, row in base["class"].items()
    }
    return {**taken, **table, "class": {**own, **classes}}


def _unknown(profile: str, known: list[str]) -> Fault:
    near = difflib.get_close_matches(profile, known) or known
    remedy = f"Choose one of: {', '.join(near)}"
    return Fault(_FILE, "network.speeds", profile, "there is no such speed profile", remedy)


def _faults(profile: str, table: Mapping[str, Any]) -> Iterator[Fault]:
    rows = {f"class.{name}": row for name, row in table["class"].items()}
    rows |= {name: table[name] for name in ("access", "limits") if name in table}
    for name, row in rows.items():
        for key, value in _figures(row).items():
            if not value > 0:
                yield _not_positive(f"{profile}.{name}.{key}", value)


def _not_positive(key: str, value: object) -> Fault:
    return Fault(_FILE, key, value, "must be above 0", "Give a positive number")


def _figures(row: Mapping[str, Any]) -> dict[str, float]:
    return {key: _number(value) for key, value in row.items() if key not in _WORDS}


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else math.nan
