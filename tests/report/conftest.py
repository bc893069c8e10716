"""Runs as the reports read them: one that ships, and one whose names are out to do harm."""

from collections.abc import Callable
from pathlib import Path

import pytest

from siting.report.briefing import read_background, scenario_key, write_up
from siting.report.maps import draw_maps
from siting.report.result import RunResult, read_result
from siting.report.write import write_result
from tests.briefings import Show, Shown

HARMFUL = (
    '<script>alert("1")</script>',
    "Salt & 'Pepper'",
    "=HYPERLINK(A1)",
    "+1234",
    "-cmd|' /C calc'!A0",
    "@SUM(A1)",
    "#set page(width: 1pt) $x$ *bold*",
    "Ä" * 80,
)


@pytest.fixture(scope="session")
def kept(solved: Callable[..., RunResult], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run, as a reader finds it."""
    return write_result(solved("remaining_offices"), tmp_path_factory.mktemp("results"))


@pytest.fixture(scope="session")
def result(kept: Path) -> RunResult:
    """A run read back from its files, so that figures are those of the CSV."""
    return read_result(kept)


@pytest.fixture(scope="session")
def harmful(result: RunResult) -> RunResult:
    """A run of the same figures in which places bear harmful names."""
    sites, offices = result.tables["sites"].copy(), result.tables["offices"].copy()
    regions = result.tables["fa_regions"].copy()
    for place, name in enumerate(HARMFUL):
        code = sites.loc[place, "locality_code"]
        sites.loc[place, ["locality", "municipality"]] = name
        offices.loc[offices["code"] == code, ["place", "municipality"]] = name
        regions.loc[place, "fa_region"] = name
    tables = dict(result.tables) | {"sites": sites, "offices": offices, "fa_regions": regions}
    about = dict(result.manifest["scenario"]["scenario"]) | {"title": HARMFUL[0], "title_sv": None}
    scenario = dict(result.manifest["scenario"]) | {"scenario": about}
    overrides = [f"scenario.title: a -> {name}" for name in HARMFUL]
    manifest = dict(result.manifest) | {"scenario": scenario, "overrides": overrides}
    return RunResult("harmful", manifest, tables)


@pytest.fixture(scope="session")
def show(data: Path) -> Show:
    background = read_background(data)

    def shown(result: RunResult, language: str) -> Shown:
        maps = draw_maps(result, language, scenario_key(result))
        pictures = {name: drawn.png for name, drawn in maps.items()}
        return Shown(result, write_up(result, background, language), pictures)

    return shown


@pytest.fixture(scope="session", params=["sv", "en"])
def shown(request: pytest.FixtureRequest, show: Show, result: RunResult) -> Shown:
    """The briefing in each language."""
    return show(result, request.param)


@pytest.fixture(scope="session")
def harm(show: Show, harmful: RunResult) -> Shown:
    """The briefing of the harmful names, in Swedish."""
    return show(harmful, "sv")


@pytest.fixture(scope="session")
def harmful_names() -> tuple[str, ...]:
    return HARMFUL
