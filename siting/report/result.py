"""A run and everything that its reports show."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from siting.errors import Fault, InputError

CSV_TABLES = ("sites", "offices", "municipalities", "fa_regions", "counties", "access")


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
        columns of the files of these names.
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
        tables = {name: _read_csv(folder / f"{name}.csv") for name in CSV_TABLES}
        tables["assignment"] = pd.read_parquet(folder / "assignment.parquet")
    except (OSError, ValueError) as error:
        remedy = "Name a folder that 'siting run' has written, such as results/remaining_offices."
        raise InputError(
            [Fault(str(folder), "result", folder.name, f"not a result ({error})", remedy)]
        ) from error
    return RunResult(folder.name, manifest, tables)


def _read_csv(path: Path) -> pd.DataFrame:
    codes = ("locality_code", "municipality_code", "fa_code", "county_code")
    return pd.read_csv(path, dtype=dict.fromkeys(codes, str))
