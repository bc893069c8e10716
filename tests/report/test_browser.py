"""The briefing in a browser: it fits, it asks for nothing, and everybody can read it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from siting.report.formats.html import as_html
from tests.support.briefings import Shown


@pytest.fixture(scope="module")
def page(shown: Shown, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "briefing.html"
    path.write_bytes(as_html(shown.document, shown.pictures))
    return path


@pytest.mark.parametrize("width", [360, 1200])
def test_the_page_fits_and_asks_for_nothing(
    browser: Chrome, requested: Callable[[], list[str]], page: Path, width: int
) -> None:
    size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get(page.as_uri())
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    assert browser.execute_script("return [...document.images].every(i => i.naturalWidth > 100)")
    assert browser.get_log("browser") == []  # type: ignore[no-untyped-call]  # selenium's
    assert {address for address in requested() if not address.startswith("data:")} == {
        page.as_uri()
    }


def test_axe_finds_no_fault(browser: Chrome, axe: str, page: Path) -> None:
    browser.get(page.as_uri())
    browser.execute_script(axe)
    report = browser.execute_async_script("const done = arguments[0]; axe.run().then(done)")
    assert len(report["passes"]) > 20
    faults = [(fault["id"], fault["impact"]) for fault in report["violations"]]
    assert not [fault for fault in faults if fault[1] in {"serious", "critical"}]
