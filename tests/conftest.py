"""What all tests share: the shipped data, runs of the shipped scenarios, and a private cache."""

import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from siting.common.package import data_folder
from siting.pipeline.run import run
from siting.results.result import Result, read_result
from siting.scenario.file import find_scenario, read_scenario
from tests.support.cli import Call, calls_in

RESULTS = Path(__file__).resolve().parents[1] / "results"
pytest_plugins = ["tests.support.network_fixtures", "tests.support.report_fixtures"]


@pytest.fixture(scope="session", autouse=True)
def _private_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the user's own cache and roads out; processes that test side by side share one."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SITING_CACHE_DIR", str(shared / "cache"))
        patch.setenv("SITING_NETWORKS", str(shared / "networks"))
        patch.delenv("SOURCE_DATE_EPOCH", raising=False)
        yield


@pytest.fixture
def networks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder where the user's networks go, which is not there yet."""
    monkeypatch.setenv("SITING_NETWORKS", str(tmp_path / "networks"))
    return tmp_path / "networks"


@pytest.fixture
def call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Call:
    """Calls `siting` in `tmp_path`."""
    return calls_in(tmp_path, monkeypatch, capsys)


@pytest.fixture(scope="session")
def data() -> Path:
    return data_folder()


@pytest.fixture(scope="session")
def raw() -> Path:
    """The raw tables, where they are at hand."""
    beside = Path(__file__).resolve().parents[2] / "shared"
    folder = Path(os.environ.get("SITING_SHARED", beside)) / "raw"
    if not folder.is_dir():
        pytest.skip(f"the raw tables are not at hand ({folder}; SITING_SHARED names their parent)")
    return folder


@pytest.fixture(scope="session")
def shipped() -> Callable[[str], Result]:
    """Read a result that ships, where what a run gives is not what is tested; all but the long
    table of demand points is there."""
    return cache(lambda name: read_result(RESULTS / name))


@pytest.fixture(scope="session")
def solved() -> Callable[..., Result]:
    """Run a shipped scenario, with overrides if given; each combination once a session."""

    @cache
    def solve(name: str, *overrides: str, data: Path | None = None) -> Result:
        file = read_scenario(find_scenario(name), overrides)
        return run(file, data=data, progress=lambda _: None)

    return solve
