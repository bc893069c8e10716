"""A whole scenario in one workbook: the same tables and keys as a TOML file, on sheets."""

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args, get_origin

from siting.common.errors import Fault, InputError, file_fault, near_matches
from siting.common.file_limits import refuse_large_workbook
from siting.common.toml import field_at, toml_value
from siting.scenario.schema import Scenario

BOOKS = (".xlsx", ".xlsm")
MAIN, COLUMNS = "scenario", ("table", "key", "value")
"""The sheet of single keys, and its columns."""
_FILES = ("demand.file", "offices.existing", "candidates.file", "regions.file")
FILES = {"times": "travel_times.file"} | {key.partition(".")[0]: key for key in _FILES}
"""The sheets that hold what a file would, with the key of that file."""
_LISTS = ("limits.quotas", "objective.targets", "objective.order", "phases")
LISTS = {key.rpartition(".")[2]: key for key in _LISTS}
"""The sheets with a row for each table of a list."""
_SHEETS = (MAIN, *FILES, *LISTS)
_MOST = 2_000
_REMEDY = "Check the path, or begin with the file that siting template scenario writes."
type Entry = tuple[str, Any, str]
"""A key with its tables, what it is set to, and where that stands; rows of lists have no value."""


def read_book(path: Path) -> tuple[list[Entry], list[Fault]]:
    """Every key that a workbook sets, and the sheets that are none of a scenario's."""
    import pandas as pd  # noqa: PLC0415 - slow to load, and TOML does not need it

    try:
        refuse_large_workbook(path)
        sheets = pd.read_excel(
            path, sheet_name=None, dtype=object, keep_default_na=False, nrows=_MOST
        )
    # What a damaged file makes its reader raise is not documented.
    except Exception as error:
        raise InputError([file_fault(path, f"it is no workbook ({error})", _REMEDY)]) from error
    if not {*COLUMNS} <= {*sheets.get(MAIN, ())}:
        problem = f"it has no sheet {MAIN} with the columns {', '.join(COLUMNS)}"
        raise InputError([file_fault(path, f"{problem}, but {', '.join(sheets)}", _REMEDY)])
    entries, faults = list[Entry](), list[Fault]()
    for name, table in sheets.items():
        rows = {
            f"sheet {name}, row {number}": filled
            for number, row in enumerate(table.to_dict("records"), start=2)
            if (filled := {key: cell for key, cell in row.items() if cell != ""})
        }
        entries += _entries(path.name, name, rows)
        if rows and name not in _SHEETS and not name.startswith("_"):
            near = near_matches(name, _SHEETS) or f"Sheets are {', '.join(_SHEETS)}."
            problem, remedy = "a scenario has no such sheet", f"{near} For notes begin it with _."
            faults.append(Fault(str(path), f"sheet {name}", name, problem, remedy))
    return entries, faults


def _entries(file: str, sheet: str, rows: Mapping[str, Mapping[Any, Any]]) -> Iterator[Entry]:
    if sheet == MAIN:
        for place, row in rows.items():
            key = f"{row.get('table', '')}.{row.get('key', '')}"
            if "value" in row:
                yield key, _value(key, row["value"]), place
    elif rows and sheet in FILES:
        yield FILES[sheet], file, f"sheet {sheet}"
        yield f"{FILES[sheet].partition('.')[0]}.sheet", sheet, f"sheet {sheet}"
    elif rows and (key := LISTS.get(sheet, "")):
        tables = (
            {each: _value(f"{key}.{each}", row[each]) for each in row} for row in rows.values()
        )
        yield key, [*tables], f"sheet {sheet}"
        yield from ((f"{key}.{number}", None, place) for number, place in enumerate(rows))


def _value(key: str, cell: Any) -> Any:  # noqa: ANN401 - any TOML value
    """A cell as TOML has it; a text, where the key wants one or a list of them."""
    found = field_at(key.split("."), Scenario)
    wanted = found.annotation if found else None
    inner = [part for each in get_args(wanted) for part in (each, *get_args(each))]
    if isinstance(cell, dt.datetime):
        return cell.date()
    text = str(cell).strip()
    if str not in (wanted, *inner) or text[:1] in '["{':
        return toml_value(text) if isinstance(cell, str) else cell
    return [part.strip() for part in text.split(";")] if get_origin(wanted) is tuple else text
