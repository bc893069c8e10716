"""How many new sites may open."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from siting.model.limits.base import Limit, Row, count_row

if TYPE_CHECKING:
    from siting.model.instance import Instance
    from siting.model.options import Options


@dataclass(frozen=True)
class NewSitesMax(Limit):
    """At most so many new sites; forced ones count."""

    name = "new_sites_max"
    count: int

    def sentence(self) -> str:
        """Return what the limit says, in plain words."""
        return f"at most {self.count} new"

    def rows(self, instance: "Instance", options: "Options") -> Iterator[Row]:  # noqa: ARG002 - the same for each limit
        """Return the limit as rows over the options."""
        yield count_row("", options.new, upper=self.count)


@dataclass(frozen=True)
class NewSitesMin(Limit):
    """At least so many new sites; forced ones count."""

    name = "new_sites_min"
    count: int

    def sentence(self) -> str:
        """Return what the limit says, in plain words."""
        return f"at least {self.count} new"

    def rows(self, instance: "Instance", options: "Options") -> Iterator[Row]:  # noqa: ARG002 - the same for each limit
        """Return the limit as rows over the options."""
        yield count_row("", options.new, lower=self.count)
