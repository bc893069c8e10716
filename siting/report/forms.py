"""Excel files to fill in: columns with notes, lists to choose from, and rows that show how."""

from pathlib import Path

import pandas as pd
from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from siting.common.files import refuse_new_file, replace_file, telling
from siting.inputs.candidates import every_place
from siting.inputs.schema import read_table
from siting.report.words import texts

_LAST = 5000
_WIDTH = 26
_TEXTS = ("id", "municipality_code")


def write_template(kind: str, out: Path, language: str, data: Path) -> Path:
    """Write a new workbook to fill in: a table of offices, demand or candidates."""
    refuse_new_file(out, (".xlsx",))
    words = texts(language)["template"]
    names, notes, choices = zip(*words[kind]["columns"], strict=True)
    sheets = {
        (kind, 0): pd.DataFrame(words[kind]["rows"], columns=names),
        (words["notes"], 0): pd.DataFrame(zip(names, notes, strict=True), columns=words["heads"]),
        (words["lists"], 0): _places(data)[0],
        (words["lists"], 2): _places(data)[1],
    }

    def write(path: Path) -> None:
        with pd.ExcelWriter(path, engine="openpyxl") as book:
            for (sheet, column), table in sheets.items():
                shown = table.replace("", None)
                shown.to_excel(book, sheet_name=sheet, startcol=column, index=False)
            for each in book.sheets.values():
                each.freeze_panes, each.sheet_format.defaultColWidth = "A2", _WIDTH
            for place, (note, choice) in enumerate(zip(notes, choices, strict=True), start=1):
                _explain(book.sheets[kind], place, note, choice)

    with telling(out, "--out"):
        replace_file(out, write)
    return out


def _explain(sheet: Worksheet, place: int, note: str, choice: str) -> None:
    """Give a column its note, and what its cells are chosen from."""
    letter = get_column_letter(place)
    sheet[f"{letter}1"].comment = Comment(note, "siting", width=320)
    if choice:
        chosen = DataValidation("list", choice, allow_blank=True, errorStyle="warning")
        chosen.add(f"{letter}2:{letter}{_LAST}")
        sheet.add_data_validation(chosen)
    if sheet[f"{letter}1"].value in _TEXTS:
        # A code that is typed or chosen keeps its zero only in a cell for texts.
        sheet.column_dimensions[letter].number_format = "@"


def _places(data: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Municipalities with their codes, and localities with their municipalities, by name."""
    municipalities = read_table("municipalities", data).sort_values("name")
    places = every_place(municipalities, read_table("localities", data))
    owner = places["municipality_code"].map(municipalities.set_index("code")["name"])
    owned = places.assign(municipality=owner).sort_values(["municipality", "locality"])
    return municipalities[["code", "name"]], owned[["municipality", "locality"]]
