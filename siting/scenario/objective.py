"""What the best answer is best at, as a scenario file says it."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from siting.common.equity import EPSILON
from siting.common.levels import NamedLevel
from siting.common.toml import NonNegativeFloat, Table

Aversion = Annotated[float, Field(lt=0, ge=-100)]
Share = Annotated[float, Field(gt=0, le=1)]


class TargetTable(Table):
    """A share of all people that must have an office within so many minutes."""

    share: Share
    """Share of all people of the nation, or of each group, from 0 to 1."""
    within_minutes: NonNegativeFloat
    """Travel time that counts as reached, this very time included."""
    each: Literal["nation", NamedLevel] = "nation"
    """Whose share it is: that of the nation, or of each county, FA region or municipality."""


SingleKind = Literal["mean", "coverage", "worst", "equity", "cost"]
ObjectiveKind = Literal[SingleKind, "lexicographic"]


class Stage(Table):
    """One objective of a lexicographic list."""

    kind: SingleKind
    """As in [objective]."""
    within_minutes: NonNegativeFloat | None = None
    """For coverage: the travel time that counts as reached."""
    epsilon: Aversion = EPSILON
    """For equity: aversion to inequality, below 0."""
    targets: tuple[TargetTable, ...] = ()
    """For cost: what must be reached."""
    tolerance: NonNegativeFloat = 0.0
    """By what share of its best value the later objectives may make this one worse."""

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self.kind == "coverage" and self.within_minutes is None:
            raise ValueError("coverage needs within_minutes, such as within_minutes = 45")
        if self.kind == "cost" and not self.targets:
            raise ValueError("cost needs at least one [[objective.targets]]")
        _refuse_idle(self)
        return self


_KIND_OF: Mapping[str, ObjectiveKind] = {
    "within_minutes": "coverage",
    "epsilon": "equity",
    "targets": "cost",
    "order": "lexicographic",
}
"""The kind of objective that each key is for."""


def _refuse_idle(table: "Stage | Objective") -> None:
    """A key that the kind does not read is a kind forgotten, more often than not."""
    idle = [
        f'{key} is for kind = "{kind}"'
        for key, kind in _KIND_OF.items()
        if kind != table.kind and key in type(table).model_fields
        if getattr(table, key) != type(table).model_fields[key].default
    ]
    if idle:
        raise ValueError(f"{', '.join(idle)}, and the kind is {table.kind}")


class Objective(Table):
    """What the best answer is best at."""

    kind: ObjectiveKind = "mean"
    """mean: least mean travel time to the nearest office (p-median); coverage: most people within
    within_minutes (maximal covering); worst: least longest travel time (p-center), then mean;
    equity: least Kolm-Pollak EDE, a mean in which long trips weigh more; cost: least annual cost
    that reaches the targets; lexicographic: the objectives in `order`, one after the other."""
    within_minutes: NonNegativeFloat | None = None
    """For coverage: the travel time that counts as reached, this very time included."""
    epsilon: Aversion = EPSILON
    """For equity: aversion to inequality, below 0; the lower, the more long trips weigh."""
    targets: tuple[TargetTable, ...] = ()
    """For cost: what must be reached, each with share, within_minutes and each."""
    order: tuple[Stage, ...] = ()
    """For lexicographic: objectives in order, each with kind, its own keys, and tolerance."""

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self.kind == "lexicographic" and not self.order:
            raise ValueError("lexicographic needs at least one [[objective.order]]")
        _refuse_idle(self)
        if self.kind != "lexicographic":
            self.stage()
        return self

    def stage(self) -> Stage:
        """The objective as the only one of a list."""
        return Stage(
            kind=self.kind,  # type: ignore[arg-type] # not called for lexicographic
            within_minutes=self.within_minutes,
            epsilon=self.epsilon,
            targets=self.targets,
        )
