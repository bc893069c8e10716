"""explorer.html: one page with a map, a slider and tables, which needs no network."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd

from siting.common.files import write_file
from siting.report.maps import palette
from siting.report.maps.sweden import Outlines, outlines, refuse_outside_sweden
from siting.report.words import LANGUAGES, localised, texts
from siting.results.measures import MEASURES, SHARES
from siting.results.result import Result
from siting.results.tables import from_present, with_change

_SCRIPTS = ("words.js", "map.js", "tables.js", "page.js")
_UNSAFE = str.maketrans({sign: f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"})
"""Signs that could end a script element or a line of it; within JSON they only occur in texts."""
_UNITS = [measure.unit for measure in MEASURES.values()]
_BY_UNIT = sorted(MEASURES, key=lambda name: _UNITS.index(MEASURES[name].unit))
NATION = {name: MEASURES[name].digits + 2 * (name in SHARES) for name in _BY_UNIT}
"""Decimals of the measures of the whole country, by unit; shares are from 0 to 1 here."""
_REGION = {
    "mean": ("mean_after", 1),
    "change": ("mean_change", 1),
    "worst": ("worst_after", 1),
    **{share: (f"{share}_after", 3) for share in SHARES},
}


def explorer_page(result: Result, picked: Mapping[str, Any]) -> str:
    """The page of a run, complete in one file."""
    refuse_outside_sweden(result, "an explorer page")
    parts = {
        "STYLE": _asset("page.css"),
        "DATA": _as_json(payload(result, outlines(), picked)),
        "SCRIPT": "\n".join(map(_asset, _SCRIPTS)),
    }
    # In one pass, so that a mark within a name stays what it is.
    return re.sub(r"/\*(STYLE|DATA|SCRIPT)\*/", lambda mark: parts[mark[1]], _asset("page.html"))


def write_explorer(result: Result, folder: Path, picked: Mapping[str, Any]) -> Path:
    """Write explorer.html into the folder of a result, aside and then into place.

    The result is one that was read back from the folder, so that its figures are those of the
    files; `picked` says how often studies pick each place.
    """
    return write_file(folder / "explorer.html", explorer_page(result, picked).encode())


def _asset(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")


def _as_json(content: Any) -> str:  # noqa: ANN401 - any JSON value
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.translate(_UNSAFE)


def payload(result: Result, drawing: Outlines, picked: Mapping[str, Any]) -> dict[str, Any]:
    """Everything that the page needs, as plain lists of rounded figures."""
    return {
        "name": result.name,
        "title": {
            language: localised(result.manifest, "title", language) for language in LANGUAGES
        },
        "date": result.manifest["date"],
        "version": result.manifest["versions"]["siting"],
        "evidence": result.manifest["evidence"],
        "texts": {language: _words(result, language) for language in LANGUAGES},
        "measures": [[name, MEASURES[name].digits, name in SHARES] for name in NATION],
        "map": _map(drawing),
        "municipalities": _municipalities(result.tables["municipalities"]),
        "offices": _offices(result.tables["offices"], drawing),
        "present": _present(result),
        "own": _own(result, drawing),
        "steps": _steps(result, drawing),
        "trust": picked,
    }


def _map(drawing: Outlines) -> dict[str, Any]:
    return {
        "width": drawing.width,
        "height": drawing.height,
        "paths": drawing.municipalities,
        "counties": drawing.counties,
        "scales": {"minutes": asdict(palette.MINUTES), "cut": asdict(palette.CUT)},
    }


def _municipalities(table: pd.DataFrame) -> list[list[Any]]:
    return table[["municipality_code", "municipality", "population"]].to_numpy().tolist()


def _offices(table: pd.DataFrame, drawing: Outlines) -> list[list[Any]]:
    """Offices of today: place, municipality's code, its own code, x, y."""
    table = table[table["status"].isin(["existing", "closed"])]
    columns = ["place", "municipality_code", "code", "x", "y"]
    return drawing.locate(table)[columns].to_numpy().tolist()


def _present(result: Result) -> dict[str, Any]:
    table = result.tables["municipalities"]
    before = {name: table[name.replace("_after", "_before")] for name in map(str, table)}
    regions = _regions(table.assign(**before, mean_change=0.0))
    access = result.tables["access"].set_index("measure")["before"]
    return {"nation": _nation(access), "regions": regions}


def _own(result: Result, drawing: Outlines) -> dict[str, Any]:
    """The run's own answer."""
    manifest, tables = result.manifest, result.tables
    access = tables["access"].set_index("measure")
    offices = tables["offices"].set_index("code")
    positions = offices[["lon", "lat"]]
    sites = tables["sites"].join(positions, on="locality_code")
    return {
        "status": manifest["status"],
        "reason": manifest["reason"],
        "gap": manifest["gap"],
        "limits": {name: use["limit"] for name, use in manifest["limits"].items()},
        "new": len(sites),
        "closed": offices.index[offices["status"] == "closed"].tolist(),
        "cost": round(float(sites["annual_cost_msek"].sum()), 1),
        "nation": _nation(access["after"]),
        "change": _nation(access["change"]),
        "regions": _regions(with_change(tables["municipalities"])),
        "sites": _sites(sites, drawing),
    }


def _steps(result: Result, drawing: Outlines) -> list[dict[str, Any]]:
    """The steps of the frontier; none if the run has no frontier."""
    if "frontier" not in result.tables:
        return []
    table = result.tables["frontier"]
    changes = from_present(table)
    return [
        _step(result, row, change, drawing)
        for (_, row), (_, change) in zip(table.iterrows(), changes.iterrows(), strict=True)
    ]


def _step(
    result: Result, row: "pd.Series[Any]", change: "pd.Series[float]", drawing: Outlines
) -> dict[str, Any]:
    sites, regions = (
        table[table["step"] == row["step"]]
        for table in (result.tables["frontier_sites"], result.tables["frontier_municipalities"])
    )
    step = {"number": row["step"], "status": row["status"], "reason": row["reason"]}
    if regions.empty:
        return step | {"clash": (row["clash"] or "stopped").split(";")}
    return step | {
        "gap": None if pd.isna(row["gap"]) else row["gap"],
        "new": int(row["new_offices"]),
        "closed": row["closed"].split(";") if row["closed"] else [],
        "cost": round(row["annual_cost_msek"], 1),
        "nested": bool(row["nested"]),
        "nation": _nation(row),
        "change": _nation(change),
        "regions": _regions(regions),
        "sites": _sites(sites, drawing),
    }


def _words(result: Result, language: str) -> dict[str, Any]:
    """The texts of the page; where it says whose mean it is, that of the run."""
    words, scope = texts(language)["explorer"], texts(language)["scopes"][result.scope]
    note = words["offices_note"].format(mean_short=scope["mean_short"])
    return {**words, "nation": scope["whole"], "offices_note": note}


def _nation(values: "pd.Series[float]") -> list[float]:
    return [round(float(values[name]), digits) for name, digits in NATION.items()]


def _regions(table: pd.DataFrame) -> dict[str, list[float]]:
    return {
        name: table[column].round(digits).tolist() for name, (column, digits) in _REGION.items()
    }


def _sites(table: pd.DataFrame, drawing: Outlines) -> list[list[Any]]:
    """New offices: first what a table shows, then x, y and the code."""
    shown = drawing.locate(table).assign(
        hours=(table["person_minutes_saved"] / 60).round().astype(int),
        loss=table["loss_if_left_out_minutes"].round(4),
        cost=table["annual_cost_msek"].round(2),
    )
    columns = [
        *("rank", "locality", "municipality", "municipality_code", "fa_region", "forced"),
        *("cost", "people_nearest", "hours", "loss", "x", "y", "locality_code"),
    ]
    return shown[columns].to_numpy().tolist()
