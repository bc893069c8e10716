"""What `siting rerun` prints."""

from collections.abc import Mapping, Sequence

from rich.console import Console

from siting.analysis.differences import Differences
from siting.report.study import print_table

_SHOWN = 30
_WIDEST = 40


def print_rerun(
    found: Differences, lacking: Mapping[str, str], versions: Sequence[str], console: Console
) -> None:
    """Print which figures differ, and what could not be compared.

    Parameters
    ----------
    found : Differences
        Where the tables differ.
    lacking : mapping of str to str
        Each file that was not compared, and why.
    versions : sequence of str
        Packages of another version, in words.
    console : Console
        Where to print.
    """
    for line in versions:
        console.print(f"Another version: {line}", soft_wrap=True, markup=False)
    for name, why in lacking.items():
        console.print(f"Not compared: {name} ({why})", soft_wrap=True, markup=False)
    size = f"{found.tables} tables, {found.figures:,} figures"
    if found.cells.empty:
        console.print(f"Nothing differs: {size}.")
        return
    title = f"{len(found.cells):,} cells differ: {size}"
    # A text column is told by the space behind its name.
    heads = [f"{name} " for name in found.cells.columns]
    shown = found.cells.head(_SHOWN).itertuples(index=False)
    print_table(console, title, heads, [[_short(cell) for cell in row] for row in shown])
    if len(found.cells) > _SHOWN:
        console.print(f"and {len(found.cells) - _SHOWN:,} more", soft_wrap=True)


def _short(cell: object) -> str:
    text = " ".join(str(cell).split())
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"
