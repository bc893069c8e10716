"""Objectives put together: one after the other, or one bounded by another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from siting.errors import Fault, InputError
from siting.model.objectives import Coverage, Equity, Mean, Single
from siting.model.program import Ceiling

if TYPE_CHECKING:
    from siting.model.frame import Frame


@dataclass(frozen=True)
class Lexicographic:
    """Objectives in order of importance.

    Parameters
    ----------
    stages : sequence of (objective, float)
        Each objective and how much worse, relative to its best, the later ones may make it.

    Raises
    ------
    InputError
        If there is none, or a tolerance is not 0 or more.
    """

    stages: Sequence[tuple[Single, float]]

    def __post_init__(self) -> None:
        wrong = [tolerance for _, tolerance in self.stages if not tolerance >= 0]
        if wrong or not self.stages:
            problem = "a tolerance is not 0 or more" if wrong else "there is no objective"
            remedy = "Give at least one objective, and tolerances of 0 or more."
            raise InputError([Fault("objective", "stages", wrong, problem, remedy)])


@dataclass(frozen=True)
class NoWorse:
    """Another objective that an answer may make no worse than a value.

    Parameters
    ----------
    objective : Mean, Coverage, or Equity
        For the worst case there is `Limits.max_time`.
    value : float
        In the unit in which the objective is given.
    """

    objective: Mean | Coverage | Equity
    value: float

    def ceiling(self, frame: "Frame") -> Ceiling:
        """Return it as a limit on what the objective minimises.

        Parameters
        ----------
        frame : Frame
            The instance under its limits.

        Returns
        -------
        Ceiling
            In the unit of the functional.
        """
        limit = self.objective.functional_at(self.value, frame)
        return Ceiling(self.objective.functional(frame), limit)

    def sentence(self) -> str:
        """Return it in plain words."""
        than = "less" if self.objective.sense == "max" else "more"
        return f"{self.objective.kind} is no {than} than {self.value:.6g}"


type Objective = Single | Lexicographic
