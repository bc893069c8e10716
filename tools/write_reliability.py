"""Write the table of docs/reliability.md: python -m tools.write_reliability.

Its rows are the tests that carry `@fault`. What `make soak` has found stands in
docs/reliability_soak.json, and in the second table.
"""

import json
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.project.reliability.faults import Fault

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reliability.md"
SOAK = ROOT / "docs" / "reliability_soak.json"
MARK = "<!-- {} of the tests: python -m tools.write_reliability -->\n"
END = "<!-- end -->\n"
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in (ROOT / "tests").rglob("test_*.py")
    if "@fault(" in path.read_text(encoding="utf-8")
)


def rows() -> Iterator[tuple[Fault, str]]:
    """Each fault and the test that tries it."""
    for name in MODULES:
        for test in vars(import_module(name)).values():
            found = getattr(test, "__dict__", {}).get("fault")
            if isinstance(found, Fault) and test.__module__ == name:
                yield found, f"`{name.removeprefix('tests.').replace('.', '/')}.py`"


def fault_table() -> str:
    lines = ["| fault | how it is tried | what happens | test |", "|---|---|---|---|"]
    for each, test in sorted(rows(), key=lambda row: row[0].what):
        lines.append(f"| {each.what} | {each.tried} | {each.happens} | {test} |")
    return "".join(f"{line}\n" for line in lines)


def soak_table(found: dict[str, Any]) -> str:
    """What the long trials came to."""
    lines = ["| trial | number | what happened |", "|---|---|---|"]
    for key, what in {"killed": "without briefing", "killed_brief": "with briefing"}.items():
        seen = found[key]
        lines.append(
            f"| kill -9, run {what} | {seen['kills']} | {seen['while_writing']} of them "
            f"between two steps of writing; "
            f"{len(seen['damaged'])} files damaged, {len(seen['wrong_after'])} wrong after the "
            f"next run, {len(seen['left_over'])} left over |"
        )
    for key, what in {"signalled": "without briefing", "signalled_brief": "with briefing"}.items():
        seen = found[key]
        codes = ", ".join(f"{count} {code}" for code, count in sorted(seen["codes"].items()))
        lines.append(
            f"| signals, run {what} | {seen['sent']} | {codes}; the slowest took "
            f"{seen['slowest_s']:.1f} s; {len(seen['damaged'])} files damaged, "
            f"{len(seen['left_over'])} left over |"
        )
    for key, what in {"same": "of one result", "different": "of eight results"}.items():
        seen = found[key]
        counted = sorted(Counter(seen["codes"]).items())
        codes = ", ".join(f"{count} x {code}" for code, count in counted)
        lines.append(
            f"| eight runs at once {what} | {len(seen['codes'])} | exit codes {codes}; "
            f"{len(seen['wrong'])} wrong, {len(seen['left_over'])} left over |"
        )
    return "".join(f"{line}\n" for line in lines)


def page(text: str) -> str:
    """The page with both tables made anew."""
    tables = {"faults": fault_table()}
    if SOAK.is_file():
        tables["soak"] = soak_table(json.loads(SOAK.read_text(encoding="utf-8")))
    for name, table in tables.items():
        before, _, rest = text.partition(MARK.format(name))
        _, _, after = rest.partition(END)
        text = f"{before}{MARK.format(name)}\n{table}\n{END}{after}"
    return text


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
