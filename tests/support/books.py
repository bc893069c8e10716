"""Scenarios as workbooks."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl

from siting.common.errors import Fault, InputError
from siting.pipeline.prepare import check
from siting.scenario.file import read_scenario
from siting.scenario.workbook import LISTS

type Row = Sequence[Any]
ABOUT = {
    "scenario.title": "Mine",
    "scenario.author": "A",
    "scenario.date": dt.date(2026, 5, 1),
    "scenario.source": "none",
    "scenario.rationale": "To see.",
}


def write_book(path: Path, keys: Mapping[str, Any], sheets: Mapping[str, Sequence[Row]]) -> Path:
    """A workbook with these keys on its sheet scenario, and these rows on others."""
    book = openpyxl.Workbook()
    rows = [(*key.partition(".")[::2], cell) for key, cell in keys.items()]
    for name, each in {"scenario": [("table", "key", "value"), *rows], **sheets}.items():
        sheet = book.create_sheet(name)
        for row in each:
            sheet.append(list(row))
    book.remove(book.worksheets[0])
    book.save(path)
    return path


def as_book(
    content: Mapping[str, Any], path: Path, tables: Mapping[str, Sequence[Row]] | None = None
) -> Path:
    """What a TOML file says, as a workbook, with these tables beside it."""
    keys, sheets = dict[str, Any](), dict[str, Sequence[Row]](tables or {})
    lists = {key: name for name, key in LISTS.items()}
    for key, value in _flat(content):
        plain = isinstance(value, list) and value and isinstance(value[0], Mapping)
        if plain and not any(isinstance(each, list | dict) and key not in lists for each in value):
            heads = [*dict.fromkeys(name for table in value for name in table)]
            cells = [[_cell(table.get(name)) for name in heads] for table in value]
            sheets[lists[key]] = [heads, *cells]
        else:
            keys[key] = _cell(value)
    return write_book(path, keys, sheets)


def _flat(content: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in content.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


def _cell(value: object) -> object:
    return "; ".join(map(str, value)) if isinstance(value, list) else value


def book_faults(path: Path) -> dict[str, Fault]:
    """What is wrong with a workbook, by key."""
    file = read_scenario(path)
    try:
        check(file)
    except InputError as error:
        return {fault.key: fault for fault in error.faults}
    return {}
