"""Travel times kept on disk under the content of everything they depend on."""

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Unpack

import numpy as np
import platformdirs
from scipy.sparse import csr_array

from siting.common.errors import BusyError
from siting.common.files import replace_file
from siting.common.types import Floats, Points, RoadNetwork, TravelTimes
from siting.network.matrix import SearchOptions, travel_times

# Raise it with every change to how times are computed or stored.
_FORMAT = 3
_ARRAYS = ("data", "indices", "indptr")
# What an entry fails with that is not what was written.
_DAMAGED = (OSError, ValueError, KeyError, zipfile.BadZipFile)
_DIGEST_BYTES = hashlib.sha256().digest_size


def cache_folder() -> Path:
    """Return the folder of the cache: SITING_CACHE_DIR, else the user's cache directory."""
    chosen = os.environ.get("SITING_CACHE_DIR")
    return Path(chosen) if chosen else platformdirs.user_cache_path("siting", appauthor=False)


def cached_travel_times(
    network: RoadNetwork,
    origins: Points,
    destinations: Points,
    *,
    note: Callable[[str], None] = lambda _: None,
    **search: Unpack[SearchOptions],
) -> TravelTimes:
    """Return travel times from the cache, or compute and keep them.

    Parameters
    ----------
    network : RoadNetwork
        Roads with travel times.
    origins, destinations : Points
        Places, n and m of them.
    note : callable
        Is told in one sentence about an entry that was damaged, or could not be kept.
    **search
        How to search: floor_minutes (time inside each origin, shape (n,)), limit (minutes beyond
        which a pair counts as out of reach), staying (destinations beyond which none matters),
        engine ("dijkstra" or "hierarchy"), workers (who
        searches) and progress (told how many points have been searched from, and of how many).

    Returns
    -------
    TravelTimes
        As `siting.network.matrix.travel_times` gives them.
    """
    how = f"{search.get('limit', np.inf)!r} {search.get('engine', 'dijkstra')}"
    how += f" {search.get('staying')}"
    key = _key(network, origins, destinations, search.get("floor_minutes"), how)
    path = cache_folder() / f"times-{key}.bin"
    if path.is_file():
        try:
            return _read(path, key, origins, destinations)
        except _DAMAGED as fault:
            note(f"The cached travel times {path.name} are damaged ({fault}) and are built again.")
    times = travel_times(network, origins, destinations, **search)
    try:
        _write(path, key, times)
    except BusyError:
        pass  # whoever holds it is keeping the very same
    except OSError as fault:
        note(f"The travel times could not be kept in {path.parent} ({fault}).")
    return times


def _key(
    network: RoadNetwork, origins: Points, destinations: Points, floor: Floats | None, search: str
) -> str:
    digest = hashlib.sha256(f"{_FORMAT} {network.fingerprint} {search}".encode())
    for points in (origins, destinations):
        digest.update(json.dumps(points.ids).encode())
        digest.update(np.asarray([points.lon, points.lat], dtype=np.float64).tobytes())
    digest.update(b"-" if floor is None else np.asarray(floor, dtype=np.float64).tobytes())
    return digest.hexdigest()


def _write(path: Path, key: str, times: TravelTimes) -> None:
    """Write aside and move into place, so that no reader meets half an entry."""
    buffer = io.BytesIO()
    detached = json.dumps(dict(times.detached)).encode()
    arrays = {name: getattr(times.minutes, name) for name in _ARRAYS}
    np.savez(buffer, **arrays, detached=np.frombuffer(detached, dtype=np.uint8))
    content = buffer.getvalue()
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, lambda new: new.write_bytes(_checksum(key, content) + content))


def _checksum(key: str, content: bytes | memoryview) -> bytes:
    """Of the content and what it is for, so that an entry under another's name is noticed."""
    digest = hashlib.sha256(key.encode())
    digest.update(content)
    return digest.digest()


def _read(path: Path, key: str, origins: Points, destinations: Points) -> TravelTimes:
    content = memoryview(path.read_bytes())
    if _checksum(key, content[_DIGEST_BYTES:]) != bytes(content[:_DIGEST_BYTES]):
        raise ValueError("its checksum differs")
    arrays = np.load(io.BytesIO(content[_DIGEST_BYTES:]), allow_pickle=False)
    shape = (len(origins), len(destinations))
    matrix = csr_array(tuple(arrays[name] for name in _ARRAYS), shape=shape)
    detached = json.loads(arrays["detached"].tobytes())
    return TravelTimes(origins.ids, destinations.ids, matrix, detached)
