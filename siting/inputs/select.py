"""The tables as one scenario wants them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from siting.common.errors import Fault, near_matches
from siting.common.tables.hints import lost_zero, zero_remedy
from siting.common.types import Floats, Points
from siting.inputs.candidates import as_candidates, candidate_places
from siting.inputs.names import OfficeFinder, PlaceFinder, find_all
from siting.inputs.read import TableReader, Tables, Wanted, read_tables


def municipalities_in_area(
    municipalities: pd.DataFrame,
    counties: Sequence[str],
    names: Sequence[str],
    files: tuple[str, str],
) -> tuple[pd.DataFrame, tuple[Fault, ...]]:
    """Rows of the municipalities that counties and names mean."""
    wanted = (
        ("area.counties", counties, ("county", "county_code")),
        ("area.municipalities", names, ("name", "code")),
    )
    chosen = pd.Series(data=False, index=municipalities.index)
    faults: list[Fault] = []
    for key, items, columns in wanted:
        for column in columns:
            chosen |= municipalities[column].isin(items)
        faults += _unknown(items, municipalities[list(columns)], files, key)
    area = municipalities[chosen] if chosen.any() else municipalities
    return area, tuple(faults)


def _unknown(
    items: Sequence[str], known: pd.DataFrame, files: tuple[str, str], key: str
) -> Iterator[Fault]:
    file, listed_in = files
    labels = {str(label) for column in known for label in known[column]}
    for item in items:
        if item not in labels:
            meant = lost_zero(item, sorted(labels))
            remedy = near_matches(item, sorted(labels)) or f"{listed_in} lists them."
            remedy = remedy if meant is None else zero_remedy(meant, typed=True)
            yield Fault(file, key, item, "there is none of that name or code", remedy)


@dataclass(frozen=True)
class Choice:
    """What a scenario says about the tables.

    Parameters
    ----------
    wanted : Wanted
        The files it names.
    weight : str
        population, age_75_plus or no_tertiary.
    open, shut, keep, include, exclude : tuple of str
        Names or codes.
    min_population : int
        Residents from which a locality is a candidate.
    counties, municipalities : tuple of str
        What the scenario is limited to; the whole country where both are empty.
    """

    wanted: Wanted
    weight: str
    open: tuple[str, ...]
    shut: tuple[str, ...]
    keep: tuple[str, ...]
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    min_population: int
    counties: tuple[str, ...] = ()
    municipalities: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """The scenario, as faults name it."""
        return str(self.wanted.file)


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
    choice: Choice, folder: Path, read: TableReader = read_tables
) -> tuple[Inputs, tuple[Fault, ...]]:
    """Read the tables and carry out what the scenario says about them."""
    tables, faults = read(choice.wanted, folder)
    finder = OfficeFinder(tables.offices)
    area, outside = municipalities_in_area(
        tables.municipalities,
        choice.counties,
        choice.municipalities,
        (choice.file, tables.listed_in),
    )
    inside = _within(tables, area)
    candidates, named, forced, more = _candidates(choice, inside, area)
    shut, unknown = find_all(choice.shut, finder, choice.file, "offices.shut")
    keep, also_unknown = find_all(choice.keep, finder, choice.file, "closing.keep")
    offices = tables.offices
    inputs = Inputs(
        municipalities=tables.municipalities,
        demand=inside.demand,
        weights=_weights(inside.demand, tables.municipalities, choice.weight),
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
    every = (*faults, *outside, *more, *unknown, *also_unknown, *_same_code(choice, inputs))
    return inputs, every


def _within(tables: Tables, area: pd.DataFrame) -> Tables:
    """The tables without the people and places outside; offices stay."""

    def cut(table: pd.DataFrame) -> pd.DataFrame:
        if "municipality_code" not in table:
            return table
        return table[table["municipality_code"].isin(area["code"])].reset_index(drop=True)

    own = tables.user_candidates
    return replace(
        tables,
        demand=cut(tables.demand),
        localities=cut(tables.localities),
        user_candidates=None if own is None else cut(own),
    )


def _candidates(
    choice: Choice, tables: Tables, area: pd.DataFrame
) -> tuple[pd.DataFrame, tuple[str, ...], tuple[str, ...], list[Fault]]:
    """Candidates after include and exclude, the named and the forced ones, and faults."""
    places, anywhere = _places(choice, tables, area)

    def find(names: tuple[str, ...], table: pd.DataFrame, key: str) -> tuple[str, ...]:
        codes, unknown = find_all(names, PlaceFinder(table, area), choice.file, key)
        faults.extend(unknown)
        return codes

    faults: list[Fault] = []
    included = find(choice.include, anywhere, "candidates.include")
    kept = anywhere["locality_code"].isin([*places["locality_code"], *included])
    places = anywhere[kept].sort_values(["municipality_code", "locality_code"])
    excluded = find(choice.exclude, places, "candidates.exclude")
    forced = find(choice.open, places, "offices.open")
    faults += _both(choice.file, forced, excluded, places)
    places = places.assign(excluded=places["locality_code"].isin(excluded))
    return places.reset_index(drop=True), (*included, *forced), forced, faults


def _places(
    choice: Choice, tables: Tables, area: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The candidates by size, and all places that a scenario may name; staff 0 is by the rule."""
    if tables.user_candidates is not None:
        return tables.user_candidates, tables.user_candidates
    places = candidate_places(area, tables.localities, choice.min_population)
    anywhere = pd.concat([places, as_candidates(tables.localities)])
    staff = tables.shipped_candidates.set_index("locality_code")["staff"]
    known = anywhere["locality_code"].map(staff).fillna(0).astype("int64")
    return places, anywhere.assign(staff=known).drop_duplicates("locality_code")


def _same_code(choice: Choice, inputs: Inputs) -> list[Fault]:
    """Candidates that bear the id of an office."""
    codes = inputs.candidates["locality_code"]
    problem, remedy = "is the id of an existing office too", "Give one of them another id."
    return [
        Fault(choice.file, "candidates.file", code, problem, remedy)
        for code in codes[codes.isin(inputs.offices["office_id"])]
    ]


def _both(
    file: str, forced: tuple[str, ...], excluded: tuple[str, ...], places: pd.DataFrame
) -> list[Fault]:
    names = places.set_index("locality_code")["locality"]
    return [
        Fault(
            file,
            "candidates.exclude",
            names[code],
            "it is forced open in offices.open",
            "Take it out of one of the two.",
        )
        for code in forced
        if code in excluded
    ]


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
