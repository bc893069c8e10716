"""What the house is built of, read from the code: modules, who imports whom, lines, classes."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import networkx as nx

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "siting"
type Graph = nx.DiGraph[str]
_NO_CODE = {
    *(tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE),
    *(tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER),
}


@dataclass(frozen=True)
class Module:
    """A module of siting/: its text, and what it says."""

    name: str
    path: Path
    text: str
    tree: ast.Module

    @property
    def summary(self) -> str:
        """The first paragraph of its docstring, in one line."""
        return " ".join((ast.get_docstring(self.tree) or "").partition("\n\n")[0].split())


def read_modules(package: Path = PACKAGE) -> dict[str, Module]:
    """Every module of a package by its dotted name; a package has that of its folder."""
    modules = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        text = path.read_text(encoding="utf-8")
        modules[name] = Module(name, path, text, ast.parse(text))
    return modules


def import_graph(modules: Mapping[str, Module]) -> Graph:
    """An arrow from each module to each that it imports, within functions and guards too.

    A text that is the name of a module counts, since that is how an import is hidden. The face of
    the package (`siting`), which loads what is asked for, stands outside the house.
    """
    graph: Graph = nx.DiGraph()
    graph.add_nodes_from(name for name in modules if name.count("."))
    for name in graph:
        wanted = {found for found in _imported(modules[name].tree, modules) if found != name}
        graph.add_edges_from((name, found) for found in wanted & set(graph))
    return graph


def _imported(tree: ast.Module, modules: Mapping[str, Module]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in modules else node.module or ""
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def longest_chain(graph: Graph) -> list[str]:
    """The most modules of which each imports the next; a circle counts as one of them."""
    circles = nx.condensation(graph)
    return [min(circles.nodes[k]["members"]) for k in nx.dag_longest_path(circles)]


def circles(graph: Graph) -> list[list[str]]:
    """Modules that import each other, directly or by way of others."""
    return [sorted(each) for each in nx.strongly_connected_components(graph) if len(each) > 1]


def room_of(name: str) -> str:
    """The room in which a module lies: `siting.model.solve` in model, what starts siting in cli."""
    room = name.split(".")[1]
    return "cli" if room == "__main__" else room


def room_graph(graph: Graph) -> Graph:
    """An arrow from each room to each that it imports; `count` says how many imports it is of."""
    rooms: Graph = nx.DiGraph()
    rooms.add_nodes_from(room_of(name) for name in graph)
    for one, other in graph.edges:
        arrow = room_of(one), room_of(other)
        if arrow[0] != arrow[1]:
            count = rooms.get_edge_data(*arrow, {"count": 0})["count"]
            rooms.add_edge(*arrow, count=count + 1)
    return rooms


def naming(modules: Mapping[str, Module], pattern: str) -> list[str]:
    """The modules in which a pattern stands."""
    return [name for name, module in modules.items() if re.search(pattern, module.text)]


TRAVEL_TIMES = r"\bTravelTimes\b|travel_times\("
"""What modules that travel times pass name: their type, or what finds or reads them."""


def code_lines(module: Module) -> int:
    """Lines without blanks, comments and docstrings."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(module.text).readline):
        if token.type not in _NO_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines - _docstring_lines(module.tree))


def _docstring_lines(tree: ast.Module) -> set[int]:
    """Those of modules, classes and functions, and of attributes: each text that is a statement."""
    lines: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Expr(ast.Constant(str())):
                lines.update(range(node.lineno, (node.end_lineno or 0) + 1))
    return lines


def classes(modules: Mapping[str, Module]) -> Iterator[tuple[str, str]]:
    """Every class, with the module in which it stands."""
    for module in modules.values():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef):
                yield node.name, module.name
