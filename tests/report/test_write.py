"""`siting brief`: which files it writes, that they repeat, and what it says when it cannot."""

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from siting.cli.app import app
from siting.common.errors import InputError, MissingExtraError
from siting.report.write import FORMATS, write_briefing
from siting.results.result import Result, find_result, read_result
from siting.results.write import write_result

_AGAIN = """
import sys
from pathlib import Path
from siting.report.write import FORMATS, write_briefing
from siting.results.result import read_result
kept, folder, data = map(Path, sys.argv[1:])
write_briefing(read_result(kept), folder, data, formats=FORMATS)
"""


@pytest.fixture
def without_typst(monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec

    def without(name: str) -> ModuleSpec | None:
        return None if name == "typst" else found(name)

    monkeypatch.setattr("siting.common.package.find_spec", without)


@pytest.fixture
def ready(monkeypatch: pytest.MonkeyPatch, solved: Callable[..., Result]) -> None:
    """Take the answer of an earlier run; what is tested is what comes after."""
    monkeypatch.setattr("siting.pipeline.run.run", lambda file, **_: solved(file.name))


def _sums(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.long
def test_every_format_repeats_byte_for_byte(whole: Path, data: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    write_briefing(read_result(whole), first, data, formats=FORMATS)
    # Another process has other hashes, and the clock has moved on.
    environment = os.environ | {"PYTHONHASHSEED": "7", "TZ": "Pacific/Auckland"}
    subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", _AGAIN, str(whole), str(second), str(data)],
        check=True,
        env=environment,
    )
    sums = _sums(first)
    assert sums == _sums(second)
    assert len(sums) == 2 * len(FORMATS) - 1 + 2 * 3 * 2


def test_what_is_written_is_what_was_asked_for(result: Result, data: Path, tmp_path: Path) -> None:
    write_briefing(result, tmp_path, data, formats=["pdf", "xlsx"], languages=["sv"])
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"maps", "briefing.sv.pdf", "briefing.sv.xlsx"}
    assert len(list((tmp_path / "maps").iterdir())) == 6


def test_unknown_formats_and_languages_are_reported_together(
    result: Result, data: Path, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as caught:
        write_briefing(result, tmp_path, data, formats=["odt"], languages=["fi"])
    assert [fault.value for fault in caught.value.faults] == ["odt", "fi"]
    assert not list(tmp_path.iterdir())


def test_a_result_is_named_by_its_folder_or_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results" / "mine").mkdir(parents=True)
    assert find_result("mine") == Path("results/mine")
    assert find_result("results/mine") == Path("results/mine")
    assert find_result("elsewhere") == Path("elsewhere")
    (tmp_path / "results" / "mine" / "sites.csv").touch()
    (tmp_path / "results" / "mina-explain-1").mkdir()
    with pytest.raises(InputError, match=r"no such folder\). Did you mean mine\?"):
        read_result(find_result("mina"))
    with pytest.raises(InputError, match=r"no such folder\). Name a folder that"):
        read_result(find_result("elsewhere"))


def _call(*arguments: str) -> Sequence[str]:
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == 0, done.output
    return done.output.splitlines()


@pytest.fixture
def folder(result: Result, tmp_path: Path) -> Path:
    return write_result(result, tmp_path)


def test_the_command_writes_beside_the_tables(folder: Path) -> None:
    printed = _call("brief", str(folder), "--format", "html, docx", "--lang", "en")
    assert {Path(line).name for line in printed} >= {"briefing.en.html", "briefing.en.docx"}
    assert all(Path(line).is_file() for line in printed)
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


@pytest.mark.usefixtures("without_typst")
def test_a_missing_package_is_said_in_one_line_with_the_command(folder: Path) -> None:
    done = CliRunner().invoke(app, ["brief", str(folder)])
    assert isinstance(done.exception, MissingExtraError)
    assert done.exception.exit_code == 2
    assert str(done.exception) == "This needs typst. Install with: pip install 'siting[report]'"


@pytest.mark.usefixtures("without_typst", "ready")
def test_a_run_without_the_packages_succeeds_and_says_why_there_is_no_briefing(
    tmp_path: Path,
) -> None:
    done = CliRunner().invoke(app, ["run", "remaining_offices", "--results", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert "No briefing was written. This needs typst." in done.output
    assert not list((tmp_path / "remaining_offices").glob("briefing*"))


@pytest.mark.usefixtures("ready")
def test_a_run_writes_the_briefing_unless_told_not_to(tmp_path: Path) -> None:
    _call("run", "remaining_offices", "--results", str(tmp_path), "--quiet")
    written = {path.name for path in (tmp_path / "remaining_offices").iterdir()}
    assert {"briefing.sv.html", "briefing.en.html", "maps"} <= written
    _call("run", "remaining_offices", "--results", str(tmp_path), "--quiet", "--no-brief")
    written = {path.name for path in (tmp_path / "remaining_offices").iterdir()}
    assert not {"briefing.sv.html", "briefing.en.html", "maps"} & written


def test_brief_of_no_result_is_a_fault(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["brief", str(tmp_path)])
    assert isinstance(done.exception, InputError)
    assert typer.main.get_group(app).commands["brief"].help
