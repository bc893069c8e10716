"""What a scenario asks reaches the model, and comes back in the scenario's words."""

from collections.abc import Callable
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from osmnx.distance import great_circle

from siting.common.errors import ClashingLimit, InfeasibleError, InputError
from siting.common.package import scenario_folder
from siting.model import Cost, Coverage, Equity, Lexicographic, LimitUse, Mean, Target, Worst
from siting.model.limits.groups import Quota
from siting.pipeline.prepare import prepare
from siting.pipeline.problem import Problem
from siting.pipeline.run import answer
from siting.pipeline.translate import explain_clash, objective_of, uses_by_key
from siting.scenario.file import find_scenario, read_scenario
from siting.scenario.objective import ObjectiveKind, SingleKind
from siting.scenario.schema import Scenario
from siting.scenario.template import write_starter

type Ask = Callable[..., Problem]

SHIPPED = sorted(scenario_folder().glob("*.toml"))
ABOUT = {"title": "t", "author": "a", "date": "2026-01-01", "source": "s", "rationale": "r"}
FEW = ("limits.new_offices_max=6", "limits.annual_budget_msek=none")


@pytest.fixture(scope="module")
def ask() -> Ask:
    def problem(*overrides: str, name: str = "remaining_offices") -> Problem:
        file = read_scenario(find_scenario(name), overrides)
        return prepare(file, progress=lambda _: None)

    return problem


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, Mean()),
        ({"kind": "coverage", "within_minutes": 45}, Coverage(45)),
        ({"kind": "worst"}, Worst()),
        ({"kind": "equity", "epsilon": -2}, Equity(-2)),
    ],
)
def test_each_objective_is_the_models(wanted: dict[str, object], expected: object) -> None:
    scenario = Scenario.model_validate({"scenario": ABOUT, "objective": wanted}, strict=False)
    assert objective_of(scenario) == expected


def test_targets_and_lists_of_objectives_are_the_models() -> None:
    target = {"share": 0.9, "within_minutes": 45, "each": "county"}
    stages = [{"kind": "cost", "targets": [target], "tolerance": 0.1}, {"kind": "mean"}]
    wanted = {"kind": "lexicographic", "order": stages}
    scenario = Scenario.model_validate({"scenario": ABOUT, "objective": wanted}, strict=False)
    expected = Lexicographic([(Cost([Target(0.9, 45, "county")]), 0.1), (Mean(), 0.0)])
    assert objective_of(scenario) == expected


@pytest.mark.parametrize(
    ("override", "part"),
    [
        ("objective.kind=coverage", "coverage needs within_minutes"),
        (
            "objective.within_minutes=45",
            'within_minutes is for kind = "coverage", and the kind is mean',
        ),
        ('objective.order=[{kind="mean", epsilon=-2}]', 'epsilon is for kind = "equity"'),
        ("objective.kind=cost", "cost needs at least one [[objective.targets]]"),
        ("objective.kind=lexicographic", "lexicographic needs at least one [[objective.order]]"),
        ('limits.quotas=[{group="skr_group", labels=["C8"]}]', "a quota needs min or max"),
        ("closing.min=3", "min is greater than max"),
        ("objective.targets=[{share=1.5, within_minutes=3}]", "objective.targets.0.share = 1.5"),
        ("objective.targets=[{shares=1, within_minutes=3}]", "Did you mean share?"),
    ],
)
def test_what_does_not_go_together_is_a_fault(override: str, part: str) -> None:
    faults = read_scenario(find_scenario("remaining_offices"), [override]).faults
    assert any(part in str(fault) for fault in faults), faults


def test_unknown_kinds_and_offices_are_faults(ask: Ask) -> None:
    with pytest.raises(InputError) as caught:
        ask(
            'office_types.use=["small", "large"]',
            'office_types.min={"flexi"=1}',
            'closing.keep=["X"]',
        )
    assert [(fault.key, fault.value) for fault in caught.value.faults] == [
        ("office_types.use", "large"),
        ("office_types.min", "flexi"),
        ("closing.keep", "X"),
    ]


def test_a_quota_is_kept_and_counted(ask: Ask) -> None:
    quota = 'limits.quotas=[{group="skr_group", labels=["C8", "C9"], min=6}]'
    problem = ask(*FEW, quota)
    solution = answer(problem)
    sites = problem.sites.set_index("code").loc[list(solution.new_sites)]
    assert set(sites["skr_group"]) <= {"C8", "C9"}


def test_category_tells_seats_from_other_places(ask: Ask) -> None:
    problem = ask(*FEW, 'limits.quotas=[{group="category", labels=["other"], max=0}]')
    sites = problem.sites
    assert (sites.loc[~sites["existing"], "category"] == "seat").sum() == 290
    chosen = sites.set_index("code").loc[list(answer(problem).new_sites)]
    assert set(chosen["category"]) == {"seat"}


def test_spacing_keeps_new_offices_apart(ask: Ask) -> None:
    problem = ask("limits.new_offices_max=8", "limits.spacing_km=60")
    sites = problem.sites.set_index("code").loc[list(answer(problem).new_sites)]
    lat, lon = sites["lat"].to_numpy(dtype=float), sites["lon"].to_numpy(dtype=float)
    km = great_circle(lat[:, None], lon[:, None], lat[None, :], lon[None, :]) / 1000
    assert km[np.triu_indices(len(sites), 1)].min() >= 60


@pytest.mark.long
def test_forced_offices_that_lie_too_near_are_named(ask: Ask) -> None:
    with pytest.raises(InfeasibleError) as caught:
        answer(ask(*FEW, "limits.spacing_km=100"))
    assert [limit.key for limit in caught.value.clash] == ["offices.open", "limits.spacing_km"]


@pytest.mark.long
def test_only_sole_offices_close_and_those_named_stay(ask: Ask) -> None:
    problem = ask(
        "closing.min=2", "closing.max=2", 'closing.keep=["Kiruna"]', name="announced_only"
    )
    sites = problem.sites.set_index("code")
    solution = answer(problem)
    assert len(solution.closed_sites) == 2
    assert sites.loc[list(solution.closed_sites), "sole"].all()
    assert not sites.loc[sites["place"] == "Kiruna", "may_close"].any()
    assert sites["sole"].sum() == 101
    assert solution.annual_saving == 10


def test_nobody_beyond_a_greatest_time_or_it_is_said_why_not(ask: Ask) -> None:
    with pytest.raises(InfeasibleError) as caught:
        answer(ask(*FEW, "limits.max_minutes=60"))
    assert any(
        limit.key in {"limits.max_minutes", "limits.new_offices_max"}
        for limit in caught.value.clash
    )


@pytest.mark.long
def test_an_impossible_target_names_the_greatest_share(ask: Ask) -> None:
    levels = ("county", "fa_region", "municipality")
    targets = ", ".join(f'{{share=1.0, within_minutes=5, each="{level}"}}' for level in levels)
    with pytest.raises(InfeasibleError) as caught:
        answer(ask("objective.kind=cost", f"objective.targets=[{targets}]"))
    said = [limit.sentence for limit in caught.value.clash]
    for place in ("Jämtlands län", "the FA region Kiruna", "Karlskrona"):
        begin = f"100 % within 5 minutes in {place}, where at most "
        assert [each for each in said if each.startswith(begin) and each.endswith("be reached")]


def test_a_clash_is_told_in_the_words_of_the_scenario_and_with_names(ask: Ask) -> None:
    problem = ask(*FEW)
    clash = [
        ClashingLimit("at_least_one_per_group", "at least one site in each county", "county"),
        Quota("county", ("23", "24"), least=9).clash(),
        Quota("skr_group", ("C8",), least=9).clash(),
        Target(0.9, 45, "fa_region").clash("04", 80.0),
        Target(0.9, 45, "fa_region").clash(),
        ClashingLimit("new_sites_max", "at most 6 new"),
        ClashingLimit("capacity", "no site serves more people than its capacity"),
    ]
    names = problem.demand.set_index("fa_code")["fa_region"].to_dict()
    where = f"the FA region {names['04']}, where at most 80 % can be reached"
    said = explain_clash(clash, problem.scenario, problem.sites, problem.demand)
    assert [(limit.key, limit.sentence) for limit in said] == [
        ("limits.county_guarantee", "at least one office in every county"),
        ("limits.quotas", "at least 9 new in Jämtlands län, Västerbottens län"),
        ("limits.quotas", "at least 9 new in skr_group C8"),
        ("objective.targets", f"90 % within 45 minutes in {where}"),
        ("objective.targets", "90 % within 45 minutes in each fa_region"),
        ("limits.new_offices_max", "at most 6 new offices"),
        ("capacity", "no site serves more people than its capacity"),
    ]


def test_every_kind_of_objective_is_one_of_the_model() -> None:
    asked = {"within_minutes": 45, "targets": [{"share": 0.9, "within_minutes": 45}]}
    needs = {"coverage": "within_minutes", "cost": "targets"}
    for kind in get_args(SingleKind):
        about = {"title": "a", "author": "b", "date": "2026-01-01", "source": "c", "rationale": "d"}
        wanted = {"kind": kind} | ({needs[kind]: asked[needs[kind]]} if kind in needs else {})
        scenario = {"scenario": about, "objective": wanted}
        made = objective_of(Scenario.model_validate(scenario, strict=False))
        assert not isinstance(made, Lexicographic)
        assert made.kind == kind
    assert {*get_args(SingleKind), "lexicographic"} == set(get_args(ObjectiveKind))


def test_uses_of_one_limit_are_told_apart() -> None:
    name = "at_least_one_per_group"
    uses = [
        LimitUse(name, "at least one site in each fa_region", "fa_region", "Kiruna", 1, 1, 0),
        LimitUse(name, "at least one site in each county", "county", "23", 1, 2, 1),
        LimitUse("quota", "at most 3 new in county 23", "county", "", 3, 1, 2),
        LimitUse("quota", "at most 3 new in county 24", "county", "", 3, 2, 1),
        LimitUse("spacing", "no two new sites nearer than 9", "", "a and b", 1, 1, 0),
        LimitUse("phases", "means of the phases 2020", "", "2020", 3, 2, 1, "opened_max"),
    ]
    assert uses_by_key(uses) == {
        "fa_region_guarantee": {"limit": 1, "used": 1, "slack": 0, "where": "Kiruna"},
        "county_guarantee": {"limit": 1, "used": 2, "slack": 1, "where": "23"},
        "quotas": {"limit": 3, "used": 1, "slack": 2},
        "quotas_2": {"limit": 3, "used": 2, "slack": 1},
        "phases": {"limit": 3, "used": 2, "slack": 1, "where": "2020 opened_max"},
    }


@pytest.mark.long
def test_full_offices_send_people_on(ask: Ask) -> None:
    free = answer(ask(*FEW))
    full = answer(ask(*FEW, "capacity.new_people=5000"))
    assert full.splits
    assert not free.splits
    assert full.objective is not None
    assert free.objective is not None
    assert full.objective > free.objective


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_starter_from_a_scenario_says_the_same_but_for_what_it_says_about_itself(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    theirs = read_scenario(path).scenario
    copy = read_scenario(write_starter("copy", path))
    assert copy.faults == ()
    about = copy.scenario.scenario
    assert about.title == f"copy (from {path.stem})"
    assert about.rationale.startswith(f"Begun from {path.stem}. Say why")
    assert (about.title_sv, about.rationale_sv) == (None, None)
    assert copy.scenario.model_copy(update={"scenario": theirs.scenario}) == theirs
