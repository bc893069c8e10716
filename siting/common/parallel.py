"""Work handed to other processes: those of this machine, or the workers of a Dask cluster."""

import logging
import multiprocessing
import os
import pickle
import signal
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from multiprocessing import forkserver, resource_tracker
from multiprocessing.context import BaseContext
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import numpy as np

from siting.common.errors import ClusterError, Fault, InputError, MissingExtraError, SitingError
from siting.common.files import removed_at_end
from siting.common.package import PACKAGES

if TYPE_CHECKING:
    from distributed import Client, Future


# What limits the threads of the linear algebra under NumPy.
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

_FORKED = "forkserver" in multiprocessing.get_all_start_methods()


def worker_context(call: Callable[..., object]) -> BaseContext:
    """How worker processes are started: forked from a server that has imported what they call.

    Calling this early lets the server import the module of `call` while this process does something
    else; that takes longer than several of the calls. Only the first server imports. Workers are
    never forked from this process, since the solver keeps threads that a fork would lose. Where a
    system knows no such server, every worker is started anew.
    """
    if not _FORKED:
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([call.__module__])
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


def each_made[Item, Made](
    call: Callable[..., Made],
    items: Sequence[Item],
    *shared: object,
    workers: int | str,
    what: str = "the work",
) -> Iterator[tuple[int, Made]]:
    """Make something of what is shared and each item; give its number with it, in any order.

    The workers are so many processes of this machine, or those of the Dask scheduler at this
    address; an error says over what they died.
    """
    if isinstance(workers, str):
        with cluster_at(workers) as client:
            for number, made in each_done(client, call, items, *shared):
                if made is None:
                    raise ClusterError(f"Dask workers died over {what}; give them more memory.")
                yield number, made
    elif workers > 1:
        yield from _in_processes(call, items, shared, workers)
    else:
        yield from ((number, call(*shared, item)) for number, item in enumerate(items))


def _in_processes[Item, Made](
    call: Callable[..., Made], items: Sequence[Item], shared: tuple[object, ...], workers: int
) -> Iterator[tuple[int, Made]]:
    with _packed(shared) as packed:
        pool = ProcessPoolExecutor(workers, worker_context(call), _unpack, packed)
        try:
            with starting_workers():
                left = {pool.submit(_call, call, item): row for row, item in enumerate(items)}
            for future in as_completed(left):
                yield left.pop(future), future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _packed(things: tuple[object, ...]) -> Iterator[tuple[bytes, list[Path]]]:
    """Put each array in things into a file; these go at the end whatever happens."""
    arrays: list[pickle.PickleBuffer] = []
    rest = pickle.dumps(things, protocol=5, buffer_callback=arrays.append)
    folder = Path(mkdtemp(prefix="siting-"))
    with removed_at_end(folder):
        paths = [folder / str(number) for number in range(len(arrays))]
        for path, array in zip(paths, arrays, strict=True):
            path.write_bytes(array.raw())
        yield rest, paths


# What is shared, in a worker process; set once when it starts.
_things: list[object] = []


def _unpack(rest: bytes, paths: list[Path]) -> None:
    """Map the files into memory: of each page there is one copy, but where a process writes."""
    # An empty file cannot be mapped.
    arrays = [np.memmap(path, mode="c") if path.stat().st_size else b"" for path in paths]
    _things.extend(pickle.loads(rest, buffers=arrays))  # noqa: S301 - the parent has written it


def _call[Made](call: Callable[..., Made], item: object) -> Made:
    return call(*_things, item)


# Dask is an extra, and slow to load.
# ruff: noqa: PLC0415

_CERTIFICATES = "distributed.comm.tls.ca-file"
# Seconds between two looks at whether there are workers at all.
_LOOK_S = 1.0
# Calls that are handed out at a time for each thread of the workers.
_AHEAD = 2
# What has to be of one version everywhere, so that results are those of this machine.
_SAME = ("python", *PACKAGES, "dask", "distributed", "cloudpickle")


@contextmanager
def cluster_at(address: str) -> Iterator["Client"]:
    """Connect to a Dask cluster."""
    with _using_dask(address):
        import dask
        from distributed import Client

        try:
            client = Client(address)
        except (OSError, ValueError, TypeError, RuntimeError) as error:
            remedy = "Check the address, or start one with: dask scheduler"
            if address.startswith("tls:") and not dask.config.get(_CERTIFICATES, None):
                remedy = (
                    f"Name the certificates in Dask's configuration: {_CERTIFICATES}, "
                    "client.cert and client.key; SECURITY.md shows how"
                )
            raise _refused(address, f"no Dask scheduler answers there ({error})", remedy) from error
        with client:
            _check(client, address)
            yield client


@contextmanager
def local_cluster(workers: int) -> Iterator["Client"]:
    """Start workers on this machine."""
    with _using_dask("of this machine"):
        from distributed import Client, LocalCluster

        with starting_workers():
            cluster = LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                dashboard_address=None,
                silence_logs=logging.CRITICAL,
            )
        try:
            with Client(cluster) as client:
                yield client
        finally:
            # A second Ctrl-C would leave processes behind.
            with ignoring_interrupts():
                cluster.close()


def check_cluster(address: str) -> None:
    """Make sure that a cluster can be used, before any work begins."""
    with cluster_at(address):
        return


def each_done[Item, Made](
    client: "Client", call: Callable[..., Made], items: Iterable[Item], *shared: object
) -> Iterator[tuple[int, Made | None]]:
    """Let the workers make something of each item."""
    from distributed import KilledWorker

    sent = [client.scatter(thing, broadcast=True, hash=False) for thing in shared]
    waiting = enumerate(items)
    running: dict[Future[Made], int] = {}
    while True:
        room = max(1, _AHEAD * _threads(client)) - len(running)
        for _, (number, item) in zip(range(room), waiting, strict=False):
            running[client.submit(call, *sent, item, pure=False)] = number
        if not running:
            return
        for future in _some_done(client, running):
            try:
                made = future.result()
            except KilledWorker:
                made = None
            yield running.pop(future), made


def _some_done[Made](
    client: "Client", running: Iterable["Future[Made]"]
) -> "Iterable[Future[Made]]":
    """Wait until something is done; give up where no worker is left to do it."""
    from distributed import wait

    while True:
        with suppress(TimeoutError):
            done: set[Future[Made]]
            done = wait(list(running), timeout=_LOOK_S, return_when="FIRST_COMPLETED").done
            return done
        if not _threads(client):
            _await_worker(client, ClusterError("The Dask cluster has no workers left."))


def _threads(client: "Client") -> int:
    """Threads of all workers together."""
    return sum(client.nthreads().values())


def _await_worker(client: "Client", otherwise: SitingError) -> None:
    """Wait for a worker as long as Dask waits for a connection, or raise an error."""
    import dask
    from dask.utils import parse_timedelta

    patience = parse_timedelta(dask.config.get("distributed.comm.timeouts.connect"))
    try:
        client.wait_for_workers(1, timeout=patience)
    except TimeoutError as error:
        raise otherwise from error


def _check(client: "Client", address: str) -> None:
    remedy = f"Start one on each machine with: dask worker {address} --nthreads 1"
    _await_worker(client, _refused(address, "the Dask cluster has no workers", remedy))
    found: Any = client.get_versions(packages=list(_SAME[1:]))
    here = found["client"]["packages"]
    others = {"the scheduler": found["scheduler"]} | dict(found["workers"])
    wrong = sorted(
        f"{name} is {facts['packages'].get(name) or 'missing'} on {who} and {here[name]} here"
        for who, facts in others.items()
        for name in _SAME
        if facts["packages"].get(name) != here[name]
    )
    if wrong:
        more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        remedy = "Install the same versions everywhere: the same requirements file"
        raise _refused(address, f"{wrong[0]}{more}", remedy)


def _refused(address: str, problem: str, remedy: str) -> InputError:
    return InputError([Fault("command line", "--scheduler", address, problem, remedy)])


@contextmanager
def _using_dask(address: str) -> Iterator[None]:
    """Say in a sentence that Dask or its scheduler is gone, however Dask says it.

    What Dask logs and warns of is kept from the terminal: what matters is raised.
    """
    if find_spec("distributed") is None:
        raise MissingExtraError("dask", ["distributed"])
    from distributed import CancelledError
    from distributed.comm.core import CommClosedError

    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="distributed")
            yield
    except (CancelledError, CommClosedError) as error:
        raise ClusterError(f"The connection to the Dask scheduler {address} was lost.") from error
    finally:
        logging.disable(before)
