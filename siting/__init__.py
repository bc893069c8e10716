"""Choose where public service offices should open, by road travel time and with proof."""

import importlib
from typing import TYPE_CHECKING

from siting.common.package import require_report

if TYPE_CHECKING:
    from siting.model import Instance, solve
    from siting.pipeline.run import run
    from siting.report.maps.draw import draw_map
    from siting.scenario.file import find_scenario, read_scenario

__all__ = ["Instance", "draw_map", "find_scenario", "read_scenario", "run", "solve"]

_HOMES = {
    "Instance": "siting.model",
    "draw_map": "siting.report.maps.draw",
    "find_scenario": "siting.scenario.file",
    "read_scenario": "siting.scenario.file",
    "run": "siting.pipeline.run",
    "solve": "siting.model",
}


def __getattr__(name: str) -> object:
    """Load a public name when it is first used, so that the command line starts at once."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "draw_map":
        require_report()
    return getattr(importlib.import_module(_HOMES[name]), name)
