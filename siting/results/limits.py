"""How much of each limit a run used, as its manifest holds it and as reports are handed it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from siting.model.limits.numbers import Phase, Phases
from siting.scenario.limits import LIMITS, ScenarioLimit, limit_of


@dataclass(frozen=True)
class UsedLimit:
    """How much of a limit was used.

    Parameters
    ----------
    limit : ScenarioLimit
        What a scenario calls it.
    number : int
        Which of those of this name it is, from 1.
    figures : mapping of str to float
        used, limit and slack, where the least is left.
    phase, kind : str
        The phase in which that is and which limit of it, as the model's `Phase` calls it; else
        empty.
    """

    limit: ScenarioLimit
    number: int
    figures: Mapping[str, float]
    phase: str = ""
    kind: str = ""

    @property
    def money(self) -> bool:
        """Whether it is one of money."""
        return self.limit.money or limit_of(self.kind).money


def name_of(key: str, number: int) -> str:
    """What a manifest calls a limit; of one that it has several times the later are numbered."""
    return key if number == 1 else f"{key}_{number}"


def where_of(label: str, kind: str) -> str:
    """What a manifest calls the group, or the phase and the limit of it."""
    return f"{label} {kind}".rstrip()


def used_limits(manifest: Mapping[str, Any]) -> Iterator[UsedLimit]:
    """Every limit in the order of the manifest."""
    uses, phases = manifest["limits"], manifest["scenario"].get("phases", ())
    pairs = [(phase["name"], field.name) for phase in phases for field in fields(Phase)]
    places = {where_of(*pair): pair for pair in pairs}
    numbers = range(1, len(uses) + 1)
    known = {name_of(each.key, number): (each, number) for each in LIMITS for number in numbers}
    for name, use in uses.items():
        limit, number = known.get(name, (ScenarioLimit(name, name), 1))
        place = places.get(use.get("where", "")) if limit.name == Phases.name else None
        yield UsedLimit(limit, number, use, *(place or ("", "")))
