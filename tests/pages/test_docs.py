"""The pages under docs/ do what they say."""

import ast
import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from matplotlib.figure import Figure

from siting.report.formats.gpkg import write_geopackage
from siting.results.result import read_result
from tests.support.pages import STUDIES, blocks, checksum_of_inputs

DOCS = Path(__file__).resolve().parents[2] / "docs"


def _cells(name: str) -> list[str]:
    text = (DOCS / name).read_text(encoding="utf-8")
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


def _run(cell: str, names: dict[str, Any]) -> object:
    """Run a cell; give the value of its last line, as a notebook would show it."""
    body = ast.parse(cell).body
    last = body.pop() if isinstance(body[-1], ast.Expr) else None
    code = compile(ast.Module(body, []), "cell", "exec")
    exec(code, names)  # noqa: S102 - our own page
    return None if last is None else eval(ast.unparse(last), names)  # noqa: S307 - our own page


def test_the_notebook_page_runs_from_top_to_bottom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    shown = [value for cell in _cells("notebook.md") if (value := _run(cell, names)) is not None]
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


@pytest.mark.parametrize("page", STUDIES)
def test_the_outputs_of_a_page_rest_on_the_inputs_of_today(page: str) -> None:
    """What is too slow to be solved again here is at least not older than tables and scenarios."""
    found = list(blocks(page))
    assert found
    assert {block.inputs for block in found} == {checksum_of_inputs()}, "make docs-output"
