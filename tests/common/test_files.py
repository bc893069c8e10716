"""Files and folders are moved into place whole, and what a killed process left is put right."""

import errno
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from siting.common.errors import BusyError, InputError
from siting.common.files import lock_path, locked, replace_file, replace_folder, restore, write_file
from siting.results.result import Result, find_result
from siting.results.write import claim, write_result
from tests.project.reliability.faults import fault

_HOLD = """
import sys
from pathlib import Path
from siting.common.files import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def _held_by_another(target: Path) -> Iterator[int]:
    command = [sys.executable, "-c", _HOLD, str(target)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603 - our own program
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        try:
            yield process.pid
        finally:
            process.kill()


@pytest.fixture
def tiny() -> Result:
    return Result("tiny", "run", {"name": "tiny", "python": "3"}, {})


def _hidden(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob(".*"))


@contextmanager
def _small_files(size: int) -> Iterator[None]:
    """Let the system refuse to let files grow beyond a size, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@contextmanager
def _without_rights(folder: Path) -> Iterator[None]:
    """Take the right to write; the administrator, who needs none, becomes somebody else."""
    folder.chmod(0o555)
    administrator = os.geteuid() == 0
    if administrator:
        os.seteuid(65534)
    try:
        yield
    finally:
        if administrator:
            os.seteuid(0)
        folder.chmod(0o755)


def test_a_file_is_whole_or_as_it_was(tmp_path: Path) -> None:
    path = write_file(tmp_path / "a.txt", b"first")

    def half(place: Path) -> None:
        place.write_bytes(b"sec")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    umask = os.umask(0)
    os.umask(umask)
    with pytest.raises(OSError, match="No space"):
        replace_file(path, half)
    assert path.read_bytes() == b"first"
    assert [*tmp_path.iterdir()] == [path]
    assert path.stat().st_mode & 0o777 == 0o666 & ~umask


@fault(
    "The disk is full",
    "the system lets no file grow beyond 10 bytes while a result is written over an older one; "
    "a sweep writes to a small disk without room",
    "an error that names folder and cause, exit code 2; the older result stays, nothing is left "
    "beside it. A sweep says which runs are missing, and `--resume` makes them",
)
def test_a_full_disk_leaves_the_older_result(tiny: Result, tmp_path: Path) -> None:
    folder = write_result(tiny, tmp_path)
    before = (folder / "manifest.json").read_bytes()
    with _small_files(10), pytest.raises(InputError, match=r"tiny: .* File too large\. Free space"):
        write_result(Result("tiny", "run", {"name": "changed" * 99}, {}), tmp_path)
    assert (folder / "manifest.json").read_bytes() == before
    assert _hidden(tmp_path) == []


@fault(
    "The folder may not be written to, or rights are missing",
    "the folder of results is read-only and belongs to somebody else; a file stands where the "
    "folder should be",
    "an error that names the folder, before any work begins; exit code 2",
)
def test_missing_rights_are_said_before_the_work(tmp_path: Path) -> None:
    place = tmp_path / "results"
    place.mkdir()
    with (
        _without_rights(place),
        pytest.raises(InputError, match=r"results: --results = .*Permission denied"),
        claim("tiny", place),
    ):
        pytest.fail("the work began")
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="file: --results"), claim("tiny", tmp_path / "file"):
        pytest.fail("the work began")


@fault(
    "A process is killed between putting the old result away and the new one in place",
    "its folders are left as they are at that moment; then the result is read, and made again",
    "the old result is back before it is read, and nothing is left beside it",
)
def test_the_old_result_comes_back(tiny: Result, tmp_path: Path) -> None:
    folder = write_result(tiny, tmp_path)
    before = (folder / "manifest.json").read_bytes()
    folder.rename(tmp_path / ".tiny-abcd_123-old")
    (tmp_path / ".tiny-abcd_123").mkdir()
    assert find_result(str(folder)) == folder
    assert (folder / "manifest.json").read_bytes() == before
    assert _hidden(tmp_path) == []


def test_what_belongs_to_others_is_left_alone(tiny: Result, tmp_path: Path) -> None:
    others = [".tiny-hindcast-abcd_123", ".tiny-abcd_123-more", ".tinyabcd_123", ".tiny-short"]
    for name in others:
        (tmp_path / name).mkdir()
    (tmp_path / ".tiny-abcd_123").mkdir()
    write_result(tiny, tmp_path)
    assert _hidden(tmp_path) == sorted(others)


def test_what_another_process_is_writing_is_not_cleared(tiny: Result, tmp_path: Path) -> None:
    folder = write_result(tiny, tmp_path)
    unfinished = tmp_path / ".tiny-abcd_123"
    unfinished.mkdir()
    with _held_by_another(folder):
        restore(folder)
        assert unfinished.is_dir()
    restore(folder)
    assert not unfinished.exists()


@pytest.mark.parametrize("write", [replace_file, replace_folder])
def test_the_second_is_told_who_writes(
    write: Callable[[Path, Callable[[Path], object]], None], tmp_path: Path
) -> None:
    target = tmp_path / "results"
    with (
        _held_by_another(target) as pid,
        pytest.raises(BusyError, match=rf"results is being written by process {pid} on "),
    ):
        write(target, lambda _: None)
    write(target, lambda place: place.touch())
    assert _hidden(tmp_path) == [lock_path(target).name] * 0


def test_a_process_may_write_what_it_has_claimed(tiny: Result, tmp_path: Path) -> None:
    with claim("tiny", tmp_path) as folder:
        assert write_result(tiny, tmp_path) == folder
        assert lock_path(folder).exists()
    assert not lock_path(folder).exists()


def test_a_lock_without_a_holder_holds_nobody_up(tmp_path: Path) -> None:
    target = tmp_path / "a"
    lock_path(target).write_text("left by a killed process", encoding="utf-8")
    with locked(target), locked(target):
        assert lock_path(target).exists()
    assert not lock_path(target).exists()
