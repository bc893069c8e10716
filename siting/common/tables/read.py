"""Read a table of any of the kinds of files that are known, or say what to save it as."""

import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from siting.common.errors import Fault, InputError, file_fault, refuse_all
from siting.common.file_limits import MOST_ROWS, refuse_large_parquet
from siting.common.tables.delimited import read_csv
from siting.common.tables.file import (
    AnyTable,
    Choose,
    RawTable,
    TableFile,
    as_table,
    no_sheet,
    places_of,
    too_many,
)
from siting.common.tables.geographic import located, read_geojson, read_layer
from siting.common.tables.workbook import read_workbook

_CSV_REMEDY = "Save it again as 'CSV UTF-8' with one header line, or as XLSX or Parquet."
_WORKBOOK = "Open it in a spreadsheet and save it as XLSX."
_LAYER = "Save it as GeoPackage, in QGIS with Export, Save Features As."
_STATISTICS = "Save it as CSV or Parquet."
_SHEETS = (".xlsx", ".xlsm", ".ods", ".gpkg")
_UNREAD = {
    **dict.fromkeys((".xls", ".xlsb", ".xlt", ".numbers", ".fods", ".sxc"), _WORKBOOK),
    **dict.fromkeys(
        (".kml", ".kmz", ".gml", ".gpx", ".fgb", ".gdb", ".tab", ".mif", ".dxf", ".sqlite"), _LAYER
    ),
    **dict.fromkeys((".shx", ".dbf", ".prj", ".cpg"), "Name the file .shp that it belongs to."),
    **dict.fromkeys((".sav", ".dta", ".sas7bdat", ".rds", ".rdata", ".feather"), _STATISTICS),
    **dict.fromkeys((".zip", ".gz", ".7z", ".rar"), "Unpack it, and name the file in it."),
    **dict.fromkeys((".pdf", ".docx", ".doc", ".html"), "Copy the table into a spreadsheet."),
}
"""What to do with files that are not read, by their ending."""


def read_cells(
    table: AnyTable, most_rows: int = MOST_ROWS, choose: Choose = lambda header: header
) -> RawTable:
    """The columns that are chosen from the header of a table."""
    place = as_table(table)
    path = place.path
    try:
        raw = _reader(place)(place, most_rows, choose)
    except InputError:
        raise
    except FileNotFoundError:
        remedy = "Check the path; it is read relative to the file that names it."
        raise InputError([file_fault(path, "there is no such file", remedy)]) from None
    # What a damaged file makes its reader raise is not documented by any of them.
    except Exception as error:
        problem = f"the file is no table ({str(error).strip()})"
        raise InputError([file_fault(path, problem, _CSV_REMEDY)]) from error
    if raw.cells.columns.size and raw.cells.empty:
        remedy = "Write a row for each of what the table lists."
        raise InputError([file_fault(path, "there is no row below the header", remedy)])
    return raw


def texts_of(column: "pd.Series[Any]") -> "pd.Series[str]":
    """The cells of a column as texts."""
    if isinstance(column.dtype, pd.StringDtype):
        return column.fillna("")
    return column.astype(object).where(column.notna(), "").astype(str)


def _read_parquet(table: TableFile, most_rows: int, choose: Choose) -> RawTable:
    import geopandas as gpd  # noqa: PLC0415 - slow to load, seldom needed

    refuse_large_parquet(table.path)
    with pq.ParquetFile(table.path) as file:
        rows, fields = file.metadata.num_rows, list(file.schema_arrow.names)
        geometry = json.loads((file.schema_arrow.metadata or {}).get(b"geo", b"{}"))
    refuse_all([too_many(table, rows, most_rows)] * (rows > most_rows))
    if point := geometry.get("primary_column"):
        fields.remove(point)

        def read(columns: list[str]) -> pd.DataFrame:
            found: pd.DataFrame = gpd.read_parquet(table.path, columns=[*columns, point])
            return found

        return located(table, fields, fields, choose, read)
    names, places = places_of(table, fields, choose)
    found = pq.read_table(table.path, columns=[fields[place] for place in places.values()])
    return RawTable(found.to_pandas(ignore_metadata=True).set_axis(list(places), axis=1), names)


type _Reader = Callable[[TableFile, int, Choose], RawTable]
_READERS: dict[str, _Reader] = {
    **dict.fromkeys((".xlsx", ".xlsm", ".ods"), read_workbook),
    **dict.fromkeys((".gpkg", ".shp"), read_layer),
    **dict.fromkeys((".geojson", ".json"), read_geojson),
    **dict.fromkeys((".parquet", ".geoparquet"), _read_parquet),
}


def _reader(table: TableFile) -> _Reader:
    """What reads a file of its ending; all others are taken for CSV."""
    ending = table.path.suffix.lower()
    if remedy := _UNREAD.get(ending):
        raise InputError(
            [file_fault(table.path, f"files of the kind {ending} are not read", remedy)]
        )
    if table.sheet and ending not in _SHEETS:
        raise no_sheet(table, ())
    read = _READERS.get(ending, read_csv)
    if table.header_row > 1 and read not in (read_csv, read_workbook):
        problem, remedy = "a file of this kind has no header row", "Leave the key header_row out."
        raise InputError([Fault(str(table), "header_row", table.header_row, problem, remedy)])
    return read
