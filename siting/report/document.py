"""What a briefing consists of, whatever it is written as: headings, paragraphs, tables, maps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from siting.report.words import number, signed, with_sign

type Kind = Literal[
    "text", "figure", "whole", "number", "share", "percent", "change", "share_change", "mark"
]


@dataclass(frozen=True)
class Figure:
    """A cell with a format of its own, where the rows of a column differ in unit.

    Parameters
    ----------
    value : float
        The raw value.
    kind : str
        As in `Column`.
    digits : int
        Decimals shown.
    unit : str
        What stands behind it.
    """

    value: float
    kind: Kind
    digits: int
    unit: str = ""


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    key : str
        Key of its values in the rows.
    title : str
        Heading, in the language of the document.
    kind : str
        text; figure: a `Figure` in every cell; whole: a count; number; share: 0 to 1, shown as
        per cent; percent: the same with its sign, on a terminal; change: with its sign;
        share_change: both; mark: a text that is shown in its colour (red, amber, green, own).
    digits : int
        Decimals shown.
    width : int
        Letters at most on a terminal, where longer texts are cut; 0 for any number.
    """

    key: str
    title: str
    kind: Kind = "text"
    digits: int = 0
    width: int = 0

    @property
    def is_text(self) -> bool:
        """Whether its values are texts."""
        return self.kind in {"text", "mark"}


@dataclass(frozen=True)
class Heading:
    """The title of a section.

    Parameters
    ----------
    text : str
        Plain text.
    """

    text: str


@dataclass(frozen=True)
class Paragraph:
    """Running text.

    Parameters
    ----------
    text : str
        Plain text.
    style : str
        "" or "warning", "lead" or "small".
    """

    text: str
    style: Literal["", "warning", "lead", "small"] = ""


@dataclass(frozen=True)
class Bullets:
    """A list of sentences.

    Parameters
    ----------
    items : tuple of str
        Plain texts, one a bullet.
    """

    items: tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """A table.

    Parameters
    ----------
    name : str
        Unique in the document; becomes the id of the table.
    title : str
        What it shows.
    columns : sequence of Column
        In the order shown.
    rows : sequence of mapping
        Raw values by column key; formats turn them into texts.
    note : str
        Shown below it.
    """

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]
    note: str = ""


@dataclass(frozen=True)
class Pictures:
    """Maps beside each other.

    Parameters
    ----------
    alternatives : mapping of str to str
        What is read out in place of each map, by the name that
        `siting.report.maps.draw.draw_maps` gives it.
    """

    alternatives: Mapping[str, str]


MAPS = ("picks", "before", "change")
"""Names of the maps of a run."""
_NARROW = frozenset({"counties", "fa_regions", "gaining", "worst_off", "winners", "losers"})

type Block = Heading | Paragraph | Bullets | Grid | Pictures


def is_narrow(block: Block) -> bool:
    """Whether it is a table narrow enough to stand beside its neighbour."""
    return isinstance(block, Grid) and block.name.partition("-")[0] in _NARROW


@dataclass(frozen=True)
class Document:
    """What a run or a study says in one language, on paper or on a terminal.

    Parameters
    ----------
    language : str
        "sv" or "en".
    title : str
        What stands above it.
    blocks : tuple of Block
        From top to bottom.
    kicker, subtitle : str
        What stands above and below the title on paper.
    publisher : str
        Program and version.
    date : str
        ISO date that every format but the terminal carries in place of the clock's.
    key : str
        Hexadecimal digits of the scenario's hash, from which ids are made.
    appendix : mapping of str to Grid
        Whole tables for the workbook, by the title of their sheet.
    """

    language: str
    title: str
    blocks: tuple[Block, ...]
    kicker: str = ""
    subtitle: str = ""
    publisher: str = ""
    date: str = ""
    key: str = ""
    appendix: Mapping[str, Grid] = field(default_factory=dict)


def shown(cell: Any, column: Column, language: str) -> str:  # noqa: ANN401 - cells are of any kind
    """A cell as the reader sees it."""
    # A figure that is missing, or in words, is a text in its column.
    if column.is_text or isinstance(cell, str):
        return str(cell)
    figure = cell if isinstance(cell, Figure) else Figure(cell, column.kind, column.digits)
    if figure.kind == "percent":
        return with_sign(figure.value, figure.digits, language)
    scale = 100 if figure.kind.startswith("share") else 1
    write = signed if figure.kind.endswith("change") else number
    text = write(scale * figure.value, figure.digits, language)
    return f"{text} {figure.unit}" if figure.unit else text


def shares(grid: Grid, language: str, letters: float) -> list[float]:
    """How wide each column of a table is, in letters.

    A column is at least as wide as its longest word; what the page has left goes to those whose
    texts are longer than that.
    """
    least, most = [], []
    for column in grid.columns:
        cells = [shown(row[column.key], column, language) for row in grid.rows]
        longest = max((len(text) for text in cells), default=0)
        word = max((len(word) for text in cells for word in text.split(" ")), default=0)
        head = _BOLD * max(map(len, column.title.split(" ")))
        least.append(max(word, head) + _PADDING)
        most.append(max(min(longest, _WORTH_WHILE), word, head) + _PADDING)
    wanted = sum(most) - sum(least)
    given = min(1.0, max(0.0, letters - sum(least)) / wanted) if wanted else 0.0
    return [low + given * (high - low) for low, high in zip(least, most, strict=True)]


_WORTH_WHILE = 60
"""Letters beyond which a longer text makes no wider column."""
_BOLD = 1.15
"""Width of a bold letter in plain ones."""
_PADDING = 2.5
"""Space beside a column, in letters."""
