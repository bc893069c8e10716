"""A lock on a path, which ends with the process that holds it."""

import json
import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from siting.errors import BusyError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_FAR = 1 << 30
"""The byte that Windows locks: behind the text, which others have to read."""

_held: dict[Path, int] = {}
"""How often this process holds each lock: who claims a result may write into it as well."""
_guard = threading.Lock()


def lock_path(target: Path) -> Path:
    """The file whose lock stands for the target.

    Parameters
    ----------
    target : Path
        What is going to be written.

    Returns
    -------
    Path
        A hidden file beside it.
    """
    return target.with_name(f".{target.name}.lock")


@contextmanager
def locked(target: Path) -> Iterator[None]:
    """Hold the lock of a file or folder, which need not exist; not at all if it is taken.

    The system gives the lock back however the process ends. A file system that knows no locks
    is used without.

    Parameters
    ----------
    target : Path
        What is going to be written; its parent exists.

    Raises
    ------
    siting.errors.BusyError
        If another process holds it.
    OSError
        If the file of the lock cannot be made.
    """
    path = lock_path(target.absolute())
    with _guard:
        number = None if path in _held else _take(path, target)
        _held[path] = _held.get(path, 0) + 1
    try:
        yield
    finally:
        with _guard:
            _held[path] -= 1
            if not _held[path]:
                del _held[path]
        if number is not None:
            _give_back(path, number)


def _take(path: Path, target: Path) -> int:
    while True:
        number = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _lock(number)
        except BlockingIOError as error:
            holder = _holder(number)
            os.close(number)
            raise BusyError(target, holder) from error
        except OSError:
            return number
        # Who held it before may have deleted the file between our two calls.
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(number), path.stat()):
                break
        os.close(number)
    about = {"process": os.getpid(), "machine": socket.gethostname()}
    # On a full disk the lock holds though it does not say whose it is.
    with suppress(OSError):
        os.truncate(number, 0)
        os.write(number, json.dumps(about).encode())
    return number


def _give_back(path: Path, number: int) -> None:
    if sys.platform != "win32":
        path.unlink(missing_ok=True)
    os.close(number)


def _lock(number: int) -> None:
    if sys.platform == "win32":
        os.lseek(number, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError from error
        finally:
            os.lseek(number, 0, os.SEEK_SET)
    else:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _holder(number: int) -> str:
    try:
        about = json.loads(os.read(number, 1000))
        return f"process {about['process']} on {about['machine']}"
    except (OSError, ValueError, TypeError, KeyError):
        return "another process"
