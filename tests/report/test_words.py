"""Texts and figures in Swedish and English."""

import string
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from siting.common.errors import InputError
from siting.report.words import (
    LANGUAGES,
    counted,
    date,
    listed,
    number,
    percent,
    signed,
    sort_key,
    texts,
    whole,
)


def _leaves(table: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value


def _named(text: object) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(str(text)) if name}


def test_every_text_stands_in_both_languages_with_the_same_figures() -> None:
    swedish, english = (dict(_leaves(texts(language))) for language in LANGUAGES)
    assert set(swedish) == set(english)
    for key, text in swedish.items():
        assert type(text) is type(english[key]), key
        assert _named(text) == _named(english[key]), key
        assert text, key


def test_a_language_without_texts_is_refused() -> None:
    with pytest.raises(InputError, match="no such language"):
        texts("fi")


@pytest.mark.parametrize(
    ("value", "digits", "swedish", "english"),
    [
        (81.24, 1, "81,2", "81.2"),
        (10_327_589, 0, "10\u00a0327\u00a0589", "10,327,589"),
        (-1234.5, 1, "\N{MINUS SIGN}1\u00a0234,5", "\N{MINUS SIGN}1,234.5"),
        (-0.04, 1, "0,0", "0.0"),
        (float("inf"), 1, "\N{EN DASH}", "\N{EN DASH}"),
    ],
)
def test_numbers_follow_the_language(value: float, digits: int, swedish: str, english: str) -> None:
    assert number(value, digits, "sv") == swedish
    assert number(value, digits, "en") == english


def test_counts_changes_and_shares() -> None:
    assert whole(999.6, "sv") == "1\u00a0000"
    assert signed(1.25, 2, "sv") == "+1,25"
    assert signed(-1.25, 2, "en") == "\N{MINUS SIGN}1.25"
    assert signed(0.001, 2, "en") == "0.00"
    assert percent(0.9047, 1, "sv") == "90,5"
    assert counted(1, {"one": "kontor", "many": "kontoren"}, "sv") == "1\u00a0kontor"
    assert counted(32, {"one": "office", "many": "offices"}, "en") == "32\u00a0offices"
    assert date("2026-11-03", "sv") == "3 november 2026"
    assert date("2026-11-03", "en") == "3 November 2026"
    assert [listed(list(items), "sv") for items in ("", "a", "ab", "abc")] == [
        "",
        "a",
        "a och b",
        "a, b och c",
    ]


def test_names_sort_as_the_language_does() -> None:
    names = ["Örebro", "Zinkgruvan", "Älvsbyn", "Åre", "Årjäng", "Idre", "Idé", "arvika"]
    swedish = ["arvika", "Idé", "Idre", "Zinkgruvan", "Åre", "Årjäng", "Älvsbyn", "Örebro"]
    assert sorted(names, key=sort_key("sv")) == swedish
    english = ["Älvsbyn", "Åre", "Årjäng", "arvika", "Idé", "Idre", "Örebro", "Zinkgruvan"]
    assert sorted(names, key=sort_key("en")) == english
