"""What a new office costs, from costs.toml, and how many people staff it."""

from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from siting.common.errors import Fault, refuse_all
from siting.common.toml import flattened, parts_by_key, read_model
from siting.common.types import Floats, Ints
from siting.scenario.figures import CostTable, StaffRule
from siting.scenario.file import ScenarioFile


class Costs(CostTable):
    """Cost figures, each of them given; every one that ships is an assumption."""

    def people(self, kind: str) -> float:
        """How many people an office of a kind can serve."""
        return self.office_types[kind].visits_per_year / self.visits.visits_per_inhabitant

    def annual_msek(self, staff: Ints) -> Floats:
        """Annual cost of offices with this staff."""
        by_staff = self.annual.msek_per_staff * staff.astype(np.float64)
        return _money(self.annual.msek_per_office + by_staff)

    def one_off_msek(self, staff: Ints) -> Floats:
        """One-off cost of offices with this staff."""
        by_staff = self.one_off.msek_per_staff * staff.astype(np.float64)
        return _money(self.one_off.msek_per_office + by_staff)


def read_costs(folder: Path, file: ScenarioFile | None = None) -> Costs:
    """Read costs.toml from the data folder, with the figures of a scenario in place of its own."""
    costs = _complete(read_model(path := folder / "costs.toml", Costs), path)
    if file is None:
        return costs
    given, base = file.scenario.model_dump()["costs"], costs.model_dump(exclude_none=True)
    kinds = base["office_types"]
    for name, kind in given.pop("office_types", {}).items():
        kinds[name] = kinds.get(name, {}) | kind
    whole = base | {group: base[group] | figures for group, figures in given.items()}
    return _complete(Costs.model_validate(whole), file.path, "costs.")


def _complete(costs: Costs, path: Path, before: str = "") -> Costs:
    """Refuse costs that lack a figure."""
    figures = flattened(costs.model_dump(), parts_by_key)
    refuse_all(
        Fault(str(path), before + key, None, "the key is missing", f"Add {key.split('.')[-1]} = …")
        for key, figure in figures
        if figure is None
    )
    return costs


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
