"""What a sweep leaves on disk, so that it can be gone on with."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from siting.common.errors import Fault, InputError
from siting.common.files import replace_file
from siting.results.csv import as_csv
from siting.results.result import Result, read_manifest, read_result
from siting.results.write import check_target, write_result
from siting.studies.sweep.file import Sweep, SweepRun

_TABLES = ("sweep.parquet", "sweep.csv")
_STUDY = "sweep"


@dataclass(frozen=True)
class SweepFolder:
    """The folder of a sweep's results.

    Parameters
    ----------
    path : Path
    sweep : Sweep
        Checked.
    """

    path: Path
    sweep: Sweep

    @property
    def runs(self) -> Path:
        """Where each run has a folder of its own."""
        return self.path / "runs"

    def kept(self, run: SweepRun) -> Result | None:
        """What an earlier run has left, if it was asked the very same of the very same files.

        Of a run without an answer it has no tables; its manifest then holds the limits that clash.
        """
        folder = self.runs / run.name
        try:
            manifest = read_manifest(folder)
            if not run.is_answered_by(manifest):
                return None
            if "clash" in manifest:
                return Result(run.name, "clash", manifest, {})
            return read_result(folder)
        except (OSError, ValueError, TypeError, InputError):
            return None

    def count(self) -> int:
        """How many runs are kept."""
        return sum(self.kept(run) is not None for run in self.sweep.runs)

    def keep(self, run: SweepRun, left: Result) -> None:
        """Write what a run has left: all of it, or nothing."""
        if "clash" in left.manifest:
            manifest = {"name": run.name, **run.question, **left.manifest}
            left = Result(run.name, "clash", manifest, {})
        write_result(left, self.runs)

    def begin(self, *, resume: bool) -> None:
        """Make room; without `resume`, for a sweep that begins anew."""
        check_target(self.sweep.name, self.path.parent)
        there = self._manifest()
        if there is not None and there.get("study") != _STUDY:
            remedy = "Give the sweep file another name, or choose another folder with --results."
            problem = "the result of something that is no sweep stands there"
            raise InputError([Fault(str(self.path), "manifest.json", "study", problem, remedy)])
        if not resume and there is not None:
            self._clear(finished=bool(there["finished"]))
        self.runs.mkdir(parents=True, exist_ok=True)
        for left_over in (*self.runs.glob(".*"), *self.path.glob(".*")):
            shutil.rmtree(left_over) if left_over.is_dir() else left_over.unlink()
        for name in _TABLES:
            (self.path / name).unlink(missing_ok=True)
        self._write_manifest({"finished": False})

    def end(self, table: pd.DataFrame, *, finished: bool) -> None:
        """Write the table and say whether all runs were made."""
        self._put("sweep.parquet", table.to_parquet(index=False))
        self._put("sweep.csv", as_csv(table))
        statuses = dict(zip(table["name"], table["status"], strict=True))
        self._write_manifest({"finished": finished, "runs": statuses})

    def _clear(self, *, finished: bool) -> None:
        made, every = self.count(), len(self.sweep.runs)
        if made and not finished:
            problem = f"a sweep that is not finished stands there, with {made} of {every} runs"
            remedy = "Add --resume to go on with it, or delete the folder to begin anew."
            raise InputError([Fault(str(self.path), "--resume", None, problem, remedy)])
        shutil.rmtree(self.runs, ignore_errors=True)

    def _manifest(self) -> dict[str, Any] | None:
        try:
            return read_manifest(self.path)
        except FileNotFoundError:
            return None
        except ValueError:
            return {"study": "unreadable"}

    def _write_manifest(self, state: Mapping[str, Any]) -> None:
        about = self.sweep.about.model_dump(mode="json")
        content = {"name": self.sweep.name, "study": _STUDY, "sweep": about}
        content |= {"keys": self.sweep.keys, **state}
        text = json.dumps(content, indent=2, ensure_ascii=False)
        self._put("manifest.json", f"{text}\n".encode())

    def _put(self, name: str, content: bytes) -> None:
        replace_file(self.path / name, lambda new: new.write_bytes(content))
