"""Files and folders that are written aside, moved into place in one step, and locked meanwhile."""

import errno
import glob
import json
import os
import shutil
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp, mkstemp

from filelock import BaseFileLock, FileLock, Timeout

from siting.common.errors import BusyError, Fault, InputError

_guard = threading.Lock()
# How file systems say that they know no locks.
_LOCKLESS = (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP)


def lock_path(target: Path) -> Path:
    """The file whose lock stands for the target."""
    return target.with_name(f".{target.name}.lock")


@contextmanager
def locked(target: Path) -> Iterator[None]:
    """Hold the lock of a file or folder, which need not exist; not at all if it is taken.

    The system gives the lock back however the process ends. A file system that knows no locks
    is used without.
    """
    path = lock_path(target.absolute())
    path.parent.stat()  # filelock would make a folder that is not there
    # One for each path: who claims a result may write into it as well.
    lock = FileLock(
        path, thread_local=False, is_singleton=True, fallback_to_soft=False, on_acquired=_sign
    )
    with _guard:
        _take(lock, path, target)
    try:
        yield
    finally:
        with _guard:
            if sys.platform != "win32" and lock.lock_counter == 1:
                path.unlink(missing_ok=True)
            lock.release()


def _take(lock: BaseFileLock, path: Path, target: Path) -> None:
    try:
        lock.acquire(blocking=False)
    except Timeout as error:
        raise BusyError(target, _holder(path)) from error
    except OSError as error:
        if error.errno not in _LOCKLESS:
            raise


def _sign(number: int) -> None:
    about = {"process": os.getpid(), "machine": socket.gethostname()}
    # On a full disk the lock holds though it does not say whose it is.
    with suppress(OSError):
        os.truncate(number, 0)
        os.write(number, json.dumps(about).encode())


def _holder(path: Path) -> str:
    try:
        about = json.loads(path.read_bytes())
        return f"process {about['process']} on {about['machine']}"
    except (OSError, ValueError, TypeError, KeyError):
        return "another process"


_OLD = "-old"
# What this process is writing, so that it can be cleared away where it has to end at once.
_unfinished: set[Path] = set()
# Held while something is moved, so that the process does not end in between.
_moving = threading.Lock()


def write_file(path: Path, content: bytes, *, option: str = "file") -> Path:
    """Write a file, whole or not at all."""
    with telling(path, option):
        replace_file(path, lambda new: new.write_bytes(content))
    return path


def refuse_new_file(out: Path, endings: tuple[str, ...]) -> None:
    """Raise an error where a file would not be new, or where its ending says another kind."""
    problem, remedy = "the file exists already", "Choose another name, or move it away."
    if out.suffix.lower() not in endings:
        problem, remedy = "its ending says another kind of file", f"Use {' or '.join(endings)}."
    elif not out.exists():
        return
    raise InputError([Fault("command line", "--out", str(out), problem, remedy)])


def replace_file(path: Path, write: Callable[[Path], object]) -> None:
    """Let something write a file, and put it into place when it is whole."""
    with locked(path):
        _clear(path)
        number, name = mkstemp(dir=path.parent, prefix=f".{path.name}-", suffix=path.suffix)
        os.close(number)
        new = Path(name)
        with removed_at_end(new):
            write(new)
            new.chmod(0o666 & ~_umask())
            with _moving:
                new.replace(path)


def replace_folder(target: Path, fill: Callable[[Path], None]) -> None:
    """Let something fill a folder, and put it in the place of the old one when it is whole."""
    with locked(target):
        restore(target)
        new = Path(mkdtemp(dir=target.parent, prefix=f".{target.name}-"))
        with removed_at_end(new):
            fill(new)
            new.chmod(0o777 & ~_umask())
            with _moving:
                _swap(new, target)


def restore(target: Path) -> None:
    """Put right what a process left that was killed while it wrote a folder.

    Where it had put the old folder away and not yet the new one in its place, the old one is put
    back; all else that it left is removed. Nothing is done while another process writes there.
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
    """Say what hinders writing as a fault that the user can fix."""
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
def removed_at_end(new: Path) -> Iterator[None]:
    """Remove a file or folder when this is done with it, or when the process has to end."""
    _unfinished.add(new)
    try:
        yield
    finally:
        _remove(new)
        _unfinished.discard(new)


def _swap(new: Path, target: Path) -> None:
    """Put the new folder in the old one's place; the old one stays until the new one stands."""
    old = new.with_name(f"{new.name}{_OLD}")
    if target.exists():
        target.rename(old)
    try:
        new.rename(target)
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
