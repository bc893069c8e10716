"""The tables as one scenario wants them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from siting.errors import Fault, InputError
from siting.inputs.area import municipalities_in_area
from siting.inputs.candidates import as_candidates, candidate_places
from siting.inputs.names import OfficeFinder, PlaceFinder, find_all
from siting.inputs.schema import OWN_OFFICES
from siting.inputs.tables import read_checked, read_table
from siting.types import Floats, Points

SHIPPED_OFFICES = ("offices_2019",)


@dataclass(frozen=True)
class Choice:
    """What a scenario says about the tables.

    Parameters
    ----------
    file : Path
        The scenario file; paths are relative to its folder.
    weight : str
        population, age_75_plus or no_tertiary.
    existing : str
        A shipped office table, or a path.
    open, shut, keep, include, exclude : tuple of str
        Names or codes.
    min_population : int
        Residents from which a locality is a candidate.
    counties, municipalities : tuple of str
        What the scenario is limited to; the whole country where both are empty.
    """

    file: Path
    weight: str
    existing: str
    open: tuple[str, ...]
    shut: tuple[str, ...]
    keep: tuple[str, ...]
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    min_population: int
    counties: tuple[str, ...] = ()
    municipalities: tuple[str, ...] = ()


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
    files: Mapping[str, Path]


def points(table: pd.DataFrame, key: str) -> Points:
    """The positions of a table's rows, labelled by one of its columns."""
    lon, lat = table["lon"].to_numpy(dtype=float), table["lat"].to_numpy(dtype=float)
    return Points(tuple(table[key]), lon, lat)


def select_inputs(choice: Choice, folder: Path) -> tuple[Inputs, tuple[Fault, ...]]:
    """Read the tables and carry out what the scenario says about them.

    Parameters
    ----------
    choice : Choice
        What the scenario says.
    folder : Path
        The data folder.

    Returns
    -------
    Inputs
        With every name that could be found.
    tuple of Fault
        One for each that could not.

    Raises
    ------
    InputError
        If a table of the data folder is at fault.
    """
    tables = {
        name: read_table(name, folder)
        for name in ("municipalities", "localities", "demand", "candidates")
    }
    municipalities = tables["municipalities"]
    offices, office_path, faults = _offices(choice, folder, municipalities)
    finder, file = OfficeFinder(offices), str(choice.file)
    area, outside = municipalities_in_area(
        municipalities, choice.counties, choice.municipalities, file
    )
    inside = {name: _within(tables[name], area) for name in ("localities", "demand")}
    candidates, named, forced, more = _candidates(
        choice, {**tables, **inside, "municipalities": area}
    )
    shut, unknown = find_all(choice.shut, finder, file, "offices.shut")
    keep, also_unknown = find_all(choice.keep, finder, file, "closing.keep")
    files = {f"{name}.csv": folder / f"{name}.csv" for name in tables}
    inputs = Inputs(
        municipalities=municipalities,
        demand=inside["demand"],
        weights=_weights(inside["demand"], municipalities, choice.weight),
        offices=offices.assign(shut=offices["office_id"].isin(shut)),
        candidates=candidates,
        forced=forced,
        named=named,
        keep=keep,
        shipped_staff=choice.existing in SHIPPED_OFFICES and bool(candidates["staff"].gt(0).all()),
        files=files | {office_path.name: office_path},
    )
    return inputs, (*faults, *outside, *more, *unknown, *also_unknown)


def _within(table: pd.DataFrame, area: pd.DataFrame) -> pd.DataFrame:
    return table[table["municipality_code"].isin(area["code"])].reset_index(drop=True)


def _offices(
    choice: Choice, folder: Path, municipalities: pd.DataFrame
) -> tuple[pd.DataFrame, Path, list[Fault]]:
    if choice.existing in SHIPPED_OFFICES:
        path = folder / f"{choice.existing}.csv"
        return read_table(choice.existing, folder), path, []
    path = choice.file.parent / choice.existing
    try:
        offices = read_checked(path, OWN_OFFICES)
    except InputError as error:
        stand_in = read_table(SHIPPED_OFFICES[0], folder)
        return stand_in, path, list(error.faults)
    strange = offices[~offices["municipality_code"].isin(municipalities["code"])]
    faults = [
        Fault(
            str(path),
            f"row {int(str(row)) + 2}, column municipality_code",
            code,
            "there is no such municipality",
            "data/municipalities.csv lists the codes.",
        )
        for row, code in strange["municipality_code"].items()
    ]
    return offices, path, faults


def _candidates(
    choice: Choice, tables: Mapping[str, pd.DataFrame]
) -> tuple[pd.DataFrame, tuple[str, ...], tuple[str, ...], list[Fault]]:
    """Candidates after include and exclude, the named and the forced ones, and faults."""
    municipalities, localities = tables["municipalities"], tables["localities"]
    places = candidate_places(municipalities, localities, choice.min_population)
    anywhere = pd.concat([places, as_candidates(localities)]).drop_duplicates("locality_code")
    file = str(choice.file)

    def find(names: tuple[str, ...], table: pd.DataFrame, key: str) -> tuple[str, ...]:
        codes, unknown = find_all(names, PlaceFinder(table, municipalities), file, key)
        faults.extend(unknown)
        return codes

    faults: list[Fault] = []
    included = find(choice.include, anywhere, "candidates.include")
    kept = anywhere["locality_code"].isin([*places["locality_code"], *included])
    places = anywhere[kept].sort_values(["municipality_code", "locality_code"])
    excluded = find(choice.exclude, places, "candidates.exclude")
    forced = find(choice.open, places, "offices.open")
    faults += _both(file, forced, excluded, places)
    shipped = tables["candidates"].set_index("locality_code")["staff"]
    staff = places["locality_code"].map(shipped).fillna(0).astype("int64")
    places = places.assign(staff=staff, excluded=places["locality_code"].isin(excluded))
    return places.reset_index(drop=True), (*included, *forced), forced, faults


def _both(
    file: str,
    forced: tuple[str, ...],
    excluded: tuple[str, ...],
    places: pd.DataFrame,
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
    if weight == "population":
        return people
    by_code = municipalities.set_index("code")
    share = {
        "age_75_plus": by_code["share_75plus_2017"],
        "no_tertiary": 1 - by_code["share_tertiary_2017"],
    }[weight]
    weights: Floats = people * demand["municipality_code"].map(share).to_numpy(dtype=float)
    return weights
