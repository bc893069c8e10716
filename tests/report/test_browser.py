"""The briefing in a browser: it fits, it asks for nothing, and everybody can read it."""

import importlib.util
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver

from siting.report.html import as_html
from tests.briefings import Shown

_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if program is None or driver is None:
        pytest.skip("chromium and chromedriver are not at hand")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for flag in _FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    chrome = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield chrome
    chrome.quit()


@pytest.fixture(scope="module")
def page(shown: Shown, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "briefing.html"
    path.write_bytes(as_html(shown.document, shown.pictures))
    return path


@pytest.mark.parametrize("width", [360, 1200])
def test_the_page_fits_and_asks_for_nothing(
    browser: webdriver.Chrome, page: Path, width: int
) -> None:
    size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get(page.as_uri())
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    assert browser.execute_script("return [...document.images].every(i => i.naturalWidth > 100)")
    assert _log(browser, "browser") == []
    events = [json.loads(entry["message"])["message"] for entry in _log(browser, "performance")]
    asked = [_address(event) for event in events if event["method"] == "Network.requestWillBeSent"]
    assert all(address.startswith(("file:", "data:")) for address in asked)


def _log(browser: webdriver.Chrome, kind: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = browser.get_log(kind)  # type: ignore[no-untyped-call]  # selenium's
    return entries


def _address(event: Any) -> str:  # noqa: ANN401 - read from JSON
    return str(event["params"]["request"]["url"])


def test_axe_finds_no_fault(browser: webdriver.Chrome, page: Path) -> None:
    found = importlib.util.find_spec("axe_selenium_python")
    if found is None or found.origin is None:
        pytest.skip("axe-core (package axe-selenium-python) is not installed")
    script = next(Path(found.origin).parent.rglob("axe.min.js"))
    browser.get(page.as_uri())
    browser.execute_script(script.read_text(encoding="utf-8"))
    report = browser.execute_async_script("const done = arguments[0]; axe.run().then(done)")
    assert len(report["passes"]) > 20
    faults = [(fault["id"], fault["impact"]) for fault in report["violations"]]
    assert not [fault for fault in faults if fault[1] in {"serious", "critical"}]
