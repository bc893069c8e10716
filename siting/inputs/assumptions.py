"""The assumptions log: what an answer rests on, and the figures that stand nowhere else."""

import tomllib
from pathlib import Path
from typing import Any

ASSUMPTIONS = "assumptions.toml"


def read_assumptions(path: Path) -> list[dict[str, str]]:
    """The assumptions log: id, rating, and what, value, source and effect, each also with _sv."""
    return [
        {key: text for key, text in entry.items() if key != "figures"} for entry in _entries(path)
    ]


def assumed(path: Path, name: str) -> dict[str, Any]:
    """The figures of one assumption.

    Parameters
    ----------
    path : Path
        The assumptions log.
    name : str
        The id of an assumption that has figures.

    Returns
    -------
    dict
        The figures by their names.
    """
    figures: dict[str, Any] = next(e["figures"] for e in _entries(path) if e["id"] == name)
    return figures


def _entries(path: Path) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))["assumption"]
    return entries
