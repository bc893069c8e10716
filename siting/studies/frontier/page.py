"""What `siting frontier` prints."""

import math
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import pandas as pd
from rich.console import Console

from siting.report.formats.terminal import minutes, print_table
from siting.results.result import Result
from siting.scenario.limits import VARIED

type Row = Mapping[Hashable, Any]

SECONDS = {"worst": "longest way", "equity": "Kolm-Pollak EDE", "coverage": "people within"}


def print_frontier(study: Result, console: Console) -> None:
    """Print what each step brings, or what each point of a front is worth."""
    if "over" in study.manifest:
        _print_steps(study, console)
    else:
        _print_front(study, console)


def _print_steps(study: Result, console: Console) -> None:
    told, table = study.manifest, study.tables["frontier"]
    before, rows = math.nan, []
    for row in table.to_dict("records"):
        possible = not pd.isna(row["new_offices"])
        rows.append(
            (
                "none" if row["status"] == "present" else f"{row['step']:g}",
                str(row["new_offices"]) if possible else "",
                f"{row['annual_cost_msek']:.1f}" if possible else "",
                minutes(row["mean"]),
                minutes(row["mean"] - before),
                f"{100 * row['share45']:.2f}" if possible else "",
                "" if math.isnan(row["bound"]) else f"{row['bound']:,.6g}",
                *_proof(row),
                _kept(row),
            )
        )
        before = row["mean"] if possible else before
    limit = VARIED[told["over"]]
    columns = ("Most", "Open", "MSEK", "Mean", "Step", "In 45", "Bound", "Proof ", "Gap", "Kept ")
    print_table(console, f"The best with at most so many {limit}", columns, rows)
    console.print(
        "Step: change of the mean from the row above, minutes. In 45: residents within 45 minutes,"
        "\n%. Bound: no answer can have a better objective. Gap: how far it is from the bound."
        "\nKept: whether all that opens in the row above opens here too.",
        soft_wrap=True,
    )
    _print_dropped(study, console)


def _proof(row: Row) -> tuple[str, str]:
    if row["status"] == "present":
        return "", ""
    if row["status"] == "infeasible":
        return "impossible", ""
    word = "proved" if row["status"] == "optimal" else "not proved"
    return word, "" if math.isnan(row["gap"]) else f"{100 * row['gap']:.4f} %"


def _kept(row: Row) -> str:
    if row["status"] in {"present", "infeasible"}:
        return ""
    return "all" if row["nested"] else f"not {len(row['dropped'].split(';'))}"


def _print_dropped(study: Result, console: Console) -> None:
    """Say at which steps earlier picks are given up, and for which."""
    lines = list(dropped(study))
    steps = int((study.tables["frontier"]["new_offices"] > 0).sum())
    if lines:
        console.print(f"\n[bold]Given up[/bold], at {len(lines)} of {steps} steps", soft_wrap=True)
    elif steps > 1:
        console.print("\nEach step keeps all that the one before it opens.")
    for line in lines:
        console.print(line, soft_wrap=True, markup=False)


def dropped(study: Result) -> Iterator[str]:
    """One line for each step that gives up earlier picks, with what opens in their place."""
    table, sites = study.tables["frontier"], study.tables["frontier_sites"]
    named = sites.drop_duplicates("locality_code").set_index("locality_code")
    before: set[str] = set()
    for row in table.to_dict("records"):
        if pd.isna(row["new_offices"]):
            continue
        new = set(filter(None, str(row["sites"]).split(";")))
        if lost := before - new:
            gone, come = _names(lost, named), _names(new - before, named)
            yield f"{row['step']:g}: {gone}; instead {come or 'nothing'}."
        before = new


def _names(codes: set[str], named: pd.DataFrame) -> str:
    pairs = named.loc[sorted(codes), ["locality", "municipality"]].to_numpy()
    names = (
        place if place == municipality else f"{place} ({municipality})"
        for place, municipality in pairs
    )
    return ", ".join(sorted(names))


def _print_front(study: Result, console: Console) -> None:
    told, table = study.manifest, study.tables["frontier"]
    first = table["objective"].iloc[1]
    rows = [
        (
            "none" if row["status"] == "present" else f"{row['step']:g}",
            minutes(row["objective"]),
            "" if row["status"] == "present" else f"{row['objective'] - first:+.3f}",
            *second_in_words(row["second"], told),
            str(row["new_offices"]),
            f"{row['annual_cost_msek']:.1f}",
            _efficient(row),
        )
        for row in table.to_dict("records")
    ]
    kind = told["second"]
    second = ("People within", "%") if kind == "coverage" else (SECONDS[kind].capitalize(), " ")
    columns = ("Point", "Mean", "Costs", *second, "Open", "MSEK", "On the front ")
    title = f"Mean travel time against {aim_in_words(told)}: what one costs in the other"
    print_table(console, title, columns, rows)
    console.print(
        "Costs: minutes of the mean above the least. On the front: proved that no answer is\n"
        "better in one aim and as good in the other.",
        soft_wrap=True,
    )
    for line in _how_exact(told, len(table) - 1):
        console.print(line, soft_wrap=True)


def aim_in_words(told: Mapping[str, Any]) -> str:
    """The second aim, such as coverage within 45 minutes."""
    if told["second"] == "coverage":
        return f"coverage within {told['within']:g} minutes"
    return SECONDS[str(told["second"])]


def second_in_words(burden: float, told: Mapping[str, Any]) -> tuple[str, str]:
    """A figure of the second aim, and as a share where it is people."""
    if told["second"] == "coverage":
        people = told["people"] - burden
        return f"{people:,.0f}", f"{100 * people / told['people']:.3f}"
    return f"{burden:.3f}", ""


def _efficient(row: Row) -> str:
    if row["status"] == "present":
        return ""
    return "proved" if row["efficient"] else "not proved"


def _how_exact(told: Mapping[str, Any], count: int) -> Iterator[str]:
    if told["sample"]:
        yield "The points are a sample of the front: there may be others between them."
    elif count == 1:
        yield "The front is this one point: the best of one aim is the best of the other too."
    else:
        yield f"The front is whole: it has these {count} points and no others."
    step = told["step"]
    if step and told["second"] == "coverage" and not told["sample"]:
        yield f"Answers that differ by less than {step:.4g} people within are not told apart."
    if step and told["second"] == "equity" and not told["sample"]:
        yield f"Answers that differ by less than {step:g} minutes of the EDE are not told apart."
