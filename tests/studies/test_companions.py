"""What the studies of a result say in its briefing and on its page, and when they are not used."""

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from siting.report.briefing import Background, write_up
from siting.report.document import Bullets
from siting.report.explorer.page import explorer_page, payload
from siting.report.maps.sweden import outlines
from siting.report.words import LANGUAGES, number, percent
from siting.results.result import Result
from siting.results.write import write_result
from siting.studies.companions import (
    Companions,
    picked_shares,
    read_companions,
    trust,
)


def _asked(result: Result, kind: str, **more: object) -> dict[str, Any]:
    same = {key: result.manifest[key] for key in ("scenario", "inputs")}
    return {"name": result.name, "study": kind, **same, **more}


def _studies(result: Result) -> Iterable[Result]:
    sites = result.tables["sites"]
    seen = pd.DataFrame(
        {
            "code": sites["locality_code"],
            "place": sites["locality"],
            "main": True,
            "share": [1.0, 0.975, *[0.4] * (len(sites) - 2)],
            "core": [True, True, *[False] * (len(sites) - 2)],
            "driver": ["", "cost", *["speeds"] * (len(sites) - 3), "cost"],
        }
    )
    sets = pd.DataFrame({"draws_kept": [14], "greatest_regret": [1.09805], "main": [True]})
    robustness = _asked(result, "robustness", draws_done=40)
    yield Result(
        f"{result.name}-robustness", "robustness", robustness, {"sites": seen, "sets": sets}
    )
    answers = pd.DataFrame(
        {
            "kind": ["best", "best", "diverse", "diverse"],
            "worse": [0.0, 0.000185, 0.0, 0.01],
            "proved": True,
        }
    )
    shared = pd.DataFrame(
        {
            "code": sites["locality_code"],
            "place": sites["locality"],
            "in_best_share": [1.0, 1.0, 1.0, *[0.5] * (len(sites) - 3)],
            "in_diverse_share": [1.0, *[0.5] * (len(sites) - 1)],
        }
    )
    facts = _asked(result, "alternatives", within=0.01, complete=False)
    yield Result(
        f"{result.name}-alternatives", "alternatives", facts, {"answers": answers, "sites": shared}
    )
    rounds = pd.DataFrame(
        {
            "month": ["2021-05", "2025-04"],
            "kind": ["open", "close"],
            "number": [17, 9],
            "overlap": [8, 1],
            "reached": [0.787977, 0.2775],
        }
    )
    yield Result(
        f"{result.name}-hindcast", "hindcast", _asked(result, "hindcast"), {"rounds": rounds}
    )


@pytest.fixture
def folder(result: Result, tmp_path: Path) -> Path:
    """The folder of a result, with its studies beside it."""
    for study in _studies(result):
        write_result(study, tmp_path)
    return tmp_path / result.name


@pytest.fixture
def companions(result: Result, folder: Path) -> Companions:
    return read_companions(result, folder)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sentences_carry_the_figures_of_the_studies(
    result: Result, companions: Companions, folder: Path, language: str
) -> None:
    robust, near, past = trust(result, companions, language)
    sites = pd.read_csv(folder.with_name(f"{folder.name}-robustness") / "sites.csv")
    core = sites[sites["core"]]
    assert ", ".join(core["place"][:-1]) in robust
    assert all(place in robust for place in core["place"])
    assert not any(place in robust for place in sites.loc[~sites["core"], "place"])
    assert {"40", "14", str(len(core)), str(len(sites)), number(1.09805, 2, language)} <= set(
        re.findall(r"\d+(?:[.,]\d+)?", robust)
    )
    assert f"({(sites['driver'] == 'speeds').sum()})" in robust
    assert {"2", "3", "1", number(0.0185, 3, language)} <= set(re.findall(r"\d+(?:[.,]\d+)?", near))
    assert result.tables["sites"]["locality"][0] in near
    for figure in (percent(0.787977, 0, language), percent(0.2775, 0, language), "8", "17", "1"):
        assert re.search(rf"\b{figure}\b", past)


def test_without_studies_the_commands_that_add_them_are_named(result: Result) -> None:
    changed = dict(result.manifest) | {"overrides": ["limits.new_offices_max: None -> 6"]}
    (said,) = trust(replace(result, manifest=changed), Companions(), "en")
    for verb in ("robustness", "alternatives", "hindcast"):
        assert f"siting {verb} {result.name} --set limits.new_offices_max=6" in said


@pytest.mark.parametrize("change", ["inputs", "scenario", "broken"])
def test_studies_of_something_else_are_not_used_and_that_is_said(
    result: Result, folder: Path, change: str
) -> None:
    path = folder.with_name(f"{folder.name}-robustness") / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    if change == "inputs":
        manifest["inputs"]["demand.csv"] = "0" * 64
    elif change == "scenario":
        manifest["scenario"]["limits"]["annual_budget_msek"] = 1.0
    else:
        (path.parent / "sites.csv").unlink()
    path.write_text(json.dumps(manifest), encoding="utf-8")
    companions = read_companions(result, folder)
    assert companions.strange == (f"{folder.name}-robustness",)
    assert "robustness" in companions.missing
    said = " ".join(trust(result, companions, "sv"))
    assert f"{folder.name}-robustness" in said
    assert f"siting robustness {result.name}" in said


def test_how_an_answer_was_solved_makes_no_other_question(result: Result, folder: Path) -> None:
    scenario = result.manifest["scenario"]
    slower = {**scenario, "solver": {**scenario["solver"], "time_limit_s": 5.0}}
    manifest = {**result.manifest, "scenario": slower}
    assert not read_companions(replace(result, manifest=manifest), folder).strange


def test_the_briefing_tells_it_under_how_sure(result: Result, companions: Companions) -> None:
    document = write_up(result, Background([], frozenset()), "sv", trust(result, companions, "sv"))
    said = [line for block in document.blocks if isinstance(block, Bullets) for line in block.items]
    assert set(trust(result, companions, "sv")) <= set(said)


def test_the_page_marks_how_often_each_place_is_picked(
    result: Result, companions: Companions, folder: Path
) -> None:
    facts = payload(result, outlines(), picked_shares(companions))
    for key, kind, column in (
        ("picked", "robustness", "share"),
        ("answers", "alternatives", "in_best_share"),
    ):
        sites = pd.read_csv(folder.with_name(f"{folder.name}-{kind}") / "sites.csv")
        assert facts["trust"][key] == dict(zip(sites["code"], sites[column], strict=True))
    assert [site[12] for site in facts["own"]["sites"]] == list(
        result.tables["sites"]["locality_code"]
    )
    assert '"trust":{}' in explorer_page(result, {})
