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
from siting.results.result import Result, read_result
from siting.results.write import check_target, write_result
from siting.studies.sweep.file import Sweep
from siting.studies.sweep.plan import Plan

_TABLES = ("sweep.parquet", "sweep.csv")
_STUDY = "sweep"


@dataclass(frozen=True)
class Clash:
    """Why a run has no answer.

    Parameters
    ----------
    limits : tuple of tuple of str
        Limits that cannot hold together: for each its name, and what it says in plain words.
    """

    limits: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Folder:
    """The folder of a sweep's results.

    Parameters
    ----------
    path : Path
    """

    path: Path

    @property
    def runs(self) -> Path:
        """Where each run has a folder of its own."""
        return self.path / "runs"

    def kept(self, plan: Plan) -> Result | Clash | None:
        """What an earlier run has left, if it was asked the very same of the very same files."""
        folder = self.runs / plan.run.name
        try:
            manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            if not same_question(plan, manifest):
                return None
            if "clash" in manifest:
                return Clash(tuple((name, sentence) for name, sentence in manifest["clash"]))
            return read_result(folder)
        except (OSError, ValueError, TypeError, InputError):
            return None

    def keep(self, plan: Plan, left: Result | Clash) -> None:
        """Write what a run has left: all of it, or nothing."""
        if isinstance(left, Result):
            write_result(left, self.runs)
        else:
            manifest = {"name": plan.run.name, **plan.question, "clash": left.limits}
            write_result(Result(plan.run.name, "clash", manifest, {}), self.runs)

    def begin(self, sweep: Sweep, plans: tuple[Plan, ...], *, resume: bool) -> None:
        """Make room; without `resume`, for a sweep that begins anew."""
        check_target(sweep.name, self.path.parent)
        there = self._manifest()
        if there is not None and there.get("study") != _STUDY:
            remedy = "Give the sweep file another name, or choose another folder with --results."
            problem = "the result of something that is no sweep stands there"
            raise InputError([Fault(str(self.path), "manifest.json", "study", problem, remedy)])
        if not resume and there is not None:
            self._clear(finished=bool(there["finished"]), plans=plans)
        self.runs.mkdir(parents=True, exist_ok=True)
        for left_over in (*self.runs.glob(".*"), *self.path.glob(".*")):
            shutil.rmtree(left_over) if left_over.is_dir() else left_over.unlink()
        for name in _TABLES:
            (self.path / name).unlink(missing_ok=True)
        self._write_manifest(sweep, {"finished": False})

    def end(self, sweep: Sweep, table: pd.DataFrame, *, finished: bool) -> None:
        """Write the table and say that all runs were made."""
        _put(self.path / "sweep.parquet", table.to_parquet(index=False))
        _put(self.path / "sweep.csv", as_csv(table))
        statuses = dict(zip(table["name"], table["status"], strict=True))
        self._write_manifest(sweep, {"finished": finished, "runs": statuses})

    def _clear(self, *, finished: bool, plans: tuple[Plan, ...]) -> None:
        made = sum(self.kept(plan) is not None for plan in plans)
        if made and not finished:
            problem = f"a sweep that is not finished stands there, with {made} of {len(plans)} runs"
            remedy = "Add --resume to go on with it, or delete the folder to begin anew."
            raise InputError([Fault(str(self.path), "--resume", None, problem, remedy)])
        shutil.rmtree(self.runs, ignore_errors=True)

    def _manifest(self) -> dict[str, Any] | None:
        path = self.path / "manifest.json"
        if not path.is_file():
            return None
        try:
            content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            return {"study": "unreadable"}
        return content

    def _write_manifest(self, sweep: Sweep, state: Mapping[str, Any]) -> None:
        about = sweep.about.model_dump(mode="json")
        content = {"name": sweep.name, "study": _STUDY, "sweep": about, "keys": sweep.keys, **state}
        text = json.dumps(content, indent=2, ensure_ascii=False)
        _put(self.path / "manifest.json", f"{text}\n".encode())


def same_question(plan: Plan, manifest: Mapping[str, Any]) -> bool:
    """Whether a result answers what would be asked now: scenario, files and versions."""
    return all(manifest.get(key) == value for key, value in plan.question.items())


def _put(path: Path, content: bytes) -> None:
    replace_file(path, lambda aside: aside.write_bytes(content))
