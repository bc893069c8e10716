"""What can matter is found without the rest: the very pairs and minutes of a search over all."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from siting.common.types import Floats
from siting.network.connectors import Connectors
from siting.network.matrix import BatchSearch, run_search, stored, with_sources
from siting.network.near import StayingOpen, near_times, only_near

JUNCTIONS, PLACES, SITES = 9, 6, 5


def _ties(pairs: list[tuple[int, int, int]], points: int) -> Connectors:
    """Connectors with whole minutes, so that ties are exact."""
    table = sorted({(point, target): minutes for point, target, minutes in pairs}.items())
    ends = np.array([pair for pair, _ in table], dtype=np.int64).reshape(-1, 2)
    minutes = np.array([minutes for _, minutes in table], dtype=np.float64)
    return Connectors(ends[:, 0], ends[:, 1], minutes, minutes, points)


def _pairs(first: int, second: int, most: int) -> st.SearchStrategy[list[tuple[int, int, int]]]:
    each = st.tuples(st.integers(0, first - 1), st.integers(0, second - 1), st.integers(0, 20))
    return st.lists(each, max_size=most)


@st.composite
def _maps(draw: st.DrawFn) -> tuple[csr_array, Connectors, Connectors, Connectors, Floats]:
    """One-way roads that need not hang together, and places and sites at them, or at none."""
    arcs = draw(_pairs(JUNCTIONS, JUNCTIONS, 24))
    roads = _ties([arc for arc in arcs if arc[0] != arc[1]], JUNCTIONS)
    matrix = csr_array((roads.minutes, (roads.point, roads.target)), shape=(JUNCTIONS,) * 2)
    start = _ties(draw(_pairs(PLACES, JUNCTIONS, 9)), PLACES)
    end = _ties(draw(_pairs(SITES, JUNCTIONS, 8)), SITES)
    direct = _ties(draw(_pairs(SITES, PLACES, 5)), SITES)
    floor = draw(st.lists(st.integers(0, 15), min_size=PLACES, max_size=PLACES))
    return matrix, start, end, direct, np.array(floor, dtype=np.float64)


@st.composite
def _staying(draw: st.DrawFn) -> StayingOpen:
    always, others = (
        np.array(draw(st.lists(st.booleans(), min_size=SITES, max_size=SITES))) for _ in range(2)
    )
    return StayingOpen(always, others & ~always, draw(st.integers(0, 3)))


def _raised(minutes: csr_array, floor: Floats) -> csr_array:
    raised = csr_array(minutes)
    raised.data = np.maximum(raised.data, np.repeat(floor, np.diff(raised.indptr)))
    return raised


@given(_maps(), _staying())
def test_the_pairs_and_minutes_are_those_of_a_search_over_all(
    roads: tuple[csr_array, Connectors, Connectors, Connectors, Floats], staying: StayingOpen
) -> None:
    matrix, start, end, direct, floor = roads
    search = BatchSearch(with_sources(matrix, end), start, direct, np.inf)
    every = _raised(run_search(search, 1, lambda _done, _all: None).T.tocsr(), floor)
    found = near_times(
        matrix, start, end, direct, floor=floor, staying=staying, progress=lambda _done, _all: None
    )
    expected, near = only_near(every, staying), only_near(_raised(found, floor), staying)
    for times in (expected, near):
        times.sort_indices()
    assert near.indptr.tolist() == expected.indptr.tolist()
    assert near.indices.tolist() == expected.indices.tolist()
    assert near.data.tolist() == expected.data.tolist()


def _bound(row: list[float], staying: StayingOpen) -> float:
    always = min([time for time, kept in zip(row, staying.always, strict=True) if kept] or [np.inf])
    others = sorted(time for time, kept in zip(row, staying.others, strict=True) if kept)
    spare = others[staying.closing] if len(others) > staying.closing else np.inf
    return min(always, spare)


@given(
    st.lists(
        st.lists(st.one_of(st.integers(0, 9), st.just(np.inf)), min_size=SITES, max_size=SITES),
        min_size=1,
        max_size=4,
    ),
    _staying(),
)
def test_nothing_that_is_as_near_as_what_stays_is_dropped(
    table: list[list[float]], staying: StayingOpen
) -> None:
    dense = np.array(table, dtype=np.float64)
    times = stored(dense)
    pairs = only_near(times, staying).tocoo()
    kept = set(zip(pairs.row.tolist(), pairs.col.tolist(), strict=True))
    assert kept == {
        (row, column)
        for row, line in enumerate(table)
        for column, time in enumerate(line)
        if np.isfinite(time) and time <= _bound(line, staying)
    }


@pytest.mark.parametrize(
    ("always", "others", "closing", "any_stays"),
    [([1, 0], [0, 1], 0, True), ([0, 0], [1, 1], 1, True), ([0, 0], [1, 1], 2, False)],
)
def test_whether_one_stays_whatever_closes(
    always: list[int], others: list[int], closing: int, *, any_stays: bool
) -> None:
    staying = StayingOpen(np.array(always, bool), np.array(others, bool), closing)
    assert staying.any == any_stays
