"""What `siting robustness` prints."""

import pandas as pd
from rich.console import Console

from siting.report.formats.terminal import minutes, print_table
from siting.results.result import Result

_FACTORS = {
    "speeds": "speeds",
    "weight": "whose travel",
    "min_population": "candidate rule",
    "cost": "costs",
    "offices": "offices nearby",
}


def print_robustness(study: Result, console: Console) -> None:
    """Print how often each site is picked, what drives it, and the regrets."""
    facts, sites = study.manifest, study.tables["sites"]
    console.print(f"{facts['draws_done']} worlds drawn from seed {facts['seed']}.")
    if facts["interrupted"]:
        asked = facts["draws_asked"]
        console.print(f"Interrupted: {facts['draws_done']} of {asked} draws were finished.")
    for entry in facts["assumptions"]:
        what = f"{entry['what'][0].lower()}{entry['what'][1:]}"
        line = f"Assumed ({entry['rating']}): {what}: {entry['value']}."
        console.print(line, soft_wrap=True, markup=False)
    _print_sites("The core: picked in at least 95 % of the worlds", sites[sites["core"]], console)
    rest = sites[~sites["core"] & (sites["main"] | (sites["share"] >= 0.25))]  # noqa: PLR2004 - one world in four
    _print_sites("Other picks of the scenario, or of a quarter of the worlds", rest, console)
    console.print(
        "* forced open. Most by: the factor that says most about whether it is picked, and which\n"
        "part of the variance it explains. sites.csv has the shares at each of its levels.",
        soft_wrap=True,
    )
    _print_factors(study.tables["factors"], console)
    _print_regrets(study.tables["sets"], facts["draws_done"], console)


def _print_sites(title: str, sites: pd.DataFrame, console: Console) -> None:
    rows = [
        (
            f"{row['place']}{' *' if row['forced'] else ''}",
            f"{row['share']:.0%}",
            "yes" if row["main"] else "",
            _FACTORS.get(row["driver"], ""),
            f"{row['driver_part']:.0%}" if row["driver"] else "",
        )
        for row in sites.to_dict("records")
    ]
    columns = ("Place", "Picked", "In the answer ", "Most by ", "Part")
    print_table(console, title, columns, rows)


def _print_factors(factors: pd.DataFrame, console: Console) -> None:
    rows = [
        (
            _FACTORS[row["factor"]],
            str(row["level"]),
            str(row["draws"]),
            f"{row['picks']:.1f}",
            f"{row['main_kept']:.0%}",
        )
        for row in factors.to_dict("records")
    ]
    columns = ("Factor", "Level ", "Worlds", "Picks", "Of the answer kept")
    print_table(console, "How much of the scenario's answer is left", columns, rows)


def _print_regrets(sets: pd.DataFrame, draws: int, console: Console) -> None:
    chosen = sets[sets["main"] | sets["least_greatest"]]
    rows = [
        (
            "the scenario's answer" if row["main"] else "least greatest regret",
            str(row["worlds_kept"]),
            minutes(row["mean_regret"]),
            minutes(row["greatest_regret"]),
        )
        for row in chosen.to_dict("records")
    ]
    columns = ("Set of picks", "Within limits", "Mean regret", "Greatest regret")
    print_table(console, "Regret: mean minutes above the best of the same world", columns, rows)
    console.print(
        f"Within limits: worlds, of {draws}, in which the set keeps to number and money. Regret\n"
        "counts these alone. The set with the least greatest regret is sought among the answers\n"
        "of all worlds that keep to the limits at least as often as the scenario's own answer.",
        soft_wrap=True,
    )
    for row in chosen[~chosen["main"]].to_dict("records"):
        console.print(f"It is: {row['picks']}.", soft_wrap=True, markup=False)
