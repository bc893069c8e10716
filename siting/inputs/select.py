"""The tables as one scenario wants them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import pandas as pd

from siting.common.errors import Fault
from siting.common.levels import LEVELS
from siting.common.types import Floats, Points
from siting.inputs.candidates import as_candidates, candidate_places
from siting.inputs.names import OFFICE_NAMES, Finder
from siting.inputs.read import TableReader, Tables, read_tables
from siting.scenario.file import ScenarioFile
from siting.scenario.schema import Area, QuotaTable


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
    shipped_people : bool
        Whether the people nearer to the busiest candidate of each municipality that ship (column
        `busiest`) hold for this selection.
    keeps_staff : bool
        Whether staff above 0 in the table of candidates holds whatever the rule gives.
    any_of : tuple of str
        Codes of municipalities that must have an office.
    labels : tuple of tuple of str
        Codes of the groups of each quota.
    meanings : tuple of str
        Where offices that were given by name lie, and what the names of municipalities mean.
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
    any_of: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    meanings: tuple[str, ...]
    shipped_people: bool
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
    own, every, offices = tables.user_candidates, tables.municipalities, tables.offices
    places = as_candidates(tables.localities) if own is None else own
    finder = Finder(path, every, every["code"], places, tables.listed_in)
    area, wanted = _area(scenario.area, finder), scenario.offices
    finder, inside = replace(finder, within=area["code"]), _within(tables, area)
    candidates, named, forced = _candidates(file, inside, area, finder)
    counting = replace(finder, candidates=candidates)
    _area(scenario.area, replace(counting, faults=[]))
    known = offices.rename(columns=OFFICE_NAMES)
    shut = finder.places(wanted.shut, "offices.shut", known, "office")
    inputs = Inputs(
        municipalities=every,
        demand=inside.demand,
        weights=_weights(inside.demand, every, scenario.demand.weight),
        offices=offices.assign(shut=offices["office_id"].isin(shut)),
        candidates=candidates,
        forced=forced,
        named=named,
        keep=finder.places(scenario.closing.keep, "closing.keep", known, "office"),
        any_of=tuple(finder.regions(wanted.any_of, "offices.any_of", ("code", "name"))["code"]),
        labels=tuple(_labels(scenario.limits.quotas, counting)),
        meanings=(*tables.placed, *finder.meanings),
        shipped_people=tables.shipped and not shut and bool(candidates["busiest"].notna().all()),
        keeps_staff=tables.user_candidates is not None,
        levels=tables.levels,
        files=tables.files,
    )
    return inputs, (*faults, *finder.faults, *_same_code(path, inputs))


def _area(wanted: Area, finder: Finder) -> pd.DataFrame:
    """The municipalities that a scenario is about."""
    every = finder.municipalities
    counties = finder.regions(wanted.counties, "area.counties", ("county", "county_code"))
    single = finder.regions(wanted.municipalities, "area.municipalities", ("name", "code"))
    chosen = every[every["code"].isin([*counties["code"], *single["code"]])]
    return every if chosen.empty else chosen


_CATEGORIES = pd.DataFrame({"code": ["seat", "other"]})


def _labels(quotas: Iterable[QuotaTable], finder: Finder) -> Iterator[tuple[str, ...]]:
    """The codes of the groups of each quota."""
    kinds = replace(finder, municipalities=_CATEGORIES, within=_CATEGORIES["code"], candidates=None)
    for number, quota in enumerate(quotas):
        known = finder if quota.group in LEVELS else kinds
        level = LEVELS.get(quota.group, LEVELS["municipality"])
        names = (level.source, level.source_name, level.source.replace("_2017", "_name_2017"))
        columns = [name for name in names if name in known.municipalities]
        key = f"limits.quotas.{number}.labels"
        found = [known.regions([label], key, columns)[level.source] for label in quota.labels]
        yield tuple(dict.fromkeys(chain.from_iterable(found)))


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
    file: ScenarioFile, tables: Tables, area: pd.DataFrame, finder: Finder
) -> tuple[pd.DataFrame, tuple[str, ...], tuple[str, ...]]:
    """Candidates after include and exclude, the named and the forced ones."""
    wanted = file.scenario.candidates
    places, anywhere = _places(wanted.min_population, tables, area)
    included = finder.places(wanted.include, "candidates.include", anywhere, "all")
    kept = anywhere["locality_code"].isin([*places["locality_code"], *included])
    places = anywhere[kept].sort_values(["municipality_code", "locality_code"])
    excluded = finder.places(wanted.exclude, "candidates.exclude", places, "all")
    forced = finder.places(file.scenario.offices.open, "offices.open", places, "place")
    places = places.assign(excluded=places["locality_code"].isin(excluded))
    problem, remedy = "it is forced open in offices.open", "Take it out of one of the two."
    both = places["excluded"] & places["locality_code"].isin(forced)
    finder.faults.extend(
        Fault(str(file.path), "candidates.exclude", name, problem, remedy)
        for name in places.loc[both, "locality"]
    )
    return places.reset_index(drop=True), (*included, *forced), forced


def _places(
    min_population: int, tables: Tables, area: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The candidates by size, and all places that a scenario may name; staff 0 is by the rule."""
    if tables.user_candidates is not None:
        return tables.user_candidates, tables.user_candidates
    places = candidate_places(area, tables.localities, min_population)
    anywhere = pd.concat([places, as_candidates(tables.localities)])
    shipped = tables.shipped_candidates
    busiest = shipped.groupby("municipality_code")["people_nearer"].transform("max")
    known = anywhere["locality_code"].map(busiest.set_axis(shipped["locality_code"]))
    return places, anywhere.assign(busiest=known).drop_duplicates("locality_code")


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
