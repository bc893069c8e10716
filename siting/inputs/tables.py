"""Read tables and say, all at once, what is wrong with them."""

import re
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from pandera.errors import SchemaErrors
from pandera.pandas import DataFrameSchema

from siting.common.errors import Fault, InputError, near_matches
from siting.common.tables.hints import GREATEST, cell, missing_column, number_problem, zero_remedy
from siting.common.tables.read import read_texts, shortened
from siting.inputs.schema import CODE_PROBLEM, TABLES, kind

_LOST_ZERO = re.compile(r"\d{3}(\.0)?")
_PROBLEMS = {
    "field_uniqueness": "stands in more than one row",
    "column_in_schema": "is a column that this table does not have",
    "not_nullable": "must not be empty",
}


def read_table(name: str, folder: Path) -> pd.DataFrame:
    """Read one of the tables that ship, checked against its schema."""
    return read_checked(folder / f"{name}.csv", TABLES[name])


def read_checked(path: Path, schema: DataFrameSchema) -> pd.DataFrame:
    """Read a CSV, XLSX or Parquet file and check every row against a schema."""
    raw = read_texts(path)
    required = (name for name, column in schema.columns.items() if column.required)
    missing = [name for name in required if name not in raw.columns]
    if missing:
        raise InputError(missing_column(path, name, raw.columns) for name in missing)
    table, faults = _numbers(raw, schema, path)
    reported = {fault.key for fault in faults}
    table, more = _validated(table, schema, path)
    faults += (fault for fault in more if fault.key not in reported)
    if faults:
        raise InputError(shortened(faults, path))
    return table


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
        bad = ~(values.abs() < GREATEST) & ~(bool(column.nullable) & (raw[name] == ""))
        if whole:
            bad |= values.notna() & (values % 1 != 0)
        faults += [
            Fault(
                str(path),
                cell(row, name),
                raw[name][row],
                *number_problem(raw[name][row], whole=whole),
            )
            for row in raw.index[bad]
        ]
        # A bad value is reported once: the schema then sees an allowed one in its place.
        stand_in = values.where(~bad).min()
        settled = values.mask(bad, 1 if pd.isna(stand_in) else stand_in)
        table[name] = settled.astype("Int64" if whole else float)
    return table, faults


def _validated(
    table: pd.DataFrame, schema: DataFrameSchema, path: Path
) -> tuple[pd.DataFrame, list[Fault]]:
    try:
        return schema.validate(table, lazy=True), []
    except SchemaErrors as errors:
        cases = errors.failure_cases.to_dict("records")
        return table, [_as_fault(case, schema, path) for case in cases]


def _as_fault(case: Mapping[Hashable, Any], schema: DataFrameSchema, path: Path) -> Fault:
    value, check = case["failure_case"], str(case["check"])
    name = case["column"] if isinstance(case["column"], str) else str(value)
    key = f"column {name}" if pd.isna(case["index"]) else cell(int(case["index"]), name)
    problem = _PROBLEMS.get(check, check)
    if check == "column_in_schema":
        remedy = near_matches(name, schema.columns) or "Take it out."
    elif check == "field_uniqueness":
        remedy = "Give each row one of its own, or take out the rows that are there twice."
    elif _LOST_ZERO.fullmatch(str(value)) and problem == CODE_PROBLEM:
        remedy = zero_remedy(f"0{str(value).removesuffix('.0')}")
    else:
        meaning = schema.columns[name].description
        remedy = f"Correct it; the column holds: {meaning}."
    return Fault(str(path), key, value, problem, remedy)
