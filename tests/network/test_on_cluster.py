"""The travel-time matrix on Dask workers that are processes of their own."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dask
import distributed  # noqa: F401 - brings its part of Dask's configuration
import networkx as nx
import numpy as np
import pytest

from siting.common.errors import ClusterError, InputError
from siting.common.parallel import check_cluster
from siting.common.types import ConnectorRules, Points, RoadNetwork
from siting.network.matrix import travel_times
from siting.pipeline.run import run
from siting.scenario.file import find_scenario, read_scenario
from tests.support.clusters import HASTE, Cluster, dask_cluster

pytestmark = pytest.mark.long  # it starts schedulers and workers


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with dask_cluster(tmp_path_factory.mktemp("dask")) as started:
        yield started


@pytest.fixture(autouse=True)
def _in_haste() -> Iterator[None]:
    with dask.config.set({"distributed.comm.timeouts.connect": "5s"}):
        yield


def _random_network(seed: int) -> tuple[RoadNetwork, Points, Points]:
    """One-way links between scattered junctions, some of which lead nowhere."""
    rng = np.random.default_rng(seed)
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="EPSG:4326")
    places = rng.uniform((15, 60), (17, 61), (300, 2))
    for node, (x, y) in enumerate(places.tolist()):
        graph.add_node(node, x=x, y=y)
    for u, v in rng.integers(0, 300, (900, 2)).tolist():
        graph.add_edge(u, v, length=1.0, travel_time=float(rng.uniform(1, 900)))
    network = RoadNetwork(graph, ConnectorRules(4, 1.3, 40, 10), "test", (), {}, "")
    lon, lat = rng.uniform((15, 60), (17, 61), (700, 2)).T
    names = tuple(map(str, range(700)))
    return (
        network,
        Points(names[:300], lon[:300], lat[:300]),
        Points(names[300:], lon[300:], lat[300:]),
    )


@pytest.mark.parametrize("limit", [np.inf, 20.0])
def test_it_is_bit_for_bit_that_of_this_process(cluster: Cluster, limit: float) -> None:
    network, origins, destinations = _random_network(3)
    heard: list[tuple[int, int]] = []
    here = travel_times(network, origins, destinations, limit=limit, workers=1).minutes
    there = travel_times(
        network,
        origins,
        destinations,
        limit=limit,
        workers=cluster.address,
        progress=lambda *done: heard.append(done),
    ).minutes
    for name in ("data", "indices", "indptr"):
        assert getattr(here, name).tobytes() == getattr(there, name).tobytes()
    assert 0 < here.nnz < 300 * 400
    assert heard == [(128, 300), (256, 300), (300, 300)]


def test_a_scenario_has_the_same_answer(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = ("limits.new_offices_max=1", "offices.open=[]", "limits.fa_region_guarantee=false")
    gotland = ('area.counties=["Gotlands län"]', *limits)
    file = read_scenario(find_scenario("announced_only"), gotland)
    kept, manifests = [], []
    who: dict[str, int | str] = {"here": 1, "there": cluster.address}
    for name, workers in who.items():
        monkeypatch.setenv("SITING_CACHE_DIR", str(tmp_path / name))
        result = run(file, workers=workers, progress=lambda _: None)
        (cached,) = (tmp_path / name).iterdir()
        kept.append((cached.name, cached.read_bytes()))
        manifests.append({**result.manifest, "seconds": None})
    assert kept[0] == kept[1]
    assert manifests[0] == manifests[1]


def test_workers_that_are_lost_on_the_way_are_an_error_in_a_sentence(tmp_path: Path) -> None:
    network, origins, destinations = _random_network(4)
    with dask_cluster(tmp_path, workers=1) as started:

        def kill(_done: int, _all: int) -> None:
            started.scheduler.kill()

        with pytest.raises(ClusterError, match=r"The connection to the Dask scheduler .* was lost"):
            travel_times(network, origins, destinations, workers=started.address, progress=kill)


def test_workers_of_another_version_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "other" / "siting-9.9.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: siting\nVersion: 9.9\n")
    path = ":".join([str(other.parent), *filter(None, sys.path)])
    with (
        dask_cluster(tmp_path, workers=1, env={"PYTHONPATH": path}) as started,
        pytest.raises(InputError, match=r"siting is 9\.9 on tcp://.* Install the same versions"),
    ):
        check_cluster(started.address)


def test_a_cluster_without_workers_is_refused(tmp_path: Path) -> None:
    with (
        dask_cluster(tmp_path, workers=0) as started,
        pytest.raises(InputError, match=r"the Dask cluster has no workers.*dask worker tcp://"),
    ):
        check_cluster(started.address)


def test_an_address_where_nobody_answers_ends_a_run_before_it_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in HASTE:
        monkeypatch.setenv(name, "1s")
    command = [sys.executable, "-m", "siting", "run", "announced_only"]
    done = subprocess.run(  # noqa: S603 - our own program with arguments of our own
        [*command, "--scheduler", "tcp://127.0.0.1:1"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("1 fault in the input:\n- command line: --scheduler = ")
    assert "no Dask scheduler answers there" in done.stderr
    assert len(done.stderr.splitlines()) == 2
    assert list((tmp_path / "results").iterdir()) == []
