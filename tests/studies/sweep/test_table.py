"""What a sweep says of its runs, on a terminal."""

import io

import pandas as pd
import pytest
from rich.console import Console

from siting.report.formats.terminal import print_document
from siting.studies.sweep.table import tell_sweep

RUNS = pd.DataFrame(
    {
        "name": ["few", "many", "none"],
        "status": ["optimal", "feasible", "infeasible"],
        "error": ["", "", "limits.quotas: at least 2 in [county] 01"],
        "new_offices": pd.array([16, 24, None], dtype="Int64"),
        "annual_msek": [39.24, 49.7, None],
        "mean_after": [13.0621, 12.662, None],
        "share45_after": [0.98371, 0.9879, None],
        "ede_after": [22.134, 20.01, None],
    }
)


@pytest.mark.parametrize(
    ("language", "row", "ends"),
    [
        ("en", "few 16 39.2 13.062 98.37 % 22.13", "3 runs: 1 feasible, 1 infeasible, 1 optimal."),
        ("sv", "few 16 39,2 13,062 98,37 % 22,13", "3 körningar: 1 feasible, 1 infeasible"),
    ],
)
def test_each_run_has_a_row_and_what_is_not_proved_or_impossible_is_said(
    language: str, row: str, ends: str
) -> None:
    stream = io.StringIO()
    print_document(tell_sweep("Budgets", RUNS, language), Console(file=stream, width=100))
    lines = [" ".join(line.split()) for line in stream.getvalue().splitlines()]
    assert lines[1] == "Budgets"
    assert row in lines
    assert any(line.startswith("many * 24") for line in lines)
    assert "none infeasible" in lines
    assert any(line.startswith(ends) for line in lines)
    assert lines[-1] == "- none: infeasible: limits.quotas: at least 2 in [county] 01"
