from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from siting.common.types import Points, RoadNetwork
from siting.network import cache
from siting.pipeline.prepare import prepare
from siting.scenario.file import read_scenario
from tests.project.reliability.faults import fault

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "nullia" / "nullia.toml"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SITING_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def few(seats: Points) -> Points:
    return Points(seats.ids[:5], seats.lon[:5], seats.lat[:5])


def _forbid_search(monkeypatch: pytest.MonkeyPatch) -> None:
    def search(*_: object, **__: object) -> None:
        pytest.fail("computed again")

    monkeypatch.setattr(cache, "travel_times", search)


def test_the_second_time_nothing_is_computed(
    network: RoadNetwork, few: Points, seats: Points, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = cache.cached_travel_times(network, few, seats)
    _forbid_search(monkeypatch)
    second = cache.cached_travel_times(network, few, seats)
    np.testing.assert_array_equal(first.minutes.toarray(), second.minutes.toarray())
    assert second.minutes.nnz == first.minutes.nnz
    assert (second.origins, second.destinations) == (few.ids, seats.ids)
    assert second.detached == first.detached


def test_every_input_has_its_own_entry(
    network: RoadNetwork, few: Points, seats: Points, folder: Path
) -> None:
    other = replace(network, fingerprint="other roads")
    moved = replace(few, lon=few.lon + 0.01)
    renamed = replace(few, ids=("a", "b", "c", "d", "e"))
    for roads, origins in ((network, few), (other, few), (network, moved), (network, renamed)):
        cache.cached_travel_times(roads, origins, seats)
    cache.cached_travel_times(network, few, seats, floor_minutes=np.zeros(5))
    cache.cached_travel_times(network, few, seats, floor_minutes=np.ones(5))
    cache.cached_travel_times(network, few, seats, limit=60)
    cache.cached_travel_times(network, seats, few)
    entries = list(folder.iterdir())
    assert len(entries) == 8
    assert all(path.name.startswith("times-") for path in entries)


@fault(
    "A cache entry is damaged or foreign",
    "it is cut short, one bit is flipped, it is another file, it is another entry under its name; "
    "a file stands where the folder of the cache should be",
    "it is noticed by its checksum, said in one line and built again; times that cannot be kept "
    "are used all the same",
)
@pytest.mark.parametrize("kept", [0, 20, 500, -1])
def test_a_truncated_entry_is_built_again_and_said(
    network: RoadNetwork, few: Points, seats: Points, folder: Path, kept: int
) -> None:
    first = cache.cached_travel_times(network, few, seats)
    (entry,) = folder.iterdir()
    whole = entry.read_bytes()
    entry.write_bytes(whole[:kept])
    notes: list[str] = []
    again = cache.cached_travel_times(network, few, seats, note=notes.append)
    np.testing.assert_array_equal(first.minutes.toarray(), again.minutes.toarray())
    assert len(notes) == 1
    assert "damaged" in notes[0]
    assert entry.read_bytes() == whole


def test_a_flipped_bit_is_noticed(
    network: RoadNetwork, few: Points, seats: Points, folder: Path
) -> None:
    cache.cached_travel_times(network, few, seats)
    (entry,) = folder.iterdir()
    whole = bytearray(entry.read_bytes())
    whole[len(whole) // 2] ^= 1
    entry.write_bytes(whole)
    notes: list[str] = []
    cache.cached_travel_times(network, few, seats, note=notes.append)
    assert "checksum" in notes[0]


@pytest.mark.parametrize("foreign", [b"", b"PK\x03\x04 something else", None])
def test_a_foreign_entry_is_noticed(
    network: RoadNetwork, few: Points, seats: Points, folder: Path, foreign: bytes | None
) -> None:
    """None stands for the entry of another question, of the same shape."""
    right = cache.cached_travel_times(network, few, seats)
    (entry,) = folder.iterdir()
    other = replace(few, lon=few.lon + 0.01)
    cache.cached_travel_times(network, other, seats)
    (another,) = set(folder.iterdir()) - {entry}
    entry.write_bytes(another.read_bytes() if foreign is None else foreign)
    notes: list[str] = []
    again = cache.cached_travel_times(network, few, seats, note=notes.append)
    np.testing.assert_array_equal(right.minutes.toarray(), again.minutes.toarray())
    assert "its checksum differs" in notes[0]


def test_a_run_says_it_where_nobody_watches(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    nullia = read_scenario(EXAMPLE)
    prepare(nullia, progress=lambda _: None)
    (entry,) = folder.iterdir()
    entry.write_bytes(b"")
    prepare(nullia, progress=lambda _: None)
    [said] = caplog.messages
    assert said.endswith("are damaged (its checksum differs) and are built again.")


def test_a_folder_that_cannot_be_written_is_said_and_the_times_are_given(
    network: RoadNetwork, few: Points, seats: Points, folder: Path
) -> None:
    folder.write_text("a file where the folder should be")
    notes: list[str] = []
    times = cache.cached_travel_times(network, few, seats, note=notes.append)
    assert times.minutes.nnz == 5 * 290
    assert "could not be kept" in notes[0]


def test_without_the_variable_it_lies_in_the_cache_of_the_user(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("SITING_CACHE_DIR")
    assert cache.cache_folder().name == "siting"
