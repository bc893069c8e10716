"""The assumptions log: what an answer rests on, and the figures that stand nowhere else."""

from pathlib import Path
from typing import Any

from siting.common.errors import Fault, InputError
from siting.common.toml import read_toml

ASSUMPTIONS = "assumptions.toml"


def read_assumptions(path: Path) -> list[dict[str, str]]:
    """Read the assumptions log but for its figures, which `assumed` gives."""
    return [
        {key: text for key, text in entry.items() if key != "figures"} for entry in _entries(path)
    ]


def assumed(path: Path, name: str) -> dict[str, Any]:
    """The figures of one assumption."""
    figures: dict[str, Any] | None
    figures = next((e.get("figures") for e in _entries(path) if e.get("id") == name), None)
    if not isinstance(figures, dict):
        problem, remedy = "the assumption has no figures", "Add figures = { … } to its entry."
        raise InputError([Fault(str(path), f"assumption {name}", None, problem, remedy)])
    return figures


def _entries(path: Path) -> list[dict[str, Any]]:
    entries = read_toml(path).get("assumption")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        problem, remedy = "it lists no assumptions", "Write each under [[assumption]]."
        raise InputError([Fault(str(path), "assumption", entries, problem, remedy)])
    return entries
