"""Drawn office tables keep what is known, and decisions come in rounds."""

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from siting.inputs.schema import read_table
from siting.studies.offices import (
    Redraw,
    municipalities_without_office_by_rule,
    read_decisions,
    rounds_of,
)

POWER = 1.75
ANNOUNCED = {"2421", "1737", "2021", "2463"}


@pytest.fixture(scope="module")
def tables(data: Path) -> dict[str, pd.DataFrame]:
    return {name: read_table(name, data) for name in ("offices_2019", "municipalities")}


def make(tables: dict[str, pd.DataFrame], barred: frozenset[str]) -> Redraw:
    return Redraw.of(tables["offices_2019"], tables["municipalities"], barred, POWER)


def draws(redraw: Redraw, count: int) -> list[tuple[str, ...]]:
    streams = np.random.SeedSequence(3).spawn(count)
    return [redraw.draw(np.random.default_rng(stream)) for stream in streams]


def test_what_is_known_stays_true_in_every_draw(
    tables: dict[str, pd.DataFrame], data: Path
) -> None:
    barred = municipalities_without_office_by_rule(read_decisions(data))
    offices = tables["offices_2019"]
    table = set(offices["municipality_code"])
    region = tables["municipalities"].set_index("code")["fa_code"]
    certain = offices.loc[offices["existed_2019"] != "not stated", "municipality_code"]
    without = {region[code] for code in ANNOUNCED}
    seen: Counter[str] = Counter()
    for drawn in draws(make(tables, barred), 100):
        assert len(drawn) == 113
        assert len(set(drawn)) == len(table)
        assert {region[code] for code in drawn} == set(region) - without
        assert not set(drawn) & (barred - table)
        assert not Counter(certain) - Counter(drawn)
        seen.update(set(drawn))
    assert 0 < seen["0114"] < 100
    assert len(seen) > 150


def test_without_the_rule_offices_are_drawn_where_they_were_ordered_later(
    tables: dict[str, pd.DataFrame], data: Path
) -> None:
    barred = municipalities_without_office_by_rule(read_decisions(data))
    table = set(tables["offices_2019"]["municipality_code"])
    free = draws(make(tables, frozenset()), 50)
    assert any(set(drawn) & (barred - table) for drawn in free)


def test_larger_municipalities_are_drawn_more_often() -> None:
    offices = pd.DataFrame({"municipality_code": ["b"], "existed_2019": ["not stated"]})
    places = pd.DataFrame({"code": list("ab"), "fa_code": "1", "population_2019": [30_000, 10_000]})
    counts = Counter(
        drawn[0] for drawn in draws(Redraw.of(offices, places, frozenset(), POWER), 2000)
    )
    expected = 3**1.75 / (3**1.75 + 1)
    assert counts["a"] / 2000 == pytest.approx(expected, abs=0.03)


def test_second_offices_go_to_the_largest_drawn_and_certain_ones_stay() -> None:
    codes = ["a", "a", "b", "c", "c"]
    stated = ["not stated", "not stated", "not stated", "stated", "not stated"]
    offices = pd.DataFrame({"municipality_code": codes, "existed_2019": stated})
    places = pd.DataFrame(
        {"code": list("abcd"), "fa_code": "1", "population_2019": [9000, 5000, 1000, 7000]}
    )
    for drawn in draws(Redraw.of(offices, places, frozenset({"d"}), POWER), 5):
        assert Counter(drawn) == {"a": 2, "b": 1, "c": 2}
    for drawn in draws(Redraw.of(offices, places, frozenset(), POWER), 20):
        largest = min(set(drawn) - {"c"}, key="adb".index)
        assert Counter(drawn)[largest] == 2


def test_a_table_that_says_nothing_of_its_evidence_is_certain() -> None:
    offices = pd.DataFrame({"municipality_code": ["a", "b"]})
    places = pd.DataFrame({"code": list("abc"), "fa_code": "1", "population_2019": [1, 2, 3]})
    assert draws(Redraw.of(offices, places, frozenset(), POWER), 1) == [("a", "b")]


def test_the_rounds_are_those_of_the_orders(data: Path) -> None:
    offices = read_table("offices_2019", data)["municipality_code"]
    first, second, third = rounds_of(read_decisions(data), offices)
    assert (first.kind, second.kind, third.kind) == ("open", "open", "close")
    assert first.scored == ("1491",)
    assert (len(second.scored), len(second.not_scored)) == (17, 11)
    assert len(third.scored) == 9
    assert set(third.not_scored) == {"0581", "0780"}
    # 113 offices, then 4 announced, 4 ordered in 2020, 28 ordered in 2021.
    assert [113 + len(each.earlier) for each in (first, second, third)] == [117, 121, 149]


def test_what_counts_as_earlier_is_announced_or_ordered_before_the_month() -> None:
    rows = [
        ("2019-09", "0001", "announced"),
        ("2020-01", "0002", "proposed"),
        ("2020-06", "0001", "opened"),
        ("2020-06", "0003", "ordered"),
        ("2021-05", "0003", "ordered"),
        ("2021-05", "0004", "ordered"),
    ]
    decisions = pd.DataFrame(rows, columns=["month", "municipality_code", "decision"])
    second = rounds_of(decisions, pd.Series(["0005"]))[1]
    assert second.earlier == ("0001", "0003")
    assert second.scored == ("0004",)
    assert second.not_scored == ("0003",)
    assert municipalities_without_office_by_rule(decisions) == {"0001", "0002", "0003", "0004"}
