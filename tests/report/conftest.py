"""A run with a frontier, and a browser where there is one."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

from siting.analysis.frontier import Frontier
from siting.pipeline import run
from siting.report.result import RunResult, read_result
from siting.report.write import write_result
from siting.scenario_file import find_scenario, read_scenario

FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@pytest.fixture(scope="session")
def stepped(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    """The four announced offices, 2 to 6 new offices, as read back from its folder."""
    file = read_scenario(find_scenario("announced_only"), ["limits.annual_budget_msek=8"])
    result = run(file, frontier=Frontier(2, 6), progress=lambda _: None)
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
    yield chrome
    chrome.quit()


@pytest.fixture
def requested(browser: Chrome) -> Callable[[], list[str]]:
    """Ask for the addresses that pages have requested since the last time."""

    def addresses() -> list[str]:
        logged = browser.get_log("performance")  # type: ignore[no-untyped-call]
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
