"""CSV files that programs read back as they were and that spreadsheets do not run."""

from pathlib import Path

import pandas as pd

_CODES = ("locality_code", "municipality_code", "fa_code", "county_code", "code")
_TEXTS = ("reason", "clash", "sites", "evidence")
"""Columns of text that may be empty."""
_FORMULA = r"^(?='*[=+\-@\t\r])"
_GUARDED = r"^'(?='*[=+\-@\t\r])"


def write_csv(table: pd.DataFrame) -> bytes:
    """A table as CSV, UTF-8, six decimals.

    A text that a spreadsheet would take for a formula, because it begins with = + - @, gets an
    apostrophe before it.
    """
    texts = table.select_dtypes(["object", "string"]).columns
    guarded = table.assign(**{name: _replaced(table[name], _FORMULA, "'") for name in texts})
    text = guarded.to_csv(index=False, float_format="%.6f", lineterminator="\n")
    return text.encode()


def read_csv(path: Path) -> pd.DataFrame:
    """Read a table that `write_csv` wrote, codes as texts, without the apostrophes."""
    # A place may be called "NA"; only an empty field is one without a value.
    table = pd.read_csv(
        path, dtype=dict.fromkeys(_CODES, str), keep_default_na=False, na_values=[""]
    )
    table = table.fillna(dict.fromkeys(table.columns.intersection(_TEXTS), ""))
    texts = table.select_dtypes(["object", "string"]).columns
    return table.assign(**{name: _replaced(table[name], _GUARDED, "") for name in texts})


def _replaced(values: "pd.Series[str]", pattern: str, by: str) -> "pd.Series[str]":
    return values.astype("string").str.replace(pattern, by, regex=True).astype(values.dtype)
