"""A run with its briefing, as the tests of the reports pass it round."""

from collections.abc import Callable
from dataclasses import dataclass

from siting.report.blocks import Document
from siting.report.result import RunResult


@dataclass(frozen=True)
class Shown:
    """A run with its briefing in one language and the maps in it."""

    result: RunResult
    document: Document
    pictures: dict[str, bytes]


type Show = Callable[[RunResult, str], Shown]
