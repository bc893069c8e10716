"""Choose where public service offices should open, by road travel time and with proof."""

import ast
import importlib
from pathlib import Path

from siting.common.package import require_report

# The one table of the public names is what type checkers read: each with its home.
_FACE = ast.parse(Path(__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
_HOMES = {
    found.name: home.module
    for home in _FACE.body
    if isinstance(home, ast.ImportFrom)
    for found in home.names
}
__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    """Load a public name when it is first used, so that the command line starts at once."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name in {"draw_map", "write_briefing", "write_comparison"}:
        require_report()
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """Name what is public beside what is loaded."""
    return sorted({*globals(), *_HOMES})
