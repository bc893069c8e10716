"""From a solution of the model to what became of each site, in the tables of the scenario."""

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from siting.common.types import Floats, Ints
from siting.model import Solution
from siting.pipeline.problem import Prepared, Problem

STANDARD = "standard"
"""The kind of an office where the scenario lets the model choose none."""


def what_became(prepared: Prepared, solution: Solution) -> pd.DataFrame:
    """The sites with the kind and the phase of each new office, and what that kind costs."""
    sites, kinds = prepared.problem.sites, prepared.problem.costs.kinds
    names = [phase.name for phase in prepared.file.scenario.phases]
    numbers = {name: number for number, name in enumerate(names, start=1)}
    # With no kinds at all the map is one of floats, which takes no texts.
    kind = sites["code"].map(dict(solution.office_types)).astype(object)
    sites = sites.assign(
        office_type=kind.fillna(STANDARD),
        phase=sites["code"].map(dict(solution.opened_in)).map(numbers).fillna(1).astype(int),
    )
    typed = kind.notna()
    for column, figure in {
        "staff": "staff",
        "annual_cost_msek": "annual_msek",
        "one_off_cost_msek": "one_off_msek",
    }.items():
        figures = {
            name: getattr(kinds[name], figure) for name in set(solution.office_types.values())
        }
        sites[column] = sites[column].where(~typed, kind.map(figures)).astype(sites[column].dtype)
    return sites


def shares_of(problem: Problem, solution: Solution) -> tuple[csr_array, Ints]:
    """Which part of each demand point goes to which of all sites, and where most of it goes."""
    index = np.flatnonzero(problem.sites["allowed"])
    shares = solution.shares.tocoo()
    size = (len(problem.demand), len(problem.sites))
    spread = csr_array((shares.data, (shares.row, index[shares.col])), shape=size)
    return spread, index[solution.assignment]


def minutes_by_phase(prepared: Prepared, solution: Solution) -> Floats:
    """Mean minutes in each phase of all residents who reach an office, now and in every phase.

    Everybody goes to the nearest open office.
    """
    problem = prepared.problem
    sites = what_became(prepared, solution)
    people = problem.demand["people"].to_numpy(dtype=np.float64)
    opened = sites["code"].isin(solution.open_sites)
    networks = [problem.present]
    for number in range(1, len(prepared.file.scenario.phases) + 1):
        so_far = opened & (sites["existing"] | (sites["phase"] <= number))
        networks.append(np.flatnonzero(so_far))
    nearest = np.array([problem.minutes[:, each].min(axis=1, initial=np.inf) for each in networks])
    reached = np.isfinite(nearest).all(axis=0)
    means: Floats = np.average(nearest[1:, reached], axis=1, weights=people[reached])
    return means
