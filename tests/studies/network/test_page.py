"""What the commands about roads and benchmarks say, in both languages."""

import io
import math
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console
from typer.testing import CliRunner

from siting.cli.app import app
from siting.network.osm.build import Built
from siting.network.osm.ways import CutOff, Streets
from siting.network.routes import ReferenceTrip, Route
from siting.report.document import Document
from siting.report.formats.terminal import print_document
from siting.report.words import study_texts
from siting.studies.benchmark.run import BenchmarkRow, tell_benchmark
from siting.studies.network.calibrate import Calibration, FittedTrip
from siting.studies.network.compare import NetworkComparison
from siting.studies.network.info import NetworkInfo, TripCheck
from siting.studies.network.page import tell_built, tell_calibration, tell_comparison, tell_network

START, END = "En ort med ett mycket långt namn", "En annan ort med ett namn som är lika långt"
KNOWN = ReferenceTrip(START, END, (15.0, 60.0), (16.0, 60.0), 1000.0, None)
TIMED = ReferenceTrip("A", "B", (15.0, 60.0), (16.0, 60.0), None, 80.0)
INFO = NetworkInfo(
    *("shipped", ""), 1234, 5, 6, {"road": 99.94}, (1200, 34), ("a hole [x] closed",),
    (TripCheck(KNOWN, Route(90, 1100, (), 0)), TripCheck(TIMED, Route(60, 70, (), 0))),
)  # fmt: skip
FIT = Calibration(
    by_class=False,
    factors={"road": 0.5},
    kph={"road": 40.0},
    undetermined=(),
    trips=(FittedTrip(TIMED, 40.0, 100.0, None),),
)
OFF = pd.DataFrame({"mean": [0.5, -0.25]}, index=["km", "minutes"])
SAME = dict.fromkeys(("km_a", "km_b", "minutes_a", "minutes_b"), 1.5)
TRIPS = pd.DataFrame([{"from": "A", "to": "B", **SAME, "km_off": 0.0, "minutes_off": -0.125}])
FOUND = NetworkComparison(TRIPS, OFF, ("far",), 2345, 1)
STREETS = Streets(pd.DataFrame({"osmid": [1, 2]}), pd.DataFrame({"length": [1500.0]}))
ABOUT = {"source": "x.osm", "date": "", "licence": "ODbL", "filter": "all", "versions": "1"}
LOST = CutOff(2, 1234, 5.5, tuple(f"ort {number}" for number in range(12)), 99)
SOLVED = [
    BenchmarkRow("a/pmed1", "p-median", 5, 5819.0, 5819.0, 2.5e-7, "optimal", 1.5, 70.0, "siting"),
    BenchmarkRow("b", "p-center", None, None, -math.inf, math.inf, "claimed x", 1.5, 7.0, "y"),
]  # fmt: skip
PAGES: dict[str, Callable[[str], Document]] = {
    "info": lambda language: tell_network(INFO, language),
    "calibrate": lambda language: tell_calibration(FIT, "winter", language),
    "compare": lambda language: tell_comparison(FOUND, "shipped", "[b].parquet", language),
    "build": lambda language: tell_built(Built(STREETS, ABOUT, LOST), Path("x"), language),
    "benchmark": lambda language: tell_benchmark(SOLVED, language),
}


def _shown(page: str, language: str, width: int = 80) -> str:
    stream = io.StringIO()
    print_document(PAGES[page](language), Console(file=stream, width=width))
    return stream.getvalue().replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("page", "language", "said"),
    [
        ("info", "en", ["1,234 junctions", "99.9 km", "1,200, 34", "Repairs", "a hole [x] closed"]),
        ("info", "en", ["1,000", "1,100", "+10.0", "-25.0"]),
        ("info", "sv", ["1 234 korsningar", "99,9 km", "1 200, 34", "Lagningar", "+10,0"]),
        ("calibrate", "en", ["one factor for all classes, 1 trips", "-50.0", "+25.0", "nothing"]),
        ("calibrate", "en", ["deviation before: 50.0%", "after: 25.0%", 'based_on = "winter"']),
        ("calibrate", "sv", ["avvikelserna före: 50,0 %", "+25,0", "ingenting", "road = 40.00"]),
        ("compare", "en", ["1 trips; 2,345 only in a, 1 in b", "b: [b].parquet", "+50.0", "-12.5"]),
        ("compare", "en", ["1 places far from a road", "Time: the greatest differences", "A - B"]),
        ("compare", "sv", ["1 resor; 2 345 bara i a, 1 i b", "+50,0", "Tid: de största"]),
        (
            "build",
            "en",
            [
                "date: not known",
                "drive to the rest and back",
                "barrier: 2, with 1,234 nodes",
                "ort 9 and 2 more",
                "nearest: 99; offices elsewhere are out of their reach",
            ],
        ),
        (
            "build",
            "sv",
            [
                "datum: inte känt",
                "köra till resten och tillbaka",
                "hinder: 2, med 1 234 noder",
                "ort 9 och 2 till",
                "närmast: 99; kontor på andra håll kan de inte nå",
            ],
        ),
        ("benchmark", "en", ["pmed1", "5,819.000", "2.5e-07", "optimal", "claimed x", "Peak MB"]),
        ("benchmark", "sv", ["5 819,000", "2,5e-07", "bevisat", "claimed x", "Sekunder"]),
    ],
)
def test_each_page_tells_its_figures_in_both_languages(
    page: str, language: str, said: list[str]
) -> None:
    shown = _shown(page, language, 120)
    assert [text for text in said if text not in shown] == []


@pytest.mark.parametrize("page", PAGES)
def test_a_swedish_page_has_no_english_sentence(page: str) -> None:
    shown = _shown(page, "sv", 120)
    english, swedish = (study_texts("network", language) for language in ("en", "sv"))
    pieces = [
        piece.strip()
        for key, text in english.items()
        if isinstance(text, str) and text != swedish[key]
        for piece in re.split(r"\{\w+\}", text)
    ]
    assert [piece for piece in pieces if len(piece) > 5 and piece in shown] == []


@pytest.mark.parametrize("language", ["en", "sv"])
def test_long_names_of_trips_wrap_and_lose_nothing(language: str) -> None:
    shown = _shown("info", language)
    assert "…" not in shown
    assert {*START.split(), *END.split()} <= {*shown.split()}


@pytest.mark.parametrize("km", [0.0, 12.34, 99.94, 100.4, 30_608.2])
def test_lengths_below_a_hundred_have_a_decimal(km: float) -> None:
    info = NetworkInfo("x.parquet", "", 1, 0, 1, {"road": km}, (1,), (), ())
    lines = tell_network(info, "sv").blocks
    text = " ".join(getattr(block, "text", "") for block in lines)
    assert ("," in text.partition("länkar, ")[2].partition(" km")[0]) == (km < 100)
    assert "Ursprung" in text


def test_the_commands_take_a_language(tmp_path: Path) -> None:
    command = ["benchmark", "synthetic", "--clients", "20", "--candidates", "8", "--p", "2"]
    done = CliRunner().invoke(app, [*command, "--lang", "sv", "--csv", str(tmp_path / "x.csv")])
    assert done.exit_code == 0, done.output
    assert "Lösta problem" in done.output
    assert "bevisat" in done.output
    assert "optimal" in (tmp_path / "x.csv").read_text(encoding="utf-8")
    done = CliRunner().invoke(app, ["network", "info", "--lang", "sv"])
    assert done.exit_code == 0, done.output
    assert "Stockholm - Göteborg" in done.output
    assert "korsningar" in done.output
    for name in (["info"], ["compare", "a", "b"], ["calibrate", "t"], ["build", "x.parquet"]):
        assert CliRunner().invoke(app, ["network", *name, "--lang", "fi"]).exit_code == 2
