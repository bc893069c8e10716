"""Excel files to fill in: columns with notes, lists to choose from, and rows that show how."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet
from pydantic.fields import FieldInfo

from siting.common.files import refuse_new_file, replace_file, telling
from siting.common.toml import Table, field_at, read_toml
from siting.inputs.candidates import every_place
from siting.inputs.schema import read_table
from siting.report.words import texts
from siting.scenario.schema import Scenario
from siting.scenario.workbook import LISTS, MAIN

_LAST = 5000
_WIDTH = 26
_TEXTS = ("id", "municipality_code")
_EMPTY = ("offices", "demand", "candidates")
"""Sheets of a whole scenario; as long as they hold no row they mean what ships."""


def write_template(kind: str, out: Path, language: str, data: Path) -> Path:
    """Write a new workbook to fill in: a table, the costs of a scenario, or a whole scenario."""
    refuse_new_file(out, (".xlsx",))
    words, first = texts(language)["template"], MAIN if kind == "costs" else kind
    columns = {name: words[name]["columns"] for name in (first, *_EMPTY * (kind == MAIN))}
    rows = {first: words[kind]["rows"] if kind in _EMPTY else [*_keys(kind, data)]}
    sheets = {
        name: pd.DataFrame(rows.get(name, ()), columns=[head for head, _, _ in each])
        for name, each in columns.items()
    }
    for name, key in LISTS.items() if kind == MAIN else ():
        field: Any = field_at(key.split("."), Scenario)
        sheets[name] = pd.DataFrame(columns=[*field.annotation.__args__[0].model_fields])
    notes = [column[:2] for each in columns.values() for column in each]
    sheets[words["notes"]] = pd.DataFrame(notes, columns=words["heads"])
    sheets[words["lists"]] = _lists(data)

    def write(path: Path) -> None:
        with pd.ExcelWriter(path, engine="openpyxl") as book:
            for name, table in sheets.items():
                table.replace("", None).to_excel(book, sheet_name=name, index=False)
                sheet = book.sheets[name]
                sheet.freeze_panes, sheet.sheet_format.defaultColWidth = "A2", _WIDTH
                for place, column in enumerate(columns.get(name, ()), start=1):
                    _explain(sheet, place, *column)

    with telling(out, "--out"):
        replace_file(out, write)
    return out


def _explain(sheet: Worksheet, place: int, head: str, note: str, choice: str) -> None:
    """Give a column its note, and what its cells are chosen from."""
    letter = get_column_letter(place)
    sheet[f"{letter}1"].comment = Comment(note, "siting", width=320)
    if choice:
        chosen = DataValidation("list", choice, allow_blank=True, errorStyle="warning")
        chosen.add(f"{letter}2:{letter}{_LAST}")
        sheet.add_data_validation(chosen)
    if head in _TEXTS:
        # A code that is typed or chosen keeps its zero only in a cell for texts.
        sheet.column_dimensions[letter].number_format = "@"


def _keys(kind: str, data: Path) -> Iterator[tuple[str, str, Any, str]]:
    """The costs that ship by the keys that a scenario has for them, or all keys without values."""
    fields: dict[str, Any] = dict(_fields(Scenario))
    given: dict[str, Any] = {key: "…" for key, each in fields.items() if each.is_required()}
    given["scenario.date"] = dt.datetime.now(tz=dt.UTC).date()
    if kind == "costs":
        figures = pd.json_normalize({"costs": read_toml(data / "costs.toml")}).iloc[0]
        given = {
            str(key): str(each) if isinstance(each, list) else each for key, each in figures.items()
        }
        fields = {key: field_at(key.split("."), Scenario) for key in given}
    for key, field in fields.items():
        if field and not field.exclude and key not in LISTS.values():
            table, _, name = key.partition(".")
            yield table, name, given.get(key, ""), " ".join((field.description or "").split())


def _fields(model: type[Table], before: str = "") -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, Table):
            yield from _fields(inner, f"{before}{name}.")
        else:
            yield f"{before}{name}", field


def _lists(data: Path) -> pd.DataFrame:
    """Municipalities with their codes; localities with their municipalities; all by name."""
    municipalities = read_table("municipalities", data).sort_values("name", ignore_index=True)
    places = every_place(municipalities, read_table("localities", data))
    owner = places["municipality_code"].map(municipalities.set_index("code")["name"])
    owned = places.assign(municipality=owner).sort_values(
        ["municipality", "locality"], ignore_index=True
    )
    return municipalities[["code", "name"]].join(owned[["municipality", "locality"]], how="right")
