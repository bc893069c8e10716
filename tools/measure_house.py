"""How large the house is, and how deep: python -m tools.measure_house. A test holds its limits."""

import sys
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from tools.house import (
    PACKAGE,
    TRAVEL_TIMES,
    Module,
    circles,
    classes,
    code_lines,
    import_graph,
    longest_chain,
    naming,
    read_modules,
)


@dataclass(frozen=True)
class Size:
    """What is counted; `twice` has the modules of each class whose name others have too.

    `with_budget` are those in which `annual_budget` stands, `with_times` those that travel
    times pass.
    """

    top_names: list[str]
    modules: int
    code_lines: int
    all_lines: int
    chain: list[str]
    circles: list[list[str]]
    twice: dict[str, list[str]]
    with_budget: list[str]
    with_times: list[str]


def measure(modules: Mapping[str, Module]) -> Size:
    """Count it all."""
    graph = import_graph(modules)
    homes = defaultdict(list)
    for name, home in classes(modules):
        homes[name].append(home)
    tops = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or _has_code(path.name)}
    return Size(
        top_names=sorted(tops - {"__init__", "__main__"}),
        modules=len(modules),
        code_lines=sum(map(code_lines, modules.values())),
        all_lines=sum(module.text.count("\n") for module in modules.values()),
        chain=longest_chain(graph),
        circles=circles(graph),
        twice={name: found for name, found in homes.items() if len(found) > 1},
        with_budget=naming(modules, "annual_budget"),
        with_times=naming(modules, TRAVEL_TIMES),
    )


def _has_code(folder: str) -> bool:
    return any((PACKAGE / folder).glob("*.py"))


def main() -> None:
    """Print it."""
    size = measure(read_modules())
    for what, value in (
        ("names at the top", f"{len(size.top_names)}: {', '.join(size.top_names)}"),
        ("modules", size.modules),
        ("code lines", f"{size.code_lines:,}"),
        ("lines of all kinds", f"{size.all_lines:,}"),
        ("longest chain of imports", f"{len(size.chain)}: {' > '.join(size.chain)}"),
        ("circles of imports", size.circles or "none"),
        ("class names twice", size.twice or "none"),
        ("modules with annual_budget", len(size.with_budget)),
        ("modules that travel times pass", len(size.with_times)),
    ):
        sys.stdout.write(f"{what}: {value}\n")


if __name__ == "__main__":
    main()
