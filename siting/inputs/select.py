"""The tables as one scenario wants them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pandas as pd

from siting.common.errors import Fault
from siting.common.types import Floats, Points
from siting.inputs.candidates import as_candidates, candidate_places
from siting.inputs.names import find_all, find_office, find_place, municipalities_in_area
from siting.inputs.read import TableReader, Tables, read_tables
from siting.scenario.file import ScenarioFile


@dataclass(frozen=True)
class Inputs:
    """Checked tables and what the scenario decided about them.

    Parameters
    ----------
    municipalities, demand : DataFrame
        The tables of those names.
    weights : ndarray of float, shape (demand points,)
        Persons whose travel counts at each demand point.
    offices : DataFrame
        The office table; column `shut` marks those that are closed from the start.
    candidates : DataFrame
        Column `excluded` marks those where no office may open. They stay in the table because
        the staff rule counts them.
    forced : tuple of str
        Codes of candidates that must open.
    named : tuple of str
        Codes of candidates that the scenario names itself.
    keep : tuple of str
        Offices that may not close.
    shipped_staff : bool
        Whether the staff that ships with the candidates holds for this selection.
    keeps_staff : bool
        Whether staff above 0 in the table of candidates holds whatever the rule gives.
    levels : frozenset of str
        Groupings that the municipalities have, besides that of municipality.
    files : mapping of str to Path
        Each file read, by the name that a manifest gives it.
    """

    municipalities: pd.DataFrame
    demand: pd.DataFrame
    weights: Floats
    offices: pd.DataFrame
    candidates: pd.DataFrame
    forced: tuple[str, ...]
    named: tuple[str, ...]
    keep: tuple[str, ...]
    shipped_staff: bool
    keeps_staff: bool
    levels: frozenset[str]
    files: Mapping[str, Path]


def points(table: pd.DataFrame, key: str) -> Points:
    """The positions of a table's rows, labelled by one of its columns."""
    lon, lat = table["lon"].to_numpy(dtype=float), table["lat"].to_numpy(dtype=float)
    return Points(tuple(table[key]), lon, lat)


def select_inputs(
    file: ScenarioFile, folder: Path, read: TableReader = read_tables
) -> tuple[Inputs, tuple[Fault, ...]]:
    """Read the tables and carry out what the scenario says about them."""
    scenario, path = file.scenario, str(file.path)
    tables, faults = read(file, folder)
    area, outside = municipalities_in_area(
        tables.municipalities, scenario.area, path, tables.listed_in
    )
    inside = _within(tables, area)
    candidates, named, forced, more = _candidates(file, inside, area)
    offices = tables.offices
    find = partial(find_office, offices=offices)
    shut, unknown = find_all(scenario.offices.shut, find, path, "offices.shut")
    keep, also_unknown = find_all(scenario.closing.keep, find, path, "closing.keep")
    inputs = Inputs(
        municipalities=tables.municipalities,
        demand=inside.demand,
        weights=_weights(inside.demand, tables.municipalities, scenario.demand.weight),
        offices=offices.assign(shut=offices["office_id"].isin(shut)),
        candidates=candidates,
        forced=forced,
        named=named,
        keep=keep,
        shipped_staff=tables.shipped and not shut and bool(candidates["staff"].gt(0).all()),
        keeps_staff=tables.user_candidates is not None,
        levels=tables.levels,
        files=tables.files,
    )
    every = (*faults, *outside, *more, *unknown, *also_unknown, *_same_code(path, inputs))
    return inputs, every


def _within(tables: Tables, area: pd.DataFrame) -> Tables:
    """The tables without the people and places outside; offices stay."""

    def cut(table: pd.DataFrame) -> pd.DataFrame:
        if "municipality_code" not in table:
            return table
        return table[table["municipality_code"].isin(area["code"])].reset_index(drop=True)

    user = tables.user_candidates
    return replace(
        tables,
        demand=cut(tables.demand),
        localities=cut(tables.localities),
        user_candidates=None if user is None else cut(user),
    )


def _candidates(
    file: ScenarioFile, tables: Tables, area: pd.DataFrame
) -> tuple[pd.DataFrame, tuple[str, ...], tuple[str, ...], list[Fault]]:
    """Candidates after include and exclude, the named and the forced ones, and faults."""
    wanted, path = file.scenario.candidates, str(file.path)
    places, anywhere = _places(wanted.min_population, tables, area)

    def find(names: tuple[str, ...], table: pd.DataFrame, key: str) -> tuple[str, ...]:
        codes, unknown = find_all(
            names, partial(find_place, places=table, municipalities=area), path, key
        )
        faults.extend(unknown)
        return codes

    faults: list[Fault] = []
    included = find(wanted.include, anywhere, "candidates.include")
    kept = anywhere["locality_code"].isin([*places["locality_code"], *included])
    places = anywhere[kept].sort_values(["municipality_code", "locality_code"])
    excluded = find(wanted.exclude, places, "candidates.exclude")
    forced = find(file.scenario.offices.open, places, "offices.open")
    places = places.assign(excluded=places["locality_code"].isin(excluded))
    problem, remedy = "it is forced open in offices.open", "Take it out of one of the two."
    both = places["excluded"] & places["locality_code"].isin(forced)
    faults += [
        Fault(path, "candidates.exclude", name, problem, remedy)
        for name in places.loc[both, "locality"]
    ]
    return places.reset_index(drop=True), (*included, *forced), forced, faults


def _places(
    min_population: int, tables: Tables, area: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The candidates by size, and all places that a scenario may name; staff 0 is by the rule."""
    if tables.user_candidates is not None:
        return tables.user_candidates, tables.user_candidates
    places = candidate_places(area, tables.localities, min_population)
    anywhere = pd.concat([places, as_candidates(tables.localities)])
    staff = tables.shipped_candidates.set_index("locality_code")["staff"]
    known = anywhere["locality_code"].map(staff).fillna(0).astype("int64")
    return places, anywhere.assign(staff=known).drop_duplicates("locality_code")


def _same_code(path: str, inputs: Inputs) -> Iterator[Fault]:
    """Candidates that bear the id of an office."""
    problem, remedy = "is the id of an existing office too", "Give one of them another id."
    codes = inputs.candidates["locality_code"]
    for code in codes[codes.isin(inputs.offices["office_id"])]:
        yield Fault(path, "candidates.file", code, problem, remedy)


def _weights(demand: pd.DataFrame, municipalities: pd.DataFrame, weight: str) -> Floats:
    """Persons who count; shares of a municipality hold for each of its demand points."""
    people = demand["people"].to_numpy(dtype=float)
    # Shares are known for Sweden only; elsewhere the checks of a scenario refuse them.
    if weight == "population" or "share_75plus_2017" not in municipalities:
        return people
    by_code = municipalities.set_index("code")
    share = {
        "age_75_plus": by_code["share_75plus_2017"],
        "no_tertiary": 1 - by_code["share_tertiary_2017"],
    }[weight]
    weights: Floats = people * demand["municipality_code"].map(share).to_numpy(dtype=float)
    return weights
