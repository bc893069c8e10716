"""What a new office costs, from costs.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from siting.inputs.staff import StaffRule
from siting.types import Floats, Ints


@dataclass(frozen=True)
class OfficeKind:
    """A kind of office that a scenario can let the model choose.

    Parameters
    ----------
    staff : int
        Members of staff.
    annual_msek, one_off_msek : float
        What it costs a year and once, MSEK.
    visits_per_year : float
        Visits that it can take.
    """

    staff: int
    annual_msek: float
    one_off_msek: float
    visits_per_year: float


@dataclass(frozen=True)
class Costs:
    """Cost figures; every one is an assumption.

    Parameters
    ----------
    staff_rule : StaffRule
        How many people staff an office.
    annual_per_staff : float
        MSEK per member of staff and year.
    one_off_per_office, one_off_per_staff : float
        MSEK once, per office and per member of staff.
    visits_per_inhabitant : float
        Visits of an inhabitant a year.
    kinds : mapping of str to OfficeKind
        Kinds of offices by name.
    """

    staff_rule: StaffRule
    annual_per_staff: float
    one_off_per_office: float
    one_off_per_staff: float
    visits_per_inhabitant: float
    kinds: Mapping[str, OfficeKind]

    def people(self, kind: str) -> float:
        """How many people an office of a kind can serve."""
        return self.kinds[kind].visits_per_year / self.visits_per_inhabitant

    def annual(self, staff: Ints) -> Floats:
        """Annual cost of offices with this staff, MSEK."""
        return _money(self.annual_per_staff * staff.astype(np.float64))

    def one_off(self, staff: Ints) -> Floats:
        """One-off cost of offices with this staff, MSEK."""
        return _money(self.one_off_per_office + self.one_off_per_staff * staff.astype(np.float64))


def read_costs(folder: Path) -> Costs:
    """Read costs.toml from the data folder."""
    tables = tomllib.loads((folder / "costs.toml").read_text(encoding="utf-8"))
    rule = tables["staff_rule"]
    return Costs(
        staff_rule=StaffRule(float(rule["people_per_staff"]), int(rule["least_staff"])),
        annual_per_staff=float(tables["annual"]["msek_per_staff"]),
        one_off_per_office=float(tables["one_off"]["msek_per_office"]),
        one_off_per_staff=float(tables["one_off"]["msek_per_staff"]),
        visits_per_inhabitant=float(tables["visits"]["visits_per_inhabitant"]),
        kinds={name: _kind(table) for name, table in tables["office_types"].items()},
    )


def _kind(table: Mapping[str, Any]) -> OfficeKind:
    return OfficeKind(
        staff=int(table["staff"]),
        annual_msek=float(table["annual_msek"]),
        one_off_msek=float(table["one_off_msek"]),
        visits_per_year=float(table["visits_per_year"]),
    )


def _money(msek: Floats) -> Floats:
    """Whole kronor, so that sums of costs meet a budget exactly."""
    return np.round(msek, 6)
