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

from siting.common.files import refuse_new_file, replace_file, telling
from siting.common.toml import field_at, read_toml, table_at
from siting.inputs.candidates import every_place
from siting.inputs.schema import read_table
from siting.report.words import key_meanings, texts
from siting.scenario.schema import Scenario, table_models
from siting.scenario.workbook import LISTS, MAIN

_TEXTS = ("id", "municipality_code")
_EMPTY = ("offices", "demand", "candidates")
"""Sheets of a whole scenario; as long as they hold no row they mean what ships."""


def write_template(kind: str, out: Path, language: str, data: Path) -> Path:
    """Write a new workbook to fill in: a table, the costs of a scenario, or a whole scenario."""
    refuse_new_file(out, (".xlsx",))
    words, first = texts(language)["template"], MAIN if kind == "costs" else kind
    columns = {name: words[name]["columns"] for name in (first, *_EMPTY * (kind == MAIN))}
    rows = {first: words[kind]["rows"] if kind in _EMPTY else [*_keys(kind, data, language)]}
    sheets = {
        name: pd.DataFrame(rows.get(name, ()), columns=[head for head, _, _ in each])
        for name, each in columns.items()
    }
    for name, key in LISTS.items() if kind == MAIN else ():
        listed = table_at(key.split("."), Scenario)
        sheets[name] = pd.DataFrame(columns=[*listed.model_fields])
    notes = [column[:2] for each in columns.values() for column in each]
    sheets[words["notes"]] = pd.DataFrame(notes, columns=words["heads"])
    sheets[words["lists"]] = _lists(data)

    def write(path: Path) -> None:
        with pd.ExcelWriter(path, engine="openpyxl") as book:
            for name, table in sheets.items():
                table.replace("", None).to_excel(book, sheet_name=name, index=False)
                sheet = book.sheets[name]
                sheet.freeze_panes, sheet.sheet_format.defaultColWidth = "A2", 26
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
        chosen.add(f"{letter}2:{letter}5000")
        sheet.add_data_validation(chosen)
    if head in _TEXTS:
        # A code that is typed or chosen keeps its zero only in a cell for texts.
        sheet.column_dimensions[letter].number_format = "@"


def _keys(kind: str, data: Path, language: str) -> Iterator[tuple[str, str, Any, str]]:
    """The costs that ship by the keys that a scenario has for them, or all keys without values."""
    costs = pd.json_normalize({"costs": read_toml(data / "costs.toml")}).iloc[0].to_dict()
    given = costs if kind == "costs" else {"scenario.date": dt.datetime.now(tz=dt.UTC).date()}
    models = {name: model for name, model in table_models().items() if kind == MAIN}
    keys = [f"{name}.{key}" for name, model in models.items() for key in model.model_fields]
    single = (key for key in keys if not key.startswith(("costs.", *LISTS.values())))
    for key in map(str, [*single, *costs]):
        field, (table, _, name) = field_at(key.split("."), Scenario), key.partition(".")
        if field and not field.exclude:
            value = given.get(key, "…" if field.is_required() else "")
            meaning = key_meanings(language).get(key, field.description or "")
            yield table, name, value, " ".join(meaning.split())


def _lists(data: Path) -> pd.DataFrame:
    """Municipalities with their codes; localities with their municipalities; all by name."""
    municipalities = read_table("municipalities", data).sort_values("name", ignore_index=True)
    places = every_place(municipalities, read_table("localities", data))
    owner = places["municipality_code"].map(municipalities.set_index("code")["name"])
    owned = places.assign(municipality=owner).sort_values(
        ["municipality", "locality"], ignore_index=True
    )
    return municipalities[["code", "name"]].join(owned[["municipality", "locality"]], how="right")
