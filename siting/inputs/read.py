"""Where the tables of a scenario come from: those that ship, or files of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from siting.common.errors import Fault, InputError
from siting.inputs.schema import LEVELS, read_table
from siting.inputs.user_tables import Read, UserFiles, read_regions

SHIPPED_OFFICES = ("offices_2019",)


@dataclass(frozen=True)
class Wanted:
    """The files that a scenario names.

    Parameters
    ----------
    file : Path
        The scenario file; the others are relative to its folder.
    offices : str
        A shipped office table, or a path.
    demand, candidates, regions : str or None
        Paths; the shipped tables where not given.
    """

    file: Path
    offices: str
    demand: str | None = None
    candidates: str | None = None
    regions: str | None = None

    @property
    def named(self) -> dict[str, str | None]:
        """Each file of the scenario's own by its key; None where the shipped table is wanted."""
        return {
            "regions.file": self.regions,
            "demand.file": self.demand,
            "candidates.file": self.candidates,
            "offices.existing": None if self.offices in SHIPPED_OFFICES else self.offices,
        }

    def path(self, name: str) -> Path:
        """Where a file lies."""
        return self.file.parent / name


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


type TableReader = Callable[[Wanted, Path], tuple[Tables, list[Fault]]]


def read_tables(wanted: Wanted, folder: Path) -> tuple[Tables, list[Fault]]:
    """Read the tables of a scenario."""
    return _abroad(wanted) if wanted.regions else _sweden(wanted, folder)


def with_user_files(files: Mapping[str, Path], *own: Path) -> dict[str, Path]:
    """Add files of the user's; one that bears the name of another is told from it by "own/"."""
    named = dict(files)
    for path in own:
        name = path.name
        while name in named and named[name] != path:
            name = f"own/{name}"
        named[name] = path
    return named


def _sweden(wanted: Wanted, folder: Path) -> tuple[Tables, list[Fault]]:
    files: dict[str, Path] = {}

    def shipped(name: str) -> pd.DataFrame:
        files[f"{name}.csv"] = folder / f"{name}.csv"
        return read_table(name, folder)

    plain = shipped("municipalities")
    municipalities = plain.assign(county_code=plain["code"].str[:2])
    own = UserFiles(municipalities, "data/municipalities.csv", abroad=False)
    faults: list[Fault] = []
    demand = _own(wanted, "demand.file", own.demand, faults)
    candidates = _own(wanted, "candidates.file", own.candidates, faults)
    if faults:
        raise InputError(faults)
    shipped_offices = wanted.offices in SHIPPED_OFFICES
    offices = _own(wanted, "offices.existing", own.offices, faults)
    if offices is None:
        offices = shipped(wanted.offices if shipped_offices else SHIPPED_OFFICES[0])
    tables = Tables(
        municipalities=municipalities,
        demand=shipped("demand") if demand is None else demand,
        offices=offices,
        localities=shipped("localities"),
        shipped_candidates=shipped("candidates"),
        user_candidates=candidates,
        levels=frozenset(LEVELS),
        listed_in="data/municipalities.csv",
        shipped=demand is None and candidates is None and shipped_offices,
        files=with_user_files(files, *_user_paths(wanted)),
    )
    return tables, faults


def _abroad(wanted: Wanted) -> tuple[Tables, list[Fault]]:
    faults: list[Fault] = []
    regions = str(wanted.regions)
    municipalities = _own(wanted, "regions.file", read_regions, faults)
    if municipalities is None:
        raise InputError(faults)
    own = UserFiles(municipalities, regions, abroad=True)
    faults += [
        Fault(
            str(wanted.file),
            key,
            None,
            "regions.file is given, so no table of Sweden is used",
            "Name a file; docs/own_files.md says what stands in it.",
        )
        for key, name in wanted.named.items()
        if name is None
    ]
    demand = _own(wanted, "demand.file", own.demand, faults)
    candidates = _own(wanted, "candidates.file", own.candidates, faults)
    offices = _own(wanted, "offices.existing", own.offices, faults)
    if demand is None or candidates is None or offices is None:
        raise InputError(faults)
    none = pd.DataFrame()
    levels = frozenset(name for name in LEVELS if _has(municipalities, name))
    tables = Tables(
        municipalities=municipalities,
        demand=demand,
        offices=offices,
        localities=none,
        shipped_candidates=none,
        user_candidates=candidates,
        levels=levels,
        listed_in=regions,
        shipped=False,
        files=with_user_files({}, *_user_paths(wanted)),
    )
    return tables, []


def _own(
    wanted: Wanted, key: str, read: Callable[[Path], Read], faults: list[Fault]
) -> pd.DataFrame | None:
    """The table of a file of the scenario's own, or its faults added to the others."""
    name = wanted.named[key]
    if name is None:
        return None
    path = wanted.path(name)
    if _is_missing(path):
        remedy = "Write a path relative to the scenario file."
        faults.append(Fault(str(wanted.file), key, name, "there is no such file", remedy))
        return None
    table, found = read(path)
    faults += found
    return table


def _is_missing(path: Path) -> bool:
    """Whether nothing stands there; what else keeps a file from being read its reader tells."""
    try:
        path.stat()
    except OSError as error:
        return isinstance(error, FileNotFoundError | NotADirectoryError)
    return False


def _user_paths(wanted: Wanted) -> list[Path]:
    return [wanted.path(name) for name in wanted.named.values() if name is not None]


def _has(municipalities: pd.DataFrame, level: str) -> bool:
    column = {"county": "county_code", "fa_region": "fa_code", "skr_group": "skr_group_2017"}
    if level in column:
        return bool((municipalities[column[level]] != "").all())
    return bool(municipalities["seat_lon"].notna().all())
