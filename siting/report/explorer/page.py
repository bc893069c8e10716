"""Put the explorer page together."""

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

from siting.common.files import write_file
from siting.report.companions import NOTHING, Beside, read_beside
from siting.report.explorer.payload import payload
from siting.report.maps.sweden import outlines, refuse_outside_sweden
from siting.results.result import Result, read_result

_SCRIPTS = ("words.js", "map.js", "tables.js", "page.js")
_UNSAFE = str.maketrans({sign: f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"})
"""Signs that could end a script element or a line of it; within JSON they only occur in texts."""


def explorer_page(result: Result, beside: Beside = NOTHING) -> str:
    """The page of a run, complete in one file."""
    refuse_outside_sweden(result, "an explorer page")
    parts = {
        "STYLE": _asset("page.css"),
        "DATA": _as_json(payload(result, outlines(), beside)),
        "SCRIPT": "\n".join(map(_asset, _SCRIPTS)),
    }
    # In one pass, so that a mark within a name stays what it is.
    return re.sub(r"/\*(STYLE|DATA|SCRIPT)\*/", lambda mark: parts[mark[1]], _asset("page.html"))


def write_explorer(folder: Path) -> Path:
    """Write explorer.html into the folder of a result, aside and then into place.

    It is made from the files in the folder and the studies beside it; its figures are theirs.
    """
    result = read_result(folder)
    page = explorer_page(result, read_beside(result, folder))
    return write_file(folder / "explorer.html", page.encode())


def _asset(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")


def _as_json(content: Any) -> str:  # noqa: ANN401 - any JSON value
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.translate(_UNSAFE)
