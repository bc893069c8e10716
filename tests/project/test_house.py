"""The house is no larger and no deeper than was agreed: python -m tools.measure_house."""

import pytest

from tools.house import read_modules
from tools.measure_house import Size, measure


@pytest.fixture(scope="module")
def size() -> Size:
    return measure(read_modules())


def test_few_names_stand_at_the_top(size: Size) -> None:
    assert len(size.top_names) <= 11
