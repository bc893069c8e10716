"""The table of a sweep: one row a run, read from what the runs have left, and told."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
from rich.console import Console

from siting.report.formats.terminal import minutes, print_table
from siting.results.result import Result
from siting.studies.sweep.file import SweepRun

MEASURES = ("mean", "share30", "share45", "share60", "ede", "max")
_TEXTS = ("status", "reason", "error", "sites", "closed")
_FIGURES = (
    *("objective", "bound", "gap", "annual_msek"),
    *(f"{measure}_{when}" for measure in MEASURES for when in ("before", "after")),
)
_TYPES = {
    **dict.fromkeys(_TEXTS[:3], "str"),
    **dict.fromkeys(_FIGURES, "float64"),
    "new_offices": "Int64",
    **dict.fromkeys(_TEXTS[3:], "str"),
}
"""The columns of what was found, in their order."""
FAILED = "failed"
INFEASIBLE = "infeasible"

type Outcome = Result | str
"""What a run left: a result, one without tables that holds limits that clash, or an error."""


def sweep_table(keys: Iterable[str], left: Sequence[tuple[SweepRun, Outcome]]) -> pd.DataFrame:
    """One row a run, the same however and in what order the runs were done."""
    columns: dict[str, Any] = {"name": [run.name for run, _ in left]}
    columns |= {key: _column([_in_force(run, key) for run, _ in left]) for key in keys}
    found = pd.DataFrame([_figures(outcome) for _, outcome in left]).reindex(columns=list(_TYPES))
    found = found.fillna(dict.fromkeys(_TEXTS, "")).astype(_TYPES)
    digests = {"scenario_sha256": [_digest(run) for run, _ in left]}
    return pd.DataFrame(columns).join(found).assign(**digests)


def _in_force(run: SweepRun, key: str) -> object:
    value: object = run.file.scenario.model_dump(mode="json")
    for step in key.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _column(values: list[object]) -> "pd.Series[Any]":
    """Numbers or truth values where all are, or are missing; else texts, lists as JSON."""
    given = [value for value in values if value is not None]
    truth = [isinstance(value, bool) for value in given]
    if given and all(truth):
        return pd.Series(values, dtype="boolean")
    if given and not any(truth) and all(isinstance(value, int | float) for value in given):
        whole = all(isinstance(value, int) for value in given)
        return pd.Series(values, dtype="Int64" if whole else "float64")
    texts = [value if isinstance(value, str) else _json(value) for value in values]
    return pd.Series(texts, dtype="str")


def _json(value: object) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def _digest(run: SweepRun) -> str:
    """SHA-256 of the scenario after defaults and overrides."""
    text = json.dumps(run.file.scenario.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _figures(outcome: Outcome) -> Mapping[str, Any]:
    if isinstance(outcome, str):
        return {"status": FAILED, "error": outcome}
    if "clash" in outcome.manifest:
        clash = "; ".join(f"{name}: {sentence}" for name, sentence in outcome.manifest["clash"])
        return {"status": INFEASIBLE, "reason": "clash", "error": clash}
    manifest, sites = outcome.manifest, outcome.tables["sites"]
    measures = outcome.tables["access"].set_index("measure")
    access = {
        f"{name}_{when}": float(measures.loc[name, when])  # type: ignore[arg-type] # one cell
        for name in MEASURES
        for when in ("before", "after")
    }
    figures = ("status", "reason", "objective", "bound", "gap")
    return {
        **{name: manifest[name] for name in figures},
        **access,
        "annual_msek": manifest["cost"]["annual_msek"],
        "new_offices": len(sites),
        "sites": ";".join(sorted(sites["locality_code"])),
        "closed": ";".join(sorted(manifest["closed"])),
    }


_HEAD = ("Run", "New", "MSEK", "Mean", "45 min", "EDE")
_LEGEND = (
    "New: new offices. MSEK: what they cost a year. Mean and EDE: minutes to the nearest",
    "office afterwards. 45 min: share of people within 45 minutes. *: not proved.",
)


def print_sweep(title: str, table: pd.DataFrame, console: Console) -> None:
    """Print one row a run, then why some have no answer."""
    rows = [{str(key): cell for key, cell in row.items()} for row in table.to_dict("records")]
    print_table(console, title, _HEAD, map(_row, rows))
    for line in (*_LEGEND, "", *_ends(table)):
        console.print(line, markup=False, soft_wrap=True)


def _ends(table: pd.DataFrame) -> Iterator[str]:
    """How the runs ended, and what is to be said of those without an answer."""
    counts = table["status"].value_counts().sort_index()
    ends = ", ".join(f"{count} {status}" for status, count in counts.items())
    yield f"{len(table)} runs: {ends}."
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
