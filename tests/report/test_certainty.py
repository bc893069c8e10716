"""The unit of an objective, in words."""

from typing import Any, get_args

import pytest

from siting.report.certainty import unit_of
from siting.report.words import LANGUAGES, texts
from siting.scenario.objective import SingleKind


def asked(weight: str, **objective: object) -> dict[str, Any]:
    return {"scenario": {"demand": {"weight": weight}, "objective": objective}}


@pytest.mark.parametrize("kind", get_args(SingleKind))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_objective_has_a_unit_in_each_language(kind: str, language: str) -> None:
    manifest = asked("age_75_plus", kind=kind, order=[])
    assert unit_of(manifest, language) in texts(language)["units"].values()
    of_list = asked("age_75_plus", kind="lexicographic", order=[{"kind": "worst"}, {"kind": kind}])
    assert unit_of(of_list, language) == unit_of(manifest, language)


def test_a_mean_is_of_those_who_count() -> None:
    units = {unit_of(asked(weight, kind="mean"), "en") for weight in ("population", "no_tertiary")}
    assert units == {"minutes per resident", "minutes per resident without tertiary education"}
    assert unit_of(asked("population", kind="cost"), "sv") != unit_of(
        asked("population", kind="cost"), "en"
    )
