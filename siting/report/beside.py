"""The studies that stand beside a result: robustness, alternatives, hindcast."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from siting.errors import InputError
from siting.report.result import RunResult, read_manifest, read_table
from siting.report.study import Study

TABLES: Mapping[str, tuple[str, ...]] = {
    "robustness": ("sites", "sets"),
    "alternatives": ("answers", "sites"),
    "hindcast": ("rounds",),
}
"""Each kind of study, and the tables of it that reports show."""


@dataclass(frozen=True)
class Beside:
    """What was studied of a result.

    Parameters
    ----------
    studies : mapping of str to Study
        By kind, those that belong to the result.
    strange : tuple of str
        Folders that bear the result's name and belong to another scenario or other inputs.
    """

    studies: Mapping[str, Study] = field(default_factory=dict)
    strange: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """Kinds of studies that there are none of."""
        return tuple(kind for kind in TABLES if kind not in self.studies)


NOTHING = Beside()


def read_beside(result: RunResult, folder: Path) -> Beside:
    """Read the studies in the folders NAME-robustness, NAME-alternatives and NAME-hindcast.

    Parameters
    ----------
    result : RunResult
        The run.
    folder : Path
        Where its files are; studies stand beside it.

    Returns
    -------
    Beside
        What was found, and which folders could not be used.
    """
    here = folder.resolve()
    found, strange = {}, []
    for kind in TABLES:
        place = here.with_name(f"{here.name}-{kind}")
        if not place.is_dir():
            continue
        study = _read(place, kind)
        if study is not None and _belongs(study.manifest, result.manifest, kind):
            found[kind] = study
        else:
            strange.append(place.name)
    return Beside(found, tuple(strange))


def _read(folder: Path, kind: str) -> Study | None:
    try:
        tables = {name: read_table(folder / f"{name}.csv") for name in TABLES[kind]}
        return Study(folder.name, read_manifest(folder), tables)
    except (OSError, ValueError, InputError):
        return None


def _belongs(study: Mapping[str, Any], result: Mapping[str, Any], kind: str) -> bool:
    """Whether a study asked the same of the same files; how it was solved does not matter."""
    known = study.get("inputs", {})
    same_files = all(known.get(name) == checksum for name, checksum in result["inputs"].items())
    same_question = _question(study.get("scenario", {})) == _question(result["scenario"])
    return study.get("study") == kind and same_files and same_question


def _question(scenario: Mapping[str, Any]) -> dict[str, Any]:
    return {key: part for key, part in scenario.items() if key not in {"scenario", "solver"}}
