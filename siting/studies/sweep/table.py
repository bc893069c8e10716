"""The table of a sweep: one row a run, read from what the runs have left, and told."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import infer_dtype

from siting.report.document import Document, Figure, Paragraph
from siting.report.tables import Formats, study_grid
from siting.report.words import study_texts
from siting.results.measures import SHARES
from siting.results.result import Result
from siting.studies.sweep.file import SweepRun

MEASURES = ("mean", *SHARES, "ede", "max")
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


_DTYPES = {
    "boolean": "boolean",
    "integer": "Int64",
    **dict.fromkeys(("floating", "mixed-integer-float"), "float64"),
}


def _column(values: list[object]) -> "pd.Series[Any]":
    """Numbers or truth values where all are, or are missing; else texts, lists as JSON."""
    if dtype := _DTYPES.get(infer_dtype(values)):
        return pd.Series(values, dtype=dtype)
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


_COLUMNS: Formats = {
    "name": "text",
    "new_offices": 0,
    "annual_msek": 1,
    "mean_after": 3,
    "share45_after": "figure",
    "ede_after": 2,
}


_percent = partial(Figure, kind="share", digits=2, unit="%")


def tell_sweep(title: str, table: pd.DataFrame, language: str = "en") -> Document:
    """Put into words one row a run, how the runs ended, and why some have no answer."""
    words, counts = study_texts("sweep", language), table["status"].value_counts().sort_index()
    ends = ", ".join(f"{count} {status}" for status, count in counts.items())
    ended = Paragraph(words["ends"].format(runs=len(table), ends=ends), "lead")
    failed = table.loc[table["error"] != "", ["name", "status", "error"]]
    why = (Paragraph(f"- {': '.join(texts)}") for texts in failed.itertuples(index=False))
    # A run without an answer has its status in place of figures; one not proved has a mark.
    shown = table.assign(
        name=table["name"] + np.where(table["status"] == "feasible", " *", ""),
        new_offices=table["new_offices"].astype(object).fillna(table["status"]),
        share45_after=table["share45_after"].map(_percent, na_action="ignore"),
    )
    runs = study_grid("runs", shown, _COLUMNS, words, title=title)
    return Document(language, "", (runs, ended, *why))
