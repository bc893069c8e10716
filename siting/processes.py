"""How processes that compute are started."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import forkserver, resource_tracker
from multiprocessing.context import BaseContext

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""What limits the threads of the linear algebra under NumPy."""

_FORKED = "forkserver" in multiprocessing.get_all_start_methods()
_IMPORTED = ["siting.draws", "siting.network.search"]
"""What worker processes need. Importing it takes longer than solving several worlds."""


def worker_context() -> BaseContext:
    """How worker processes are started: forked from a server that has imported what they need.

    Calling this early lets the server import while this process does something else. Workers are
    never forked from this process, since the solver keeps threads that a fork would lose. Where a
    system knows no such server, every worker is started anew.
    """
    if not _FORKED:
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_IMPORTED)
    with starting_workers():
        forkserver.ensure_running()
    return context


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
    """Keep Ctrl-C from the thread that calls this, and from processes started by it in here.

    It comes to this process afterwards, or by another of its threads. Where the system cannot
    hold signals back they are lost, and only the main thread has a say in that.
    """
    if hasattr(signal, "pthread_sigmask"):
        # It would let Ctrl-C through again when it starts.
        resource_tracker.ensure_running()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
    elif threading.current_thread() is threading.main_thread():
        handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, handler)
    else:
        yield
