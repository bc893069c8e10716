"""Files that a scenario names lie in its own folder, the data folder, or one that is allowed."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from siting.cli.app import app
from siting.common.errors import InputError
from siting.pipeline.prepare import check
from siting.scenario.file import Folders, ScenarioFile, read_scenario
from siting.studies.sweep.file import read_sweep

NULLIA = Path(__file__).parents[2] / "docs" / "examples" / "nullia"
KEYS = {
    "regions.file": "regions.csv",
    "demand.file": "demand.csv",
    "candidates.file": "candidates.csv",
    "offices.existing": "offices.csv",
    "travel_times.file": "times.csv",
}


@pytest.fixture
def nullia(tmp_path: Path) -> Path:
    """The made-up country in a folder of its own, a copy of its files elsewhere beside it."""
    shutil.copytree(NULLIA, tmp_path / "mine")
    shutil.copytree(NULLIA, tmp_path / "elsewhere")
    return tmp_path / "mine" / "nullia.toml"


def _refused(file: ScenarioFile) -> list[str]:
    with pytest.raises(InputError) as caught:
        check(file)
    assert all("--allow FOLDER" in fault.remedy for fault in caught.value.faults)
    return sorted(fault.key for fault in caught.value.faults)


@pytest.fixture
def named(nullia: Path) -> dict[str, str]:
    """Files of the scenario, by key, as it names them."""
    scenario = read_scenario(nullia).scenario.model_dump()
    found = {
        key: scenario[key.split(".")[0]][key.split(".")[1]] for key in (*KEYS, "network.source")
    }
    return {key: name for key, name in found.items() if name not in {None, "shipped"}}


def test_files_of_its_own_folder_are_read(nullia: Path, named: dict[str, str]) -> None:
    assert len(named) > 3
    check(read_scenario(nullia))


@pytest.mark.parametrize("how", ["up", "absolute", "round about"])
def test_files_elsewhere_are_refused_all_at_once_and_can_be_allowed(
    nullia: Path, named: dict[str, str], how: str
) -> None:
    elsewhere = nullia.parents[1] / "elsewhere"
    prefix = {
        "up": "../elsewhere",
        "absolute": str(elsewhere),
        "round about": "../mine/../elsewhere",
    }[how]
    changes = [f'{key}="{prefix}/{name}"' for key, name in named.items()]
    assert _refused(read_scenario(nullia, changes)) == sorted(named)
    check(read_scenario(nullia, changes, allow=[elsewhere]))


def test_a_link_is_judged_by_where_it_leads(nullia: Path, named: dict[str, str]) -> None:
    name = named["demand.file"]
    elsewhere = nullia.parents[1] / "elsewhere"
    (nullia.parent / name).unlink()
    (nullia.parent / name).symlink_to(elsewhere / name)
    assert _refused(read_scenario(nullia)) == ["demand.file"]
    check(read_scenario(nullia, allow=[elsewhere]))


def test_whether_a_file_elsewhere_exists_is_not_told(nullia: Path) -> None:
    problems = []
    for name in ("../elsewhere/nullia.toml", "../elsewhere/none.csv"):
        with pytest.raises(InputError) as caught:
            check(read_scenario(nullia, [f'demand.file="{name}"']))
        problems += [fault.problem for fault in caught.value.faults]
    assert len(problems) == 2
    assert problems[0] == problems[1]


def test_a_folder_whose_name_merely_begins_alike_is_another(nullia: Path) -> None:
    shutil.copytree(NULLIA, nullia.parents[1] / "mine too")
    assert _refused(read_scenario(nullia, ['demand.file="../mine too/demand.csv"']))


def test_links_in_a_circle_and_impossible_names_are_refused(nullia: Path) -> None:
    (nullia.parent / "circle").symlink_to(nullia.parent / "circle")
    for name in ("circle/a.csv", "a\\u0000b.csv"):
        with pytest.raises(InputError):
            check(read_scenario(nullia, [f'demand.file="{name}"']))


def test_the_data_folder_may_be_named(data: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    shutil.copy(data.parent / "scenarios" / "announced_only.toml", path)
    check(read_scenario(path, [f'offices.existing="{data / "offices_2019.csv"}"']))


def test_the_command_takes_folders(nullia: Path) -> None:
    text = nullia.read_text(encoding="utf-8").replace('"demand.csv"', '"../elsewhere/demand.csv"')
    nullia.write_text(text, encoding="utf-8")
    elsewhere = str(nullia.parents[1] / "elsewhere")
    refused = CliRunner().invoke(app, ["check", str(nullia)])
    assert isinstance(refused.exception, InputError)
    assert CliRunner().invoke(app, ["check", str(nullia), "--allow", elsewhere]).exit_code == 0
    missing = CliRunner().invoke(app, ["check", str(nullia), "--allow", f"{elsewhere}/none"])
    assert "there is no such folder" in str(missing.exception)


@pytest.mark.parametrize("kind", [str, Path, lambda folder: [str(folder)], lambda f: (f, "/")])
def test_a_folder_may_be_a_text_and_one_alone(
    nullia: Path, named: dict[str, str], kind: Callable[[Path], Folders]
) -> None:
    elsewhere = nullia.parents[1] / "elsewhere"
    changes = [f'{key}="{elsewhere}/{name}"' for key, name in named.items()]
    assert _refused(read_scenario(nullia, changes)) == sorted(named)
    check(read_scenario(nullia, changes, allow=kind(elsewhere)))


@pytest.mark.parametrize("base", ["../mine/nullia.toml", "nullia_here"])
def test_the_base_of_a_sweep_lies_with_it_or_is_allowed(
    nullia: Path, monkeypatch: pytest.MonkeyPatch, base: str
) -> None:
    monkeypatch.chdir(nullia.parent)
    shutil.copy(nullia, "nullia_here.toml")
    path = nullia.parents[1] / "elsewhere" / "many.toml"
    head = f'[sweep]\ntitle = "t"\nsource = "s"\nrationale = "r"\nbase = "{base}"\n'
    path.write_text(f"{head}[grid]\nlimits.new_offices_max = [1, 2]\n", encoding="utf-8")
    with pytest.raises(InputError, match="lies outside the folder of the sweep"):
        read_sweep(path)
    for allow in ([nullia.parent], str(nullia.parent)):
        sweep = read_sweep(str(path), allow=allow)
        assert [run.file.allow for run in sweep.runs] == [(nullia.parent,)] * 2
