"""What follows from a certificate, evaluated by its definition: another way than the checker's.

Every number is a fraction from the start; the tree is walked by recursion; what a part can come to
at the least is found by trying both values of each site.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

type Region = tuple[dict[int, tuple[int, ...]], list[tuple[Fraction, Fraction]]]
"""The values that each site may still have, and the range of each row."""


class _Held:
    """What the last node has told."""

    def __init__(self, sums: int) -> None:
        self.sums: list[Fraction] = []
        self.rows: dict[int, Fraction] = {}
        self.prices: list[dict[int, Fraction]] = [{} for _ in range(sums)]

    def told(self, node: Mapping[str, Any]) -> "_Held":
        """Return what holds after a node, which it changes nothing of for others."""
        new = _Held(len(self.prices))
        new.sums, new.rows, new.prices = self.sums, self.rows, self.prices
        if "sums" in node:
            if len(node["sums"]) != len(self.prices) or len(node["prices"]) != len(self.prices):
                raise ValueError("as many as sums")
            new.sums = [number(each) for each in node["sums"]]
            new.rows = {int(key): number(each) for key, each in node["rows"].items()}
            changes = [{int(k): number(p) for k, p in each.items()} for each in node["prices"]]
            new.prices = [
                {**old, **change} for old, change in zip(self.prices, changes, strict=True)
            ]
        return new


def number(value: object) -> Fraction:
    """Return a number of a certificate."""
    if not isinstance(value, int | str):
        raise TypeError(value)
    return Fraction(value)


def follows(certificate: Mapping[str, Any]) -> bool:
    """Tell whether all that a certificate claims follows."""
    stages, count = certificate["stages"], len(certificate["sites"])
    try:
        return bool(stages) and all(_Claim(stage, count).follows() for stage in stages)
    except (KeyError, TypeError, ValueError, IndexError, ZeroDivisionError):
        return False


def common(values: list[Fraction]) -> Fraction:
    """Return the greatest number that all are whole multiples of, by Euclid's algorithm."""
    found = Fraction(0)
    for value in values:
        one, other = found, abs(value)
        while other:
            one, other = other, one % other
        found = one
    return found


class _Claim:
    def __init__(self, stage: Mapping[str, Any], count: int) -> None:
        self.stage, self.count, self.instance = stage, count, stage["instance"]
        self.bound, self.value = number(stage["bound"]), number(stage["value"])
        self.rows = [self._by_site(row["sites"]) for row in self.instance["rows"]]
        self.units = [common(list(row.values())) or Fraction(1) for row in self.rows]
        self.sums = self.instance["sums"]
        for each in self.sums:
            self._by_site(each["sites"])
            if any(number(weight) < 0 for weight in each["weights"]):
                raise ValueError("a negative weight")

    def _by_site(self, told: Mapping[str, object]) -> dict[int, Fraction]:
        return {self._site(int(site)): number(each) for site, each in told.items()}

    def _site(self, site: int) -> int:
        if not 0 <= site < self.count:
            raise IndexError(site)
        return site

    def _ranges(self) -> Iterator[tuple[Fraction, Fraction]]:
        for row, unit, told in zip(self.rows, self.units, self.instance["rows"], strict=True):
            sums = [sum(v for v in row.values() if sign * v > 0) for sign in (-1, 1)]
            least = [sums[0], *(number(told["least"]) for _ in range(told["least"] is not None))]
            most = [sums[1], *(number(told["most"]) for _ in range(told["most"] is not None))]
            yield -((-max(least)) // unit) * unit, (min(most) // unit) * unit

    def follows(self) -> bool:
        forced, forbidden = (
            {self._site(j) for j in self.instance[k]} for k in ("forced", "forbidden")
        )
        open_sites = {self._site(site) for site in self.stage["answer"]}
        ranges = list(self._ranges())
        keeps = forced <= open_sites and not forbidden & open_sites
        for row, (least, most) in zip(self.rows, ranges, strict=True):
            keeps &= least <= sum(v for site, v in row.items() if site in open_sites) <= most
        for place, each in enumerate(self.sums):
            limit = number(each["limit"]) if place else self.value
            keeps &= self._comes_to(each, open_sites) <= limit
        unit = common([number(self.sums[0]["constant"]), *self._parts(self.sums[0])])
        self.unit = unit
        both: tuple[int, ...] = (0, 1)
        values = dict.fromkeys(range(self.count), both)
        values |= dict.fromkeys(forced, both[1:]) | dict.fromkeys(forbidden, both[:1])
        nodes = iter(self.stage["tree"])
        proved = self._region(nodes, (values, ranges), _Held(len(self.sums)))
        return keeps and proved and next(nodes, None) is None

    @staticmethod
    def _parts(each: Mapping[str, Any]) -> Iterator[Fraction]:
        yield from map(number, each["sites"].values())
        for weight, cap, costs in zip(each["weights"], each["caps"], each["costs"], strict=True):
            for cost in (cap, *costs):
                yield number(weight) * number(cost)

    def _comes_to(self, each: Mapping[str, Any], open_sites: set[int]) -> Fraction:
        total = number(each["constant"])
        total += sum(v for site, v in self._by_site(each["sites"]).items() if site in open_sites)
        clients = zip(each["weights"], each["caps"], each["near"], each["costs"], strict=True)
        for weight, cap, near, costs in clients:
            pairs = zip(near, costs, strict=True)
            reached = [number(c) for site, c in pairs if self._site(site) in open_sites]
            total += number(weight) * min([number(cap), *reached])
        return total

    def _region(self, nodes: Iterator[Mapping[str, Any]], region: Region, held: _Held) -> bool:
        """Tell whether the next node proves a region, with all that comes below it."""
        node = next(nodes, None)
        if node is None:
            return False
        held, (values, ranges) = held.told(node), region
        if "split" in node:
            # Both are walked, whatever comes of the first.
            both = [self._region(nodes, part, held) for part in self._halves(region, node)]
            return all(both)
        if "decided" in node:
            known, left = True, dict(values)
            for key, value in node["decided"].items():
                site = self._site(int(key))
                if left[site] != (0, 1) or number(value) not in (0, 1):
                    return False
                other = 1 - int(number(value))
                known &= self._proved((values | {site: (other,)}, ranges), held)
                left[site] = (1 - other,)
            return self._region(nodes, (left, ranges), held) and known
        return self._proved(region, held)

    def _halves(self, region: Region, node: Mapping[str, Any]) -> list[Region]:
        values, ranges = region
        split = {key: number(value) for key, value in node["split"].items()}
        if "site" in split:
            if split["site"].denominator > 1 or values[int(split["site"])] != (0, 1):
                raise ValueError("not open to choice")
            return [(values | {int(split["site"]): (value,)}, ranges) for value in (0, 1)]
        if split["row"].denominator > 1:
            raise ValueError("no row")
        row, unit = int(split["row"]), self.units[int(split["row"])]
        below = split["most"] // unit * unit
        least, most = ranges[row]
        parts = [(least, below), (below + unit, most)]
        if row < 0:
            raise IndexError(row)
        return [(values, [*ranges[:row], part, *ranges[row + 1 :]]) for part in parts]

    def _proved(self, region: Region, held: _Held) -> bool:
        """Tell whether the Lagrange bound of a region is enough."""
        values, ranges = region
        goal = held.sums[0]
        if goal not in (0, 1) or any(each < 0 for each in held.sums):
            return False
        total, adds = Fraction(0), [Fraction(0)] * self.count
        for place, weight in enumerate(held.sums):
            if weight:
                total += weight * self._relaxed(place, held.prices[place], weight, adds)
        for row, weight in held.rows.items():
            if row < 0:
                raise IndexError(row)
            total -= weight * (ranges[row][1] if weight > 0 else ranges[row][0])
            for site, coefficient in self.rows[row].items():
                adds[site] += weight * coefficient
        total += sum(min(value * adds[site] for value in values[site]) for site in values)
        if goal == 0:
            return total > 0
        raised = -((-total) // self.unit) * self.unit if self.unit else total
        return raised >= self.bound

    def _relaxed(
        self, place: int, prices: Mapping[int, Fraction], weight: Fraction, adds: list[Fraction]
    ) -> Fraction:
        """Return what the clients of a sum pay less its limit; add what each site adds."""
        each = self.sums[place]
        total = number(each["constant"]) - (number(each["limit"]) if place else 0)
        for site, cost in self._by_site(each["sites"]).items():
            adds[site] += weight * cost
        clients = zip(each["weights"], each["caps"], each["near"], each["costs"], strict=True)
        for client, (people, cap, near, costs) in enumerate(clients):
            price = min(prices.get(client, Fraction(0)), number(cap))
            total += number(people) * price
            for site, cost in zip(near, costs, strict=True):
                gain = max(Fraction(0), price - number(cost))
                adds[self._site(site)] -= weight * number(people) * gain
        return total
