"""A proof of a bound as numbers: what was solved, and the tree of parts, each with its prices.

docs/certificates.md has the mathematics, and says what each field means.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class StageProof:
    """The proof of one stage.

    Parameters
    ----------
    kind : str
        The objective.
    instance : mapping
        What was solved, in the pairs that matter to its proof: forced and forbidden sites, rows,
        and sums, of which the first is to be least and others are limited.
    answer : sequence of int
        Sites that are open.
    value, bound : float
        What the answer comes to at most, and what no answer is below.
    tree : sequence of mapping
        Nodes, each followed by its parts, the first with all of its own before the second. What a
        node may have: sums, rows, prices (what holds it), decided, split (what becomes of it).
    """

    kind: str
    instance: Mapping[str, object]
    answer: list[int]
    value: float
    bound: float
    tree: list[Mapping[str, object]]


@dataclass(frozen=True)
class Certificate:
    """The proofs of all stages.

    Parameters
    ----------
    sites : sequence of str
        What each is called, with its kind and phase.
    stages : sequence of StageProof
    """

    sites: list[str]
    stages: list[StageProof]
