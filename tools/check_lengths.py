"""What is too long: python -m tools.check_lengths. Part of `make lint`.

A file over FILE lines needs `# long: REASON` among its first lines, a function over FUNCTION lines
needs it right above its `def`.
"""

import ast
import sys
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("siting", "tests", "tools")
KINDS = {".css", ".html", ".jinja", ".js", ".py", ".typ"}
FILE, FUNCTION, HEAD = 400, 60, 5
REASON = "long: "


def too_long(text: str, *, python: bool = True) -> Iterator[str]:
    """Say what in a file is too long and gives no reason, each with its line."""
    lines = text.splitlines()
    if len(lines) > FILE and not any(REASON in line for line in lines[:HEAD]):
        yield f"1: the file has {len(lines)} lines, more than {FILE}"
    for node in ast.walk(ast.parse(text)) if python else ():
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _long_function(node, lines)


def _long_function(node: ast.FunctionDef | ast.AsyncFunctionDef, lines: list[str]) -> Iterator[str]:
    length = (node.end_lineno or node.lineno) - node.lineno + 1
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    above = takewhile(lambda line: line.strip().startswith("#"), reversed(lines[: first - 1]))
    if length > FUNCTION and not any(REASON in line for line in above):
        yield f"{node.lineno}: {node.name} has {length} lines, more than {FUNCTION}"


def main() -> int:
    """Print every fault, and say with the exit code whether there is one."""
    paths = sorted(path for name in FOLDERS for path in (ROOT / name).rglob("*"))
    faults = [
        f"{path.relative_to(ROOT)}:{fault}"
        for path in paths
        if path.suffix in KINDS and "_shipped" not in path.parts
        for fault in too_long(path.read_text(encoding="utf-8"), python=path.suffix == ".py")
    ]
    sys.stdout.writelines(f"{fault}\n" for fault in faults)
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
