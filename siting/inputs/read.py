"""Where the tables of a scenario come from: those that ship, or files of the user's."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from siting.common.errors import Fault, InputError, gathering, near_matches, refuse_all
from siting.common.levels import COLUMN_OF_SOURCE, LEVELS
from siting.common.tables.columns import check_columns, read_columns
from siting.common.tables.file import AnyTable, TableFile, shortened
from siting.common.tables.hints import cell, lost_zero, without_decimals, zero_remedy
from siting.common.tables.read import read_cells
from siting.inputs import schema
from siting.inputs.boundaries import in_municipalities
from siting.inputs.candidates import every_place
from siting.inputs.demand import COLUMNS
from siting.inputs.grid import as_demand
from siting.inputs.names import Finder
from siting.inputs.placing import heads_of, place_offices
from siting.inputs.positions import POSITION, position_columns, with_degrees
from siting.scenario.file import ScenarioFile
from siting.scenario.paths import SHIPPED_OFFICES, named_files, own_tables

# Positions as near as this to a municipality of Sweden count as in it.
_AT_SEA_KM = 5.0


@dataclass(frozen=True)
class UserFiles:
    """The user's files for Sweden, or for another country.

    Parameters
    ----------
    municipalities : DataFrame
        code and more: those that the files may name.
    source : str
        Where these are listed.
    outside_sweden : bool
        Whether it is another country.
    localities : callable, optional
        Gives those that offices may be placed in by name.
    placed : list of str
        Where offices that were given by name lie.
    """

    municipalities: pd.DataFrame
    source: str
    outside_sweden: bool = field(kw_only=True)
    localities: Callable[[], pd.DataFrame] | None = None
    placed: list[str] = field(default_factory=list)

    @property
    def _bounds(self) -> schema.Bounds:
        return schema.EARTH if self.outside_sweden else schema.SWEDEN

    def demand(self, file: AnyTable) -> pd.DataFrame:
        """Demand points, in the columns of data/demand.csv; those without people are left out."""
        table = self._read(file, schema.demand_columns(self._bounds))
        table = table[table["people"] > 0].reset_index(drop=True)
        if table.empty:
            problem, remedy = "nobody lives there", "Give people for at least one row."
            raise InputError([Fault(str(file), "column people", 0, problem, remedy)])
        if (table["people"] % 1 == 0).all():
            table = table.astype({"people": np.int64})
        defaults = {"name": table["id"], "kind": "own", "inside_minutes": 0.0}
        table = _with_defaults(table, defaults).rename(columns={"id": "demand_id"})
        return table[COLUMNS]

    def offices(self, file: AnyTable) -> pd.DataFrame:
        """Existing offices, by their positions or by the names of municipality and locality."""
        columns, known = schema.office_columns(self._bounds), self.municipalities
        raw = read_cells(file, choose=lambda header: {*columns, *heads_of(header).values()})
        heads, given = heads_of(raw.header), position_columns(raw.header)
        whole = ("office_id" in raw.header and given) or not {*heads} - {"office"}
        if whole or self.localities is None:
            return self._read(file, columns)
        table = check_columns(raw, schema.named_office_columns(heads), file)
        places = every_place(known, self.localities())
        finder = Finder(str(file), known, known["code"], places, self.source)
        table, told = place_offices(table, heads, finder)
        refuse_all(shortened(finder.faults, file))
        self.placed.extend(told)
        return table.reset_index(drop=True)

    def candidates(self, file: AnyTable) -> pd.DataFrame:
        """Candidates, in the columns of `siting.inputs.candidates` and with staff and costs.

        Population and staff are 0, costs and capacity NaN where the file gives none.
        """
        table = self._read(file, schema.candidate_columns(self._bounds))
        costs = dict.fromkeys(("annual_cost_msek", "one_off_cost_msek", "capacity"), np.nan)
        defaults = {"population": 0.0, "staff": 0.0, **costs}
        table = _with_defaults(table, defaults).fillna({"staff": 0.0})
        whole = table.astype({"population": np.int64, "staff": np.int64})
        names = {"id": "locality_code", "name": "locality"}
        columns = [*names.values(), "municipality_code", "lon", "lat", *defaults]
        return whole.rename(columns=names)[columns]

    def _read(self, file: AnyTable, columns: schema.Columns) -> pd.DataFrame:
        wanted, faults = {*columns}, list[Fault]()
        raw = read_cells(file, choose=lambda header: wanted.union(position_columns(header)))
        with gathering(faults):
            raw = with_degrees(raw, file, self._bounds)
        if faults:
            others = {name: spec for name, spec in columns.items() if name not in POSITION}
            with gathering(faults):
                check_columns(raw, others, file)
            raise InputError(faults)
        return self._placed(file, check_columns(raw, columns, file)).reset_index(drop=True)

    def _placed(self, file: AnyTable, table: pd.DataFrame) -> pd.DataFrame:
        """Make sure that every row has a municipality that there is."""
        if "municipality_code" in table:
            refuse_all(shortened(self._strange(file, table["municipality_code"]), file))
            return table
        if self.outside_sweden:
            problem = f"the column is missing; {self.source} lists the codes"
            remedy = "Add a column named municipality_code."
            raise InputError([Fault(str(file), "column municipality_code", None, problem, remedy)])
        placed = in_municipalities(table, _AT_SEA_KM)
        refuse_all(shortened(_outside(file, placed), file))
        return placed

    def _strange(self, file: AnyTable, codes: "pd.Series[str]") -> Iterator[Fault]:
        known = list(self.municipalities["code"])
        for row, code in codes[~codes.isin(known)].items():
            meant = lost_zero(code, known)
            remedy = near_matches(code, known) or f"{self.source} lists the codes."
            if meant is not None:
                # The zero may have been lost in the list of municipalities instead.
                ours = len(meant) > len(without_decimals(code))
                remedy = zero_remedy(meant if ours else code)
                remedy += "" if ours else f" It is {self.source} that lacks it."
            problem = "there is no such municipality"
            yield Fault(str(file), cell(row, "municipality_code"), code, problem, remedy)


def read_regions(file: AnyTable) -> pd.DataFrame:
    """Municipalities, in the columns of data/municipalities.csv and with county_code.

    Texts of levels that the file does not have are "", positions of seats NaN.
    """
    table = read_columns(file, schema.region_columns())
    refuse_all(_halves(file, table))
    texts = dict.fromkeys(COLUMN_OF_SOURCE.values(), "")
    table = _with_defaults(table, {**texts, "seat_lon": np.nan, "seat_lat": np.nan})
    sources = {column: source for source, column in COLUMN_OF_SOURCE.items()}
    return table.rename(columns=sources)[[*COLUMN_OF_SOURCE, "seat_lon", "seat_lat"]]


def _halves(file: AnyTable, table: pd.DataFrame) -> Iterator[Fault]:
    for pair in schema.OPTIONAL_LEVELS.values():
        for name, other in zip(pair, reversed(pair), strict=True):
            if name not in table and other in table:
                problem = f"the column is missing, and {other} stands without it"
                remedy = f"Add a column named {name}, or leave {other} out."
                yield Fault(str(file), f"column {name}", None, problem, remedy)


def _with_defaults(table: pd.DataFrame, defaults: Mapping[str, Any]) -> pd.DataFrame:
    return table.assign(**{name: value for name, value in defaults.items() if name not in table})


def _outside(file: AnyTable, placed: pd.DataFrame) -> Iterator[Fault]:
    lost = placed[placed["municipality_code"].isna()]
    for row, lon, lat in lost[["lon", "lat"]].itertuples():
        problem = f"lies more than {_AT_SEA_KM:g} km outside every municipality of Sweden"
        remedy = "Correct it or leave it out; for another country name its [regions] file."
        yield Fault(str(file), f"row {row + 2}, columns lon, lat", (lon, lat), problem, remedy)


@dataclass(frozen=True)
class Tables:
    """The tables that a scenario chooses from.

    Parameters
    ----------
    municipalities : DataFrame
        As in data/municipalities.csv, with county_code.
    demand, offices : DataFrame
        As in data/.
    localities, shipped_candidates : DataFrame
        As in data/; empty where the candidates come from a file of the scenario's.
    user_candidates : DataFrame or None
        From `UserFiles.candidates`.
    levels : frozenset of str
        Groupings that the municipalities have, besides that of municipality.
    listed_in : str
        The file that lists the municipalities.
    shipped : bool
        Whether all of them ship, and the offices are those of 2019.
    files : mapping of str to Path
        Each file read, by the name that a manifest gives it.
    placed : tuple of str
        Where offices that were given by name lie.
    """

    municipalities: pd.DataFrame
    demand: pd.DataFrame
    offices: pd.DataFrame
    localities: pd.DataFrame
    shipped_candidates: pd.DataFrame
    user_candidates: pd.DataFrame | None
    levels: frozenset[str]
    listed_in: str
    shipped: bool
    files: Mapping[str, Path]
    placed: tuple[str, ...] = ()


type TableReader = Callable[[ScenarioFile, Path], tuple[Tables, list[Fault]]]

_KEYS = ("regions.file", "demand.file", "candidates.file", "offices.existing")
_SWEDEN = "data/municipalities.csv"


def table_files(file: ScenarioFile) -> dict[str, TableFile]:
    """The user's tables of places that a scenario names, by key."""
    return {key: table for key, table in own_tables(file).items() if key in _KEYS}


def read_tables(file: ScenarioFile, folder: Path) -> tuple[Tables, list[Fault]]:
    """Read the tables of a scenario; with faults, shipped offices stand in for the user's."""
    reader = _Reader(file, folder)
    regions = file.scenario.regions.file
    municipalities = reader.municipalities()
    user = UserFiles(
        municipalities,
        regions or _SWEDEN,
        outside_sweden=regions is not None,
        localities=None if regions else lambda: reader.shipped("localities"),
    )
    demand = reader.user("demand.file", user.demand)
    candidates = reader.user("candidates.file", user.candidates)
    fatal = bool(reader.faults)
    offices = reader.user("offices.existing", user.offices)
    if fatal or (regions and reader.faults):
        raise InputError(reader.faults)
    none = pd.DataFrame()
    if offices is None:
        wanted = file.scenario.offices.existing
        offices = reader.shipped(wanted if wanted in SHIPPED_OFFICES else SHIPPED_OFFICES[0])
    own = chain.from_iterable(table.parts for table in table_files(file).values())
    tables = Tables(
        municipalities=municipalities,
        demand=reader.people(municipalities) if demand is None else demand,
        offices=offices,
        localities=none if regions else reader.shipped("localities"),
        shipped_candidates=none if regions else reader.shipped("candidates"),
        user_candidates=candidates,
        levels=frozenset(name for name in schema.OPTIONAL_LEVELS if _has(municipalities, name)),
        listed_in=regions or _SWEDEN,
        shipped=not table_files(file)
        and file.scenario.offices.existing == SHIPPED_OFFICES[0]
        and file.scenario.demand.points == "localities",
        files=with_user_files(reader.used, *own),
        placed=tuple(user.placed),
    )
    return tables, reader.faults


def with_user_files(files: Mapping[str, Path], *added: Path) -> dict[str, Path]:
    """Add files of the user's; one that bears the name of another is told from it by "own/"."""
    named = dict(files)
    for path in added:
        name = path.name
        while name in named and named[name] != path:
            name = f"own/{name}"
        named[name] = path
    return named


class _Reader:
    """Reads tables, and keeps which of those that ship were used and what is wrong with the others.

    Parameters
    ----------
    file : ScenarioFile
        Names the user's tables.
    folder : Path
        Of the tables that ship.
    """

    def __init__(self, file: ScenarioFile, folder: Path) -> None:
        self._file = file
        self._folder = folder
        self.used: dict[str, Path] = {}
        self.faults: list[Fault] = []

    def municipalities(self) -> pd.DataFrame:
        """Those of Sweden, or of the file of regions, beside which every file must be named."""
        if self._file.scenario.regions.file is None:
            plain = self.shipped("municipalities")
            return plain.assign(county_code=plain["code"].str[:2])
        municipalities = self.user("regions.file", read_regions)
        if municipalities is None:
            raise InputError(self.faults)
        problem = "regions.file is given, so no table of Sweden is used"
        remedy = "Name a file; docs/own_files.md says what stands in it."
        self.faults += [
            Fault(str(self._file.path), key, None, problem, remedy)
            for key in _KEYS
            if key not in table_files(self._file)
        ]
        return municipalities

    def people(self, municipalities: pd.DataFrame) -> pd.DataFrame:
        """Where people live, of the tables that ship."""
        if self._file.scenario.demand.points == "localities":
            return self.shipped("demand")
        return as_demand(self.shipped("demand_grid_1km"), municipalities)

    def shipped(self, name: str) -> pd.DataFrame:
        """A table that ships."""
        path = schema.table_path(name, self._folder)
        self.used[path.name] = path
        return schema.read_table(name, self._folder)

    def user(self, key: str, read: Callable[[TableFile], pd.DataFrame]) -> pd.DataFrame | None:
        """A table of the user's; None where there is none, or something is wrong with it."""
        table = table_files(self._file).get(key)
        if table is None:
            return None
        if _is_missing(table.path):
            name = named_files(self._file.scenario)[key]
            remedy = "Write a path relative to the scenario file, with / between folders."
            fault = Fault(str(self._file.path), key, name, "there is no such file", remedy)
            self.faults.append(fault)
            return None
        with gathering(self.faults):
            return read(table)
        return None


def _is_missing(path: Path) -> bool:
    """Whether nothing stands there; what else keeps a file from being read its reader tells."""
    try:
        path.stat()
    except OSError as error:
        return isinstance(error, FileNotFoundError | NotADirectoryError)
    return False


def _has(municipalities: pd.DataFrame, level: str) -> bool:
    if level in LEVELS:
        return bool((municipalities[LEVELS[level].source] != "").all())
    return bool(municipalities["seat_lon"].notna().all())
