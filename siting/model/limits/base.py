"""What every limit is: a name, a sentence, and linear rows over the options."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from siting.common.errors import ClashingLimit, Fault
from siting.common.types import Bools
from siting.model.instance import Instance
from siting.model.options import Options
from siting.model.program import Row, sum_row


@dataclass(frozen=True)
class LimitUse:
    """How much of a limit an answer uses.

    Parameters
    ----------
    key, sentence : str
        The limit's name, and what it says in plain words.
    group : str
        The grouping of sites that it is about; empty if it is about none.
    label : str
        The group or phase in which the least is left; empty if there is only one.
    limit, used, slack : float
        The limit there, what is used of it, and what is left.
    kind : str
        Which of the limits of that phase it is, as `Phase` calls it; else empty.
    """

    key: str
    sentence: str
    group: str
    label: str
    limit: float
    used: float
    slack: float
    kind: str = ""


class Limit(ABC):
    """Something an answer must keep to. Each subclass is a small frozen dataclass."""

    name: str

    @abstractmethod
    def sentence(self) -> str:
        """Return what the limit says, in plain words."""

    def faults(self, instance: Instance) -> Iterable[Fault]:  # noqa: ARG002 - for those that name sites or groups
        """Return what is wrong with the limit itself."""
        return ()

    def rows(self, options: Options) -> Iterator[Row]:  # noqa: ARG002 - for those that are rows
        """Return the limit as rows over the options."""
        return iter(())

    def use(self, options: Options, chosen: Bools) -> LimitUse | None:
        """Return how much of the limit is used where the least is left, if that can be said."""
        rows = [row for row in self.rows(options) if len(row.columns)]
        if not rows:
            return None
        tightest = min(rows, key=lambda row: row.slack(chosen))
        used = tightest.used(chosen)
        upper_binds = tightest.upper - used <= used - tightest.lower
        limit = tightest.upper if upper_binds else tightest.lower
        use = self.used(limit, used, tightest.slack(chosen))
        return replace(use, label=tightest.label, kind=tightest.kind)

    def used(self, limit: float, used: float, slack: float) -> LimitUse:
        """Return the use of this limit."""
        return LimitUse(self.name, self.sentence(), self.about()[0], "", limit, used, slack)

    def clash(self) -> ClashingLimit:
        """Return the limit as one of those that clash."""
        parts = (*self.about(), self.template(), self.facts())
        return ClashingLimit(self.name, self.sentence(), *parts)

    def about(self) -> tuple[str, tuple[str, ...]]:
        """Return the grouping that the limit is about, and the groups that it names."""
        return "", ()

    def template(self) -> str:
        """Return the sentence with {} where it names groups, if it names any."""
        return ""

    def facts(self) -> Mapping[str, object]:
        """Return what the sentence says, for other languages."""
        return vars(self)


class Count(Limit):
    """At least or at most so many new sites, of all or of some; forced ones count."""

    least: int | None
    most: int | None

    def which(self) -> str:
        """Return which new sites are meant, in words that follow their number."""
        return ""

    def counted(self, options: Options) -> Bools:
        """Return which options are meant, shape (options,)."""
        return options.new

    def sentence(self) -> str:
        """Return what the limit says, in plain words."""
        return f"{self.span()} new{self.which()}"

    def span(self) -> str:
        """Return how many of them, in words."""
        spans = ((self.least, "at least"), (self.most, "at most"))
        return " and ".join(f"{word} {number}" for number, word in spans if number is not None)

    def rows(self, options: Options) -> Iterator[Row]:
        """Return the limit as rows over the options."""
        yield sum_row("", self.counted(options), lower=self.least, upper=self.most)


def unknown_sites(key: str, named: Sequence[str], instance: Instance) -> Iterator[Fault]:
    """Yield a fault if sites are named that the instance does not have."""
    strangers = sorted(set(named) - set(instance.site_ids))
    if strangers:
        yield Fault("limits", key, strangers, "unknown sites", "Name sites of the instance.")


def unknown_group(key: str, group: str, instance: Instance) -> Iterator[Fault]:
    """Yield a fault if the sites are not grouped by this name."""
    if group not in instance.site_groups:
        known = ", ".join(sorted(instance.site_groups)) or "none"
        yield Fault("limits", key, group, "unknown grouping of sites", f"Known: {known}.")


def site_mask(instance: Instance, named: Iterable[str]) -> Bools:
    """Return which sites are named, shape (sites,)."""
    wanted = set(named)
    return np.fromiter((site in wanted for site in instance.site_ids), dtype=np.bool_)


def groups_of_sites(instance: Instance, group: str) -> dict[str, Bools]:
    """Return the sites of each group, also of groups that have clients but no site."""
    of_site = np.asarray(instance.site_groups[group], dtype=np.str_)
    labels = {*of_site.tolist(), *instance.client_groups.get(group, ())}
    return {label: of_site == label for label in sorted(labels)}
