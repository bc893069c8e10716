"""How processes that compute are started."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""What limits the threads of the linear algebra under NumPy."""


@contextmanager
def starting_workers() -> Iterator[None]:
    """Start processes that ignore Ctrl-C and compute with one thread each.

    Ctrl-C reaches every process of a terminal; the parent alone decides what it means. Workers
    inherit what holds when they start.
    """
    usual = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        with ignoring_interrupts():
            yield
    finally:
        for name, value in usual.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


@contextmanager
def ignoring_interrupts() -> Iterator[None]:
    """Let Ctrl-C pass unheeded; only the main thread has a say in that."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
