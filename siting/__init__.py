"""Choose where public service offices should open, by road travel time and with proof."""

import importlib
from typing import TYPE_CHECKING

from siting.common.package import require_report

if TYPE_CHECKING:
    from siting.common.errors import (
        BusyError,
        ClusterError,
        InfeasibleError,
        InputError,
        InterruptError,
        MissingExtraError,
        SitingError,
        StoppedError,
    )
    from siting.model import Instance, solve
    from siting.pipeline.run import check, prepare, run
    from siting.report.maps.draw import draw_map
    from siting.results.result import Result, read_result
    from siting.results.write import write_result
    from siting.scenario.file import find_scenario, read_scenario
    from siting.studies.alternatives import alternatives
    from siting.studies.compare.study import compare
    from siting.studies.explain import explain
    from siting.studies.frontier.study import frontier
    from siting.studies.hindcast.study import hindcast
    from siting.studies.rerun import rerun
    from siting.studies.robustness.study import robustness
    from siting.studies.sweep.run import sweep

__all__ = [
    "BusyError",
    "ClusterError",
    "InfeasibleError",
    "InputError",
    "Instance",
    "InterruptError",
    "MissingExtraError",
    "Result",
    "SitingError",
    "StoppedError",
    "alternatives",
    "check",
    "compare",
    "draw_map",
    "explain",
    "find_scenario",
    "frontier",
    "hindcast",
    "prepare",
    "read_result",
    "read_scenario",
    "rerun",
    "robustness",
    "run",
    "solve",
    "sweep",
    "write_result",
]

_HOMES = {
    "Instance": "siting.model",
    "Result": "siting.results.result",
    "alternatives": "siting.studies.alternatives",
    "check": "siting.pipeline.run",
    "compare": "siting.studies.compare.study",
    "draw_map": "siting.report.maps.draw",
    "explain": "siting.studies.explain",
    "find_scenario": "siting.scenario.file",
    "frontier": "siting.studies.frontier.study",
    "hindcast": "siting.studies.hindcast.study",
    "prepare": "siting.pipeline.run",
    "read_result": "siting.results.result",
    "read_scenario": "siting.scenario.file",
    "rerun": "siting.studies.rerun",
    "robustness": "siting.studies.robustness.study",
    "run": "siting.pipeline.run",
    "solve": "siting.model",
    "sweep": "siting.studies.sweep.run",
    "write_result": "siting.results.write",
}
"""Where each name comes from; all others are errors."""


def __getattr__(name: str) -> object:
    """Load a public name when it is first used, so that the command line starts at once."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "draw_map":
        require_report()
    return getattr(importlib.import_module(_HOMES.get(name, "siting.common.errors")), name)


def __dir__() -> list[str]:
    """Name what is public beside what is loaded."""
    return sorted({*globals(), *__all__})
