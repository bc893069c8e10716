"""Carry out a sweep: hand its runs to workers, keep on disk what comes back, make the table."""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from siting.common.errors import (
    ClusterError,
    Fault,
    InfeasibleError,
    InputError,
    InterruptError,
    SitingError,
    StoppedError,
)
from siting.common.files import replace_file
from siting.common.package import data_folder
from siting.common.parallel import cluster_at, each_done, local_cluster
from siting.common.signals import Cancel, Progress, Stop, heeding, keeping_what_is_done
from siting.pipeline.run import run
from siting.results.csv import as_csv
from siting.results.result import Result, read_manifest, read_result
from siting.results.write import check_target, claim, write_result
from siting.scenario.file import ScenarioFile
from siting.studies.defaults import WORKERS
from siting.studies.sweep.file import Sweep, SweepRun, check_sweep, read_sweep
from siting.studies.sweep.table import FAILED, Outcome, sweep_table

if TYPE_CHECKING:
    from distributed import Client


_TABLES = ("sweep.parquet", "sweep.csv")
_STUDY = "sweep"
_DIED = "the processes that made it died one after the other, perhaps for want of memory"


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


@dataclass(frozen=True)
class Swept:
    """A sweep that came to its end.

    Parameters
    ----------
    folder : Path
        Where its table and its runs are.
    table : DataFrame
        One row a run, as `siting.studies.sweep.table.sweep_table` describes it.
    kept : int
        How many runs were there already.
    """

    folder: Path
    table: pd.DataFrame
    kept: int

    @property
    def settled(self) -> bool:
        """Whether every run ended with an answer that was proved, or with limits that clash."""
        return set(self.table["reason"]) <= {"proved", "gap_reached", "clash"}


# long: half of it says what its parameters mean
def sweep(  # noqa: PLR0913 - one parameter an option
    asked: Sweep | Path | str | Mapping[str, Any],
    results: Path | str = "results",
    *,
    workers: int = WORKERS,
    scheduler: str | None = None,
    resume: bool = False,
    progress: Progress = print,
    cancel: Cancel | None = None,
) -> Swept:
    """Run a scenario with many values of some keys.

    Parameters
    ----------
    asked : Sweep, Path, str or mapping
        From `read_sweep`, or what that takes: a sweep file, its path or the name of one that
        ships, or what such a file would say.
    results : Path or str
        Folder of all results.
    workers : int
        Processes of this machine, where no scheduler is given.
    scheduler : str, optional
        Address of a Dask scheduler, whose workers make the runs.
    resume : bool
        Keep the runs that an earlier call finished.
    progress : callable
        Told what is being done.
    cancel : callable, optional
        Asked between two runs whether to end; what is finished is kept.

    Returns
    -------
    Swept
        A run that failed is a row of the table and does not stop the others.

    Raises
    ------
    InputError
        With everything that is wrong with any run, before the first begins.
    StoppedError
        The scheduler was lost, no worker is left, or the table could not be written.
    InterruptError
        On Ctrl-C, or if it was cancelled.
    """
    progress = heeding(progress, cancel)
    progress("Checking all runs")
    checked = check_sweep(asked if isinstance(asked, Sweep) else read_sweep(asked), data_folder())
    results, failed = Path(results), {}
    folder = SweepFolder(results / checked.name, checked)
    with claim(checked.name, results), keeping_what_is_done():
        try:
            missing = [run for run in checked.runs if not (resume and folder.kept(run))]
            if missing:
                few = min(workers, len(missing))
                with cluster_at(scheduler) if scheduler else local_cluster(few) as client:
                    folder.begin(resume=resume)
                    failed = _make(client, missing, folder, progress)
            return Swept(folder.path, _finish(folder, failed), len(checked.runs) - len(missing))
        except (KeyboardInterrupt, Stop, InterruptError) as error:
            raise InterruptError(_how_far("Interrupted.", folder)) from error
        except (ClusterError, OSError) as error:
            raise StoppedError(_how_far(str(error), folder)) from error


def _make_run(file: ScenarioFile) -> Outcome:
    """On a worker: make a run; whatever happens, say so."""
    try:
        return run(file, workers=1, progress=lambda _: None)
    except InfeasibleError as error:
        clash = [(limit.key, limit.sentence) for limit in error.clash]
        return Result(file.name, "clash", {"clash": clash}, {})
    except SitingError as error:
        return " ".join(str(error).split())
    except Exception as error:  # noqa: BLE001 - whatever it is, the other runs go on
        return " ".join(f"{type(error).__name__}: {error}".split())


def _make(
    client: "Client", runs: Sequence[SweepRun], folder: SweepFolder, progress: Progress
) -> dict[str, str]:
    """Make runs and keep each as it is done; give what went wrong, by the name of the run."""
    failed = {}
    made = each_done(client, _make_run, [each.file for each in runs])
    for done, (number, left) in enumerate(made, start=1):
        if error := _keep(runs[number], left or _DIED, folder):
            failed[runs[number].name] = error
        progress(f"{done} of {len(runs)} runs are made")
    return failed


def _keep(asked: SweepRun, made: Outcome, folder: SweepFolder) -> str:
    """Keep what a run has left; what is wrong with it, or ""."""
    if isinstance(made, str):
        return made
    if made.kind != "clash" and not asked.is_answered_by(made.manifest):
        return "the worker has other tables or versions than this machine"
    try:
        folder.keep(asked, made)
    except (OSError, InputError) as error:
        return f"it could not be written: {' '.join(str(error).split())}"
    return ""


def _finish(folder: SweepFolder, failed: Mapping[str, str]) -> pd.DataFrame:
    """Make the table from what lies on disk, so that it is the same after any interruption."""
    left = [
        (each, failed.get(each.name) or folder.kept(each) or "its result is gone")
        for each in folder.sweep.runs
    ]
    table = sweep_table(folder.sweep.keys, left)
    folder.end(table, finished=FAILED not in set(table["status"]))
    return table


def _how_far(why: str, folder: SweepFolder) -> str:
    return (
        f"{why} {folder.count()} of {len(folder.sweep.runs)} runs are finished and kept in "
        f"{folder.path}; the same command with --resume makes the others."
    )
