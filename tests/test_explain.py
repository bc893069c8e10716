import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from siting.errors import InputError
from siting.explain import About, explain_site
from siting.report.explain import print_explanation
from siting.report.result import RunResult
from siting.report.study import Study

SCENARIO = "fa_guarantee_only"


@pytest.fixture(scope="module")
def result(solved: Callable[..., RunResult]) -> RunResult:
    return solved(SCENARIO)


def told(result: RunResult, site: str) -> tuple[Study, str]:
    study = explain_site(About(result, site, Path()), progress=lambda _: None)
    stream = io.StringIO()
    print_explanation(study, Console(file=stream, width=120))
    return study, stream.getvalue()


def test_a_pick_that_the_guarantee_needs_is_explained_by_it(result: RunResult) -> None:
    picks = result.tables["sites"]
    name = picks.loc[picks["fa_region"] == "Storuman", "locality"].iloc[0]
    study, shown = told(result, name)
    assert study.manifest["open"]
    assert study.manifest["objective"] == pytest.approx(result.manifest["objective"])
    assert study.manifest["other_way_worse_by"] > 0
    limits = study.tables["limits"].set_index(["name", "change"])
    assert not limits.loc[("fa_region_guarantee", "dropped"), "site_open"]
    assert f"{name} (Storuman) is open." in shown


def test_a_place_left_out_names_what_it_would_displace_and_who_gains(result: RunResult) -> None:
    study, shown = told(result, "Gislaved")
    assert not study.manifest["open"]
    changes = study.tables["changes"]
    assert changes.loc[changes["change"] == "opens", "place"].tolist()[-1] == "Gislaved" or (
        "Gislaved" in set(changes["place"])
    ) or study.manifest["clash"]
    assert "Gislaved (Gislaved) is not open." in shown


def test_an_unknown_place_and_a_changed_result_are_refused(result: RunResult) -> None:
    with pytest.raises(InputError, match="Did you mean Gislaved"):
        told(result, "Gislavd")
    picks = result.tables["sites"]
    changed = replace(result, tables={**result.tables, "sites": picks.iloc[1:]})
    with pytest.raises(InputError, match="Run the scenario again"):
        told(changed, "Gislaved")
