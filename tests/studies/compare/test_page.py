"""The comparison as it is handed over: pages, workbook and tables say the same."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from rich.console import Console
from selenium.webdriver import Chrome

from siting.common.errors import InputError
from siting.report.document import Grid
from siting.report.formats.terminal import print_document
from siting.report.words import LANGUAGES, signed, texts
from siting.results.result import Result
from siting.studies.compare.page import tell_comparison, write_comparison, write_up
from siting.studies.compare.study import Comparison, compare

NASTY = ["<b>&\"x'</b>", "=1+1", "+1", "-1", "@a", "x" * 80]


@pytest.fixture(scope="module")
def runs(solved: Callable[..., Result]) -> list[Result]:
    return [solved("announced_only"), solved("fa_guarantee_only")]


@pytest.fixture(scope="module")
def comparison(runs: list[Result]) -> Comparison:
    return compare(runs)


@pytest.fixture(scope="module")
def folder(comparison: Comparison, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("comparison")
    write_comparison(comparison, out)
    return out


def test_every_file_is_there(folder: Path) -> None:
    pages = {f"comparison.{language}.{kind}" for language in LANGUAGES for kind in ("html", "xlsx")}
    tables = (
        "people",
        "scenarios",
        "picks",
        "measures",
        "counties",
        "fa_regions",
        "municipalities",
    )
    assert {path.name for path in folder.iterdir()} == pages | {f"{name}.csv" for name in tables}


def test_pages_and_workbooks_carry_the_figures_of_the_csv(folder: Path) -> None:
    table = pd.read_csv(folder / "measures.csv").set_index("measure")
    column = "fa_guarantee_only - announced_only"
    for language in LANGUAGES:
        page = (folder / f"comparison.{language}.html").read_text(encoding="utf-8")
        assert signed(float(table[column].loc["mean"]), 2, language) in page
        sheets = openpyxl.load_workbook(folder / f"comparison.{language}.xlsx").worksheets
        cells = [
            cell for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row
        ]
        numbers = [cell for cell in cells if isinstance(cell, int | float)]
        for name in table.index:
            assert min(abs(float(table[column].loc[name]) - number) for number in numbers) < 1e-6
        municipalities = pd.read_csv(folder / "municipalities.csv")
        assert set(municipalities["municipality"]) <= set(cells)


def test_the_swedish_page_is_swedish(folder: Path) -> None:
    page = (folder / "comparison.sv.html").read_text(encoding="utf-8")
    text = re.sub(r"<style.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL)
    assert "Körningar sida vid sida" in text
    assert not re.search(r"\b(The|Runs|Before|Region that|Municipality|Cost)\b", text)


def test_the_same_runs_give_the_same_bytes(
    folder: Path, comparison: Comparison, tmp_path: Path
) -> None:
    for path in write_comparison(comparison, tmp_path):
        assert path.read_bytes() == (folder / path.name).read_bytes()


def test_what_is_not_comparable_says_so_on_the_page(runs: list[Result]) -> None:
    other = replace(runs[1], manifest={**runs[1].manifest, "network_fingerprint": "x" * 64})
    pair = [runs[0], other]
    for language, words in (("en", "not really comparable"), ("sv", "inte jämförbara")):
        document = write_up(compare(pair, anyway=True), language)
        assert words in str(document.blocks[0])
        assert "network_fingerprint" in str(document.blocks[2])


@pytest.mark.parametrize(("language", "point"), [("sv", ","), ("en", r"\.")])
def test_the_terminal_shows_the_runs_the_keys_and_the_measures(
    runs: list[Result], language: str, point: str
) -> None:
    other = replace(runs[1], manifest={**runs[1].manifest, "network_fingerprint": "x" * 64})
    for pair, warned in ((runs, False), ([runs[0], other], True), (runs * 3, False)):
        comparison = compare(pair, anyway=True, progress=lambda _: None)
        document, stream = tell_comparison(comparison, language), io.StringIO()
        grids = [block.name for block in document.blocks if isinstance(block, Grid)]
        assert grids == ["overview", "scenarios", "measures"]
        print_document(document, Console(file=stream, width=200, highlight=False))
        said = stream.getvalue()
        if warned:
            assert document.blocks[:3] == write_up(comparison, language).blocks[:3]
        assert ("network_fingerprint" in said) == warned
        assert texts(language)["compare"]["titles"]["measures"] in said
        assert all(key in said for key in comparison.scenarios["key"])
        assert re.search(rf"[+-]\d+{point}\d", said)
        assert len(pair) > 2 or "…" not in said


def test_names_do_no_harm(runs: list[Result], tmp_path: Path) -> None:
    first = runs[0].tables["sites"]
    named = first.assign(locality=NASTY[: len(first)])
    bad = replace(runs[0], name=NASTY[0], tables={**runs[0].tables, "sites": named})
    worse = replace(runs[1], name=NASTY[1])
    pair = [bad, worse]
    write_comparison(compare(pair), tmp_path)
    page = (tmp_path / "comparison.en.html").read_text(encoding="utf-8")
    assert NASTY[0] not in page
    assert "&lt;b&gt;" in page
    content = (tmp_path / "comparison.en.xlsx").read_bytes()
    for sheet in openpyxl.load_workbook(io.BytesIO(content)):
        assert not [cell for row in sheet for cell in row if cell.data_type == "f"]
    for path in tmp_path.glob("*.csv"):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert not re.search(r"(^|,)\"?[=+@]", line)


def test_a_folder_that_cannot_be_made_is_a_fault(comparison: Comparison, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError) as caught:
        write_comparison(comparison, tmp_path / "file")
    assert caught.value.faults[0].key == "--out"


@pytest.mark.long  # the pass of `make test` in a browser is that of a briefing
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_in_a_browser(  # noqa: PLR0913, PLR0917 - fixtures and parameters
    browser: Chrome,
    requested: Callable[[], list[str]],
    axe: str,
    folder: Path,
    language: str,
    width: int,
) -> None:
    size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    page = (folder / f"comparison.{language}.html").as_uri()
    browser.get(page)
    assert {url for url in requested() if not url.startswith("data:")} == {page}
    wide = "return document.documentElement.scrollWidth"
    assert browser.execute_script(wide) <= width
    browser.execute_script(axe)
    script = (
        "const done = arguments[0];"
        "axe.run().then(found => done(found.violations.filter("
        "fault => ['serious', 'critical'].includes(fault.impact)).map(fault => fault.id)))"
    )
    assert browser.execute_async_script(script) == []
    assert browser.get_log("browser") == []  # type: ignore[no-untyped-call] # selenium
