"""How a command ends on Ctrl-C (SIGINT) and SIGTERM: soon, in one line, with nothing half done.

The signal raises `Stop` in the main thread, so that whatever is open closes in its order. Where
that does not come to an end in time, because a solver or another library does not return, a
thread that only waits for this ends the process. Who calls siting from Python cancels instead.
"""

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from siting.common.errors import InterruptError

type Progress = Callable[[str], None]
"""Told what is being done, a line at a time."""
type Cancel = Callable[[], bool]
"""Asked between two steps whether to end."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
# How long closing may take.
_GRACE_S = 1.2
# How long it may take where finished work is kept first.
_PATIENCE_S = 60.0
# Shells add the number of the signal to this.
_CODE = 128


class Stop(BaseException):
    """The user, or the system, wants the process to end.

    Parameters
    ----------
    number : int
        Of the signal.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(number)


def heeding(progress: Progress, cancel: Cancel | None) -> Progress:
    """Tell what is being done, and raise `InterruptError` instead once somebody cancels."""

    def tell(what: str) -> None:
        heed(cancel)
        progress(what)

    return tell


def heed(cancel: Cancel | None) -> None:
    """Raise `InterruptError` once somebody cancels."""
    if cancel is not None and cancel():
        raise InterruptError("Cancelled.")


class _State:
    """What has been heard; there is one process, and so one of these."""

    number = 0
    patient = 0


_state = _State()


@contextmanager
def listening() -> Iterator[None]:
    """Listen to both signals while a command runs, and end the process when one comes.

    The exit code is then 128 and the number of the signal, however the command itself ended.
    """
    ours = [each for each in _SIGNALS if signal.getsignal(each) is not signal.SIG_IGN]
    reader, writer = socket.socketpair()
    writer.setblocking(False)  # noqa: FBT003 - it takes no names
    signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_forget)
    threading.Thread(target=_watch, args=(reader,), daemon=True).start()
    for each in ours:
        signal.signal(each, _hear)
    try:
        yield
    except BaseException as error:
        if not _state.number:
            raise
        # What has left by itself has told why; any other error is how a library met the signal.
        _end(_state.number, explained=isinstance(error, SystemExit))
    finally:
        for each in ours:
            signal.signal(each, signal.SIG_DFL)
    if _state.number:
        _end(_state.number)


@contextmanager
def keeping_what_is_done() -> Iterator[None]:
    """Give the main thread time to keep finished work, from a signal in here on to the end."""
    _state.patient += 1
    try:
        yield
    finally:
        if not _state.number:
            _state.patient -= 1


def _hear(number: int, _frame: FrameType | None) -> None:
    if _state.number:
        return
    _state.number = number
    sys.unraisablehook = lambda _: None
    raise Stop(number)


def _forget() -> None:
    """In a forked process, which is its parent's to end."""
    if signal.getsignal(signal.SIGTERM) is _hear:
        signal.set_wakeup_fd(-1)
        for each in _SIGNALS:
            signal.signal(each, signal.SIG_DFL)


def _watch(reader: socket.socket) -> None:
    number = _next(reader)
    if not number:
        return
    waited = 0.0
    while waited < (_PATIENCE_S if _state.patient else _GRACE_S):
        reader.settimeout(0.1)
        with suppress(TimeoutError):
            _next(reader)
            # Twice is meant.
            break
        waited += 0.1
    _end(number)


def _next(reader: socket.socket) -> int:
    """The next of our signals; 0 where the process has left by itself."""
    while heard := reader.recv(1):
        if heard[0] in _SIGNALS:
            return heard[0]
    return 0


def _end(number: int, *, explained: bool = False) -> None:
    """End the process now: what a library does at its end could take long."""
    from siting.common.files import clear_unfinished  # noqa: PLC0415 - listening begins before it loads

    for child in _children():
        with suppress(OSError):
            os.kill(child, signal.SIGTERM)
    clear_unfinished()
    if threading.current_thread() is threading.main_thread():
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
    if not explained:
        # On a terminal, a line that shows progress has hidden the cursor.
        shown = "\r\x1b[K\x1b[?25h" if os.isatty(2) else ""
        name = signal.Signals(number).name
        with suppress(OSError):
            os.write(2, f"{shown}Stopped by {name}; nothing is half-written.\n".encode())
    os._exit(_CODE + number)


def _children() -> list[int]:
    """Processes that this one has started, and those that they have started.

    The system tells; where it does not, multiprocessing knows its own.
    """
    known = _started_by(os.getpid())
    if not known and "multiprocessing" in sys.modules:
        from multiprocessing import active_children  # noqa: PLC0415 - nothing to load

        return [child.pid for child in active_children() if child.pid is not None]
    return known


def _started_by(parent: int) -> list[int]:
    direct: list[int] = []
    for listed in Path(f"/proc/{parent}/task").glob("*/children"):
        with suppress(OSError, ValueError):
            direct += map(int, listed.read_text(encoding="ascii").split())
    return direct + [each for child in direct for each in _started_by(child)]
