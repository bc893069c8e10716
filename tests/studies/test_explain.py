"""Why a place is chosen or not, as it is told, and held against trying everything."""

import io
import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console
from scipy.sparse import csr_array

from siting.common.errors import ClashingLimit, InputError
from siting.model import Instance, Limits, Mean, Solver, Target, Task
from siting.model.limits.groups import AtLeastOnePerGroup, MaxNewPerGroup, Quota, TypeQuota
from siting.model.limits.numbers import AnnualBudget, NewSites, OneOffBudget, Phase, Phases
from siting.model.limits.sites import Capacity, Closing, ForceOpen, MaxTime, Spacing
from siting.model.solving.feasibility import EVERYONE
from siting.pipeline.run import run
from siting.pipeline.translate import explain_clash
from siting.report.formats.terminal import print_document
from siting.report.words import study_texts
from siting.results.result import Result
from siting.scenario.file import find_scenario, read_scenario
from siting.scenario.limits import LIMITS
from siting.studies.explain import explain, explain_site, limit_in_words, tell_explanation
from tests.support.pages import lines, lines_of

SCENARIO = ("announced_only", "limits.new_offices_max=6")


@pytest.fixture(scope="module")
def result(solved: Callable[..., Result]) -> Result:
    return solved(*SCENARIO)


def explained(result: Result, site: str) -> tuple[Result, str]:
    study = explain(result, site, folder=Path(), progress=lambda _: None)
    stream = io.StringIO()
    print_document(tell_explanation(study), Console(file=stream, width=120))
    return study, stream.getvalue()


@pytest.mark.long
def test_a_pick_is_worth_what_the_answer_without_it_loses(result: Result) -> None:
    picks = result.tables["sites"]
    pick = picks[~picks["forced"]].iloc[0]
    study, shown = explained(result, pick["locality_code"])
    figures = study.manifest
    assert figures["open"]
    assert figures["objective"] == pytest.approx(result.manifest["objective"])
    # Without it another place may open, so it costs no more than leaving it out alone.
    assert 0 < figures["other_way_worse_by"] <= pick["loss_if_left_out_minutes"] + 1e-9
    people = study.tables["people"]
    saved = people["person_minutes"].sum() / 10_327_589
    assert saved == pytest.approx(figures["other_way_worse_by"], abs=1e-9)
    assert f"{pick['locality']} ({pick['municipality']}) is open." in shown
    limits = study.tables["limits"].set_index(["name", "change"])
    assert limits["gain"].loc[[("new_offices_max", "one more")]].item() > 0


@pytest.mark.long
def test_a_place_left_out_names_what_it_would_displace(result: Result) -> None:
    study, shown = explained(result, "Kumla")
    assert not study.manifest["open"]
    changes = study.tables["changes"].set_index("change")["place"]
    assert changes["opens"] == "Kumla"
    assert changes["shuts"] in set(result.tables["sites"]["locality"])
    assert "Then would not open: " in shown


@pytest.mark.long
def test_a_new_office_where_one_stands_already_is_told_from_it(result: Result) -> None:
    study, shown = explained(result, "Norrtälje")
    assert study.manifest["offices_there"] == ["o012"]
    assert shown.startswith(
        "There is an office of today in Norrtälje already (o012); this is about a new one.\n"
        "Norrtälje (Norrtälje) is not open.\n"
    )
    study, shown = explained(result, "o012")
    assert study.manifest["offices_there"] == []
    assert shown.startswith("Norrtälje (Norrtälje) is open.\n")


@pytest.mark.long
def test_a_place_that_must_be_open_says_which_limit_holds_it(result: Result) -> None:
    study, shown = explained(result, "Storuman")
    assert study.manifest["other_way_worse_by"] is None
    assert "Storuman is shut; limits.fa_region_guarantee: at least one office" in shown


def test_an_unknown_place_and_a_changed_result_are_refused(result: Result) -> None:
    with pytest.raises(InputError, match="Did you mean Gislaved"):
        explained(result, "Gislavd")
    picks = result.tables["sites"]
    changed = replace(result, tables={**result.tables, "sites": picks.iloc[1:]})
    with pytest.raises(InputError, match="Run the scenario again"):
        explained(changed, "Gislaved")


def test_the_page_in_docs_shows_this_output(shipped: Callable[[str], Result]) -> None:
    _, shown = explained(shipped("remaining_offices"), "Kumla")
    assert set(lines(shown)) <= lines_of("explain"), "make docs-output"


SITES, MOST, BUDGET = 7, 3, 8.0


def make(seed: int) -> Task:
    rng = np.random.default_rng(seed)
    instance = Instance.from_matrix(
        rng.uniform(1, 60, (15, SITES)),
        rng.integers(1, 50, 15).astype(float),
        existing=np.arange(SITES) == 0,
        annual_cost=[0.0, *rng.integers(1, 5, SITES - 1).astype(float)],
        client_groups={"municipality": [f"m{client % 4}" for client in range(15)]},
    )
    limits = Limits(new_sites_max=MOST, annual_budget=BUDGET)
    return Task(instance, Mean(), limits, Solver("highs"))


def best_value(task: Task, site: str, *, is_open: bool | None, most: int, budget: float) -> float:
    instance, values = task.instance, []
    dense = instance.times.toarray()
    for size in range(most + 1):
        for chosen in itertools.combinations(range(1, SITES), size):
            names = {instance.site_ids[place] for place in chosen}
            allowed = is_open is None or (site in names) == is_open
            if allowed and instance.annual_cost[list(chosen)].sum() <= budget:
                values.append(float(instance.weights @ dense[:, [0, *chosen]].min(axis=1)))
    return min(values)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("site", ["1", "4"])
def test_the_other_way_and_the_worth_of_limits_are_those_of_brute_force(
    seed: int, site: str
) -> None:
    task = make(seed)
    found = explain_site(task, site)
    base = best_value(task, site, is_open=None, most=MOST, budget=BUDGET)
    other = best_value(task, site, is_open=not found.is_open, most=MOST, budget=BUDGET)
    assert found.best.objective == pytest.approx(base)
    assert found.cost == pytest.approx(other - base)
    gains = {(row["name"], row["change"]): row["gain"] for row in found.limits.to_dict("records")}
    for key, most, budget in (
        (("new_offices_max", "one more"), MOST + 1, BUDGET),
        (("annual_budget_msek", "1 more"), MOST, BUDGET + 1),
        (("new_offices_max", "dropped"), SITES - 1, BUDGET),
        (("annual_budget_msek", "dropped"), MOST, 1e9),
    ):
        value = best_value(task, site, is_open=None, most=most, budget=budget)
        assert gains[key] == pytest.approx(base - value, abs=1e-9)
    assert set(gains) == {
        ("new_offices_max", "dropped"), ("new_offices_max", "one more"),
        ("annual_budget_msek", "dropped"), ("annual_budget_msek", "1 more"),
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_what_people_gain_adds_up_to_the_cost_of_the_other_way(seed: int) -> None:
    task = make(seed)
    for site in task.instance.site_ids[1:]:
        found = explain_site(task, site)
        sign = 1 if found.is_open else -1
        assert sign * found.people["person_minutes"].sum() == pytest.approx(found.cost, abs=1e-9)
        assert (found.people[["gain_people", "lose_people"]].sum(axis=1) > 0).all()


def test_a_forced_site_is_explained_by_what_forces_it() -> None:
    task = make(1)
    found = explain_site(task, "2")
    limits = Limits(new_sites_max=MOST, annual_budget=BUDGET, force_open=["2"])
    forced = explain_site(Task(task.instance, task.objective, limits, task.solver), "2")
    assert forced.is_open
    expected = best_value(task, "2", is_open=False, most=MOST, budget=BUDGET)
    assert forced.other is not None
    assert forced.other.objective == pytest.approx(expected)
    row = forced.limits.set_index("name").loc["offices.open"]
    assert row["site_open"] == found.is_open


def test_what_cannot_be_the_other_way_names_the_limits_that_clash() -> None:
    task = make(1)
    dear = Limits(annual_budget=float(task.instance.annual_cost[1]) - 0.5)
    found = explain_site(Task(task.instance, task.objective, dear, task.solver), "1")
    assert not found.is_open
    assert found.other is None
    assert np.isinf(found.cost)
    assert {limit.key for limit in found.clash} == {"annual_budget", "force_open"}
    assert found.people.empty


def test_each_guarantee_is_dropped_by_itself_and_told_by_its_own_name() -> None:
    task = make(1)
    groups = {"fa_region": ["r0"] * 4 + ["r1"] * 3, "county": ["c0"] * 5 + ["c1"] * 2}
    instance = replace(task.instance, site_groups={k: tuple(v) for k, v in groups.items()})
    for guaranteed in (["county"], ["fa_region"], ["fa_region", "county"]):
        limits = Limits(new_sites_max=MOST, at_least_one_per_group=guaranteed)
        found = explain_site(replace(task, instance=instance, limits=limits), "1").limits
        dropped = found.loc[found["change"] == "dropped", "name"].tolist()
        assert dropped == ["new_offices_max", *(f"{group}_guarantee" for group in guaranteed)]


def test_closing_an_existing_site_has_a_cost_too() -> None:
    task = make(1)
    found = explain_site(task, "0")
    assert found.is_open
    assert found.cost >= 0
    assert found.other is not None
    assert "0" not in found.other.open_sites


PLACES = pd.DataFrame(
    {
        "place": ["Åre", "Kil", "Ed"],
        "forced": [True, True, False],
        "annual_cost_msek": [19.0, 19.0, 1.0],
        "one_off_cost_msek": [2.25, 2.5, 1.0],
    }
)
DEMAND = pd.DataFrame(
    {
        "municipality_code": ["2584", "0180"],
        "municipality": ["Kiruna", "Stockholm"],
        "fa_code": ["58", "23"],
        "fa_region": ["Kiruna", "Stockholm"],
        "county_code": ["25", "01"],
        "county": ["Norrbottens län", "Stockholms län"],
        "skr_group": ["C8", "A1"],
    }
)
SET = (
    *("limits.new_offices_max=6", "limits.new_offices_min=7", "limits.annual_budget_msek=40"),
    *("limits.one_off_budget_msek=12.5", "limits.spacing_km=7.5", "limits.max_minutes=90"),
)
PHASES = Phases((Phase("2027", annual_budget=1.0), Phase("2028")))
ONCE = "38,0 miljoner kronor om året och 4,8 miljoner kronor en gång"
TOLD = [
    (NewSites("new_sites_max", most=6).clash(), "högst 6 nya kontor"),
    (NewSites("new_sites_min", least=7).clash(), "minst 7 nya kontor"),
    (AnnualBudget(40.0).clash(), "nya kontor kostar högst 40,0 miljoner kronor om året"),
    (OneOffBudget(12.5).clash(), "att öppna dem kostar högst 12,5 miljoner kronor"),
    (MaxNewPerGroup("municipality", 1).clash(), "högst 1 i en kommun"),
    (AtLeastOnePerGroup("fa_region").clash(), "minst ett kontor i varje FA-region"),
    (AtLeastOnePerGroup("county").clash(), "minst ett kontor i varje län"),
    (AtLeastOnePerGroup("municipality", "2584").clash(), "minst ett kontor i kommunen Kiruna"),
    (AtLeastOnePerGroup("municipality", "0180").clash(), "minst ett kontor i kommunen Stockholm"),
    (Quota("county", ("25", "01"), 9).clash(), "minst 9 nya i Norrbottens län, Stockholms län"),
    (Quota("fa_region", ("58",), 1, 2).clash(), "minst 1 och högst 2 nya i FA-regionen Kiruna"),
    (Quota("municipality", ("2584",), None, 0).clash(), "högst 0 nya i kommunen Kiruna"),
    (Quota("skr_group", ("C8", "C9"), 2).clash(), "minst 2 nya i kommungruppen C8, C9"),
    (Quota("category", ("seat",), 0, 3).clash(), "minst 0 och högst 3 nya i kategorin seat"),
    (Spacing(7.5, csr_array((2, 2))).clash(), "inga två nya kontor närmare varandra än 7,5 km"),
    (MaxTime(90.0).clash(), "ingen har längre väg än 90,0 minuter"),
    (
        ForceOpen(("x", "y")).clash(),
        f"Åre, Kil måste öppnas, vilket ger 2 nya kontor för {ONCE}",
    ),
    (TypeQuota(0, "flexi", 2, None).clash(), "minst 2 nya av typen flexi"),
    (Closing(("a", "b", "c"), 1, None).clash(), "av 3 som får stängas stängs 1 till 3"),
    (Closing(("a", "b", "c"), 0, 2).clash(), "av 3 som får stängas stängs 0 till 2"),
    (PHASES.clash(), "gränserna för etapperna 2027, 2028"),
    (Capacity((("a", 5.0),)).clash(), "inget kontor tar emot fler människor än det har plats för"),
    (Target(0.9, 45).clash(), "90 % inom 45 minuter i landet som helhet"),
    (Target(0.995, 7.5, "county").clash(), "99,5 % inom 7,5 minuter i varje län"),
    (Target(1.0, 5, "municipality").clash(), "100 % inom 5 minuter i varje kommun"),
    (
        Target(1.0, 5, "fa_region").clash("58", 81.25),
        "100 % inom 5 minuter i FA-regionen Kiruna, där högst 81,25 % kan nås",
    ),
    (
        Target(1.0, 5).clash("", 0.0),
        "100 % inom 5 minuter i landet som helhet, där högst 0 % kan nås",
    ),
    (EVERYONE, "alla når ett öppet kontor"),
]


@pytest.fixture(scope="module")
def clash() -> list[ClashingLimit]:
    scenario = read_scenario(find_scenario("remaining_offices"), SET).scenario
    return list(explain_clash([limit for limit, _ in TOLD], scenario, PLACES, DEMAND))


def test_swedish_sentences_have_the_figures_and_names_of_the_clash(
    clash: list[ClashingLimit],
) -> None:
    assert [limit_in_words(limit, "sv") for limit in clash] == [text for _, text in TOLD]


def test_english_sentences_are_those_of_the_error(clash: list[ClashingLimit]) -> None:
    assert [limit_in_words(limit, "en") for limit in clash] == [limit.sentence for limit in clash]


def test_each_limit_that_a_scenario_sets_has_words(clash: list[ClashingLimit]) -> None:
    words = set(study_texts("explain", "sv")["clash"]["limits"])
    assert words == {*(limit.path for limit in LIMITS), "capacity"}
    assert words == {limit.key for limit in clash}


FORCED = (
    "Eastbay måste öppnas, vilket ger 1 nya kontor för 1,9 miljoner kronor om året och "
    "2,8 miljoner kronor en gång"
)
ALONE = [
    *("limits.new_offices_max=1", "limits.new_offices_min=1", "limits.county_guarantee=false"),
    *("offices.open=[]", 'candidates.exclude=["p2", "p3", "p4", "p5", "p6", "p7"]'),
]


@pytest.mark.parametrize(
    ("overrides", "site", "english", "swedish"),
    [
        (
            ["limits.annual_budget_msek=1.9"],
            "Northcape",
            "new offices cost at most 1.9 MSEK a year; Northcape is open; offices.open: Eastbay",
            f"högst 1,9 miljoner kronor om året; Northcape är öppet; offices.open: {FORCED}.",
        ),
        (
            ["limits.new_offices_max=1"],
            "p3",
            "limits.new_offices_max: at most 1 new offices; Southport is open; offices.open: ",
            f"högst 1 nya kontor; Southport är öppet; offices.open: {FORCED}.",
        ),
        (
            ["limits.spacing_km=50"],
            "Southport",
            "limits.spacing_km: no two new offices nearer to each other than 50.0 km.",
            "limits.spacing_km: inga två nya kontor närmare varandra än 50,0 km.",
        ),
        (
            ["limits.new_offices_max=2"],
            "Bay Road",
            "limits.max_new_per_municipality: at most 1 in one municipality.",
            "limits.max_new_per_municipality: högst 1 i en kommun.",
        ),
        (
            ALONE,
            "Northcape",
            "no answer: limits.new_offices_min: at least 1 new offices; Northcape is shut.",
            "inget svar: limits.new_offices_min: minst 1 nya kontor; Northcape är stängt.",
        ),
    ],
)
def test_a_page_tells_the_clash_in_its_language(
    overrides: list[str], site: str, english: str, swedish: str
) -> None:
    example = Path(__file__).parents[2] / "docs" / "examples" / "nullia" / "nullia.toml"
    result = run(read_scenario(example, overrides), progress=lambda _: None)
    study = explain(result, site, folder=example.parent, progress=lambda _: None)
    for language, said in (("en", english), ("sv", swedish)):
        stream = io.StringIO()
        print_document(tell_explanation(study, language), Console(file=stream, width=120))
        assert said in stream.getvalue()
