"""Write a result to disk: all of it, or nothing."""

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from siting.common.errors import Fault, InputError
from siting.common.files import locked, replace_folder, restore, telling
from siting.results.certificate import CERTIFICATE_FILE
from siting.results.csv import as_csv
from siting.results.result import CSV_TABLES, FRONTIER_TABLES, MACHINE, PARQUET_TABLES, Result


def check_target(name: str, results: Path) -> Path:
    """The folder a result will go to, made sure of before the work begins."""
    target = results / name
    try:
        results.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=results):
            restore(target)
    except OSError as error:
        remedy = "Choose a folder that you may write to with --results."
        fault = Fault(str(results), "--results", str(results), str(error.strerror), remedy)
        raise InputError([fault]) from error
    if target.exists() and not (target / "manifest.json").is_file():
        problem = "something that is no result stands there"
        remedy = "Move it away, or choose another folder with --results."
        raise InputError([Fault(str(target), "--results", str(results), problem, remedy)])
    return target


@contextmanager
def claim(name: str, results: Path) -> Iterator[Path]:
    """Check the folder a result will go to, and keep other processes from it meanwhile."""
    target = check_target(name, results)
    with holding(target):
        yield target


@contextmanager
def holding(folder: Path) -> Iterator[None]:
    """Keep other processes from a folder of results."""
    with ExitStack() as held:
        with telling(folder):
            held.enter_context(locked(folder))
        yield


def write_result(result: Result, results: Path | str) -> Path:
    """Write a result aside and move it into place in one step.

    Parameters
    ----------
    result : Result
        What to write.
    results : Path or str
        Folder of all results; a result of the same name in it is replaced, with its briefings and
        pictures. Other files in its folder stay.

    Returns
    -------
    Path
        The result's folder.

    Raises
    ------
    InputError
        If the folder cannot be written, or what stands there is no result.
    """
    target = check_target(result.name, Path(results))

    def fill(folder: Path) -> None:
        _write_files(result, folder)
        for path in target.iterdir() if target.is_dir() else ():
            if not any(path.match(pattern) for pattern in _ours(result)):
                copy = shutil.copytree if path.is_dir() else shutil.copy2
                copy(path, folder / path.name)

    with telling(target, "--results"):
        replace_folder(target, fill)
    return target


_OURS = ("manifest.json", "run.json", "assignment.parquet", "briefing.*", "explorer.html",
         "frontier.*", "maps", CERTIFICATE_FILE, ".*")  # fmt: skip
"""What an earlier run may have left in the folder of its result, besides tables as CSV."""


def _ours(result: Result) -> Iterator[str]:
    yield from _OURS
    if result.kind == "run":
        yield from (f"{name}.csv" for name in (*CSV_TABLES, *FRONTIER_TABLES, "capacity"))
    else:
        yield from (f"{name}.*" for name in result.tables)


def _write_files(result: Result, folder: Path) -> None:
    _write_manifest(result.manifest, folder)
    if result.certificate:
        (folder / CERTIFICATE_FILE).write_bytes(result.certificate)
    for name, table in result.tables.items():
        if name in PARQUET_TABLES:
            table.to_parquet(folder / f"{name}.parquet", index=False)
        else:
            (folder / f"{name}.csv").write_bytes(as_csv(table))


def _write_manifest(manifest: Mapping[str, Any], folder: Path) -> None:
    """The manifest, and apart from it what differs from machine to machine."""
    machine = {key: manifest[key] for key in MACHINE if key in manifest}
    rest = {key: value for key, value in manifest.items() if key not in machine}
    for name, content in (("manifest", rest), ("run", machine)):
        text = json.dumps(content, indent=2, ensure_ascii=False)
        (folder / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")
