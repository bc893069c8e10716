"""Speed profiles: how fast a car goes on each class of road, and off it."""

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from siting.errors import Fault, InputError

_FILE = "speeds.toml"


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
        ``radius_km``, ``detour``, ``kph``, ``water_kph`` and ``far_km`` of the ties of places.
    """

    profile: str
    kph: Mapping[str, float]
    waiting_minutes: Mapping[str, float]
    access: Mapping[str, float]


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
        The profile.

    Raises
    ------
    siting.errors.InputError
        There is no such profile, or a figure is not a positive number.
    """
    profiles = _read(folder)
    if profile not in profiles:
        raise InputError([_unknown(profile, list(profiles))])
    table = profiles[profile]
    if faults := _faults(profile, table):
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
    )


def _read(folder: Path) -> dict[str, Any]:
    with (folder / _FILE).open("rb") as file:
        return tomllib.load(file)


def _unknown(profile: str, known: list[str]) -> Fault:
    near = difflib.get_close_matches(profile, known) or known
    remedy = f"Choose one of: {', '.join(near)}"
    return Fault(_FILE, "network.speeds", profile, "there is no such speed profile", remedy)


def _faults(profile: str, table: Mapping[str, Any]) -> list[Fault]:
    rows = {f"class.{name}": row for name, row in table["class"].items()}
    rows["access"] = table["access"]
    return [
        Fault(_FILE, f"{profile}.{name}.{key}", value, "must be above 0", "Give a positive number")
        for name, row in rows.items()
        for key, value in _figures(row).items()
        if not value > 0
    ]


def _figures(row: Mapping[str, Any]) -> dict[str, float]:
    return {key: float(value) for key, value in row.items() if key not in {"source", "rating"}}
