from pathlib import Path

import pandas as pd

from siting.inputs.schema import read_table
from siting.studies.offices import municipalities_without_office_by_rule, read_decisions, rounds_of


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
