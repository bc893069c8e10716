"""What the files of a result must look like, so that reports can be made of them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from pydantic import ConfigDict, Field, ValidationError

from siting.common.errors import Fault, InputError
from siting.common.levels import LEVELS
from siting.common.tables.columns import ColumnSpec, Rule, check_columns, unique
from siting.common.tables.read import shortened
from siting.common.toml import Table, faults_of
from siting.results.measures import MEASURES
from siting.results.tables import OFFICE_COLUMNS, REGION_KEYS, SITE_COLUMNS
from siting.scenario.schema import Scenario

_REGION = ["population", "mean_before", "mean_after", "worst_before", "worst_after"]
_SHARES = [f"share{minutes}_{when}" for minutes in (30, 45, 60) for when in ("before", "after")]
_COLUMNS: Mapping[str, list[str]] = {
    "sites": SITE_COLUMNS,
    "offices": OFFICE_COLUMNS,
    "access": ["measure", "before", "after", "change"],
    **{name: [*keys, *_REGION, *_SHARES] for name, keys in REGION_KEYS.items()},
}
_KEYS = {
    "sites": "locality_code",
    "offices": "code",
    "access": "measure",
    **{name: keys[0] for name, keys in REGION_KEYS.items()},
}
_ASSIGNMENT = ["demand_id", "municipality_code", "people", "minutes_before", "minutes_after"]
_DIGITS = {level.code: level.digits for level in LEVELS.values() if level.digits}
_TEXTS = (
    *("code", "locality", "place", "demand_id", "evidence", "status", "office_type", "measure"),
    *(level.name for level in LEVELS.values()),
)
_REMEDY = "Restore the file, or run the scenario again."
_TRUTH = Rule(lambda texts: texts.isin(["True", "False"]), "is neither True nor False", _REMEDY)
_NUMBER = ColumnSpec(kind="number", also=("", "inf", "-inf"))


class _Part(Table):
    model_config = ConfigDict(extra="allow")


class _Versions(_Part):
    siting: str  # The version that made the result


class _Cost(_Part):
    annual_msek: float  # Annual cost of the new offices, MSEK
    one_off_msek: float  # Their one-off cost, MSEK
    annual_saving_msek: float  # What closing saves a year, MSEK


class _Unreached(_Part):
    people: float  # Residents whom nothing reaches
    demand_points: list[str]  # Where they live


class _Size(_Part):
    offices: int  # Existing offices


class _Summary(_Part):
    people: float  # Residents


class Manifest(_Part):
    """What reports need of manifest.json; it may hold more."""

    name: str  # The scenario
    date: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")  # The date that the result carries
    scenario: dict[str, Any]  # The scenario after defaults and overrides
    overrides: list[str]  # Each --set of the run
    inputs: dict[str, str]  # Checksum of each input
    network_fingerprint: str  # Checksum of the network
    versions: _Versions  # Versions of siting and of the packages that it uses
    status: str  # What is known of the answer
    reason: str  # Why solving stopped
    objective: float | None  # The objective
    objective_kind: Literal["mean", "coverage", "worst", "equity", "cost", "lexicographic"]
    objective_unit: str  # Its unit
    sense: Literal["min", "max"]  # Whether less or more is better
    bound: float | None  # The best that any answer could reach
    gap: float | None  # How far the objective may be from it
    stages: list[dict[str, Any]]  # The objectives one by one
    ties_decided: bool  # Whether equal answers were told apart
    limits: dict[str, dict[str, Any]]  # Use and slack of each limit
    cost: _Cost  # What the new offices cost
    closed: list[str]  # Offices that close
    phases: list[dict[str, Any]]  # What opens in each phase
    splits: bool  # Whether the people of a place may go to several offices
    unreached: _Unreached  # Whom nothing reaches
    evidence: dict[str, int]  # How well the offices are founded
    detached: dict[str, str]  # Places far from every road
    size: _Size  # Numbers of places
    summary: _Summary  # Counts that the briefing needs
    not_counted: float  # People left out of the measures


def check_manifest(manifest: Mapping[str, Any], path: Path) -> None:
    """Refuse the manifest of something else, or half of one."""
    try:
        Manifest.model_validate(manifest)
    except ValidationError as error:
        faults = (_mended(fault) for fault in faults_of(error, str(path), Manifest))
        raise InputError(shortened(faults, path)) from error
    try:
        Scenario.model_validate_json(json.dumps(manifest["scenario"]))
    except (ValidationError, ValueError) as error:
        if not isinstance(error, ValidationError):
            raise
        faults = (
            _mended(Fault(fault.file, f"scenario.{fault.key}", fault.value, fault.problem, ""))
            for fault in faults_of(error, str(path), Scenario)
        )
        raise InputError(shortened(faults, path)) from error


def _mended(fault: Fault) -> Fault:
    remedy = f"{_REMEDY[:-1]}; it may come from another version of siting."
    return Fault(fault.file, fault.key, fault.value, fault.problem, remedy)


def check_table(table: pd.DataFrame, name: str, path: Path, *, outside_sweden: bool) -> None:
    """Refuse a table of a result whose cells cannot be what a run has written."""
    wanted = _ASSIGNMENT if name == "assignment" else _COLUMNS.get(name, [])
    columns = {
        column: _column(column, _KEYS.get(name), outside_sweden=outside_sweden) for column in wanted
    }
    check_columns(table, columns, path)
    lost = [row for row in MEASURES if row not in {*table["measure"]}] if name == "access" else []
    if lost:
        problem = "the row is missing"
        raise InputError(Fault(str(path), "column measure", row, problem, _REMEDY) for row in lost)


def _column(name: str, key: str | None, *, outside_sweden: bool) -> ColumnSpec:
    rules = (unique(_REMEDY),) if name == key else ()
    if name in _DIGITS and not outside_sweden:
        return ColumnSpec(rules=(*rules, _code(_DIGITS[name])))
    if name == "forced":
        return ColumnSpec(rules=(_TRUTH,))
    return ColumnSpec(rules=rules) if _is_text(name) else _NUMBER


def _code(digits: int) -> Rule:
    pattern, problem = f"[0-9]{{{digits}}}", f"a code has {digits} digits"
    return Rule(lambda codes: codes.str.fullmatch(pattern), problem, _REMEDY, digits)


def _is_text(column: str) -> bool:
    return column in _TEXTS or column.endswith("_code")


CORE = 0.95
"""A site picked in at least this share of the draws belongs to the core."""
