"""Check every run of a sweep before the first begins."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from siting.common.errors import Fault, InputError
from siting.common.package import versions
from siting.inputs.ledger import sha256
from siting.inputs.read import TableReader, read_tables
from siting.pipeline.check import checked_inputs
from siting.pipeline.run import files_of
from siting.studies.sweep.file import Run, Sweep

_SHOWN = 3


@dataclass(frozen=True)
class Plan:
    """A run without faults, and all that its result depends on.

    Parameters
    ----------
    run : Run
    question : mapping of str to object
        scenario, inputs and versions as the manifest of its result must have them.
    """

    run: Run
    question: Mapping[str, Any]


def make_plans(sweep: Sweep, data: Path) -> tuple[Plan, ...]:
    """Check all runs of a sweep."""
    # Most runs have the same files and choose from the same tables.
    read, checksum = cache(read_tables), cache(sha256)
    where: defaultdict[Fault, list[str]] = defaultdict(list)
    plans = []
    for run in sweep.runs:
        try:
            plans.append(Plan(run, _question(run, data, read, checksum)))
        except InputError as error:
            for fault in error.faults:
                where[_in_sweep(fault, run, sweep)].append(run.name)
    if where:
        raise InputError(_with_runs(fault, names, sweep) for fault, names in where.items())
    return tuple(plans)


def _question(
    run: Run, data: Path, read: TableReader, checksum: Callable[[Path], str]
) -> dict[str, Any]:
    scenario, faults = run.file.scenario, []
    if scenario.solver.threads != 1:
        remedy = 'Runs share the processors: write "solver.threads" = [1] in [grid].'
        problem, threads = "a run of a sweep has one solver thread", scenario.solver.threads
        faults.append(Fault(str(run.file.path), "solver.threads", threads, problem, remedy))
    try:
        files = files_of(run.file, checked_inputs(run.file, data, read), data)
    except InputError as error:
        raise InputError([*faults, *error.faults]) from error
    if faults:
        raise InputError(faults)
    return {
        "scenario": scenario.model_dump(mode="json"),
        "inputs": {name: checksum(path) for name, path in sorted(files.items())},
        "versions": versions(),
    }


def _in_sweep(fault: Fault, run: Run, sweep: Sweep) -> Fault:
    """A fault of a key that the sweep sets lies in the sweep file."""
    own = any(
        key == fault.key or key.startswith(f"{fault.key}.") or fault.key.startswith(f"{key}.")
        for key in run.values
    )
    # Faults are told once for all runs, so that they must compare and hash.
    kept = fault.value if isinstance(fault.value, str | int | float) else str(fault.value)
    return replace(fault, value=kept, file=str(sweep.path) if own else fault.file)


def _with_runs(fault: Fault, names: Sequence[str], sweep: Sweep) -> Fault:
    if len(names) == len(sweep.runs):
        return fault
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return replace(fault, file=f"{fault.file} (run {', '.join(names[:_SHOWN])}{more})")
