"""The table of published instances finds what contradicts an optimum, and says what came of it."""

from pathlib import Path

import pandas as pd
import pytest

from tests.support.pages import DOCS
from tools.benchmarks import records
from tools.benchmarks.published import COLUMNS, faults, measure, page, read_table


def table(*rows: tuple[str, float, float, str]) -> pd.DataFrame:
    """Return rows of file, objective, bound and status, each with the optimum 100."""
    filled = [
        {
            "file": f"pmed/{file}", "problem": "p-median", "p": 5, "optimum": 100.0,
            "objective": objective, "bound": bound, "gap": (objective - bound) / objective,
            "status": status, "seconds": 2.0, "peak_mb": 80, "limit": 30.0,
        }
        for file, objective, bound, status in rows
    ]  # fmt: skip
    return pd.DataFrame(filled, columns=list(COLUMNS))


def test_what_contradicts_an_optimum_is_found() -> None:
    wrong = table(
        ("right", 100.0, 100.0, "optimal"),
        ("stopped", 104.0, 98.0, "feasible"),
        ("below", 99.0, 98.0, "feasible"),
        ("falsely_proved", 101.0, 101.0, "optimal"),
        ("bound_too_high", 104.0, 101.0, "feasible"),
    )
    named = [fault.split()[0] for fault in faults(wrong)]
    assert named == ["pmed/below", "pmed/falsely_proved", "pmed/bound_too_high"]


def test_the_page_says_what_is_proved_and_how_the_peer_did() -> None:
    rows = table(("a", 100.0, 100.0, "optimal"), ("b", 104.0, 98.8, "feasible"))
    rows["spopt_status"] = ["claimed optimal", "claimed none"]
    rows["spopt_objective"] = [100.0, float("nan")]
    rows["spopt_seconds"] = [9.0, 60.0]
    lines = page(rows).splitlines()
    assert "| a | p-median | 5 | 100 | 100 | yes | 2.00 | 100 | 9.00 | 4.5 |  |  |" in lines
    assert "| b | p-median | 5 | 100 | 104 | no, gap 5.00% | 2.00 | – | 60 | – |  |  |" in lines  # noqa: RUF001 - a dash for people
    assert any("Of 2 rows 1 are proved" in line and "pmed/b p = 5" in line for line in lines)


def test_the_page_that_is_committed_is_drawn_from_its_table_and_contradicts_nothing() -> None:
    kept = read_table(DOCS / "benchmarks.csv")
    assert faults(kept) == []
    assert (DOCS / "benchmarks.md").read_text(encoding="utf-8") == page(kept)


def test_the_page_compares_with_published_seconds_and_names_what_was_not_tried() -> None:
    rows = table(("a", 100.0, 100.0, "optimal"), ("b", 100.0, 100.0, "optimal"))
    rows["published_seconds"] = [4.0, float("nan")]
    rows.loc[2] = pd.Series({"file": "tsplib/c", "p": 5, "optimum": 7.0, "status": "not tried"})
    text = page(rows)
    assert "| a | p-median | 5 | 100 | 100 | yes | 2.00 |  |  |  | 4 | 0.5 |" in text
    assert "| not tried |" in text
    assert "1 more were not tried" in text
    assert "(1 rows), ours are 0.5 times theirs" in text


def test_rows_that_are_kept_are_not_solved_again(tmp_path: Path) -> None:
    bench, kept = tmp_path / "bench", tmp_path / "benchmarks.csv"
    bench.mkdir()
    header = "file,problem,p,optimum,proved,seconds,by,source\n"
    asked = "national/sw24978.txt,p-median,9,9,,2378.1,CPLEX,somewhere\n"
    (bench / "optima.csv").write_text(header + asked, encoding="utf-8")
    measure(bench, kept)
    once = kept.read_text(encoding="utf-8")
    assert "not tried" in once
    measure(bench, kept)
    assert kept.read_text(encoding="utf-8") == once


def test_records_are_the_largest_rows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[object] = []

    def note(row: dict[str, str], _: object, limit: float) -> dict[str, object]:
        asked.append((row["p"], limit))
        return {}

    monkeypatch.setattr(records, "read_benchmark", lambda path, *_: path)
    monkeypatch.setattr(records, "solved_alone", note)
    row = {"file": "national/sw24978.tsp", "problem": "p-median", "p": "1000"}
    records.solve_record((row, tmp_path))
    assert asked == [("1000", 7200.0)]
    files = ("tsplib/rl5934.tsp", "national/sw24978.tsp", "tsplib/rl1304.tsp")
    sizes = ("200", "250", "300", "500", "1000")
    named = [row | {"file": file, "p": p} for file in files for p in sizes]
    wanted = [(Path(each["file"]).stem, each["p"]) for each in named if records.is_wanted(each)]
    assert wanted == [("rl5934", "300"), ("rl5934", "500"), ("rl5934", "1000"), ("sw24978", "1000")]
    opened = [(Path(each["file"]).stem, each["p"]) for each in named if records.is_open(each)]
    assert opened == [("sw24978", "250"), ("sw24978", "500")]
