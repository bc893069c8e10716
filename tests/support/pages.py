"""What commands show, as the README and the pages under docs/ hold it."""

import ast
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from siting.common.package import data_folder, scenario_folder
from siting.report.formats.terminal import print_document
from siting.report.summary import summary
from siting.results.result import Result

README = Path(__file__).resolve().parents[2] / "README.md"
DOCS = README.parent / "docs"
FENCE = "```\n"
STUDIES = ("hindcast", "robustness", "alternatives", "explain", "frontier")
"""The pages of which every output is made by `python -m tools.write_docs`."""
MARKER = DOCS / "robustness_draws.csv"
"""The first draws of the page on robustness, few enough for a test to solve again."""
BLOCK = re.compile(
    r"<!-- output of: (?P<command>.*?) -->\n```\n(?P<text>.*?)```\n"
    r"<!-- inputs: (?P<inputs>\w+) -->\n",
    re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """An output in a page: the command, what it printed, and the checksum of what it read."""

    command: str
    text: str
    inputs: str

    def written(self) -> str:
        return (
            f"<!-- output of: {self.command} -->\n{FENCE}{self.text}{FENCE}"
            f"<!-- inputs: {self.inputs} -->\n"
        )


def blocks(page: str) -> Iterator[Block]:
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    return (Block(**found.groupdict()) for found in BLOCK.finditer(text))


def cells(page: Path) -> list[str]:
    """The Python that a page shows."""
    return re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


def run_cell(cell: str, names: dict[str, Any]) -> object:
    """Run a cell; give the value of its last line, as a notebook would show it."""
    body = ast.parse(cell).body
    last = body.pop() if isinstance(body[-1], ast.Expr) else None
    code = compile(ast.Module(body, []), "cell", "exec")
    exec(code, names)  # noqa: S102 - our own page
    return None if last is None else eval(ast.unparse(last), names)  # noqa: S307 - our own page


def lines(text: str) -> list[str]:
    """The lines of an output without the spaces that only align them."""
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def lines_of(page: str) -> set[str]:
    return {line for block in blocks(page) for line in lines(block.text)}


def checksum_of_inputs() -> str:
    """Changes when a table, a figure or a scenario changes that outputs rest on."""
    sums = hashlib.sha256()
    for folder in (data_folder(), scenario_folder()):
        for path in sorted([*folder.glob("*.csv"), *folder.glob("*.toml")]):
            if path.name != "sources.csv":  # says where figures are from; no output rests on it
                sums.update(path.read_bytes())
    return sums.hexdigest()[:12]


def shown_by_run(result: Result) -> str:
    """The output on a page of 80 columns."""
    stream = io.StringIO()
    folder = Path("results") / result.name
    print_document(summary(result, folder), Console(file=stream, width=80, highlight=False))
    return tidy(stream.getvalue())


def tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.splitlines()).strip()
