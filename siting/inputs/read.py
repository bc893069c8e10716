"""Where the tables of a scenario come from: those that ship, or files of the user's."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from siting.common.errors import Fault, InputError
from siting.common.levels import LEVELS
from siting.inputs.schema import OPTIONAL_LEVELS, read_table
from siting.inputs.user_tables import Read, UserFiles, read_regions
from siting.scenario.file import ScenarioFile
from siting.scenario.paths import SHIPPED_OFFICES, named_files


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
        From `siting.inputs.user_tables.UserFiles.candidates`.
    levels : frozenset of str
        Groupings that the municipalities have, besides that of municipality.
    listed_in : str
        The file that lists the municipalities.
    shipped : bool
        Whether all of them ship.
    files : mapping of str to Path
        Each file read, by the name that a manifest gives it.
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


type TableReader = Callable[[ScenarioFile, Path], tuple[Tables, list[Fault]]]

_KEYS = ("regions.file", "demand.file", "candidates.file", "offices.existing")
_SWEDEN = "data/municipalities.csv"


def table_files(file: ScenarioFile) -> dict[str, Path]:
    """The user's tables that a scenario names, by key."""
    named = named_files(file.scenario)
    return {key: file.path.parent / named[key] for key in _KEYS if key in named}


def read_tables(file: ScenarioFile, folder: Path) -> tuple[Tables, list[Fault]]:
    """Read the tables of a scenario; with faults, shipped offices stand in for the user's."""
    reader = _Reader(file, folder)
    regions = file.scenario.regions.file
    municipalities = reader.municipalities()
    user = UserFiles(municipalities, regions or _SWEDEN, outside_sweden=regions is not None)
    demand = reader.user("demand.file", user.demand)
    candidates = reader.user("candidates.file", user.candidates)
    fatal = bool(reader.faults)
    offices = reader.user("offices.existing", user.offices)
    if fatal or (regions and reader.faults):
        raise InputError(reader.faults)
    none = pd.DataFrame()
    if offices is None:
        offices = reader.shipped(SHIPPED_OFFICES[0])
    tables = Tables(
        municipalities=municipalities,
        demand=reader.shipped("demand") if demand is None else demand,
        offices=offices,
        localities=none if regions else reader.shipped("localities"),
        shipped_candidates=none if regions else reader.shipped("candidates"),
        user_candidates=candidates,
        levels=frozenset(name for name in OPTIONAL_LEVELS if _has(municipalities, name)),
        listed_in=regions or _SWEDEN,
        shipped=not table_files(file),
        files=with_user_files(reader.used, *table_files(file).values()),
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

    def shipped(self, name: str) -> pd.DataFrame:
        """A table that ships."""
        self.used[f"{name}.csv"] = self._folder / f"{name}.csv"
        return read_table(name, self._folder)

    def user(self, key: str, read: Callable[[Path], Read]) -> pd.DataFrame | None:
        """A table of the user's; None where there is none, or something is wrong with it."""
        path = table_files(self._file).get(key)
        if path is None:
            return None
        if _is_missing(path):
            name = named_files(self._file.scenario)[key]
            remedy = "Write a path relative to the scenario file."
            fault = Fault(str(self._file.path), key, name, "there is no such file", remedy)
            self.faults.append(fault)
            return None
        table, found = read(path)
        self.faults += found
        return table


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
