"""Networks that a user keeps for all scenarios, and which is meant where a scenario names none."""

import os
from pathlib import Path

import platformdirs

from siting.common.errors import Fault, InputError
from siting.common.files import telling, write_file

_NOTE = "default.txt"
"""The file that holds the path of the default network."""


def networks_folder() -> Path:
    """Folder of the networks that were fetched: SITING_NETWORKS, else in the user's own data."""
    chosen = os.environ.get("SITING_NETWORKS")
    return Path(chosen or platformdirs.user_data_path("siting", appauthor=False) / "networks")


def default_network() -> str:
    """The network that is meant where a scenario names none: "shipped", or a path."""
    note = networks_folder() / _NOTE
    source = note.read_text("utf-8", errors="replace").strip() if note.is_file() else "shipped"
    if source != "shipped" and not Path(source).is_file():
        remedy = "Fetch it again, or go back with: siting network default shipped"
        raise InputError([Fault(str(note), "default network", source, "no such file", remedy)])
    return source


def set_default_network(source: str | Path) -> None:
    """Let a network be meant where a scenario names none."""
    named = source if source == "shipped" else Path(source).absolute()
    with telling(note := networks_folder() / _NOTE):
        note.parent.mkdir(parents=True, exist_ok=True)
        write_file(note, f"{named}\n".encode())
