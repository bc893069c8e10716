"""Draws on the whole of Sweden."""

import io
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

import siting.studies.robustness.solve
import siting.studies.robustness.study
from siting.common.errors import InputError, StoppedError
from siting.model import Instance, Mean, solve
from siting.model.instance import nearest_minutes
from siting.pipeline.prepare import prepare
from siting.pipeline.problem import Problem, dense
from siting.report.formats.terminal import print_document
from siting.results.result import Result
from siting.results.write import write_result
from siting.scenario.file import ScenarioFile, find_scenario, read_scenario
from siting.studies.offices import redraw_of
from siting.studies.robustness.page import tell_robustness
from siting.studies.robustness.solve import (
    Draw,
    Shared,
    SolvedDraw,
    compute_shared,
    make_draws,
    realise,
    solve_draws,
    task_of,
)
from siting.studies.robustness.study import robustness
from tests.support.pages import MARKER

pytestmark = pytest.mark.long  # draws of the nation, in several processes

DRAWS = 4


def nothing(_: str) -> None:
    """Tell nobody."""


@pytest.fixture(scope="module")
def file() -> ScenarioFile:
    return read_scenario(find_scenario("remaining_offices"))


@pytest.fixture(scope="module")
def laid(file: ScenarioFile, data: Path) -> tuple[Problem, Shared]:
    return compute_shared(file, data, nothing)


@pytest.fixture(scope="module")
def draws(laid: tuple[Problem, Shared], data: Path) -> tuple[Draw, ...]:
    problem, shared = laid
    return make_draws(shared, redraw_of(problem, data, rule=True), DRAWS, 1)


@pytest.fixture(scope="module")
def answers(laid: tuple[Problem, Shared], draws: tuple[Draw, ...]) -> Mapping[int, SolvedDraw]:
    return solve_draws(laid[1], draws, 1, nothing)[0]


def test_the_draw_of_the_scenario_itself_has_its_answer(
    laid: tuple[Problem, Shared], shipped: Callable[[str], Result]
) -> None:
    problem, shared = laid
    as_it_is = Draw("default", "population", 1000, 1.0, tuple(
        problem.inputs.offices["municipality_code"]
    ))  # fmt: skip
    realisation = realise(shared, as_it_is)
    sites = problem.sites
    assert (realisation.present == sites["existing"]).all()
    new = ~sites["existing"].to_numpy()
    assert (realisation.annual[new] == sites.loc[new, "annual_cost_msek"]).all()
    solution = task_of(shared, realisation).solve()
    result = shipped("remaining_offices")
    assert set(solution.new_sites) == set(result.tables["sites"]["locality_code"])
    assert solution.objective is not None
    people = problem.demand["people"].sum()
    assert solution.objective / people == pytest.approx(result.manifest["objective"])


def test_a_draw_is_the_same_however_many_there_are(
    laid: tuple[Problem, Shared], draws: tuple[Draw, ...], data: Path
) -> None:
    problem, shared = laid
    redraw = redraw_of(problem, data, rule=True)
    assert make_draws(shared, redraw, 2 * DRAWS, 1)[:DRAWS] == draws
    assert make_draws(shared, redraw, DRAWS, 2) != draws


@pytest.mark.parametrize("workers", [2, 4])
def test_the_result_does_not_depend_on_the_workers(
    laid: tuple[Problem, Shared],
    draws: tuple[Draw, ...],
    answers: Mapping[int, SolvedDraw],
    workers: int,
) -> None:
    together, interrupted = solve_draws(laid[1], draws, workers, nothing)
    assert together == answers
    assert not interrupted


def test_each_draw_has_its_own_costs_candidates_and_offices(
    laid: tuple[Problem, Shared], draws: tuple[Draw, ...], answers: Mapping[int, SolvedDraw]
) -> None:
    shared = laid[1]
    sites = shared.sites.set_index("code")
    assert len({draw.offices for draw in draws}) == DRAWS
    for number, draw in enumerate(draws):
        answer = answers[number]
        realisation = realise(shared, draw)
        assert realisation.before == pytest.approx(
            nearest_minutes(shared.minutes[draw.speeds], realisation.present)
        )
        picked = sites.loc[list(answer.picks)]
        assert ((picked["population"] >= draw.min_population) | picked["always"]).all()
        cost = realisation.annual[np.isin(shared.sites["code"].to_numpy(), answer.picks)].sum()
        assert cost <= 55 + 1e-6
        assert answer.status == "optimal"


def test_leaving_out_pairs_that_do_not_matter_changes_no_answer(
    laid: tuple[Problem, Shared], draws: tuple[Draw, ...], answers: Mapping[int, SolvedDraw]
) -> None:
    shared = laid[1]
    task = task_of(shared, realise(shared, draws[0]))
    columns = np.flatnonzero(np.isin(shared.sites["code"], task.instance.site_ids))
    given = task.instance
    everything = Instance.from_matrix(
        shared.minutes[draws[0].speeds][:, columns],
        given.weights,
        existing=given.existing,
        annual_cost=given.annual_cost,
        one_off_cost=given.one_off_cost,
        site_ids=given.site_ids,
        site_groups=given.site_groups,
        client_groups=given.client_groups,
    )
    full = solve(everything, Mean(), task.limits, ties=False)
    assert set(full.new_sites) == set(answers[0].picks)


def test_an_interrupted_study_keeps_what_is_finished_and_says_so(
    file: ScenarioFile,
    laid: tuple[Problem, Shared],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(siting.studies.robustness.study, "compute_shared", lambda *_: laid)
    real, calls = siting.studies.robustness.solve.solve_draw, iter(range(100))

    def solve_two(shared: Shared, draw: Draw) -> SolvedDraw:
        if next(calls) == 2:
            raise KeyboardInterrupt
        return real(shared, draw)

    monkeypatch.setattr(siting.studies.robustness.solve, "solve_draw", solve_two)
    study = robustness(file, draws=5, workers=1, progress=nothing)
    assert (study.manifest["draws_done"], study.manifest["draws_asked"]) == (2, 5)
    stream = io.StringIO()
    print_document(tell_robustness(study), Console(file=stream, width=120))
    assert "Interrupted: 2 of 5 draws were finished." in stream.getvalue()
    assert "The core: picked in at least 95 % of " in stream.getvalue()
    assert "Other picks of the scenario, or of 25 % of " in stream.getvalue()
    assert "Assumed (red): how far costs may lie from the assumed ones: All " in stream.getvalue()
    print_document(tell_robustness(study, "sv"), Console(file=stream, width=120))
    assert "Antaget (röd): hur långt kostnaderna kan ligga från de antagna: " in stream.getvalue()
    folder = write_result(study, tmp_path)
    draws = pd.read_parquet(folder / "draws.parquet")
    assert draws["draw"].tolist() == [0, 1]
    sites = study.tables["sites"]
    assert sites.loc[sites["forced"], "share"].eq(1).all()
    sets = study.tables["sets"]
    assert sets["main"].sum() == 1
    assert (sets["greatest_regret"].dropna() >= -1e-9).any()
    monkeypatch.setattr(siting.studies.robustness.solve, "solve_draw", _stop)
    with pytest.raises(StoppedError, match="nothing was written"):
        robustness(file, draws=5, workers=1, progress=nothing)


def _stop(*_: object) -> SolvedDraw:
    raise KeyboardInterrupt


def test_what_cannot_be_carried_over_is_refused() -> None:
    file = read_scenario(find_scenario("remaining_offices"), ["limits.spacing_km=5"])
    with pytest.raises(InputError, match=r"limits\.spacing_km"):
        robustness(file, draws=1, workers=1, progress=nothing)


def test_the_page_in_docs_rests_on_these_draws(answers: Mapping[int, SolvedDraw]) -> None:
    marker = pd.read_csv(MARKER)
    assert marker["picks"].tolist() == ["; ".join(each.picks) for each in answers.values()], (
        "make docs-output"
    )
    assert marker["mean"].to_numpy() == pytest.approx([each.mean for each in answers.values()])


def test_own_costs_and_speeds_are_drawn_about(data: Path) -> None:
    asked = ["network.speeds.primary=80", "costs.drawn.least=0.95", "costs.drawn.most=1.05"]
    asked += ["costs.annual.msek_per_staff=1.4"]
    problem, shared = compute_shared(
        read_scenario(find_scenario("announced_only"), asked), data, nothing
    )
    assert sorted(shared.minutes) == ["cautious", "default", "limits", "winter"]
    same = ["network.speeds=winter", "network.speeds.primary=72"]
    winter = prepare(read_scenario(find_scenario("announced_only"), same), progress=nothing)
    found = [dense(times).min(axis=1) for times in (shared.minutes["winter"], winter.minutes)]
    np.testing.assert_allclose(found[0], found[1])
    made = make_draws(shared, redraw_of(problem, data, rule=True), 20, 1)
    assert all(0.95 <= draw.cost_factor <= 1.05 for draw in made)
    realised = realise(shared, made[0])
    new = realised.annual > 0
    staff = np.round(realised.annual[new] / 1.4 / made[0].cost_factor, 3)
    assert (staff == staff.round()).all()
