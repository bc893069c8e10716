"""A run and everything that its reports show."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from siting.common.errors import Fault, InputError, gathering, near_matches, refuse_all
from siting.common.file_limits import MANIFEST, TEXT, refuse_large
from siting.common.files import restore
from siting.common.levels import TABLE_LEVELS
from siting.common.tables.delimited import check_csv
from siting.results.csv import unguarded
from siting.results.schema import check_manifest, check_table
from siting.results.tables import TEXTS

CSV_TABLES = ("sites", "offices", *TABLE_LEVELS, "access")
MACHINE = ("python", "seconds")
"""What of a manifest differs from machine to machine; it stands in run.json, not manifest.json."""
_RESULTS = Path("results")
FRONTIER_TABLES = ("frontier", "frontier_sites", "frontier_municipalities")
PARQUET_TABLES = ("assignment", "draws")
"""The tables that are too long for CSV."""
_SHOWN_ROWS = 12


@dataclass(frozen=True)
class Result:
    """What a run or a study leaves: tables and a manifest, as in its folder.

    Parameters
    ----------
    name : str
        The folder's name: that of the scenario; of a study with a hyphen and its kind.
    kind : str
        "run" or the kind of study.
    manifest : mapping
        The content of manifest.json and of run.json.
    tables : mapping of str to DataFrame
        Of a run sites, offices, municipalities, fa_regions, counties, access and assignment, with
        the columns of the files of these names; of a run with a frontier also frontier,
        frontier_sites and frontier_municipalities. A result that ships has no assignment.
    certificate : bytes
        What is written as certificate.json.gz; empty where there is none, or it was not read.
    """

    name: str
    kind: str
    manifest: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]
    certificate: bytes = b""

    @property
    def settled(self) -> bool:
        """Whether nothing was stopped before its proof, or before the gap that was asked for."""
        reasons = {self.manifest["reason"]}
        if "frontier" in self.tables:
            reasons |= set(self.tables["frontier"]["reason"])
        return reasons <= {"proved", "gap_reached", "clash", ""}

    @property
    def outside_sweden(self) -> bool:
        """Whether it is about another country, of which nothing that ships is known."""
        return bool(self.manifest["scenario"].get("regions", {}).get("file"))

    @property
    def scope(self) -> Literal["nation", "area"]:
        """Whether it is about a whole country or a part of it."""
        area = self.manifest["scenario"].get("area", {})
        return "area" if any(area.values()) else "nation"

    def _repr_html_(self) -> str:
        """Title, status, new offices and measures, as a notebook shows them."""
        tables = (self.tables[name] for name in ("sites", "access") if name in self.tables)
        shown = (
            table.head(_SHOWN_ROWS).to_html(index=False, border=0, float_format="{:.3f}".format)
            for table in tables
        )
        title = self.manifest["scenario"]["scenario"]["title"]
        status = self.manifest.get("status", "")
        return "\n".join([f"<h3>{escape(title)}</h3>", f"<p>{escape(status)}</p>", *shown])


def find_result(name: str) -> Path:
    """The folder that a user means: a path, or the name of one in results/."""
    path, kept = Path(name), _RESULTS / name
    for folder in (path, kept):
        # Where it cannot be put right it is missing, and that is said.
        with suppress(OSError):
            restore(folder)
    return kept if not path.exists() and kept.exists() else path


def read_result(folder: Path | str) -> Result:
    """Read a result back from its folder.

    Parameters
    ----------
    folder : Path or str
        The folder of the result; or its path, or the name of one in results/.

    Returns
    -------
    Result
        The run, as `siting.run` gave it.

    Raises
    ------
    InputError
        If the folder holds no result.
    """
    folder = find_result(folder) if isinstance(folder, str) else folder
    try:
        manifest = read_manifest(folder)
        check_manifest(manifest, folder / "manifest.json")
        tables = _read_tables(folder, manifest)
    except (OSError, ValueError) as error:
        raise InputError([_not_a_result(folder, error)]) from error
    # The folder may have been named as ".".
    return Result(folder.absolute().name, "run", manifest, tables)


def _not_a_result(folder: Path, error: OSError | ValueError) -> Fault:
    """The fault of a path at which no result stands; one of a name that is near is asked for."""
    remedy = "Name a folder that 'siting run' has written, such as results/remaining_offices."
    why = str(error)
    if isinstance(error, NotADirectoryError):
        why = "it is a file, and a result is a folder"
    elif isinstance(error, FileNotFoundError) and not folder.exists():
        why = "there is no such folder"
        kept = [path.parent.name for path in sorted(_RESULTS.glob("*/sites.csv"))]
        remedy = near_matches(folder.name, kept) or remedy
    return Fault(str(folder), "result", folder.name, f"not a result ({why})", remedy)


def _read_tables(folder: Path, manifest: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """The tables of a result; what is wrong with any of them is told at once."""
    outside_sweden = bool(manifest["scenario"].get("regions", {}).get("file"))
    names = (*CSV_TABLES, *(FRONTIER_TABLES if "frontier" in manifest else ()))
    names = (*names, *(["capacity"] if "served" in manifest else []))
    files = {name: folder / f"{name}.csv" for name in names}
    assignment = folder / "assignment.parquet"
    if assignment.is_file():
        files["assignment"] = assignment
    tables: dict[str, pd.DataFrame] = {}
    faults: list[Fault] = []
    for name, path in files.items():
        with gathering(faults):
            table = pd.read_parquet(path) if path == assignment else read_table(path)
            check_table(table, name, path, outside_sweden=outside_sweden)
            tables[name] = table
    refuse_all(faults)
    return tables


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a result or a study, with what its machine added where that is kept."""
    manifest = _read_json(folder / "manifest.json")
    run = folder / "run.json"
    return manifest | (_read_json(run) if run.is_file() else {})


def _read_json(path: Path) -> dict[str, Any]:
    refuse_large(path, MANIFEST)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except RecursionError as error:
        raise ValueError(f"{path.name} is too deep") from error
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from error
    if not isinstance(content, dict):
        raise ValueError(f"{path.name} holds no names and values")  # noqa: TRY004 - a bad file
    return content


def read_table(path: Path) -> pd.DataFrame:
    """A table of a result or a study, read back as it was before it was written."""
    check_csv(path)
    # Nothing but an empty cell of a number is missing: "NA" may be a name, and "" an evidence.
    refuse_large(path, TEXT)
    texts = dict.fromkeys(TEXTS, str)
    table = pd.read_csv(path, dtype=texts, keep_default_na=False, na_values=[""])
    named = table.columns.intersection(list(TEXTS))
    return unguarded(table.assign(**{str(name): table[name].fillna("") for name in named}))
