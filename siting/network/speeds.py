"""Speed profiles: how fast a car goes on each class of road, and off it."""

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from siting.errors import Fault, InputError


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
        ``radius_km``, ``detour``, ``kph`` and ``water_kph`` of the ties of places.
    inside_place : mapping of str to float
        ``detour``, ``mean_share_of_radius`` and ``kph`` of the time inside a place.
    """

    profile: str
    kph: Mapping[str, float]
    waiting_minutes: Mapping[str, float]
    access: Mapping[str, float]
    inside_place: Mapping[str, float]


def speed_profiles(path: Path) -> tuple[str, ...]:
    """Return the names of the profiles in a file as ``data/speeds.toml``."""
    with path.open("rb") as file:
        return tuple(tomllib.load(file))


def read_speeds(path: Path, profile: str = "default") -> Speeds:
    """Read one speed profile.

    Parameters
    ----------
    path : pathlib.Path
        TOML file as ``data/speeds.toml``.
    profile : str
        Name of a first-level table.

    Returns
    -------
    Speeds
        The profile.

    Raises
    ------
    siting.errors.InputError
        There is no such profile, or a figure is not a positive number.
    """
    with path.open("rb") as file:
        profiles = tomllib.load(file)
    if profile not in profiles:
        raise InputError([_unknown(path, profile, list(profiles))])
    table = profiles[profile]
    faults = [*_faults(path, profile, table)]
    if faults:
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
        inside_place=_figures(table["inside_place"]),
    )


def _unknown(path: Path, profile: str, known: list[str]) -> Fault:
    near = difflib.get_close_matches(profile, known) or known
    remedy = f"Choose one of: {', '.join(near)}"
    return Fault(path.name, "network.speeds", profile, "there is no such speed profile", remedy)


def _faults(path: Path, profile: str, table: Mapping[str, Any]) -> list[Fault]:
    rows = {f"class.{name}": row for name, row in table["class"].items()}
    rows |= {name: table[name] for name in ("access", "inside_place")}
    return [
        Fault(
            path.name, f"{profile}.{name}.{key}", value, "must be above 0", "Give a positive number"
        )
        for name, row in rows.items()
        for key, value in _figures(row).items()
        if not value > 0
    ]


def _figures(row: Mapping[str, Any]) -> dict[str, float]:
    return {key: float(value) for key, value in row.items() if key not in {"source", "rating"}}
