"""A Dask scheduler and workers, as processes of their own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PATIENCE_S = 120
HASTE = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "5s"}
"""Environment in which Dask gives up soon on what is not there."""


@dataclass(frozen=True)
class Cluster:
    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]]


@contextmanager
def dask_cluster(
    folder: Path,
    workers: int = 2,
    env: Mapping[str, str] | None = None,
    tls: Mapping[str, str] | None = None,
) -> Iterator[Cluster]:
    """Start a scheduler and workers of one thread each; `env` is for the workers alone.

    With `tls`, Dask's options for certificates, all of them speak TLS.
    """
    secured = [word for option in (tls or {}).items() for word in option]
    scheduler_file = folder / "scheduler.json"
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str, **more: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(  # noqa: S603 - Dask, with arguments of our own
            [sys.executable, "-m", *arguments, *secured, "--no-dashboard"],
            cwd=folder,
            env={**os.environ, **HASTE, **more},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        started.append(process)
        return process

    try:
        protocol = ("--protocol", "tls") if tls else ()
        where = (
            *protocol,
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            "--scheduler-file",
            str(scheduler_file),
        )
        scheduler = start("distributed.cli.dask_scheduler", *where)
        # Dask makes the file before it writes it.
        wait_until(
            lambda: (
                scheduler_file.is_file()
                and scheduler_file.read_text(encoding="utf-8").endswith("}")
            )
        )
        address = json.loads(scheduler_file.read_text(encoding="utf-8"))["address"]
        options = ("--nthreads", "1", "--no-nanny", "--local-directory", str(folder))
        worker = ("distributed.cli.dask_worker", address, *options)
        yield Cluster(address, scheduler, [start(*worker, **(env or {})) for _ in range(workers)])
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)
