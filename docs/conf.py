"""How Sphinx builds the site of these pages: make docs."""

import sys
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))  # what is documented is the code beside the pages
sys.path.insert(0, str(HERE))

from sitepages import filled  # noqa: E402 - found by the line above

project = "siting"
author = "The siting developers"
project_copyright = author
release = version = version_of("siting")

extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc", "sphinx-mathjax-offline"]
exclude_patterns = ["examples"]
language = "en"
highlight_language = "none"
suppress_warnings = [
    "myst.header"  # a document that is included may begin at the second level
]

myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 4

autodoc_member_order = "bysource"
autodoc_typehints = "none"  # docstrings say the types, in words
numpydoc_show_class_members = False
# What the reference shows is held to the form of numpydoc, but for these:
numpydoc_validation_checks = {
    "all",
    "ES01",  # one sentence may be enough
    "EX01",  # examples stand where they help
    "GL08",  # ruff asks for docstrings
    "PR08",  # a description may begin with the name of a column
    "RT04",  # the same
    "SA01",  # the reference itself links what belongs together
    "SS05",  # what gives a value is described by that value
}

html_theme = "furo"
html_title = "siting"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False


def _fill(_app: Sphinx, page: str, content: list[str]) -> None:
    content[0] = filled(page, content[0])


def _formulas(*event: Any) -> None:  # noqa: ANN401 - the last of what Sphinx gives counts
    """Keep the lines of formulas in docstrings as they stand, up to the first section."""
    lines: list[str] = event[-1]
    place = 1
    while place < len(lines) and not lines[place].startswith("---"):
        if lines[place].startswith("    ") and not lines[place - 1]:
            lines[place:place] = [".. code-block:: none", ""]
            place += 2
            while place < len(lines) and (lines[place].startswith("    ") or not lines[place]):
                place += 1
        place += 1


def _language(
    _app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    if page.endswith(".sv"):
        context["language"] = "sv"


def setup(app: Sphinx) -> None:
    """Let Sphinx fill in what pages ask for."""
    app.connect("source-read", _fill)
    app.connect("html-page-context", _language)
    app.connect("autodoc-process-docstring", _formulas, priority=100)  # before numpydoc
