"""Sites that must be open or shut."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from siting.errors import Fault
from siting.model.limits.base import Limit, Row, count_row, site_mask, unknown_sites

if TYPE_CHECKING:
    from siting.model.instance import Instance
    from siting.model.options import Options


@dataclass(frozen=True)
class ForceOpen(Limit):
    """Sites that must be open."""

    name = "force_open"
    sites: tuple[str, ...]

    def sentence(self) -> str:
        """Return what the limit says, in plain words."""
        return f"must be open: {', '.join(self.sites)}"

    def faults(self, instance: "Instance") -> Iterable[Fault]:
        """Return what is wrong with the limit itself."""
        return unknown_sites(self.name, self.sites, instance)

    def rows(self, instance: "Instance", options: "Options") -> Iterator[Row]:
        """Return the limit as rows over the options."""
        for site in self.sites:
            yield count_row(site, site_mask(instance, [site])[options.site], lower=1)


@dataclass(frozen=True)
class ForceShut(Limit):
    """Sites that must be shut, existing ones too."""

    name = "force_shut"
    sites: tuple[str, ...]

    def sentence(self) -> str:
        """Return what the limit says, in plain words."""
        return f"must be shut: {', '.join(self.sites)}"

    def faults(self, instance: "Instance") -> Iterable[Fault]:
        """Return what is wrong with the limit itself."""
        return unknown_sites(self.name, self.sites, instance)

    def rows(self, instance: "Instance", options: "Options") -> Iterator[Row]:
        """Return the limit as rows over the options."""
        for site in self.sites:
            yield count_row(site, site_mask(instance, [site])[options.site], upper=0)
