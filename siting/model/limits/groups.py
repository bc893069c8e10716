"""How many sites each group may or must have."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from siting.common.errors import Fault
from siting.common.types import Bools
from siting.model.instance import Instance
from siting.model.limits.base import Count, Limit, groups_of_sites, unknown_group
from siting.model.options import Options
from siting.model.program import Row, sum_row


@dataclass(frozen=True)
class _EachGroup(Limit):
    """What holds for each group of a grouping.

    Parameters
    ----------
    group : str
        A grouping of sites.
    """

    group: str

    def faults(self, instance: Instance) -> Iterable[Fault]:
        """Return what is wrong with the limit itself."""
        return unknown_group(self.name, self.group, instance)

    def about(self) -> tuple[str, tuple[str, ...]]:
        """Return the grouping."""
        return self.group, ()


@dataclass(frozen=True)
class MaxNewPerGroup(_EachGroup):
    """At most so many new sites in each group of a grouping.

    Parameters
    ----------
    group : str
        A grouping of sites.
    count : int
        The most new sites in each of its groups.
    """

    name = "max_new_per_group"
    count: int

    def sentence(self) -> str:
        """Return what the limit says, in plain words."""
        return f"at most {self.count} new in each {self.group}"

    def rows(self, options: Options) -> Iterator[Row]:
        """Return the limit as rows over the options; groups that cannot break it have none."""
        for label, sites in groups_of_sites(options.instance, self.group).items():
            members = sites[options.site] & options.new
            if members.sum() > self.count:
                yield sum_row(label, members, upper=self.count)


@dataclass(frozen=True)
class AtLeastOnePerGroup(_EachGroup):
    """At least one open site in a group, or in each of a grouping, existing ones counted.

    Parameters
    ----------
    group : str
        A grouping of sites.
    label : str
        The group meant; empty where each is.
    """

    name = "at_least_one_per_group"
    label: str = ""

    def sentence(self) -> str:
        """Return what the limit says, in plain words."""
        where = f"{self.group} {self.label}" if self.label else f"each {self.group}"
        return f"at least one site in {where}"

    def about(self) -> tuple[str, tuple[str, ...]]:
        """Return the grouping and the group of it."""
        return self.group, (self.label,) if self.label else ()

    def template(self) -> str:
        """Return the sentence with {} where it names groups."""
        return "at least one site in {}" if self.label else ""

    def rows(self, options: Options) -> Iterator[Row]:
        """Return the limit as rows over the options; a group that is not there has no site."""
        groups = groups_of_sites(options.instance, self.group)
        none = np.zeros_like(options.instance.existing)
        for label in [self.label] if self.label else groups:
            yield sum_row(label, groups.get(label, none)[options.site], lower=1)


@dataclass(frozen=True)
class Quota(Count):
    """At least or at most so many new sites in some groups together, forced ones counted.

    Parameters
    ----------
    group : str
        A grouping of sites.
    labels : tuple of str
        Groups of it.
    least, most : int, optional
        Least and greatest number of them to open.
    """

    name = "quota"
    group: str
    labels: tuple[str, ...]
    least: int | None = None
    most: int | None = None

    def which(self) -> str:
        """Return which new sites are meant, in words that follow their number."""
        return f" in {self.group} {', '.join(self.labels)}"

    def faults(self, instance: Instance) -> Iterable[Fault]:
        """Return what is wrong with the limit itself."""
        yield from unknown_group(self.name, self.group, instance)
        strangers = sorted(set(self.labels) - set(instance.site_groups.get(self.group, ())))
        if strangers and self.group in instance.site_groups:
            yield Fault("limits", self.name, strangers, "unknown groups", "Name groups of sites.")
        if self.least is None and self.most is None:
            yield Fault("limits", self.name, None, "has no number", "Give least or most.")

    def about(self) -> tuple[str, tuple[str, ...]]:
        """Return the grouping and the groups of it."""
        return self.group, tuple(self.labels)

    def template(self) -> str:
        """Return the sentence with {} where it names groups."""
        return f"{self.span()} new in {{}}"

    def counted(self, options: Options) -> Bools:
        """Return which options are meant, shape (options,)."""
        groups = np.asarray(options.instance.site_groups[self.group])[options.site]
        counted: Bools = options.new & np.isin(groups, self.labels)
        return counted


@dataclass(frozen=True)
class TypeQuota(Count):
    """At least or at most so many new sites of one office type.

    Parameters
    ----------
    kind : int
        Index of the type.
    label : str
        Its name.
    least, most : int, optional
        Least and greatest number of them to open.
    """

    name = "type_quota"
    kind: int
    label: str
    least: int | None = None
    most: int | None = None

    def which(self) -> str:
        """Return which new sites are meant, in words that follow their number."""
        return f" of type {self.label}"

    def faults(self, instance: Instance) -> Iterable[Fault]:  # noqa: ARG002 - the same for each limit
        """Return what is wrong with the limit itself."""
        if self.kind < 0:
            yield Fault("limits", self.name, self.label, "unknown office type", "Correct it.")

    def counted(self, options: Options) -> Bools:
        """Return which options are meant, shape (options,)."""
        counted: Bools = options.new & (options.kind == self.kind)
        return counted
