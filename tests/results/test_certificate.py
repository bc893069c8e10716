"""What is proved is certified, and what is certified is what the model says."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.common.errors import InfeasibleError, InputError
from siting.model import (
    Coverage,
    Equity,
    Instance,
    Lexicographic,
    Limits,
    Mean,
    Objective,
    OfficeType,
    Phase,
    Worst,
    solve,
)
from siting.model.formulation import make_formulation
from siting.model.solving.certificate import Certificate
from siting.model.solving.decomposition.proving import prove
from siting.model.solving.search import Search, Solver
from siting.model.solving.stages import run_stages
from siting.results.certificate import (
    certificate_bytes,
)
from siting.results.verify import proved
from tests.model.problems import LIMITS, OBJECTIVES, problems
from tests.support.certificates import MANY, NAMES, certificate_of, made, read
from tests.support.rational import follows

CERTIFIED = [name for name in OBJECTIVES if "worst" not in name]
WITHOUT_CAPACITY = [name for name in LIMITS if name != "capacity"]


@pytest.mark.parametrize("asked", MANY, ids=NAMES)
@pytest.mark.parametrize(
    "unit", [0.1, *(pytest.param(unit, marks=pytest.mark.long) for unit in (1.0, 1 / 3))]
)
def test_every_kind_that_decomposes_is_proved_within_the_gap_of_a_proof(
    asked: tuple[Objective, Limits], unit: float
) -> None:
    instance = made(7, unit=unit)
    found = certificate_of(instance, *asked, method="decomposition")
    stages = len(asked[0].stages) if isinstance(asked[0], Lexicographic) else 1
    assert len(found["stages"]) == stages
    for each in proved(found):
        assert each.bound <= each.value
        assert each.value - each.bound <= max(1e-9, 1e-6 * abs(each.value))
    assert follows(found)


@pytest.mark.parametrize("seed", range(8))
def test_whole_numbers_are_proved_to_the_last_unit(seed: int) -> None:
    for objective in (Mean(), Coverage(9)):
        found = certificate_of(made(seed, 40, 20), objective, Limits(annual_budget=9.1))
        (stage,) = proved(found)
        assert stage.value == stage.bound
        assert stage.value.denominator == 1


@pytest.mark.parametrize("objective", CERTIFIED)
@given(data=st.data())
@settings(max_examples=15)
def test_small_problems_of_every_kind_are_proved(objective: str, data: st.DataObject) -> None:
    names = data.draw(st.lists(st.sampled_from(WITHOUT_CAPACITY), max_size=3, unique=True))
    problem = data.draw(problems(objective, tuple(names)))
    try:
        solution = solve(*problem, certificate=True)
    except (InfeasibleError, InputError):
        # Limits that clash, or a kind of office that can fill up.
        return
    assert solution.certificate is not None
    found = read(certificate_bytes(solution.certificate))
    assert follows(found)
    for stage, each in zip(solution.stages, proved(found), strict=True):
        assert each.kind == stage.kind
        assert each.value - each.bound <= max(1e-9, 1.001e-6 * abs(each.value))


@pytest.mark.parametrize("decimals", [1, 2, 4, 6, 9])
def test_sums_of_decimals_are_claimed_no_lower_than_they_are(decimals: int) -> None:
    rng = np.random.default_rng(decimals)
    minutes = np.round(rng.uniform(0, 90, size=(400, 12)), decimals)
    instance = Instance.from_matrix(minutes, rng.integers(1, 100_000, size=400))
    found = certificate_of(instance, Mean(), Limits(new_sites_max=4))
    (stage,) = proved(found)
    assert stage.value - stage.bound <= Fraction(1, 10**9) * stage.value


def test_what_is_proved_is_what_the_model_says() -> None:
    instance = made(3)
    solution = solve(instance, Mean(), Limits(annual_budget=9.1), certificate=True)
    assert solution.certificate is not None
    found = read(certificate_bytes(solution.certificate))
    (stage,) = proved(found)
    assert float(stage.value) == solution.objective
    opened = [found["sites"][site] for site in found["stages"][0]["answer"]]
    assert tuple(sorted(opened)) == solution.open_sites


def test_options_are_named_by_site_kind_and_phase() -> None:
    limits = Limits(
        office_types=[OfficeType("small", 1.0)], phases=[Phase("first", 3), Phase("then")]
    )
    found = certificate_of(made(1, 5, 4), Mean(), limits)
    assert found["sites"] == [
        *("s0", "s1"),
        *(f"{site}, small, {phase}" for site in ("s2", "s3") for phase in ("first", "then")),
    ]


def test_pairs_beyond_what_a_client_would_pay_are_left_out() -> None:
    instance = made(5, 60, 30)
    (total,) = certificate_of(instance, Mean(), Limits(new_sites_max=5))["stages"][0]["instance"][
        "sums"
    ]
    assert sum(map(len, total["near"])) < 0.5 * instance.times.nnz
    for cap, costs in zip(total["caps"], total["costs"], strict=True):
        assert all(Fraction(cost) < Fraction(cap) for cost in costs)


def test_a_far_pair_over_which_nobody_goes_is_certified_too() -> None:
    minutes = np.array([[5.0, 2000.0, 9.0], [30.0, 10.0, 2000.0], [20_000.0, 7.0, 3.0]])
    instance = Instance.from_matrix(minutes, [100, 50, 10_000_000])
    found = certificate_of(instance, Equity(kappa=-1.0), Limits(new_sites_max=2))
    assert follows(found)
    (stage,) = proved(found)
    assert stage.value - stage.bound <= Fraction(1, 10**6) * stage.value


def test_where_time_runs_out_what_is_proved_so_far_is_claimed() -> None:
    limits = Limits(annual_budget=9.1)
    formulation = make_formulation(made(7), limits, limits.parts(), serve_all=True)
    outcome = run_stages(formulation, Mean(), Search(Solver(), 1e-6), None)
    assert outcome is not None
    assert outcome.answer.chosen is not None
    proof = prove("mean", outcome.program, outcome.answer.chosen, Search(Solver(), 1e-6, 1e-9))
    found = read(certificate_bytes(Certificate(list(map(str, range(14))), [proof])))
    (stage,) = proved(found)
    assert stage.bound < stage.value
    assert stage.leaves == 1
    assert follows(found)


def test_equal_inputs_give_equal_bytes() -> None:
    packed = []
    for _ in range(2):
        solution = solve(made(2), Mean(), Limits(annual_budget=9.1), certificate=True)
        assert solution.certificate is not None
        packed.append(certificate_bytes(solution.certificate))
    assert packed[0] == packed[1]


def test_nothing_is_certified_unasked() -> None:
    assert solve(made(2), Mean(), Limits(new_sites_max=2)).certificate is None


@pytest.mark.parametrize(
    ("objective", "limits", "value"),
    [
        (Worst(), Limits(new_sites_max=2), "worst"),
        (Lexicographic([(Mean(), 0.1), (Worst(), 0.0)]), Limits(new_sites_max=2), "worst"),
        (Mean(), Limits(new_sites_max=2, capacity={"s3": 50}), "limited"),
    ],
)
def test_what_cannot_be_certified_is_said_before_it_is_solved(
    objective: Objective, limits: Limits, value: str
) -> None:
    with pytest.raises(InputError) as refused:
        solve(made(2), objective, limits, certificate=True)
    assert [fault.value for fault in refused.value.faults] == [value]
    assert "cannot be certified yet" in str(refused.value)


def test_both_reasons_why_not_are_given_at_once() -> None:
    limits = Limits(new_sites_max=2, capacity={"s3": 50})
    with pytest.raises(InputError) as refused:
        solve(made(2), Worst(), limits, certificate=True)
    assert [fault.value for fault in refused.value.faults] == ["worst", "limited"]
