"""Put the outputs of their commands into the pages under docs/: python -m tools.write_docs [PAGE…].

Takes some minutes a page. The pictures of docs/frontier.md and the marker of docs/robustness.md
are made as well.
"""

import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

from tests.support.pages import BLOCK, DOCS, MARKER, STUDIES, Block, checksum_of_inputs, tidy

MARKED = 4
PICTURES = {
    "remaining_offices-frontier-new_offices": "frontier_offices.png",
    "remaining_offices-frontier-mean-coverage": "frontier_coverage.png",
}
WIDTH = "100"


def run(command: str, folder: Path) -> str:
    """What a command prints on a wide page."""
    words = [sys.executable, "-m", *shlex.split(command)]
    here = {"PYTHONPATH": str(DOCS.parent), "COLUMNS": WIDTH}
    done = subprocess.run(  # noqa: S603 - our own program
        words, cwd=folder, env={**os.environ, **here}, capture_output=True, text=True, check=True
    )
    return f"{tidy(done.stdout)}\n"


def renew(page: str, folder: Path) -> None:
    """Run every command of a page and write what each prints under it."""
    if page == "explain":
        run("siting run remaining_offices --no-brief --quiet", folder)
    path = DOCS / f"{page}.md"
    text = BLOCK.sub(
        lambda found: Block(
            found["command"], run(found["command"], folder), checksum_of_inputs()
        ).written(),
        path.read_text(encoding="utf-8"),
    )
    path.write_text(text, encoding="utf-8")
    results = folder / "results"
    for study, picture in PICTURES.items():
        if (drawn := results / study / "frontier.png").is_file():
            (DOCS / picture).write_bytes(drawn.read_bytes())
    if (draws := results / "remaining_offices-robustness" / "draws.parquet").is_file():
        first = pd.read_parquet(draws, columns=["draw", "status", "mean", "picks"])[:MARKED]
        first.to_csv(MARKER, index=False, lineterminator="\n")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        for name in sys.argv[1:] or STUDIES:
            renew(name, Path(scratch))
