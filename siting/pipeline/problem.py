"""Put tables, travel times and limits together into the instance that the model solves."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from siting.common.errors import Fault, InputError
from siting.common.levels import COLUMN_OF_SOURCE, LEVELS
from siting.common.types import Bools, Floats, Ints, RoadNetwork, TravelTimes
from siting.inputs.candidates import seat_codes
from siting.inputs.costs import Costs, people_nearer, staff_by_rule
from siting.inputs.select import Inputs
from siting.model.instance import Instance, nearest_minutes
from siting.model.limits.limits import Limits
from siting.model.objectives import Objective
from siting.model.solve import Task
from siting.model.solving.search import Solver
from siting.network.near import StayingOpen
from siting.pipeline.translate import limits_of, objective_of
from siting.scenario.figures import SpeedTable
from siting.scenario.file import ScenarioFile
from siting.scenario.schema import ClosingTable, Scenario


@dataclass(frozen=True)
class Problem:
    """A scenario with all that it needs to be solved.

    Parameters
    ----------
    file : ScenarioFile
        What is asked.
    inputs : Inputs
        The tables as the scenario wants them.
    network : RoadNetwork
        The roads.
    times : TravelTimes
        From demand points to offices and candidates.
    costs : Costs
        What an office costs.
    files : mapping of str to Path
        Every file that the answer depends on, by the name that a manifest gives it.
    seconds : mapping of str to float
        What it took to read the network, and to find the matrix of travel times.
    sites : DataFrame
        Offices, then candidates: code, place, lon, lat, municipality and region with code and
        name, skr_group, category (seat or other), existing, allowed (open or may open), forced,
        sole (the only office of its municipality), may_close, evidence (empty where none is
        given), staff, annual_cost_msek, one_off_cost_msek; for existing offices what closing
        saves.
    demand : DataFrame
        Demand points with the names of their municipality, county and FA region.
    minutes : scipy.sparse.csr_array, shape (demand points, sites)
        Of each pair that is as near as what stays open whatever is decided; others cannot matter.
    task : Task
        The same as the model takes it, for the sites that are open or may open.
    """

    file: ScenarioFile
    inputs: Inputs
    network: RoadNetwork
    times: TravelTimes
    costs: Costs
    files: Mapping[str, Path]
    seconds: Mapping[str, float]
    sites: pd.DataFrame
    demand: pd.DataFrame
    minutes: csr_array
    task: Task

    @property
    def scenario(self) -> Scenario:
        """What the scenario file says, after overrides."""
        return self.file.scenario

    @property
    def instance(self) -> Instance:
        """What there is to choose from, as the model takes it."""
        return self.task.instance

    @property
    def objective(self) -> Objective:
        """What the best answer is best at, as the model takes it."""
        return self.task.objective

    @property
    def limits(self) -> Limits:
        """What an answer must keep to, as the model takes it."""
        return self.task.limits

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """What the instance was made from: municipalities, demand and sites, by these names."""
        municipalities = self.inputs.municipalities
        return {"municipalities": municipalities, "demand": self.demand, "sites": self.sites}

    @property
    def present(self) -> Ints:
        """Indices of the offices that are open before."""
        return np.flatnonzero(self.sites["existing"] & self.sites["allowed"])


def build_problem(  # noqa: PLR0913 - all that a run has read comes together here
    file: ScenarioFile,
    inputs: Inputs,
    network: RoadNetwork,
    times: TravelTimes,
    too_near: Bools,
    *,
    costs: Costs,
    files: Mapping[str, Path],
    seconds: Mapping[str, float],
) -> Problem:
    """Make the instance; no candidate that is too near to an office may open unless named."""
    scenario, minutes, asked = file.scenario, times.minutes, file.scenario.solver
    demand = _with_regions(inputs.demand, inputs.municipalities)
    candidates = _with_staff(scenario, inputs, demand, minutes, costs)
    barred = too_near & ~candidates["locality_code"].isin(inputs.named)
    candidates = candidates.assign(allowed=~candidates["excluded"] & ~barred)
    sites = _with_closing(_sites(candidates, inputs), inputs, scenario.closing)
    sites = _with_money(sites, costs, scenario.closing)
    reached = np.diff(minutes[:, np.flatnonzero(sites["allowed"])].indptr) > 0
    counted = _counted(file, demand, reached, inputs.weights)
    instance = _instance(sites, demand, minutes, counted)
    limits = limits_of(scenario, inputs, sites, costs)
    solver = Solver(asked.name, threads=asked.threads)
    task = Task(instance, objective_of(scenario), limits, solver, asked.time_limit_s, asked.gap)
    what_was_read = (file, inputs, network, times, costs, files, seconds)
    return Problem(*what_was_read, sites, demand, minutes, task)


def _counted(file: ScenarioFile, demand: pd.DataFrame, reached: Bools, weights: Floats) -> Floats:
    """The people who count where all must be served: whom nothing reaches is told or left out."""
    cut_off = (weights > 0) & ~reached
    asked, rule = file.scenario.objective, file.scenario.network.unreachable
    if not cut_off.any() or {each.kind for each in asked.order or (asked,)} <= {"coverage", "cost"}:
        return weights
    ids, people = demand.loc[cut_off, "demand_id"].tolist(), f"{weights[cut_off].sum():,.0f} people"
    shown = ", ".join([*ids[:_SHOWN], *["…"] * (len(ids) > _SHOWN)])
    problem = f"{people} at {len(ids):,} places reach no office or candidate: {shown}"
    if rule == "leave_out":
        _LOG.warning("%s, so they are left out", problem)
        return np.where(cut_off, 0.0, weights)
    raise InputError([Fault(str(file.path), "network.unreachable", rule, problem, _LEAVE_OUT)])


_SHOWN = 5
_LOG = logging.getLogger("siting")
_LEAVE_OUT = 'Correct positions, roads or times, or write network.unreachable = "leave_out".'


def _with_staff(
    scenario: Scenario, inputs: Inputs, demand: pd.DataFrame, minutes: csr_array, costs: Costs
) -> pd.DataFrame:
    """The candidates with the staff that each gets by the rule, unless their table says it."""
    candidates, offices = inputs.candidates, inputs.offices
    roads, own = scenario.network, scenario.travel_times.file
    shipped_times = (roads.source, roads.speeds, own) == ("shipped", SpeedTable(), None)
    codes, rule = candidates["municipality_code"], costs.staff_rule
    if inputs.shipped_people and shipped_times:
        return candidates.assign(staff=staff_by_rule(candidates["busiest"].to_numpy(), codes, rule))
    opened = np.append(~offices["shut"].to_numpy(), np.zeros(len(candidates), dtype=np.bool_))
    people = demand["people"].to_numpy(dtype=np.float64)
    nearer = people_nearer(people, nearest_minutes(minutes, opened), minutes)[len(offices) :]
    staff = staff_by_rule(nearer, codes, rule)
    if inputs.keeps_staff:
        staff = candidates["staff"].where(candidates["staff"] > 0, staff).to_numpy()
    return candidates.assign(staff=staff)


def dense(times: csr_array) -> Floats:
    """Travel times as a full matrix, inf where there is no way."""
    minutes = np.full(times.shape, np.inf)
    pairs = times.tocoo()
    minutes[pairs.row, pairs.col] = pairs.data
    return minutes


def _with_regions(table: pd.DataFrame, municipalities: pd.DataFrame) -> pd.DataFrame:
    """Add the names and codes of municipality, county and FA region."""
    columns = [column for column in COLUMN_OF_SOURCE if column != "code"]
    regions = municipalities.set_index("code")[columns].rename(columns=COLUMN_OF_SOURCE)
    kept = table.drop(columns=["municipality"], errors="ignore")
    return kept.join(regions, on="municipality_code", validate="many_to_one")


_SITE_COLUMNS = [
    *("code", "place", "municipality_code", "lon", "lat"),
    *("existing", "allowed", "forced", "evidence", "staff"),
    *("annual_cost_msek", "one_off_cost_msek", "capacity"),
]


def _sites(candidates: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    offices = inputs.offices
    existing = offices.rename(columns={"office_id": "code", "office": "place"}).assign(
        existing=True, allowed=~offices["shut"], staff=0, forced=False
    )
    new = candidates.rename(columns={"locality_code": "code", "locality": "place"}).assign(
        existing=False, forced=candidates["locality_code"].isin(inputs.forced)
    )
    both = pd.concat([existing, new], ignore_index=True).reindex(columns=_SITE_COLUMNS)
    both = both.assign(evidence=both["evidence"].astype(object).fillna(""))
    sites = _with_regions(both, inputs.municipalities)
    seats = seat_codes(inputs.municipalities, inputs.candidates)
    return sites.assign(category=np.where(sites["code"].isin(seats), "seat", "other"))


def staying_open(scenario: Scenario, inputs: Inputs) -> StayingOpen:
    """Which offices are there for everybody, whatever the answer is."""
    closable = _sole_and_closable(inputs, scenario.closing)[1]
    stays = ~inputs.offices["shut"].to_numpy() & ~closable
    room = inputs.offices.get("capacity", default=pd.Series(np.nan, inputs.offices.index))
    full = room.notna().to_numpy() | (scenario.capacity.existing_people is not None)
    none = np.zeros(len(inputs.candidates), dtype=np.bool_)
    always, others = (np.append(each & ~full, none) for each in (stays, closable))
    return StayingOpen(always, others, scenario.closing.max)


def _sole_and_closable(inputs: Inputs, closing: ClosingTable) -> tuple[Bools, Bools]:
    """Which offices are the only one of their municipality, and which may close."""
    offices, present = inputs.offices, ~inputs.offices["shut"]
    in_municipality = present.groupby(offices["municipality_code"]).transform("sum")
    sole = present & (in_municipality == 1)
    closable = (sole if closing.only_sole_offices else present) & (closing.max > 0)
    kept = offices["office_id"].isin(inputs.keep)
    return sole.to_numpy(), (closable & ~kept).to_numpy()


def _with_closing(sites: pd.DataFrame, inputs: Inputs, closing: ClosingTable) -> pd.DataFrame:
    """Say which existing offices may close, and which is the only one of its municipality."""
    none = np.zeros(len(inputs.candidates), dtype=np.bool_)
    sole, may_close = (np.append(each, none) for each in _sole_and_closable(inputs, closing))
    return sites.assign(sole=sole, may_close=may_close)


def _with_money(sites: pd.DataFrame, costs: Costs, closing: ClosingTable) -> pd.DataFrame:
    """What candidates cost, by their file or else by their staff; closing an office saves.

    Existing offices cost nothing in the budgets, which are for new ones.
    """
    staff = sites["staff"].to_numpy(dtype=np.int64)
    saving = np.where(sites["may_close"], closing.saving_msek_per_office, 0.0)
    annual = sites["annual_cost_msek"].astype(float).fillna(pd.Series(costs.annual_msek(staff)))
    one_off = sites["one_off_cost_msek"].astype(float).fillna(pd.Series(costs.one_off_msek(staff)))
    return sites.assign(
        annual_cost_msek=np.where(sites["existing"], saving, annual),
        one_off_cost_msek=np.where(sites["existing"], 0.0, one_off),
    )


SITE_GROUPS = {name: level.code for name, level in LEVELS.items()} | {"category": "category"}
"""The groupings of sites, and the column of each."""


def _instance(
    sites: pd.DataFrame, demand: pd.DataFrame, minutes: csr_array, weights: Floats
) -> Instance:
    allowed = np.flatnonzero(sites["allowed"])
    chosen = sites.iloc[allowed]
    of_people = {name: level.code for name, level in LEVELS.items() if level.name}
    return Instance.from_matrix(
        minutes[:, allowed],
        weights,
        existing=chosen["existing"].to_numpy(),
        annual_cost=chosen["annual_cost_msek"].to_numpy(),
        one_off_cost=chosen["one_off_cost_msek"].to_numpy(),
        client_ids=tuple(demand["demand_id"]),
        site_ids=tuple(chosen["code"]),
        site_groups={name: tuple(chosen[column]) for name, column in SITE_GROUPS.items()},
        client_groups={name: tuple(demand[column]) for name, column in of_people.items()},
    )
