"""What a scenario rests on as tables to fill in: the ids of its places, and its travel times."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from siting.common.errors import Fault, refuse_all
from siting.common.files import refuse_new_file, replace_file, telling
from siting.common.package import data_folder
from siting.common.signals import Progress
from siting.inputs.names import OFFICE_NAMES
from siting.inputs.select import Inputs
from siting.pipeline.check import checked_inputs
from siting.pipeline.prepare import travel_times
from siting.pipeline.problem import dense
from siting.results.csv import guarded
from siting.scenario.file import ScenarioFile

_LONGEST_SHEET = 1_048_576
_COLUMNS = ("column", "id", "kind", "name", "municipality_code", "municipality", "lon", "lat")


def export_table(kind: str, file: ScenarioFile, out: Path, progress: Progress) -> Path:
    """Write the places of a scenario, or its travel times, into a new file."""
    refuse_new_file(out, (".csv", ".xlsx", ".parquet"))
    inputs = checked_inputs(file, data_folder())
    table = places(inputs) if kind == "ids" else _pairs(file, inputs, progress)
    if (ending := out.suffix.lower()) != ".parquet":
        refuse_all(_unfit(table, ending))
        table = guarded(table)
    write: Any = {".csv": table.to_csv, ".xlsx": table.to_excel, ".parquet": table.to_parquet}
    with telling(out, "--out"):
        replace_file(out, lambda new: write[ending](new, index=False))
    return out


def places(inputs: Inputs) -> pd.DataFrame:
    """Every place by its id, and the column of a file of travel times that the id stands in."""
    names = inputs.municipalities.set_index("code")["name"]
    homes = inputs.demand.assign(column="from", kind="demand", id=inputs.demand["demand_id"])
    offices = inputs.offices.rename(columns=OFFICE_NAMES).assign(kind="office")
    sites = pd.concat([offices, inputs.candidates.assign(kind="candidate")])
    sites = sites.assign(column="to", id=sites["locality_code"], name=sites["locality"])
    every = pd.concat([homes, sites], ignore_index=True)
    return every.assign(municipality=every["municipality_code"].map(names))[[*_COLUMNS]]


def _pairs(file: ScenarioFile, inputs: Inputs, progress: Progress) -> pd.DataFrame:
    """The columns that `[travel_times] file` has, with inf where there is no way."""
    times = travel_times(file, inputs, data_folder(), progress)
    progress("Writing the file")
    pairs = pd.MultiIndex.from_product([times.origins, times.destinations], names=["from", "to"])
    return pairs.to_frame(index=False).assign(minutes=dense(times.minutes).ravel())


def _unfit(table: pd.DataFrame, ending: str) -> Iterator[Fault]:
    """What a spreadsheet would not hold as it is."""
    if ending == ".xlsx" and len(table) >= _LONGEST_SHEET:
        problem = f"a sheet holds {_LONGEST_SHEET:,} rows"
        yield Fault("command line", "--out", ending, problem, "Write .parquet or .csv.")
    for key in table.columns.intersection(["id", "from", "to"]):
        for value in table.loc[guarded(table[[key]])[key] != table[key], key].head(1):
            problem = "this id would be taken for a formula"
            yield Fault("command line", "--out", value, problem, "Write .parquet.")
