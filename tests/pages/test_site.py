"""The pages of the site: what they show is what comes out, and nothing they name is missing."""

import datetime as dt
import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from unittest.mock import MagicMock

import pytest
import typer
from typer.core import TyperCommand, TyperGroup

from docs import conf
from docs.sitepages import filled
from siting.cli.app import app
from siting.common import errors
from siting.common.toml import lists_to_tuples
from siting.model import Solution
from siting.results.tables import OFFICE_COLUMNS, SITE_COLUMNS
from siting.scenario.schema import Scenario, table_models
from tests.support.pages import DOCS, README
from tools.draw_house import drawn
from tools.foreign_hosts import fetched
from tools.house import classes, read_modules
from tools.play_pages import MAKE_RUN, PAGES, played

ROOT = README.parent
RECIPES = ("howto", "snabbguide.sv")
ABOUT = dict.fromkeys(("title", "author", "source", "rationale"), "x")


def _text(page: str) -> str:
    return (DOCS / f"{page}.md").read_text(encoding="utf-8")


LONG = {"tutorial": pytest.mark.long}


@pytest.mark.parametrize("page", [pytest.param(name, marks=LONG.get(name, ())) for name in PAGES])
def test_what_a_page_shows_is_what_came_out(page: str, tmp_path: Path) -> None:
    assert played(page, tmp_path) == _text(page), "make played"


def test_make_run_is_the_command_whose_output_the_readme_holds() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = re.search(r"^run: .*\n\t\$\(BIN\)/(.*)$", makefile, re.MULTILINE)
    assert recipe is not None
    assert f"<!-- output of: {recipe[1]} -->" in README.read_text(encoding="utf-8")
    assert f"$ {MAKE_RUN}\n" in _text("tutorial")


@pytest.mark.parametrize("page", RECIPES)
def test_every_recipe_fits_the_schema(page: str) -> None:
    recipes = re.findall(r"```toml\n(.*?)```", _text(page), re.DOTALL)
    assert len(recipes) >= 5
    for recipe in recipes:
        about = {**ABOUT, "date": dt.date(2026, 1, 1)}
        Scenario.model_validate(lists_to_tuples({"scenario": about, **tomllib.loads(recipe)}))


@pytest.mark.parametrize("page", [*RECIPES, "own_files", "excel", "sweep"])
def test_every_command_of_a_page_is_one_that_there_is(page: str) -> None:
    lines = re.findall(r"^    (siting .*?)(?: +#.*)?$", _text(page), re.MULTILINE)
    for line in lines:
        _parse(shlex.split(line)[1:])
    assert len(lines) >= (10 if page == "howto" else 0)


def _parse(words: list[str]) -> None:
    """Go down the commands and read arguments and options as they would be, without running."""
    command: TyperGroup | TyperCommand = typer.main.get_group(app)
    while isinstance(command, TyperGroup):
        assert words[0] in command.commands
        found = command.commands[words[0]]
        assert isinstance(found, TyperGroup | TyperCommand)
        command, words = found, words[1:]
    command.make_context("siting", list(words))


def test_a_command_that_there_is_not_is_noticed() -> None:
    with pytest.raises(AssertionError):
        _parse(["runn", "mine.toml"])
    with pytest.raises(Exception, match="No such option: --budget"):
        _parse(["run", "mine.toml", "--budget", "3"])


def test_every_key_of_a_scenario_has_its_line() -> None:
    page = filled("scenario", _text("scenario"))
    for name, model in table_models().items():
        part = re.split(rf"^## `\[+{name}\]+`$", page, flags=re.MULTILINE)[1]
        own = re.split(r"^##", part, flags=re.MULTILINE)[0]
        assert re.findall(r"^\| `(\w+)` \|", own, re.MULTILINE) == list(model.model_fields)
    assert "| `tolerance` | number, ≥ 0, ≤ 1,000,000,000 | `0.0` |" in page
    assert "| `kind` | `mean`, `coverage`, `worst`, `equity`, `cost`, `lexicographic` |" in page
    assert "### `[objective.targets]`" not in page  # a list of tables
    assert "### `[[objective.targets]]`" in page


def test_the_page_on_data_holds_every_assumption_and_column() -> None:
    page = filled("data", _text("data"))
    listed = tomllib.loads((ROOT / "data" / "assumptions.toml").read_text(encoding="utf-8"))
    for entry in listed["assumption"]:
        assert f"| {entry['rating']} | {entry['what']} | {entry['value']} |" in page
    ledger = json.loads((ROOT / "data" / "datapackage.json").read_text(encoding="utf-8"))
    names = [field["name"] for one in ledger["resources"] for field in _fields(one)]
    assert len(names) > 50
    assert len(re.findall(r"^\| `[\w ]+` \| \w+ \|", page, re.MULTILINE)) == len(names)


def _fields(table: dict[str, dict[str, list[dict[str, str]]]]) -> list[dict[str, str]]:
    return table.get("schema", {}).get("fields", [])


def test_every_column_and_key_of_a_result_is_explained() -> None:
    named = set(re.findall(r"`([a-z_0-9]+)`", _text("files")))
    kept = ROOT / "results" / "announced_only"
    manifest = json.loads((kept / "manifest.json").read_text(encoding="utf-8"))
    measures = (kept / "access.csv").read_text(encoding="utf-8").splitlines()[1:]
    regions = (kept / "municipalities.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    assert set(manifest) <= named
    assert {line.split(",")[0] for line in measures} <= named
    assert {name.removesuffix("_before").removesuffix("_after") for name in regions[2:]} <= named
    assert {*SITE_COLUMNS, "code", "place", "status", "evidence", "lon", "lat"} <= named
    assert set(OFFICE_COLUMNS) <= named


def test_the_page_on_mathematics_tells_how_many_pairs_are_left() -> None:
    kept = ROOT / "results" / "remaining_offices" / "manifest.json"
    size = json.loads(kept.read_text(encoding="utf-8"))["size"]
    text = " ".join(_text("mathematics").split())
    assert f"Of the {size['pairs']:,} pairs" in text
    assert f"leave {size['pairs_kept']:,}." in text


def test_what_the_page_on_architecture_names_is_there() -> None:
    page = _text("architecture")
    paths = re.findall(r"`((?:siting|data|docs)/[\w/.-]*)`", page)
    assert len(paths) > 20
    assert [path for path in paths if not (ROOT / path).exists()] == []
    named = set(re.findall(r"`([A-Z][a-z]+(?:[A-Z][a-z]+)*)`", page))
    named |= set(re.findall(r">([A-Z][a-z]+(?:[A-Z][a-z]+)*)</text>", _picture("flow")))
    assert named <= {name for name, _ in classes(read_modules())}


def test_what_the_page_on_architecture_looks_for_in_a_module_is_defined_there() -> None:
    named = re.findall(r"`(\w+)`(?: or `(\w+)`)? in\s`(siting/[\w/]+\.py)`", _text("architecture"))
    assert len(named) >= 8
    for *names, path in named:
        text = (ROOT / path).read_text(encoding="utf-8")
        for name in filter(None, names):
            assert re.search(rf"^ *(?:(?:def|class) )?{name}\b", text, re.MULTILINE), (name, path)


def test_the_picture_of_the_house_is_that_of_the_code() -> None:
    assert _picture("house") == drawn(), "make house"


def _picture(name: str) -> str:
    return (DOCS / f"{name}.svg").read_text(encoding="utf-8")


def test_every_exit_code_is_explained() -> None:
    kinds: list[type[errors.SitingError]] = [errors.SitingError, *_below(errors.SitingError)]
    codes = {0, *(kind.exit_code for kind in kinds)}
    listed = _codes("errors")
    assert codes <= listed
    assert _codes("snabbguide.sv") == listed


def _codes(page: str) -> set[int]:
    rows = re.findall(r"^\| ([\d, ]+) \|", _text(page), re.MULTILINE)
    return {int(code) for row in rows for code in row.split(",")}


def _below(kind: type[errors.SitingError]) -> list[type[errors.SitingError]]:
    return [one for sub in kind.__subclasses__() for one in (sub, *_below(sub))]


def test_a_link_that_leads_out_of_the_pages_becomes_words() -> None:
    text = "[a](../data/README.md) [b](../data/costs.toml) [c](https://x.se) [d](tutorial.md#e)"
    assert filled("x", text) == (
        "[a](data.md) b (`data/costs.toml`) [c](https://x.se) [d](tutorial.md#e)"
    )
    assert filled("x", "```\n[b](../data/costs.toml)\n```") == "```\n[b](../data/costs.toml)\n```"


def test_links_between_pages_lead_somewhere() -> None:
    """What Sphinx does not see: the pages as they are read in the repository."""
    documents = [README, ROOT / "CONTRIBUTING.md", *DOCS.glob("*.md")]
    dead = [
        f"{path.name}: {target}"
        for path in documents
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
        if not (path.parent / target).exists()
    ]
    assert dead == []


def test_the_example_of_the_model_runs_and_is_right() -> None:
    found = re.search(r"```python\n(.*?)```", _text("api"), re.DOTALL)
    assert found is not None
    names: dict[str, object] = {}
    exec(found[1], names)  # noqa: S102 - our own page
    solution = names["solution"]
    # To the second site 100 people have 9 minutes and 80 have 4; to the third it would be 1,450.
    assert isinstance(solution, Solution)
    assert solution.new_sites == ("1",)
    assert solution.objective == pytest.approx(100 * 9 + 80 * 4)


def test_what_a_page_would_fetch_from_another_host_is_found(tmp_path: Path) -> None:
    page = '<a href="https://x.se">x</a><img src="pic.png"><script src="s.js"></script>'
    (tmp_path / "good.html").write_text(page, encoding="utf-8")
    assert list(fetched(tmp_path)) == []
    bad = (
        '<script src="https://a.se/s.js"></script><link rel="stylesheet" href="//b.se/s.css">'
        '<p style="background: url(http://c.se/p.png)"><style>@import "https://d.se/s.css";</style>'
    )
    (tmp_path / "bad.html").write_text(bad, encoding="utf-8")
    (tmp_path / "bad.css").write_text("@font-face { src: url('https://e.se/f.woff') }")
    found = list(fetched(tmp_path))
    assert [line.split("//")[1][0] for line in found] == ["e", "a", "b", "c", "d"]
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "tools.foreign_hosts", str(tmp_path)], cwd=ROOT, check=False
    )
    assert done.returncode == 1


def test_a_page_says_the_language_it_is_in() -> None:
    app = MagicMock()
    conf.setup(app)
    heard = dict(call.args[:2] for call in app.connect.call_args_list)
    for page, language in (("snabbguide.sv", "sv"), ("howto", "en")):
        context = {"language": conf.language}
        heard["html-page-context"](app, page, "page.html", context, None)
        assert context["language"] == language
