"""What a new office costs, from costs.toml, and how many people staff it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import Field, ValidationError

from siting.common.errors import InputError
from siting.common.toml import (
    NonNegativeFloat,
    PositiveFloat,
    Table,
    faults_of,
    lists_to_tuples,
    read_toml,
)
from siting.common.types import Floats, Ints


@dataclass(frozen=True)
class StaffRule:
    """Figures of the staff rule; all are assumptions.

    Parameters
    ----------
    people_per_staff : float
        Residents for whom one member of staff is counted.
    least_staff : int
        Staff of the smallest office.
    """

    people_per_staff: float
    least_staff: int


def people_nearer(weights: Floats, present: Floats, minutes: Floats) -> Ints:
    """People who would be nearer to each site than to every present office."""
    return np.rint(weights @ (minutes < present[:, None])).astype(np.int64)


def staff_by_rule(nearer: Ints, municipality: "pd.Series[str]", rule: StaffRule) -> Ints:
    """Staff of each candidate: that of the busiest candidate of its municipality.

    max(least, ceil(S / people_per_staff)), S the greatest number of people nearer to a candidate
    of the municipality; so that a village beside the town is never chosen for being cheaper.
    """
    greatest = pd.Series(nearer).groupby(municipality.to_numpy()).transform("max").to_numpy()
    staff = np.ceil(greatest / rule.people_per_staff).astype(np.int64)
    return np.maximum(staff, rule.least_staff)


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
        """Annual cost of offices with this staff."""
        return _money(self.annual_per_staff * staff.astype(np.float64))

    def one_off(self, staff: Ints) -> Floats:
        """One-off cost of offices with this staff."""
        return _money(self.one_off_per_office + self.one_off_per_staff * staff.astype(np.float64))


class _Group(Table):
    rating: Literal["red", "amber", "green"] | None = None
    """How far the figures can be trusted."""
    source: str | None = None
    """Where they come from."""


class _StaffTable(_Group):
    people_per_staff: PositiveFloat
    """People for each member of staff."""
    least_staff: Annotated[int, Field(ge=1, le=1000)]
    """Staff of the smallest office."""


class _AnnualTable(_Group):
    msek_per_staff: NonNegativeFloat
    """Cost of a member of staff a year, MSEK."""


class _OneOffTable(_Group):
    msek_per_office: NonNegativeFloat
    """Cost of opening an office, MSEK."""
    msek_per_staff: NonNegativeFloat
    """Cost of recruiting and equipping a member of staff, MSEK."""


class _VisitTable(_Group):
    visits_per_inhabitant: PositiveFloat
    """Visits of an inhabitant a year."""


class _KindTable(_Group):
    staff: Annotated[int, Field(ge=1, le=1000)]
    """Members of staff."""
    annual_msek: NonNegativeFloat
    """What an office of the kind costs a year, MSEK."""
    one_off_msek: NonNegativeFloat
    """What it costs once, MSEK."""
    visits_per_year: PositiveFloat
    """Visits that it can take a year."""


class _CostFile(Table):
    staff_rule: _StaffTable
    """How many people staff an office."""
    annual: _AnnualTable
    """Costs a year."""
    one_off: _OneOffTable
    """Costs once."""
    visits: _VisitTable
    """How often people come."""
    office_types: dict[str, _KindTable]
    """Kinds of offices, by name."""


def read_costs(folder: Path) -> Costs:
    """Read costs.toml from the data folder."""
    path = folder / "costs.toml"
    try:
        tables = _CostFile.model_validate(lists_to_tuples(read_toml(path)))
    except ValidationError as error:
        raise InputError(faults_of(error, str(path), _CostFile)) from error
    rule = tables.staff_rule
    return Costs(
        staff_rule=StaffRule(float(rule.people_per_staff), rule.least_staff),
        annual_per_staff=float(tables.annual.msek_per_staff),
        one_off_per_office=float(tables.one_off.msek_per_office),
        one_off_per_staff=float(tables.one_off.msek_per_staff),
        visits_per_inhabitant=float(tables.visits.visits_per_inhabitant),
        kinds={name: _kind(table) for name, table in tables.office_types.items()},
    )


def _kind(table: _KindTable) -> OfficeKind:
    return OfficeKind(
        staff=table.staff,
        annual_msek=float(table.annual_msek),
        one_off_msek=float(table.one_off_msek),
        visits_per_year=float(table.visits_per_year),
    )


def _money(msek: Floats) -> Floats:
    """Whole kronor, so that sums of costs meet a budget exactly."""
    return np.round(msek, 6)
