"""Carry out a sweep: hand its runs to workers, keep what comes back, make the table."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from siting.common.errors import (
    ClusterError,
    InfeasibleError,
    InputError,
    InterruptError,
    SitingError,
    StoppedError,
)
from siting.common.package import data_folder
from siting.common.parallel import cluster_at, each_done, own_cluster
from siting.common.signals import Stop, keeping_what_is_done
from siting.pipeline.run import run
from siting.results.result import Result
from siting.results.write import claim
from siting.scenario.file import ScenarioFile
from siting.studies.sweep.file import Sweep
from siting.studies.sweep.folder import Clash, Folder, same_question
from siting.studies.sweep.plan import Plan, make_plans
from siting.studies.sweep.table import FAILED, Outcome, sweep_table

if TYPE_CHECKING:
    from distributed import Client


_DIED = "the processes that made it died one after the other, perhaps for want of memory"


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


def run_sweep(  # noqa: PLR0913 - one parameter an option
    sweep: Sweep,
    results: Path,
    *,
    workers: int = 2,
    scheduler: str | None = None,
    resume: bool = False,
    progress: Callable[[str], None] = print,
) -> Swept:
    """Make every run of a sweep.

    Parameters
    ----------
    sweep : Sweep
        From `read_sweep`.
    results : Path
        Folder of all results.
    workers : int
        Processes of this machine, where no scheduler is given.
    scheduler : str, optional
        Address of a Dask scheduler, whose workers make the runs.
    resume : bool
        Keep the runs that an earlier call finished.
    progress : callable
        Told what is being done.

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
        On Ctrl-C.
    """
    progress("Checking all runs")
    plans, folder = make_plans(sweep, data_folder()), Folder(results / sweep.name)
    with claim(sweep.name, results), keeping_what_is_done():
        try:
            failed: dict[int, str] = {}
            there = [resume and folder.kept(plan) is not None for plan in plans]
            missing = [number for number, have in enumerate(there) if not have]
            if missing:
                with _cluster(scheduler, min(workers, len(missing))) as client:
                    folder.begin(sweep, plans, resume=resume)
                    wanted = [plans[number] for number in missing]
                    for done, (number, error) in enumerate(_make(client, wanted, folder), start=1):
                        failed |= {missing[number]: error} if error else {}
                        progress(f"{done} of {len(missing)} runs are made")
            return Swept(folder.path, _finish(sweep, plans, folder, failed), sum(there))
        except (KeyboardInterrupt, Stop) as error:
            raise InterruptError(_told("Interrupted.", plans, folder)) from error
        except (ClusterError, OSError) as error:
            raise StoppedError(_told(str(error), plans, folder)) from error


def _cluster(scheduler: str | None, workers: int) -> AbstractContextManager["Client"]:
    return cluster_at(scheduler) if scheduler else own_cluster(workers)


@dataclass(frozen=True)
class _Made:
    """What a worker sends back."""

    left: Result | Clash | None
    error: str = ""


def _make_run(file: ScenarioFile) -> _Made:
    """On a worker: make a run; whatever happens, say so."""
    try:
        return _Made(run(file, workers=1, progress=lambda _: None))
    except InfeasibleError as error:
        return _Made(Clash(error.clash))
    except SitingError as error:
        return _Made(None, " ".join(str(error).split()))
    except Exception as error:  # noqa: BLE001 - whatever it is, the other runs go on
        return _Made(None, " ".join(f"{type(error).__name__}: {error}".split()))


def _make(client: "Client", plans: Sequence[Plan], folder: Folder) -> Iterator[tuple[int, str]]:
    """Make runs and keep each as it is done; give its number, and what went wrong."""
    files = [plan.run.file for plan in plans]
    for number, made in each_done(client, _make_run, files):
        yield number, _keep(plans[number], made or _Made(None, _DIED), folder)


def _keep(plan: Plan, made: _Made, folder: Folder) -> str:
    if made.left is None:
        return made.error
    if isinstance(made.left, Result) and not same_question(plan, made.left.manifest):
        return "the worker has other tables or versions than this machine"
    try:
        folder.keep(plan, made.left)
    except (OSError, InputError) as error:
        return f"it could not be written: {' '.join(str(error).split())}"
    return ""


def _finish(
    sweep: Sweep, plans: Sequence[Plan], folder: Folder, failed: dict[int, str]
) -> pd.DataFrame:
    """Make the table from what lies on disk, so that it is the same after any interruption."""

    def outcome(number: int) -> Outcome:
        lost = failed.get(number, "its result is gone")
        return lost if number in failed else folder.kept(plans[number]) or lost

    pairs = [(plan.run, outcome(number)) for number, plan in enumerate(plans)]
    table = sweep_table(sweep.keys, pairs)
    folder.end(sweep, table, finished=FAILED not in set(table["status"]))
    return table


def _told(why: str, plans: Sequence[Plan], folder: Folder) -> str:
    made = sum(folder.kept(plan) is not None for plan in plans)
    return (
        f"{why} {made} of {len(plans)} runs are finished and kept in {folder.path}; "
        "the same command with --resume makes the others."
    )
