"""Travel times from a Dask cluster that speaks TLS, with certificates made for the test."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dask
import distributed  # noqa: F401 - its defaults
import pytest

from siting.common.errors import InputError
from siting.common.parallel import cluster_at
from tests.support.cli import call_anew
from tests.support.clusters import Cluster, dask_cluster

pytestmark = pytest.mark.long  # it starts schedulers and workers

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


def test_workers_behind_tls_do_the_work(cluster: Cluster, ours: Authority) -> None:
    assert cluster.address.startswith("tls://127.0.0.1:")
    with dask.config.set(ours.config), cluster_at(cluster.address) as client:
        assert client.submit(sum, [1, 2, 3]).result() == 6
        described = client.scheduler_info()["workers"]
        assert len(described) == 1
        assert all(address.startswith("tls://") for address in described)


def test_without_certificates_the_remedy_names_them(cluster: Cluster) -> None:
    with (
        pytest.raises(InputError, match=r"distributed\.comm\.tls\.ca-file"),
        cluster_at(cluster.address),
    ):
        pass


@pytest.mark.parametrize("protocol", ["tls", "tcp"])
def test_who_holds_other_certificates_or_none_is_kept_out(
    protocol: str, cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign = _authority(tmp_path / "foreign").config
    for key, value in (foreign | {"distributed.comm.timeouts.connect": "5s"}).items():
        name = key.replace(".", "__").replace("-", "_").upper()
        monkeypatch.setenv(f"DASK_{name}", value)
    address = cluster.address.replace("tls", protocol)
    done = call_anew(tmp_path, "run", "announced_only", "--scheduler", address)
    assert done.returncode == 2
    assert "no Dask scheduler answers there" in done.stderr
    assert ("TLS certificate does not match" in done.stderr) == (protocol == "tls")
