"""Answers nearly as good, as they are told, and held against ranking everything."""

import io
import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from siting.cli.studies import read_share
from siting.common.errors import InputError
from siting.model import Instance, Limits, Mean, Solver, Task
from siting.report.formats.terminal import print_document
from siting.results.result import Result
from siting.results.write import write_result
from siting.scenario.file import find_scenario, read_scenario
from siting.studies.alternatives import (
    alternatives,
    best_answers,
    diverse_answers,
    tell_alternatives,
)
from tests.support.pages import lines, lines_of


@pytest.fixture(scope="module")
def study() -> Result:
    file = read_scenario(find_scenario("remaining_offices"))
    return alternatives(file, within=0.002, count=3, diverse=2, progress=lambda _: None)


def test_the_first_is_the_answer_of_the_run(
    study: Result, shipped: Callable[[str], Result]
) -> None:
    answers = study.tables["answers"]
    best = answers[answers["kind"] == "best"]
    assert best["objective"].iloc[0] == pytest.approx(
        shipped("remaining_offices").manifest["objective"]
    )
    assert best["objective"].is_monotonic_increasing
    assert best["proved"].all()
    assert (answers["worse"] <= 0.002).all()
    assert (answers["annual_cost_msek"] <= 55).all()


def test_diverse_answers_differ_more_than_the_best_ones(study: Result) -> None:
    answers = study.tables["answers"]
    best = answers.loc[answers["kind"] == "best", "differences"]
    second = answers.loc[(answers["kind"] == "diverse") & (answers["number"] == 2), "differences"]
    assert second.item() > best.max()


def test_forced_places_are_in_all_and_the_page_says_what_is_proved(
    study: Result, tmp_path: Path
) -> None:
    sites = study.tables["sites"]
    assert (sites.loc[sites["forced"], ["in_best_share", "in_diverse_share"]] == 1).all().all()
    stream = io.StringIO()
    print_document(tell_alternatives(study), Console(file=stream, width=100))
    assert "Proved: no answer better than the last of these is missing." in stream.getvalue()
    assert "In all 3 best answers" in stream.getvalue()
    assert (write_result(study, tmp_path) / "answers.csv").is_file()


def test_a_share_is_read_from_per_cent_or_a_number() -> None:
    assert (read_share("--within", "1%"), read_share("--within", "0.01")) == (0.01, 0.01)
    for wrong in ("one", "1%%", "-1%", "200%"):
        with pytest.raises(InputError, match="is not a share"):
            read_share("--within", wrong)


def test_the_page_in_docs_begins_with_these_answers(study: Result) -> None:
    stream = io.StringIO()
    print_document(tell_alternatives(study), Console(file=stream, width=100))
    best = lines(stream.getvalue())[1:5]
    assert best[1].startswith("1 12.4497")
    assert set(best) <= lines_of("alternatives"), "make docs-output"


SITES, MOST = 7, 3


def make(seed: int) -> Task:
    rng = np.random.default_rng(seed)
    instance = Instance.from_matrix(
        rng.uniform(1, 60, (15, SITES)),
        rng.integers(1, 50, 15).astype(float),
        existing=np.arange(SITES) == 0,
        annual_cost=[0.0, *rng.integers(1, 5, SITES - 1).astype(float)],
    )
    return Task(instance, Mean(), Limits(new_sites_max=MOST, annual_budget=8.0), Solver("highs"))


def ranking(task: Task) -> list[tuple[float, frozenset[str]]]:
    instance = task.instance
    dense = instance.times.toarray()
    found = []
    for size in range(MOST + 1):
        for chosen in itertools.combinations(range(1, SITES), size):
            if instance.annual_cost[list(chosen)].sum() <= 8.0:
                value = float(instance.weights @ dense[:, [0, *chosen]].min(axis=1))
                found.append((value, frozenset(instance.site_ids[site] for site in chosen)))
    return sorted(found, key=lambda pair: pair[0])


@pytest.mark.parametrize("seed", range(6))
def test_the_best_are_those_of_ranking_everything(seed: int) -> None:
    task = make(seed)
    expected = ranking(task)
    found, complete = best_answers(task, 0.99, 8)
    assert [answer.objective for answer in found] == pytest.approx([v for v, _ in expected[:8]])
    assert [frozenset(answer.new_sites) for answer in found] == [sites for _, sites in expected[:8]]
    assert all(answer.proved for answer in found)
    assert not complete


@pytest.mark.parametrize("within", [0.0, 0.05, 0.2])
def test_the_tolerance_ends_the_list_and_says_so(within: float) -> None:
    task = make(11)
    expected = ranking(task)
    inside = [value for value, _ in expected if value <= expected[0][0] * (1 + within)]
    found, complete = best_answers(task, within, 1000)
    assert [answer.objective for answer in found] == pytest.approx(inside)
    assert complete


def test_all_answers_there_are_can_be_listed() -> None:
    task = make(3)
    one = replace(task, limits=replace(task.limits, new_sites_max=1))
    found, complete = best_answers(one, np.inf, 1000)
    assert complete
    expected = [sites for _, sites in ranking(task) if len(sites) <= 1]
    assert [frozenset(answer.new_sites) for answer in found] == expected


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("within", [0.1, 0.4])
def test_each_diverse_answer_differs_most_from_those_before(seed: int, within: float) -> None:
    task = make(seed)
    everything = ranking(task)
    (first, *_), _ = best_answers(task, within, 1)
    before: list[frozenset[str]] = []
    for answer in diverse_answers(task, first, within, 3):
        sites = frozenset(answer.new_sites)
        if before:
            near = [
                (sum(len(other ^ seen) for seen in before), -value)
                for value, other in everything
                if value <= first.objective * (1 + within) and other not in before
            ]
            most, value = max(near)
            assert sum(len(sites ^ seen) for seen in before) == most
            assert answer.objective == pytest.approx(-value)
        assert answer.proved
        before.append(sites)


def test_where_nothing_else_is_near_there_is_one_diverse_answer() -> None:
    task = make(2)
    (first,), _ = best_answers(task, 0.0, 1)
    heard: list[str] = []
    assert len(list(diverse_answers(task, first, 0.0, 3, heard.append))) == 1
    assert heard == ["Different answer 1 of 2"]
