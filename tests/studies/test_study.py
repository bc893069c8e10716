"""What all studies have in common."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import siting
from siting.common.errors import InterruptError

ROOT = Path(__file__).parents[2]
STUDIES: dict[str, Callable[..., Any]] = {
    "alternatives": siting.alternatives,
    "frontier": partial(siting.frontier, asked="new_offices=4..5"),
    "tradeoff": partial(siting.frontier, asked="mean,worst"),
    "hindcast": siting.hindcast,
    "robustness": siting.robustness,
}


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_takes_the_name_of_a_scenario_and_can_be_cancelled(name: str) -> None:
    steps: list[str] = []
    with pytest.raises(InterruptError, match="Cancelled"):
        STUDIES[name]("announced_only", progress=steps.append, cancel=lambda: bool(steps))
    assert len(steps) == 1


@pytest.mark.parametrize("kind", [str, Path])
def test_explaining_and_repeating_take_a_result_by_its_folder(kind: type) -> None:
    folder = kind(ROOT / "results" / "announced_only")
    with pytest.raises(InterruptError, match="Cancelled"):
        siting.explain(folder, "Arjeplog", cancel=lambda: True)
    with pytest.raises(InterruptError, match="Cancelled"):
        siting.rerun(folder, cancel=lambda: True)


def _study(kind: str) -> siting.Result:
    run = siting.read_result(str(ROOT / "results" / "announced_only"))
    return replace(run, name=f"announced_only-{kind}", kind=kind)


@pytest.mark.parametrize("kind", ["alternatives", "robustness", "clash"])
def test_the_result_of_a_study_is_no_run(kind: str) -> None:
    asked: list[Callable[[], object]] = [
        lambda: siting.rerun(_study(kind)),
        lambda: siting.explain(_study(kind), "Arjeplog"),
        lambda: siting.compare(["results/announced_only", _study(kind)]),
    ]
    for each in asked:
        with pytest.raises(siting.InputError, match="is no run") as error:
            each()
        (fault,) = error.value.faults
        assert (fault.file, fault.key, fault.value) == (f"announced_only-{kind}", "kind", kind)
