"""The house is no larger and no deeper than was agreed: python -m tools.measure_house."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tools.house import Module, import_graph, read_modules, room_graph
from tools.measure_house import Size, measure

MODULES = read_modules()


@pytest.fixture(scope="module")
def size() -> Size:
    return measure(MODULES)


def test_few_names_stand_at_the_top_and_few_modules_below(size: Size) -> None:
    assert len(size.top_names) <= 12
    assert size.modules <= 215


def test_the_whole_is_short(size: Size) -> None:
    assert size.code_lines <= 21_000
    assert size.all_lines <= 32_000


def test_no_class_name_appears_twice(size: Size) -> None:
    assert size.twice == {}


def test_imports_make_no_circle_and_short_chains(size: Size) -> None:
    assert size.circles == []
    assert size.chain[0] == "siting.__main__"
    assert len(size.chain) <= 20, " > ".join(size.chain)


def test_rooms_import_one_way_and_model_and_network_only_common() -> None:
    rooms = room_graph(import_graph(MODULES))
    assert not [(one, other) for one, other in rooms.edges if rooms.has_edge(other, one)]
    assert set(rooms["model"]) == set(rooms["network"]) == {"common"}


def test_an_import_that_hides_in_a_text_is_seen() -> None:
    text = 'LOADED = ["siting.cli.app", "siting.no.module", "not one"]'
    hiding = Module("siting.common.files", Path(), text, ast.parse(text))
    arrows = import_graph({**MODULES, hiding.name: hiding})
    assert list(arrows[hiding.name]) == ["siting.cli.app"]


def test_names_of_domain_facts_stand_in_few_files(size: Size) -> None:
    assert len(size.with_budget) <= 6, size.with_budget
    assert len(size.with_times) <= 10, size.with_times


def test_each_field_of_a_public_class_says_what_it_is() -> None:
    """In Parameters, its own or inherited, or under the field; constants of subclasses are none."""
    silent = [
        f"{module.name}.{node.name}: {field}"
        for module in MODULES.values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
        for field in _silent(node)
    ]
    assert silent == []


def _silent(node: ast.ClassDef) -> Iterator[str]:
    data = any("dataclass" in ast.unparse(each) for each in node.decorator_list)
    if not data and "NamedTuple" not in map(ast.unparse, node.bases):
        return
    said = re.findall(r"^(\w[\w, ]*?)(?: :|$)", ast.get_docstring(node) or "", re.MULTILINE)
    named = {name for names in said for name in names.split(", ")}
    for field, behind in pairwise([*node.body, ast.Pass()]):
        match field:
            case ast.AnnAssign(ast.Name(name), ast.Subscript(ast.Name("ClassVar" | "Final"))):
                continue
            case ast.AnnAssign(ast.Name(name)) if name not in named:
                if not (isinstance(behind, ast.Expr) and isinstance(behind.value, ast.Constant)):
                    yield name
