"""The network that is meant where a scenario names none."""

import json
import shutil
from pathlib import Path

import pytest

from siting.common.errors import InputError
from siting.pipeline.run import run
from siting.results.write import write_result
from siting.scenario.file import read_scenario
from siting.scenario.paths import outside
from siting.scenario.user import default_network, networks_folder, set_default_network
from tests.support.cli import Call

NULLIA = Path(__file__).parents[2] / "docs" / "examples" / "nullia"


@pytest.fixture
def roads(tmp_path: Path) -> Path:
    path = tmp_path / "else where" / "roads å.graphml"
    path.parent.mkdir()
    shutil.copy(NULLIA / "roads.graphml", path)
    (path.parent / "secret.csv").write_text("x")
    return path


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A scenario that names no network."""
    shutil.copytree(NULLIA, tmp_path / "mine")
    path = tmp_path / "mine" / "nullia.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('source = "roads.graphml"', 'speeds = "default"'), "utf-8")
    return path


def test_without_one_the_shipped_roads_are_meant(networks: Path) -> None:
    assert networks_folder() == networks
    assert default_network() == "shipped"
    assert not networks.exists()
    set_default_network("shipped")
    assert read_scenario("remaining_offices").scenario.network.source == "shipped"


def test_a_default_is_meant_where_none_is_named(networks: Path, roads: Path, mine: Path) -> None:
    set_default_network(roads)
    assert (networks / "default.txt").read_text(encoding="utf-8") == f"{roads}\n"
    file = read_scenario(mine)
    assert file.scenario.network.source == str(roads)
    assert file.overrides == (f"network.source: 'shipped' -> {str(roads)!r}",)
    assert not outside(file, mine.parent)
    for override in ("network.source=shipped", f"network.source={roads.parent / 'b.parquet'}"):
        file = read_scenario(mine, [override])
        assert file.scenario.network.source == override.partition("=")[2]
    # Only the default itself may be read, not what lies beside it.
    assert [fault.key for fault in outside(file, mine.parent)] == ["network.source"]
    again = read_scenario(mine, ["network.source=none"])
    assert again.scenario.network.source == str(roads)
    secret = read_scenario(mine, [f"demand.file={roads.parent / 'secret.csv'}"])
    assert [fault.key for fault in outside(secret, mine.parent)] == ["demand.file"]


def test_networks_that_were_fetched_may_be_named(networks: Path, mine: Path) -> None:
    file = read_scenario(mine, [f"network.source={networks / 'sweden-latest.parquet'}"])
    assert not outside(file, mine.parent)


def test_the_manifest_tells_which_it_was(
    networks: Path, roads: Path, mine: Path, tmp_path: Path
) -> None:
    set_default_network(roads)
    result = run(read_scenario(mine), progress=lambda _: None)
    manifest = json.loads((write_result(result, tmp_path) / "manifest.json").read_text("utf-8"))
    assert manifest["scenario"]["network"]["source"] == str(roads)
    assert manifest["overrides"] == [f"network.source: 'shipped' -> {str(roads)!r}"]
    assert roads.name in manifest["inputs"]
    assert networks.is_dir()


@pytest.mark.parametrize("content", ["{}", "", "\0", "/no/such/file.parquet", b"\xff\xfe"])
def test_a_default_that_is_gone_is_told_with_the_way_out(
    networks: Path, mine: Path, roads: Path, content: str | bytes
) -> None:
    networks.mkdir()
    (networks / "default.txt").write_bytes(
        content if isinstance(content, bytes) else content.encode()
    )
    with pytest.raises(InputError, match=r"no such file.*siting network default shipped"):
        read_scenario(mine)
    # Who names a network has no need of it.
    assert not read_scenario(mine, [f"network.source={roads}"]).faults
    set_default_network("shipped")
    assert read_scenario(mine).scenario.network.source == "shipped"


def test_the_command_sets_prints_and_takes_back(call: Call, networks: Path, roads: Path) -> None:
    shown = call("network", "default")
    assert (shown.returncode, shown.stdout.strip()) == (
        0,
        "Road network of scenarios that name none: shipped",
    )
    assert call("network", "default", str(roads)).returncode == 0
    assert default_network() == str(roads)
    shown = call("network", "default", "--lang", "sv")
    assert str(roads) in shown.stdout.replace("\n", "")
    for bad in ("nowhere.parquet", "default.txt", str(roads.parent / "secret.csv")):
        refused = call("network", "default", bad)
        assert refused.returncode == 2, bad
        assert "Traceback" not in refused.stderr
    assert default_network() == str(roads)
    assert call("network", "default", "shipped").returncode == 0
    assert default_network() == "shipped"
    assert [path.name for path in networks.iterdir()] == ["default.txt"]


def test_a_path_is_kept_whole_wherever_one_stands(
    call: Call, networks: Path, roads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(roads.parent)
    assert call("network", "default", roads.name).returncode == 0
    assert default_network() == str(roads)
    assert networks.is_dir()
