"""How much is read at most, and what a user sees on the command line."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.cli.app import main
from siting.common.errors import InputError, SitingError
from siting.common.tables.columns import read_columns
from siting.common.tables.delimited import check_csv
from siting.common.tables.hints import alike
from siting.common.tables.read import read_cells
from siting.inputs.schema import SWEDEN, demand_columns
from siting.results.result import read_result
from siting.scenario.file import read_scenario
from tests.project.faulty.case import rows_of

_TEXT = "id,lon,lat,people\nc1,17.91,59.51,412\nc2,18.06,59.33,99.5\n"
_SCENARIO = """[scenario]
title = "t"
author = "a"
date = 2026-01-01
source = "s"
rationale = "r"
[limits]
new_offices_max = 3
annual_budget_msek = 12.5
[[phases]]
name = "2021"
"""


def _faults(path: Path, most_rows: int) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_cells(path, most_rows)
    return list(map(str, caught.value.faults))


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
def test_more_rows_than_are_read_are_refused(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"t.{form}"
    table = pd.DataFrame({"id": [f"p{k}" for k in range(101)]})
    write = {"csv": table.to_csv, "xlsx": table.to_excel, "parquet": table.to_parquet}[form]
    write(path, index=False)  # type: ignore[operator] # three writers of one call
    assert len(read_cells(path, 101).cells) == 101
    (fault,) = _faults(path, 100)
    assert "at most 100 are read" in fault
    assert "101" in fault


def test_ten_million_rows_are_refused_before_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "demand.parquet"
    column = pa.array(np.zeros(10_000_000, dtype=np.int8))
    pq.write_table(pa.table(dict.fromkeys(("id", "lon", "lat", "people"), column)), path)
    with pytest.raises(InputError, match="10,000,000 rows, and at most 2,000,000 are read"):
        read_columns(path, demand_columns(SWEDEN))


@pytest.mark.long
def test_ten_million_lines_are_counted_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "demand.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("a\n")
        file.writelines(["1\n" * 100_000] * 100)
    program = (
        "import resource, sys; from pathlib import Path\n"
        "from siting.common.tables import delimited as t\n"
        "kept = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "before = kept()\n"
        "try: t.check_csv(Path(sys.argv[1]))\n"
        "except Exception as error: print(error)\n"
        "assert kept() - before < 50_000, kept() - before  # kB\n"
    )
    done = subprocess.run(  # noqa: S603 - our own program with arguments of our own
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "the file has 10,000,000 rows" in done.stdout


def test_a_flood_of_ragged_rows_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n" + "1\n" * 5000, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        check_csv(path)
    assert len(caught.value.faults) == 21
    assert "4980 more faults" in str(caught.value.faults[-1])


@settings(max_examples=150, derandomize=True, deadline=None)
@given(
    place=st.integers(0, len(_TEXT) - 1),
    length=st.integers(0, 4),
    put=st.text(st.sampled_from('ab0159.,;"\n\r\t -+eåÅ\0\ufeff€'), max_size=4),
)
def test_a_table_is_read_as_it_stands_or_refused(
    tmp_path_factory: pytest.TempPathFactory, place: int, length: int, put: str
) -> None:
    text = _TEXT[:place] + put + _TEXT[place + length :]
    path = tmp_path_factory.getbasetemp() / "edited.csv"
    path.write_bytes(text.encode())
    try:
        read_columns(path, demand_columns(SWEDEN))
        table = read_cells(path).cells
    except InputError as error:
        assert all(fault.remedy and fault.key for fault in error.faults)  # noqa: PT017 - it may read
        return
    rows = [row for row in rows_of(text.removeprefix("\ufeff")) if row]
    assert table.to_numpy().tolist() == rows[1:]
    named = [alike(name) or f"Unnamed: {number}" for number, name in enumerate(rows[0])]
    assert list(table.columns) == named


@settings(max_examples=150, derandomize=True, deadline=None)
@given(
    place=st.integers(0, len(_SCENARIO) - 1),
    length=st.integers(0, 6),
    put=st.text(st.sampled_from('ab019.,"\n=[]{}# -å\0'), max_size=4),
)
def test_a_scenario_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, place: int, length: int, put: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "edited.toml"
    path.write_bytes((_SCENARIO[:place] + put + _SCENARIO[place + length :]).encode())
    try:
        faults = read_scenario(path).faults
    except InputError as error:
        faults = error.faults
    assert all(fault.remedy and fault.problem and fault.file == str(path) for fault in faults)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(data=st.binary(max_size=300), name=st.sampled_from(["a.csv", "a.xlsx", "a.parquet"]))
def test_bytes_of_any_kind_raise_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, name: str
) -> None:
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(data)
    for read in (
        lambda: read_columns(path, demand_columns(SWEDEN)),
        lambda: read_scenario(path),
        lambda: read_result(path.parent),
    ):
        try:
            read()
        except SitingError as error:
            assert error.exit_code == 2  # noqa: PT017 - some of them may read


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "mine.toml"], "annual_budget_msek = 12,5"),
        (["run", "mine.toml"], "Write 12.5"),
        (["check", "lost_for_good.toml"], "No such file"),
        (["check", "mien.toml"], "no such file. Did you mean mine.toml?"),
        (["sweep", "mine.toml"], "Write 12.5"),
        (["hindcast", "mine.toml"], "Write 12.5"),
        (["run", "announced_only", "--set", "limits.spacing_km=1,5"], "--set: limits.spacing_km"),
        (["brief", "."], "not a result"),
        (["brief", "mine.toml"], "not a result (it is a file, and a result is a folder). Name"),
        (["explain", ".", "--site", "Kiruna"], "not a result"),
        (["explore", "."], "not a result"),
        (["compare", ".", "."], "not a result"),
        (["benchmark", "mine.toml"], "number 1"),
        (["network", "calibrate", "mine.toml"], "mine.toml"),
        (["network", "info", "mine.toml"], "network.source"),
        (["network", "build", "out.parquet", "--osm", "mine.toml"], "--osm"),
        (["network", "compare", "shipped", "mine.toml"], "network.source"),
        (["data", "check", "--data", "."], "there is no such file"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_the_command_line_exits_with_2_and_words(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    text = _SCENARIO.replace("12.5", "12,5")
    Path("mine.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["siting", *arguments])
    with pytest.raises(SystemExit) as caught:
        main()
    error = capsys.readouterr().err
    assert caught.value.code == 2, error
    assert said in error
    assert "Traceback" not in error
    # The folder of all results may have been made, to see that one can be written.
    left = [path.name for path in tmp_path.rglob("*") if path.name != "results"]
    assert left == ["mine.toml"]


def test_a_process_of_its_own_shows_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(f'{_SCENARIO}[demand]\nfile = "d.csv"\n', encoding="utf-8")
    (tmp_path / "d.csv").write_text("id;lon;lat;people\na;17,9;59.5;3\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "siting", "check", "mine.toml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "it has a decimal comma. Write 17.9" in done.stderr
    assert "Traceback" not in done.stderr
