"""Texts in CSV files that a spreadsheet would otherwise take for formulas.

A text that begins with = + - @, a tab or a carriage return gets an apostrophe in front, and so
does one that begins with apostrophes followed by one of these, so that reading takes away exactly
what writing has put there. The same holds after a semicolon and at the start of a line within a
text, where spreadsheets that separate columns by semicolons begin a new cell, and for the headings
of columns. Numbers stay as they are.
"""

import re
from collections.abc import Callable

import pandas as pd

_START = r"(?:^|(?<=[;\n\r]))"
_FORMULA = re.compile(_START + r"(?='*[=+\-@\t\r])")
_GUARDED = re.compile(_START + r"'(?='*[=+\-@\t\r])")


def guarded(table: pd.DataFrame) -> pd.DataFrame:
    """The table with an apostrophe before each text that looks like a formula.

    Examples
    --------
    >>> guarded(pd.DataFrame({"name": ["=1+1", "Kil"], "minutes": [-2.5, 3.0]}))["name"].tolist()
    ["'=1+1", 'Kil']
    """
    return _map_texts(table, lambda text: _FORMULA.sub("'", text))


def unguarded(table: pd.DataFrame) -> pd.DataFrame:
    """The table as it was before `guarded`."""
    return _map_texts(table, lambda text: _GUARDED.sub("", text))


def _map_texts(table: pd.DataFrame, change: Callable[[str], str]) -> pd.DataFrame:
    def changed(cell: object) -> object:
        return change(cell) if isinstance(cell, str) else cell

    texts = table.select_dtypes(exclude=["number", "bool"]).columns
    table = table.assign(**{str(name): table[name].map(changed) for name in texts})
    return table.rename(columns=changed)


def as_csv(table: pd.DataFrame) -> bytes:
    """A table as CSV in UTF-8, guarded, with six decimals."""
    text = guarded(table).to_csv(index=False, float_format="%.6f", lineterminator="\n")
    return text.encode()
