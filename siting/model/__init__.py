"""Facility location, exact and with proof. Knows nothing of countries, files or roads."""

from siting.model.instance import Instance
from siting.model.limits.base import LimitUse
from siting.model.limits.groups import Quota
from siting.model.limits.limits import Limits
from siting.model.limits.numbers import Phase
from siting.model.limits.sites import Closing, Different, Spacing
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
from siting.model.solution import Solution, StageResult
from siting.model.solve import Task, solve
from siting.model.solving.search import Solver, TracePoint
from siting.model.sources import KDTree, Known, covered_instance, listed_instance

__all__ = [
    "Closing",
    "Cost",
    "Coverage",
    "Different",
    "Equity",
    "Instance",
    "KDTree",
    "Known",
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
    "Task",
    "TracePoint",
    "Worst",
    "covered_instance",
    "listed_instance",
    "solve",
]
