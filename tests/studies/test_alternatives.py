import io
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from siting.cli.studies import read_share
from siting.common.errors import InputError
from siting.report.formats.terminal import print_document
from siting.results.result import Result
from siting.results.write import write_result
from siting.scenario.file import find_scenario, read_scenario
from siting.studies.alternatives import alternatives, tell_alternatives
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
