"""How many sites each group may or must have."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from siting.errors import Fault
from siting.model.limits.base import Limit, Row, count_row, groups_of_sites, unknown_group

if TYPE_CHECKING:
    from siting.model.instance import Instance
    from siting.model.options import Options


@dataclass(frozen=True)
class MaxNewPerGroup(Limit):
    """At most so many new sites in each group of a grouping."""

    name = "max_new_per_group"
    group: str
    count: int

    def sentence(self) -> str:
        """Return what the limit says, in plain words."""
        return f"at most {self.count} new in each {self.group}"

    def faults(self, instance: "Instance") -> Iterable[Fault]:
        """Return what is wrong with the limit itself."""
        return unknown_group(self.name, self.group, instance)

    def rows(self, instance: "Instance", options: "Options") -> Iterator[Row]:
        """Return the limit as rows over the options; groups that cannot break it have none."""
        for label, sites in groups_of_sites(instance, self.group).items():
            members = sites[options.site] & options.new
            if members.sum() > self.count:
                yield count_row(label, members, upper=self.count)


@dataclass(frozen=True)
class AtLeastOnePerGroup(Limit):
    """At least one open site in each group of a grouping, existing ones counted."""

    name = "at_least_one_per_group"
    group: str

    def sentence(self) -> str:
        """Return what the limit says, in plain words."""
        return f"at least one site in each {self.group}"

    def faults(self, instance: "Instance") -> Iterable[Fault]:
        """Return what is wrong with the limit itself."""
        return unknown_group(self.name, self.group, instance)

    def rows(self, instance: "Instance", options: "Options") -> Iterator[Row]:
        """Return the limit as rows over the options."""
        for label, sites in groups_of_sites(instance, self.group).items():
            yield count_row(label, sites[options.site], lower=1)
