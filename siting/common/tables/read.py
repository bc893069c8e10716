"""Read a table of any of the kinds of files that are known, or say what to save it as."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from siting.common.errors import InputError, file_fault
from siting.common.file_limits import MOST_ROWS, refuse_large_parquet, refuse_large_workbook
from siting.common.tables.delimited import read_csv
from siting.common.tables.file import AnyTable, Choose, RawTable, TableFile, as_table, places_of
from siting.common.tables.layers import read_layer, read_points_of

_CSV_REMEDY = "Save it again as 'CSV UTF-8' with one header line, or as XLSX or Parquet."
_UNREAD = {
    "Open it in a spreadsheet, and save it as XLSX.": ".xls .xlsb .xlt .numbers .fods .sxc .html",
    "Export it from the GIS as a GeoPackage.": ".kml .kmz .gml .gpx .fgb .gdb .tab .mif .dxf",
    "Name the file .shp that it belongs to.": ".shx .dbf .prj .cpg",
    "Save it as CSV or Parquet.": ".sav .dta .sas7bdat .rds .rdata .feather .pdf .doc .docx",
    "Unpack it, and name the file in it.": ".zip .gz .7z .rar",
}
"""What to do with files that are not read, by their endings."""


def read_cells(
    table: AnyTable, most_rows: int = MOST_ROWS, choose: Choose = lambda header: header
) -> RawTable:
    """The columns that are chosen from the header of a table."""
    place = as_table(table)
    try:
        raw = _reader(place)(place, most_rows, choose)
    except InputError:
        raise
    except FileNotFoundError:
        remedy = "Check the path; it is read relative to the file that names it."
        raise InputError([file_fault(place.path, "there is no such file", remedy)]) from None
    # What a damaged file makes its reader raise is not documented by any of them.
    except Exception as error:
        problem = f"the file is no table ({str(error).strip()})"
        raise InputError([file_fault(place.path, problem, _CSV_REMEDY)]) from error
    raw = replace(raw, cells=_without_end(raw.cells))
    if raw.cells.columns.size and raw.cells.empty:
        remedy = "Write a row for each of what the table lists."
        raise InputError([file_fault(place.path, "there is no row below the header", remedy)])
    return raw


def _without_end(cells: pd.DataFrame) -> pd.DataFrame:
    """The rows down to the last in which anything stands, as spreadsheets leave empty ones."""
    if len(cells) and _is_blank(cells[-1:]).all():
        filled = np.flatnonzero(~_is_blank(cells))
        return cells[: filled[-1] + 1] if filled.size else cells[:0]
    return cells


def _is_blank(cells: pd.DataFrame) -> "pd.Series[bool]":
    return cells.map(lambda cell: isinstance(cell, str) and not cell.strip()).all(axis=1)


def texts_of(column: "pd.Series[Any]") -> "pd.Series[str]":
    """The cells of a column as texts."""
    if isinstance(column.dtype, pd.StringDtype):
        return column.fillna("")
    return column.astype(object).where(column.notna(), "").astype(str)


def _read_workbook(table: TableFile, most_rows: int, choose: Choose) -> RawTable:
    """The columns of a sheet, each cell of the type that the workbook gives it."""
    refuse_large_workbook(table.path)
    sheets, start = partial(_sheets, table.path), table.header_row
    if table.sheet and table.sheet not in (known := sheets(1)):
        raise table.has_no(known)
    (rows,) = sheets(start + most_rows + 1, table.sheet).values()
    table.refuse_rows(len(rows) - start, most_rows)
    names, places = places_of(table, rows.iloc[start - 1].fillna(""), choose)
    cells = rows.iloc[start:, [*places.values()]].fillna("").set_axis([*places], axis="columns")
    cells.index = pd.RangeIndex(start - 1, len(rows) - 1)
    return RawTable(cells, names, sheets, ())


def _sheets(path: Path, rows: int, only: str | None = None) -> dict[Any, pd.DataFrame]:
    """The first rows of all sheets of a workbook, or of one; "" is the first."""
    if path.suffix.lower() != ".ods":
        # Without a header, as pandas would rename columns that appear twice.
        read = partial(pd.read_excel, path, header=None, dtype=object, keep_default_na=False)
        return read(nrows=rows, sheet_name=None if only is None else [only or 0], engine="openpyxl")
    from pyogrio import list_layers, read_dataframe  # noqa: PLC0415 - slow to load, seldom needed

    names = [str(name) for name, _ in list_layers(path)]
    if not names:
        remedy = "Write the names of the columns into its first row."
        raise InputError([file_fault(path, "the document is empty", remedy)])
    texts = {"HEADERS": "DISABLE", "FIELD_TYPES": "STRING", "read_geometry": False}
    wanted = names if only is None else [only or names[0]]
    layer: Any = partial(read_dataframe, path, max_features=rows, **texts)
    return {name: layer(layer=name).map(_number_or_text) for name in wanted}


def _number_or_text(cell: object) -> object:
    """A cell of a workbook that gives texts alone; a number is written in the shortest way."""
    with suppress(ValueError):
        if "." in str(cell) and str(number := float(str(cell))) == cell:
            return number
    return cell


def _read_parquet(table: TableFile, most_rows: int, choose: Choose) -> RawTable:
    refuse_large_parquet(table.path)
    with pq.ParquetFile(table.path) as file:
        fields, geometry = file.schema_arrow.names, (file.schema_arrow.metadata or {}).get(b"geo")
        table.refuse_rows(file.metadata.num_rows, most_rows)
    if geometry:
        import geopandas as gpd  # noqa: PLC0415 - slow to load, seldom needed

        points = json.loads(geometry)["primary_column"]
        fields.remove(points)
        read = partial(gpd.read_parquet, table.path)
        return read_points_of(table, fields, choose, lambda names: read(columns=[*names, points]))
    names, places = places_of(table, fields, choose)
    found = pq.read_table(table.path, columns=[fields[place] for place in places.values()])
    return RawTable(found.to_pandas(ignore_metadata=True).set_axis([*places], axis=1), names)


type _Reader = Callable[[TableFile, int, Choose], RawTable]
_READERS: dict[str, _Reader] = {
    **dict.fromkeys((".xlsx", ".xlsm", ".ods"), _read_workbook),
    **dict.fromkeys((".gpkg", ".shp", ".geojson", ".json"), read_layer),
    **dict.fromkeys((".parquet", ".geoparquet"), _read_parquet),
}


def _reader(table: TableFile) -> _Reader:
    """What reads a file of its ending; all others are taken for CSV."""
    ending = table.path.suffix.lower()
    for remedy in (each for each, endings in _UNREAD.items() if ending in endings.split()):
        raise InputError([file_fault(table.path, f"{ending} files are not read", remedy)])
    read = _READERS.get(ending, read_csv)
    if table.sheet and read is not _read_workbook and ending != ".gpkg":
        raise table.has_no(())
    return read
