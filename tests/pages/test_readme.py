"""What the README shows is what comes out."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import typer

from siting.cli.app import app
from siting.results.result import Result
from tests.support.pages import FENCE, README, cells, run_cell, shown_by_run


def test_the_output_in_the_readme_is_what_came_out(shipped: Callable[[str], Result]) -> None:
    block = README.read_text(encoding="utf-8").split(FENCE)[1]
    assert block.strip() == shown_by_run(shipped("remaining_offices")), "make readme"


def test_every_command_in_the_readme_exists() -> None:
    group = typer.main.get_group(app)
    named = set(
        re.findall(r"^\| `siting ([a-z-]+)", README.read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert len(named) >= 5
    assert named <= set(group.commands)


@pytest.mark.long
def test_the_python_in_the_readme_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (cell,), names = cells(README), dict[str, Any]()
    run_cell(cell, names)
    solution, sites = names["solution"], names["result"].tables["sites"]
    assert "optimal" in capsys.readouterr().out
    assert solution.status == "optimal"
    assert len(sites) > len(solution.new_sites), "the second asks for less money"
