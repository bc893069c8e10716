"""What a scenario seeks, in words."""

from collections.abc import Mapping
from typing import Any

from siting.report.wording import listed, number, texts


def goal_in_words(objective: Mapping[str, Any], language: str) -> str:
    """The objective of a scenario as a clause.

    Parameters
    ----------
    objective : mapping
        Table [objective] of the scenario, or one stage of its list.
    language : str
        "sv" or "en".

    Returns
    -------
    str
        The clause, without a full stop.
    """
    goals = texts(language)["brief"]["goals"]
    if objective["kind"] == "lexicographic":
        first, *rest = (goal_in_words(stage, language) for stage in objective["order"])
        for second in rest:
            first = goals["then"].format(first=first, second=second)
        return first
    targets = [_target(target, language) for target in objective.get("targets", ())]
    within = objective.get("within_minutes")
    clause: str = goals[objective["kind"]].format(
        minutes="" if within is None else _figure(within, language),
        targets=listed(targets, language),
    )
    return clause


def _target(target: Mapping[str, Any], language: str) -> str:
    goals = texts(language)["brief"]["goals"]
    clause: str = goals["target"].format(
        share=_figure(100 * target["share"], language),
        minutes=_figure(target["within_minutes"], language),
        where=goals["where"][target["each"]],
    )
    return clause


def _figure(value: float, language: str) -> str:
    """A figure as it was given: with a decimal only where it has one."""
    return number(value, 0 if round(value, 6) % 1 == 0 else 1, language)
