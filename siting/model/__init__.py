"""Facility location, exact and with proof. Knows nothing of countries, files or roads."""

from siting.model.instance import Instance
from siting.model.limits import Limits, LimitUse
from siting.model.objectives import Mean, Objective
from siting.model.solution import Solution
from siting.model.solve import solve
from siting.model.solvers import Solver, TracePoint

__all__ = [
    "Instance",
    "LimitUse",
    "Limits",
    "Mean",
    "Objective",
    "Solution",
    "Solver",
    "TracePoint",
    "solve",
]
