"""The schema of a sweep file, the runs that it asks for, and the check of them all."""

import itertools
import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from siting.common.errors import Fault, InputError, near_matches, refuse_all
from siting.common.package import scenario_folder, versions
from siting.common.toml import Table, Text, read_model
from siting.inputs.ledger import sha256
from siting.inputs.read import TableReader, Tables, read_tables, table_files
from siting.pipeline.check import checked_inputs
from siting.pipeline.prepare import files_of
from siting.scenario.file import NAME, Folders, ScenarioFile, as_paths, find_scenario, read_scenario
from siting.scenario.paths import lies_in

_LONGEST = 100
_SHOWN = 3
"""Names of runs that a fault names."""
_MOST_RUNS = 10_000
"""Two days at 20 seconds a run; what asks for more is a slip."""


_DEEP = ("network.speeds", "costs.")
"""What has keys of its own; other tables within tables are values."""


def _by_key(given: Any) -> Any:  # noqa: ANN401 - any TOML value
    """Values by "table.key", whether written in quotes or as TOML's own tables."""
    if not isinstance(given, Mapping):
        return given
    flat: dict[str, Any] = {}
    for name, value in given.items():
        inner = isinstance(value, Mapping) and ("." not in name or name.startswith(_DEEP))
        flat |= _by_key({f"{name}.{k}": v for k, v in value.items()}) if inner else {name: value}
    return flat


type Values = Annotated[dict[str, Any], BeforeValidator(_by_key)]


class AboutSweep(Table):
    """What the sweep is, for whoever reads its results."""

    title: Text
    """One line that names the sweep."""
    source: Text
    """Where its figures come from."""
    rationale: Text
    """Why it is asked, and what its figures are and are not."""
    base: Text
    """The scenario whose keys are changed: a path relative to the sweep file, or a shipped
    one's name."""


class RunTable(Table):
    """One run, or one row of a grid, with a name of its own."""

    name: Annotated[str, Field(pattern=f"^{NAME}$", max_length=_LONGEST)]
    """Name of the run and of its folder: letters, digits and the signs . = , + - _ only."""
    set: Values = Field(default={})
    """Values by table.key, such as set.limits.new_offices_max = 20."""


class SweepTable(Table):
    """A sweep file, checked. With both grid and runs, every run is made at every grid point."""

    sweep: AboutSweep
    """What the sweep is."""
    grid: Annotated[
        dict[str, Annotated[tuple[Any, ...], Field(min_length=1)]], BeforeValidator(_by_key)
    ] = Field(default={})
    """A list of values for each table.key; every combination is run."""
    runs: tuple[RunTable, ...] = ()
    """Runs by name, each with the values that it sets."""

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if not self.grid and not self.runs:
            raise ValueError("a sweep needs [grid] or [[runs]]")
        return self


@dataclass(frozen=True)
class SweepRun:
    """One run of a sweep.

    Parameters
    ----------
    file : ScenarioFile
        The scenario with its values, named as the run.
    values : mapping of str to object
        What the sweep sets, by table.key.
    question : mapping of str to object
        scenario, inputs and versions as the manifest of its result must have them; of a run that
        is not checked yet empty.
    """

    file: ScenarioFile
    values: Mapping[str, Any]
    question: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The run's name, which is that of its folder."""
        return self.file.name

    def is_answered_by(self, manifest: Mapping[str, Any]) -> bool:
        """Whether a result answers what would be asked now: scenario, files and versions."""
        return all(manifest.get(key) == value for key, value in self.question.items())


@dataclass(frozen=True)
class Sweep:
    """A sweep together with where it came from.

    Parameters
    ----------
    name : str
        File name without ending; results go to a folder of this name.
    path : Path
        The file.
    about : AboutSweep
        What it is.
    keys : tuple of str
        Every table.key that any run sets.
    runs : tuple of SweepRun
        In the order of the file; the last key of a grid changes fastest.
    """

    name: str
    path: Path
    about: AboutSweep
    keys: tuple[str, ...]
    runs: tuple[SweepRun, ...]


def find_sweep(name: str) -> Path:
    """The sweep file that a user means: a path, or the name of one that ships."""
    shipped = {path.stem: path for path in sorted((scenario_folder() / "sweeps").glob("*.toml"))}
    path = Path(name)
    if path.suffix == ".toml" or path.is_file():
        return path
    if name in shipped:
        return shipped[name]
    remedy = near_matches(name, shipped) or f"Shipped: {', '.join(shipped)}; or give a path."
    raise InputError([Fault("command line", "SWEEP", name, "no such sweep", remedy)])


def read_sweep(sweep: Path | str | Mapping[str, Any], *, allow: Folders = ()) -> Sweep:
    """Read a sweep file; what is wrong with a run is kept in the faults of its scenario.

    Parameters
    ----------
    sweep : Path, str or mapping
        The file; its path or the name of one that ships; or what such a file would say, whose
        paths are then relative to the current folder.
    allow : sequence of Path or str
        Folders that files may be read from, besides the sweep's own and the shipped ones.

    Returns
    -------
    Sweep
        With all its runs, unchecked.

    Raises
    ------
    InputError
        If the file is none that asks for runs.
    """
    given = sweep if isinstance(sweep, Mapping) else None
    path = Path("sweep") if isinstance(sweep, Mapping) else find_sweep(str(sweep))
    table = read_model(path, SweepTable, given)
    _refuse_too_many(path, table)
    base = _base(path, table.sweep.base, allow)
    plans = list(_plans(table))
    _refuse_equal_names(path, [name for name, _ in plans])
    # Workers may have been started in another folder.
    whole = base.absolute()
    runs = tuple(
        SweepRun(
            replace(read_scenario(base, values=values, allow=allow), name=name, path=whole), values
        )
        for name, values in plans
    )
    keys = dict.fromkeys(key for _, values in plans for key in values)
    return Sweep(path.stem, path, table.sweep, tuple(keys), runs)


def _base(path: Path, name: str, allow: Folders) -> Path:
    """The scenario whose keys are changed: a path beside the sweep, or a shipped one's name."""
    beside = path.parent / name
    is_path = beside.suffix == ".toml" or beside.is_file()
    base = beside if is_path else find_scenario(name)
    if lies_in(base, (path.parent, scenario_folder(), *as_paths(allow))):
        return base
    problem = "lies outside the folder of the sweep and the shipped scenarios"
    remedy = "Move it into the sweep's folder, or allow its own with --allow FOLDER."
    raise InputError([Fault(str(path), "sweep.base", name, problem, remedy)])


def _refuse_too_many(path: Path, table: SweepTable) -> None:
    runs = math.prod(map(len, table.grid.values())) * max(len(table.runs), 1)
    if runs > _MOST_RUNS:
        problem = f"asks for {runs:,} runs, and at most {_MOST_RUNS:,} are made"
        remedy = "Give fewer values, or cut the sweep into several files."
        raise InputError([Fault(str(path), "grid", runs, problem, remedy)])


def _plans(table: SweepTable) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and values of each run."""
    points = itertools.product(*(enumerate(values, start=1) for values in table.grid.values()))
    grid = [dict(zip(table.grid, point, strict=True)) for point in points]
    rows = [(run.name, run.set) for run in table.runs] or [("", {})]
    varied = {key for key, values in table.grid.items() if len(values) > 1}
    telling = varied or ({} if table.runs else table.grid)
    for number, ((first, given), point) in enumerate(itertools.product(rows, grid), start=1):
        parts = [
            f"{key.partition('.')[2]}={_slug(*value)}"
            for key, value in point.items()
            if key in telling
        ]
        name = ",".join(filter(None, [first, *parts]))
        values = given | {key: value for key, (_, value) in point.items()}
        yield name if len(name) <= _LONGEST else f"run{number:04d}", values


def _slug(number: int, value: object) -> str:
    """A value as part of a folder's name; its number where it is too much for that."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    is_text = isinstance(value, str) and re.fullmatch(r"[\w.-]+", text)
    return text if is_text or isinstance(value, int | float) else f"no{number}"


def _refuse_equal_names(path: Path, names: list[str]) -> None:
    folded = [name.casefold() for name in names]
    twice = sorted({name for name in names if folded.count(name.casefold()) > 1})
    remedy = "Give each run a name and values of its own; capitals make no difference."
    problem = "two runs have this name"
    refuse_all(Fault(str(path), "runs", name, problem, remedy) for name in twice)


def check_sweep(sweep: Sweep, data: Path) -> Sweep:
    """Check all runs of a sweep, and find out what the result of each depends on."""
    # Most runs have the same files and choose from the same tables.
    read, checksum = _reading_once(), cache(sha256)
    where: defaultdict[Fault, list[str]] = defaultdict(list)
    runs = []
    for run in sweep.runs:
        try:
            runs.append(replace(run, question=_question(run, data, read, checksum)))
        except InputError as error:
            for fault in error.faults:
                where[_in_sweep(fault, run, sweep)].append(run.name)
    refuse_all(_with_runs(fault, names, sweep) for fault, names in where.items())
    return replace(sweep, runs=tuple(runs))


def _reading_once() -> TableReader:
    known: dict[object, tuple[Tables, list[Fault]]] = {}

    def read(file: ScenarioFile, folder: Path) -> tuple[Tables, list[Fault]]:
        named = (file.path, *table_files(file).items())
        if named not in known:
            known[named] = read_tables(file, folder)
        return known[named]

    return read


def _question(
    run: SweepRun, data: Path, read: TableReader, checksum: Callable[[Path], str]
) -> dict[str, Any]:
    file, scenario = run.file, run.file.scenario
    if (threads := scenario.solver.threads) != 1:
        problem = "a run of a sweep has one solver thread"
        remedy = 'Runs share the processors: write "solver.threads" = [1] in [grid].'
        fault = Fault(str(file.path), "solver.threads", threads, problem, remedy)
        file = replace(file, faults=(fault, *file.faults))
    files = files_of(file, checked_inputs(file, data, read), data)
    return {
        "scenario": scenario.model_dump(mode="json"),
        "inputs": {name: checksum(path) for name, path in sorted(files.items())},
        "versions": versions(),
    }


def _in_sweep(fault: Fault, run: SweepRun, sweep: Sweep) -> Fault:
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
