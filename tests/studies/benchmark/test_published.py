"""The table of published instances finds what contradicts an optimum, and says what came of it."""

import pandas as pd

from tests.support.pages import DOCS
from tools.benchmarks.published import COLUMNS, faults, page, read_table


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
    assert "| a | p-median | 5 | 100 | 100 | yes | 2.00 | 100 | 9.00 | 4.5 |" in lines
    assert "| b | p-median | 5 | 100 | 104 | no, gap 5.00% | 2.00 | – | 60 | – |" in lines  # noqa: RUF001 - a dash for people
    assert any("Of 2 rows 1 are proved" in line and "pmed/b p = 5" in line for line in lines)


def test_the_page_that_is_committed_is_drawn_from_its_table_and_contradicts_nothing() -> None:
    kept = read_table(DOCS / "benchmarks.csv")
    assert faults(kept) == []
    assert (DOCS / "benchmarks.md").read_text(encoding="utf-8") == page(kept)
