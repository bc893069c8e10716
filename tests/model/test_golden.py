"""The LP file of the reference model for each objective and limit, small enough to read.

To write them anew after a change that is meant: SITING_WRITE_GOLDEN=1 pytest tests/model.
"""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_array

from siting.model import (
    Closing,
    Cost,
    Coverage,
    Different,
    Equity,
    Instance,
    Limits,
    Mean,
    OfficeType,
    Phase,
    Quota,
    Spacing,
    Target,
)
from siting.model.formulation import Formulation, make_formulation
from siting.model.objectives import targets_of
from siting.model.program import Ceiling, Functional, Program
from siting.model.solving.classic import Classic
from siting.model.solving.feasibility import target_ceilings
from siting.model.solving.p_center import restrict

FOLDER = Path(__file__).parent / "golden"
NEAR = csr_array(np.array([[0.0, 0, 0], [0, 0, 2], [0, 2, 0]]))

OBJECTIVES: dict[str, Mean | Coverage | Equity | Cost] = {
    "mean": Mean(),
    "mean_with_costs": Mean(cost_weight=2),
    "coverage": Coverage(4),
    "equity": Equity(kappa=-0.1),
    "cost": Cost([Target(0.9, 4, "county")]),
}
LIMITS = {
    "new_sites_max": Limits(new_sites_max=1),
    "new_sites_min": Limits(new_sites_min=1),
    "annual_budget": Limits(annual_budget=4),
    "one_off_budget": Limits(one_off_budget=5),
    "max_new_per_group": Limits(max_new_per_group={"region": 1}),
    "at_least_one_per_group": Limits(at_least_one_per_group=["region"]),
    "force_open": Limits(force_open=["b"]),
    "force_shut": Limits(force_shut=["a"]),
    "quotas": Limits(quotas=[Quota("region", ("east",), 1, 2)]),
    "closing": Limits(closing=Closing(("a",), 0, 1), annual_budget=3, closing_frees_budget=True),
    "spacing": Limits(spacing=Spacing(3, NEAR)),
    "max_time": Limits(max_time=5),
    "capacity": Limits(capacity={"a": 2, "b": 3}),
    "office_types": Limits(
        office_types=[OfficeType("small", 1, 1, 2), OfficeType("large", 3, 2, 6)],
        type_quotas={"large": (None, 1)},
    ),
    "different": Limits(new_sites_max=2, different=[Different((("a", "b"),))]),
    "phases": Limits(phases=[Phase("2020", 3, 4, 1), Phase("2021", 6, 4, 2, years=3)]),
}


@pytest.fixture
def instance(line: Callable[..., Instance]) -> Instance:
    return line(
        [0, 4, 9],
        [0, 5, 8],
        weights=[1, 2, 3],
        existing=[True, False, False],
        annual_cost=[1, 2, 3],
        one_off_cost=[1, 2, 3],
        site_ids=["a", "b", "c"],
        site_groups={"region": ["west", "east", "east"]},
        client_groups={"county": ["x", "x", "y"]},
    )


def formulation(instance: Instance, limits: Limits, *, serve_all: bool = True) -> Formulation:
    return make_formulation(instance, limits, limits.parts(), serve_all=serve_all)


def compare(name: str, program: Program, tmp_path: Path) -> None:
    written = tmp_path / f"{name}.lp"
    Classic(program).problem.writeLP(str(written))
    golden = FOLDER / written.name
    if os.environ.get("SITING_WRITE_GOLDEN"):
        golden.write_text(written.read_text(encoding="utf-8"), encoding="utf-8")
    assert written.read_text(encoding="utf-8") == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", OBJECTIVES)
def test_objective(name: str, instance: Instance, tmp_path: Path) -> None:
    objective = OBJECTIVES[name]
    under = formulation(instance, Limits(new_sites_max=1), serve_all=objective.serves_all)
    ceilings = target_ceilings(under, targets_of([objective]))
    program, _ = under.with_goal(objective.functional(under), ceilings)
    compare(f"objective_{name}", program, tmp_path)


def test_worst_case_within_a_radius(instance: Instance, tmp_path: Path) -> None:
    under = formulation(instance, Limits(new_sites_max=1))
    nothing = Functional(np.zeros(3), np.zeros(3))
    compare("objective_worst", restrict(under.with_goal(nothing)[0], 4), tmp_path)


def test_a_later_objective_under_what_the_first_may_lose(
    instance: Instance, tmp_path: Path
) -> None:
    # The best new site leaves 11 weighted minutes, to which the second objective may add a tenth.
    under = formulation(instance, Limits(new_sites_max=1))
    ceiling = Ceiling(Mean().functional(under), 12.1)
    program, _ = under.with_goal(Coverage(4).functional(under), [ceiling])
    compare("objective_lexicographic", program, tmp_path)


@pytest.mark.parametrize("name", LIMITS)
def test_limit(name: str, instance: Instance, tmp_path: Path) -> None:
    under = formulation(instance, LIMITS[name])
    compare(f"limit_{name}", under.with_goal(Mean().functional(under))[0], tmp_path)
