"""Files and folders that are written aside and moved into place in one step.

What stands at a path is always whole: the old content until the new one is complete. A process
that is killed leaves at most hidden files beside it, which the next one that writes there clears.
"""

import glob
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp, mkstemp

from siting.errors import BusyError, Fault, InputError
from siting.lock import locked

_OLD = "-old"
_unfinished: set[Path] = set()
"""What this process is writing, so that it can be cleared away where it has to end at once."""
_moving = threading.Lock()
"""Held while something is moved, so that the process does not end in between."""


def write_file(path: Path, content: bytes, *, option: str = "file") -> Path:
    """Write a file, whole or not at all.

    Parameters
    ----------
    path : Path
        Where to; its folder exists.
    content : bytes
        What it will hold.
    option : str
        How an error names what chose the place.

    Returns
    -------
    Path
        The same path.

    Raises
    ------
    InputError
        If it cannot be written.
    BusyError
        If another process is writing it.
    """
    with telling(path, option):
        replace_file(path, lambda aside: aside.write_bytes(content))
    return path


def replace_file(path: Path, write: Callable[[Path], object]) -> None:
    """Let something write a file, and put it into place when it is whole.

    Parameters
    ----------
    path : Path
        Where to; its folder exists.
    write : callable
        Is given another path in the same folder, with the same ending.

    Raises
    ------
    siting.errors.BusyError
        If another process is writing it.
    OSError
        If it cannot be written.
    """
    with locked(path):
        _clear(path)
        number, name = mkstemp(dir=path.parent, prefix=f".{path.name}-", suffix=path.suffix)
        os.close(number)
        aside = Path(name)
        with _unfinished_until_done(aside):
            write(aside)
            aside.chmod(0o666 & ~_umask())
            with _moving:
                aside.replace(path)


def replace_folder(target: Path, fill: Callable[[Path], None]) -> None:
    """Let something fill a folder, and put it in the place of the old one when it is whole.

    Parameters
    ----------
    target : Path
        Where to; its parent exists.
    fill : callable
        Is given an empty folder beside the target.

    Raises
    ------
    siting.errors.BusyError
        If another process is writing there.
    OSError
        If it cannot be written.
    """
    with locked(target):
        restore(target)
        aside = Path(mkdtemp(dir=target.parent, prefix=f".{target.name}-"))
        with _unfinished_until_done(aside):
            fill(aside)
            aside.chmod(0o777 & ~_umask())
            with _moving:
                _swap(aside, target)


def restore(target: Path) -> None:
    """Mend what a process left that was killed while it wrote a folder.

    Where it had put the old folder away and not yet the new one in its place, the old one is put
    back; all else that it left is removed. Nothing is done while another process writes there.

    Parameters
    ----------
    target : Path
        The folder.

    Raises
    ------
    OSError
        If it cannot be done.
    """
    if not _left_overs(target):
        return
    try:
        with locked(target):
            kept = [path for path in _left_overs(target) if path.name.endswith(_OLD)]
            if kept and not target.exists():
                kept[0].rename(target)
            _clear(target)
    except BusyError:
        return


@contextmanager
def telling(path: Path, option: str = "file") -> Iterator[None]:
    """Say what hinders writing as a fault that the user can mend.

    Parameters
    ----------
    path : Path
        What is being written.
    option : str
        How the fault names what chose the place.

    Raises
    ------
    InputError
        In place of an OSError.
    """
    try:
        yield
    except OSError as error:
        remedy = "Free space there, or choose a folder that you may write to."
        problem = error.strerror or str(error)
        raise InputError([Fault(str(path), option, path.name, problem, remedy)]) from error


def clear_unfinished() -> None:
    """Remove what this process has not finished, because it ends now."""
    # Nothing is moved any more: the lock is never given back.
    _moving.acquire(timeout=1.0)
    for path in tuple(_unfinished):
        _remove(path)


@contextmanager
def _unfinished_until_done(aside: Path) -> Iterator[None]:
    _unfinished.add(aside)
    try:
        yield
    finally:
        _remove(aside)
        _unfinished.discard(aside)


def _swap(aside: Path, target: Path) -> None:
    """Put the new folder in the old one's place; the old one stays until the new one stands."""
    old = aside.with_name(f"{aside.name}{_OLD}")
    if target.exists():
        target.rename(old)
    try:
        aside.rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise
    _remove(old)


def _clear(path: Path) -> None:
    for left_over in _left_overs(path):
        _remove(left_over)


def _left_overs(path: Path) -> list[Path]:
    """What processes have left beside a path, where this one does not write it just now."""
    # Another name may begin with this one; what follows has the eight letters of tempfile.
    start = f".{path.name}-"
    found = sorted(path.parent.glob(f"{glob.escape(start)}????????*"))
    ends = {"", _OLD, path.suffix}
    return [
        each for each in found if each.name[len(start) + 8 :] in ends and each not in _unfinished
    ]


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
