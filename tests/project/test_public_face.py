"""What `import siting` gives: every public name, and nothing heavy before it is used."""

import importlib
import inspect
import re
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import siting

ROOT = Path(__file__).parents[2]
NAMES: list[str] = vars(siting)["__all__"]
STUDIES = (
    "alternatives",
    "compare",
    "explain",
    "frontier",
    "hindcast",
    "rerun",
    "robustness",
    "sweep",
)


@pytest.mark.parametrize("name", NAMES)
def test_each_public_name_loads(name: str) -> None:
    assert callable(getattr(siting, name))


def test_every_public_name_is_shown() -> None:
    assert {*NAMES} <= {*dir(siting)}
    assert {"run", "check", "prepare", "solve", "InputError", *STUDIES} <= {*NAMES}


def _documented() -> dict[str, object]:
    """What docs/api.md shows, by its last name."""
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    named = re.findall(r"^\.\. auto(?:function|class):: ([\w.]+)\.(\w+)$", text, re.MULTILINE)
    return {name: getattr(importlib.import_module(home), name) for home, name in named}


def test_every_public_name_stands_in_the_python_reference() -> None:
    shown = _documented()
    assert {name: shown.get(name) for name in NAMES} == {
        name: getattr(siting, name) for name in NAMES
    }


def test_what_a_public_function_gives_stands_in_the_python_reference() -> None:
    functions = filter(inspect.isfunction, (getattr(siting, name) for name in NAMES))
    given = {inspect.signature(each).return_annotation for each in functions}
    ours = {each for each in given if getattr(each, "__module__", "").startswith("siting.")}
    assert {"Result", "Problem", "Comparison", "Rerun", "Swept"} <= {each.__name__ for each in ours}
    assert ours <= {*_documented().values()}


def test_another_name_is_none_of_its() -> None:
    with pytest.raises(AttributeError, match="no attribute 'walk'"):
        siting.walk  # type: ignore[attr-defined]  # noqa: B018 - looking it up is the test


@pytest.mark.parametrize("name", ["run", "prepare", "solve", *STUDIES])
def test_what_takes_long_is_told_of_and_can_be_cancelled(name: str) -> None:
    taken = inspect.signature(getattr(siting, name)).parameters
    assert {"progress", "cancel"} <= taken.keys()


def test_a_study_that_is_cancelled_ends_with_an_error() -> None:
    with pytest.raises(siting.InterruptError, match=r"Cancelled\."):
        siting.hindcast("remaining_offices", progress=lambda _: None, cancel=lambda: True)


def test_paths_may_be_texts(tmp_path: Path) -> None:
    kept = ROOT / "results" / "announced_only"
    folder = siting.write_result(siting.read_result(str(kept)), str(tmp_path))
    assert folder == tmp_path / "announced_only"
    assert (folder / "sites.csv").read_bytes() == (kept / "sites.csv").read_bytes()


KEPT = ROOT / "results" / "announced_only"
WITH_DATA: dict[str, tuple[Any, ...]] = {
    "check": ("announced_only",),
    "prepare": ("announced_only",),
    "run": ("announced_only",),
    "alternatives": ("announced_only",),
    "explain": (str(KEPT), "Storuman"),
    "frontier": ("announced_only", "new_offices=4..5"),
    "hindcast": ("announced_only",),
    "rerun": (str(KEPT),),
    "robustness": ("remaining_offices",),
}
"""What takes a data folder, and what it is asked here."""


def test_no_data_folder_is_left_out() -> None:
    functions = {name for name in NAMES if inspect.isfunction(getattr(siting, name))}
    taken = {name: inspect.signature(getattr(siting, name)).parameters for name in functions}
    assert {name for name in functions if "data" in taken[name]} == {*WITH_DATA, "write_briefing"}


@pytest.mark.parametrize("name", WITH_DATA)
def test_a_data_folder_may_be_a_text(name: str, tmp_path: Path) -> None:
    said = []
    for data in (tmp_path, str(tmp_path)):
        with pytest.raises(siting.InputError) as error:
            getattr(siting, name)(*WITH_DATA[name], data=data)
        said.append(str(error.value))
    assert said[0] == said[1]
    assert str(tmp_path) in said[0]


def test_briefings_and_comparisons_are_written_from_python(data: Path, tmp_path: Path) -> None:
    result = siting.read_result(str(KEPT))
    write = partial(siting.write_briefing, result, formats=["html"], languages=["sv"])
    written = write(str(tmp_path), str(data))
    first = {path: path.read_bytes() for path in written}
    assert tmp_path / "briefing.sv.html" in first
    assert write(tmp_path) == written
    assert {path: path.read_bytes() for path in written} == first
    comparison = siting.compare([result, KEPT], progress=lambda _: None)
    pages = siting.write_comparison(comparison, str(tmp_path / "beside"))
    assert tmp_path / "beside" / "comparison.sv.html" in pages
    assert all(path.is_file() for path in pages)


@pytest.mark.parametrize("name", ["draw_map", "write_briefing", "write_comparison"])
def test_what_needs_the_packages_of_reports_says_so(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("siting.common.package.find_spec", lambda _: None)
    with pytest.raises(siting.MissingExtraError, match="report"):
        getattr(siting, name)


def test_what_ships_is_found_by_a_text(data: Path) -> None:
    siting.check("announced_only", data=str(data))
    made = siting.rerun(
        str(KEPT),
        data=str(data),
        relative_to=str(ROOT / "scenarios"),
        allow=str(ROOT),
        anyway=True,
        progress=lambda _: None,
    )
    assert made.same


def test_a_folder_that_is_allowed_and_is_not_there_is_told_once() -> None:
    for allow in ("nowhere", ["nowhere"], Path("nowhere")):
        (fault,) = siting.read_scenario("announced_only", allow=allow).faults
        assert (fault.key, fault.value) == ("--allow", "nowhere")


def test_a_problem_holds_what_the_model_takes_and_the_tables_it_came_from() -> None:
    problem = siting.prepare("announced_only", progress=lambda _: None)
    assert {*problem.tables} == {"municipalities", "demand", "sites"}
    assert list(problem.tables["demand"]["demand_id"]) == list(problem.instance.client_ids)
    open_or_may_open = problem.tables["sites"].query("allowed")["code"]
    assert list(open_or_may_open) == list(problem.instance.site_ids)
    solution = siting.solve(problem.instance, problem.objective, problem.limits)
    ran = siting.run("announced_only", progress=lambda _: None)
    assert [*solution.new_sites] == [*ran.tables["sites"].sort_values("rank")["locality_code"]]


def test_the_scenario_of_a_manifest_is_run_again_with_a_frontier_as_a_text() -> None:
    kept = siting.read_result(KEPT)
    asked = siting.read_scenario(kept.manifest["scenario"], name="once_more")
    result = siting.run(asked, frontier="4..5", progress=lambda _: None)
    assert result.name == "once_more"
    assert [*result.tables["frontier"]["step"]] == [0, 4, 5]
    codes = ["rank", "locality_code"]
    assert result.tables["sites"][codes].equals(kept.tables["sites"][codes])


@pytest.mark.parametrize("text", ["", "5..4", "1..x", "new_offices=4..5"])
def test_a_text_that_is_no_frontier_is_told_before_anything_is_read(text: str) -> None:
    with pytest.raises(siting.InputError, match="is no range"):
        siting.run("announced_only", frontier=text, progress=pytest.fail)


def test_importing_it_loads_nothing_heavy() -> None:
    code = "import siting, sys; print({'pandas', 'geopandas', 'numpy'} & {*sys.modules})"
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"
