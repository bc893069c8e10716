"""What a study of an answer leaves: tables and a manifest in a folder of their own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.table import Table

PARQUET_TABLES = ("assignment", "draws")
"""The tables that are too long for CSV."""


@dataclass(frozen=True)
class Study:
    """Tables that say how far an answer can be trusted.

    Parameters
    ----------
    name : str
        The folder's name: that of the scenario, a hyphen, and the kind of study.
    manifest : mapping
        The content of manifest.json.
    tables : mapping of str to DataFrame
        Written as CSV, those in `PARQUET_TABLES` as Parquet.
    """

    name: str
    manifest: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]


def print_table(
    console: Console, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]
) -> None:
    """Print a table under a heading: its first column is text, the others are figures.

    Parameters
    ----------
    console : Console
        Where it is printed.
    title : str
        The heading.
    columns : sequence of str
        Names of the columns; one that ends in a space holds text.
    rows : iterable of sequence of str
        Texts of each row, cell by cell.
    """
    console.print(f"\n[bold]{title}[/bold]", soft_wrap=True)
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for number, column in enumerate(columns):
        text = number == 0 or column.endswith(" ")
        table.add_column(column, justify="left" if text else "right", no_wrap=True)
    for row in rows:
        table.add_row(*map(escape, row))
    console.print(table)


def minutes(value: float, digits: int = 3) -> str:
    """A figure in minutes, or nothing where there is none.

    Parameters
    ----------
    value : float
        Minutes; NaN where there are none.
    digits : int
        Decimals.

    Returns
    -------
    str
        Without the unit; "" for NaN.
    """
    return "" if np.isnan(value) else f"{value:.{digits}f}"
