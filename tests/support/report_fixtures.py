"""Runs as the reports read them, a run with a frontier, and a browser where there is one."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

from siting.pipeline.run import run
from siting.pipeline.steps import Frontier
from siting.report.briefing import read_background, write_up
from siting.results.result import Result, read_result
from siting.results.write import write_result
from siting.scenario.file import find_scenario, read_scenario
from siting.studies.companions import Companions, trust
from tests.support.briefings import Show, Shown

RESULTS = Path(__file__).resolve().parents[2] / "results"
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
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a result that ships; it lacks the long table of demand points."""
    copy = tmp_path_factory.mktemp("results") / "remaining_offices"
    return shutil.copytree(RESULTS / copy.name, copy, ignore=shutil.ignore_patterns("briefing.*"))


@pytest.fixture(scope="session")
def result(kept: Path) -> Result:
    """A run read back from its files, so that figures are those of the CSV."""
    return read_result(kept)


@pytest.fixture(scope="session")
def whole(solved: Callable[..., Result], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run as it has just been made, with its long table of demand points."""
    return write_result(solved("remaining_offices"), tmp_path_factory.mktemp("whole"))


@pytest.fixture(scope="session")
def harmful(result: Result) -> Result:
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
    return Result("harmful", "run", manifest, tables)


@pytest.fixture(scope="session")
def show(data: Path) -> Show:
    background = read_background(data)

    def shown(result: Result, language: str) -> Shown:
        return Shown(
            result, write_up(result, background, language, trust(result, Companions(), language))
        )

    return shown


@pytest.fixture(scope="session", params=["sv", "en"])
def shown(request: pytest.FixtureRequest, show: Show, result: Result) -> Shown:
    """The briefing in each language."""
    return show(result, request.param)


@pytest.fixture(scope="session")
def harm(show: Show, harmful: Result) -> Shown:
    """The briefing of the harmful names, in Swedish."""
    return show(harmful, "sv")


@pytest.fixture(scope="session")
def harmful_names() -> tuple[str, ...]:
    return HARMFUL


FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@pytest.fixture(scope="session")
def stepped(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """The four announced offices, 2 to 6 new offices, as read back from its folder."""
    file = read_scenario(find_scenario("announced_only"), ["limits.annual_budget_msek=8"])
    result = run(file, frontier=Frontier.of_offices(2, 6), progress=lambda _: None)
    return read_result(write_result(result, tmp_path_factory.mktemp("stepped")))


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """Chromium without a window, which logs the console and every request."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("there is no chromium with chromedriver on this machine")
    options = ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    chrome = Chrome(options=options, service=Service(driver))
    # On a machine that is busy axe takes longer than the 30 seconds that are the default.
    chrome.set_script_timeout(120)
    yield chrome
    chrome.quit()


@pytest.fixture
def requested(browser: Chrome) -> Callable[[], list[str]]:
    """Ask for the addresses that pages have requested since the last time."""

    def addresses() -> list[str]:
        logged = browser.get_log("performance")  # type: ignore[no-untyped-call] # selenium
        messages = (json.loads(entry["message"])["message"] for entry in logged)
        return [
            message["params"]["request"]["url"]
            for message in messages
            if message["method"] == "Network.requestWillBeSent"
        ]

    # What the browser loads for its own first page is no page of ours.
    browser.get("about:blank")
    addresses()
    return addresses


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core."""
    import axe_selenium_python  # noqa: PLC0415 - slow to load, and only the browser tests need it

    package = Path(axe_selenium_python.__file__).parent
    return (package / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
