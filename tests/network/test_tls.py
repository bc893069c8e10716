"""Travel times from a Dask cluster that speaks TLS, with certificates made for the test."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dask
import distributed  # noqa: F401 - its defaults
import pytest

from siting.cluster import cluster_at, own_cluster
from tests.clusters import HASTE, Cluster, dask_cluster

# Its defaults have to be there before a part of them is set for a while.
assert dask.config.get("distributed.comm") is not None


@dataclass(frozen=True)
class Authority:
    """A certificate authority, and the certificate of everybody that it knows."""

    folder: Path

    @property
    def options(self) -> dict[str, str]:
        """What scheduler and workers are started with."""
        names = {"--tls-ca-file": "ca.pem", "--tls-cert": "us.pem", "--tls-key": "us.key"}
        return {option: str(self.folder / name) for option, name in names.items()}

    @property
    def config(self) -> dict[str, str]:
        """What a client's configuration of Dask says."""
        keys = {"ca-file": "ca.pem", "client.cert": "us.pem", "client.key": "us.key"}
        keys |= {"scheduler.cert": "us.pem", "scheduler.key": "us.key"}
        keys |= {"worker.cert": "us.pem", "worker.key": "us.key"}
        return {
            f"distributed.comm.tls.{key}": str(self.folder / name) for key, name in keys.items()
        }


def _authority(folder: Path) -> Authority:
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl is not at hand to make certificates")
    folder.mkdir()
    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
    for command in (
        ("req", "-x509", *new, "-subj", "/CN=test", "-keyout", "ca.key", "-out", "ca.pem"),
        ("req", *new[:5], "-subj", "/CN=127.0.0.1", "-keyout", "us.key", "-out", "us.csr"),
        (
            *("x509", "-req", "-in", "us.csr", "-CA", "ca.pem", "-CAkey", "ca.key"),
            *("-set_serial", "1", "-days", "2", "-out", "us.pem"),
        ),
    ):
        subprocess.run(  # noqa: S603 - found on the path, with arguments of our own
            [program, *command], cwd=folder, check=True, capture_output=True
        )
    return Authority(folder)


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return _authority(tmp_path_factory.mktemp("tls") / "ours")


@pytest.fixture(scope="module")
def cluster(ours: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with dask_cluster(tmp_path_factory.mktemp("dask"), 1, tls=ours.options) as started:
        yield started


def _run(address: str, authority: Authority | None) -> tuple[int, str]:
    """Call the command as a user with these certificates would."""
    told = {
        f"DASK_{key.upper().replace('.', '__').replace('-', '_')}": value
        for key, value in (authority.config if authority else {}).items()
    }
    done = subprocess.run(  # noqa: S603 - our own program with arguments of our own
        [sys.executable, "-m", "siting", "run", "announced_only", "--scheduler", address],
        env={**os.environ, **HASTE, **told},
        cwd=authority.folder if authority else None,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


def test_workers_behind_tls_do_the_work(cluster: Cluster, ours: Authority) -> None:
    assert cluster.address.startswith("tls://127.0.0.1:")
    with dask.config.set(ours.config), cluster_at(cluster.address) as client:
        assert client.submit(sum, [1, 2, 3]).result() == 6
        described = client.scheduler_info()["workers"]
        assert len(described) == 1
        assert all(address.startswith("tls://") for address in described)


def test_who_has_no_certificate_of_the_authority_is_turned_away(
    cluster: Cluster, ours: Authority, tmp_path: Path
) -> None:
    code, told = _run(cluster.address, None)
    assert code == 2
    assert "distributed.comm.tls.ca-file" in told
    code, told = _run(cluster.address, _authority(tmp_path / "stranger"))
    assert code == 2
    assert "no Dask scheduler answers there" in told
    code, told = _run(cluster.address.replace("tls://", "tcp://"), ours)
    assert code == 2
    assert "no Dask scheduler answers there" in told


def test_workers_of_this_machine_speak_tls_where_dask_has_certificates(ours: Authority) -> None:
    with dask.config.set(ours.config), own_cluster(1) as client:
        assert client.scheduler_info()["address"].startswith("tls://")
        assert client.submit(sum, [1, 2, 3]).result() == 6
