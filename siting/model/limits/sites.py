"""What holds for sites: open or shut, how near to each other and to people, and how full."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from siting.common.errors import Fault
from siting.common.types import Bools, Floats
from siting.model.instance import Instance
from siting.model.limits.base import Limit, LimitUse, site_mask, unknown_sites
from siting.model.options import Options
from siting.model.program import Row, sum_row


@dataclass(frozen=True)
class _Named(Limit):
    """What holds for sites that are named.

    Parameters
    ----------
    sites : tuple of str
        Their ids.
    """

    sites: tuple[str, ...]

    def faults(self, instance: Instance) -> Iterable[Fault]:
        """Return what is wrong with the limit itself."""
        return unknown_sites(self.name, self.sites, instance)

    def members(self, options: Options) -> Bools:
        """Return which options are of the sites, shape (options,)."""
        return site_mask(options.instance, self.sites)[options.site]


@dataclass(frozen=True)
class ForceOpen(_Named):
    """Sites that must be open."""

    name = "force_open"

    def sentence(self) -> str:
        """Return what the limit says, in plain words."""
        return f"must be open: {', '.join(self.sites)}"

    def rows(self, options: Options) -> Iterator[Row]:
        """Return the limit as rows over the options."""
        for site in self.sites:
            yield sum_row(site, site_mask(options.instance, [site])[options.site], lower=1)


@dataclass(frozen=True)
class ForceShut(_Named):
    """Sites that must be shut, existing ones too."""

    name = "force_shut"

    def sentence(self) -> str:
        """Return what the limit says, in plain words."""
        return f"must be shut: {', '.join(self.sites)}"

    def rows(self, options: Options) -> Iterator[Row]:
        """Return the limit as rows over the options."""
        for site in self.sites:
            yield sum_row(site, site_mask(options.instance, [site])[options.site], upper=0)


@dataclass(frozen=True)
class Closing(_Named):
    """Existing sites that may close, and how many of them do.

    Parameters
    ----------
    sites : tuple of str
        The existing sites that may close.
    least, most : int, optional
        Least and greatest number of them to close.
    """

    name = "closing"
    sites: tuple[str, ...]
    least: int = 0
    most: int | None = None

    def sentence(self) -> str:
        """Return what the limit says, in plain words."""
        return "of {number} that may close, {least} to {most} do".format_map(self.facts())

    def facts(self) -> Mapping[str, object]:
        """Return how many may close, and how many do."""
        number = len(self.sites)
        most = number if self.most is None else self.most
        return {"number": number, "least": self.least, "most": most}

    def faults(self, instance: Instance) -> Iterable[Fault]:
        """Return what is wrong with the limit itself."""
        yield from super().faults(instance)
        new = sorted(set(self.sites) - set(np.array(instance.site_ids)[instance.existing].tolist()))
        if new:
            yield Fault("limits", self.name, new, "are not open", "Name existing sites.")

    def rows(self, options: Options) -> Iterator[Row]:
        """Return the limit as rows over the options, which count those that stay."""
        members = self.members(options)
        count = int(members.sum())
        least_open = None if self.most is None else count - self.most
        if self.least > 0 or self.most is not None:
            yield sum_row("", members, lower=least_open, upper=count - self.least)

    def use(self, options: Options, chosen: Bools) -> LimitUse | None:
        """Return how many close, of how many that may or must."""
        members = self.members(options)
        closed = int((members & ~chosen).sum())
        most = int(members.sum()) if self.most is None else self.most
        slack = min(most - closed, closed - self.least)
        return self.used(most, closed, slack)


@dataclass(frozen=True, eq=False)
class Spacing(Limit):
    """No two new sites nearer to each other than this.

    Parameters
    ----------
    least : float
        In the unit of ``distances``.
    distances : scipy.sparse.csr_array, shape (sites, sites)
        Pairs without an entry are far apart. A pair is too near if it is so in either direction.
    """

    name = "spacing"
    least: float
    distances: csr_array

    def sentence(self) -> str:
        """Return what the limit says, in plain words."""
        return f"no two new sites nearer than {self.least:g}"

    def faults(self, instance: Instance) -> Iterable[Fault]:
        """Return what is wrong with the limit itself."""
        count, shape = len(instance.site_ids), self.distances.shape
        if shape != (count, count):
            yield Fault("limits", self.name, shape, "is not sites x sites", "Give all sites.")

    def rows(self, options: Options) -> Iterator[Row]:
        """Return the limit as rows over the options."""
        near = self.distances.tocoo()
        close = np.stack(near.coords)[:, near.data < self.least]
        names = options.instance.site_ids
        for one, other in np.unique(np.sort(close, axis=0), axis=1).T:
            both = ((options.site == one) | (options.site == other)) & options.new
            label = f"{names[one]} and {names[other]}"
            if len(set(options.site[both])) > 1:
                yield sum_row(label, both, upper=1)


@dataclass(frozen=True)
class Different(Limit):
    r"""So many sites open or shut otherwise than in other answers, summed over these.

        sum over answers S of (sum_{j in S} (1 - y_j) + sum_{j not in S} y_j) >= least

    over the sites that may be open or shut. With one answer and ``least`` 1 it is the no-good cut
    of Balas and Jeroslow, SIAM Journal on Applied Mathematics 23 (1972).

    Parameters
    ----------
    answers : tuple of tuple of str
        For each, all sites that are open in the end.
    least : int
        Least sum of such sites.
    """

    name = "different"
    answers: tuple[tuple[str, ...], ...]
    least: int = 1

    def sentence(self) -> str:
        """Return what the limit says, in plain words."""
        return f"at least {self.least} sites otherwise than in {len(self.answers)} other answers"

    def faults(self, instance: Instance) -> Iterable[Fault]:
        """Return what is wrong with the limit itself."""
        named = [site for sites in self.answers for site in sites]
        return unknown_sites(self.name, named, instance)

    def rows(self, options: Options) -> Iterator[Row]:
        """Return the limit as rows over the options."""
        signs: Floats = np.zeros(len(options))
        constant, free = 0, options.lower == 0
        for sites in self.answers:
            within = site_mask(options.instance, sites)[options.site]
            signs += np.where(free, np.where(within, -1.0, 1.0), 0.0)
            constant += len(set(options.site[free & within]))
        columns = np.flatnonzero(signs)
        yield Row("", columns, signs[columns], lower=float(self.least - constant))

    def use(self, options: Options, chosen: Bools) -> LimitUse | None:  # noqa: ARG002 - the same for each limit
        """Return nothing: no part of it is used up."""
        return None


@dataclass(frozen=True)
class MaxTime(Limit):
    """No one is sent further than this many minutes.

    Parameters
    ----------
    minutes : float
        The longest time allowed.
    """

    name = "max_time"
    minutes: float

    def sentence(self) -> str:
        """Return what the limit says, in plain words."""
        return f"no one is sent further than {self.minutes:g} minutes"


@dataclass(frozen=True)
class Capacity(Limit):
    """How many people each site can serve, and whether a client may be split between sites.

    Parameters
    ----------
    sites : tuple of (str, float)
        Label and people; sites that are not named never fill up.
    single : bool
        Whether all of a client go to one site.
    """

    name = "capacity"
    sites: tuple[tuple[str, float], ...]
    single: bool = False

    def sentence(self) -> str:
        """Return what the limit says, in plain words."""
        whole = ", and all of a client go to one site" * self.single
        return f"no site serves more people than its capacity{whole}"

    def faults(self, instance: Instance) -> Iterable[Fault]:
        """Return what is wrong with the limit itself."""
        yield from unknown_sites(self.name, [site for site, _ in self.sites], instance)
        wrong = [(site, people) for site, people in self.sites if not people >= 0]
        if wrong:
            yield Fault("limits", self.name, wrong, "is not 0 or more", "Give people.")

    def of_sites(self, instance: Instance) -> Floats:
        """Return the people each site can serve."""
        known = dict(self.sites)
        return np.array([known.get(site, np.inf) for site in instance.site_ids])
