"""What may have happened to a cell on its way through a spreadsheet, and what to write instead."""

import re
import unicodedata
from collections.abc import Iterable

from siting.common.errors import near_matches

GREATEST = 1e15
"""Numbers from here on are mistakes: beyond it a double no longer holds every whole number."""
_COMMA = r"[+-]?\d+,\d+"
# A whole part with spaces or other signs between its thousands, and what stands behind the point.
_PARTED = (
    r"([+-]?\d{1,3}(?:[ '\u2019]\d{3})+|[+-]?\d{1,3}(?:[ .,'\u2019]\d{3})+(?=[.,]))(?:[.,](\d+))?"
)
THOUSANDS = r"[+-]?[1-9]\d{0,2}(?:[.,]\d{3})+"
"""Numbers whose points or commas may part thousands."""
_SPACES = re.compile("[\t\n\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_UNSEEN = re.compile("[\u00ad\u200b\u200e\u200f\u2060\ufeff]")


def alike(text: object) -> str:
    """A text as it is matched: no spaces around it, single ones in it, letters in one form.

    Examples
    --------
    >>> alike(" A\u030are\u00a0 by ")
    'Åre by'
    """
    seen = _UNSEEN.sub("", unicodedata.normalize("NFC", str(text)))
    return _SPACES.sub(" ", seen).strip(" ")


def cell(row: object, column: object) -> str:
    """How faults name a cell: the row as the file shows it, the header being row 1."""
    return f"row {int(str(row)) + 2}, column {column}"


def number_problem(text: object, *, whole: bool = False) -> tuple[str, str]:
    """What keeps a cell from being a number, and what to write instead."""
    found = alike(text)
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
    if re.fullmatch(THOUSANDS, found):
        return _two_readings(found)
    if parted := re.fullmatch(_PARTED, found):
        meant = re.sub(r"[^\d+-]", "", parted[1]) + (f".{parted[2]}" if parted[2] else "")
        signs = "spaces" if " " in found else "signs"
        return (
            f"there are {signs} between its digits",
            f"Write {meant}, with a point and no {signs}.",
        )
    hints = (
        (_COMMA, "it has a decimal comma"),
        ("[+-]?nan", "NaN stands for a missing one"),
        ("[+-]?(inf|infinity)", "it has no end"),
        ("", "the cell is empty"),
    )
    for pattern, problem in hints:
        if re.fullmatch(pattern, found, re.IGNORECASE):
            meant = f"Write {found.replace(',', '.')}, with a point."
            return problem, meant if pattern == _COMMA else ""
    return None


def _two_readings(found: str) -> tuple[str, str]:
    """Both numbers that one with three digits behind its last sign can be."""
    whole, point = re.sub("[.,]", "", found), found.replace(",", ".")
    if point.count(".") > 1:
        return "there are signs between its thousands", f"Write {whole}."
    # Written so, nobody takes the point for a sign between thousands.
    clear = point.rstrip("0").rstrip(".") if point.endswith("0") else f"{point}0"
    return f"it can mean {whole} or {point}", f"Write {whole} or {clear}."


def without_decimals(text: str) -> str:
    """A code that a spreadsheet has made a number, as in 114.0."""
    return re.sub(r"\.0+$", "", text.strip())


def lost_zero(text: str, known: Iterable[str]) -> str | None:
    """The code that was meant, where a spreadsheet has taken its zeros away."""
    bare = without_decimals(text)
    if not bare.isdigit():
        return None
    meant = (code for code in known if code != bare and code.isdigit() and _same(code, bare))
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
