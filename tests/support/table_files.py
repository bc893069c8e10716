"""Files as spreadsheets and GIS write them, for tests of readers."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd

POINTS = pd.DataFrame(
    {
        "id": ["d1", "d2", "d3"],
        "lon": [17.91, 18.0686, 18.25],
        "lat": [59.51, 59.3293, 59.4],
        "people": [412, 99.5, 1204],
        "municipality_code": ["0114", "0180", "0180"],
    }
)
"""Demand points in Sweden."""
type Rows = Sequence[Sequence[Any]]


def rows_of(table: pd.DataFrame = POINTS) -> list[list[Any]]:
    """The header and the rows of a table."""
    return [list(table.columns), *table.astype(object).to_numpy().tolist()]


def write_xlsx(path: Path, sheets: Mapping[str, Rows]) -> Path:
    """A workbook as Excel writes it."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


_LAST = 1_048_576
_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "table", "text")
)


def _cell(value: object) -> str:
    if value is None:
        return '<table:table-cell table:number-columns-repeated="1"/>'
    if isinstance(value, str):
        kind, shown = 'office:value-type="string"', value
    else:  # shown with a comma, as in a Swedish locale
        kind = f'office:value-type="float" office:value="{value}"'
        shown = str(value).replace(".", ",")
    return f"<table:table-cell {kind}><text:p>{shown}</text:p></table:table-cell>"


def write_ods(path: Path, sheets: Mapping[str, Rows]) -> Path:
    """A workbook as LibreOffice writes it, with empty rows to the last of the sheet."""
    tables = "".join(
        f'<table:table table:name="{name}">'
        + "".join(
            f"<table:table-row>{''.join(map(_cell, row)) or _cell(None)}</table:table-row>"
            for row in rows
        )
        + f'<table:table-row table:number-rows-repeated="{_LAST - len(rows)}"><table:table-cell '
        'table:number-columns-repeated="16384"/></table:table-row></table:table>'
        for name, rows in sheets.items()
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_SPACES} '
        f'office:version="1.3"><office:body><office:spreadsheet>{tables}</office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
    return path


def short_names(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The names of columns as a Shapefile keeps them."""
    return table.rename(columns=lambda name: name[:10])


def located(crs: int | None = 4326, table: pd.DataFrame = POINTS) -> gpd.GeoDataFrame:
    """The points in a coordinate system, without columns of positions."""
    places = gpd.points_from_xy(table["lon"], table["lat"], crs=4326)
    frame = gpd.GeoDataFrame(table.drop(columns=["lon", "lat"]), geometry=places)
    return frame.to_crs(crs) if crs else frame.set_crs(None, allow_override=True)
