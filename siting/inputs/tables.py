"""Read tables and say, all at once, what is wrong with them."""

import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from pandera.errors import SchemaErrors
from pandera.pandas import DataFrameSchema

from siting.errors import Fault, InputError
from siting.inputs.schema import TABLES, kind
from siting.sizes import TEXT, refuse_large, refuse_large_parquet, refuse_large_workbook

_FAULTS_SHOWN = 20
_PROBLEMS = {
    "field_uniqueness": "stands in more than one row",
    "column_in_schema": "is a column that this table does not have",
    "not_nullable": "must not be empty",
}


def read_table(name: str, folder: Path) -> pd.DataFrame:
    """Read one of the tables that ship, checked against its schema.

    Parameters
    ----------
    name : str
        A key of `siting.inputs.schema.TABLES`.
    folder : Path
        The data folder.

    Returns
    -------
    DataFrame
        The table, codes as text.

    Raises
    ------
    InputError
        If the file is missing or a value does not fit.
    """
    return read_checked(folder / f"{name}.csv", TABLES[name])


def read_checked(path: Path, schema: DataFrameSchema) -> pd.DataFrame:
    """Read a CSV, XLSX or Parquet file and check every row against a schema.

    Parameters
    ----------
    path : Path
        The file; its ending says which kind it is.
    schema : DataFrameSchema
        Columns in the order wanted; those that are not required may be missing.

    Returns
    -------
    DataFrame
        Codes and texts as strings ("" where empty), numbers as numbers.

    Raises
    ------
    InputError
        One fault for each value that does not fit, with its row as the file shows it.
    """
    raw = _read_text(path)
    required = (name for name, column in schema.columns.items() if column.required)
    missing = [name for name in required if name not in raw.columns]
    if missing:
        raise InputError(_missing_column(path, name, raw.columns) for name in missing)
    table, faults = _numbers(raw, schema, path)
    table, more = _validated(table, schema, path)
    if faults or more:
        raise InputError(_shortened([*faults, *more], path))
    return table


def _read_text(path: Path) -> pd.DataFrame:
    try:
        if path.suffix.lower() == ".xlsx":
            refuse_large_workbook(path)
            return pd.read_excel(path, dtype=str, keep_default_na=False, engine="openpyxl")
        if path.suffix.lower() == ".parquet":
            refuse_large_parquet(path)
            raw = pd.read_parquet(path).reset_index(drop=True)
            return raw.astype(object).where(raw.notna(), "").astype(str)
        refuse_large(path, TEXT)
        # Nothing is unpacked on the way: a packed file can hold any number of bytes.
        return pd.read_csv(
            path, dtype=str, keep_default_na=False, encoding="utf-8-sig", compression=None
        )
    except FileNotFoundError:
        remedy = "Check the path; it is read relative to the file that names it."
        problem = "there is no such file"
    except UnicodeDecodeError:
        remedy = "Save it as 'CSV UTF-8'."
        problem = "the file is not UTF-8 text"
    # Those of pandas and of Arrow are ValueErrors; a folder is an OSError.
    except (ValueError, OSError, zipfile.BadZipFile) as e:
        remedy = "Save it again as CSV UTF-8 with one header line, or as XLSX or Parquet."
        problem = f"the file is no table ({str(e).strip()})"
    raise InputError([Fault(str(path), "file", path.name, problem, remedy)])


def _missing_column(path: Path, name: str, found: Iterable[str]) -> Fault:
    problem = f"the column is missing; the file has {', '.join(map(str, found))}"
    return Fault(str(path), f"column {name}", None, problem, f"Add a column named {name}.")


def _numbers(
    raw: pd.DataFrame, schema: DataFrameSchema, path: Path
) -> tuple[pd.DataFrame, list[Fault]]:
    """Turn the columns that the schema calls numbers into numbers, with a fault for each not."""
    table, faults = raw.copy(), []
    for name, column in schema.columns.items():
        if name not in raw or kind(column) == "string":
            continue
        whole = kind(column) == "integer"
        values = pd.to_numeric(raw[name], errors="coerce")
        bad = ~np.isfinite(values) & ~(bool(column.nullable) & (raw[name] == ""))
        if whole:
            bad |= values.notna() & (values % 1 != 0)
        remedy = "Write a whole number." if whole else "Write a number with a point."
        faults += [
            Fault(
                str(path), f"row {row + 2}, column {name}", raw[name][row], "not a number", remedy
            )
            for row in raw.index[bad]
        ]
        # A bad value is reported once: the schema then sees an allowed one in its place.
        stand_in = values.where(~bad).min()
        table[name] = values.mask(bad, stand_in).astype("Int64" if whole else float)
    return table, faults


def _validated(
    table: pd.DataFrame, schema: DataFrameSchema, path: Path
) -> tuple[pd.DataFrame, list[Fault]]:
    try:
        return schema.validate(table, lazy=True), []
    except SchemaErrors as errors:
        return table, list(_as_faults(errors.failure_cases, path))


def _as_faults(cases: pd.DataFrame, path: Path) -> Iterator[Fault]:
    for case in cases.to_dict("records"):
        column = case["column"] if isinstance(case["column"], str) else case["failure_case"]
        row = "" if pd.isna(case["index"]) else f"row {int(case['index']) + 2}, "
        problem = _PROBLEMS.get(str(case["check"]), str(case["check"]))
        yield Fault(
            str(path), f"{row}column {column}", case["failure_case"], problem, "Correct it."
        )


def _shortened(faults: list[Fault], path: Path) -> list[Fault]:
    if len(faults) <= _FAULTS_SHOWN:
        return faults
    more = len(faults) - _FAULTS_SHOWN
    tail = Fault(
        str(path), "file", path.name, f"{more} more faults like these", "Mend these first."
    )
    return [*faults[:_FAULTS_SHOWN], tail]
