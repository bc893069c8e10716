"""A run with its briefing, as the tests of the reports pass it round."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from siting.report.briefing import scenario_key
from siting.report.document import Document
from siting.report.maps.draw import draw_maps
from siting.results.result import Result


@dataclass(frozen=True)
class Shown:
    """A run with its briefing in one language."""

    result: Result
    document: Document

    @cached_property
    def pictures(self) -> dict[str, bytes]:
        """The maps in it; drawn only if asked for, since that is what takes the time."""
        maps = draw_maps(self.result, self.document.language, scenario_key(self.result))
        return {name: drawn["png"] for name, drawn in maps.items()}


type Show = Callable[[Result, str], Shown]
