"""Extracts from a server of our own: gone on with, checked, and whole or not there."""

import errno
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from siting.common.errors import InputError
from siting.network.osm.download import Patience
from siting.network.osm.fetch import Offer, download_extract, find_extract
from tests.network.osm.extract_server import Served, serving

CONTENT = bytes(range(256)) * 4000
PATIENCE = Patience(timeout_s=0.3, tries=3, pause_s=0.01)
NAME = "/europe/sweden-latest.osm.pbf"


@pytest.fixture
def served() -> Iterator[Served]:
    with serving(Served({NAME: CONTENT})) as one:
        yield one


def _offer(served: Served) -> Offer:
    return find_extract("sweden", "", served.url, PATIENCE)


def _fetch(served: Served, folder: Path) -> bytes:
    """Fetch; nothing else may be left over."""
    download_extract(_offer(served), target := folder / "x.osm.pbf", lambda _: None)
    assert [path.name for path in folder.iterdir()] == [target.name]
    return target.read_bytes()


def _begun(served: Served, folder: Path, share: float = 0.3) -> Path:
    """A download that broke off."""
    md5 = _offer(served).md5
    part = folder / f"x.osm.pbf.{md5}.part"
    part.write_bytes(CONTENT[: int(share * len(CONTENT))])
    served.asked.clear()
    return part


@pytest.mark.parametrize("ranges", [True, False])
@pytest.mark.parametrize(
    "tags",
    [{"ETag": '"{}"'}, {"ETag": 'W/"{}"'}, {}, {"Last-Modified": "Mon, 01 Jan 2024 00:00:00 GMT"}],
)
@pytest.mark.parametrize(
    "troubles", [[], ["", "truncated"], ["", "truncated"] * 2, ["", "stall"], ["", "slow"]]
)
def test_it_arrives_whole(
    served: Served, tmp_path: Path, tags: dict[str, str], troubles: list[str], *, ranges: bool
) -> None:
    served.ranges, served.tags, served.troubles = ranges, tags, troubles
    assert _fetch(served, tmp_path) == CONTENT


@pytest.mark.parametrize("trouble", ["429", "500", "502", "503", "504"])
def test_a_server_that_is_busy_is_asked_again(served: Served, tmp_path: Path, trouble: str) -> None:
    served.troubles = [trouble, "", trouble, trouble]
    assert _fetch(served, tmp_path) == CONTENT


@pytest.mark.parametrize("share", [0.001, 0.3, 0.999, 1.0])
def test_what_broke_off_is_gone_on_with(served: Served, tmp_path: Path, share: float) -> None:
    part = _begun(served, tmp_path, share)
    have = part.stat().st_size
    assert _fetch(served, tmp_path) == CONTENT
    asked = [wanted for _, wanted in served.asked]
    # Once to see what there is, and then for the rest alone.
    assert asked == ["", f"bytes={have}-"][: 1 + (have < len(CONTENT))]


def test_it_goes_on_within_a_call_too(served: Served, tmp_path: Path) -> None:
    served.troubles = ["", "truncated", "truncated", "truncated", "truncated", "truncated"]
    assert _fetch(served, tmp_path) == CONTENT
    starts = [int(wanted[6:-1]) for _, wanted in served.asked if wanted]
    assert starts == sorted(starts)
    assert len(starts) == 5


@pytest.mark.parametrize("kept", ["md5", "nothing"])
@pytest.mark.parametrize("tags", [{"ETag": '"{}"'}, {"Last-Modified": "{}"}, {}])
def test_a_file_that_was_changed_in_between_is_begun_anew(
    served: Served, tmp_path: Path, tags: dict[str, str], kept: str
) -> None:
    served.tags = tags
    _begun(served, tmp_path)
    served.files[NAME] = other = CONTENT[::-1]
    if kept == "md5":
        # The checksum still is that of the old file: no call may give a mixture.
        served.md5 = hashlib.md5(CONTENT).hexdigest()  # noqa: S324 -- as published
        with pytest.raises(InputError, match="thrown away"):
            _fetch(served, tmp_path)
        assert list(tmp_path.iterdir()) == []
        served.md5 = None
    assert _fetch(served, tmp_path) == other


@pytest.mark.parametrize("tags", [{"ETag": '"{}"'}, {"Last-Modified": "{}"}])
def test_a_file_that_is_changed_while_one_is_asked(
    served: Served, tmp_path: Path, tags: dict[str, str]
) -> None:
    served.tags = tags
    offer = _offer(served)
    served.files[NAME] = other = CONTENT[::-1] + b"more"
    served.troubles = ["truncated"]
    download_extract(offer, tmp_path / "x.osm.pbf", lambda _: None)
    assert (tmp_path / "x.osm.pbf").read_bytes() == other


def test_a_wrong_part_of_the_file_is_not_taken(served: Served, tmp_path: Path) -> None:
    _begun(served, tmp_path)
    served.troubles = ["", "wrong range"]
    assert _fetch(served, tmp_path) == CONTENT


def test_a_part_that_is_too_long_is_begun_anew(served: Served, tmp_path: Path) -> None:
    _begun(served, tmp_path).write_bytes(CONTENT + b"more")
    assert _fetch(served, tmp_path) == CONTENT


def test_what_is_there_is_not_downloaded_again(served: Served, tmp_path: Path) -> None:
    for _ in range(2):
        assert _fetch(served, tmp_path) == CONTENT
    assert len(served.asked) == 3


@pytest.mark.parametrize("md5", ["0" * 32, "0" * 32 + " *name"])
def test_a_wrong_checksum(served: Served, tmp_path: Path, md5: str) -> None:
    served.md5 = md5
    with pytest.raises(InputError, match=r"checksum = .*differs.*thrown away"):
        _fetch(served, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("md5", ["", "<html>Please log in</html>", "abc"])
def test_no_checksum_no_download(served: Served, tmp_path: Path, md5: str) -> None:
    served.md5 = md5
    with pytest.raises(InputError, match=r"checksum = .*\.md5': there is none.*--osm FILE"):
        _fetch(served, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("trouble", ["500", "truncated", "stall"])
def test_trouble_that_stays_keeps_what_has_come(
    served: Served, tmp_path: Path, trouble: str
) -> None:
    offer, served.ranges, served.troubles = _offer(served), False, [trouble] * 9
    with pytest.raises(InputError, match=r"3 tries.*what has come is kept"):
        download_extract(offer, tmp_path / "x.osm.pbf", lambda _: None)
    assert not (tmp_path / "x.osm.pbf").exists()
    served.ranges, served.troubles = True, []
    assert _fetch(served, tmp_path) == CONTENT


@pytest.mark.parametrize("trouble", ["400", "401", "403", "410"])
def test_a_refusal_is_not_asked_again(served: Served, trouble: str) -> None:
    served.troubles = [trouble]
    with pytest.raises(InputError, match=rf"--server = .*refused \({trouble}\)"):
        _offer(served)
    assert len(served.asked) == 1


def test_a_server_that_does_not_say_how_much_it_is(served: Served) -> None:
    served.troubles = ["no length"] * 2
    with pytest.raises(InputError, match="no such extract"):
        _offer(served)


@pytest.mark.parametrize("code", ["301", "302", "307", "308"])
def test_redirects_are_followed_within_what_is_safe(
    served: Served, tmp_path: Path, code: str
) -> None:
    served.files["/mirror.pbf"] = CONTENT
    served.elsewhere, served.troubles = "/mirror.pbf", [code, "", code, "truncated", code]
    assert _fetch(served, tmp_path) == CONTENT
    for elsewhere in ("http://other.example/x.pbf", "ftp://127.0.0.1/x.pbf", "file:///etc/hosts"):
        served.elsewhere, served.troubles = elsewhere, [code]
        with pytest.raises(InputError, match="must be HTTPS"):
            _offer(served)


def test_redirects_without_end(served: Served) -> None:
    served.elsewhere, served.troubles = NAME, ["302"] * 200
    with pytest.raises(InputError, match="redirects"):
        _offer(served)


@pytest.mark.parametrize(
    ("region", "date", "path"),
    [
        ("sweden", "", "/europe/sweden-latest.osm.pbf"),
        ("Sweden", "2024", "/europe/sweden-240101.osm.pbf"),
        ("sweden", "2024-03-31", "/europe/sweden-240331.osm.pbf"),
        ("sweden", "240331", "/europe/sweden-240331.osm.pbf"),
        ("europe", "", "/europe-latest.osm.pbf"),
        ("asia/japan", "", "/asia/japan-latest.osm.pbf"),
        ("north-america/us/california", "", "/north-america/us/california-latest.osm.pbf"),
        ("/europe/germany/", "", "/europe/germany-latest.osm.pbf"),
        ("cities/Umea.osm.pbf", "", "/cities/umea.osm.pbf"),
    ],
)
@pytest.mark.parametrize("base", ["", "/", "/mirror", "/mirror/"])
def test_names_of_regions(served: Served, region: str, date: str, path: str, base: str) -> None:
    served.files = {base.rstrip("/") + path: b"1234"}
    offer = find_extract(region, date, served.url + base, PATIENCE)
    assert offer.url == served.url + base.rstrip("/") + path
    assert offer.size == 4


@pytest.mark.parametrize(
    ("region", "date"),
    [
        ("../etc", ""),
        ("sweden?x=1", ""),
        ("södermanland", ""),
        ("", ""),
        ("a//b", ""),
        ("sweden", "yesterday"),
        ("sweden", "2024-13-01"),
        ("sweden", "24-1-1"),
    ],
)
def test_what_is_no_region_or_no_day(served: Served, region: str, date: str) -> None:
    with pytest.raises(InputError, match=r"is no region, or at no day.*2024-01-31"):
        find_extract(region, date, served.url, PATIENCE)
    assert served.asked == []


@pytest.mark.parametrize("region", ["sverige", "europe/swedn", "sweden.osm.pbf"])
def test_a_region_that_is_not_there(served: Served, region: str) -> None:
    with pytest.raises(InputError, match=r"REGION = .*no such extract at http://127"):
        find_extract(region, "", served.url, PATIENCE)


@pytest.mark.parametrize(
    "server", ["http://download.example", "ftp://127.0.0.1", "download.example", "file:///tmp", ""]
)
def test_only_https_or_this_machine(server: str) -> None:
    with pytest.raises(InputError, match=r"fetch: --server = .*must be HTTPS.*https://"):
        find_extract("sweden", "", server, PATIENCE)


def test_a_server_that_is_not_there() -> None:
    with pytest.raises(InputError, match=r"--server = 'http://127.0.0.1:9/eu.*3 tries"):
        find_extract("sweden", "", "http://127.0.0.1:9", PATIENCE)


def test_too_little_room_is_told_beforehand(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer = _offer(served)
    usage = type(shutil.disk_usage("."))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 1_900_000))
    with pytest.raises(InputError, match=r"--out = .*2 MB are needed there, and 2 MB are free"):
        download_extract(offer, tmp_path / "x.osm.pbf", lambda _: None)
    assert len(served.asked) == 1
    # What is there already needs no room.
    _begun(served, tmp_path)
    download_extract(offer, tmp_path / "x.osm.pbf", lambda _: None)


def test_a_disk_that_fills_up_keeps_what_has_come(served: Served, tmp_path: Path) -> None:
    offer = _offer(served)

    def full(what: str) -> None:
        if what.startswith("Downloading"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(InputError, match=r"No space left on device.*Free space there"):
        download_extract(offer, tmp_path / "x.osm.pbf", full)
    (part,) = tmp_path.iterdir()
    assert 0 < part.stat().st_size < len(CONTENT)
    assert _fetch(served, tmp_path) == CONTENT
    assert served.asked[-1][1].startswith("bytes=")


def test_progress_is_told(served: Served, tmp_path: Path) -> None:
    told: list[str] = []
    download_extract(_offer(served), tmp_path / "x.osm.pbf", told.append)
    assert told[0].endswith("sweden-latest.osm.pbf: 0 of 1 MB")
    assert told[-2].endswith("1 of 1 MB")
    assert told[-1] == "Checking x.osm.pbf"


KILLED = """
import os, signal, sys
from pathlib import Path
from siting.network.osm.download import Patience
from siting.network.osm.fetch import download_extract, find_extract

def tell(what):
    if "Downloading" in what and os.path.getsize(next(Path(sys.argv[2]).glob("*.part"))) > 300_000:
        os.kill(os.getpid(), signal.SIGKILL)

offer = find_extract("sweden", "", sys.argv[1], Patience())
download_extract(offer, Path(sys.argv[2]) / "x.osm.pbf", tell)
"""


@pytest.mark.long
def test_killed_in_the_middle_and_called_again(served: Served, tmp_path: Path) -> None:
    command = [sys.executable, "-c", KILLED, served.url, str(tmp_path)]
    killed = subprocess.run(command, check=False)  # noqa: S603 -- our own
    assert killed.returncode == -signal.SIGKILL
    served.asked.clear()
    assert _fetch(served, tmp_path) == CONTENT
    assert int(served.asked[-1][1][6:-1]) >= 300_000
