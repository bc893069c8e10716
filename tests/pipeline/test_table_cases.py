"""Tables that were reported to be read wrongly with other tools, from the file to the answer."""

import os
from pathlib import Path

import pytest

from siting.common.errors import InputError
from siting.pipeline.run import run

SHARED = Path(os.environ.get("SITING_SHARED", Path(__file__).parents[3] / "shared"))


def _case(name: str) -> Path:
    case = SHARED / "cases" / name / "s.toml"
    if not case.is_file():
        pytest.skip(f"needs {case}")
    return case


@pytest.mark.parametrize(
    "name",
    ["50-geojson", "50-gpkg", "50-xlsm", "50-geoparquet", "53-space-ids", "53b-space-code"],
)
def test_it_is_read(name: str) -> None:
    result = run(_case(name), progress=lambda _: None)
    assert result.tables["sites"]["locality"].tolist() == ["One"]
    assert result.tables["municipalities"]["mean_after"].tolist() == [pytest.approx(13.4)]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("40-xlsx-title", "They stand in row 2 of the sheet Sheet"),
        ("42-xlsx-second-sheet", 'write sheet = "data"'),
        ("48b-sweref-sweden", "hold metres in SWEREF 99 TM and no degrees"),
        ("55e-thousands-comma", "can mean 1500 or 1.500. Write 1500 or 1.5."),
        ("55f-thousands-point", "can mean 1500 or 1.500. Write 1500 or 1.5."),
    ],
)
def test_it_is_refused_with_the_way_out(name: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        run(_case(name), progress=lambda _: None)
    assert said in str(caught.value)
    assert len({fault.problem for fault in caught.value.faults}) == 1
