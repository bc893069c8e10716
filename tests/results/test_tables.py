"""What of a result's tables is told apart from the rest."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.results.tables import ALIKE, alone_in_region, gaining_most, longest_means, moved

MINUTES = st.floats(0, 100, allow_nan=False)


@given(st.lists(st.tuples(MINUTES, MINUTES), min_size=1, max_size=30))
def test_regions_are_chosen_by_their_means(pairs: list[tuple[float, float]]) -> None:
    table = pd.DataFrame(pairs, columns=["mean_before", "mean_after"])
    assert [*moved(table).index] == [
        row for row, (before, after) in enumerate(pairs) if abs(after - before) >= ALIKE
    ]
    falls = sorted((before - after for before, after in pairs), reverse=True)
    gained = gaining_most(table)
    assert [*(gained["mean_before"] - gained["mean_after"])] == [
        fall for fall in falls[:10] if fall >= ALIKE
    ]
    longest = sorted((after for _, after in pairs), reverse=True)[:10]
    assert [*longest_means(table)["mean_after"]] == longest


@pytest.mark.parametrize(
    ("offices", "alone"),
    [
        ([("a", "new", "01"), ("b", "existing", "02"), ("c", "existing", "02")], {"a"}),
        ([("a", "new", "01"), ("b", "closed", "01")], {"a"}),
        ([("a", "new", ""), ("b", "existing", "02")], {"b"}),
        ([("a", "closed", "01")], set()),
        ([], set()),
    ],
)
def test_the_only_open_office_of_a_region_is_alone(
    offices: list[tuple[str, str, str]], alone: set[str]
) -> None:
    table = pd.DataFrame(offices, columns=["code", "status", "fa_code"])
    assert alone_in_region(table) == alone
