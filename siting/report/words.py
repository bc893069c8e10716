"""Texts, figures and aims in the reader's language."""

import datetime as dt
import math
import shlex
import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from babel.dates import format_date
from babel.lists import format_list

from siting.common.errors import Fault, InputError
from siting.results.result import Result

_LOCALES = {"sv": "sv", "en": "en_GB"}
LANGUAGES = tuple(_LOCALES)

_FOLDER = Path(__file__).parent / "texts"
_NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
_MINUS = "\N{MINUS SIGN}"
_SEPARATORS = {"sv": (_NO_BREAK_SPACE, ","), "en": (",", ".")}
_ABSENT = "\N{EN DASH}"
_AFTER_Z = {ord(letter): sign for letter, sign in zip("åäæöø", "{||}}", strict=True)}
"""The Swedish alphabet ends with å ä ö; these signs follow z."""


@cache
def texts(language: str) -> Mapping[str, Any]:
    """All texts of a language, as nested tables."""
    if language not in LANGUAGES:
        remedy = f"Known: {', '.join(LANGUAGES)}."
        raise InputError([Fault("command line", "--lang", language, "no such language", remedy)])
    return tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))


@cache
def key_meanings(language: str) -> Mapping[str, str]:
    """What keys of a scenario mean; none in English, which their schema is in."""
    path = _FOLDER / f"keys.{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def study_texts(study: str, language: str) -> Mapping[str, Any]:
    """The texts of a study."""
    words: Mapping[str, Any] = texts(language)["studies"][study]
    return words


def number(value: float | None, digits: int, language: str) -> str:
    """A figure with this many decimals: 81,2 in Swedish, 81.2 in English.

    Thousands are set apart by a no-break space in Swedish and by a comma in English; what is
    missing or not finite is a dash.

    Examples
    --------
    >>> number(1234.56, 1, "en"), number(-0.04, 1, "en"), number(81.25, 1, "sv")
    ('1,234.6', '0.0', '81,2')
    """
    if value is None or not math.isfinite(value):
        return _ABSENT
    thousands, point = _SEPARATORS[language]
    # Rounded first, so that -0.04 with one decimal is 0.0, not -0.0.
    rounded = round(float(value), digits) + 0.0
    shown = f"{abs(rounded):,.{digits}f}".translate(str.maketrans(",.", thousands + point))
    return f"{_MINUS}{shown}" if rounded < 0 else shown


def whole(value: float, language: str) -> str:
    """A count: 10 327 589 in Swedish, 10,327,589 in English."""
    return number(value, 0, language)


def signed(value: float, digits: int, language: str) -> str:
    """A change, with its sign; a change that rounds to nothing has none."""
    shown = number(value, digits, language)
    return f"+{shown}" if math.isfinite(value) and round(value, digits) > 0 else shown


def percent(share: float, digits: int, language: str) -> str:
    """A share from 0 to 1 as per cent, without the sign that a heading gives."""
    return number(100 * share, digits, language)


def with_sign(share: float, digits: int, language: str) -> str:
    """A share from 0 to 1 as per cent with its sign, set apart in Swedish: 12 %, 12%."""
    return f"{percent(share, digits, language)}{'%' if language == 'en' else f'{_NO_BREAK_SPACE}%'}"


def date(iso: str, language: str) -> str:
    """A date in words: 23 november 2026 in Swedish, 23 November 2026 in English."""
    return format_date(dt.date.fromisoformat(iso), "d MMMM y", locale=_LOCALES[language])


def month(iso: str, language: str) -> str:
    """A month such as 2026-11 in words: November 2026."""
    return format_date(dt.date.fromisoformat(f"{iso}-01"), "MMMM y", locale=_LOCALES[language])


def counted(count: int, forms: Mapping[str, str], language: str) -> str:
    """A count with its noun; ``forms`` holds the noun for "one" and for "many"."""
    return f"{whole(count, language)}{_NO_BREAK_SPACE}{forms['one' if count == 1 else 'many']}"


def listed(items: list[str], language: str) -> str:
    """Items as a clause: a, b and c.

    Examples
    --------
    >>> listed(["Kil", "Grums", "Hagfors"], "sv")
    'Kil, Grums och Hagfors'
    """
    return format_list(items, locale=_LOCALES[language])


def sort_key(language: str) -> Callable[[str], str]:
    """What to sort names by: å ä ö after z in Swedish, with a and o in English."""
    return _swedish_key if language == "sv" else _plain


def _swedish_key(name: str) -> str:
    return _plain(unicodedata.normalize("NFC", name).casefold().translate(_AFTER_Z))


def _plain(name: str) -> str:
    """A name in small letters without their marks."""
    apart = unicodedata.normalize("NFD", name.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def goal_in_words(objective: Mapping[str, Any], language: str) -> str:
    """The objective of a scenario as a clause."""
    goals = texts(language)["brief"]["goals"]
    if objective["kind"] == "lexicographic":
        first, *rest = (goal_in_words(stage, language) for stage in objective["order"])
        for second in rest:
            first = goals["then"].format(first=first, second=second)
        return first
    targets = [
        goals["target"].format(
            share=as_given(100 * target["share"], language),
            minutes=as_given(target["within_minutes"], language),
            where=goals["where"][target["each"]],
        )
        for target in objective.get("targets", ())
    ]
    within = objective.get("within_minutes")
    minutes = "" if within is None else as_given(within, language)
    goal = goals[objective["kind"]].format(minutes=minutes, targets=listed(targets, language))
    return str(goal)


def shortest(value: float, language: str) -> str:
    """A figure with no more decimals than it has, of at most six digits."""
    return f"{value:,.6g}".translate(str.maketrans(",.", "".join(_SEPARATORS[language])))


def as_given(value: float, language: str) -> str:
    """A figure as it was given: with a decimal only where it has one."""
    return number(value, 0 if round(value, 6) % 1 == 0 else 1, language)


def localised(manifest: Any, key: str, language: str) -> str:  # noqa: ANN401 - read from JSON
    """A text of the scenario in the reader's language, where it has one."""
    about = manifest["scenario"]["scenario"]
    text: str = (about.get(f"{key}_sv") if language == "sv" else None) or about[key]
    return " ".join(text.split())


def command(result: Result, verb: str) -> str:
    """A command of `siting` on the scenario of a result, with the same overrides."""
    changes = (change.partition(": ") for change in result.manifest["overrides"])
    given = [
        f"--set {shlex.quote(f'{key}={rest.rpartition(" -> ")[2]}')}" for key, _, rest in changes
    ]
    return " ".join([f"siting {verb}", shlex.quote(result.name), *given])
