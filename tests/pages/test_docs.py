"""The pages under docs/ do what they say."""

import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from matplotlib.figure import Figure

from siting.report.formats.gpkg import write_geopackage
from siting.results.result import read_result
from tests.support.pages import STUDIES, blocks, cells, checksum_of_inputs, run_cell

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_notebook_page_runs_from_top_to_bottom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    values = [run_cell(cell, names) for cell in cells(DOCS / "notebook.md")]
    shown = [value for value in values if value is not None]
    result, drawn = shown[0], next(item for item in shown if isinstance(item, Figure))
    page = names["result"]._repr_html_()
    assert result is names["result"]
    assert "Storuman" in page
    assert drawn.axes
    assert names["mean"]["six"] < names["mean"]["four"]
    assert read_result(tmp_path / "results" / "announced_only").name == names["same"].name
    _check_fields(names["same"], tmp_path, data)


def _check_fields(result: Any, folder: Path, data: Path) -> None:  # noqa: ANN401 - from the page
    """Every field of the layers is named on the page about them."""
    text = (DOCS / "geopackage.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"`(\w+)`", text))
    path = write_geopackage(result, folder, data)
    for layer in ("sites", "demand_points"):
        fields = set(gpd.read_file(path, layer=layer).columns) - {"geometry"}
        assert fields <= documented


def test_the_python_reference_runs() -> None:
    (cell,) = cells(DOCS / "api.md")
    assert run_cell(cell, {}) == (("1",), 9 * 100 + 4 * 80, "optimal")


@pytest.mark.parametrize("page", STUDIES)
def test_the_outputs_of_a_page_rest_on_the_inputs_of_today(page: str) -> None:
    """What is too slow to be solved again here is at least not older than tables and scenarios."""
    found = list(blocks(page))
    assert found
    assert {block.inputs for block in found} == {checksum_of_inputs()}, "make docs-output"
