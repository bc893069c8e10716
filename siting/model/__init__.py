"""Facility location, exact and with proof. Knows nothing of countries, files or roads."""

from siting.model.instance import Instance
from siting.model.limits import Closing, Different, Limits, LimitUse, Phase, Quota, Spacing
from siting.model.objectives import (
    Cost,
    Coverage,
    Equity,
    Lexicographic,
    Mean,
    NoWorse,
    Objective,
    Target,
    Worst,
)
from siting.model.options import OfficeType
from siting.model.solution import Solution
from siting.model.solve import solve
from siting.model.solving.search import Solver, TracePoint
from siting.model.solving.stages import StageResult

__all__ = [
    "Closing",
    "Cost",
    "Coverage",
    "Different",
    "Equity",
    "Instance",
    "Lexicographic",
    "LimitUse",
    "Limits",
    "Mean",
    "NoWorse",
    "Objective",
    "OfficeType",
    "Phase",
    "Quota",
    "Solution",
    "Solver",
    "Spacing",
    "StageResult",
    "Target",
    "TracePoint",
    "Worst",
    "solve",
]
