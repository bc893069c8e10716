"""The house is no larger and no deeper than was agreed: python -m tools.measure_house."""

import pytest

from tools.house import import_graph, read_modules, room_graph
from tools.measure_house import Size, measure

MODULES = read_modules()


@pytest.fixture(scope="module")
def size() -> Size:
    return measure(MODULES)


def test_few_names_stand_at_the_top(size: Size) -> None:
    assert len(size.top_names) <= 11


def test_rooms_import_one_way() -> None:
    rooms = room_graph(import_graph(MODULES))
    assert not [(one, other) for one, other in rooms.edges if rooms.has_edge(other, one)]
