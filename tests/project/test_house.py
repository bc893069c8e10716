"""The house is no larger and no deeper than was agreed: python -m tools.measure_house."""

import ast
from pathlib import Path

import pytest

from tools.house import Module, import_graph, read_modules, room_graph
from tools.measure_house import Size, measure

MODULES = read_modules()


@pytest.fixture(scope="module")
def size() -> Size:
    return measure(MODULES)


def test_few_names_stand_at_the_top_and_few_modules_below(size: Size) -> None:
    assert len(size.top_names) <= 11
    assert size.modules <= 170


def test_the_whole_is_short(size: Size) -> None:
    assert size.code_lines <= 15_500
    assert size.all_lines <= 24_500


def test_no_class_name_appears_twice(size: Size) -> None:
    assert size.twice == {}


def test_imports_make_no_circle_and_short_chains(size: Size) -> None:
    assert size.circles == []
    assert size.chain[0] == "siting.__main__"
    assert len(size.chain) <= 18, " > ".join(size.chain)


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
