"""What `siting hindcast` prints."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
from rich.console import Console

from siting.report.formats.terminal import minutes, print_table
from siting.results.result import Result

_ROUNDS = {"2020-06": "June 2020", "2021-05": "May 2021", "2025-04": "April 2025"}
_MEASURES = {
    "mean": "mean, minutes",
    "share30": "within 30 minutes, %",
    "share45": "within 45 minutes, %",
    "share60": "within 60 minutes, %",
    "ede": "Kolm-Pollak EDE, minutes",
    "max": "longest, minutes",
}
_WORTH = (
    "Real, Best: what the choice alone changes in the mean, all others made. Other way: rise of\n"
    "the best mean if that municipality must be chosen, or must not be. Near miss: at most a\n"
    "tenth of what one real choice is worth on average."
)
_CAVEATS = """
How to read this
- Travel time was not the only motive. Offices were ordered for capacity in cities, for trust in
  deprived areas and for places hit by state closures; this page weighs none of these.
- The overlap is no evidence that the model predicts decisions. The office table of 2019 was put
  together knowing these orders: no office is assumed where one was ordered later, so those
  places lack one in the table by construction. No significance is given for that reason.
- "At random" is the overlap to be expected if as many municipalities were drawn blindly."""


def print_hindcast(study: Result, console: Console) -> None:
    """Print the rounds, what each choice was worth, the counties and the caveats."""
    tables = study.tables
    _print_rounds(tables["rounds"], console)
    if "ranges" in tables:
        _print_ranges(tables["ranges"], console)
    for month, label in _ROUNDS.items():
        _print_round(tables, month, label, console)
    _print_counties(tables["counties"], console)
    console.print(_CAVEATS, soft_wrap=True)


def _print_rounds(rounds: pd.DataFrame, console: Console) -> None:
    rows = [
        (
            _ROUNDS[row.month],
            "opened" if row.kind == "open" else "closed",
            str(row.number),
            str(row.eligible),
            str(row.overlap),
            f"{row.overlap_expected:.2f}",
            f"{row.real:+.3f}",
            f"{row.possible:+.3f}",
            f"{row.reached:.0%}",
        )
        for row in _rows(rounds)
    ]
    columns = ("Round", "", "Number", "Of", "Both", "Random", "Real", "Best", "Reached")
    print_table(console, "Real decisions beside the best of the same number", columns, rows)
    console.print(
        "Of: municipalities to choose among. Both: chosen by government and model. Random: both,\n"
        "if drawn at random. Real, Best: change of the mean, minutes. Reached: share of the\n"
        "possible gain; for closings the share of the loss that no choice could have avoided.",
        soft_wrap=True,
    )


def _print_ranges(ranges: pd.DataFrame, console: Console) -> None:
    def span(row: Any, name: str, digits: int) -> str:  # noqa: ANN401 - a row of a table
        least, middle, most = (getattr(row, f"{name}_{what}") for what in ("min", "median", "max"))
        return f"{least:.{digits}f} - {middle:.{digits}f} - {most:.{digits}f}"

    rows = [
        (
            _ROUNDS[row.month],
            "kept" if row.rule else "dropped",
            str(row.draws),
            span(row, "number", 0),
            span(row, "overlap", 0),
            span(row, "overlap_expected", 2),
        )
        for row in _rows(ranges.sort_values(["month", "rule"], ascending=[True, False]))
    ]
    columns = ("Round", "Rule ", "Tables", "Scored", "Both", "Random")
    title = "The same over plausible office tables of 2019: least - middle - greatest"
    print_table(console, title, columns, rows)
    console.print(
        "Rule: no office of 2019 is drawn in a place where one was announced, proposed or\n"
        "ordered later, unless the table has one.",
        soft_wrap=True,
    )


def _print_round(
    tables: Mapping[str, pd.DataFrame], month: str, label: str, console: Console
) -> None:
    def of(name: str) -> pd.DataFrame:
        return tables[name][tables[name]["month"] == month]

    kind = of("rounds")["kind"].iloc[0]
    measures = of("measures").set_index("measure")
    rows = [
        (text, *(_figure(name, measures.loc[name, side]) for side in ("before", "real", "best")))
        for name, text in _MEASURES.items()
    ]
    print_table(console, f"{label}: travel time", ("", "No change", "Real", "Best"), rows)
    print_table(
        console,
        f"{label}: what each choice is worth, minutes of the mean",
        ("Municipality", "Chosen by ", "Real", "Best", "Other way", "Near miss "),
        list(_choices(of("choices"))),
    )
    others = of("not_scored")["municipality"].tolist()
    console.print(_WORTH, soft_wrap=True)
    if others:
        verb = "Ordered" if kind == "open" else "Closed"
        console.print(
            f"{verb} too, in municipalities with other offices, and not scored: "
            f"{', '.join(others)}.",
            soft_wrap=True,
        )


def _choices(table: pd.DataFrame) -> Iterator[Sequence[str]]:
    order = table.assign(rank=table["chosen_by"].map({"both": 0, "government": 1, "model": 2}))
    for row in _rows(order.sort_values(["rank", "other_way_minutes"])):
        yield (
            row.municipality,
            row.chosen_by,
            minutes(row.real_worth),
            minutes(row.best_worth),
            "" if row.chosen_by == "both" else minutes(row.other_way_minutes),
            "yes" if row.near_miss else "",
        )


def _print_counties(counties: pd.DataFrame, console: Console) -> None:
    rows = [
        (
            row.county,
            str(row.offices),
            f"{row.mean_now:.2f}",
            f"{row.mean_best:.2f}",
            f"{row.distance_minutes:.2f}",
            f"{row.distance_share:.1%}",
            str(row.moved),
        )
        for row in _rows(counties.sort_values("distance_minutes", ascending=False))
    ]
    columns = ("County", "Offices", "Now", "Best", "Distance", "Share", "Moved")
    print_table(console, "Offices of 2019 beside as many in the best places", columns, rows)


def _figure(name: str, value: Any) -> str:  # noqa: ANN401 - a cell of a table
    return f"{100 * value:.2f}" if name.startswith("share") else f"{value:.2f}"


def _rows(table: pd.DataFrame) -> Iterator[Any]:
    return iter(table.itertuples(index=False))
