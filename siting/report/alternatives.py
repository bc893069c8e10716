"""What `siting alternatives` prints."""

import pandas as pd
from rich.console import Console

from siting.report.study import Study, print_table


def print_alternatives(study: Study, console: Console) -> None:
    """Print the best answers, the diverse ones, and what they share.

    Parameters
    ----------
    study : Study
        From `siting.alternatives.alternatives`.
    console : Console
        Where it is printed.
    """
    answers, sites, manifest = study.tables["answers"], study.tables["sites"], study.manifest
    best, diverse = (answers[answers["kind"] == kind] for kind in ("best", "diverse"))
    _print_answers("The best answers, and how each differs from the first", best, console)
    console.print(_what_is_proved(best, manifest["within"], complete=manifest["complete"]))
    share = f"{manifest['within']:.3g}"
    title = f"Answers as different as possible, at most {100 * float(share):g} % worse"
    _print_answers(title, diverse, console)
    if not diverse["proved"].all():
        console.print("That none differs more is not proved for all of these.")
    for column, answers_named in (("in_best", "best"), ("in_diverse", "diverse")):
        shared = sites[sites[f"{column}_share"] == 1]
        names = ", ".join(shared["place"])
        count = len(best if answers_named == "best" else diverse)
        console.print(
            f"\nIn all {count} {answers_named} answers, {len(shared)} places: {names or 'none'}.",
            soft_wrap=True,
        )


def _what_is_proved(best: pd.DataFrame, within: float, *, complete: bool) -> str:
    if not best["proved"].all():
        return "Not all are proved: a better one may be missing."
    if complete:
        return f"Proved: these are all the answers at most {100 * within:g} % worse than the best."
    return "Proved: no answer better than the last of these is missing. There are more."


def _print_answers(title: str, answers: pd.DataFrame, console: Console) -> None:
    rows = [
        (
            str(row["number"]),
            f"{row['objective']:.4f}",
            f"{100 * row['worse']:.3f} %",
            str(row["new_offices"]),
            f"{row['annual_cost_msek']:.1f}",
            str(row["differences"]),
        )
        for row in answers.to_dict("records")
    ]
    columns = ("", "Objective", "Worse by", "New offices", "MSEK a year", "Differences")
    print_table(console, title, columns, rows)
    for row in answers.to_dict("records"):
        if row["only_here"] or row["only_in_best"]:
            here, there = row["only_here"] or "nothing", row["only_in_best"] or "nothing"
            line = f"{row['number']}: {here}, in place of {there}."
            console.print(line, soft_wrap=True, markup=False)
