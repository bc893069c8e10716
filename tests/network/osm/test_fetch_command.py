"""The command from nothing to real roads: asked, downloaded, built, and meant by default."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner, Result

from siting.cli.app import app
from siting.common.errors import InputError, InterruptError
from siting.network.osm.build import Built
from siting.network.osm.files import read_parquet
from siting.scenario.file import read_scenario
from siting.scenario.paths import outside
from siting.scenario.user import default_network
from tests.network.osm.extract_server import Served, serving


@pytest.fixture
def region(helsinki: Path) -> Iterator[Served]:
    with serving(Served({"/europe/finland/helsinki-latest.osm.pbf": helsinki.read_bytes()})) as one:
        yield one


def _call(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["network", *arguments])


def _fetched(region: Served, *arguments: str) -> Result:
    return _call("fetch", "europe/finland/helsinki", "--server", region.url, *arguments)


@pytest.mark.long
def test_the_command_makes_the_network_of_the_file(
    region: Served, built: Built, networks: Path
) -> None:
    result = _fetched(region, "--yes")
    assert result.exit_code == 0, result.output
    (out,) = networks.iterdir()
    assert out.name == "europe-finland-helsinki-latest.parquet"
    streets, about = read_parquet(out)
    assert about["source"] == "helsinki-latest.osm.pbf"
    assert streets.links.equals(built.streets.links)
    assert str(out) in result.output.replace("\n", "")


@pytest.mark.long
def test_from_nothing_to_the_network_of_every_scenario(
    region: Served, networks: Path, tmp_path: Path
) -> None:
    out = tmp_path / "mine" / "roads.parquet"
    result = _fetched(region, "--yes", "--default", "--out", str(out), "--roads", "main")
    assert result.exit_code == 0, result.output
    assert [path.name for path in out.parent.iterdir()] == ["roads.parquet"]
    assert f"none: {out}" in result.output.replace("\n", "")
    assert default_network() == str(out)
    file = read_scenario("remaining_offices")
    assert file.scenario.network.source == str(out)
    assert not outside(file, networks)


@pytest.mark.long
def test_what_was_downloaded_stays_where_nothing_can_be_built(
    region: Served, networks: Path
) -> None:
    (name,) = region.files
    region.files[name] = whole = region.files[name][:200_000]
    for _ in range(2):
        result = _fetched(region, "--yes")
        assert isinstance(result.exception, InputError)
        assert "cannot be read" in str(result.exception)
        (extract,) = networks.iterdir()
        assert extract.read_bytes() == whole
    # What is there is not downloaded again: both calls and one download are asked for.
    assert len(region.asked) == 3


def test_nobody_is_asked_but_on_a_terminal(region: Served, networks: Path) -> None:
    result = _fetched(region)
    assert isinstance(result.exception, InputError)
    assert result.exception.exit_code == 2
    assert "--yes" in str(result.exception)
    size = len(next(iter(region.files.values()))) / 1e6
    assert f"{size:.1f} MB" in str(result.exception)
    assert not networks.exists()


@pytest.mark.parametrize("language", ["sv", "en"])
def test_no_is_no(
    region: Served, networks: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    told: list[str] = []
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("typer.confirm", told.append)
    command = ["network", "fetch", "europe/finland/helsinki", "--server", region.url]
    with pytest.raises(InterruptError, match="Nothing was downloaded"):
        app([*command, "--lang", language], standalone_mode=False)
    assert told[0].endswith("?")
    assert not networks.exists()


def test_an_ending_that_says_nothing_is_refused_before_all(region: Served, tmp_path: Path) -> None:
    result = _fetched(region, "--yes", "--out", str(tmp_path / "roads.csv"))
    assert isinstance(result.exception, InputError)
    assert region.asked == []
