"""Runs side by side: what was asked, what was picked, who is better and who is worse off."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from siting.common.errors import Fault, InputError
from siting.common.levels import TABLE_LEVELS
from siting.common.signals import Cancel, Progress, heeding
from siting.common.toml import flattened
from siting.results.result import Result
from siting.studies.study import as_result

FEWEST, MOST = 2, 6
"""Numbers of runs that can be compared."""
_TEXTS = ("title", "title_sv", "rationale", "rationale_sv", "source")
"""Keys of the table `scenario` that say what it is, not what is asked."""
PEOPLE = ("people_shorter", "people_longer")
_PLACE = ["locality_code", "locality", "municipality", "fa_region"]


@dataclass(frozen=True)
class Comparison:
    """Runs side by side; the first is what the others are held against.

    Parameters
    ----------
    runs : tuple of Result
        As they were given.
    names : tuple of str
        One a run, each different; columns of the tables are called by them.
    obstacles : tuple of Fault
        Why the runs cannot really be compared; empty if they can.
    scenarios : DataFrame
        What differs: key, and its value in each run as text.
    picks : DataFrame
        Each new office of any run: code, place, municipality, FA region, runs (how many have
        it), and its rank in each run.
    measures : DataFrame
        measure, before (in the first run), its value in each run, and "NAME - FIRST" for each
        run but the first.
    regions : mapping of str to DataFrame
        counties, fa_regions and municipalities: code, name, population, mean minutes in each
        run, and "NAME - FIRST".
    people : DataFrame
        For each run: new_offices, annual_cost_msek, and of the residents people_shorter and
        people_longer, whose trip is shorter and longer than in the first run; missing where the
        demand points differ or a result has no assignment.
    """

    runs: tuple[Result, ...]
    names: tuple[str, ...]
    obstacles: tuple[Fault, ...]
    scenarios: pd.DataFrame
    picks: pd.DataFrame
    measures: pd.DataFrame
    regions: Mapping[str, pd.DataFrame]
    people: pd.DataFrame

    @property
    def differences(self) -> tuple[str, ...]:
        """Columns that hold a run's figures less those of the first."""
        return tuple(difference(name, self.names[0]) for name in self.names[1:])


def difference(name: str, first: str) -> str:
    """Name of the column that holds the figures of a run less those of the first."""
    return f"{name} - {first}"


def compare(
    results: Sequence[Result | Path | str],
    *,
    anyway: bool = False,
    progress: Progress = print,
    cancel: Cancel | None = None,
) -> Comparison:
    """Put runs side by side.

    Parameters
    ----------
    results : sequence of Result, Path or str
        Two to six, or their folders or names.
    anyway : bool
        Compare even what differs in demand or network.
    progress : callable
        Told what is being done.
    cancel : callable, optional
        Asked between two steps whether to end.

    Returns
    -------
    Comparison
        The runs in columns, and what speaks against comparing them.

    Raises
    ------
    InputError
        If there are too few or too many, or if they cannot be compared.
    InterruptError
        If it was cancelled.
    """
    progress = heeding(progress, cancel)
    if not FEWEST <= len(results) <= MOST:
        few = len(results) < FEWEST
        problem = f"at {'least two' if few else 'most six'} results are compared"
        remedy = f"Name {'two or more' if few else 'six or fewer'} results."
        raise InputError([Fault("command line", "RESULT", len(results), problem, remedy)])
    progress("Reading the results")
    runs = tuple(map(as_result, results))
    names = _different([run.name for run in runs])
    obstacles = tuple(_obstacles(runs, names))
    if obstacles and not anyway:
        raise InputError(obstacles)
    progress("Holding them against the first")
    return Comparison(
        runs=runs,
        names=names,
        obstacles=obstacles,
        scenarios=_scenarios(runs, names),
        picks=_picks(runs, names),
        measures=_measures(runs, names),
        regions={name: _regions(runs, names, name) for name in reversed(TABLE_LEVELS)},
        people=_people(runs, names),
    )


def _different(names: Sequence[str]) -> tuple[str, ...]:
    """Number the later of equal names."""
    earlier = [names[:place].count(name) for place, name in enumerate(names)]
    numbered = zip(names, earlier, strict=True)
    return tuple(f"{name} ({count + 1})" if count else name for name, count in numbered)


def _obstacles(runs: Sequence[Result], names: Sequence[str]) -> Iterator[Fault]:
    """What makes a run's figures mean something else than those of the first."""
    remedy = "Run both with the same, or compare with --anyway."
    first = _basis(runs[0])
    for run, name in zip(runs[1:], names[1:], strict=True):
        for key, value in _basis(run).items():
            if value != first[key]:
                problem = f"is not that of {names[0]}, {first[key]!r}"
                yield Fault(f"{name}/manifest.json", key, value, problem, remedy)


def _basis(run: Result) -> dict[str, Any]:
    """Demand and network, by the keys of the manifest; checksums shortened for the eye."""
    inputs, scenario = run.manifest["inputs"], run.manifest["scenario"]
    demand = scenario["demand"].get("file") or "demand.csv"
    regions = scenario.get("regions", {}).get("file") or "municipalities.csv"
    return {
        "inputs.demand.csv": _checksum(inputs, demand),
        "inputs.municipalities.csv": _checksum(inputs, regions),
        "scenario.demand.weight": run.manifest["scenario"]["demand"]["weight"],
        "network_fingerprint": run.manifest["network_fingerprint"][:12],
    }


def _checksum(inputs: Mapping[str, str], path: str) -> str:
    """Of a file of the run; one of the user's that bears a shipped one's name stands under own/."""
    name = Path(path).name
    return inputs.get(f"own/{name}", inputs[name])[:12]


def _scenarios(runs: Sequence[Result], names: Sequence[str]) -> pd.DataFrame:
    flat = [_settings(run.manifest["scenario"]) for run in runs]
    for settings, run in zip(flat, runs, strict=True):
        settings |= {f"inputs.{name}": sha[:12] for name, sha in run.manifest["inputs"].items()}
    keys = dict.fromkeys(key for settings in flat for key in settings)
    rows = [[key, *(settings.get(key, "") for settings in flat)] for key in keys]
    return pd.DataFrame(
        [row for row in rows if len(set(row[1:])) > 1], columns=["key", *names], dtype=object
    )


def _settings(scenario: Mapping[str, object]) -> dict[str, str]:
    """Each key of a scenario with its value as text: table.key, and phases.1.name in a list."""
    texts = {f"scenario.{key}" for key in _TEXTS}
    return {
        path: _as_text(value)
        for path, value in flattened(scenario, _parts)
        if path not in texts and not isinstance(value, Mapping)
    }


def _parts(value: object) -> Mapping[Any, object]:
    if isinstance(value, list) and any(isinstance(part, Mapping) for part in value):
        return dict(enumerate(value, start=1))
    return value if isinstance(value, Mapping) else {}


def _as_text(value: object) -> str:
    if value is None:
        return "none"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _picks(runs: Sequence[Result], names: Sequence[str]) -> pd.DataFrame:
    tables = [run.tables["sites"] for run in runs]
    places = pd.concat([table[_PLACE] for table in tables]).drop_duplicates("locality_code")
    picks = places.assign(runs=0)
    for name, table in zip(names, tables, strict=True):
        ranks = table.set_index("locality_code")["rank"]
        picks[name] = picks["locality_code"].map(ranks).astype("Int64")
        picks["runs"] += picks[name].notna()
    order = ["runs", "locality_code"]
    return picks.sort_values(order, ascending=[False, True]).reset_index(drop=True)


def _beside(
    runs: Sequence[Result], names: Sequence[str], kind: str, keys: list[str], value: str
) -> pd.DataFrame:
    """A column of one table of each run, and by how much it differs from that of the first."""
    tables = [run.tables[kind].set_index(keys)[value] for run in runs]
    table: pd.DataFrame = pd.concat(tables, axis="columns", keys=names)
    first = names[0]
    return table.assign(**{difference(n, first): table[n] - table[first] for n in names[1:]})


def _measures(runs: Sequence[Result], names: Sequence[str]) -> pd.DataFrame:
    before = runs[0].tables["access"][["measure", "before"]]
    return before.join(_beside(runs, names, "access", ["measure"], "after"), on="measure")


def _regions(runs: Sequence[Result], names: Sequence[str], kind: str) -> pd.DataFrame:
    keys = [TABLE_LEVELS[kind].code, TABLE_LEVELS[kind].name]
    people = runs[0].tables[kind][[*keys, "population"]]
    return people.merge(_beside(runs, names, kind, keys, "mean_after"), on=keys, how="outer")


def _people(runs: Sequence[Result], names: Sequence[str]) -> pd.DataFrame:
    base = runs[0].tables.get("assignment")
    rows = []
    for name, run in zip(names, runs, strict=True):
        sites, trips = run.tables["sites"], run.tables.get("assignment")
        cost = sites["annual_cost_msek"].sum()
        row = {"run": name, "new_offices": len(sites), "annual_cost_msek": cost}
        if base is not None and trips is not None and trips["demand_id"].equals(base["demand_id"]):
            saved = base["minutes_after"] - trips["minutes_after"]
            row["people_shorter"] = trips.loc[saved > 0, "people"].sum()
            row["people_longer"] = trips.loc[saved < 0, "people"].sum()
        rows.append(row)
    columns = ["run", "new_offices", "annual_cost_msek", *PEOPLE]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(PEOPLE, "Int64"))
