"""Read the sheets of a workbook: XLSX, XLSM and ODS."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from siting.common.errors import Fault, InputError, file_fault, refuse_all
from siting.common.file_limits import refuse_large_workbook
from siting.common.tables.file import (
    HEAD,
    Choose,
    RawTable,
    TableFile,
    no_sheet,
    places_of,
    too_many,
)

type Sheet = Callable[[int], pd.DataFrame]
"""Gives the first rows of a sheet."""


def read_workbook(table: TableFile, most_rows: int, choose: Choose) -> RawTable:
    """The columns of a sheet, each cell of the type that the workbook gives it."""
    refuse_large_workbook(table.path)
    if table.path.suffix.lower() == ".ods":
        return _read_sheet(table, most_rows, choose, _open_document(table.path))
    with pd.ExcelFile(table.path, engine="openpyxl") as book:
        sheets = {str(name): partial(_rows_of, book, str(name)) for name in book.sheet_names}
        return _read_sheet(table, most_rows, choose, sheets)


def _read_sheet(
    table: TableFile, most_rows: int, choose: Choose, sheets: Mapping[str, Sheet]
) -> RawTable:
    if table.sheet and table.sheet not in sheets:
        raise no_sheet(table, sheets)
    start = table.header_row
    rows = sheets[table.sheet or next(iter(sheets))](start + most_rows + 1)
    refuse_all(_too_few(table, len(rows)))
    if len(rows) > start + most_rows:
        raise InputError([too_many(table, len(rows) - start, most_rows)])
    names, places = places_of(table, rows.iloc[start - 1], choose)
    cells = rows.iloc[start:, list(places.values())].set_axis(list(places), axis="columns")
    cells.index = pd.RangeIndex(start - 1, len(rows) - 1)
    heads = {name: sheet(HEAD).to_numpy().tolist() for name, sheet in sheets.items()}
    return RawTable(cells, names, lambda: heads, ())


def _too_few(table: TableFile, rows: int) -> list[Fault]:
    if rows >= table.header_row:
        return []
    if not rows:
        problem, remedy = "the sheet is empty", "Write the names of the columns into its first row."
        return [file_fault(table.path, f"{problem}", remedy)]
    problem, remedy = f"the sheet has {rows} rows", "Write the row that names the columns."
    return [Fault(str(table), "header_row", table.header_row, problem, remedy)]


def _rows_of(book: pd.ExcelFile, name: str, count: int) -> pd.DataFrame:
    # Without a header, as pandas would rename columns that appear twice.
    options: dict[str, Any] = {"header": None, "dtype": object, "keep_default_na": False}
    cells: pd.DataFrame = pd.read_excel(book, sheet_name=name, nrows=count, **options)
    return cells.fillna("")


def _open_document(path: Path) -> dict[str, Sheet]:
    from pyogrio import list_layers, read_dataframe  # noqa: PLC0415 - slow to load, seldom needed

    def rows(name: str, count: int) -> pd.DataFrame:
        read = partial(read_dataframe, path, layer=name, max_features=count, read_geometry=False)
        cells: pd.DataFrame = read(HEADERS="DISABLE", FIELD_TYPES="STRING")
        return cells.fillna("")

    return {name: partial(rows, name) for name, _ in list_layers(path)}
