"""A scenario that brings its own travel times."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from siting.common.errors import InfeasibleError, InputError
from siting.network.matrix import stored
from siting.pipeline.prepare import check, prepare
from siting.pipeline.run import run
from siting.results.result import Result
from siting.scenario.file import ScenarioFile, find_scenario, read_scenario
from tests.support.times import every_time


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The four announced offices, with times from a file: half those of the road network."""
    folder = tmp_path_factory.mktemp("own")
    text = find_scenario("announced_only").read_text(encoding="utf-8")
    path = folder / "own.toml"
    path.write_text(f'{text}\n[travel_times]\nfile = "times.parquet"\n', encoding="utf-8")
    plain = prepare(read_scenario(find_scenario("announced_only")), progress=lambda _: None)
    pairs = stored(every_time(plain)).tocoo()
    pd.DataFrame(
        {
            "from": np.array(plain.times.origins)[pairs.row],
            "to": np.array(plain.times.destinations)[pairs.col],
            "minutes": pairs.data / 2,
        }
    ).to_parquet(folder / "times.parquet")
    return path


@pytest.mark.long
def test_its_times_are_used_and_its_file_is_in_the_manifest(
    scenario: Path, solved: Callable[..., Result]
) -> None:
    ours, theirs = solved("announced_only"), run(read_scenario(scenario), progress=lambda _: None)
    assert "times.parquet" in theirs.manifest["inputs"]
    # Times inside places stay, so the mean falls to a half and a little more.
    share = theirs.manifest["objective"] / ours.manifest["objective"]
    assert 0.5 < share < 0.75


def test_a_file_that_lacks_pairs_is_an_error(scenario: Path) -> None:
    short = scenario.with_name("short.parquet")
    pd.read_parquet(scenario.with_name("times.parquet")).iloc[3:].to_parquet(short)
    file = read_scenario(scenario, ['travel_times.file="short.parquet"'])
    with pytest.raises(InputError, match=r"3 of .* pairs are missing"):
        run(file, progress=lambda _: None)


def test_a_file_that_is_not_there_is_told_with_everything_else(scenario: Path) -> None:
    file = read_scenario(scenario, ['travel_times.file="none.csv"', 'network.speeds="fast"'])
    with pytest.raises(InputError) as caught:
        check(file)
    assert {fault.key for fault in caught.value.faults} == {"travel_times.file", "network.speeds"}


SHARED = Path(os.environ.get("SITING_SHARED", Path(__file__).parents[3] / "shared"))


@pytest.fixture
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The scenario of a case that was reported, in a folder of its own."""
    folder = SHARED / "cases" / request.param
    if not folder.is_dir():
        pytest.skip(f"needs {folder}")
    return Path(shutil.copytree(folder, tmp_path / "case")) / "s.toml"


@pytest.mark.parametrize(
    ("case", "told"),
    [
        ("21-times-seconds", "likely seconds"),
        ("24b-times-sentinel-some", "4294967.295: seems to stand for no way.*Write inf"),
        ("27-times-nan", "row 4, column minutes.*write inf"),
        ("28-times-transposed", "from and to are exchanged"),
    ],
    indirect=["case"],
)
def test_times_that_cannot_be_are_refused(case: Path, told: str) -> None:
    for find in (check, prepare):
        with pytest.raises(InputError, match=f"times.csv: .*{told}"):
            find(read_scenario(case))


@pytest.mark.parametrize("case", ["29-times-wide"], indirect=True)
def test_a_square_matrix_is_read(case: Path) -> None:
    problem = prepare(read_scenario(case), progress=lambda _: None)
    assert every_time(problem).tolist() == [[30, 4, 21, 36], [45, 16, 5, 19], [62, 33, 16, 3]]


@pytest.mark.parametrize("case", ["21-times-seconds"], indirect=True)
def test_a_scenario_says_that_any_time_is_right(case: Path) -> None:
    file = read_scenario(case, ["travel_times.plausible=off"])
    assert prepare(file, progress=lambda _: None).minutes[0, 0] == 1800


@pytest.mark.parametrize("case", ["29-times-wide"], indirect=True)
def test_a_scenario_says_that_its_times_are_cut_at_a_limit(case: Path) -> None:
    near = "from,to,minutes\nd1,c1,4\nd2,c1,16\nd2,c2,5\nd3,c2,16\nd3,c3,3\nd1,o,30\n"
    case.with_name("times.csv").write_text(near, encoding="utf-8")
    with pytest.raises(InputError, match=r"6 of 12 .*missing = \"unreachable\""):
        check(read_scenario(case))
    file = read_scenario(case, ["travel_times.missing=unreachable"])
    problem = prepare(file, progress=lambda _: None)
    assert np.isfinite(every_time(problem)).sum() == 6


SERVE_ALL = [
    ['objective.kind="mean"'],
    ['objective.kind="equity"'],
    ['objective.kind="worst"'],
    ['objective.kind="lexicographic"', 'objective.order=[{kind="worst"}, {kind="mean"}]'],
    [
        'objective.kind="lexicographic"',
        'objective.order=[{kind="coverage", within_minutes=20}, {kind="mean"}]',
    ],
]


def _asking(case: Path, *overrides: str) -> ScenarioFile:
    """The case with another objective."""
    return read_scenario(case, ["objective.within_minutes=none", *overrides])


@pytest.mark.parametrize("case", ["60b-no-capacity-unreachable"], indirect=True)
@pytest.mark.parametrize("asked", SERVE_ALL)
def test_people_whom_nothing_reaches_are_refused(case: Path, asked: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        prepare(_asking(case, *asked), progress=lambda _: None)
    (fault,) = caught.value.faults
    assert (fault.key, fault.value) == ("network.unreachable", "refuse")
    assert "200 people at 1 places reach no office or candidate: d3" in fault.problem
    assert "leave_out" in fault.remedy


@pytest.mark.parametrize("case", ["60b-no-capacity-unreachable"], indirect=True)
@pytest.mark.parametrize("asked", SERVE_ALL)
def test_people_whom_nothing_reaches_can_be_left_out(
    case: Path, asked: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    file = _asking(case, *asked, "network.unreachable=leave_out")
    left_out = run(file, progress=lambda _: None)
    assert "200 people at 1 places" in caplog.text
    assert left_out.manifest["not_counted"] == 200
    # As if they did not live there.
    for name, starts in (("demand.csv", "d3,"), ("times.csv", "d3,")):
        lines = case.with_name(name).read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith(starts)]
        case.with_name(name).write_text("".join(kept), encoding="utf-8")
    without = run(_asking(case, *asked), progress=lambda _: None)
    assert without.manifest["not_counted"] == 0
    for key in ("objective", "bound", "status"):
        assert left_out.manifest[key] == without.manifest[key]
    pd.testing.assert_frame_equal(left_out.tables["access"], without.tables["access"])


@pytest.mark.parametrize("case", ["60b-no-capacity-unreachable"], indirect=True)
@pytest.mark.parametrize(
    "asked",
    [
        ["objective.within_minutes=20"],
        [
            "objective.within_minutes=none",
            'objective.kind="cost"',
            "objective.targets=[{share=0.5, within_minutes=20}]",
        ],
    ],
)
@pytest.mark.parametrize("rule", ["refuse", "leave_out"])
def test_for_coverage_and_targets_they_are_not_reached(
    case: Path, asked: list[str], rule: str
) -> None:
    done = run(
        read_scenario(case, [*asked, f"network.unreachable={rule}"]), progress=lambda _: None
    )
    assert done.manifest["unreached"] == {"people": 200, "demand_points": ["d3"]}


@pytest.mark.parametrize("case", ["60b-no-capacity-unreachable"], indirect=True)
def test_targets_that_need_people_whom_nothing_reaches_cannot_be_met(case: Path) -> None:
    asked = [
        *("objective.within_minutes=none", 'objective.kind="cost"'),
        "objective.targets=[{share=0.9, within_minutes=20}]",
    ]
    with pytest.raises(InfeasibleError, match="at most 80 %"):
        run(read_scenario(case, [*asked]), progress=lambda _: None)


@pytest.mark.parametrize("case", ["60b-no-capacity-unreachable"], indirect=True)
def test_nobody_is_cut_off_where_nobody_counts(case: Path) -> None:
    """A place without people needs no office."""
    text = case.with_name("demand.csv").read_text(encoding="utf-8")
    case.with_name("demand.csv").write_text(text.replace(",200,", ",0,"), encoding="utf-8")
    run(_asking(case, 'objective.kind="mean"'), progress=lambda _: None)
