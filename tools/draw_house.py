"""Draw docs/house.svg from the code: python -m tools.draw_house.

Rooms are the packages of siting/, each told by its docstring, and arrows are the imports between
them; one that is also the sum of others is left out.
"""

import textwrap
from collections.abc import Iterator
from html import escape
from typing import NamedTuple

import networkx as nx

from tools.house import ROOT, Graph, Module, import_graph, read_modules, room_graph

PICTURE = ROOT / "docs" / "house.svg"
WIDTH, HEIGHT = 760, 664


class Box(NamedTuple):
    """Where a room stands, and how many letters of its size fit into a line."""

    kind: str
    x: int
    y: int
    wide: int
    high: int = 72

    @property
    def middle(self) -> int:
        return self.x + self.wide // 2

    @property
    def foot(self) -> int:
        return self.y + self.high


BOXES = {
    "cli": Box("top", 30, 16, 700, 56),
    "studies": Box("top", 30, 100, 700, 56),
    "pipeline": Box("top", 30, 184, 376),
    "report": Box("told", 424, 184, 306),
    "results": Box("told", 424, 284, 276),
    "model": Box("sums", 30, 384, 216, 90),
    "network": Box("sums", 264, 384, 216, 90),
    "inputs": Box("sums", 498, 384, 202, 90),
    "scenario": Box("base", 424, 502, 276),
    "common": Box("base", 30, 592, 700, 56),
}
WAYS = {
    ("pipeline", "model"): "M138 256 V382",
    ("pipeline", "network"): "M330 256 V382",
    ("pipeline", "inputs"): "M390 256 V370 H540 V382",
    ("pipeline", "results"): "M400 256 V320 H422",
    ("report", "inputs"): "M714 256 V429 H702",
    ("results", "scenario"): "M700 338 H724 V538 H702",
    ("model", "common"): "M138 474 V590",
    ("network", "common"): "M330 474 V590",
}
"""Arrows that would cross a room if they went straight down."""
_HEAD = f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" \
aria-labelledby="t d" font-family="system-ui, 'Segoe UI', Helvetica, Arial, sans-serif">
  <title id="t">The house: the rooms of siting/, and which of them import which</title>
  <desc id="d">{{}}</desc>
  <style>
    .card {{{{ fill: #fcfcfa; stroke: #c9c9c2 }}}}
    .top {{{{ fill: #dfe7f3; stroke: #3b4a63 }}}}
    .told {{{{ fill: #e6efe2; stroke: #4a6b41 }}}}
    .sums {{{{ fill: #f6e9d8; stroke: #8a5a1d }}}}
    .base {{{{ fill: #ecebe6; stroke: #6b6a63 }}}}
    text {{{{ fill: #45484f; text-anchor: middle; font-size: 13px }}}}
    .name {{{{ fill: #1d1f23; font-size: 15px; font-weight: 600 }}}}
    .arrow {{{{ stroke: #45484f; stroke-width: 1.6; fill: none; marker-end: url(#tip) }}}}
  </style>
  <defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" \
orient="auto"><path d="M0 0 L10 5 L0 10 z" fill="#45484f"/></marker></defs>
  <rect class="card" x="1" y="1" width="{WIDTH - 2}" height="{HEIGHT - 2}" rx="10"/>
"""


def drawn() -> str:
    """The picture of the code as it is."""
    modules = read_modules()
    rooms = room_graph(import_graph(modules))
    return "".join((_HEAD.format(_in_words(rooms)), *_arrows(rooms), *_rooms(modules), "</svg>\n"))


def _in_words(rooms: Graph) -> str:
    order = list(BOXES)
    lines = (f"{room}: {', '.join(sorted(rooms[room], key=order.index))}" for room in order[:-1])
    return f"What each room imports. {'; '.join(lines)}."


def _arrows(rooms: Graph) -> Iterator[str]:
    for one, other in sorted(nx.transitive_reduction(rooms).edges):
        upper, lower = BOXES[one], BOXES[other]
        x = max(min(upper.middle, lower.middle), upper.x + 20, lower.x + 20)
        way = WAYS.get((one, other), f"M{x} {upper.foot} V{lower.y - 2}")
        yield f'  <path class="arrow" d="{way}"><title>{one} imports {other}</title></path>\n'


def _rooms(modules: dict[str, Module]) -> Iterator[str]:
    for room, box in BOXES.items():
        said = textwrap.wrap(modules[f"siting.{room}"].summary, box.wide * 2 // 13 - 2)
        first = box.y + (box.high - 18 * len(said)) // 2 + 5
        yield (
            f'  <rect class="{box.kind}" x="{box.x}" y="{box.y}" width="{box.wide}" '
            f'height="{box.high}"/>\n'
            f'  <text class="name" x="{box.middle}" y="{first}">{room}</text>\n'
        )
        for number, line in enumerate(said, start=1):
            yield f'  <text x="{box.middle}" y="{first + 18 * number}">{escape(line)}</text>\n'


if __name__ == "__main__":
    PICTURE.write_text(drawn(), encoding="utf-8")
