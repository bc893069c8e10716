"""What the files of a result must hold when they are read back, for reports to be made of them.

What a run writes into them is made in `siting.results.tables` and `siting.results.measures`.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from pydantic import ConfigDict, Field, ValidationError

from siting.common.errors import Fault, InputError, refuse_all
from siting.common.levels import LEVELS
from siting.common.tables.columns import ColumnSpec, Rule, check_columns, unique
from siting.common.tables.file import RawTable, shortened
from siting.common.toml import Table, faults_of
from siting.results.measures import MEASURES, SHARES
from siting.results.tables import CAPACITY_COLUMNS, OFFICE_COLUMNS, REGION_KEYS, SITE_COLUMNS, TEXTS
from siting.scenario.objective import ObjectiveKind
from siting.scenario.schema import Scenario

_REGION = [
    *("population", "mean_before", "mean_after", "worst_before", "worst_after"),
    *(f"{share}_{when}" for share in SHARES for when in ("before", "after")),
]
_ASSIGNMENT = ["demand_id", "municipality_code", "people", "minutes_before", "minutes_after"]
_COLUMNS: Mapping[str, tuple[str, list[str]]] = {
    "sites": ("locality_code", SITE_COLUMNS),
    "offices": ("code", OFFICE_COLUMNS),
    "access": ("measure", ["measure", "before", "after", "change"]),
    "assignment": ("", _ASSIGNMENT),
    "capacity": ("municipality_code", CAPACITY_COLUMNS),
    **{name: (keys[0], [*keys, *_REGION]) for name, keys in REGION_KEYS.items()},
}
"""The column that names the rows of each table, and all that it must have."""
_DIGITS = {level.code: level.digits for level in LEVELS.values() if level.digits}
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
    scenario: Scenario  # The scenario after defaults and overrides
    overrides: list[str]  # Each --set of the run
    # Costs and speeds that were used; results of old have none.
    assumed: dict[str, dict[str, Any]] | None = None
    inputs: dict[str, str]  # Checksum of each input
    network_fingerprint: str  # Checksum of the network
    versions: _Versions  # Versions of siting and of the packages that it uses
    status: str  # What is known of the answer
    reason: str  # Why solving stopped
    objective: float | None  # The objective
    objective_kind: ObjectiveKind
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
        # As it stands in the file: the lists of a scenario are tuples once it is read.
        Manifest.model_validate_json(json.dumps(manifest))
    except ValidationError as error:
        remedy = f"{_REMEDY[:-1]}; it may come from another version of siting."
        faults = (replace(each, remedy=remedy) for each in faults_of(error, str(path), Manifest))
        raise InputError(shortened(faults, path)) from error


def check_table(table: pd.DataFrame, name: str, path: Path, *, outside_sweden: bool) -> None:
    """Refuse a table of a result whose cells cannot be what a run has written."""
    key, wanted = _COLUMNS.get(name, ("", []))
    columns = {column: _column(column, key, outside_sweden=outside_sweden) for column in wanted}
    check_columns(RawTable(table, tuple(table.columns)), columns, path)
    lost = [row for row in MEASURES if row not in {*table["measure"]}] if name == "access" else []
    key, problem = "column measure", "the row is missing"
    refuse_all(Fault(str(path), key, row, problem, _REMEDY) for row in lost)


def _column(name: str, key: str, *, outside_sweden: bool) -> ColumnSpec:
    rules = (unique(_REMEDY),) if name == key else ()
    if name in _DIGITS and not outside_sweden:
        return ColumnSpec(rules=(*rules, _code(_DIGITS[name])))
    if name == "forced":
        return ColumnSpec(rules=(_TRUTH,))
    return ColumnSpec(rules=rules) if name in TEXTS else _NUMBER


def _code(digits: int) -> Rule:
    pattern, problem = f"[0-9]{{{digits}}}", f"a code has {digits} digits"
    return Rule(lambda codes: codes.str.fullmatch(pattern), problem, _REMEDY, digits)
