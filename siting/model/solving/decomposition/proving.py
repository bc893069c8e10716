"""Prove the bound of an answer by a tree whose every leaf can be checked by sums and maxima alone.

The tree of the branch and cut is grown anew, from an answer that is known. At each node the duals
of the relaxation give multipliers of the limits and, averaged over the cuts, prices of the clients.
What they prove is computed from them alone: the Lagrange bound holds for any. Where it is not
enough the node is divided, at the end until no choice is left.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from siting.common.types import Bools, Floats
from siting.model.program import Program
from siting.model.solving.certificate import StageProof
from siting.model.solving.decomposition.branching import Node, Tree, Visits
from siting.model.solving.decomposition.costs import integral
from siting.model.solving.decomposition.multipliers import KnowingMaster, Proof, clean
from siting.model.solving.decomposition.solve import STEP_LEEWAY, step_of
from siting.model.solving.search import ABSOLUTE, RELATIVE, Search

# Rounds of cuts at the root end when so many in a row have lifted the bound by less, relative.
LITTLE, PATIENCE = 1e-7, 10
# A bound this much below, relative, is enough where the relaxation can do no better.
NEARLY = 0.9 * RELATIVE
# Options are decided at a node if they are more than this share of those that are open to choice.
WORTH_DECIDING = 0.05
# What sums of floats may be off by, relative; a step this fine is not told from none.
SUMMED, FINEST_STEP = 1e-12, 1e-9
# A number of steps this near below a whole one is one.
WHOLE = 1e-9
type Told = Mapping[str, object]


def prove(kind: str, program: Program, chosen: Bools, search: Search) -> StageProof:
    """Return a proof of what an answer is worth, as far as time allows."""
    return _Prover(program, chosen, search).proof(kind)


@dataclass(frozen=True, eq=False)
class _Open:
    """A part still to be looked at: the proof that is told so far, and one that is not yet."""

    node: Node
    told: Proof
    above: Proof


class _Prover(Tree):
    """The tree."""

    def __init__(self, program: Program, chosen: Bools, search: Search) -> None:
        self.known = KnowingMaster(program, search)
        value, step = self.known.sums[0].value(chosen), step_of(program)
        size = abs(value)
        # Sums of floats are not quite what they stand for.
        self.chosen, self.step = chosen, step if step > FINEST_STEP * size else 0.0
        self.value = round(value / step) * step if self.step else value + SUMMED * size
        self.wanted = self.value - max(search.solver_gap() * size, ABSOLUTE)
        self.nearly = self.wanted - NEARLY * size
        self.aim = min(self.wanted, self.value - self.step * (1 - STEP_LEEWAY))
        super().__init__(self.known, _visits(self.known, self.aim))
        # At the root no cut is dropped.
        self.many, self.bound, self.stopped = sys.maxsize, self.value, False
        self.needed = list(self.known.nothing(1.0).prices)

    def proof(self, kind: str) -> StageProof:
        """Grow the tree and return it with what it proves."""
        tree = list(self._grow())
        instance = self.known.statement(self.needed, self.chosen)
        value, bound = clean(np.array([self.value, self.bound])).tolist()
        return StageProof(kind, instance, np.flatnonzero(self.chosen).tolist(), value, bound, tree)

    def _grow(self) -> Iterator[Told]:
        """Return the nodes, each before its parts."""
        root = Node(-np.inf, self.known.lower.copy(), self.known.upper.copy())
        self._relax(root)
        nothing = self.known.nothing(1.0)
        waiting = [_Open(root, nothing, nothing)]
        while waiting:
            told, parts = self._look_at(waiting.pop())
            waiting += parts
            yield told

    def _relax(self, root: Node) -> None:
        """Add cuts at the root for as long as they bring something."""
        self.known.cut(self.chosen.astype(np.float64))
        last, idle, before = -np.inf, 0, -1
        while idle < PATIENCE and len(self.known.made) != before:
            before, answer = len(self.known.made), self._solve(root)
            idle = idle + 1 if answer.bound - last <= LITTLE * abs(answer.bound) else 0
            last = answer.bound
        self.many = 2 * self.known.size()

    def _look_at(self, at: _Open) -> tuple[Told, list[_Open]]:
        """Return what is told of a part, and its own parts, of which the last comes first."""
        answer = None if self.stopped else self._solve(at.node)
        if answer is None or answer.state == "stopped":
            self.stopped = True
            return self._leaf(at, at.above)
        count, relaxed = self.known.count, answer.state == "done"
        proof = self.known.proof() if relaxed else self.known.empty_proof(at.node)
        ended = relaxed and (len(self._fractional()) == 0 or answer.bound >= self.aim)
        if self._enough(at.node, proof, self.nearly if ended else self.wanted):
            return self._leaf(at, proof)
        if (at.node.lower == at.node.upper)[:count].all():
            return self._leaf(at, self.known.proof_of_choice(at.node))
        if not relaxed:
            return self._split(at, int(np.flatnonzero(at.node.lower < at.node.upper)[0]), 0.5)
        if at.node.place >= 0:
            self.costs.note(
                at.node.place, answer.bound - at.node.bound, at.node.share, up=at.node.up
            )
        return self._divide(replace(at, node=replace(at.node, bound=answer.bound), above=proof))

    def _divide(self, at: _Open) -> tuple[Told, list[_Open]]:
        """Decide what a part's proof decides, or else split it."""
        bound, slopes = self.known.bound(at.above, at.node)
        open_to_choice, others = at.node.lower < at.node.upper, self._raised(bound + np.abs(slopes))
        decided = np.flatnonzero(open_to_choice[: len(others)] & (others >= self.wanted))
        if len(decided) > WORTH_DECIDING * open_to_choice[: len(others)].sum():
            self.bound = min(self.bound, float(others[decided].min()))
            return self._decide(at, dict(zip(decided.tolist(), slopes[decided] < 0, strict=True)))
        free, values = self._fractional(), self.known.whole_values()
        free = free[open_to_choice[free]]
        if len(free) == 0:
            return self._split(at, int(np.flatnonzero(open_to_choice)[0]), 0.5)
        place = self._choose(at.node, free, values[free])
        return self._split(at, place, float(values[place]))

    def _decide(self, at: _Open, decided: dict[int, bool]) -> tuple[Told, list[_Open]]:
        lower, upper = at.node.lower.copy(), at.node.upper.copy()
        lower[list(decided)] = upper[list(decided)] = list(decided.values())
        node = replace(at.node, lower=lower, upper=upper, place=-1)
        values = {site: int(value) for site, value in decided.items()}
        return {**self._telling(at, at.above), "decided": values}, [
            replace(at, node=node, told=self._after(at, at.above))
        ]

    def _split(self, at: _Open, place: int, value: float) -> tuple[Told, list[_Open]]:
        """Return a split at an option or a row, and the parts, the lower one last."""
        parts = [replace(at, node=node) for node in at.node.children(place, value)]
        row = place - self.known.count
        split = (
            {"site": place}
            if row < 0
            else {"row": int(self.known.counting[row]), "most": int(value // 1)}
        )
        return {"split": split}, parts

    def _leaf(self, at: _Open, proof: Proof) -> tuple[Told, list[_Open]]:
        if proof.sums[0]:
            self.bound = min(self.bound, float(self._raised(self.known.bound(proof, at.node)[0])))
        return self._telling(at, proof), []

    def _enough(self, node: Node, proof: Proof, wanted: float) -> bool:
        """Tell whether a part can hold no answer, or none so much better."""
        bound = self.known.bound(proof, node)[0]
        return bool(self._raised(bound) >= wanted if proof.sums[0] else bound > 0)

    def _raised[Bound: (float, Floats)](self, bound: Bound) -> Bound:
        """Return the least value that an answer can have from a bound on."""
        return bound if self.step == 0 else np.ceil(bound / self.step - WHOLE) * self.step

    def _telling(self, at: _Open, proof: Proof) -> Told:
        """Return a proof as it is told: of the prices those that have changed."""
        prices, after = [], self._after(at, proof).prices
        for now, before in zip(after, at.told.prices, strict=True):
            changed = np.flatnonzero(now != before)
            prices.append(dict(zip(changed.tolist(), now[changed].tolist(), strict=True)))
        self.needed = [np.maximum(*each) for each in zip(self.needed, after, strict=True)]
        rows = {int(row): float(proof.rows[row]) for row in np.flatnonzero(proof.rows)}
        return {"sums": proof.sums.tolist(), "rows": rows, "prices": prices}

    def _after(self, at: _Open, proof: Proof) -> Proof:
        """Return a proof with the prices that it has no use for left as they were."""
        triples = zip(proof.sums, proof.prices, at.told.prices, strict=True)
        return replace(proof, prices=tuple(now if weight else old for weight, now, old in triples))


def _visits(master: KnowingMaster, aim: float) -> Visits:
    count = master.count
    return Visits(
        cut=lambda columns: master.cut(columns[:count], columns),
        take=lambda columns: master.cut(integral(columns[:count]).astype(np.float64), columns),
        improve=lambda _: None,
        cutoff=lambda: aim,
        report=lambda _: None,
    )
