"""Prices and multipliers from the duals of a relaxation, and the bound that they prove."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array

from siting.common.types import Bools, Floats, Ints
from siting.model.presolve import EXACT
from siting.model.program import ROUNDING, Functional, Program, Row
from siting.model.solving.decomposition.branching import Node
from siting.model.solving.decomposition.costs import SortedCosts
from siting.model.solving.decomposition.heuristic import RowSums
from siting.model.solving.decomposition.master import CostBlock, Master, covers, first_of, thetas
from siting.model.solving.search import Search

# Duals below this are rounding.
NOTHING = 1e-12
# A bound is taken to be lower by this part of what was added up, since floats round.
MARGIN = 1e-11
# Prices have so many digits of what a client costs on average.
DIGITS = 10
# Decimals of the finest unit that limits and values are counted in.
PLACES = 6


@dataclass(frozen=True, eq=False)
class Proof:
    """Multipliers of sums (that of the goal is 1 or 0) and of rows, and prices of clients.

    Parameters
    ----------
    sums, rows : ndarray of float
    prices : tuple of ndarray of float
        One array a sum.
    """

    sums: Floats
    rows: Floats
    prices: tuple[Floats, ...]


@dataclass(frozen=True, eq=False)
class Summed:
    """The goal, or a functional under a limit, with the costs of its clients.

    Parameters
    ----------
    linear : ndarray of float, shape (options,)
    costs : SortedCosts
    limit : float, optional
        None of the goal.
    """

    linear: Floats
    costs: SortedCosts
    limit: float | None

    def caps(self) -> Floats:
        """Return what each client costs where no listed option is open."""
        last = self.costs.costs[self.costs.starts[1:] - 1]
        return np.where(np.isfinite(self.costs.fallback), self.costs.fallback, last)

    def nearest(self, chosen: Bools) -> Floats:
        """Return what each client costs for a choice."""
        inside, least = np.flatnonzero(chosen[self.costs.options]), self.caps()
        np.minimum.at(least, self.costs.rows()[inside], self.costs.costs[inside])
        return least

    def paid(self, prices: Floats) -> float:
        """Return what all clients pay at these prices."""
        return self.costs.constant + float(self.costs.weights @ prices)

    def value(self, chosen: Bools) -> float:
        """Return what a choice comes to."""
        return float(self.linear @ chosen + self.paid(self.nearest(chosen)))

    def saved(self, prices: Floats) -> Floats:
        """Return what each option saves those who would pay these prices."""
        gains = np.maximum(prices[self.costs.rows()] - self.costs.costs, 0.0)
        weights = gains * self.costs.weights[self.costs.rows()]
        return np.bincount(self.costs.options, weights=weights, minlength=len(self.linear))

    def stated(self, prices: Floats, chosen: Bools) -> dict[str, object]:
        """Return the sum with the pairs that matter at these prices, or to the answer."""
        costs, caps, kept = self.costs, clean(self.caps()), []
        for client, needed in enumerate(np.maximum(prices, self.nearest(chosen))):
            here = slice(*costs.starts[client : client + 2])
            dearer = clean(costs.costs[here][costs.costs[here] >= needed])
            caps[client] = min(caps[client], dearer.min(initial=np.inf))
            kept.append(here.start + np.flatnonzero(clean(costs.costs[here]) < caps[client]))
        return {
            "constant": float(clean(np.array(costs.constant))),
            "sites": numbered(np.arange(len(self.linear)), self.linear),
            "weights": clean(costs.weights).tolist(),
            "caps": caps.tolist(),
            "near": [costs.options[places].tolist() for places in kept],
            "costs": [clean(costs.costs[places]).tolist() for places in kept],
            "limit": self.limit,
        }


class KnowingMaster(Master):
    """A master that knows the prices its cuts were made at, and what its duals prove."""

    def __init__(self, program: Program, search: Search) -> None:
        self.made: list[tuple[CostBlock, int, Floats]] = []
        super().__init__(program, search)
        limited = [(c.functional, c.limit + 2 * ROUNDING * abs(c.limit)) for c in program.ceilings]
        self.sums = [
            Summed(functional.linear, self._costs(functional), limit)
            for functional, limit in [(program.goal, None), *limited]
        ]
        self.stated = tuple(self._stated_rows())
        sums = RowSums.of(replace(program, rows=self.stated))
        places, shape = (sums.rows, sums.options), (len(self.stated), self.count)
        self.matrix = csr_array((sums.coefficients, places), shape=shape)
        self.least = np.maximum(sums.least, self.matrix.minimum(0).sum(axis=1))
        self.most = np.minimum(sums.most, self.matrix.maximum(0).sum(axis=1))

    def _costs(self, functional: Functional) -> SortedCosts:
        block = first_of(self.blocks, functional)
        alone = replace(functional, transform=functional.transform or np.abs)
        return SortedCosts.of(self.program, alone) if block is None else block.costs

    def _stated_rows(self) -> Iterator[Row]:
        """Return the rows, with the leeway that the model gives them where it is not in them."""
        for row, given in zip(self.rows, self.program.rows, strict=True):
            room = row.leeway() if row is given else 0.0
            yield replace(row, lower=row.lower - room, upper=row.upper + room)
        for reached in covers(self.program):
            yield Row("", reached, np.ones(len(reached)), lower=1.0)

    def cut(self, shares: Floats, columns: Floats | None = None) -> int:
        """Add the cuts that a choice breaks, all that it makes without columns; tell how many."""
        before = len(self.made)
        for block in self.blocks:
            theta = block.costs.least() if columns is None else thetas(block, columns)
            cuts, _ = block.costs.cuts(shares, theta)
            self.add(block, cuts)
            prices = block.costs.critical_costs(shares)[0]
            self.made += [(block, group, prices) for group in cuts.group.tolist()]
        return len(self.made) - before

    def drop_slack(self) -> list[int]:
        """Delete the cuts that do not hold the last answer; return their rows."""
        gone = super().drop_slack()
        lost, made = set(gone), enumerate(self.made, self.fixed_rows)
        self.made = [each for row, each in made if row not in lost]
        return gone

    def proof(self) -> Proof:
        """Return what the duals of a relaxed solve say."""
        return self._proof(1.0, np.asarray(self.highs.getSolution().row_dual))

    def empty_proof(self, node: Node) -> Proof:
        """Return what the ray of a relaxation without an answer says; its sign is tried out."""
        found, ray = self.highs.getDualRay()[1:]  # type: ignore[attr-defined] # its types lack it
        both = [self._proof(0.0, sign * np.asarray(ray)) for sign in (1, -1) if found]
        return max(both, key=lambda proof: self.bound(proof, node)[0], default=self.nothing())

    def nothing(self, goal: float = 0.0) -> Proof:
        """Return a proof with all other multipliers, and all prices, 0."""
        prices = tuple(np.zeros(len(each.costs.weights)) for each in self.sums)
        return Proof(goal * np.eye(len(prices))[0], np.zeros(len(self.stated)), prices)

    def _proof(self, goal: float, duals: Floats) -> Proof:
        limited = slice(len(self.rows), len(self.rows) + len(self.sums) - 1)
        sums = np.array([goal, *np.maximum(-duals[limited], 0.0)])
        rows = -np.delete(duals[: self.fixed_rows], limited)
        sums[sums < NOTHING], rows[np.abs(rows) < NOTHING] = 0.0, 0.0
        pairs, made = zip(self.sums, sums, strict=True), duals[self.fixed_rows :]
        return Proof(sums, rows, tuple(self._prices(each, weight, made) for each, weight in pairs))

    def _prices(self, summed: Summed, weight: float, duals: Floats) -> Floats:
        """Return the means of the prices of a sum's cuts, and of the least where they are few."""
        costs = summed.costs
        price, used = np.zeros(len(costs.weights)), np.zeros(len(costs.group_weights))
        if weight == 0 or len(price) == 0:
            return price
        ends = np.cumsum(np.bincount(costs.group))
        members = np.split(np.argsort(costs.group, kind="stable"), ends)
        for at in np.flatnonzero(duals > NOTHING):
            block, group, prices = self.made[at]
            if block.costs is costs:
                share = duals[at] / (weight * costs.group_weights[group])
                price[members[group]] += share * prices[members[group]]
                used[group] += share
        rest = np.maximum(1 - used, 0)[costs.group] * costs.costs[costs.starts[:-1]]
        mean = (price + rest) / np.maximum(used, 1)[costs.group]
        usual = float(np.average(mean, weights=costs.weights)) or 1.0
        digits = int(np.clip(DIGITS - np.floor(np.log10(usual)), 0, 15))
        return np.minimum(np.round(mean, digits), summed.caps())

    def bound(self, proof: Proof, node: Node) -> tuple[float, Floats]:
        """Return what a proof proves of a node, and what opening each option adds to it."""
        least, most = self._ranges(node)
        slopes, paid, size = self.matrix.T @ proof.rows, [], 0.0
        for each, weight, prices in zip(self.sums, proof.sums, proof.prices, strict=True):
            if weight > 0:
                saved = each.saved(prices)
                slopes = slopes + weight * (each.linear - saved)
                paid += [weight * each.paid(prices), -weight * (each.limit or 0.0)]
                size += weight * float((np.abs(each.linear) + saved).sum())
        low, high = node.lower[: self.count] * slopes, node.upper[: self.count] * slopes
        used = -proof.rows * np.where(proof.rows > 0, most, least)
        parts = np.concatenate([paid, np.minimum(low, high), used])
        return float(parts.sum() - MARGIN * (size + np.abs(parts).sum())), slopes

    def _ranges(self, node: Node) -> tuple[Floats, Floats]:
        """Return the least and the most that each row comes to in a node."""
        least, most = self.least.copy(), self.most.copy()
        least[self.counting] = node.lower[self.count :]
        most[self.counting] = node.upper[self.count :]
        return least, most

    def proof_of_choice(self, node: Node) -> Proof:
        """Return a proof for a node of one choice: the limits that it breaks, or what it costs."""
        chosen, (least, most) = node.lower[: self.count] > 0, self._ranges(node)
        used, prices = self.matrix @ chosen, tuple(each.nearest(chosen) for each in self.sums)
        over = [each.value(chosen) > (each.limit or 0.0) for each in self.sums[1:]]
        broken = Proof(np.array([0.0, *over]), (used > most) * 1.0 - (used < least) * 1.0, prices)
        goal = replace(self.nothing(1.0), prices=prices)
        return broken if self.bound(broken, node)[0] > 0 else goal

    def statement(self, prices: Sequence[Floats], chosen: Bools) -> dict[str, object]:
        """Return what is solved, with the pairs that matter at these prices, or to the answer."""
        pairs = zip(self.sums, prices, strict=True)
        sums = [each.stated(needed, chosen) for each, needed in pairs]
        rows = [
            {
                "sites": numbered(row.columns, row.coefficients),
                "least": row.lower if np.isfinite(row.lower) else None,
                "most": row.upper if np.isfinite(row.upper) else None,
            }
            for row in self.stated
        ]
        return {
            "forced": np.flatnonzero(self.program.lower > 0).tolist(),
            "forbidden": np.flatnonzero(self.program.upper < 1).tolist(),
            "rows": rows,
            "sums": sums,
        }


def clean(values: Floats) -> Floats:
    """Return the decimals that floats stand for: 2.1 for 3 x 0.7, which is not quite that."""
    short = np.round(values, PLACES)
    return np.where(np.abs(short - values) <= EXACT * np.abs(values), short, values)


def numbered(places: Ints, values: Floats) -> dict[int, float]:
    """Return the values that are not 0, by their places."""
    pairs = zip(places.tolist(), clean(values).tolist(), strict=True)
    return {place: value for place, value in pairs if value}
