"""What a study of an answer leaves: tables and a manifest in a folder of their own."""

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from siting.report.tables import of_phase
from siting.results.result import Result


def print_table(
    console: Console, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]
) -> None:
    """Print a table under a heading: its first column is text, the others are figures."""
    console.print(f"\n[bold]{title}[/bold]", soft_wrap=True)
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for number, column in enumerate(columns):
        text = number == 0 or column.endswith(" ")
        table.add_column(column, justify="left" if text else "right", no_wrap=True)
    for row in rows:
        table.add_row(*map(escape, row))
    console.print(table)


def minutes(value: float, digits: int = 3) -> str:
    """A figure in minutes, or nothing where there is none."""
    return "" if np.isnan(value) else f"{value:.{digits}f}"


_REASONS = {
    "proved": "proved: no other choice can be better",
    "gap_reached": "not proved: it stopped at the gap that was asked for",
    "time_limit": "not proved: the time limit was reached",
    "solver_stopped": "not proved: the solver stopped by itself",
}
_MEASURES = {
    "mean": ("Mean travel time", "min"),
    "median": ("Median", "min"),
    "p90": ("Nine in ten people within", "min"),
    "p95": ("19 in 20 people within", "min"),
    "max": ("Longest", "min"),
    "share30": ("People within 30 minutes", "%"),
    "share45": ("People within 45 minutes", "%"),
    "share60": ("People within 60 minutes", "%"),
    "ede": ("Kolm-Pollak EDE (a mean, long trips weigh more)", "min"),
    "gini": ("Inequality (Gini, 0 to 1)", ""),
}
_LIMITS = {
    "new_offices_max": "New offices",
    "new_offices_min": "New offices, at least",
    "county_guarantee": "Offices in the county with fewest",
    "quotas": "Quota of new offices",
    "office_types": "Offices of a kind",
    "closing": "Offices that close",
    "phases": "Limit of a phase with least left",
    "annual_budget_msek": "Annual budget, MSEK",
    "one_off_budget_msek": "One-off budget, MSEK",
    "max_new_per_municipality": "New offices in one municipality",
    "fa_region_guarantee": "Offices in the FA region with fewest",
}


def print_result(result: Result, folder: Path, console: Console) -> None:
    """Print picks, before and after, use of limits, status and where the files are."""
    manifest = result.manifest
    console.print(f"\n[bold]{escape(manifest['scenario']['scenario']['title'])}[/bold]")
    for override in manifest["overrides"]:
        console.print(f"with {override}", markup=False, soft_wrap=True)
    sites = result.tables["sites"]
    _heading(console, f"{len(sites)} new offices, in order of what leaving each out would cost")
    console.print(_picks(sites))
    console.print(_PICKS_KEY[result.scope], soft_wrap=True)
    _heading(console, "Travel time of all residents to the nearest office")
    console.print(_before_after(result.tables["access"]))
    _heading(console, "Use of the limits")
    console.print(_limits(manifest["limits"]))
    if "frontier" in result.tables:
        shown_in = "frontier.csv" if result.outside_sweden else "explorer.html"
        line = _frontier(result.tables["frontier"], shown_in)
        console.print(line, highlight=False, soft_wrap=True)
    for line in _closing(result, folder):
        console.print(line, highlight=False, soft_wrap=True)


def _heading(console: Console, text: str) -> None:
    console.print(f"\n[bold]{text}[/bold]", soft_wrap=True)


def _table(*columns: str) -> Table:
    """A table whose first column is text and whose others are figures, right-aligned."""
    table = Table(box=None, pad_edge=False)
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left", no_wrap=True)
    return table


def _picks(sites: pd.DataFrame) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0))
    table.add_column("", justify="right")
    table.add_column("Place", max_width=26)
    regions = (sites["fa_region"] != "").any()
    if regions:
        table.add_column("FA region", max_width=18)
    for name in ("MSEK", "People", "Hours", "Loss"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in sites.to_dict("records"):
        figures = (
            f"{row['annual_cost_msek']:.1f}",
            f"{row['people_nearest']:,}",
            f"{row['person_minutes_saved'] / 60:,.0f}",
            _loss(row["loss_if_left_out_minutes"]),
        )
        region = [escape(row["fa_region"])] if regions else []
        table.add_row(str(row["rank"]), escape(_place(row)), *region, *figures)
    return table


_PICKS_NOTE = (
    "* forced open. MSEK: cost a year. People: those for whom it is the nearest office.\n"
    "Hours: saved if each of them goes once, one way. Loss: minutes by which the "
)
_PICKS_KEY = {
    "nation": f"{_PICKS_NOTE}national\nmean rises if this office alone is left out.",
    "area": f"{_PICKS_NOTE}mean\nof the area rises if this office alone is left out.",
}


def _loss(minutes: float) -> str:
    return "-" if math.isnan(minutes) else f"{minutes:.4f}"


def _place(row: Mapping[Hashable, Any]) -> str:
    owner = "" if row["municipality"] == row["locality"] else f" ({row['municipality']})"
    return f"{row['locality']}{owner}{' *' if row['forced'] else ''}"


def _before_after(access: pd.DataFrame) -> Table:
    table = _table("", "Before", "After", "Change")
    for row in access.to_dict("records"):
        name, unit = _MEASURES[row["measure"]]
        scale, digits = (100, 2) if unit == "%" else (1, 3 if not unit else 2)
        before, after, change = (row[side] * scale for side in ("before", "after", "change"))
        table.add_row(
            name,
            f"{before:.{digits}f} {unit}".rstrip(),
            f"{after:.{digits}f} {unit}".rstrip(),
            f"{change:+.{digits}f}",
        )
    return table


def _limits(limits: Mapping[str, Any]) -> Table:
    table = _table("", "Used", "Limit", "Left")
    for name, use in limits.items():
        figures = (f"{use[part]:,.6g}" for part in ("used", "limit", "slack"))
        kind = name.rstrip("_0123456789")
        where = of_phase(use["where"], "en") if kind == "phases" else ""
        table.add_row(_LIMITS[kind] + escape(where), *figures)
    return table


def _frontier(table: pd.DataFrame, shown_in: str) -> str:
    """How many steps were solved, and what the first and the last possible give."""
    possible = table[table["status"].isin(["optimal", "feasible"])]
    proved = (possible["status"] == "optimal").sum()
    line = f"\nFrontier: {len(table) - 1} steps, {len(possible)} possible, {proved} proved."
    if possible.empty:
        return line
    ends = (possible.iloc[0], possible.iloc[-1])
    means = " to ".join(f"{row['mean']:.2f} min with {row['step']}" for row in ends)
    return f"{line} Mean from {means} new offices; {shown_in} shows each step."


def _closing(result: Result, folder: Path) -> list[str]:
    manifest = result.manifest
    gap = manifest["gap"]
    shown = f"{100 * gap:.4f} %" if gap is not None else "unknown"
    lines = ["", f"Answer: {manifest['status']}, {_REASONS[manifest['reason']]} (gap {shown})."]
    if not manifest["ties_decided"]:
        lines.append("There may be other answers that are exactly as good.")
    evidence = manifest["evidence"]
    if evidence:
        parts = ", ".join(f"{count} {grade}" for grade, count in evidence.items())
        lines.append(f"Offices of today: {parts}. Costs are assumptions. See data/README.md.")
    unreached = manifest["unreached"]["people"]
    if unreached:
        lines.append(f"{unreached:,} people can be reached by no office or candidate in time.")
    if manifest["not_counted"]:
        lines.append(
            f"{manifest['not_counted']:,} people reach no office at all; the measures are about "
            "the others."
        )
    if manifest["closed"]:
        places = result.tables["offices"].set_index("code")["place"]
        named = ", ".join(f"{places[code]} ({code})" for code in manifest["closed"])
        lines.append(f"Offices that close: {escape(named)}. See offices.csv.")
    if manifest["splits"]:
        lines.append("Offices fill up, so people do not always go to the nearest one.")
    return [*lines, f"Files: {folder}"]
