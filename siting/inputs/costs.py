"""What a new office costs, from costs.toml, and how many people staff it."""

from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import Field
from scipy.sparse import csr_array

from siting.common.toml import NonNegativeFloat, PositiveFloat, Table, read_model
from siting.common.types import Floats, Ints


class _Group(Table):
    rating: Literal["red", "amber", "green"] | None = None
    """How far the figures can be trusted."""
    source: str | None = None
    """Where they come from."""


class StaffRule(_Group):
    """How many people staff an office."""

    people_per_staff: PositiveFloat
    """People for each member of staff."""
    least_staff: Annotated[int, Field(ge=1, le=1000)]
    """Staff of the smallest office."""


class _Annual(_Group):
    msek_per_staff: NonNegativeFloat
    """Cost of a member of staff a year, MSEK."""


class _OneOff(_Group):
    msek_per_office: NonNegativeFloat
    """Cost of opening an office, MSEK."""
    msek_per_staff: NonNegativeFloat
    """Cost of recruiting and equipping a member of staff, MSEK."""


class _Visits(_Group):
    visits_per_inhabitant: PositiveFloat
    """Visits of an inhabitant a year."""


class OfficeKind(_Group):
    """A kind of office that a scenario can let the model choose."""

    staff: Annotated[int, Field(ge=1, le=1000)]
    """Members of staff."""
    annual_msek: NonNegativeFloat
    """What an office of the kind costs a year, MSEK."""
    one_off_msek: NonNegativeFloat
    """What it costs once, MSEK."""
    visits_per_year: PositiveFloat
    """Visits that it can take a year."""


class Costs(Table):
    """Cost figures, as they stand in costs.toml; every one is an assumption."""

    staff_rule: StaffRule
    """How many people staff an office."""
    annual: _Annual
    """Costs a year."""
    one_off: _OneOff
    """Costs once."""
    visits: _Visits
    """How often people come."""
    office_types: dict[str, OfficeKind]
    """Kinds of offices, by name."""

    def people(self, kind: str) -> float:
        """How many people an office of a kind can serve."""
        return self.office_types[kind].visits_per_year / self.visits.visits_per_inhabitant

    def annual_msek(self, staff: Ints) -> Floats:
        """Annual cost of offices with this staff."""
        return _money(self.annual.msek_per_staff * staff.astype(np.float64))

    def one_off_msek(self, staff: Ints) -> Floats:
        """One-off cost of offices with this staff."""
        by_staff = self.one_off.msek_per_staff * staff.astype(np.float64)
        return _money(self.one_off.msek_per_office + by_staff)


def read_costs(folder: Path) -> Costs:
    """Read costs.toml from the data folder."""
    return read_model(folder / "costs.toml", Costs)


def _money(msek: Floats) -> Floats:
    """Whole kronor, so that sums of costs meet a budget exactly."""
    return np.round(msek, 6)


def people_nearer(weights: Floats, present: Floats, minutes: csr_array) -> Ints:
    """People who would be nearer to each site than to every present office."""
    rows = np.repeat(np.arange(len(weights)), np.diff(minutes.indptr))
    gained = np.where(minutes.data < present[rows], weights[rows], 0.0)
    people = np.bincount(minutes.indices, weights=gained, minlength=minutes.shape[1])
    return np.rint(people).astype(np.int64)


def staff_by_rule(nearer: Ints, municipality: "pd.Series[str]", rule: StaffRule) -> Ints:
    """Staff of each candidate: that of the busiest candidate of its municipality.

    max(least, ceil(S / people_per_staff)), S the greatest number of people nearer to a candidate
    of the municipality; so that a village beside the town is never chosen for being cheaper.
    """
    greatest = pd.Series(nearer).groupby(municipality.to_numpy()).transform("max").to_numpy()
    staff = np.ceil(greatest / rule.people_per_staff).astype(np.int64)
    return np.maximum(staff, rule.least_staff)
