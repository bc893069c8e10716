"""What keeps to the limits of a program, and what does not."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from siting.model import Instance, Limits, Mean
from siting.model.formulation import make_formulation
from siting.model.program import Ceiling, Functional, Program
from siting.model.solving.classic import SolverAnswer, checked, split_of

LINEAR = Functional(np.zeros(1), np.zeros(1))


@pytest.mark.parametrize(
    ("limit", "value", "holds"),
    [
        (0.0, 0.9e-6, True),
        (0.0, 1.1e-6, False),
        (1000.0, 1000.0009, True),
        (1000.0, 1000.0011, False),
        (-1000.0, -999.9991, True),
        (-1000.0, -999.9989, False),
    ],
)
def test_a_ceiling_on_split_services_holds_within_the_tolerance_of_solvers(
    limit: float, value: float, *, holds: bool
) -> None:
    assert Ceiling(LINEAR, limit).holds(value, split=True) == holds


@pytest.mark.parametrize(
    ("limit", "value", "holds"),
    [
        (0.0, 0.0, True),
        (0.0, 1e-12, False),
        (1000.0, 1000.0000009, True),
        (1000.0, 1000.0000011, False),
        (1e-4, 1.0000001e-4, False),
    ],
)
def test_a_ceiling_on_whole_services_holds_but_for_rounding(
    limit: float, value: float, *, holds: bool
) -> None:
    assert Ceiling(LINEAR, limit).holds(value) == holds


def shared() -> Program:
    """Three people and one, and two sites that may fill up."""
    instance = Instance.from_matrix(np.array([[1.0, 9.0], [9.0, 1.0]]), [3, 1])
    limits = Limits(capacity={"0": 2, "1": 2})
    formulation = make_formulation(instance, limits, limits.parts(), serve_all=True)
    return formulation.with_goal(Mean().functional(formulation))[0]


def checked_split(program: Program, shares: Sequence[float]) -> SolverAnswer:
    """Return the answer in which both sites are open, and people are shared out like this."""
    both = np.array([True, True])
    return checked(program, both, "done", 0, split_of(program, both, np.array(shares)))


def test_people_are_shared_out_within_what_sites_can_take() -> None:
    fits = checked_split(shared(), [2 / 3, 1 / 3, 0, 1])
    assert fits.chosen is not None
    assert fits.value == pytest.approx(2 + 9 + 1)
    for shares in ([1, 0, 0, 1], [1 / 3, 2 / 3, 0, 1], [2 / 3, 0, 0, 1]):
        broken = checked_split(shared(), shares)
        assert (broken.state, broken.chosen, broken.bound) == ("stopped", None, 0)


def test_a_ceiling_holds_for_people_who_are_shared_out() -> None:
    program, shares = shared(), [2 / 3, 1 / 3, 0, 1]
    for limit, keeps in ((12, True), (11.9, False)):
        capped = replace(program, ceilings=(Ceiling(program.goal, limit),))
        assert (checked_split(capped, shares).chosen is not None) == keeps
