"""A certificate is verified if its claim follows, and refused if it does not."""

import gzip
import json
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.common.errors import InfeasibleError, InputError
from siting.model import (
    Closing,
    Cost,
    Coverage,
    Equity,
    Instance,
    Lexicographic,
    Limits,
    Mean,
    Objective,
    OfficeType,
    Phase,
    Quota,
    Target,
    Worst,
    solve,
)
from siting.model.formulation import make_formulation
from siting.model.solving.certificate import Certificate
from siting.model.solving.decomposition.proving import prove
from siting.model.solving.search import Search, Solver
from siting.model.solving.stages import run_stages
from siting.results.certificate import (
    CERTIFICATE_FILE,
    UnprovedError,
    certificate_bytes,
    checksums,
    verify,
)
from siting.results.verify import Proved, RefusedError, proved
from tests.model.problems import LIMITS, OBJECTIVES, problems
from tests.support.cli import Call
from tests.support.rational import follows

CERTIFIED = [name for name in OBJECTIVES if "worst" not in name]
WITHOUT_CAPACITY = [name for name in LIMITS if name != "capacity"]
MALFORMED = (KeyError, TypeError, ValueError, IndexError, AttributeError, ArithmeticError)


def read(packed: bytes) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(gzip.decompress(packed), parse_float=str)
    return content


def certificate_of(
    instance: Instance,
    objective: Objective,
    limits: Limits,
    method: Literal["decomposition"] | None = None,
) -> dict[str, Any]:
    solution = solve(instance, objective, limits, certificate=True, method=method)
    assert solution.certificate is not None
    return read(certificate_bytes(solution.certificate))


def made(seed: int, clients: int = 25, sites: int = 14, unit: float = 1.0) -> Instance:
    """Return an instance whose relaxation is seldom whole."""
    rng = np.random.default_rng(seed)
    minutes = rng.integers(1, 60, size=(clients, sites)) * unit
    return Instance.from_matrix(
        minutes,
        rng.integers(1, 100, size=clients),
        existing=np.arange(sites) < 2,
        annual_cost=rng.integers(2, 9, size=sites) * 0.7,
        one_off_cost=rng.integers(1, 5, size=sites),
        site_ids=[f"s{number}" for number in range(sites)],
        site_groups={"region": [f"r{number % 3}" for number in range(sites)]},
        client_groups={"county": [f"c{number % 2}" for number in range(clients)]},
    )


MANY: list[tuple[Objective, Limits]] = [
    (Mean(), Limits(annual_budget=9.1)),
    (Mean(), Limits(new_sites_max=4)),
    (Mean(cost_weight=31.7), Limits()),
    (Mean(), Limits(annual_budget=11, one_off_budget=7, max_new_per_group={"region": 1})),
    (Mean(), Limits(new_sites_max=4, at_least_one_per_group=("region",), max_time=55)),
    (Mean(), Limits(new_sites_max=5, quotas=[Quota("region", ("r1",), 2, 3)])),
    (Mean(), Limits(new_sites_max=3, closing=Closing(("s0", "s1"), 1, 2))),
    (Mean(), Limits(phases=[Phase("a", 6, years=2), Phase("b", 10, years=3)])),
    (Mean(), Limits(annual_budget=9, office_types=[OfficeType("s", 1.5), OfficeType("l", 2.5)])),
    (Coverage(9), Limits(new_sites_max=3)),
    (Coverage(12), Limits(annual_budget=9.1, phases=[Phase("a", 5), Phase("b")])),
    (Equity(kappa=-0.1), Limits(new_sites_max=3)),
    (Equity(epsilon=-0.5), Limits(annual_budget=9.1)),
    (Cost([Target(0.8, 15)]), Limits()),
    (Cost([Target(0.6, 12, "county"), Target(0.95, 40)]), Limits(new_sites_max=9)),
    (Lexicographic([(Coverage(12), 0.05), (Mean(), 0.0)]), Limits(new_sites_max=4)),
    (
        Lexicographic([(Cost([Target(0.8, 15)]), 0.2), (Equity(kappa=-0.1), 0.05), (Mean(), 0.0)]),
        Limits(new_sites_max=7),
    ),
]

NAMES = [f"{number} {each.__class__.__name__}" for number, (each, _) in enumerate(MANY)]


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


# What is wrong with a certificate.


@pytest.fixture(scope="module")
def sound() -> dict[str, Any]:
    """Return a certificate with a tree of some leaves, whose numbers are whole."""
    found = certificate_of(made(3), Mean(), Limits(annual_budget=9.1), method="decomposition")
    assert proved(found)[0].leaves > 2
    return found


def refused(content: dict[str, Any]) -> str:
    assert not follows(content)
    with pytest.raises(RefusedError) as error:
        proved(content)
    return str(error.value)


def test_a_raised_bound_is_refused(sound: dict[str, Any]) -> None:
    changed = deepcopy(sound)
    changed["stages"][0]["bound"] = str(Fraction(changed["stages"][0]["bound"]) + 1)
    assert "proves less than is claimed" in refused(changed)


def test_a_lower_value_is_refused(sound: dict[str, Any]) -> None:
    changed = deepcopy(sound)
    changed["stages"][0]["value"] = str(Fraction(changed["stages"][0]["value"]) - 1)
    assert "the answer comes to more" in refused(changed)


def test_every_leaf_is_needed(sound: dict[str, Any]) -> None:
    tree = sound["stages"][0]["tree"]
    leaves = [n for n, node in enumerate(tree) if not {"split", "decided"} & set(node)]
    for number in leaves:
        changed = deepcopy(sound)
        del changed["stages"][0]["tree"][number]
        assert not follows(changed)
        with pytest.raises(RefusedError):
            proved(changed)
    last = deepcopy(sound)
    del last["stages"][0]["tree"][-1]
    assert refused(last) == "a part of the choices is left out"


def test_no_node_may_be_left_over(sound: dict[str, Any]) -> None:
    changed = deepcopy(sound)
    changed["stages"][0]["tree"].append(changed["stages"][0]["tree"][-1])
    assert "belongs to no part" in refused(changed)


def test_prices_that_matter_may_not_be_changed(sound: dict[str, Any]) -> None:
    changed = deepcopy(sound)
    for node in changed["stages"][0]["tree"]:
        for prices in node.get("prices", []):
            prices.update(dict.fromkeys(prices, 0))
    assert refused(changed)


@pytest.mark.parametrize("site", ["forced", "forbidden"])
def test_the_answer_keeps_to_what_is_forced_and_forbidden(sound: dict[str, Any], site: str) -> None:
    changed = deepcopy(sound)
    stage = changed["stages"][0]
    wrong = {"forced": set(range(14)) - set(stage["answer"]), "forbidden": set(stage["answer"])}
    stage["instance"][site] = [min(wrong[site])]
    assert "the answer" in refused(changed)


def test_the_answer_keeps_to_the_rows(sound: dict[str, Any]) -> None:
    changed = deepcopy(sound)
    changed["stages"][0]["answer"] = list(range(14))
    assert "the answer breaks row" in refused(changed)


@pytest.mark.parametrize(
    "change",
    [
        lambda stage: stage["instance"]["sums"][0]["weights"].__setitem__(0, -1),
        lambda stage: stage["instance"]["sums"][0].pop("limit"),
        lambda stage: stage["tree"][0].__setitem__("sums", [2]),
        lambda stage: stage["tree"][0].__setitem__("sums", [1, 1]),
        lambda stage: stage["tree"].__setitem__(0, {"split": {"site": 14}}),
        lambda stage: stage["tree"].__setitem__(0, {"split": {"site": 0}}),
        lambda stage: stage["tree"].__setitem__(0, {}),
        lambda stage: stage.__setitem__("bound", "1e999999999"),
    ],
)  # fmt: skip
def test_what_would_make_any_bound_follow_is_refused(
    sound: dict[str, Any], change: Callable[[dict[str, Any]], None]
) -> None:
    changed = deepcopy(sound)
    change(changed["stages"][0])
    with pytest.raises((RefusedError, *MALFORMED)):
        proved(changed)


@pytest.mark.parametrize("limit", [-1000, 1000])
def test_what_is_to_be_least_has_no_limit(sound: dict[str, Any], limit: int) -> None:
    changed = deepcopy(sound)
    changed["stages"][0]["instance"]["sums"][0]["limit"] = limit
    assert proved(changed)
    assert follows(changed)
    changed["stages"][0]["bound"] = str(Fraction(changed["stages"][0]["bound"]) + 1)
    assert refused(changed)


def test_without_a_stage_nothing_is_proved() -> None:
    with pytest.raises(RefusedError):
        proved({"sites": ["a"], "stages": []})


def places(content: dict[Any, Any] | list[Any]) -> Iterator[tuple[Any, Any]]:
    """Give where each number of a certificate stands."""
    pairs = content.items() if isinstance(content, dict) else enumerate(content)
    for key, value in pairs:
        if isinstance(value, dict | list):
            yield from places(value)
        elif key != "kind" and value is not None:
            yield content, key


def verdict(content: dict[str, Any]) -> bool:
    try:
        proved(content)
    except (RefusedError, *MALFORMED):
        return False
    return True


def other_than(value: object, rng: random.Random) -> int | str:
    """Return another number, near or far, whole or not."""
    exact = Fraction(str(value))
    near = [exact + 1, exact - 1, 2 * exact, exact / 3, -exact, exact + Fraction(1, 10**6)]
    new = rng.choice([each for each in near if each != exact] + [Fraction(0)] * (exact != 0))
    return int(new) if new.denominator == 1 else str(new)


def one_number_changed(asked: tuple[Objective, Limits], seed: int) -> tuple[bool, bool]:
    """Return both verdicts on a certificate with one number changed."""
    rng, content = random.Random(seed), None  # noqa: S311 - no secret hangs on it
    while content is None:
        with suppress(InfeasibleError):
            instance = made(rng.randrange(10**6), 10, 8)
            content = certificate_of(instance, *asked, method="decomposition")
    stage = rng.choice(content["stages"])
    part = rng.choice(["instance", "tree", "tree", "claim"])
    claim = [(stage, "bound"), (stage, "value")]
    found = claim if part == "claim" else list(places(stage[part]))
    where, key = rng.choice(found)
    where[key] = other_than(where[key], rng)
    return verdict(content), follows(content)


@pytest.mark.parametrize("asked", MANY, ids=NAMES)
def test_with_a_number_changed_the_verdict_is_that_of_an_evaluation(
    asked: tuple[Objective, Limits],
) -> None:
    # 17 kinds with 20 each: 340 certificates.
    outcomes = [one_number_changed(asked, seed) for seed in range(20)]
    assert [ours for ours, _ in outcomes] == [theirs for _, theirs in outcomes]
    assert not all(ours for ours, _ in outcomes)


# Files and results.


@pytest.fixture
def result(call: Call, tmp_path: Path) -> Path:
    done = call("run", "announced_only", "--no-brief", "--quiet", "--certificate")
    assert done.returncode == 0, done.stderr
    return tmp_path / "results" / "announced_only"


def test_a_run_writes_a_certificate_that_verify_proves(call: Call, result: Path) -> None:
    manifest = json.loads((result / "manifest.json").read_text())
    assert manifest["certificate"] == checksums((result / CERTIFICATE_FILE).read_bytes())
    for target in ("announced_only", str(result), str(result / CERTIFICATE_FILE)):
        done = call("verify", target)
        assert done.returncode == 0, done.stderr
        assert "mean: proved by 1 leaf. The answer comes to 1" in done.stdout
    assert "mean: bevisat med 1 löv. Svaret" in call("verify", str(result), "--lang", "sv").stdout
    again = call("run", "announced_only", "--no-brief", "--quiet")
    assert again.returncode == 0
    assert not (result / CERTIFICATE_FILE).exists()
    done = call("verify", "announced_only")
    assert done.returncode == 2
    assert "--certificate" in done.stderr


def test_a_benchmark_writes_one_too(call: Call) -> None:
    size = ("--clients", "40", "--candidates", "12", "--p", "3")
    done = call("benchmark", "synthetic", *size, "--certificate", "made.json.gz")
    assert done.returncode == 0, done.stderr
    assert "proved by" in call("verify", "made.json.gz").stdout
    done = call("benchmark", "synthetic", "synthetic", "--certificate", "made.json.gz")
    assert done.returncode == 2
    assert "--certificate = 'made.json.gz': is for one file" in done.stderr
    nowhere = call("benchmark", "synthetic", *size, "--certificate", "nowhere/made.json.gz")
    assert nowhere.returncode == 2
    assert "nowhere" in nowhere.stderr


def test_what_is_forged_is_refused(call: Call, result: Path, tmp_path: Path) -> None:
    path = result / "manifest.json"
    text = path.read_text()
    for key in ("sha256", "instance_sha256"):
        manifest = json.loads(text)
        manifest["certificate"][key] = "0" * 64
        path.write_text(json.dumps(manifest))
        done = call("verify", "announced_only")
        assert done.returncode == 1
        assert f"its checksum {key} is not the one" in done.stderr
    # By itself the certificate is as sound as before.
    assert call("verify", str(result / CERTIFICATE_FILE)).returncode == 0
    content = read((result / CERTIFICATE_FILE).read_bytes())
    content["stages"][0]["bound"] = content["stages"][0]["value"] + "1"
    forged = tmp_path / "forged.json.gz"
    forged.write_bytes(gzip.compress(json.dumps(content).encode()))
    done = call("verify", str(forged))
    assert done.returncode == 1
    assert "proves less than is claimed" in done.stderr


@pytest.mark.parametrize(
    "content",
    [b"", b"no gzip", gzip.compress(b"{"), gzip.compress(b"[" * 100_000), b"\x1f\x8b\x08"],
)
def test_what_is_no_certificate_is_a_fault_in_the_input(
    call: Call, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "some.json.gz"
    path.write_bytes(content)
    done = call("verify", str(path))
    assert done.returncode == 2, done.stderr
    assert "some.json.gz" in done.stderr


@pytest.mark.parametrize("content", [b"{}", b"[]", b"7", b'{"sites": [], "stages": [{}]}'])
def test_half_a_certificate_proves_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "half.json.gz"
    path.write_bytes(gzip.compress(content))
    with pytest.raises(UnprovedError):
        verify(str(path))


def test_a_result_that_is_not_there_is_named(call: Call) -> None:
    done = call("verify", "nothing_of_the_kind")
    assert done.returncode == 2
    assert "nothing_of_the_kind" in done.stderr


def test_numbers_may_be_written_as_fractions() -> None:
    content = certificate_of(made(1, 5, 4), Mean(), Limits(new_sites_max=1))
    for where, key in places(content["stages"][0]["instance"]["sums"]):
        if key != "near":
            exact = Fraction(str(where[key]))
            where[key] = f"{3 * exact.numerator}/{3 * exact.denominator}"
    content["stages"][0]["instance"]["sums"][0]["near"] = certificate_of(
        made(1, 5, 4), Mean(), Limits(new_sites_max=1)
    )["stages"][0]["instance"]["sums"][0]["near"]
    assert isinstance(proved(content)[0], Proved)
