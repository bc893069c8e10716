"""TSPLIB's kinds of distance are those of its definition, and what is not computed is refused."""

import math
import os
from itertools import product
from pathlib import Path

import pytest

from siting.common.errors import InputError
from siting.studies.benchmark.formats import Rounding, read_benchmark
from siting.studies.benchmark.run import run_benchmark
from tests.support.cli import calls_in

CASES = Path(os.environ.get("SITING_SHARED", Path(__file__).parents[3] / "../shared")) / "cases"
POINTS = [(0.0, 0.0), (1.0, 1.0), (3.0, 3.0), (4.0, 4.5), (-12.4, 170.59), (-12.4, -0.3), (66.1, 9)]
WHOLE: list[tuple[float, float]] = [
    (0, 0),
    (100, 0),
    (250, 0),
    (3, 4),
    (1000, 10),
    (-7, 30),
    (5, 15),
]


def points(kind: str, places: list[tuple[float, float]]) -> str:
    rows = "\n".join(f"{number} {x} {y}" for number, (x, y) in enumerate(places, 1))
    head = f"NAME: x\nCOMMENT :\nTYPE: TSP\nDIMENSION: {len(places)}\nEDGE_WEIGHT_TYPE: {kind}"
    return f"{head}\nNODE_COORD_SECTION\n{rows}\nEOF\n"


def matrix(form: str, numbers: object, count: int = 3) -> str:
    return (
        f"TYPE : TSP\nDIMENSION : {count}\nEDGE_WEIGHT_TYPE : EXPLICIT\n"
        f"EDGE_WEIGHT_FORMAT : {form}\nDISPLAY_DATA_TYPE : TWOD_DISPLAY\nEDGE_WEIGHT_SECTION\n"
        f"{numbers}\nDISPLAY_DATA_SECTION\n1 0 0\n2 1 0\n3 2 0\nEOF\n"
    )


def read(folder: Path, text: str, rounding: Rounding = "down") -> list[list[float]]:
    path = folder / "x.tsp"
    path.write_text(text, encoding="utf-8")
    return [[*row] for row in read_benchmark(path, p=1, distance=rounding).instance.times.toarray()]


def nint(value: float) -> int:
    return int(value + 0.5)


def euclid(one: tuple[float, float], two: tuple[float, float]) -> float:
    return math.sqrt((one[0] - two[0]) ** 2 + (one[1] - two[1]) ** 2)


def att(one: tuple[float, float], two: tuple[float, float]) -> int:
    exact = math.sqrt(((one[0] - two[0]) ** 2 + (one[1] - two[1]) ** 2) / 10)
    return nint(exact) + (nint(exact) < exact)


def geo(one: tuple[float, float], two: tuple[float, float]) -> int:
    """TSPLIB's own words: degrees and minutes, a radius of 6378.388 km, cut after adding one."""

    def radians(value: float) -> float:
        degrees = int(value)
        return 3.141592 * (degrees + 5.0 * (value - degrees) / 3.0) / 180.0

    q1 = math.cos(radians(one[1]) - radians(two[1]))
    q2 = math.cos(radians(one[0]) - radians(two[0]))
    q3 = math.cos(radians(one[0]) + radians(two[0]))
    return int(6378.388 * math.acos(0.5 * ((1.0 + q1) * q2 - (1.0 - q1) * q3)) + 1.0)


@pytest.mark.parametrize(
    ("kind", "rounding", "distance"),
    [
        ("EUC_2D", "down", lambda one, two: math.floor(euclid(one, two))),
        ("EUC_2D", "nearest", lambda one, two: nint(euclid(one, two))),
        ("CEIL_2D", "down", lambda one, two: math.ceil(euclid(one, two))),
        ("CEIL_2D", "nearest", lambda one, two: math.ceil(euclid(one, two))),
        ("ATT", "down", att),
        ("ATT", "nearest", att),
        ("GEO", "nearest", geo),
    ],
)
@pytest.mark.parametrize("places", [POINTS, WHOLE[:1], WHOLE, POINTS[::-1]])
def test_each_type_is_computed_as_defined(
    tmp_path: Path,
    kind: str,
    rounding: Rounding,
    distance: object,
    places: list[tuple[float, float]],
) -> None:
    assert callable(distance)
    expected = [[0 if a == b else distance(a, b) for b in places] for a in places]
    assert read(tmp_path, points(kind, places), rounding) == expected


@pytest.mark.parametrize(
    ("form", "numbers"),
    [
        ("FULL_MATRIX", "0 5 9 5 0 4 9 4 0"),
        ("UPPER_ROW", "5 9\n4"),
        ("LOWER_COL", "5 9 4"),
        ("LOWER_ROW", "5\n9 4"),
        ("UPPER_COL", "5 9 4"),
        ("UPPER_DIAG_ROW", "0 5 9 0 4 0"),
        ("LOWER_DIAG_COL", "0 5 9 0 4 0"),
        ("LOWER_DIAG_ROW", "0 5 0 9 4 0"),
        ("UPPER_DIAG_COL", "0\n5 0\n9 4 0"),
    ],
)
def test_explicit_distances_are_read_in_every_order(
    tmp_path: Path, form: str, numbers: str
) -> None:
    assert read(tmp_path, matrix(form, numbers)) == [[0, 5, 9], [5, 0, 4], [9, 4, 0]]


def test_a_full_matrix_may_differ_by_direction_and_nobody_travels_to_himself(
    tmp_path: Path,
) -> None:
    found = read(tmp_path, matrix("FULL_MATRIX", "9999 1 2 3 9999 4 5 6 9999"))
    assert found == [[0, 1, 2], [3, 0, 4], [5, 6, 0]]


def test_orders_of_larger_matrices_agree(tmp_path: Path) -> None:
    count = 5
    whole = [
        [abs(a - b) * 10 + min(a, b) if a != b else 0 for b in range(count)] for a in range(count)
    ]
    cells = list(product(range(count), repeat=2))
    upper, lower = ([(a, b) for a, b in cells if a < b], [(a, b) for a, b in cells if a > b])
    for form, entries in (("UPPER_ROW", upper), ("LOWER_ROW", lower), ("FULL_MATRIX", cells)):
        numbers = " ".join(str(whole[a][b]) for a, b in entries)
        assert read(tmp_path, matrix(form, numbers, count)) == whole


@pytest.mark.parametrize(
    ("text", "key"),
    [
        *((points(kind, WHOLE), "EDGE_WEIGHT_TYPE") for kind in ("MAN_2D", "MAX_2D", "EUC_3D")),
        *((points(kind, WHOLE), "EDGE_WEIGHT_TYPE") for kind in ("XRAY1", "SPECIAL", "geo", "")),
        (matrix("FUNCTION", "1 2 3"), "EDGE_WEIGHT_FORMAT"),
        (matrix("", "1 2 3"), "EDGE_WEIGHT_FORMAT"),
        (matrix("UPPER_ROW", "1 2"), "EDGE_WEIGHT_SECTION"),
        (matrix("FULL_MATRIX", "1 2 3"), "EDGE_WEIGHT_SECTION"),
        (matrix("FULL_MATRIX", "0 x 1"), "number 2"),
        (matrix("UPPER_ROW", "1 2 -3"), "times"),
        (points("EXPLICIT", WHOLE), "EDGE_WEIGHT_FORMAT"),
        (points("EUC_2D", WHOLE).replace("DIMENSION: 7", "DIMENSION: 8"), "NODE_COORD_SECTION"),
        (points("EUC_2D", WHOLE).replace("DIMENSION: 7", "DIMENSION: seven"), "number 1"),
        (points("EUC_2D", WHOLE).replace("DIMENSION: 7", "DIMENSION: 7.5"), "header"),
        (points("EUC_2D", WHOLE).replace("EOF", "DEMAND_SECTION\n1 7\nEOF"), "DEMAND_SECTION"),
        (points("EUC_2D", WHOLE).replace("EOF", "FIXED_EDGES_SECTION\n1 2 -1\nEOF"), "FIXED_EDGES"),
    ],
)
def test_what_is_not_computed_is_refused_by_name(tmp_path: Path, text: str, key: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    assert caught.value.faults[0].key.startswith(key)


def test_the_command_takes_the_rounding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    call, path = calls_in(tmp_path, monkeypatch, capsys), tmp_path / "x.tsp"
    path.write_text(points("EUC_2D", POINTS[:4]), encoding="utf-8")
    for given, expected in (((), "7.000"), (("--distance", "nearest"), "9.000")):
        assert expected in call("benchmark", str(path), "--p", "1", *given).stdout


@pytest.mark.skipif(not CASES.exists(), reason="the cases of others are not here")
@pytest.mark.parametrize(
    ("name", "objective"),
    [("geo", 1029), ("ceil", 10), ("att", 80), ("explicit", 9), ("euc", 7)],
)
def test_cases_of_others_are_right(name: str, objective: float) -> None:
    path = CASES / "15-tsplib" / f"{name}.tsp"
    assert run_benchmark(read_benchmark(path, p=1)).objective == objective
