"""Check a certificate without any solver, in exact arithmetic, sharing nothing with the model.

docs/certificates.md says what is checked, and why that is a proof.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor, gcd, lcm
from operator import index
from typing import Any

# Zeros that a decimal may have before or behind its digits.
_MOST_ZEROS = 400


class RefusedError(Exception):
    """What does not follow."""


@dataclass(frozen=True)
class Proved:
    """What follows of a stage: the answer's value, and that so many leaves prove a bound.

    Parameters
    ----------
    kind : str
        Of the objective.
    value, bound : Fraction
        What the answer is worth, and what no other can be better than.
    leaves : int
        Of the tree that proves it.
    """

    kind: str
    value: Fraction
    bound: Fraction
    leaves: int


@dataclass(frozen=True)
class _Region:
    """A part of the choices, and the multipliers and prices that hold it."""

    sides: list[tuple[int, int]]
    ranges: list[tuple[Fraction, Fraction]]
    sums: list[Fraction]
    rows: dict[int, Fraction]
    prices: list[dict[int, Fraction]]


def proved(certificate: Mapping[str, Any]) -> list[Proved]:
    """Return what follows from a certificate, or say what does not."""
    _need(certificate["stages"], "there is no stage")
    return [_Stage(each, len(certificate["sites"])).proved() for each in certificate["stages"]]


def exact(value: Any) -> Any:  # noqa: ANN401 - of any depth
    """Return what has numbers in it, also as texts "2.5" and "p/q", with each as a fraction."""
    if isinstance(value, Mapping):
        return {int(key) if key.isdigit() else key: exact(value[key]) for key in value}
    if isinstance(value, list):
        return [exact(each) for each in value]
    if isinstance(value, str):
        # What would fill the memory is no number.
        zeros = abs(int(value.lower().partition("e")[2] or 0))
        _need(zeros <= _MOST_ZEROS, f"{value} is too great")
    return value if value is None else Fraction(value)


def _need(holds: object, otherwise: str) -> None:
    if not holds:
        raise RefusedError(otherwise)


def _step(values: Iterable[Fraction]) -> Fraction:
    """Return the greatest number that all are whole multiples of; 0 if all are 0."""
    listed = list(values)
    unit = lcm(*(value.denominator for value in listed))
    return Fraction(gcd(*(int(value * unit) for value in listed)), unit)


class _Sum:
    """A sum: what its sites cost, and its clients in whole numbers of two units."""

    def __init__(self, told: Mapping[str, Any], prices: Iterable[Fraction], count: int) -> None:
        weights, caps, costs = (exact(told[key]) for key in ("weights", "caps", "costs"))
        self.constant, self.limit = exact(told["constant"]), exact(told["limit"])
        self.sites = dict.fromkeys(range(count), Fraction(0)) | exact(told["sites"])
        people, known = lcm(*(each.denominator for each in weights)), (caps, *costs, prices)
        self.fine = lcm(*{cost.denominator for each in known for cost in each})
        self.unit = people * self.fine
        self.clients = [
            (int(weight * people), int(cap * self.fine),
             [(index(j), int(c * self.fine)) for j, c in zip(near, own, strict=True)])
            for weight, cap, near, own in zip(weights, caps, told["near"], costs, strict=True)
        ]  # fmt: skip
        used = {site for _, _, pairs in self.clients for site, _ in pairs} | set(self.sites)
        _need(used <= set(range(count)), "there is a site beyond the last")
        _need(all(weight >= 0 for weight, _, _ in self.clients), "a weight is below 0")

    def relaxed(self, prices: Mapping[int, Fraction]) -> tuple[Fraction, list[Fraction]]:
        """Return what clients pay at prices, and what each site costs less what it saves them."""
        paid, saved = 0, [0] * len(self.sites)
        for number, (weight, cap, pairs) in enumerate(self.clients):
            price = min(cap, int(prices.get(number, 0) * self.fine))
            paid += weight * price
            for site, cost in pairs:
                if cost < price:
                    saved[site] += weight * (price - cost)
        slopes = [self.sites[site] - Fraction(each, self.unit) for site, each in enumerate(saved)]
        return self.constant + Fraction(paid, self.unit), slopes

    def value(self, answer: set[int]) -> Fraction:
        """Return what an answer comes to."""
        paid = sum(weight * min([cap, *(cost for site, cost in pairs if site in answer)])
                   for weight, cap, pairs in self.clients)  # fmt: skip
        own: Fraction = sum((self.sites[site] for site in answer), self.constant)
        return own + Fraction(paid, self.unit)

    def step(self) -> Fraction:
        """Return the number that every value is a whole multiple of."""
        each = (w * c for w, cap, pairs in self.clients for c in (cap, *(c for _, c in pairs)))
        return _step([self.constant, *self.sites.values(), Fraction(gcd(*each), self.unit)])


class _Stage:
    """One stage: its instance, its claim and its tree."""

    def __init__(self, stage: Mapping[str, Any], count: int) -> None:
        told, self.kind = stage["instance"], str(stage["kind"])
        self.count, self.value, self.bound = count, exact(stage["value"]), exact(stage["bound"])
        self.tree = [exact(node) for node in stage["tree"]]
        listed = (told["forced"], told["forbidden"], stage["answer"])
        self.forced, self.forbidden, self.answer = (set(map(index, sites)) for sites in listed)
        self.rows = [exact(row["sites"]) for row in told["rows"]]
        named = self.forced.union(self.forbidden, self.answer, *self.rows)
        _need(named <= set(range(count)), "there is a site beyond the last")
        self.steps = [_step(row.values()) or Fraction(1) for row in self.rows]
        self.ranges = [self._range(number, exact(row)) for number, row in enumerate(told["rows"])]
        nodes = [node["prices"] for node in self.tree if "prices" in node]
        prices = ([p for each in nodes for p in each[k].values()] for k in range(len(told["sums"])))
        self.sums = [_Sum(*each, count) for each in zip(told["sums"], prices, strict=True)]
        self.step, self.sums[0].limit = self.sums[0].step(), Fraction(0)

    def _range(self, number: int, told: Mapping[str, Any]) -> tuple[Fraction, Fraction]:
        """Return the least and the most that a row comes to, in whole steps."""
        values, step = self.rows[number].values(), self.steps[number]
        least, most = sum(v for v in values if v < 0), sum(v for v in values if v > 0)
        least = least if told["least"] is None else max(least, told["least"])
        most = most if told["most"] is None else min(most, told["most"])
        return ceil(least / step) * step, floor(most / step) * step

    def proved(self) -> Proved:
        """Check the answer and the tree."""
        self._check_answer()
        return Proved(self.kind, self.value, self.bound, self._leaves())

    def _leaves(self) -> int:
        """Check every node, and that the parts leave out nothing."""
        sides = [(int(j in self.forced), int(j not in self.forbidden)) for j in range(self.count)]
        waiting = [_Region(sides, self.ranges, [], {}, [{} for _ in self.sums])]
        leaves = 0
        for number, node in enumerate(self.tree):
            _need(waiting, f"node {number} belongs to no part")
            part = self._held(waiting.pop(), node)
            if "split" in node:
                waiting += self._halves(part, node["split"])
            elif "decided" in node:
                waiting.append(self._decided(part, node["decided"], number))
            else:
                leaves += 1
                enough = self._enough(self._bound(part)[0], part)
                _need(enough, f"leaf {leaves} (node {number}) proves less than is claimed")
        _need(not waiting, "a part of the choices is left out")
        return leaves

    def _check_answer(self) -> None:
        _need(self.forced <= self.answer, "the answer shuts a site that must be open")
        _need(not self.forbidden & self.answer, "the answer opens a site that must be shut")
        for number, (row, (least, most)) in enumerate(zip(self.rows, self.ranges, strict=True)):
            used = sum(value for site, value in row.items() if site in self.answer)
            _need(least <= used <= most, f"the answer breaks row {number}")
        limits = [self.value, *(each.limit for each in self.sums[1:])]
        for number, (each, limit) in enumerate(zip(self.sums, limits, strict=True)):
            _need(each.value(self.answer) <= limit, f"the answer comes to more in sum {number}")

    def _held(self, part: _Region, node: Mapping[str, Any]) -> _Region:
        """Return a part with the multipliers and prices that its node tells anew."""
        if "sums" not in node:
            return part
        sums, rows = node["sums"], node["rows"]
        known = sums[0] in {0, 1} and min(sums) >= 0 and len(sums) == len(self.sums)
        _need(known and set(rows) <= set(range(len(self.rows))), "a multiplier is of nothing")
        pairs = zip(part.prices, node["prices"], strict=True)
        return replace(part, sums=sums, rows=rows, prices=[old | new for old, new in pairs])

    def _bound(self, part: _Region) -> tuple[Fraction, list[Fraction]]:
        """Return what a part's prices prove of it, and what opening each site adds to that."""
        _need(part.sums, "the first node has no multipliers")
        total, slopes = Fraction(0), [Fraction(0)] * self.count
        for each, weight, prices in zip(self.sums, part.sums, part.prices, strict=True):
            if weight:
                paid, added = each.relaxed(prices)
                total += weight * (paid - each.limit)
                slopes = [slope + weight * more for slope, more in zip(slopes, added, strict=True)]
        for number, weight in part.rows.items():
            total -= weight * part.ranges[number][weight > 0]
            for site, value in self.rows[number].items():
                slopes[site] += weight * value
        both = zip(slopes, part.sides, strict=True)
        least = (slope * (high if slope < 0 else low) for slope, (low, high) in both)
        return sum(least, total), slopes

    def _enough(self, bound: Fraction, part: _Region) -> bool:
        """Tell whether a part holds no answer, or none below the claimed bound."""
        if part.sums[0] == 0:
            return bound > 0
        raised = ceil(bound / self.step) * self.step if self.step else bound
        return bool(raised >= self.bound)

    def _decided(self, part: _Region, decided: Mapping[int, Fraction], number: int) -> _Region:
        """Return a part with sites decided whose other value can hold no better answer."""
        (bound, slopes), sides = self._bound(part), part.sides.copy()
        for site, value in decided.items():
            _need(value in {0, 1} and sides[site] == (0, 1), f"site {site} is not open to choice")
            more = max(Fraction(0), slopes[site] if value == 0 else -slopes[site])
            _need(self._enough(bound + more, part), f"node {number} does not decide site {site}")
            sides[site] = int(value), int(value)
        return replace(part, sides=sides)

    def _halves(self, part: _Region, split: Mapping[str, Any]) -> list[_Region]:
        """Return the two parts that a part is split into; the last is told first."""
        kind, places = ("site", self.count) if "site" in split else ("row", len(self.rows))
        _need(split[kind] in range(places), f"there is no {kind} to split at")
        if kind == "site":
            site, sides = int(split["site"]), part.sides
            _need(sides[site] == (0, 1), f"site {site} is not open to choice")
            halves = ([*sides[:site], (value, value), *sides[site + 1 :]] for value in (1, 0))
            return [replace(part, sides=half) for half in halves]
        row, ranges = int(split["row"]), part.ranges
        (least, most), step = ranges[row], self.steps[row]
        below = floor(split["most"] / step) * step
        two = (below + step, most), (least, below)
        return [replace(part, ranges=[*ranges[:row], each, *ranges[row + 1 :]]) for each in two]
