"""docs/reliability.md says what the tests say, and what `make soak` has found was right."""

import json

import pytest

from tools.write_reliability import PAGE, SOAK, page, rows


def test_the_page_is_what_the_tests_say() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert page(text) == text, "python -m tools.write_reliability makes it anew"
    assert len({fault.what for fault, _ in rows()}) == len(list(rows())) >= 10


def test_what_was_soaked_came_out_right() -> None:
    if not SOAK.is_file():
        pytest.skip("`make soak` has not been run through")
    found = json.loads(SOAK.read_text(encoding="utf-8"))
    killed = [found["killed"], found["killed_brief"]]
    for each in (*killed, found["signalled"], found["signalled_brief"]):
        assert (each["damaged"], each["left_over"]) == ([], [])
        assert each.get("wrong_after", []) == []
        assert each.get("slowest_s", 0) <= 2
