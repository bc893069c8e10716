"""Run a result again from its manifest, and say what differs, cell by cell."""

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from siting.common.errors import Fault, InputError
from siting.common.package import data_folder
from siting.common.signals import Cancel, Progress, heeding
from siting.common.toml import flattened, parts_by_key
from siting.inputs.ledger import sha256
from siting.pipeline.check import checked_inputs
from siting.pipeline.prepare import files_of
from siting.pipeline.run import run
from siting.pipeline.steps import Frontier
from siting.report.document import Block, Document, Paragraph
from siting.report.tables import Formats, study_grid
from siting.report.words import study_texts, whole
from siting.results.csv import as_csv
from siting.results.result import MACHINE, Result, find_result
from siting.scenario.file import Folders, ScenarioFile
from siting.studies.study import as_result, scenario_of

_COLUMNS: Formats = dict.fromkeys(("file", "row", "column", "old", "new"), "text")
_KEYS = (
    *("demand_id", "code", "locality_code", "municipality_code", "fa_code", "county_code"),
    *("measure", "key"),
)
"""Columns that name a row, the first that does; with `step` before it in tables of a frontier."""


@dataclass(frozen=True)
class Differences:
    """What differs.

    Parameters
    ----------
    cells : DataFrame
        file, row (its name), column, old and new (as texts); a row that only one of them has is
        there with each of its cells, "" on the other side.
    tables : int
        Tables that were compared.
    figures : int
        Cells with numbers among those that were compared.
    """

    cells: pd.DataFrame
    tables: int
    figures: int


def differences(old: Mapping[str, pd.DataFrame], new: Mapping[str, pd.DataFrame]) -> Differences:
    """Compare the tables that both have."""
    both = [name for name in old if name in new]
    found = [_differing(name, old[name], new[name]) for name in both]
    cells = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=[*_COLUMNS])
    return Differences(cells, len(both), sum(_numbers(old[name]) for name in both))


def _differing(file: str, old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """The cells of one table that differ."""
    before, after = _long(old, _key(old, new)), _long(new, _key(old, new))
    whole = pd.concat([before.rename("old"), after.rename("new")], axis=1).fillna("")
    whole = whole[whole["old"] != whole["new"]].reset_index()
    return whole.assign(file=file)[[*_COLUMNS]]


def _long(table: pd.DataFrame, key: list[str]) -> "pd.Series[str]":
    """Every cell by the name of its row and its column."""
    # Rows without a name are numbered as an editor counts them, the heading being the first.
    numbers = [str(number) for number in range(2, len(table) + 2)]
    names = table[key].agg(" ".join, axis=1) if key and len(table) else numbers
    cells = table.set_axis(pd.Index(names, name="row"), axis="index")
    long = cells.melt(var_name="column", value_name="cell", ignore_index=False)
    return long.set_index("column", append=True)["cell"].astype("str")


def _key(old: pd.DataFrame, new: pd.DataFrame) -> list[str]:
    """The columns that name the rows of both; none where nothing does."""
    keys = [key for name in _KEYS for key in ([name], ["step", name])]
    for key in [*keys, ["step"]]:
        if all({*key} <= {*table} and not table.duplicated(key).any() for table in (old, new)):
            return key
    return []


def _numbers(table: pd.DataFrame) -> int:
    """How many cells hold a number."""
    return int(table.apply(pd.to_numeric, errors="coerce").notna().to_numpy().sum())


_ASSIGNMENT = "assignment.parquet"
_MANIFEST = "manifest.json"
_RUN = "run.json"
_TOLD = ("name", "date", "scenario", "overrides", "assumed", "inputs", "versions", "frontier")
_NO_FIGURES = {*_TOLD, "certificate", *MACHINE}
"""What of a manifest a run does not find out but is told, or has from its machine: the last digits
of a certificate are those of a solver, and it proves itself."""


@dataclass(frozen=True)
class Rerun:
    """A result and the same run made again.

    Parameters
    ----------
    result : Result
        What the run gave this time.
    found : Differences
        Where its tables and its manifest differ from those of the old one.
    lacking : mapping of str to str
        Each file that could not be compared, and why: "not_kept" with the result, or "machine",
        since it tells of the machine alone.
    versions : mapping of str to (str, str)
        Packages of another version: that of then and that of now, "" where it had none.
    other_inputs : tuple of Fault
        Input files that are not those of then.
    """

    result: Result
    found: Differences
    lacking: Mapping[str, str]
    versions: Mapping[str, tuple[str, str]]
    other_inputs: tuple[Fault, ...]

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return self.found.cells.empty


# long: half of it says what its parameters mean
def rerun(  # noqa: PLR0913 - all but one are named and have defaults
    result: Result | Path | str,
    *,
    relative_to: Path | str | None = None,
    allow: Folders = (),
    anyway: bool = False,
    data: Path | str | None = None,
    progress: Progress = print,
    cancel: Cancel | None = None,
) -> Rerun:
    """Run a result again from its manifest, with its frontier if it has one.

    Parameters
    ----------
    result : Result, Path or str
        A result that a run left, or its folder or name.
    relative_to : Path or str, optional
        The folder that the paths in the scenario are relative to. Without it, that of the shipped
        scenario of the result's name, else the folder one is in.
    allow : sequence of Path or str
        Folders that files of the scenario may be read from as well.
    anyway : bool
        Go on though input files differ.
    data : Path or str, optional
        The data folder; the one that ships if not given.
    progress : callable
        Told what is being done.
    cancel : callable, optional
        Asked between two steps whether to end.

    Returns
    -------
    Rerun
        The run made again, and where it differs.

    Raises
    ------
    InputError
        If the folder holds no result, or its input files are missing or are others now.
    InterruptError
        If it was cancelled.
    """
    progress = heeding(progress, cancel)
    old = as_result(result)
    folder = None if isinstance(result, Result) else find_result(str(result))
    file, asked = scenario_of(old, relative_to, allow), _frontier(old)
    progress("Comparing the input files")
    others = tuple(_other_inputs(old, file, data_folder(data)))
    if others and not anyway:
        raise InputError(others)
    proved = "certificate" in old.manifest
    new = run(file, data=data, frontier=asked, certificate=proved, progress=progress)
    then, now = _as_texts(old, folder), _as_texts(new, None)
    lacking = dict.fromkeys([name for name in now if name not in then], "not_kept")
    lacking[_RUN] = "machine" if {*MACHINE} <= {*old.manifest} else "not_kept"
    return Rerun(
        new,
        differences(then, now),
        lacking,
        _other_versions(old.manifest["versions"], new.manifest["versions"]),
        others,
    )


def _frontier(old: Result) -> Frontier | None:
    """The frontier that the run had."""
    asked = old.manifest.get("frontier")
    if asked is None:
        return None
    try:
        first, last, keep = (asked[key] for key in ("first", "last", "keep_budget"))
        return Frontier.of_offices(int(first), int(last), keep=bool(keep))
    except (KeyError, TypeError, ValueError) as error:
        remedy = "Name a result as 'siting run --frontier' has written it."
        problem = f"is not a frontier ({error})"
        raise InputError([Fault(_MANIFEST, "frontier", asked, problem, remedy)]) from error


type _Texts = Mapping[str, str]


def _other_inputs(old: Result, file: ScenarioFile, data: Path) -> Iterator[Fault]:
    """A fault for each input file that is another now, or that only one of the runs has."""
    then: Mapping[str, str] = old.manifest["inputs"]
    files = files_of(file, checked_inputs(file, data), data)
    now = {name: sha256(path) for name, path in files.items()}
    remedy = "Put the file of then in its place, or go on with --anyway."
    for name in sorted({*then, *now}):
        if then.get(name) == now.get(name):
            continue
        problem = f"the file is another one now (sha256 {now.get(name, '')[:12]}…)"
        if name not in now:
            problem = "the run read this file, and now it would not"
        elif name not in then:
            problem = "the run did not read this file, and now it would"
        where = str(files.get(name, name))
        yield Fault(where, "sha256", then.get(name), problem, remedy)


def _as_texts(result: Result, folder: Path | None) -> dict[str, pd.DataFrame]:
    """Every table as its file shows it, the manifest, and the assignment where there is one."""

    def content(name: str) -> bytes:
        return (folder / f"{name}.csv").read_bytes() if folder else as_csv(result.tables[name])

    texts = {
        f"{name}.csv": pd.read_csv(io.BytesIO(content(name)), dtype=str, keep_default_na=False)
        for name in result.tables
        if name != "assignment"
    }
    texts[_MANIFEST] = _as_table(result.manifest)
    if "assignment" in result.tables:
        texts[_ASSIGNMENT] = result.tables["assignment"].map(_exactly)
    return texts


def _exactly(cell: object) -> str:
    """A cell as a text that tells every number from every other."""
    return repr(cell.item()) if isinstance(cell, np.generic) else str(cell)


def _as_table(manifest: Mapping[str, Any]) -> pd.DataFrame:
    """The figures of a manifest, by the way to them."""
    figures = {key: value for key, value in manifest.items() if key not in _NO_FIGURES}
    # As it stands in the file, where a tuple is a list and every key a text.
    flat = {
        path: value if isinstance(value, str) else json.dumps(value)
        for path, value in flattened(json.loads(json.dumps(figures)), parts_by_key)
    }
    return pd.DataFrame({"key": list(flat), "value": list(flat.values())}, dtype=str)


def _other_versions(then: _Texts, now: _Texts) -> Mapping[str, tuple[str, str]]:
    both = {name: (then.get(name, ""), now.get(name, "")) for name in sorted({*then, *now})}
    return {name: (old, new) for name, (old, new) in both.items() if old != new}


_SHOWN = 30
_WIDEST = 40


def tell_rerun(made: Rerun, language: str = "en") -> Document:
    """Put into words which figures differ, and what could not be compared."""
    return Document(language, "", tuple(_blocks(made, language)))


def _blocks(made: Rerun, language: str) -> Iterator[Block]:
    words, found = study_texts("rerun", language), made.found
    for fault in made.other_inputs:
        yield Paragraph(words["input"].format(file=fault.file))
    for name, pair in made.versions.items():
        then, now = (version or words["none"] for version in pair)
        yield Paragraph(words["version"].format(name=name, then=then, now=now))
    for name, why in made.lacking.items():
        yield Paragraph(words["lacking"].format(name=name, why=words["reasons"][why]))
    cells, figures = found.cells, whole(found.figures, language)
    size = words["size"].format(tables=found.tables, figures=figures)
    if cells.empty:
        yield Paragraph(words["same"].format(size=size))
        return
    shown, count = cells.head(_SHOWN).map(_short), whole(len(cells), language)
    yield study_grid("differ", shown, _COLUMNS, words, count=count, size=size)
    if (more := len(cells) - _SHOWN) > 0:
        yield Paragraph(words["more"].format(count=whole(more, language)))


def _short(cell: object) -> str:
    text = " ".join(str(cell).split())
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"
