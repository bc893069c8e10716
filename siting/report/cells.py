"""Texts in CSV files that a spreadsheet would otherwise take for formulas.

A text that begins with = + - @, a tab or a carriage return gets an apostrophe in front, and so
does one that begins with apostrophes followed by one of these, so that reading takes away exactly
what writing has put there. Numbers stay as they are.
"""

import re
from collections.abc import Callable

import pandas as pd

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"''*[=+\-@\t\r]")


def guarded(table: pd.DataFrame) -> pd.DataFrame:
    """The table with an apostrophe before each text that looks like a formula.

    Examples
    --------
    >>> guarded(pd.DataFrame({"name": ["=1+1", "Kil"], "minutes": [-2.5, 3.0]}))["name"].tolist()
    ["'=1+1", 'Kil']
    """
    return _map_texts(table, lambda text: f"'{text}" if _FORMULA.match(text) else text)


def unguarded(table: pd.DataFrame) -> pd.DataFrame:
    """The table as it was before `guarded`."""
    return _map_texts(table, lambda text: text[1:] if _GUARDED.match(text) else text)


def _map_texts(table: pd.DataFrame, change: Callable[[str], str]) -> pd.DataFrame:
    def changed(cell: object) -> object:
        return change(cell) if isinstance(cell, str) else cell

    texts = table.select_dtypes(exclude=["number", "bool"]).columns
    return table.assign(**{str(name): table[name].map(changed) for name in texts})


def as_csv(table: pd.DataFrame) -> bytes:
    """A table as CSV in UTF-8, guarded, with six decimals."""
    text = guarded(table).to_csv(index=False, float_format="%.6f", lineterminator="\n")
    return text.encode()
