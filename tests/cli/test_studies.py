"""Every study is printed in the language that is asked for."""

import pytest
from typer.core import TyperCommand
from typer.main import get_group

from siting.cli.app import app
from tests.support.cli import Call

STUDIES = ("alternatives", "explain", "frontier", "hindcast", "rerun", "robustness", "sweep")


@pytest.mark.parametrize("study", STUDIES)
def test_a_study_takes_both_languages_and_prints_english_unless_asked(study: str) -> None:
    command = get_group(app).commands[study]
    assert isinstance(command, TyperCommand)
    needed = ["announced_only", *(("--site", "Kil") if study == "explain" else ())]
    for options, language in (([], "en"), (["--lang", "sv"], "sv")):
        assert command.make_context("siting", [*needed, *options]).params["language"] == language


def test_a_study_is_told_in_swedish(call: Call) -> None:
    options = ("alternatives", "announced_only", "--count", "1", "--diverse", "1")
    swedish, english = call(*options, "--lang", "sv"), call(*options)
    assert swedish.returncode == english.returncode == 0
    assert "De bästa svaren" in swedish.stdout
    assert "Bevisat: inget svar" in swedish.stdout
    assert "De bästa svaren" not in english.stdout
    assert "The best answers" in english.stdout


def test_a_language_that_is_not_known_is_refused(call: Call) -> None:
    done = call("alternatives", "announced_only", "--lang", "fi")
    assert done.returncode == 2
    assert "'fi' is not one of 'sv', 'en'" in done.stderr
