"""A run and everything that its reports show."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from siting.errors import Fault, InputError
from siting.report.csvfile import read_csv

CSV_TABLES = ("sites", "offices", "municipalities", "fa_regions", "counties", "access")
FRONTIER_TABLES = ("frontier", "frontier_sites", "frontier_municipalities")


@dataclass(frozen=True)
class RunResult:
    """What a run leaves: tables and a manifest, as in its folder.

    Parameters
    ----------
    name : str
        Name of the scenario; the folder's name.
    manifest : mapping
        The content of manifest.json.
    tables : mapping of str to DataFrame
        sites, offices, municipalities, fa_regions, counties, access and assignment, with the
        columns of the files of these names; of a run with a frontier also frontier,
        frontier_sites and frontier_municipalities.
    """

    name: str
    manifest: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]


def find_result(name: str) -> Path:
    """The folder that a user means: a path, or the name of one in results/."""
    path, kept = Path(name), Path("results") / name
    return kept if not path.exists() and kept.exists() else path


def read_result(folder: Path) -> RunResult:
    """Read a result back from its folder.

    Raises
    ------
    InputError
        If the folder holds no result.
    """
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        names = (*CSV_TABLES, *(FRONTIER_TABLES if "frontier" in manifest else ()))
        tables = {name: read_csv(folder / f"{name}.csv") for name in names}
        tables["assignment"] = pd.read_parquet(folder / "assignment.parquet")
    except (OSError, ValueError) as error:
        remedy = "Name a folder that 'siting run' has written, such as results/remaining_offices."
        raise InputError(
            [Fault(str(folder), "result", folder.name, f"not a result ({error})", remedy)]
        ) from error
    return RunResult(folder.name, manifest, tables)
