"""What the README shows is what comes out."""

import re
from collections.abc import Callable

import typer

from siting.cli.app import app
from siting.results.result import Result
from tests.support.pages import FENCE, README, shown_by_run


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
