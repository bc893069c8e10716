"""What `siting explain` prints."""

import pandas as pd
from rich.console import Console

from siting.report.formats.terminal import print_table
from siting.results.result import Result

_SHOWN = 10


def print_explanation(study: Result, console: Console) -> None:
    """Print why a site is in or out, who gains, and what the limits have to do with it."""
    for line in _reasons(study):
        console.print(line, soft_wrap=True, markup=False)
    people = study.tables["people"]
    if len(people):
        _print_people(people, console)
    _print_limits(study.tables["limits"], study.manifest["place"], console)


def _reasons(study: Result) -> list[str]:
    told = study.manifest
    place, is_open = told["place"], told["open"]
    forced = ", because the scenario forces it" if told["forced"] else ""
    lines = [f"{place} ({told['municipality']}) is {'open' if is_open else 'not open'}{forced}."]
    if there := ", ".join(told["offices_there"]):
        today = f"There is an office of today in {place} already ({there})"
        lines.insert(0, f"{today}; this is about a new one.")
    way = f"With it {'shut' if is_open else 'open'}"
    if told["clash"]:
        return [*lines, f"{way} there is no answer: {'; '.join(told['clash'])}."]
    proof = "proved" if told["other_way_proved"] else "not proved"
    lines.append(
        f"{way} the best answer is {told['other_way_worse_by']:.6f} worse than "
        f"{told['objective']:.6f} {told['objective_unit']} ({proof})."
    )
    changes = study.tables["changes"]
    others = changes[changes["code"] != told["site"]]
    for change, verb in (("opens", "Then would open"), ("shuts", "Then would not open")):
        names = others.loc[others["change"] == change, "place"]
        if len(names):
            lines.append(f"{verb}: {', '.join(names)}.")
    return lines


def _print_people(people: pd.DataFrame, console: Console) -> None:
    rows = [
        (
            row["municipality"],
            f"{row['gain_people']:,.0f}",
            f"{row['lose_people']:,.0f}",
            f"{row['person_minutes'] / 60:+,.0f}",
        )
        for row in _most(people).to_dict("records")
    ]
    columns = ("Municipality", "People nearer", "People farther", "Hours saved")
    title = "With the place open beside with it shut, all else best for each"
    print_table(console, title, columns, rows)
    if len(people) > _SHOWN:
        console.print(f"and {len(people) - _SHOWN} more municipalities in people.csv.")


def _most(people: pd.DataFrame) -> pd.DataFrame:
    """The rows that matter most, gains first."""
    order = people["person_minutes"].abs().sort_values(ascending=False).index
    shown = people.loc[order[:_SHOWN]]
    return shown.sort_values("person_minutes", ascending=False)


def _print_limits(limits: pd.DataFrame, place: str, console: Console) -> None:
    rows = [
        (
            f"{row['name']}: {row['change']}",
            f"{row['gain']:.6f}",
            "yes" if row["site_open"] else "no",
            "" if row["proved"] else "not proved",
        )
        for row in limits.to_dict("records")
    ]
    columns = ("If one limit changes", "Better by", f"{place} open ", " ")
    print_table(console, "What the limits are worth", columns, rows)
