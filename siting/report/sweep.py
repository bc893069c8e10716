"""A sweep on the terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
from rich.console import Console

from siting.report.study import minutes, print_table

_HEAD = ("Run", "New", "MSEK", "Mean", "45 min", "EDE")
_LEGEND = (
    "New: new offices. MSEK: what they cost a year. Mean and EDE: minutes to the nearest",
    "office afterwards. 45 min: share of people within 45 minutes. *: not proved.",
)


def print_sweep(title: str, table: pd.DataFrame, console: Console) -> None:
    """Print one row a run, then why some have no answer.

    Parameters
    ----------
    title : str
        Of the sweep.
    table : DataFrame
        From `siting.sweep.run_sweep`.
    console : Console
        Where it is printed.
    """
    rows = [{str(key): cell for key, cell in row.items()} for row in table.to_dict("records")]
    print_table(console, title, _HEAD, map(_row, rows))
    for line in (*_LEGEND, "", *_ends(table)):
        console.print(line, markup=False, soft_wrap=True)


def _ends(table: pd.DataFrame) -> Iterator[str]:
    """How the runs ended, and what is to be said of those without an answer."""
    counts = table["status"].value_counts().sort_index()
    told = ", ".join(f"{count} {status}" for status, count in counts.items())
    yield f"{len(table)} runs: {told}."
    for name, status, error in table[["name", "status", "error"]].itertuples(index=False):
        if error:
            yield f"- {name}: {status}: {error}"


def _row(row: Mapping[str, Any]) -> tuple[str, ...]:
    if pd.isna(row["new_offices"]):
        return (row["name"], row["status"], *[""] * (len(_HEAD) - 2))
    return (
        row["name"] + (" *" if row["status"] == "feasible" else ""),
        str(row["new_offices"]),
        f"{row['annual_msek']:.1f}",
        minutes(row["mean_after"]),
        f"{100 * row['share45_after']:.2f} %",
        minutes(row["ede_after"], 2),
    )
