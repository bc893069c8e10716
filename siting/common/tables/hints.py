"""What may have happened to a cell on its way through a spreadsheet, and what to write instead."""

import re
from collections.abc import Iterable
from pathlib import Path

from siting.common.errors import Fault, near_matches

GREATEST = 1e15
"""Numbers from here on are mistakes: beyond it a double no longer holds every whole number."""
_COMMA = r"[+-]?\d+,\d+"
_SPACED = r"[+-]?\d{1,3}([ \u00a0\u202f]\d{3})+([.,]\d+)?"


def cell(row: object, column: object) -> str:
    """How faults name a cell: the row as the file shows it, the header being row 1."""
    return f"row {int(str(row)) + 2}, column {column}"


def missing_column(path: Path, name: str, found: Iterable[object]) -> Fault:
    """The fault of a file that lacks a column."""
    columns = list(map(str, found))
    near = near_matches(name, columns)
    problem = f"the column is missing; the file has {', '.join(columns)}"
    remedy = f"Add a column named {name}." + (f" {near}" if near else "")
    return Fault(str(path), f"column {name}", None, problem, remedy)


def number_problem(text: object, *, whole: bool = False) -> tuple[str, str]:
    """What keeps a cell from being a number, and what to write instead."""
    found = str(text).strip()
    what = "a whole number" if whole else "a number"
    if hint := _hint(found):
        problem, remedy = hint
        return f"not a number: {problem}", remedy or f"Write {what}."
    try:
        value = float(found)
    except ValueError:
        return "not a number", f"Write {what}{'' if whole else ' with a point'}."
    if abs(value) >= GREATEST:
        return "too large to compute with", f"Write {what} below {GREATEST:.0e}; check the unit."
    return "not a whole number", "Write a whole number."


def _hint(found: str) -> tuple[str, str] | None:
    """What has happened to a number, and the number meant where that is clear."""
    hints = (
        (_SPACED, "there are spaces between its digits"),
        (_COMMA, "it has a decimal comma"),
        ("[+-]?nan", "NaN stands for a missing one"),
        ("[+-]?(inf|infinity)", "it has no end"),
        ("", "the cell is empty"),
    )
    for pattern, problem in hints:
        if re.fullmatch(pattern, found, re.IGNORECASE):
            meant = re.sub(r"[ \u00a0\u202f]", "", found).replace(",", ".")
            clear = pattern in (_SPACED, _COMMA)
            return problem, f"Write {meant}, with a point and no spaces." if clear else ""
    return None


def lost_zero(text: str, known: Iterable[str]) -> str | None:
    """The code that was meant, where a spreadsheet has taken its zeros away."""
    bare = text.strip().removesuffix(".0")
    if not bare.isdigit():
        return None
    meant = (code for code in known if code != text and code.isdigit() and _same(code, bare))
    return next(meant, None)


def zero_remedy(code: str, *, typed: bool = False) -> str:
    """What to do about a code without its zero."""
    if typed:
        return f"Write {code}: codes are written with their zeros."
    return f"Write {code}: a spreadsheet has taken the zero in front away; save the column as text."


def remedy_for(found: str, known: Iterable[str], otherwise: str) -> str:
    """What to write for a name or code that somebody typed and that is not known."""
    labels = sorted(set(known))
    meant = lost_zero(found, labels)
    if meant is not None:
        return zero_remedy(meant, typed=True)
    return near_matches(found, labels) or otherwise


def _same(code: str, other: str) -> bool:
    return code.lstrip("0") == other.lstrip("0")
